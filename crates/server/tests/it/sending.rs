//! When deliveries are sent, and by whom: limits, leases, tenants that are suspended, and receivers with certificates of their
//! own.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use atom_marketplace_db::{Db, args};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::ScopeSet;
use atom_marketplace_server::outbound::Roots;
use atom_marketplace_testkit::{Client, Receiver, TestServer, each_db_async, http, status, tls};
use serde_json::{Value, json};

async fn webhook(client: &Client, fields: Value) -> String {
    let mut body = json!({"events": ["component.published"], "secret": "your-webhook-secret"});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let made = client.post("/api/webhooks", &body).await.expect(201);
    format!("/api/webhooks/{}", made["id"].as_str().unwrap())
}

async fn publish(client: &Client, id: &str) -> Value {
    let body = json!({"skill_id": id, "marketplace_type": "private", "name": id, "description": "Does things."});
    client.post("/api/skill-marketplace/skills", &body).await.expect(201)
}

async fn until<T>(what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..1_200 {
        if let Some(found) = found().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} does not come about");
}

/// Of each delivery that waits: its lease, and when that ends.
async fn leases(db: &Db) -> Vec<(i64, i64)> {
    let sql = "SELECT lease, due_at FROM webhook_delivery WHERE state = 0";
    db.read(move |c| c.all::<(i64, i64)>(sql, args![])).await.expect("a table")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_tenant_is_sent_nothing_until_it_is_let_in_again() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let (acme, globex) = (server.tenant("acme", Plan::Team).await, server.tenant("globex", Plan::Team).await);
        let (suspended, other) = (Receiver::start().await, Receiver::start().await);
        let update = async |version: usize| {
            let body = json!({
                "skill_id": "lookup", "marketplace_type": "private", "name": "Lookup", "shared_with": ["acme"],
                "description": format!("Looks up, {version}."), "version": format!("1.{version}.0"),
            });
            globex.post("/api/skill-marketplace/skills", &body).await.expect(201);
        };
        update(0).await;
        let install = json!({"source_tenant_id": "globex"});
        acme.post("/api/skill-marketplace/skills/lookup/install", &install).await.expect(201);
        // Both hear of it: the publisher, and who has it installed.
        let path = webhook(&acme, json!({"url": suspended.url, "events": ["component.updated"]})).await;
        webhook(&globex, json!({"url": other.url, "events": ["component.updated"]})).await;
        let suspend = async |yes: bool| {
            server.admin().patch("/api/admin/tenants/acme", &json!({"suspended": yes})).await.expect(200);
        };
        let admin = server.admin_for("acme");
        let waiting = async || {
            let list = admin.get(&format!("{path}/deliveries?status=pending")).await.expect(200);
            list["total"].as_u64().unwrap() as usize
        };
        suspend(true).await;
        update(1).await;
        update(2).await;
        other.wait_for(2).await;
        assert_eq!((waiting().await, suspended.received().len()), (2, 0));
        suspend(false).await;
        suspended.wait_for(2).await;

        // One that is being sent to: nodes notice it with their next look at the tables.
        suspend(true).await;
        let mut version = 3;
        let sent = until("a delivery that waits", async || {
            update(version).await;
            version += 1;
            other.wait_for(version - 1).await;
            // Given back: the engine knows.
            let waits = leases(&db.db).await.iter().any(|(lease, _)| *lease == 0);
            waits.then(|| suspended.received().len())
        })
        .await;
        update(version).await;
        other.wait_for(version).await;
        assert_eq!(suspended.received().len(), sent);
        suspend(false).await;
        suspended.wait_for(version).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_is_kept() {
    each_db_async(|db| async move {
        const EVENTS: usize = 20;
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let times = Arc::new(Mutex::new(Vec::new()));
        let noted = times.clone();
        let receiver = Receiver::answering(move |_, _| {
            noted.lock().unwrap().push(Instant::now());
            status(204)
        })
        .await;
        let path = webhook(&acme, json!({"url": receiver.url, "rate_limit": 20})).await;
        acme.patch(&path, &json!({"status": "paused"})).await.expect(200);
        for number in 0..EVENTS {
            publish(&acme, &format!("s-{number}")).await;
        }
        acme.patch(&path, &json!({"status": "active"})).await.expect(200);
        receiver.wait_for(EVENTS).await;
        // However slow the machine is, it takes no less than this: the second of them may follow the first at once.
        let times = times.lock().unwrap();
        let took = times[EVENTS - 1] - times[0];
        assert!(took >= Duration::from_millis(50) * (EVENTS as u32 - 3), "{took:?}");
    })
    .await;
}

/// A webhook that is sent so little that the rest waits in memory.
async fn slow(client: &Client, url: &str, events: usize) -> String {
    let path = webhook(client, json!({"url": url, "rate_limit": 1})).await;
    for number in 0..events {
        publish(client, &format!("s-{number}")).await;
    }
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_long_is_not_taken_for_lost() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let receiver = Receiver::start().await;
        let path = slow(&acme, &receiver.url, 12).await;
        let before = leases(&db.db).await;
        assert!(before.len() >= 2 && before.iter().all(|(lease, _)| *lease != 0), "{before:?}");
        let ends = before.iter().map(|(_, until)| *until).max().unwrap();
        server.marketplace.clock.advance(Duration::from_secs(30));
        let after = until("a renewed lease", async || {
            let after = leases(&db.db).await;
            after.iter().all(|(_, until)| *until > ends).then_some(after)
        })
        .await;
        // The same claims: nobody has taken them over.
        assert!(!after.is_empty() && after.iter().all(|(lease, _)| before.iter().any(|(known, _)| known == lease)));
        acme.patch(&path, &json!({"rate_limit": 0})).await.expect(200);
        receiver.wait_for(12).await;
        let mut ids: Vec<_> = receiver.received().iter().map(|came| came.header("webhook-id").to_owned()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), receiver.received().len()), (12, 12));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_hands_back_what_waits() {
    each_db_async(|db| async move {
        let mut server = TestServer::start_with_jobs(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let receiver = Receiver::start().await;
        let path = slow(&acme, &receiver.url, 12).await;
        assert!(leases(&db.db).await.iter().any(|(lease, _)| *lease != 0));
        server.stop_jobs().await;
        let (left, now) = (leases(&db.db).await, server.marketplace.now().as_micros());
        assert!(left.len() >= 2 && left.iter().all(|(lease, due)| *lease == 0 && *due <= now), "{left:?}");
        drop(server);
        // The next one sends them at once, not when a lease ends.
        let again = tokio::task::block_in_place(|| db.another().expect("it opens once more"));
        let server = TestServer::node_with_jobs(again, |_| {}).await;
        let acme = server.token("acme", ScopeSet::ALL_TENANT).await;
        acme.patch(&path, &json!({"rate_limit": 0})).await.expect(200);
        receiver.wait_for(12).await;
        assert_eq!(receiver.received().len(), 12);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_node_held_is_sent_by_another_before_its_leases_end() {
    each_db_async(|db| async move {
        if db.db.dialect() == atom_marketplace_db::Dialect::Sqlite {
            return;
        }
        let again = || tokio::task::block_in_place(|| db.another().expect("it opens once more"));
        let receiver = Receiver::start().await;
        let dead = TestServer::node_with_jobs(again(), |_| {}).await;
        let path = slow(&dead.tenant("acme", Plan::Team).await, &receiver.url, 12).await;
        let living = TestServer::node_with_jobs(again(), |_| {}).await;
        let held = leases(&db.db).await;
        assert!(held.iter().filter(|(lease, _)| *lease != 0).count() >= 2, "{held:?}");
        let ends = held.iter().filter(|(lease, _)| *lease != 0).map(|(_, until)| *until).min().unwrap();
        // Killed: nothing is given back, and its connections end.
        let connections = dead.marketplace.db.clone();
        drop(dead);
        tokio::task::block_in_place(|| connections.close());
        let acme = living.token("acme", ScopeSet::ALL_TENANT).await;
        acme.patch(&path, &json!({"rate_limit": 0})).await.expect(200);
        receiver.wait_for(12).await;
        assert!(living.marketplace.now().as_micros() < ends, "the leases had ended by themselves");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_has_ten_streams_of_events() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, other) = (server.tenant("acme", Plan::Team).await, server.tenant("other", Plan::Team).await);
        let http = http().build().unwrap();
        let open = async |client: &Client| {
            let request = http.get(format!("{}/api/events/stream", server.url)).bearer_auth(client.bearer().unwrap());
            request.send().await.expect("an answer")
        };
        let mut streams = Vec::new();
        for _ in 0..10 {
            let stream = open(&acme).await;
            assert_eq!(stream.status(), 200);
            streams.push(stream);
        }
        acme.get("/api/events/stream").await.expect_error(409, "CONFLICT");
        // Others have their own ten.
        assert_eq!(open(&other).await.status(), 200);
        // A place is free again when one has gone.
        streams.pop();
        let stream = until("a free place", async || {
            let stream = open(&acme).await;
            (stream.status() == 200).then_some(stream)
        })
        .await;
        acme.get("/api/events/stream").await.expect_error(409, "CONFLICT");
        drop((stream, streams));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_may_have_a_certificate_of_its_operators_own_authority() {
    each_db_async(|db| async move {
        let trusting = |parts: &mut atom_marketplace_server::app::Parts| {
            parts.outbound_ca = Roots::read(&tls::authority()).expect("certificates");
        };
        let receiver = Receiver::start_tls().await;
        let mut server = TestServer::node_with_jobs(db.db.clone(), |_| {}).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let path = webhook(&acme, json!({"url": receiver.url})).await;
        publish(&acme, "one").await;
        // Nobody has said that it is to be trusted.
        let failed = until("a failure", async || {
            let list = acme.get(&format!("{path}/deliveries")).await.expect(200);
            list["items"][0]["error"].as_str().map(str::to_owned)
        })
        .await;
        assert!(failed.starts_with("tls: ") && failed.contains("UnknownIssuer"), "{failed}");
        assert_eq!(receiver.received().len(), 0);
        server.stop_jobs().await;
        drop(server);

        let again = tokio::task::block_in_place(|| db.another().expect("it opens once more"));
        let server = TestServer::node_with_jobs(again, trusting).await;
        receiver.wait_for(1).await;
        // Whom it names counts as ever: the certificate is for 127.0.0.1.
        let acme = server.token("acme", ScopeSet::ALL_TENANT).await;
        let other = receiver.url.replace("127.0.0.1", "127.0.0.2");
        acme.patch(&path, &json!({"url": other})).await.expect(200);
        publish(&acme, "two").await;
        let listed = until("another failure", async || {
            let list = acme.get(&format!("{path}/deliveries")).await.expect(200);
            list["items"][0]["error"].as_str().map(str::to_owned)
        })
        .await;
        assert!(listed.starts_with("connect: ") || listed.contains("NotValidForName"), "{listed}");
        assert_eq!(receiver.received().len(), 1);
    })
    .await;
}
