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
