//! What came from another instance, in the feed of the one that mirrors it.

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{TestServer, each_db_async};
use serde_json::json;

use super::mirror::{Mirror, listed};
use super::{keys, peer};
use crate::scene::Scene;

const PEERS: &str = "/api/federation/peers";

fn names(mirror: &Mirror) -> Vec<String> {
    mirror.components().into_keys().map(|(_, tenant, id)| format!("{tenant}/{id}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_from_elsewhere_is_passed_on_where_the_operator_says_so() {
    each_db_async(|db| async move {
        let beside = db.beside();
        let origin = Scene::open(&beside).await;
        let server = TestServer::node(db.db.clone(), |parts| {
            parts.outbound_allow = vec!["127.0.0.0/8".parse().unwrap()];
            parts.rates = atom_marketplace_server::app::Rates { anonymous: 1_000_000, token: 1_000_000, federation: 1_000_000 };
        })
        .await;
        let (local, admin) = (server.tenant("local", Plan::Enterprise).await, server.admin());
        super::pages::publish(&local, &admin, "local", "own").await;
        for (id, description) in [("one", "First."), ("one", "Second."), ("two", "Other.")] {
            origin.publish(Kind::Skill, id, json!({ "description": description })).await;
        }
        let made = origin.admin.post("/api/federation/keys", &json!({ "name": "middle" })).await.expect(201);
        let probed = admin.post(&format!("{PEERS}/probe"), &json!({ "base_url": origin.server.url })).await.expect(200);
        let body = json!({ "name": "first", "base_url": origin.server.url, "key": made["key"], "fingerprint": probed["fingerprint"] });
        let paired = admin.post(PEERS, &body).await.expect(201);
        let path = format!("{PEERS}/{}", paired["id"].as_str().unwrap());
        let pull = || async {
            admin.post(&format!("{path}/sync"), &json!({})).await.expect(202);
            server.marketplace.pull_from_peers().await.expect("it pulls");
            let state = admin.get(&path).await.expect(200);
            assert!(!state["error"].is_string(), "{state}");
        };
        pull().await;
        let everyone = server.anonymous().get("/api/skill-marketplace/skills").await.expect(200);
        assert_eq!(everyone["total"], 3, "{everyone}");

        // Not unless it is allowed.
        let mut mirror = Mirror::of(&server, json!({})).await;
        mirror.trust(keys(&origin.server).await);
        mirror.follow(100).await;
        assert_eq!(names(&mirror), ["local/own"]);
        let reader = peer(&server, json!({})).await;
        assert_eq!(listed(&reader).await.len(), 1);
        let fetch = "/api/federation/v1/marketplace/skills/one";
        reader.get(fetch).await.expect_error(404, "COMPONENT_NOT_FOUND");

        // As it came, with the signatures that it came with.
        admin.patch(&path, &json!({ "reexport": true })).await.expect(200);
        mirror.follow(100).await;
        assert_eq!(names(&mirror), ["acme/one", "acme/two", "local/own"]);
        mirror.check_bundles();
        let one = (Kind::Skill, "acme".to_owned(), "one".to_owned());
        let theirs = origin.server.anonymous().get("/.well-known/atom-federation").await.expect(200);
        assert_eq!(theirs["instance"]["id"], mirror.record(&one).instance);
        assert_eq!(mirror.record(&one).versions.len(), 2);
        assert_eq!(listed(&reader).await.len(), 3);
        assert_eq!(reader.get(fetch).await.status, 200);

        // What becomes of it at its origin.
        origin.publish(Kind::Skill, "one", json!({ "description": "Third." })).await;
        origin.acme.delete(&Kind::Skill.path_of("two")).await.expect(204);
        pull().await;
        mirror.follow(100).await;
        assert_eq!((names(&mirror), mirror.record(&one).versions.len()), (vec!["acme/one".to_owned(), "local/own".to_owned()], 3));
        mirror.check_bundles();

        // What is decided here.
        let platform = "/api/admin/components/skill/acme@first/one";
        admin.post(&format!("{platform}/quarantine"), &json!({ "reason": "Not here." })).await.expect(200);
        mirror.follow(100).await;
        assert_eq!(names(&mirror), ["local/own"]);
        admin.post(&format!("{platform}/release"), &json!({ "reason": "Here." })).await.expect(200);
        mirror.follow(100).await;
        assert_eq!(names(&mirror), ["acme/one", "local/own"]);
        admin.patch(&path, &json!({ "reexport": false })).await.expect(200);
        mirror.follow(100).await;
        assert_eq!(names(&mirror), ["local/own"]);
        assert_eq!(listed(&reader).await.len(), 1);
    })
    .await;
}
