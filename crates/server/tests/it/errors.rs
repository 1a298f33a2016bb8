//! The guide's error codes, each reached over HTTP with its status and its details. The tenth,
//! `WEBHOOK_VERIFICATION_FAILED`, comes with webhooks.

use std::collections::BTreeSet;

use atom_marketplace_protocol::ids::Kind::{Agent, Skill};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_server::app::Rates;
use atom_marketplace_testkit::{Answer, Client, TestServer, each_db_async};
use serde_json::{Value, json};

use crate::scene::{Scene, install};

/// The guide's table, without the one that comes with webhooks.
const GUIDE: [(&str, u16); 9] = [
    ("RATE_LIMIT_EXCEEDED", 429),
    ("TENANT_NOT_FOUND", 404),
    ("COMPONENT_NOT_FOUND", 404),
    ("INSUFFICIENT_PERMISSIONS", 403),
    ("AGENT_LIMIT_EXCEEDED", 400),
    ("INVALID_CONFIGURATION", 400),
    ("DEPENDENCY_MISSING", 400),
    ("PLAN_RESTRICTED", 403),
    ("FEDERATION_KEY_INVALID", 401),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_codes_have_their_status_and_details() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let free = scene.server.tenant("free", Plan::Free).await;
        let weak = scene.server.token("free", "components:read".parse().expect("a scope")).await;
        for number in 0..6 {
            scene.publish(Agent, &format!("agent_{number}"), json!({})).await;
        }
        for number in 0..5 {
            free.post(&install(Agent, &format!("agent_{number}")), &json!({})).await.expect(201);
        }
        scene.publish(Agent, "for_teams", json!({ "pricing_tier": "team" })).await;
        let config_schema = json!({
            "type": "object", "required": ["max_daily_tasks"], "properties": { "max_daily_tasks": { "type": "integer" } },
            "required_api_keys": ["salesforce"],
        });
        scene.publish(Skill, "configured", json!({ "config_schema": config_schema })).await;
        scene.publish(Skill, "base", json!({})).await;
        let dependencies = json!([{ "component_type": "skill", "id": "base", "version": "^1.0" }]);
        let needs = json!({ "dependencies": dependencies, "requires_capabilities": ["crm"] });
        scene.publish(Skill, "needy", needs).await;

        let client = &free;
        let table: Vec<(&str, Answer, Value)> = vec![
            (
                "TENANT_NOT_FOUND",
                client.with("x-tenant-id", "acme").get("/api/tenant").await,
                json!({}),
            ),
            (
                "COMPONENT_NOT_FOUND",
                client.get(&Agent.path_of("nowhere")).await,
                json!({ "component_type": "agent", "component_id": "nowhere" }),
            ),
            (
                "INSUFFICIENT_PERMISSIONS",
                weak.post(&install(Agent, "agent_0"), &json!({})).await,
                json!({ "required_permission": "components:install" }),
            ),
            (
                "AGENT_LIMIT_EXCEEDED",
                client.post(&install(Agent, "agent_5"), &json!({})).await,
                json!({ "limit": 5, "installed": 5 }),
            ),
            (
                "INVALID_CONFIGURATION",
                client
                    .post(&install(Skill, "configured"), &json!({ "install_config": { "settings": { "max_daily_tasks": "many" } } }))
                    .await,
                json!({ "errors": [
                    { "path": "install_config.api_keys.salesforce" },
                    { "path": "install_config.settings.max_daily_tasks" },
                ] }),
            ),
            (
                "DEPENDENCY_MISSING",
                client.post(&install(Skill, "needy"), &json!({})).await,
                json!({ "missing": [
                    { "component_type": "skill", "id": "base", "version": "^1.0" },
                    { "component_type": "capability", "id": "crm" },
                ] }),
            ),
            (
                "PLAN_RESTRICTED",
                client.post(&install(Agent, "for_teams"), &json!({})).await,
                json!({ "required_plan": "team", "plan": "free" }),
            ),
            (
                "FEDERATION_KEY_INVALID",
                scene
                    .server
                    .anonymous()
                    .with("x-federation-key", "sk-fed-wrong")
                    .get("/api/federation/v1/marketplace/agents")
                    .await,
                json!({}),
            ),
            ("RATE_LIMIT_EXCEEDED", exhausted().await, json!({ "limit": 2, "window": "hour" })),
        ];

        let mut reached = BTreeSet::new();
        for (code, answer, details) in table {
            let (_, status) = GUIDE.iter().find(|(known, _)| *known == code).expect("a code of the guide");
            let given = answer.expect_error(*status, code);
            assert!(holds(&given, &details), "{code}: {given} lacks {details}");
            let error = &answer.json()["error"];
            assert!(error["message"].as_str().is_some_and(|message| message.len() > 10), "{error}");
            assert_eq!(error["request_id"].as_str(), answer.header("x-request-id"), "{code}");
            reached.insert(code);
        }
        assert_eq!(reached.len(), GUIDE.len());
    })
    .await;
}

/// The answer to one request more than the quota, on a server of its own.
async fn exhausted() -> Answer {
    let db = atom_marketplace_testkit::TestDb::sqlite();
    let server = TestServer::start_with(&db, Rates { anonymous: 2, ..Rates::default() }).await;
    let client: Client = server.anonymous();
    for _ in 0..2 {
        client.get("/api/agent-marketplace/agents").await.expect(200);
    }
    let answer = client.get("/api/agent-marketplace/agents").await;
    let seconds = answer.json()["error"]["details"]["retry_after"].clone();
    assert!(seconds.as_u64().is_some_and(|seconds| (1..=3600).contains(&seconds)), "{seconds}");
    assert_eq!(answer.header("retry-after"), Some(seconds.to_string().as_str()));
    answer
}

/// Whether `given` has everything that `wanted` names; lists in order.
fn holds(given: &Value, wanted: &Value) -> bool {
    match (given, wanted) {
        (Value::Object(given), Value::Object(wanted)) => {
            wanted.iter().all(|(key, value)| given.get(key).is_some_and(|given| holds(given, value)))
        }
        (Value::Array(given), Value::Array(wanted)) => {
            given.len() == wanted.len() && given.iter().zip(wanted).all(|(given, wanted)| holds(given, wanted))
        }
        _ => given == wanted,
    }
}
