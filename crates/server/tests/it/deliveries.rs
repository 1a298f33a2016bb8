//! PROMISES R4, small: every event arrives, whatever receivers do and however often the server is killed; who hangs holds up
//! nobody else; and no event is sent twice by two nodes at once.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atom_marketplace_db::Db;
use atom_marketplace_db::testing::TestDb;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{Client, Receiver, TestServer, each_db_async, status};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const EVENTS: usize = 60;

/// What a bad receiver does with a connection.
type Behaviour = fn(TcpStream) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// A receiver that behaves badly until it is healed: then it answers 200 and notes which events came.
struct Patient {
    url: String,
    healed: Arc<AtomicBool>,
    came: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>,
    task: JoinHandle<()>,
}

impl Drop for Patient {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Patient {
    async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
        let (healed, came) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::default()));
        let (well, seen) = (healed.clone(), came.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if well.load(Ordering::SeqCst) {
                    tokio::spawn(answer(stream, seen.clone()));
                } else {
                    tokio::spawn(behaviour(stream));
                }
            }
        });
        Self { url, healed, came, task }
    }

    fn ids(&self) -> BTreeSet<String> {
        self.came.lock().unwrap().keys().cloned().collect()
    }
}

/// Reads requests and answers each with 200.
async fn answer(mut stream: TcpStream, came: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>) {
    while let Some(request) = read(&mut stream).await {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let id = head.lines().find_map(|line| line.strip_prefix("webhook-id: ")).unwrap_or_default();
        came.lock().unwrap().entry(id.to_owned()).or_default().insert(body.to_owned());
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    }
}

async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn says(mut stream: TcpStream, text: &'static str) {
    read(&mut stream).await;
    let _ = stream.write_all(text.as_bytes()).await;
}

fn behaviours() -> Vec<(&'static str, Behaviour)> {
    vec![
        ("resets", |stream| Box::pin(async move { drop(stream) })),
        ("hangs", |mut stream| {
            Box::pin(async move {
                read(&mut stream).await;
                std::future::pending::<()>().await;
            })
        }),
        ("drips", |mut stream| {
            Box::pin(async move {
                read(&mut stream).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n").await;
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            })
        }),
        ("redirects", |stream| Box::pin(says(stream, "HTTP/1.1 302 x\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n"))),
        ("429", |stream| Box::pin(says(stream, "HTTP/1.1 429 x\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"))),
        ("500", |stream| Box::pin(says(stream, "HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n"))),
        ("lies", |stream| Box::pin(says(stream, "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nshort"))),
        ("babbles", |stream| Box::pin(says(stream, "hello\r\n\r\n"))),
        ("endless 500", |mut stream| {
            Box::pin(async move {
                read(&mut stream).await;
                let _ = stream.write_all(b"HTTP/1.1 500 x\r\n\r\n").await;
                while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
            })
        }),
    ]
}

async fn webhook(client: &Client, url: &str) -> String {
    let body = json!({"url": url, "events": ["component.published"], "secret": "your-webhook-secret"});
    client.post("/api/webhooks", &body).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn publish(client: &Client, id: &str) -> Value {
    let body = json!({"skill_id": id, "marketplace_type": "private", "name": id, "description": "Does things."});
    client.post("/api/skill-marketplace/skills", &body).await.expect(201)
}

/// The same database as another process has it.
fn reopen(db: &TestDb) -> Db {
    tokio::task::block_in_place(|| db.another().expect("it opens once more"))
}

/// A schedule that never ends within a test, and never waits long.
fn often(parts: &mut atom_marketplace_server::app::Parts) {
    parts.webhook_retry = vec![Duration::from_millis(100); 500];
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_arrives_whatever_receivers_do_and_however_often_the_server_dies() {
    each_db_async(|db| async move {
        let mut patients = Vec::new();
        for (_, behaviour) in behaviours() {
            patients.push(Patient::start(behaviour).await);
        }
        let mut server = TestServer::node_with_jobs(db.db.clone(), often).await;
        let acme = server.tenant("acme", Plan::Enterprise).await;
        for patient in &patients {
            webhook(&acme, &patient.url).await;
        }
        for number in 0..EVENTS {
            if number % 20 == 19 {
                // Killed: nothing is given back, nothing written down. Another process opens the database.
                drop(server);
                server = TestServer::node_with_jobs(reopen(&db), often).await;
            }
            publish(
                &server.token("acme", atom_marketplace_protocol::scope::ScopeSet::ALL_TENANT).await,
                &format!("s-{number}"),
            )
            .await;
        }
        for patient in &patients {
            patient.healed.store(true, Ordering::SeqCst);
        }
        drop(server);
        let server = TestServer::node_with_jobs(reopen(&db), often).await;
        // What a dead process had leased is free when its lease ends; on SQLite at once.
        server.marketplace.clock.advance(Duration::from_mins(2));
        for (patient, (name, _)) in patients.iter().zip(behaviours()) {
            for _ in 0..1_200 {
                if patient.ids().len() == EVENTS {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert_eq!(patient.ids().len(), EVENTS, "{name}");
            // The same id, the same bytes.
            assert!(patient.came.lock().unwrap().values().all(|bodies| bodies.len() == 1), "{name}");
        }
        let missing: Vec<_> = patients
            .iter()
            .filter(|patient| patient.ids() != patients[0].ids())
            .map(|patient| patient.url.clone())
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_holds_up_nobody_else() {
    each_db_async(|db| async move {
        let hangs = Patient::start(behaviours()[1].1).await;
        let drips = Patient::start(behaviours()[2].1).await;
        let receiver = Receiver::start().await;
        let server = TestServer::start_with_jobs(&db).await;
        let (acme, globex) = (server.tenant("acme", Plan::Enterprise).await, server.tenant("globex", Plan::Free).await);
        for _ in 0..20 {
            webhook(&acme, &hangs.url).await;
            webhook(&acme, &drips.url).await;
        }
        webhook(&acme, &receiver.url).await;
        webhook(&globex, &receiver.url).await;
        for number in 0..20 {
            publish(&acme, &format!("a-{number}")).await;
            publish(&globex, &format!("g-{number}")).await;
        }
        // Forty receivers hold what they may for fifteen seconds; these have come long before.
        let waited = tokio::time::timeout(Duration::from_secs(10), receiver.wait_for(40)).await;
        assert!(waited.is_ok(), "{} of 40 came", receiver.received().len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_send_nothing_twice_at_once() {
    each_db_async(|db| async move {
        if db.db.dialect() == atom_marketplace_db::Dialect::Sqlite {
            return;
        }
        let (at_once, twice) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(BTreeSet::new())));
        let (counted, seen) = (at_once.clone(), twice.clone());
        let receiver = Receiver::answering(move |_, came| {
            if !seen.lock().unwrap().insert(came.header("webhook-id").to_owned()) {
                counted.fetch_add(1, Ordering::SeqCst);
            }
            status(200)
        })
        .await;
        let one = TestServer::node_with_jobs(db.db.clone(), often).await;
        let two = TestServer::node_with_jobs(reopen(&db), often).await;
        let acme = one.tenant("acme", Plan::Team).await;
        let id = webhook(&acme, &receiver.url).await;
        // Both nodes find the same backlog.
        let path = format!("/api/webhooks/{id}");
        acme.patch(&path, &json!({"status": "paused"})).await.expect(200);
        let other = two.token("acme", atom_marketplace_protocol::scope::ScopeSet::ALL_TENANT).await;
        for number in 0..100 {
            publish(if number % 2 == 0 { &acme } else { &other }, &format!("s-{number}")).await;
        }
        acme.patch(&path, &json!({"status": "active"})).await.expect(200);
        receiver.wait_for(100).await;
        for number in 100..150 {
            publish(if number % 2 == 0 { &acme } else { &other }, &format!("s-{number}")).await;
        }
        receiver.wait_for(150).await;
        assert_eq!(at_once.load(Ordering::SeqCst), 0);
    })
    .await;
}
