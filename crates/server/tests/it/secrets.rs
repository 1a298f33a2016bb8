//! A stolen database is useless (PROMISES S2): canary secrets of every sort are given to the marketplace, and then looked for in
//! its database as bytes and as text, in the write-ahead log, in a backup, and in the log.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use atom_marketplace_db::{Dialect, args};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_server::app::Marketplace;
use atom_marketplace_testkit::{PASSWORD, TestDb, each_db_async};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::scene::{Scene, install};

/// Everything that is logged, at whatever level.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<String>>);

impl Visit for Logged {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Logged {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// What the database holds, each part with its name.
async fn everything(db: &TestDb, m: &Marketplace) -> Vec<(String, Vec<u8>)> {
    match m.db.dialect() {
        Dialect::Sqlite => {
            let file = db.url.strip_prefix("sqlite:").expect("a file").to_owned();
            let backup = format!("{file}.backup");
            let (copied, to) = (m.db.clone(), backup.clone());
            tokio::task::spawn_blocking(move || copied.backup_to(to.as_ref()))
                .await
                .expect("no panic")
                .expect("a backup");
            let mut parts = Vec::new();
            for path in [file.clone(), format!("{file}-wal"), backup] {
                let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
                assert!(!bytes.is_empty(), "{path} is empty");
                parts.push((path, bytes));
            }
            parts
        }
        Dialect::Postgres => {
            let tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename";
            let tables: Vec<String> = m.db.read(move |c| c.all(tables, args![])).await.expect("tables");
            assert!(tables.len() > 20, "{tables:?}");
            let mut parts = Vec::new();
            for table in tables {
                let sql = format!("SELECT CAST(t AS TEXT) FROM \"{table}\" t");
                let rows: Vec<String> = m.db.read(move |c| c.all(&sql, args![])).await.expect("rows");
                parts.push((table, rows.join("\n").into_bytes()));
            }
            parts
        }
    }
}

/// The ways in which a secret might stand somewhere.
fn spellings(secret: &str) -> Vec<String> {
    let hex = secret.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    });
    let encoded = STANDARD_NO_PAD.encode(secret);
    // The last characters hang on what follows.
    let encoded = encoded[..encoded.len() - 2].to_owned();
    vec![secret.to_owned(), hex.to_uppercase(), hex, encoded]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_database_its_backup_or_the_log() {
    let logged = Logged::default();
    // Each test is a process of its own under nextest; elsewhere another test's subscriber may be there first.
    let _ = tracing::subscriber::set_global_default(logged.clone());
    each_db_async(|db| {
        let logged = logged.clone();
        async move {
            let scene = Scene::open(&db).await;
            let globex = scene.server.tenant("globex", Plan::Enterprise).await;
            let (canary, public) = ("canary-Zq7Vx2Kp9Lm4", "visible-Zq7Vx2Kp9Lm4");
            let fields = json!({ "description": public, "config_schema": { "required_api_keys": ["crm"] } });
            scene.publish(Kind::Skill, "crm", fields).await;
            let config = json!({ "install_config": { "api_keys": { "crm": format!("{canary}-install") } } });
            let installed = globex.post(&install(Kind::Skill, "crm"), &config).await.expect(201);
            let configure = format!("/api/installations/{}", installed["id"].as_str().unwrap());
            let config = json!({ "install_config": { "api_keys": { "crm": format!("{canary}-configure") } } });
            globex.patch(&configure, &config).await.expect(200);
            let webhook = json!({ "url": "https://hooks.example.com/", "events": ["component.installed"], "secret": format!("{canary}-webhook") });
            let webhook = globex.post("/api/webhooks", &webhook).await.expect(201);
            let rotate = format!("/api/webhooks/{}/rotate-secret", webhook["id"].as_str().unwrap());
            let rotated = globex.with("idempotency-key", "once").post(&rotate, &json!({})).await.expect(200);
            let mut secrets: Vec<String> =
                ["install", "configure", "webhook"].map(|which| format!("{canary}-{which}")).to_vec();
            secrets.push(rotated["secret"].as_str().expect("a secret").to_owned());
            // A retry's answer is stored, with the token in it.
            let token = globex.with("idempotency-key", "twice").post("/api/tokens", &json!({ "name": "ci" })).await;
            let token = token.expect(201);
            let rotate = format!("/api/tokens/{}/rotate", token["id"].as_str().unwrap());
            secrets.push(token["token"].as_str().expect("a token").to_owned());
            let again = globex.post(&rotate, &json!({})).await.expect(200);
            secrets.push(again["token"].as_str().expect("a token").to_owned());
            let key = globex.post("/api/federation/keys", &json!({ "name": "peer" })).await.expect(201);
            secrets.push(key["key"].as_str().expect("a key").to_owned());
            let peer = scene.server.anonymous().with("x-federation-key", key["key"].as_str().unwrap());
            peer.get("/api/federation/v1/marketplace/skills").await.expect(200);
            // A person: the link, the password, the session.
            let hank = scene.server.person("globex", "hank@globex.example", Role::Owner).await;
            let password = format!("{canary}-password");
            let change = json!({ "password": password, "current_password": PASSWORD });
            hank.patch("/api/account", &change).await.expect(200);
            let credentials = json!({ "email": "hank@globex.example", "password": password });
            let signed = scene.server.anonymous().post("/api/session", &credentials).await;
            let cookie = signed.header("set-cookie").and_then(|cookie| cookie.split(['=', ';']).nth(1)).expect("a cookie");
            secrets.extend([cookie.to_owned(), password, PASSWORD.to_owned()]);
            let added = json!({ "email": "ian@globex.example", "role": "viewer" });
            let ian = globex.post("/api/tenant/members", &added).await.expect(201);
            let invite = format!("/api/tenant/members/{}/invitation", ian["user_id"].as_str().unwrap());
            let link = globex.post(&invite, &json!({})).await.expect(201);
            secrets.push(link["url"].as_str().unwrap().split_once("token=").expect("a token").1.to_owned());
            // Refused requests repeat nothing either.
            globex.post("/api/webhooks", &json!({ "url": "nowhere", "events": [], "secret": format!("{canary}-refused") })).await;
            scene.server.tester(&format!("at_saas_{canary}")).get("/api/tenant").await;
            secrets.extend([format!("{canary}-refused"), format!("at_saas_{canary}")]);

            let mut parts = everything(&db, &scene.server.marketplace).await;
            let found = |parts: &[(String, Vec<u8>)], text: &str| -> Vec<String> {
                let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
                parts.iter().filter(|(_, bytes)| holds(bytes)).map(|(name, _)| name.clone()).collect()
            };
            assert!(!found(&parts, public).is_empty(), "the search finds what is there");
            parts.push(("the log".to_owned(), logged.0.lock().unwrap().clone().into_bytes()));
            for secret in &secrets {
                for spelling in spellings(secret) {
                    assert_eq!(found(&parts, &spelling), [] as [String; 0], "{secret}");
                }
            }
        }
    })
    .await;
}
