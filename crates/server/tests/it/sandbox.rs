//! The test environment: seeded alike every time, resettable, and worth nothing outside.

use std::collections::BTreeSet;
use std::time::Duration;

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{Answer, Client, TestDb, TestServer, each_db_async};
use reqwest::Method;
use serde_json::{Value, json};

const TOKEN: &str = "test-api-token";
const AGENTS: &str = "/api/test/agent-marketplace/agents";
const LIMIT_HEADERS: [&str; 5] =
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit", "ratelimit-policy"];

async fn open(db: &TestDb) -> (TestServer, Client) {
    let server = TestServer::start_with_sandbox(db).await;
    let tester = server.tester(TOKEN);
    (server, tester)
}

/// Whoever knows the test secret.
fn insider(server: &TestServer) -> Client {
    server.anonymous().with("x-test-secret", "test-secret-key")
}

/// The id of every agent, by the guide's loop over pages.
async fn walk(tester: &Client, page_size: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for page in 1.. {
        let body = tester.get(&format!("{AGENTS}?page={page}&page_size={page_size}")).await.expect(200);
        let items = body["items"].as_array().expect("items");
        ids.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
        if items.len() < page_size {
            break;
        }
    }
    ids
}

fn count(answer: &Value) -> u64 {
    answer["total"].as_u64().expect("a total")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_checklist() {
    each_db_async(|db| async move {
        let (server, tester) = open(&db).await;
        let login = json!({ "email": "test@example.com", "password": "testpassword" });
        let session = insider(&server).post("/api/test/auth/login", &login).await.expect(200);
        assert_eq!(session["token_type"], "Bearer");
        assert_eq!((&session["expires_in"], &session["tenant_id"]), (&json!(86_400), &json!("test-tenant-id")));
        let fresh = server.tester(session["api_token"].as_str().unwrap());
        for client in [&fresh, &tester] {
            let client = client.with("x-tenant-id", "test-tenant-id");
            let agents = client.get(&format!("{AGENTS}?marketplace_type=public")).await.expect(200);
            assert!(count(&agents) >= 250, "{agents}");
            let liked = client
                .get(&format!("{AGENTS}?marketplace_type=public&capability=sales&min_rating=4.0"))
                .await
                .expect(200);
            assert!(count(&liked) > 0);
            let found = client.get(&format!("{AGENTS}/search?query=sales+automation&capability=crm")).await.expect(200);
            assert_eq!(found["items"][0]["id"], "sales_automation_agent");
            client.get(&format!("{AGENTS}/agent_id")).await.expect(200);
            client.get(&format!("{AGENTS}/agent-123")).await.expect(200);
            client.get("/api/test/skill-marketplace/skills/skill_id").await.expect(200);
            assert_eq!(client.get("/api/test/tenant").await.expect(200)["plan"], "team");
        }

        let install = format!("{AGENTS}/test-agent/install");
        for status in [201, 200, 200] {
            let body = json!({ "target_tenant_id": "test-tenant-id" });
            assert_eq!(tester.post(&install, &body).await.expect(status)["status"], "installed");
        }
        assert_eq!(tester.get("/api/test/usage").await.expect(200)["agents_installed"], 1);
        assert_eq!(tester.get(&format!("{AGENTS}/test-agent")).await.expect(200)["install_count"], 1);

        let (source, target) = ("publisher-tenant-id", "test-tenant-id");
        let config = json!({
            "api_keys": { "salesforce": "key" }, "settings": { "auto_approve": false, "max_daily_tasks": 100 },
        });
        for (path, config) in [
            ("agent-marketplace/agents/sales_automation_agent", config),
            ("skill-marketplace/skills/salesforce_integration", json!({})),
            ("canvas-marketplace/components/sales_outreach_template", json!({})),
            ("domain-marketplace/domains/sales_knowledge", json!({})),
        ] {
            let body = json!({ "source_tenant_id": source, "target_tenant_id": target, "install_config": config });
            tester.post(&format!("/api/test/{path}/install"), &body).await.expect(201);
        }
        let refused = tester.post(&install, &json!({ "target_tenant_id": "publisher-tenant-id" })).await;
        refused.expect_error(403, "INSUFFICIENT_PERMISSIONS");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn login_wants_all_three() {
    each_db_async(|db| async move {
        let (server, _) = open(&db).await;
        let right = json!({ "email": "test@example.com", "password": "testpassword" });
        let (nobody, path) = (server.anonymous(), "/api/test/auth/login");
        nobody.post(path, &right).await.expect_error(401, "UNAUTHENTICATED");
        nobody.with("x-test-secret", "x").post(path, &right).await.expect_error(401, "UNAUTHENTICATED");
        for (body, status, code) in [
            (json!({ "email": "test@example.com", "password": "x" }), 401, "UNAUTHENTICATED"),
            (json!({ "email": "x@example.com", "password": "testpassword" }), 401, "UNAUTHENTICATED"),
            (json!({ "email": "test@example.com" }), 400, "INVALID_REQUEST"),
            (json!({ "email": "a", "password": "b", "c": 1 }), 400, "INVALID_REQUEST"),
        ] {
            insider(&server).post(path, &body).await.expect_error(status, code);
        }
        let session = insider(&server).post(path, &right).await.expect(200);
        let client = server.tester(session["api_token"].as_str().unwrap());
        client.get("/api/test/tokens/current").await.expect(200);
        server.sandbox.as_ref().unwrap().marketplace().clock.advance(Duration::from_hours(25));
        client.get("/api/test/tokens/current").await.expect_error(401, "UNAUTHENTICATED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_worth_nothing_on_the_other_side() {
    each_db_async(|db| async move {
        let (server, tester) = open(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        tester.get("/api/test/tokens/current").await.expect(200);
        acme.get("/api/tokens/current").await.expect(200);
        let login = json!({ "email": "test@example.com", "password": "testpassword" });
        let session = insider(&server).post("/api/test/auth/login", &login).await.expect(200);
        let fresh = server.tester(session["api_token"].as_str().unwrap());
        for (client, path) in [
            (&tester, "/api/tokens/current"),
            (&fresh, "/api/tokens/current"),
            (&acme, "/api/test/tokens/current"),
            (&server.admin(), "/api/test/admin/tenants"),
            (&server.admin_for("test-tenant-id"), "/api/test/tenant"),
        ] {
            client.get(path).await.expect_error(401, "UNAUTHENTICATED");
        }
        let key = acme.post("/api/federation/keys", &json!({ "name": "peer" })).await.expect(201);
        let peer = server.anonymous().with("x-federation-key", key["key"].as_str().unwrap());
        peer.get("/api/federation/v1/marketplace/agents").await.expect(200);
        peer.get("/api/test/federation/v1/marketplace/agents").await.expect_error(401, "FEDERATION_KEY_INVALID");
        // Nothing of the test environment's own answers on the real side, and none of its data is there.
        for path in ["/api/auth/login", "/api/reset", "/api/rate-limit"] {
            insider(&server).post(path, &login).await.expect_error(404, "NOT_FOUND");
        }
        assert_eq!(count(&server.anonymous().get("/api/agent-marketplace/agents").await.expect(200)), 0);
        assert_eq!(server.admin().get("/api/admin/tenants").await.expect(200)["total"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_agent_once_whatever_the_page() {
    each_db_async(|db| async move {
        let (_server, tester) = open(&db).await;
        let all = walk(&tester, 100).await;
        assert!(all.len() >= 250, "{}", all.len());
        let ids: BTreeSet<_> = all.iter().collect();
        assert_eq!(ids.len(), all.len());
        let mut by_cursor = Vec::new();
        let mut path = format!("{AGENTS}?page_size=99");
        loop {
            let answer = tester.get(&path).await;
            let link = answer.header("link").map(str::to_owned);
            let items = answer.expect(200)["items"].as_array().unwrap().clone();
            by_cursor.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            let Some(next) = link.as_deref().and_then(|link| {
                link.split(',').find(|part| part.contains("rel=\"next\""))?.trim().strip_prefix('<')?.split('>').next()
            }) else {
                break;
            };
            assert!(next.starts_with(AGENTS), "{next}");
            path = next.to_owned();
        }
        assert_eq!(by_cursor, all);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_know_where_they_are_mounted() {
    each_db_async(|db| async move {
        let (server, tester) = open(&db).await;
        let body = json!({ "agent_id": "mine", "marketplace_type": "private", "name": "Mine", "description": "Mine." });
        let made = tester.post(AGENTS, &body).await;
        assert_eq!(made.status, 201);
        let location = made.header("location").expect("a location").to_owned();
        assert!(location.starts_with(&format!("{AGENTS}/mine")), "{location}");
        assert_eq!(tester.get(&location).await.expect(200)["id"], "mine");
        let nowhere: [(Method, &str, u16); 5] = [
            (Method::GET, "/api/test/no-such-route", 404),
            (Method::GET, "/api/test", 404),
            (Method::GET, "/api/test/agent-marketplace/agents/no-such-agent", 404),
            (Method::DELETE, "/api/test/agent-marketplace/agents", 405),
            (Method::GET, "/api/test/agent-marketplace/agents?page_size=0", 400),
        ];
        for (method, path, status) in nowhere {
            let answer: Answer = server.anonymous().send(method, path, None).await;
            assert_eq!(answer.status, status, "{path}");
            assert!(answer.json()["error"]["code"].is_string(), "{path}");
            for header in LIMIT_HEADERS {
                assert!(answer.header(header).is_some(), "{path}: no {header}");
            }
            assert!(answer.header("x-request-id").is_some());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn submissions_decide_themselves() {
    each_db_async(|db| async move {
        let (server, tester) = open(&db).await;
        let clock = &server.sandbox.as_ref().unwrap().marketplace().clock;
        let publish = |id: &str| {
            json!({ "agent_id": id, "marketplace_type": "public", "name": "New", "description": "A new one." })
        };
        for id in ["new-agent", "reject-me"] {
            let made = tester.post(AGENTS, &publish(id)).await.expect(201);
            assert_eq!(made["status"], "pending_review");
        }
        let shown = async |id: &str| tester.get(&format!("{AGENTS}/{id}?source_tenant_id=test-tenant-id")).await;
        clock.advance(Duration::from_secs(3));
        assert_eq!(shown("new-agent").await.expect(200)["status"], "published");
        let back = shown("reject-me").await.expect(200);
        assert_eq!(back["status"], "changes_requested");
        assert!(back.to_string().contains("reject-"), "{back}");
        server.anonymous().get(&format!("{AGENTS}/new-agent")).await.expect(200);
        server.anonymous().get(&format!("{AGENTS}/reject-me")).await.expect(404);

        // Also when nobody asks: the database itself is watched.
        tester.post(AGENTS, &publish("nobody-looks")).await.expect(201);
        clock.advance(Duration::from_secs(3));
        let sandbox = server.sandbox.clone().unwrap();
        let deadline = std::time::Instant::now() + Duration::from_mins(1);
        loop {
            let status: String = sandbox
                .marketplace()
                .db
                .read(|c| c.one("SELECT status FROM component WHERE slug = 'nobody-looks'", &[]))
                .await
                .expect("the component");
            if status == "published" {
                break;
            }
            assert!(std::time::Instant::now() < deadline, "still {status}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_puts_everything_back() {
    each_db_async(|db| async move {
        let (server, tester) = open(&db).await;
        let detail = format!("{AGENTS}/test-agent");
        let before = walk(&tester, 100).await;
        let first = tester.get(&detail).await.expect(200);
        tester.post(&format!("{detail}/install"), &json!({})).await.expect(201);
        let body = json!({ "agent_id": "mine", "marketplace_type": "private", "name": "Mine", "description": "Mine." });
        tester.post(AGENTS, &body).await.expect(201);
        let token = tester.post("/api/test/tokens", &json!({ "name": "mine" })).await.expect(201);
        insider(&server).post("/api/test/rate-limit", &json!({ "limit": 500 })).await.expect(200);

        server.anonymous().post("/api/test/reset", &json!({})).await.expect_error(401, "UNAUTHENTICATED");
        // Readers meanwhile see what was before, or all that is new.
        let ((), ()) = tokio::join!(
            async {
                for _ in 0..20 {
                    let page = tester.get(AGENTS).await.expect(200);
                    assert!(count(&page) >= 250, "{page}");
                }
            },
            async {
                for _ in 0..2 {
                    insider(&server).post("/api/test/reset", &json!({})).await.expect(204);
                }
            }
        );
        assert_eq!(walk(&tester, 100).await, before);
        assert_eq!(tester.get(&format!("{AGENTS}/mine")).await.status, 404);
        assert_eq!(count(&tester.get("/api/test/installations").await.expect(200)), 0);
        server.tester(token["token"].as_str().unwrap()).get(AGENTS).await.expect_error(401, "UNAUTHENTICATED");
        let again = tester.get(&detail).await;
        assert_eq!(again.header("x-ratelimit-limit"), Some("1000000"));
        let again = again.expect(200);
        for field in ["digest", "version", "install_count", "average_rating", "rating_count", "source_tenant_id"] {
            assert_eq!(again[field], first[field], "{field}");
        }
        tester.post(&format!("{detail}/install"), &json!({})).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_to_try_a_client_on() {
    each_db_async(|db| async move {
        let (server, tester) = open(&db).await;
        let insider = insider(&server);
        let (path, clock) = ("/api/test/rate-limit", &server.sandbox.as_ref().unwrap().marketplace().clock);
        tester.get(AGENTS).await.expect(200);
        let set = insider.post(path, &json!({ "limit": 2, "window_seconds": 60 })).await.expect(200);
        assert_eq!(set, json!({ "limit": 2, "window_seconds": 60 }));
        for left in ["1", "0"] {
            let answer = tester.get(AGENTS).await;
            assert_eq!((answer.status, answer.header("x-ratelimit-remaining")), (200, Some(left)));
            assert_eq!(answer.header("ratelimit-policy"), Some("\"60s\";q=2;w=60"));
        }
        let refused = tester.get(AGENTS).await;
        let wait: u64 = refused.header("retry-after").expect("a time").parse().unwrap();
        assert!((1..=60).contains(&wait));
        let details = refused.expect_error(429, "RATE_LIMIT_EXCEEDED");
        assert_eq!(details, json!({ "retry_after": wait, "limit": 2, "window": "60s" }));
        clock.advance(Duration::from_secs(61));
        tester.get(AGENTS).await.expect(200);

        insider.post(path, &json!({ "limit": 0, "window_seconds": 60 })).await.expect(200);
        let refused = tester.get(AGENTS).await;
        assert_eq!((refused.status, refused.header("retry-after")), (429, Some("60")));
        // Real tenants and whoever has no token are not concerned.
        let acme = server.tenant("acme", Plan::Team).await;
        acme.get("/api/usage").await.expect(200);
        server.anonymous().get(AGENTS).await.expect(200);

        let usual = insider.post(path, &json!({ "limit": null })).await.expect(200);
        assert_eq!(usual, json!({ "limit": 1_000_000, "window_seconds": 3_600 }));
        assert_eq!(tester.get(AGENTS).await.header("x-ratelimit-remaining"), Some("999999"));
        for body in [
            json!({ "limit": -1 }),
            json!({ "limit": 1_000_001 }),
            json!({ "limit": 1, "window_seconds": 0 }),
            json!({ "limit": 1, "window_seconds": 3_601 }),
        ] {
            insider.post(path, &body).await.expect_error(400, "INVALID_REQUEST");
        }
        server.anonymous().post(path, &json!({ "limit": 1 })).await.expect_error(401, "UNAUTHENTICATED");
    })
    .await;
}
