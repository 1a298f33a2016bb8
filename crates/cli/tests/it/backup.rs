//! `backup` beside a server under load, and `restore`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::program::Machine;

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_holds_all_that_was_acknowledged() {
    let machine = Machine::new();
    let server = machine.serve(&[]).await;
    let admin = server.admin(&machine.admin_key());
    let (acknowledged, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let mut writers = Vec::new();
    for writer in 0..4 {
        let (admin, acknowledged, stop) = (admin.clone(), acknowledged.clone(), stop.clone());
        writers.push(tokio::spawn(async move {
            for number in 0.. {
                let body = json!({ "id": format!("w{writer}-{number}"), "name": "Load", "plan": "free" });
                admin.post("/api/admin/tenants", &body).await.expect(201);
                acknowledged.fetch_add(1, Ordering::SeqCst);
                if stop.load(Ordering::SeqCst) {
                    return;
                }
            }
        }));
    }
    while acknowledged.load(Ordering::SeqCst) < 20 {
        tokio::task::yield_now().await;
    }
    let before = acknowledged.load(Ordering::SeqCst);
    let manifest = machine.run(&["backup", "copy.db", "--json"]).await.ok();
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.expect("every write is acknowledged");
    }
    let again = machine.run(&["backup", "copy.db"]).await;
    assert_eq!(again.code, Some(1), "a backup overwrites nothing: {again:?}");
    server.stop().await;
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    assert_eq!(manifest["format"], "atom-marketplace-backup/1");

    let elsewhere = Machine::new();
    let copy = machine.path().join("copy.db").display().to_string();
    let restored = elsewhere.run(&["restore", &copy]).await.ok();
    assert!(restored.contains("secret.key"), "{restored}");
    let tenants: Value = serde_json::from_str(&elsewhere.run(&["tenant", "list", "--json"]).await.ok()).expect("JSON");
    assert!(tenants.as_array().expect("a list").len() as u64 >= before);
    let server = elsewhere.serve(&[]).await;
    server.client().get("/readyz").await.expect(200);
    let refused = elsewhere.run(&["restore", &copy, "--force"]).await;
    assert!(refused.stderr.contains("in use by another server"), "{refused:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_keeps_what_was_there_and_takes_only_what_is_whole() {
    let machine = Machine::new();
    machine.run(&["tenant", "create", "First"]).await.ok();
    machine.run(&["backup", "copy.db"]).await.ok();
    machine.run(&["tenant", "create", "Second"]).await.ok();
    let refused = machine.run(&["restore", "copy.db"]).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);

    let copy = machine.path().join("copy.db");
    let whole = std::fs::read(&copy).expect("the backup");
    let description = machine.path().join("copy.db.json");
    let described = std::fs::read(&description).expect("the manifest");
    let mut damaged = whole.clone();
    damaged[5_000..9_000].fill(0xAA);
    for (bytes, with_manifest, part) in [
        (damaged.as_slice(), true, "it was changed or cut short"),
        (&whole[..whole.len() / 2], false, "copy.db"),
        (damaged.as_slice(), false, "copy.db"),
        (b"no database at all".as_slice(), false, "no SQLite database"),
    ] {
        std::fs::write(&copy, bytes).expect("writable");
        if !with_manifest {
            // It may be gone already.
            let _ = std::fs::remove_file(&description);
        }
        let ended = machine.run(&["restore", "copy.db", "--force"]).await;
        assert_eq!(ended.code, Some(1), "{part}: {ended:?}");
        assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
        assert!(machine.run(&["tenant", "list"]).await.ok().contains("second"), "what was there is untouched");
    }
    std::fs::write(&copy, &whole).expect("writable");
    std::fs::write(&description, &described).expect("writable");
    machine.run(&["restore", "copy.db", "--force"]).await.ok();
    let tenants = machine.run(&["tenant", "list"]).await.ok();
    assert!(tenants.contains("first") && !tenants.contains("second"), "{tenants}");
    let kept = std::fs::read_dir(machine.path().join("atom-data")).expect("it is there").flatten();
    let kept: Vec<_> = kept.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(kept.iter().any(|name| name.starts_with("marketplace.db.before-")), "{kept:?}");
    assert!(!kept.iter().any(|name| name.contains("restoring")), "{kept:?}");
}
