//! Copies of a database in use.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering::SeqCst},
};

use atom_marketplace_db::{Db, Error, Options, args, testing::TestDb};

use crate::{count, counters, insert};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_has_everything_acknowledged() {
    let t = TestDb::sqlite();
    counters(&t.db).await;
    let (acknowledged, stop) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
    let writer = {
        let (db, acknowledged, stop) = (t.db.clone(), acknowledged.clone(), stop.clone());
        tokio::spawn(async move {
            let mut id = 0;
            while !stop.load(SeqCst) {
                insert(&db, id).await.unwrap();
                id += 1;
                acknowledged.store(id, SeqCst);
            }
        })
    };
    let directory = tempfile::tempdir().unwrap();
    for round in 0..5 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let target = directory.path().join(format!("{round}.db"));
        let (db, path, before) = (t.db.clone(), target.clone(), acknowledged.load(SeqCst));
        tokio::task::spawn_blocking(move || db.backup_to(&path)).await.unwrap().unwrap();
        let copy = Db::open(&format!("sqlite:{}", target.display()), Options::default()).unwrap();
        let copied = count(&copy).await;
        assert!(copied >= before, "{copied} of {before}");
        let sound: String = copy.read(|c| c.one("PRAGMA integrity_check", args![])).await.unwrap();
        assert_eq!(sound, "ok");
        copy.close();
    }
    stop.store(true, SeqCst);
    writer.await.unwrap();
    let target = directory.path().join("0.db");
    assert!(matches!(t.db.backup_to(&target), Err(Error::Other(_))), "an existing file is kept");
    let nowhere = directory.path().join("no/such/place.db");
    assert!(matches!(t.db.backup_to(&nowhere), Err(Error::Unavailable(_))));
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(left.len(), 5, "{left:?}");
}

#[test]
fn postgresql_points_to_pg_dump() {
    let Some(t) = TestDb::postgres() else { return };
    let error = t.db.backup_to("x".as_ref()).unwrap_err();
    assert!(error.to_string().contains("pg_dump"));
}
