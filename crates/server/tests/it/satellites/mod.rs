//! Satellites: who may call their routes, and that each finds what it needs (docs/SATELLITES.md).

mod http;
mod socket;

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::ScopeSet;
use atom_marketplace_server::satellite::{Access, Route, surface};
use atom_marketplace_testkit::{Answer, Client, TestServer, each_db_async};
use reqwest::Method;
use serde_json::{Value, json};

/// Below it are the routes of satellites.
pub(super) const BASE: &str = "/api/v1/marketplace";

/// The client of a satellite with this API token: the headers that it sends, in every mixture the same.
pub(super) fn satellite(server: &TestServer, token: &str) -> Client {
    server
        .anonymous()
        .with("x-api-token", token)
        .with("x-federation-key", token)
        .with("x-instance-id", "instance-1")
        .with("content-type", "application/json")
}

/// The satellite of a client's tenant.
pub(super) fn of(server: &TestServer, client: &Client) -> Client {
    satellite(server, client.bearer().expect("a token"))
}

fn path(route: &Route) -> String {
    let id = Kind::ALL.iter().find(|kind| route.path.contains(kind.collection())).copied().unwrap_or(Kind::Skill);
    format!("/api{}", route.path.replace("{id}", &format!("victim~secret_{id}")))
}

fn body(route: &Route) -> Option<Value> {
    (route.method == Method::POST).then(|| match route.path.rsplit('/').next() {
        Some("rate") => json!({ "skill_id": "secret_skill", "user_id": "u", "rating": 5, "comment": "mine" }),
        Some("register") => json!({ "instance_name": "mine", "version": "1", "platform": "docker" }),
        Some("usage") => {
            json!({ "instance_id": "i", "reports": [{ "item_type": "skill", "item_id": "victim~secret_skill",
            "execution_count": 1, "success_count": 1, "total_duration_ms": 1 }] })
        }
        _ => json!({ "tenant_id": "victim", "agent_id": "a", "auto_install_deps": true }),
    })
}

/// What holds of every answer to a satellite.
#[track_caller]
fn is_for_satellites(answer: &Answer, what: &str) {
    assert_eq!(answer.header("connection"), Some("close"), "{what}");
    assert!(
        answer.status != 204 && !(300..400).contains(&answer.status) && answer.status < 500,
        "{what}: {}",
        answer.status
    );
    answer.json();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_right_token_opens_each_route() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let victim = server.tenant("victim", Plan::Enterprise).await;
        for kind in Kind::ALL {
            let secret = json!({ kind.id_field(): format!("secret_{kind}"), "marketplace_type": "private", "name": "canary", "description": "canary", "category": "canary" });
            victim.post(&format!("{}/{}", kind.base(), kind.collection()), &secret).await.expect(201);
        }
        let mallory = server.tenant("mallory", Plan::Enterprise).await;
        let made = async |body: Value| {
            let made = mallory.post("/api/tokens", &body).await.expect(201);
            (made["id"].as_str().unwrap().to_owned(), satellite(&server, made["token"].as_str().unwrap()))
        };
        let (id, revoked) = made(json!({ "name": "revoked" })).await;
        mallory.delete(&format!("/api/tokens/{id}")).await.expect(204);
        let soon = server.marketplace.now().plus(std::time::Duration::from_mins(1)).to_string();
        let (_, expired) = made(json!({ "name": "expired", "expires_at": soon })).await;
        server.marketplace.clock.advance(std::time::Duration::from_mins(2));
        let federation_key = mallory.post("/api/federation/keys", &json!({ "name": "peer" })).await.expect(201);
        let peer = server.anonymous().with("x-federation-key", federation_key["key"].as_str().unwrap());
        let foreign = of(&server, &mallory);

        let routes = surface();
        assert!(routes.len() > 30);
        for route in &routes {
            for slash in ["", "/"] {
                let (path, body) = (format!("{}{slash}", path(route)), body(route));
                let send = async |client: &Client| {
                    let answer = client.send(route.method.clone(), &path, body.as_ref()).await;
                    is_for_satellites(&answer, &path);
                    assert!(!String::from_utf8_lossy(&answer.bytes).contains("canary"), "{path}");
                    answer
                };
                let refused = async |client: &Client, status: u16, code: &str, who: &str| {
                    let answer = send(client).await;
                    assert_eq!(answer.status, status, "{who} {path}: {}", String::from_utf8_lossy(&answer.bytes));
                    answer.expect_error(status, code);
                };
                refused(&revoked, 401, "UNAUTHENTICATED", "a revoked token").await;
                refused(&expired, 401, "UNAUTHENTICATED", "an expired token").await;
                refused(&satellite(&server, "at_saas_wrong"), 401, "UNAUTHENTICATED", "a malformed token").await;
                refused(&foreign.with("x-tenant-id", "victim"), 404, "TENANT_NOT_FOUND", "another's tenant").await;
                let nobody = server.anonymous();
                let scope = match route.access {
                    Access::Everyone => {
                        send(&nobody).await.expect(200);
                        continue;
                    }
                    Access::Peer => {
                        refused(&nobody, 401, "FEDERATION_KEY_INVALID", "nobody").await;
                        assert_ne!(send(&peer).await.status, 401, "{path}");
                        atom_marketplace_protocol::scope::Scope::ComponentsRead
                    }
                    Access::Token(scope) => {
                        refused(&nobody, 401, "UNAUTHENTICATED", "nobody").await;
                        refused(&peer, 401, "UNAUTHENTICATED", "a peer").await;
                        // What opens the rest of the API opens nothing here.
                        refused(&server.admin(), 401, "UNAUTHENTICATED", "the admin key").await;
                        scope
                    }
                };
                let weak = server.token("mallory", ScopeSet::ALL_TENANT.difference(ScopeSet::of(&[scope]))).await;
                refused(&of(&server, &weak), 403, "INSUFFICIENT_PERMISSIONS", "a token without the scope").await;
                let answer = send(&foreign).await;
                if route.path.contains("{id}") {
                    assert_eq!(answer.status, 404, "another tenant {path}");
                }
            }
        }
        let installed = victim.get("/api/installations").await.expect(200);
        assert_eq!(installed["total"], 0);
        // Suspended is suspended.
        server.admin().patch("/api/admin/tenants/mallory", &json!({ "suspended": true })).await.expect(200);
        let path = format!("{BASE}/skills/marketplace/skills");
        foreign.get(&path).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        // What is no route, or not this way, is no redirect and no open connection either.
        for (method, path) in [(Method::GET, "/nothing"), (Method::GET, "/"), (Method::GET, ""), (Method::PUT, "/skills")] {
            let answer = of(&server, &victim).send(method, &format!("{BASE}{path}"), None).await;
            is_for_satellites(&answer, path);
        }
    })
    .await;
}
