//! `Idempotency-Key`: one effect and one answer, for a day, for one credential.

use std::time::Duration;

use atom_marketplace_db::{Timestamp, args};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::ScopeSet;
use atom_marketplace_testkit::{TestServer, each_db_async};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gets_the_same_answer() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let keyed = acme.with("idempotency-key", "one");
        let body = json!({"name": "ci"});
        let first = keyed.post("/api/tokens", &body).await;
        let made = first.expect(201);
        assert_eq!(first.header("idempotency-replayed"), None);
        let again = keyed.post("/api/tokens", &body).await;
        assert_eq!(again.expect(201), made, "the very token");
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
        assert!(again.header("x-ratelimit-remaining") < first.header("x-ratelimit-remaining"));
        assert_eq!(acme.get("/api/tokens").await.expect(200)["total"], 2);

        keyed.post("/api/tokens", &json!({"name": "other"})).await.expect_error(422, "IDEMPOTENCY_KEY_REUSED");
        keyed.post("/api/federation/keys", &body).await.expect_error(422, "IDEMPOTENCY_KEY_REUSED");
        keyed.post("/api/tokens?x=1", &body).await.expect_error(422, "IDEMPOTENCY_KEY_REUSED");
        acme.with("idempotency-key", "two").post("/api/tokens", &body).await.expect(201);

        server.marketplace.clock.advance(Duration::from_hours(25));
        assert_ne!(keyed.post("/api/tokens", &body).await.expect(201)["id"], made["id"], "a day later it is a new one");

        let location = server.admin().with("idempotency-key", "t");
        let tenant = json!({"name": "New", "plan": "free"});
        let first = location.post("/api/admin/tenants", &tenant).await;
        first.expect(201);
        let again = location.post("/api/admin/tenants", &tenant).await;
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.bytes, first.bytes);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_not_kept() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let keyed = acme.with("idempotency-key", "k");
        keyed.post("/api/tokens", &json!({})).await.expect_error(400, "INVALID_REQUEST");
        keyed.post("/api/tokens", &json!({"name": "now right"})).await.expect(201);
        for key in ["", &"x".repeat(256), "\u{e9}"] {
            let answer = acme.with("idempotency-key", key).post("/api/tokens", &json!({"name": "x"})).await;
            let details = answer.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], "Idempotency-Key");
        }
        // It means nothing where nothing can be done twice.
        acme.with("idempotency-key", "k").get("/api/tokens").await.expect(200);
        let made = acme.post("/api/tokens", &json!({"name": "x"})).await.expect(201);
        let path = format!("/api/tokens/{}", made["id"].as_str().unwrap());
        assert_eq!(acme.with("idempotency-key", "k").delete(&path).await.status, 204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_belong_to_a_credential() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        server.tenant("other", Plan::Free).await;
        let second = server.token("acme", ScopeSet::ALL_TENANT).await;
        let body = json!({"name": "same"});
        let mut ids = Vec::new();
        for client in [acme, second, server.admin_for("acme"), server.admin_for("other")] {
            ids.push(
                client.with("idempotency-key", "k").post("/api/tokens", &body).await.expect(201)["id"].to_string(),
            );
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 4, "one credential reads what another was answered");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_at_once_have_one_effect() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let keyed = acme.with("idempotency-key", "k");
        let sent = (0..16).map(|_| {
            let keyed = keyed.clone();
            tokio::spawn(async move { keyed.post("/api/tokens", &json!({"name": "once"})).await })
        });
        let mut answers = Vec::new();
        for sent in sent.collect::<Vec<_>>() {
            let answer = sent.await.expect("no panic");
            match answer.status {
                201 => answers.push(answer.json()["token"].to_string()),
                409 => assert_eq!(answer.header("retry-after"), Some("1")),
                503 => {}
                other => panic!("{other}: {}", answer.json()),
            }
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
        assert_eq!(acme.get("/api/tokens").await.expect(200)["total"], 2);
    })
    .await;
}

/// What is left behind by a process that is gone, or has lost the answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_effect_and_answer() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let body = json!({"name": "ci"});
        let stale = |state: &'static str, key: &'static str, age: Duration| {
            let (at, db) = (server.marketplace.now().minus(age), db.db.clone());
            async move {
                db.write(move |c| {
                    c.execute(
                        "UPDATE idempotency SET state = $1, answer = NULL, owner = 'node_gone/claim_1', created_at = $2 WHERE key = $3",
                        args![state, Timestamp::from_micros(at.as_micros()), key],
                    )
                })
                .await
                .map_err(|error: atom_marketplace_db::Error| error)
                .expect("the row is there");
            }
        };
        // It died before its effect: the request is run again.
        let keyed = acme.with("idempotency-key", "before");
        let first = keyed.post("/api/tokens", &body).await.expect(201);
        stale("running", "before", Duration::from_mins(5)).await;
        let second = keyed.post("/api/tokens", &body).await.expect(201);
        assert_ne!(first["id"], second["id"]);

        // It died after: the effect is not repeated, and the answer stays the same however often one asks.
        let keyed = acme.with("idempotency-key", "after");
        keyed.post("/api/tokens", &body).await.expect(201);
        stale("applied", "after", Duration::from_mins(5)).await;
        for _ in 0..2 {
            let answer = keyed.post("/api/tokens", &body).await;
            answer.expect_error(409, "CONFLICT");
            assert!(answer.json()["error"]["message"].as_str().unwrap().contains("lost"));
        }
        assert_eq!(acme.get("/api/tokens").await.expect(200)["total"], 4);

        // On PostgreSQL another node may still be at it.
        if db.db.dialect() == atom_marketplace_db::Dialect::Postgres {
            let keyed = acme.with("idempotency-key", "elsewhere");
            keyed.post("/api/tokens", &body).await.expect(201);
            stale("running", "elsewhere", Duration::from_secs(1)).await;
            let answer = keyed.post("/api/tokens", &body).await;
            answer.expect_error(409, "CONFLICT");
            assert_eq!(answer.header("retry-after"), Some("1"));
        }
    })
    .await;
}

/// The client goes away before it is answered, and sends the request again: the reason to have keys at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_finds_its_answer() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let host = server.url.trim_start_matches("http://").to_owned();
        let body = json!({"name": "cut"}).to_string();
        for number in 0..20 {
            let request = format!(
                "POST /api/tokens HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\nidempotency-key: cut-{number}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                acme.bearer().unwrap(),
                body.len()
            );
            let mut stream = tokio::net::TcpStream::connect(&host).await.expect("connected");
            stream.write_all(request.as_bytes()).await.expect("sent");
            if number % 2 == 0 {
                tokio::task::yield_now().await;
            }
            drop(stream);
        }
        for number in 0..20 {
            let keyed = acme.with("idempotency-key", &format!("cut-{number}"));
            let answer = loop {
                let answer = keyed.post("/api/tokens", &json!({"name": "cut"})).await;
                match answer.status {
                    409 if answer.header("retry-after").is_some() => tokio::task::yield_now().await,
                    503 => tokio::task::yield_now().await,
                    _ => break answer,
                }
            };
            answer.expect(201);
        }
        assert_eq!(acme.get("/api/tokens").await.expect(200)["total"], 21, "one effect each");
    })
    .await;
}
