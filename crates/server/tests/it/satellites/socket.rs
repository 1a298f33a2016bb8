//! What satellites hear over the WebSocket, and how it ends.

use std::time::Duration;

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_testkit::{Client, TestDb, TestServer, each_db_async};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{BASE, of};
use crate::scene::Scene;

/// Long enough for the slowest machine; nothing waits for it to pass.
const PATIENCE: Duration = Duration::from_mins(1);

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

fn url(server: &TestServer, token: &str) -> String {
    format!("{}/api/ws/satellite/connect?token={token}", server.url.replacen("http", "ws", 1))
}

impl Socket {
    async fn open(server: &TestServer, client: &Client) -> Self {
        let (socket, _) = connect_async(url(server, client.bearer().unwrap())).await.expect("the upgrade");
        Self(socket)
    }

    async fn message(&mut self) -> Message {
        timeout(PATIENCE, self.0.next()).await.expect("a message").expect("an open connection").expect("a message")
    }

    /// The next message's type, and what it is about.
    async fn next(&mut self) -> (String, Value) {
        let message: Value = serde_json::from_str(self.message().await.to_text().expect("text")).expect("JSON");
        let kind = message["type"].as_str().expect("a type").to_owned();
        (kind, message["data"].clone())
    }

    async fn hears(&mut self, kind: &str, id: &str) -> Value {
        let (heard, data) = self.next().await;
        let about = if kind == "category_update" { "name" } else { "skill_id" };
        assert_eq!((heard.as_str(), data[about].as_str()), (kind, Some(id)), "{data}");
        data
    }

    /// Asks, and hears nothing before the answer.
    async fn hears_nothing(&mut self) {
        self.0.send(Message::text(r#"{"type":"ping"}"#)).await.unwrap();
        assert_eq!(self.next().await, ("pong".to_owned(), Value::Null));
    }

    /// The code it is closed with.
    async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.message().await {
                return frame.expect("a code").code.into();
            }
        }
    }
}

/// The status of an upgrade that is refused.
async fn refused(url: &str) -> u16 {
    match connect_async(url).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_skill_is_told() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        // On another node.
        let node = TestServer::start(&db).await;
        let globex = scene.server.tenant("globex", Plan::Team).await;
        scene.publish(Kind::Skill, "before", json!({ "category": "sales" })).await;
        let mut others = [Socket::open(&scene.server, &globex).await, Socket::open(&node, &globex).await];
        let mut own = Socket::open(&node, &scene.acme).await;
        own.hears_nothing().await;

        let fields = json!({ "category": "data", "skill_type": "nodejs" });
        scene.publish(Kind::Skill, "tool", fields.clone()).await;
        scene.publish(Kind::Agent, "agent", json!({})).await;
        for socket in others.iter_mut().chain([&mut own]) {
            socket.hears("category_update", "data").await;
            let data = socket.hears("skill_update", "tool").await;
            assert_eq!((&data["name"], &data["skill_name"]), (&json!("The tool"), &json!("The tool")));
            assert_eq!((&data["id"], &data["skill_type"]), (&json!("tool"), &json!("nodejs")));
        }
        let rate = format!("{BASE}/skills/marketplace/skills/tool/rate");
        of(&scene.server, &globex).post(&rate, &json!({ "user_id": "u", "rating": 4 })).await.expect(200);
        let again = json!({ "skill_id": "tool", "marketplace_type": "public", "name": "Tool 2", "description": "d", "category": "data" });
        scene.acme.post("/api/skill-marketplace/skills", &again).await.expect(201);
        let waiting = scene.admin.get("/api/admin/submissions").await.expect(200);
        let path = format!("/api/admin/submissions/{}/approve", waiting["items"][0]["id"].as_str().unwrap());
        scene.admin.post(&path, &json!({})).await.expect(200);
        scene.admin.post("/api/admin/components/skill/acme/tool/quarantine", &json!({ "reason": "r" })).await.expect(200);
        scene.admin.post("/api/admin/components/skill/acme/tool/release", &json!({ "reason": "r" })).await.expect(200);
        for socket in others.iter_mut().chain([&mut own]) {
            assert_eq!(socket.hears("rating_update", "tool").await["rating"], 4);
            // What is told is the present state, so a release that came in the meantime is told at once.
            let mut kinds = Vec::new();
            while kinds.last().is_none_or(|last| last != "skill_delete") {
                kinds.push(socket.next().await.0);
            }
            assert!(kinds.iter().all(|kind| ["skill_update", "skill_delete"].contains(&kind.as_str())), "{kinds:?}");
            while socket.next().await.1["name"] != "Tool 2" {}
        }
        // Private from now on: gone for all, and there for its publisher.
        scene.private(Kind::Skill, "tool", fields).await;
        scene.private(Kind::Skill, "secret", json!({})).await;
        for socket in others.iter_mut().chain([&mut own]) {
            loop {
                let (kind, data) = socket.next().await;
                assert_eq!(data["skill_id"], "tool");
                if kind == "skill_delete" {
                    break;
                }
            }
        }
        loop {
            let (kind, data) = own.next().await;
            assert_eq!(kind, "skill_update");
            if data["skill_id"] == "secret" {
                break;
            }
        }
        scene.acme.delete("/api/skill-marketplace/skills/secret").await.expect(204);
        own.hears("skill_delete", "secret").await;
        scene.acme.delete("/api/skill-marketplace/skills/before").await.expect(204);
        for socket in others.iter_mut().chain([&mut own]) {
            socket.hears("skill_delete", "before").await;
            socket.hears_nothing().await;
        }
        assert_eq!(node.marketplace.satellites.connected(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_those_of_the_list() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Team).await;
        let initech = scene.server.tenant("initech", Plan::Team).await;
        scene.private(Kind::Skill, "crm", json!({})).await;
        let (mut own, mut other) =
            (Socket::open(&scene.server, &scene.acme).await, Socket::open(&scene.server, &initech).await);
        scene.publish_as(&globex, Kind::Skill, "crm", json!({})).await;
        // Only its publisher may know that there is a private one of that id.
        own.hears("skill_update", "globex~crm").await;
        other.hears("skill_update", "crm").await;
        scene.publish_as(&initech, Kind::Skill, "crm", json!({})).await;
        own.hears("skill_update", "initech~crm").await;
        other.hears("skill_update", "initech~crm").await;
        for (socket, client) in [(own, &scene.acme), (other, &initech)] {
            drop(socket);
            of(&scene.server, client).get(&format!("{BASE}/skills/initech~crm")).await.expect(200);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_refused_before_the_upgrade() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let made = acme.post("/api/tokens", &json!({ "name": "short" })).await.expect(201);
        let token = made["token"].as_str().unwrap();
        let weak = server.token("acme", ScopeSet::ALL_TENANT.difference(ScopeSet::of(&[Scope::ComponentsRead]))).await;
        assert_eq!(refused(&url(&server, "wrong")).await, 401);
        assert_eq!(refused(&url(&server, "")).await, 401);
        assert_eq!(refused(url(&server, "").trim_end_matches("?token=")).await, 401);
        assert_eq!(refused(&url(&server, weak.bearer().unwrap())).await, 403);
        let mut socket = connect_async(url(&server, token)).await.expect("the upgrade").0;
        acme.delete(&format!("/api/tokens/{}", made["id"].as_str().unwrap())).await.expect(204);
        assert_eq!(refused(&url(&server, token)).await, 401);
        // The connection that is there ends too.
        let closed = timeout(PATIENCE, socket.next()).await.expect("in time").expect("a frame").expect("a frame");
        let Message::Close(Some(frame)) = closed else { panic!("{closed:?}") };
        assert_eq!(u16::from(frame.code), 4401);

        let mut socket = Socket::open(&server, &acme).await;
        server.admin().patch("/api/admin/tenants/acme", &json!({ "suspended": true })).await.expect(200);
        assert_eq!(socket.closed().await, 4403);
        server.admin().patch("/api/admin/tenants/acme", &json!({ "suspended": false })).await.expect(200);

        let mut socket = Socket::open(&server, &acme).await;
        for _ in 0..200 {
            // It may be closed before all are sent.
            let _ = socket.0.send(Message::text(r#"{"type":"ping"}"#)).await;
        }
        assert_eq!(socket.closed().await, 1008);

        // Words that nobody knows are no reason to end.
        let mut socket = Socket::open(&server, &acme).await;
        for text in ["", "no JSON", "[]", "{}", r#"{"type":"other","data":{}}"#, r#"{"type":7}"#] {
            socket.0.send(Message::text(text)).await.unwrap();
        }
        socket.0.send(Message::binary(vec![0, 159])).await.unwrap();
        socket.hears_nothing().await;
        server.marketplace.outbox.close();
        assert_eq!(socket.closed().await, 1012);
        assert!(server.marketplace.satellites.ended(PATIENCE).await);
        assert_eq!(refused(&url(&server, acme.bearer().unwrap())).await, 503);
    })
    .await;
}

/// Twenty satellites and two hundred updates, or as many as the variables say.
async fn crowd(db: TestDb) {
    let number = |name: &str, usual: usize| std::env::var(name).map_or(usual, |text| text.parse().expect("a number"));
    let (satellites, updates) = (number("ATOM_TEST_SATELLITES", 20), number("ATOM_TEST_SATELLITE_UPDATES", 200));
    let scene = Scene::open(&db).await;
    let globex = scene.server.tenant("globex", Plan::Team).await;
    let mut listeners = Vec::new();
    for _ in 0..satellites {
        let mut socket = Socket::open(&scene.server, &globex).await;
        listeners.push(tokio::spawn(async move {
            let (mut heard, mut times) = (Vec::new(), Vec::new());
            while heard.len() < updates {
                let (kind, data) = socket.next().await;
                assert_eq!(kind, "skill_update");
                heard.push(data["skill_id"].as_str().expect("an id").to_owned());
                times.push(Instant::now());
            }
            (heard, *times.last().unwrap() - times[0])
        }));
    }
    // In bursts, faster than anybody is told.
    let expected: Vec<String> = (0..updates).map(|number| format!("skill-{number:04}")).collect();
    for some in expected.chunks(100) {
        for id in some {
            let body = json!({ "skill_id": id, "marketplace_type": "public", "name": id, "description": "d" });
            scene.acme.post("/api/skill-marketplace/skills", &body).await.expect(201);
        }
        let waiting = scene.admin.get("/api/admin/submissions?page_size=100").await.expect(200);
        let mut waiting: Vec<_> = waiting["items"].as_array().unwrap().iter().collect();
        waiting.sort_by_key(|item| item["component_id"].as_str().unwrap().to_owned());
        for submission in waiting {
            let path = format!("/api/admin/submissions/{}/approve", submission["id"].as_str().unwrap());
            scene.admin.post(&path, &json!({})).await.expect(200);
        }
    }
    // Half of what a client takes at most: a hundred a second.
    let least = Duration::from_millis(10) * (updates as u32 - 1);
    for listener in listeners {
        let (heard, took) = listener.await.expect("a listener");
        assert_eq!(heard, expected, "all, in their order");
        assert!(took >= least, "{updates} messages within {took:?}");
    }
    assert_eq!(scene.server.marketplace.satellites.counts().0, (satellites * updates) as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_delivered_in_order_and_at_a_pace() {
    each_db_async(crowd).await;
}
