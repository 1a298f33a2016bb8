//! No tenant sees or changes another's (PROMISES S1): every operation of the OpenAPI document against every credential
//! that must not do. An operation without a row here fails the first test; a row without an operation too.

mod browsers;
mod rows;

use std::collections::BTreeSet;

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Role, Scope, ScopeSet};
use atom_marketplace_server::http::openapi;
use atom_marketplace_testkit::{Answer, Client, TestServer, each_db_async};
use reqwest::Method;
use serde_json::{Value, json};

use browsers::Browsers;
use rows::Access::{self, AnyToken, Everyone, Peer, Person, Platform, Tenant, Tester, Visitor};
use rows::MATRIX;

/// An operation of the document.
#[derive(Clone, Debug)]
struct Operation {
    id: String,
    method: Method,
    path: String,
}

impl Operation {
    /// Its name with `kind` in place of the four.
    fn row(&self) -> String {
        let words = self.id.split('_').map(|word| {
            let of = |name: fn(Kind) -> &'static str| Kind::ALL.iter().any(|kind| name(*kind) == word);
            if of(Kind::plural) {
                "kinds"
            } else if of(Kind::as_str) {
                "kind"
            } else {
                word
            }
        });
        words.collect::<Vec<_>>().join("_")
    }

    fn access(&self) -> Option<Access> {
        let row = self.row();
        MATRIX.iter().find(|(name, _)| *name == row).map(|(_, access)| *access)
    }
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&openapi::json()).expect("the document is JSON");
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("a path item") {
            if let Some(id) = operation["operationId"].as_str() {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
                operations.push(Operation { id: id.to_owned(), method, path: path.clone() });
            }
        }
    }
    operations
}

#[test]
fn every_operation_has_its_row_and_every_row_its_operation() {
    let operations = operations();
    let missing: Vec<_> =
        operations.iter().filter(|operation| operation.access().is_none()).map(Operation::row).collect();
    assert!(missing.is_empty(), "these operations need a row in MATRIX: {missing:?}");
    let known: BTreeSet<_> = operations.iter().map(Operation::row).collect();
    let stale: Vec<_> = MATRIX.iter().filter(|(row, _)| !known.contains(*row)).collect();
    assert!(stale.is_empty(), "these rows have no operation: {stale:?}");
}

/// A tenant full of secrets, each of which holds the canary.
struct Victim {
    canary: String,
    client: Client,
    installation: String,
    token: String,
    member: String,
    session: String,
    federation_key: String,
    webhook: String,
    delivery: String,
    submission: String,
    transfer: String,
}

impl Victim {
    async fn new(server: &TestServer) -> Self {
        let canary = format!("canary{}", atom_marketplace_protocol::ids::new_id("x"));
        let client = server.tenant("victim", Plan::Enterprise).await;
        client.patch("/api/tenant", &json!({ "name": format!("Victim {canary}") })).await.expect(200);
        for kind in Kind::ALL {
            let body = json!({
                kind.id_field(): format!("secret_{kind}"), "marketplace_type": "private", "name": format!("Secret {canary}"),
                "description": canary, "readme": canary, "category": canary, "tags": [canary], "capabilities": [canary],
                "content": { "prompt": canary }, "files": [{ "path": "notes.txt", "content": canary }],
            });
            client.post(&collection(*kind), &body).await.expect(201);
        }
        let public =
            json!({ "agent_id": "waiting", "marketplace_type": "public", "name": canary, "description": canary });
        client.post("/api/agent-marketplace/agents", &public).await.expect(201);
        let waiting = server.admin().get("/api/admin/submissions").await.expect(200);
        let config = json!({ "settings": { "note": canary }, "api_keys": { "crm": canary } });
        let installed = client
            .post("/api/agent-marketplace/agents/secret_agent/install", &json!({ "install_config": config }))
            .await
            .expect(201);
        let token = client.post("/api/tokens", &json!({ "name": canary })).await.expect(201);
        let email = format!("{canary}@example.com");
        let member = client.post("/api/tenant/members", &json!({ "email": email, "role": "viewer" })).await.expect(201);
        let browser = server.person("victim", &format!("owner-{canary}@example.com"), Role::Owner).await;
        let key = client.post("/api/federation/keys", &json!({ "name": canary })).await.expect(201);
        let offer = json!({ "to_tenant_id": "somebody", "message": canary });
        let offer = client.post("/api/agent-marketplace/agents/secret_agent/transfer", &offer).await.expect(201);
        let domain = json!({ "domain": "victim.example", "method": "dns" });
        client.post("/api/tenant/verification", &domain).await.expect(201);
        let id = |value: &Value| value.as_str().expect("an id").to_owned();
        let webhook = json!({
            "url": format!("https://{canary}.example/"), "events": ["component.rated"], "description": canary, "secret": format!("secret-{canary}"),
        });
        let webhook = client.post("/api/webhooks", &webhook).await.expect(201);
        let test = format!("/api/webhooks/{}/test", id(&webhook["id"]));
        let delivery = client.post(&test, &json!({ "event": "component.rated" })).await.expect(202);
        Self {
            canary,
            client,
            installation: id(&installed["id"]),
            token: id(&token["id"]),
            member: id(&member["user_id"]),
            session: id(&browser.get("/api/session").await.expect(200)["id"]),
            federation_key: id(&key["id"]),
            webhook: id(&webhook["id"]),
            delivery: id(&delivery["id"]),
            submission: id(&waiting["items"][0]["id"]),
            transfer: id(&offer["id"]),
        }
    }

    /// Everything the victim has, to compare before and after.
    async fn state(&self) -> Vec<Value> {
        let mut paths: Vec<_> = Kind::ALL.iter().map(|kind| format!("{}/secret_{kind}", collection(*kind))).collect();
        paths.extend(Kind::ALL.iter().map(|kind| format!("{}/secret_{kind}/versions", collection(*kind))));
        paths.push("/api/agent-marketplace/agents/waiting".to_owned());
        for path in [
            "/api/installations",
            "/api/installations/lock",
            "/api/tokens",
            "/api/federation/keys",
            "/api/transfers?direction=out",
            "/api/webhooks",
        ] {
            paths.push(path.to_owned());
        }
        for path in ["/api/tenant/members", "/api/tenant", "/api/tenant/verification"] {
            paths.push(path.to_owned());
        }
        let mut state = Vec::new();
        for path in paths {
            let answer = self.client.get(&path).await;
            assert_eq!(answer.status, 200, "{path}");
            let mut value = answer.json();
            forget_uses(&mut value);
            state.push(value);
        }
        state
    }

    /// The operation's address with the victim's own things in it.
    fn path(&self, operation: &Operation) -> String {
        let kind = kind_of(&operation.path);
        let id = match &operation.path {
            path if path.starts_with("/api/installations/") => self.installation.clone(),
            path if path.contains("/submissions/") => self.submission.clone(),
            path if path.starts_with("/api/transfers/") => self.transfer.clone(),
            _ => format!("secret_{}", kind.unwrap_or(Kind::Agent)),
        };
        let mut path = operation.path.clone();
        for (parameter, value) in [
            ("id", id.as_str()),
            ("review_id", "rate_unknown"),
            ("version", "1.0.0"),
            ("v", "1.0.0"),
            ("kind", "agent"),
            ("tenant", "victim"),
            ("domain", "victim.example"),
            ("tenant_id", "victim"),
            ("token_id", self.token.as_str()),
            ("user_id", self.member.as_str()),
            ("session_id", self.session.as_str()),
            ("key_id", self.federation_key.as_str()),
            ("webhook_id", self.webhook.as_str()),
            ("delivery_id", self.delivery.as_str()),
            ("peer_id", "peer_unknown"),
        ] {
            path = path.replace(&format!("{{{parameter}}}"), value);
        }
        assert!(!path.contains('{'), "the matrix does not know a parameter of {path}");
        if kind.is_some() && operation.path.contains("{id}") && operation.row() != "install_kind" {
            path.push_str("?source_tenant_id=victim");
        }
        if operation.row().starts_with("search") {
            path.push_str("?query=");
            path.push_str(&self.canary);
        }
        if operation.id == "list_transfers" {
            path.push_str("?direction=in");
        }
        path
    }

    /// A body that would do if the caller were allowed.
    fn body(&self, operation: &Operation) -> Option<Value> {
        let kind = kind_of(&operation.path).unwrap_or(Kind::Agent);
        if matches!(operation.method, Method::GET | Method::DELETE) {
            return None;
        }
        Some(match operation.row().as_str() {
            "publish_kind" => json!({
                kind.id_field(): format!("mine_{kind}"), "marketplace_type": "private", "name": "Mine", "description": "Mine",
                "dependencies": [{ "component_type": "agent", "id": "secret_agent", "source_tenant_id": "victim" }],
            }),
            "install_kind" => json!({ "source_tenant_id": "victim", "auto_install_dependencies": true }),
            "bulk_install_kinds" => json!({ "ids": [format!("secret_{kind}")], "source_tenant_id": "victim" }),
            "install_lock" => json!({ "lock_version": 1, "components": [{
                "component_type": "agent", "id": "secret_agent", "source_tenant_id": "victim", "version": "1.0.0",
                "digest": format!("sha256:{}", "0".repeat(64)),
            }] }),
            "update_kind" => json!({ "shared_with": ["mallory"] }),
            "rate_kind" => json!({ "rating": 1 }),
            "report_usage" => json!({ "instance_id": "i", "reports": [{
                "component_type": "agent", "component_id": "secret_agent", "source_tenant_id": "victim",
                "execution_count": 1, "success_count": 1, "total_duration_ms": 1,
            }] }),
            "reply_to_kind_review" => json!({ "text": "Thank you." }),
            "flag_kind_review" | "hide_review" => json!({ "reason": "because" }),
            "create_verification" => json!({ "domain": "mallory.example", "method": "dns" }),
            "rename_kind" => json!({ "new_id": "mine" }),
            "transfer_kind" => json!({ "to_tenant_id": "somebody" }),
            "report_kind" => json!({ "reason": "spam" }),
            "resolve_report" => json!({ "outcome": "dismissed", "reason": "because" }),
            "update_installation" => json!({ "install_config": { "settings": {} } }),
            "create_token" | "create_federation_key" | "admin_create_tenant_token" => json!({ "name": "mine" }),
            "create_webhook" => json!({ "url": "https://mine.example/", "events": ["component.rated"] }),
            "update_webhook" => json!({ "url": "https://mine.example/" }),
            "test_webhook" => json!({ "event": "component.rated" }),
            "recover_webhook" => json!({ "since": "2026-01-01T00:00:00Z" }),
            "verify_webhook" => json!({ "webhook_id": self.webhook, "payload": "{}", "signature": "00" }),
            "add_member" => json!({ "email": "mallory@example.com", "role": "viewer" }),
            "update_member" => json!({ "role": "admin" }),
            "update_tenant" => json!({ "name": "Mine" }),
            "admin_create_tenant" => json!({ "name": "Mine", "plan": "free" }),
            "admin_update_tenant" => json!({ "plan": "enterprise" }),
            "reject_submission"
            | "request_submission_changes"
            | "quarantine_component"
            | "release_component"
            | "take_down_component" => {
                json!({ "reason": "because" })
            }
            "create_submission_message" | "reply_to_submission" => json!({ "text": "Hello." }),
            _ => json!({}),
        })
    }

    /// No answer to a stranger holds what is the victim's.
    #[track_caller]
    fn keeps_quiet(&self, who: &str, operation: &Operation, answer: &Answer) {
        let text = String::from_utf8_lossy(&answer.bytes);
        assert!(answer.status < 500, "{who} {}: {} {text}", operation.id, answer.status);
        // A search echoes what was searched for in its links; nothing else may hold it.
        assert!(!text.contains(&self.canary), "{who} {}: the victim's canary in {text}", operation.id);
    }
}

fn collection(kind: Kind) -> String {
    format!("{}/{}", kind.base(), kind.collection())
}

fn kind_of(path: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| path.starts_with(&format!("{}/", kind.base())))
}

fn forget_uses(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("last_used_at");
            map.values_mut().for_each(forget_uses);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_uses),
        _ => {}
    }
}

/// The status and code with which a caller who may not is refused.
type Refusal = (u16, &'static str);

const UNKNOWN: Refusal = (401, "UNAUTHENTICATED");
const FORBIDDEN: Refusal = (403, "INSUFFICIENT_PERMISSIONS");
const NO_PEER: Refusal = (401, "FEDERATION_KEY_INVALID");

#[tokio::test(flavor = "multi_thread")]
async fn no_tenant_sees_or_changes_anothers() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_sandbox(&db).await;
        let victim = Victim::new(&server).await;
        let mallory = server.tenant("mallory", Plan::Enterprise).await;
        let revoked = {
            let made = mallory.post("/api/tokens", &json!({ "name": "revoked" })).await.expect(201);
            let client =
                server.anonymous().with("authorization", &format!("Bearer {}", made["token"].as_str().unwrap()));
            mallory.delete(&format!("/api/tokens/{}", made["id"].as_str().unwrap())).await.expect(204);
            client
        };
        let expired = {
            let soon = server.marketplace.now().plus(std::time::Duration::from_mins(1)).to_string();
            let made = mallory.post("/api/tokens", &json!({ "name": "expired", "expires_at": soon })).await.expect(201);
            server.marketplace.clock.advance(std::time::Duration::from_mins(2));
            server.anonymous().with("authorization", &format!("Bearer {}", made["token"].as_str().unwrap()))
        };
        let key = mallory.post("/api/federation/keys", &json!({ "name": "peer" })).await.expect(201);
        let peer = server.anonymous().with("x-federation-key", key["key"].as_str().unwrap());
        let browsers = Browsers::open(&server).await;
        let before = victim.state().await;

        for operation in operations() {
            let access = operation.access().expect("the test above");
            let (path, body) = (victim.path(&operation), victim.body(&operation));
            let send = async |client: &Client| client.send(operation.method.clone(), &path, body.as_ref()).await;
            let refused = async |who: &str, client: &Client, (status, code): Refusal| {
                let answer = send(client).await;
                victim.keeps_quiet(who, &operation, &answer);
                assert_eq!(answer.status, status, "{who} {}: {}", operation.id, String::from_utf8_lossy(&answer.bytes));
                assert_eq!(answer.json()["error"]["code"], code, "{who} {}", operation.id);
            };

            let nobody = server.anonymous();
            match access {
                Everyone | Visitor => victim.keeps_quiet("nobody", &operation, &send(&nobody).await),
                Peer => refused("nobody", &nobody, NO_PEER).await,
                Tenant(_) | AnyToken | Person | Platform(_) | Tester => refused("nobody", &nobody, UNKNOWN).await,
            }
            if access == Tester {
                // To the test environment, every real credential is an unknown one, with its secret or without.
                for client in [&revoked, &expired, &mallory, &mallory.with("x-tenant-id", "victim"), &server.admin()] {
                    refused("a real credential", client, UNKNOWN).await;
                    let client = client.with("x-test-secret", "test-secret-key");
                    refused("a real credential with the test secret", &client, UNKNOWN).await;
                }
                refused("a real peer", &peer, NO_PEER).await;
                refused("a tester without the secret", &server.tester("test-api-token"), UNKNOWN).await;
                refused("a wrong secret", &nobody.with("x-test-secret", "wrong"), UNKNOWN).await;
                continue;
            }
            refused("a revoked token", &revoked, UNKNOWN).await;
            refused("an expired token", &expired, UNKNOWN).await;
            refused(
                "a token under another's tenant",
                &mallory.with("x-tenant-id", "victim"),
                (404, "TENANT_NOT_FOUND"),
            )
            .await;
            match access {
                Peer | Visitor => victim.keeps_quiet("a peer", &operation, &send(&peer).await),
                // A key says nothing about a token, so what is only for tokens asks for one.
                AnyToken | Person => refused("a peer", &peer, UNKNOWN).await,
                Everyone | Tenant(_) | Platform(_) | Tester => refused("a peer", &peer, FORBIDDEN).await,
            }
            let needed = match access {
                Everyone => Some(Scope::ComponentsRead),
                Tenant(scope) => Some(scope),
                AnyToken | Person | Visitor | Platform(_) | Peer | Tester => None,
            };
            if let Some(scope) = needed {
                let rest: ScopeSet = ScopeSet::ALL_TENANT.difference(ScopeSet::of(&[scope]));
                let weak = server.token("mallory", rest).await;
                refused("a token without the scope", &weak, FORBIDDEN).await;
                assert_eq!(
                    send(&weak).await.json()["error"]["details"]["required_permission"],
                    scope.as_str(),
                    "{}",
                    operation.id
                );
            }
            if let Some((status, code)) = Browsers::refusal(&operation, access) {
                refused("a signed-out browser", &browsers.signed_out, if access == Peer { NO_PEER } else { UNKNOWN })
                    .await;
                refused(
                    "a browser under another's tenant",
                    &browsers.stranger.with("x-tenant-id", "victim"),
                    (404, "TENANT_NOT_FOUND"),
                )
                .await;
                refused("a browser without the proof or the role", &browsers.unable(&operation), (status, code)).await;
            }
            // Last, since some of these do what they say, within the caller's own tenant.
            if !matches!(access, Person | Visitor) || operation.path.contains('{') {
                let answer = send(&browsers.stranger).await;
                victim.keeps_quiet("a stranger's browser", &operation, &answer);
                assert!(
                    answer.status >= 300 || !operation.path.contains('{') || access == Everyone,
                    "{}",
                    operation.id
                );
            }
            match access {
                Platform(scope) => {
                    refused("another tenant", &mallory, FORBIDDEN).await;
                    let answer = send(&mallory).await.json();
                    assert_eq!(answer["error"]["details"]["required_permission"], scope.as_str(), "{}", operation.id);
                }
                Peer => refused("another tenant", &mallory, NO_PEER).await,
                Person => refused("another tenant", &mallory, UNKNOWN).await,
                _ => {
                    let answer = send(&mallory).await;
                    victim.keeps_quiet("another tenant", &operation, &answer);
                    if operation.path.contains('{') {
                        assert_eq!(
                            answer.status,
                            404,
                            "another tenant {}: {}",
                            operation.id,
                            String::from_utf8_lossy(&answer.bytes)
                        );
                    }
                }
            }
        }

        for (path, method, body) in [
            (
                "/api/agent-marketplace/agents/secret_agent/install",
                Method::POST,
                Some(json!({ "target_tenant_id": "victim" })),
            ),
            (
                "/api/agent-marketplace/agents/secret_agent/install",
                Method::POST,
                Some(json!({ "target_tenant_id": "no-such-tenant" })),
            ),
            (
                "/api/agent-marketplace/agents/bulk-install",
                Method::POST,
                Some(json!({ "ids": ["secret_agent"], "target_tenant_id": "victim" })),
            ),
            ("/api/agent-marketplace/agents/secret_agent/install?target_tenant_id=victim", Method::DELETE, None),
        ] {
            let details = mallory.send(method, path, body.as_ref()).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
            assert_eq!(details["required_permission"], "tenants:manage", "{path}");
        }
        assert_eq!(victim.state().await, before, "something of the victim's changed");
        assert!(
            before.iter().any(|value| value.to_string().contains(&victim.canary)),
            "the victim does not see its own"
        );
    })
    .await;
}
