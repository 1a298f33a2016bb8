//! A backup restores (R5): backups that are taken while everything is being written hold all that was acknowledged before they
//! began.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Server, program};
use crate::size::{measured, sized};

/// Writers at once.
const WRITERS: usize = 8;

const RATES: [(&str, &str); 3] = [
    ("ATOM_RATE_ANONYMOUS", "1000000"),
    ("ATOM_RATE_TOKEN", "1000000000"),
    ("ATOM_SECRET_KEY", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="),
];

#[test]
fn r5_a_backup_under_load_restores_all_that_was_acknowledged_before() {
    let (backups, between) = (sized(2, 10), sized(40, 1_000));
    let server = Server::start(&[], &RATES);
    let token = server.tenant("acme");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(Ledger::default()));
    let http = atom_marketplace_testkit::http().timeout(Duration::from_secs(20)).build().expect("a client");
    let url = format!("{}/api/skill-marketplace/skills", server.url());
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (http, url, token) = (http.clone(), url.clone(), token.clone());
            let (stop, acknowledged) = (stop.clone(), acknowledged.clone());
            runtime.spawn(async move {
                for number in (writer..).step_by(WRITERS) {
                    let body = json!({
                        "skill_id": format!("s-{number}"), "marketplace_type": "private", "name": format!("Skill {number}"),
                        "description": "Of a proof.",
                    });
                    let answer = http.post(&url).bearer_auth(&token).json(&body).send().await.expect("an answer");
                    assert_eq!(answer.status(), 201, "{number}");
                    answer.bytes().await.expect("the whole of it");
                    acknowledged.add(number);
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                }
            })
        })
        .collect();

    let mut taken = Vec::new();
    for backup in 0..backups {
        let enough = (backup + 1) * between;
        while acknowledged.count() < enough {
            assert!(!writers.iter().any(tokio::task::JoinHandle::is_finished), "a writer gave up: {}", server.log());
            std::thread::sleep(Duration::from_millis(2));
        }
        let (before, started) = (acknowledged.all(), Instant::now());
        let path = server.directory().join(format!("copy-{backup}.db"));
        let output = command(&server, "backup").arg(&path).output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        taken.push((path, before, started.elapsed(), acknowledged.count()));
    }
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        runtime.block_on(writer).expect("every write is acknowledged");
    }

    let mut smallest = usize::MAX;
    for (path, before, took, after) in &taken {
        let restored = Server::restored(path, &RATES);
        let found = runtime.block_on(ids(&http, &restored.url(), &token));
        let lost: Vec<_> = before.difference(&found).take(5).collect();
        assert!(lost.is_empty(), "{} of {} are missing in {}: {lost:?}", before.len(), found.len(), path.display());
        // It was under load: more was acknowledged while it was made.
        smallest = smallest.min(after - before.len());
        measured(
            "R5",
            &format!(
                "a backup of {} components in {took:.1?}, {} written meanwhile: 0 missing",
                before.len(),
                after - before.len()
            ),
        );
    }
    assert!(smallest > 0, "a backup was made while nothing was written");
}

/// Numbers of what was acknowledged.
#[derive(Default)]
struct Ledger {
    all: std::sync::Mutex<BTreeSet<String>>,
    count: AtomicUsize,
}

impl Ledger {
    fn add(&self, number: usize) {
        self.all.lock().expect("no panic under this lock").insert(format!("s-{number}"));
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    fn all(&self) -> BTreeSet<String> {
        self.all.lock().expect("no panic under this lock").clone()
    }
}

/// The program beside a server, on the same data.
fn command(server: &Server, verb: &str) -> Command {
    let mut command = Command::new(program());
    command.arg(verb).current_dir(server.directory());
    command
}

/// Ids of everything that the token's tenant has published.
async fn ids(http: &reqwest::Client, url: &str, token: &str) -> BTreeSet<String> {
    let (mut found, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let path = format!("{url}/api/skill-marketplace/skills?marketplace_type=private&page_size=100{cursor}");
        let answer = http.get(path).bearer_auth(token).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let page: Value = answer.json().await.expect("JSON");
        for item in page["items"].as_array().expect("a page") {
            assert!(item["name"].as_str().is_some_and(|name| name.starts_with("Skill ")), "{item}");
            found.insert(item["id"].as_str().expect("an id").to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}
