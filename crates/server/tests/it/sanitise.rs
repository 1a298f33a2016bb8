//! What is taken out before anyone but its publisher reads it, and what happens to the rest.

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{TestServer, each_db_async};
use serde_json::{Value, json};

use crate::publish::agent;
use crate::review::approve_all;

const AGENTS: &str = "/api/agent-marketplace/agents";
const ACCEPT: &str = "/api/agent-marketplace/agents?accept_redactions=true";

/// What holds something nobody else should read.
fn secretive(fields: &Value) -> Value {
    let mut all = json!({
        "configuration": {"max_tokens": 4096, "crm": {"botToken": "hunter2", "url": "https://crm.example.com"}},
        "memory": {"heuristics": [{"error_type": "timeout", "resolution": "Write to ada@acme.com."}]},
    });
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_public_is_sanitised_once_its_publisher_agrees() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, admin, anyone) = (server.tenant("acme", Plan::Free).await, server.admin(), server.anonymous());
        let body = agent("a", "public", secretive(&json!({})));
        let details = acme.post(AGENTS, &body).await.expect_error(400, "CHECKS_FAILED");
        let expected = json!([
            {"path": "configuration.crm.botToken", "kind": "credential", "action": "dropped"},
            {"path": "memory.heuristics[0].resolution", "kind": "email", "action": "replaced"},
        ]);
        assert_eq!((&details["redactions"], &details["redaction_count"]), (&expected, &json!(2)));
        let text = details.to_string();
        assert!(!text.contains("hunter2") && !text.contains("ada@acme"), "{text}");
        acme.get(&format!("{AGENTS}/a")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        let check = acme.post(&format!("{AGENTS}?dry_run=true"), &body).await.expect(200);
        assert_eq!((&check["ok"], &check["redactions"]), (&json!(false), &expected));
        let agreed = acme.post(&format!("{ACCEPT}&dry_run=true"), &body).await.expect(200);
        assert_eq!((&agreed["ok"], &agreed["digest"]), (&json!(true), &check["digest"]));
        let published = acme.post(ACCEPT, &body).await.expect(201);
        assert_eq!(published["digest"], check["digest"]);
        // The same again is there already, and so is what is left of it.
        assert_eq!(acme.post(ACCEPT, &body).await.expect(200)["version"], "1.0.0");
        let mut clean = body.clone();
        clean["configuration"] = published["configuration"].clone();
        clean["memory"] = published["memory"].clone();
        assert_eq!(acme.post(AGENTS, &clean).await.expect(200)["version"], "1.0.0");
        approve_all(&admin).await;
        let seen = anyone.get(&format!("{AGENTS}/a")).await.expect(200);
        assert_eq!(seen["configuration"], json!({"max_tokens": 4096, "crm": {"url": "https://crm.example.com"}}));
        assert_eq!(seen["memory"]["heuristics"][0]["resolution"], "Write to [redacted:email].");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_code_and_what_is_private_stay_as_they_are() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let schema =
            json!({"type": "object", "properties": {"api_key": {"type": "string"}}, "required_api_keys": ["crm"]});
        acme.post(AGENTS, &agent("schema", "public", json!({"config_schema": schema}))).await.expect(201);
        let private = acme.post(AGENTS, &agent("a", "private", secretive(&json!({})))).await.expect(201);
        assert_eq!(private["configuration"]["crm"]["botToken"], "hunter2");
        let check = acme.post(&format!("{AGENTS}?dry_run=true"), &agent("a", "private", secretive(&json!({})))).await;
        assert_eq!(check.expect(200)["redactions"], json!([]));
        // What nobody else reads stays whole, agreed or not.
        let body = agent("b", "private", secretive(&json!({"shared_with": []})));
        assert_eq!(acme.post(ACCEPT, &body).await.expect(201)["configuration"]["crm"]["botToken"], "hunter2");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_shows_nothing_of_earlier_versions() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta) = (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await);
        let named = |rest: &str| format!("{AGENTS}/a{rest}?source_tenant_id=acme");
        acme.post(AGENTS, &agent("a", "private", secretive(&json!({})))).await.expect(201);
        // It cannot be shared as it is.
        let share = json!({"shared_with": ["beta"]});
        let details = acme.patch(&named(""), &share).await.expect_error(400, "CHECKS_FAILED");
        assert_eq!(details["redactions"][0]["path"], "configuration.crm.botToken");
        beta.get(&named("")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        let body = agent("a", "private", secretive(&share));
        acme.post(AGENTS, &body).await.expect_error(400, "CHECKS_FAILED");
        assert_eq!(acme.post(ACCEPT, &body).await.expect(201)["version"], "1.0.1");
        // The first version stays its publisher's, whichever way somebody asks for it.
        assert_eq!(acme.get(&named("/versions")).await.expect(200)["total"], 2);
        assert_eq!(beta.get(&named("/versions")).await.expect(200)["total"], 1);
        beta.get(&named("/versions/1.0.0")).await.expect_error(404, "NOT_FOUND");
        for route in [named("") + "&version=1.0.0", named("/bundle") + "&version=1.0.0"] {
            beta.get(&route).await.expect_error(404, "NOT_FOUND");
        }
        let install = json!({"source_tenant_id": "acme", "version": "1.0.0"});
        beta.post(&format!("{AGENTS}/a/install"), &install).await.expect_error(404, "COMPONENT_NOT_FOUND");
        // Not even when it would be the one to show.
        acme.post(&named("/versions/1.0.1/yank"), &json!({})).await.expect(200);
        let seen = beta.get(&named("")).await.expect(200);
        assert_eq!((&seen["version"], &seen["configuration"]["crm"]["botToken"]), (&json!("1.0.1"), &Value::Null));
        acme.delete(&named("/versions/1.0.1/yank")).await.expect(200);
        // A new version is for those who see the component, though the request does not name them.
        let next = agent("a", "private", secretive(&json!({"content": 2})));
        acme.post(AGENTS, &next).await.expect_error(400, "CHECKS_FAILED");
        assert_eq!(acme.post(ACCEPT, &next).await.expect(201)["version"], "1.0.2");
        assert_eq!(beta.get(&named("")).await.expect(200)["configuration"]["crm"].get("botToken"), None);
        // Shared with nobody any more, it may be whole again; and cannot be shared like that.
        let alone = agent("a", "private", secretive(&json!({"content": 2, "shared_with": []})));
        assert_eq!(acme.post(AGENTS, &alone).await.expect(201)["configuration"]["crm"]["botToken"], "hunter2");
        beta.get(&named("")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        acme.patch(&named(""), &share).await.expect_error(400, "CHECKS_FAILED");
    })
    .await;
}
