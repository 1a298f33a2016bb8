//! A crash loses and doubles nothing (R2), and a retry with the same `Idempotency-Key` has one effect (R3), here in
//! small: writers keep a ledger of what they were told is done while the server is killed with `kill -9` again and again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use atom_marketplace_db::testing::TestDb;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::process::Server;
use crate::size::{measured, sized};

/// Writers at once.
const WRITERS: usize = 32;
/// Secret keys of tests; PostgreSQL wants one from outside.
const SECRET_KEY: &str = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";

const RATES: [(&str, &str); 3] =
    [("ATOM_RATE_ANONYMOUS", "1000000"), ("ATOM_RATE_TOKEN", "1000000000"), ("ATOM_SECRET_KEY", SECRET_KEY)];

#[test]
fn r2_sqlite_loses_and_doubles_nothing() {
    loses_and_doubles_nothing("SQLite", Server::start(&[], &RATES), sized(5, 50));
}

#[test]
fn r2_postgres_loses_and_doubles_nothing() {
    let Some(db) = TestDb::postgres() else { return };
    let mut environment = RATES.to_vec();
    environment.push(("ATOM_DATABASE_URL", &db.url));
    // Each kill costs 10 s there: that long a key stays with a node that may still be alive.
    loses_and_doubles_nothing("PostgreSQL", Server::start(&[], &environment), sized(2, 50));
}

fn loses_and_doubles_nothing(database: &str, mut server: Server, kills: u32) {
    // Operations that are acknowledged before each kill, so that every life of the server counts however slow the machine is.
    let between = sized(40, 400);
    let started = Instant::now();
    let publisher = server.tenant("publisher");
    let installer = server.tenant("installer");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let stop = Arc::new(AtomicBool::new(false));
    let api = Api::new(server.url(), publisher, installer);
    let writers: Vec<_> = (0..WRITERS).map(|writer| runtime.spawn(write(api.clone(), writer, stop.clone()))).collect();
    for _ in 0..kills {
        let enough = api.acknowledged.load(Ordering::Relaxed) + between;
        // A writer that gives up panics, and then nothing more is acknowledged: hence the bound.
        for _ in 0..12_000 {
            if api.acknowledged.load(Ordering::Relaxed) >= enough {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        server.kill();
        server.restart();
    }
    stop.store(true, Ordering::Relaxed);
    runtime.block_on(async {
        let mut ledger = BTreeMap::new();
        for writer in writers {
            ledger.extend(writer.await.expect("no writer panics"));
        }
        let lives = u64::from(kills) * between;
        assert!(
            api.acknowledged.load(Ordering::Relaxed) >= lives,
            "too little was written to mean anything: {}",
            ledger.len()
        );
        check(&api, &ledger).await;
        let acknowledged = api.acknowledged.load(Ordering::Relaxed);
        measured(
            &format!("R2 on {database}"),
            &format!("{acknowledged} acknowledged operations under {kills} kills in {:.1?}: 0 lost, 0 doubled, 0 half published", started.elapsed()),
        );
    });
}

/// What one writer knows of a component: how many stars it gave. It is published and installed once.
type Ledger = BTreeMap<String, u64>;

/// Publishes, installs and rates components of its own, each until it is acknowledged.
async fn write(api: Api, writer: usize, stop: Arc<AtomicBool>) -> Ledger {
    let mut ledger = Ledger::new();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let (id, stars) = (format!("w{writer}-{number}"), number % 5 + 1);
        let publication = json!({
            "agent_id": id, "marketplace_type": "private", "name": format!("Agent {id}"), "description": "Of a crash test.",
            "shared_with": ["installer"],
        });
        api.until_done(&api.publisher, Method::POST, "/agents", &publication, &format!("publish-{id}")).await;
        let install = json!({ "source_tenant_id": "publisher" });
        api.until_done(
            &api.installer,
            Method::POST,
            &format!("/agents/{id}/install"),
            &install,
            &format!("install-{id}"),
        )
        .await;
        let path = format!("/agents/{id}/rating?source_tenant_id=publisher");
        api.until_done(&api.installer, Method::PUT, &path, &json!({ "rating": stars }), "").await;
        ledger.insert(id, stars);
    }
    ledger
}

/// Everything acknowledged is there, once, and nothing else.
async fn check(api: &Api, ledger: &Ledger) {
    let published = api.walk(&api.publisher, "/api/agent-marketplace/agents?marketplace_type=private").await;
    let ids: Vec<_> = published.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(sorted(ids), ledger.keys().cloned().collect::<Vec<_>>(), "components");
    for item in &published {
        let id = item["id"].as_str().expect("an id");
        assert_eq!(item["rating_count"], 1, "{item}");
        assert_eq!(item["average_rating"].as_f64(), ledger.get(id).map(|stars| *stars as f64), "{item}");
        assert_eq!(item["install_count"], 1, "{item}");
        assert_eq!(item["version"], "1.0.0", "{item}");
    }
    let installed = api.walk(&api.installer, "/api/installations?").await;
    let ids: Vec<_> = installed.iter().map(|item| item["component_id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(sorted(ids), ledger.keys().cloned().collect::<Vec<_>>(), "installations");
    // Nothing half published: each has its one version, whole.
    for id in ledger.keys().take(50) {
        let versions = api.get(&api.publisher, &format!("/api/agent-marketplace/agents/{id}/versions")).await;
        let versions = versions["items"].as_array().expect("a list");
        assert_eq!(versions.len(), 1, "{id}: {versions:?}");
        let detail = api.get(&api.publisher, &format!("/api/agent-marketplace/agents/{id}")).await;
        assert_eq!(detail["name"], format!("Agent {id}"));
    }
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort_unstable();
    ids
}

/// The API with two callers.
#[derive(Clone)]
struct Api {
    http: Client,
    url: String,
    publisher: String,
    installer: String,
    acknowledged: Arc<AtomicU64>,
}

impl Api {
    fn new(url: String, publisher: String, installer: String) -> Self {
        let http = atom_marketplace_testkit::http().timeout(Duration::from_secs(20)).build().expect("a client");
        Self { http, url, publisher, installer, acknowledged: Arc::default() }
    }

    /// Sends a request with the same key until it is answered with success. It waits while the server is down, and while an
    /// attempt that was cut off still counts as running (10 s on PostgreSQL, since another node may be at it); a refusal is a
    /// failure of the test.
    async fn until_done(&self, token: &str, method: Method, path: &str, body: &Value, key: &str) {
        let mut last = String::new();
        for _ in 0..1200 {
            let mut request = self
                .http
                .request(method.clone(), format!("{}/api/agent-marketplace{path}", self.url))
                .bearer_auth(token)
                .json(body);
            if !key.is_empty() {
                request = request.header("idempotency-key", key);
            }
            if let Ok(answer) = request.send().await {
                let status = answer.status().as_u16();
                let text = answer.text().await;
                match (status, text) {
                    (200 | 201 | 204, Ok(_)) => {
                        self.acknowledged.fetch_add(1, Ordering::Relaxed);
                        return;
                    }
                    (status @ (409 | 503), Ok(text)) => last = format!("{status} {text}"),
                    (status, Ok(text)) => panic!("{method} {path}: {status} {text}"),
                    // An answer that was cut off acknowledges nothing.
                    (_, Err(error)) => last = error.to_string(),
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{method} {path} was not done in 1,200 attempts: {last}");
    }

    async fn get(&self, token: &str, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.url)).bearer_auth(token).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "GET {path}: {status} {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Every item of a list.
    async fn walk(&self, token: &str, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(token, &format!("{path}&page_size=100{cursor}")).await;
            items.extend(page["items"].as_array().expect("a page").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }
}
