//! Review: what becomes public, and what never does.

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{Client, TestServer, each_db_async};
use serde_json::{Value, json};

use crate::publish::agent;

const AGENTS: &str = "/api/agent-marketplace/agents";

/// The submissions that wait.
async fn waiting(admin: &Client) -> Vec<Value> {
    admin.get("/api/admin/submissions").await.expect(200)["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_is_public_once_it_is_approved() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, admin, anyone) = (server.tenant("acme", Plan::Free).await, server.admin(), server.anonymous());
        let body = agent("a", "public", json!({"content": 1}));
        let component = acme.post(AGENTS, &body).await.expect(201);
        assert_eq!((&component["status"], &component["version"]), (&json!("pending_review"), &json!("1.0.0")));
        anyone.get(&format!("{AGENTS}/a/versions")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        assert_eq!(acme.post(AGENTS, &body).await.expect(200)["status"], "pending_review");
        let submissions = waiting(&admin).await;
        assert_eq!(submissions.len(), 1);
        let id = submissions[0]["id"].as_str().unwrap();
        assert_eq!(submissions[0]["digest"], component["digest"]);
        let detail = admin.get(&format!("/api/admin/submissions/{id}")).await.expect(200);
        assert_eq!(detail["manifest"]["content"], 1);
        acme.get("/api/admin/submissions").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        let other = json!({"digest": "sha256:00"});
        admin.post(&format!("/api/admin/submissions/{id}/approve"), &other).await.expect_error(409, "CONFLICT");
        admin
            .post(&format!("/api/admin/submissions/{id}/reject"), &json!({}))
            .await
            .expect_error(400, "INVALID_REQUEST");
        let approved = admin
            .post(&format!("/api/admin/submissions/{id}/approve"), &json!({"digest": component["digest"]}))
            .await
            .expect(200);
        assert_eq!(approved["status"], "published");
        admin.post(&format!("/api/admin/submissions/{id}/approve"), &json!({})).await.expect_error(409, "CONFLICT");
        let versions = anyone.get(&format!("{AGENTS}/a/versions")).await.expect(200);
        assert_eq!(versions["total"], 1);
        // The next one waits while this one is served.
        let next = acme.post(AGENTS, &agent("a", "public", json!({"content": 2}))).await.expect(201);
        assert_eq!((&next["status"], &next["version"]), (&json!("published"), &json!("1.0.0")));
        assert_eq!(
            (&next["pending"]["status"], &next["pending"]["version"]),
            (&json!("pending_review"), &json!("1.0.1"))
        );
        assert_eq!(anyone.get(&format!("{AGENTS}/a/versions")).await.expect(200)["total"], 1);
        anyone.get(&format!("{AGENTS}/a/versions/1.0.1")).await.expect_error(404, "NOT_FOUND");
        acme.get(&format!("{AGENTS}/a/versions/1.0.1")).await.expect(200);
        let id = waiting(&admin).await[0]["id"].as_str().unwrap().to_owned();
        let refused = admin
            .post(&format!("/api/admin/submissions/{id}/request-changes"), &json!({"reason": "Say more."}))
            .await
            .expect(200);
        assert_eq!(refused["status"], "published");
        assert_eq!(
            (&refused["pending"]["status"], &refused["pending"]["reason"]),
            (&json!("changes_requested"), &json!("Say more."))
        );
        // Its number is free again.
        let again = acme.post(AGENTS, &agent("a", "public", json!({"content": 3}))).await.expect(201);
        assert_eq!(
            (&again["pending"]["status"], &again["pending"]["version"]),
            (&json!("pending_review"), &json!("1.0.1"))
        );
    })
    .await;
}

/// Approves what waits of a component, if anything does.
pub(crate) async fn approve_all(admin: &Client) {
    for submission in waiting(admin).await {
        let id = submission["id"].as_str().unwrap();
        admin
            .post(&format!("/api/admin/submissions/{id}/approve"), &json!({"digest": submission["digest"]}))
            .await
            .expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn private_to_public_and_back() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta, admin) =
            (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await, server.admin());
        let path = format!("{AGENTS}/a/versions");
        acme.post(AGENTS, &agent("a", "private", json!({"content": 1}))).await.expect(201);
        // The same content keeps its number; until the approval the private one is served to its own.
        let submitted = acme.post(AGENTS, &agent("a", "public", json!({"content": 1}))).await.expect(201);
        assert_eq!((&submitted["status"], &submitted["marketplace_type"]), (&json!("published"), &json!("private")));
        assert_eq!(
            (&submitted["pending"]["status"], &submitted["pending"]["version"]),
            (&json!("pending_review"), &json!("1.0.0"))
        );
        assert_eq!(acme.get(&path).await.expect(200)["total"], 2);
        beta.get(&path).await.expect_error(404, "COMPONENT_NOT_FOUND");
        let id = waiting(&admin).await[0]["id"].as_str().unwrap().to_owned();
        approve_all(&admin).await;
        let versions = beta.get(&path).await.expect(200);
        assert_eq!((&versions["total"], &versions["items"][0]["version"]), (&json!(1), &json!("1.0.0")));
        assert_eq!(acme.get(&path).await.expect(200)["total"], 1, "one version under one number");
        assert_eq!(admin.get(&format!("/api/admin/submissions/{id}")).await.expect(200)["status"], "published");
        // Public to private takes it from the public at once.
        let private = acme.post(AGENTS, &agent("a", "private", json!({"content": 1}))).await.expect(200);
        assert_eq!((&private["marketplace_type"], &private["version"]), (&json!("private"), &json!("1.0.0")));
        beta.get(&path).await.expect_error(404, "COMPONENT_NOT_FOUND");
        // It comes back only by another review.
        acme.post(AGENTS, &agent("a", "public", json!({"content": 1}))).await.expect(201);
        beta.get(&path).await.expect_error(404, "COMPONENT_NOT_FOUND");
        // What its publisher said last is that it be private.
        acme.post(AGENTS, &agent("a", "private", json!({"content": 2, "shared_with": ["beta", "nobody"]})))
            .await
            .expect(201);
        assert_eq!(waiting(&admin).await, Vec::<Value>::new());
        assert_eq!(beta.get(&path).await.expect(200)["total"], 2);
        let shared = acme.patch(&format!("{AGENTS}/a"), &json!({"shared_with": null})).await.expect(200);
        assert_eq!(shared["shared_with"], json!([]));
        beta.get(&path).await.expect_error(404, "COMPONENT_NOT_FOUND");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarantine_hides_until_it_is_released() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, admin, anyone) = (server.tenant("acme", Plan::Free).await, server.admin(), server.anonymous());
        let path = format!("{AGENTS}/a/versions");
        let verb = |verb: &str| format!("/api/admin/components/agent/acme/a/{verb}");
        acme.post(AGENTS, &agent("a", "public", json!({"content": 1}))).await.expect(201);
        admin.post(&verb("quarantine"), &json!({"reason": "It waits."})).await.expect_error(409, "CONFLICT");
        approve_all(&admin).await;
        admin.post(&verb("quarantine"), &json!({})).await.expect_error(400, "INVALID_REQUEST");
        acme.post(&verb("quarantine"), &json!({"reason": "No."})).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        anyone.post(&verb("quarantine"), &json!({"reason": "No."})).await.expect_error(401, "UNAUTHENTICATED");
        let held = admin.post(&verb("quarantine"), &json!({"reason": "It phones home."})).await.expect(200);
        assert_eq!((&held["status"], &held["status_reason"]), (&json!("quarantined"), &json!("It phones home.")));
        anyone.get(&path).await.expect_error(404, "COMPONENT_NOT_FOUND");
        acme.get(&path).await.expect(200);
        // No way round it.
        acme.post(AGENTS, &agent("a", "private", json!({"content": 2}))).await.expect_error(409, "CONFLICT");
        acme.delete(&format!("{AGENTS}/a")).await.expect_error(409, "CONFLICT");
        acme.post(AGENTS, &agent("a", "public", json!({"content": 3}))).await.expect(201);
        approve_all(&admin).await;
        anyone.get(&path).await.expect_error(404, "COMPONENT_NOT_FOUND");
        let released = admin.post(&verb("release"), &json!({})).await.expect(200);
        assert_eq!((&released["status"], &released["version"]), (&json!("published"), &json!("1.0.1")));
        assert_eq!(anyone.get(&path).await.expect(200)["total"], 2);
        admin.post(&verb("release"), &json!({})).await.expect_error(409, "CONFLICT");
        admin.post("/api/admin/components/robot/acme/a/release", &json!({})).await.expect_error(404, "NOT_FOUND");
        admin
            .post("/api/admin/components/agent/acme/b/release", &json!({}))
            .await
            .expect_error(404, "COMPONENT_NOT_FOUND");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn submissions_are_listed_filtered_and_paged() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta, admin) =
            (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await, server.admin());
        for id in ["a", "b", "c"] {
            acme.post(AGENTS, &agent(id, "public", json!({}))).await.expect(201);
        }
        let domain = json!({"domain_id": "d", "marketplace_type": "public", "name": "D", "description": "D."});
        beta.post("/api/domain-marketplace/domains", &domain).await.expect(201);
        let ids = |page: &Value| {
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["component_id"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        for (query, expected) in [
            ("", vec!["a", "b", "c", "d"]),
            ("?kind=domain", vec!["d"]),
            ("?source_tenant_id=acme&page_size=2&page=2", vec!["c"]),
            ("?status=published", vec![]),
        ] {
            assert_eq!(
                ids(&admin.get(&format!("/api/admin/submissions{query}")).await.expect(200)),
                expected,
                "{query}"
            );
        }
        let first = admin.get("/api/admin/submissions?page_size=3").await.expect(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        assert_eq!(
            ids(&admin.get(&format!("/api/admin/submissions?page_size=3&cursor={cursor}")).await.expect(200)),
            ["d"]
        );
        assert_eq!(first["total"], 4);
        for query in ["status=gone", "kind=robot", "page_size=0", "colour=red"] {
            admin.get(&format!("/api/admin/submissions?{query}")).await.expect_error(400, "INVALID_REQUEST");
        }
        admin.get("/api/admin/submissions/sub_none").await.expect_error(404, "NOT_FOUND");
        admin.post("/api/admin/submissions/sub_none/approve", &json!({})).await.expect_error(404, "NOT_FOUND");
    })
    .await;
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Whatever publishers and reviewers do in whatever order: the public is served what was approved since the component was
/// last private, and nothing else; and the publisher's storage is what the versions take.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_unapproved_is_ever_public() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (admin, anyone) = (server.admin(), server.anonymous());
        for seed in 0..6_u64 {
            let tenant = format!("tenant{seed}");
            let acme = server.tenant(&tenant, Plan::Free).await;
            let (mut dice, mut approved, mut story) = (Dice(seed), Vec::<String>::new(), Vec::new());
            let named = |rest: &str| format!("{AGENTS}/a{rest}?source_tenant_id={tenant}");
            for _ in 0..40 {
                let step = dice.roll(12);
                let content = dice.roll(4);
                let version = (dice.roll(3) == 0).then(|| format!("{}.{}.0", 1 + dice.roll(2), dice.roll(3)));
                let yanked = format!("/versions/1.{}.0/yank", dice.roll(3));
                let submissions = admin.get(&format!("/api/admin/submissions?source_tenant_id={tenant}")).await.expect(200);
                let waits = submissions["items"][0].clone();
                let verb = |verb: &str| format!("/api/admin/submissions/{}/{verb}", waits["id"].as_str().unwrap_or("none"));
                let answer = match step {
                    0..=3 => acme.post(AGENTS, &agent("a", "public", json!({"content": content, "version": version}))).await,
                    4 | 5 => acme.post(AGENTS, &agent("a", "private", json!({"content": content, "version": version}))).await,
                    6 | 7 => admin.post(&verb("approve"), &json!({})).await,
                    8 => admin.post(&verb(if content > 1 { "reject" } else { "request-changes" }), &json!({"reason": "No."})).await,
                    9 => acme.post(&named(&yanked), &json!({})).await,
                    10 => acme.delete(&named(&yanked)).await,
                    _ if content == 0 => acme.delete(&named("")).await,
                    _ => {
                        let verb = if content > 1 { "quarantine" } else { "release" };
                        admin.post(&format!("/api/admin/components/agent/{tenant}/a/{verb}"), &json!({"reason": "So."})).await
                    }
                };
                story.push(format!("{step} {content} {version:?} -> {}", answer.status));
                assert!(answer.status < 500, "{story:#?}");
                match (step, answer.status) {
                    (4 | 5, 200 | 201) | (11, 204) => approved.clear(),
                    (6 | 7, 200) => approved.push(waits["digest"].as_str().unwrap().to_owned()),
                    _ => {}
                }
                let versions = anyone.get(&named("/versions")).await;
                let bundle = anyone.get(&named("/bundle")).await;
                assert_eq!(versions.status, bundle.status, "{story:#?}");
                if versions.status == 200 {
                    for version in versions.json()["items"].as_array().unwrap() {
                        assert!(approved.contains(&version["digest"].as_str().unwrap().to_owned()), "{story:#?}");
                        assert_eq!(version["status"], "published");
                    }
                    assert!(approved.contains(&bundle.json()["digest"].as_str().unwrap().to_owned()), "{story:#?}");
                }
                let counted = tenant.clone();
                let (used, sum): (i64, i64) = server.marketplace.db.read(move |c| {
                    c.one::<(i64, i64)>(
                        "SELECT t.storage_used, CAST(COALESCE((SELECT SUM(v.size) FROM component_version v JOIN component c ON c.id = v.component_id WHERE c.tenant_id = t.id), 0) AS BIGINT)
                         FROM tenant t WHERE t.slug = $1",
                        atom_marketplace_db::args![&counted],
                    )
                }).await.unwrap();
                assert_eq!(used, sum, "{story:#?}");
            }
        }
    })
    .await;
}
