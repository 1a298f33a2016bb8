//! What peers follow: the log of public changes, the filters of their keys, and the feed.

mod mirror;
mod model;
mod pages;
mod passed_on;

use atom_marketplace_bundle::PublicKey;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{Client, TestServer, each_db_async};
use serde_json::{Value, json};

use crate::scene::{Scene, ids};

/// The log as it was written: actions and ids.
async fn log(server: &TestServer) -> Vec<(String, String)> {
    let sql = "SELECT x.action, c.slug FROM component_change x JOIN component c ON c.id = x.component_id ORDER BY x.id";
    server.marketplace.db.read(move |c| c.all(sql, atom_marketplace_db::args![])).await.expect("the log")
}

/// The keys that the server signs with.
async fn keys(server: &TestServer) -> Vec<PublicKey> {
    let set = server.anonymous().get("/.well-known/atom-federation").await.expect(200);
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| PublicKey::from_base64(key["public_key"].as_str().unwrap()).unwrap()).collect()
}

async fn peer(server: &TestServer, filters: Value) -> Client {
    let body = json!({ "name": "peer", "filters": filters });
    let made = server.admin().post("/api/federation/keys", &body).await.expect(201);
    server.anonymous().with("x-federation-key", made["key"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_what_the_public_saw_and_nothing_else() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let (acme, admin) = (&scene.acme, &scene.admin);
        let other = scene.server.tenant("other", Plan::Free).await;
        let skill = |id: &str| Kind::Skill.path_of(id);
        let platform = |id: &str, verb: &str| format!("/api/admin/components/skill/acme/{id}/{verb}");
        scene.private(Kind::Skill, "secret", json!({})).await;
        scene.private(Kind::Skill, "secret", json!({ "description": "Another one." })).await;
        acme.post(&format!("{}/rename", skill("secret")), &json!({ "new_id": "hidden" })).await.expect(200);
        admin.post(&platform("hidden", "quarantine"), &json!({ "reason": "bad" })).await.expect(200);
        admin.post(&platform("hidden", "release"), &json!({ "reason": "good" })).await.expect(200);
        acme.delete(&skill("hidden")).await.expect(204);
        assert_eq!(log(&scene.server).await, [], "what was always private");

        scene.publish(Kind::Skill, "one", json!({})).await;
        scene.publish(Kind::Skill, "one", json!({ "description": "Another one." })).await;
        let version = format!("{}/versions/1.0.1/yank", skill("one"));
        acme.post(&version, &json!({ "reason": "It breaks." })).await.expect(200);
        acme.delete(&version).await.expect(200);
        acme.patch(&skill("one"), &json!({ "deprecated": { "message": "Use two." } })).await.expect(200);
        acme.patch(&skill("one"), &json!({ "deprecated": null })).await.expect(200);
        admin.post(&platform("one", "quarantine"), &json!({ "reason": "bad" })).await.expect(200);
        scene.publish(Kind::Skill, "one", json!({ "description": "A mended one." })).await;
        admin.post(&platform("one", "release"), &json!({ "reason": "good" })).await.expect(200);
        acme.post(&format!("{}/rename", skill("one")), &json!({ "new_id": "uno" })).await.expect(200);
        let offer = acme.post(&format!("{}/transfer", skill("uno")), &json!({ "to_tenant_id": "other" })).await;
        let offer = offer.expect(201);
        let accept = format!("/api/transfers/{}/accept", offer["id"].as_str().unwrap());
        other.post(&accept, &json!({})).await.expect(200);
        let body = json!({ "skill_id": "uno", "marketplace_type": "private", "name": "Mine", "description": "Alone." });
        other.post("/api/skill-marketplace/skills", &body).await.expect(201);
        other.delete(&skill("uno")).await.expect(204);
        scene.publish(Kind::Skill, "bad", json!({})).await;
        let takedown = json!({ "reason": "A court said so." });
        admin.post(&platform("bad", "takedown"), &takedown).await.expect(200);
        let actions: Vec<_> =
            log(&scene.server).await.into_iter().map(|(action, id)| format!("{action} {id}")).collect();
        let expected = [
            "published uno",
            "updated uno",
            "yanked uno",
            "unyanked uno",
            "deprecated uno",
            "undeprecated uno",
            "quarantined uno",
            "released uno",
            "renamed uno",
            "transferred uno",
            "withdrawn uno",
            "published bad",
            "withdrawn bad",
        ];
        assert_eq!(actions, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_reads_what_its_filters_let_through() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        scene.publish(Kind::Skill, "sell", json!({ "category": "sales", "tags": ["CRM", "fast"] })).await;
        scene.publish(Kind::Skill, "count", json!({ "category": "finance", "tags": ["crm"] })).await;
        scene.publish(Kind::Skill, "plain", json!({})).await;
        scene.publish(Kind::Agent, "seller", json!({ "category": "sales" })).await;
        let both = ["agents", "skills"];
        for (filters, expected) in [
            (json!({}), vec!["seller", "sell", "count", "plain"]),
            (json!({ "kinds": ["agent"] }), vec!["seller"]),
            (json!({ "categories": ["sales"] }), vec!["seller", "sell"]),
            (json!({ "tags": ["crm"] }), vec!["sell", "count"]),
            (json!({ "tags": ["Fast", "slow"], "categories": ["sales", "finance"] }), vec!["sell"]),
            (json!({ "kinds": ["agent"], "tags": ["crm"] }), vec![]),
        ] {
            let peer = peer(&scene.server, filters.clone()).await;
            let mut seen = Vec::new();
            for (plural, all) in both.iter().zip([vec!["seller"], vec!["sell", "count", "plain"]]) {
                let path = format!("/api/federation/v1/marketplace/{plural}");
                let page = peer.get(&path).await.expect(200);
                let listed: Vec<_> = ids(&page["items"]).into_iter().map(str::to_owned).collect();
                assert_eq!(page["total"], listed.len(), "{filters}");
                for id in all {
                    for route in [format!("{path}/{id}"), format!("{path}/{id}/bundle?source_tenant_id=acme")] {
                        let answer = peer.get(&route).await;
                        if listed.iter().any(|listed| listed == id) {
                            assert_eq!(answer.expect(200)["id"], id);
                        } else {
                            answer.expect_error(404, "COMPONENT_NOT_FOUND");
                        }
                    }
                }
                seen.extend(listed);
            }
            assert_eq!(seen, expected, "{filters}");
        }
        let keys = scene.admin.get("/api/federation/keys").await.expect(200);
        assert_eq!(
            keys["items"][4]["filters"],
            json!({ "categories": ["finance", "sales"], "tags": ["fast", "slow"] })
        );
        let many: Vec<_> = (0..51).map(|number| format!("tag-{number}")).collect();
        for (filters, field) in [
            (json!({ "tags": many }), "filters.tags"),
            (json!({ "tags": ["ok", " "] }), "filters.tags[1]"),
            (json!({ "categories": ["a\nb"] }), "filters.categories[0]"),
        ] {
            let body = json!({ "name": "peer", "filters": filters });
            let answer = scene.admin.post("/api/federation/keys", &body).await;
            let error = answer.expect_error(400, "INVALID_REQUEST");
            assert!(error.to_string().contains(field), "{error}");
        }
    })
    .await;
}
