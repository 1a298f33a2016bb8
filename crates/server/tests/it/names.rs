//! Another id for a component, and the end of one: a name goes on meaning what it meant, and is given to nothing else.

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_testkit::each_db_async;
use serde_json::{Value, json};

use crate::scene::{Scene, ids, install};

const SKILL: Kind = Kind::Skill;

fn rename(id: &str) -> String {
    format!("{}/rename", SKILL.path_of(id))
}

fn takedown(id: &str) -> String {
    format!("/api/admin/components/skill/acme/{id}/takedown")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_id_goes_on_naming_the_component() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Enterprise).await;
        scene.publish(SKILL, "first", json!({ "files": [{ "path": "a.txt", "content": "a" }] })).await;
        let dependency = json!([{ "component_type": "skill", "id": "first", "version": "^1.0" }]);
        scene.publish(SKILL, "dependent", json!({ "dependencies": dependency })).await;
        globex.post(&install(SKILL, "first"), &json!({})).await.expect(201);
        let before = globex.get("/api/installations/lock").await.expect(200);
        let anyone = scene.server.anonymous();
        let bundle = anyone.get(&format!("{}/bundle", SKILL.path_of("first"))).await;
        // So that finished answers under the old id are there, to be outdated.
        anyone.get(&SKILL.path_of("first")).await.expect(200);

        scene.acme.post(&rename("first"), &json!({ "new_id": "second" })).await.expect(200);
        let renamed = scene.acme.post(&rename("second"), &json!({ "new_id": "third" })).await.expect(200);
        assert_eq!(renamed["id"], "third");

        for id in ["first", "second", "third"] {
            for path in [SKILL.path_of(id), format!("{}?source_tenant_id=acme", SKILL.path_of(id))] {
                for client in [&anyone, &scene.acme, &globex] {
                    let answer = client.get(&path).await;
                    let component = answer.expect(200);
                    assert_eq!(component["id"], "third", "{path}");
                    let location = answer.header("content-location");
                    let expected = "/api/skill-marketplace/skills/third?source_tenant_id=acme";
                    assert_eq!(location, (id != "third").then_some(expected), "{path}");
                }
            }
            let again = anyone.get(&format!("{}/bundle", SKILL.path_of(id))).await;
            assert_eq!(again.bytes, bundle.bytes, "a version's bytes never change");
            anyone.get(&format!("{}/versions", SKILL.path_of(id))).await.expect(200);
            let rated = globex.put(&format!("{}/rating", SKILL.path_of(id)), &json!({ "rating": 4 })).await.expect(200);
            assert_eq!(rated["rating_count"], 1, "{id}: one component");
            let there = globex.post(&install(SKILL, id), &json!({})).await.expect(200);
            assert_eq!(there["component_id"], "third");
            let listed = globex.get(&format!("/api/installations?component_id={id}")).await.expect(200);
            assert_eq!(listed["total"], 1, "{id}");
        }
        let found = anyone.get("/api/skill-marketplace/skills/search?query=third").await.expect(200);
        assert_eq!(ids(&found["items"])[0], "third");
        let listed = anyone.get("/api/skill-marketplace/skills").await.expect(200);
        assert!(!ids(&listed["items"]).contains(&"first"));

        // What is by the old name elsewhere: a lock, a dependency.
        let initech = scene.server.tenant("initech", Plan::Enterprise).await;
        let locked = initech.post("/api/installations/lock", &before).await.expect(200);
        assert_eq!((&locked["installed"], &locked["results"][0]["id"]), (&json!(1), &json!("third")));
        let auto = json!({ "auto_install_dependencies": true });
        let umbrella = scene.server.tenant("umbrella", Plan::Enterprise).await;
        let installed = umbrella.post(&install(SKILL, "dependent"), &auto).await.expect(201);
        assert_eq!(installed["dependencies"][0]["id"], "third");
        let dependent = anyone.get(&SKILL.path_of("dependent")).await.expect(200);
        assert_eq!(dependent["dependencies"][0]["id"], "third", "a dependency left open is shown by its present name");
        umbrella.delete(&install(SKILL, "dependent")).await.expect(204);
        umbrella.delete(&install(SKILL, "first")).await.expect(204);

        // Changes are seen by every name at once.
        scene.acme.patch(&SKILL.path_of("first"), &json!({ "deprecated": { "message": "old" } })).await.expect(200);
        for id in ["first", "third"] {
            assert_eq!(anyone.get(&SKILL.path_of(id)).await.expect(200)["deprecated"]["message"], "old", "{id}");
        }
        // The next version is published as what it is called now.
        let next =
            json!({ "skill_id": "third", "marketplace_type": "public", "name": "Third", "description": "Does more." });
        scene.acme.post("/api/skill-marketplace/skills", &next).await.expect(201);
        let next = scene.acme.get(&format!("{}/bundle?version=1.0.1", SKILL.path_of("first"))).await.expect(200);
        assert_eq!(next["id"], "third");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_id_is_given_to_nothing_else() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Enterprise).await;
        scene.publish(SKILL, "first", json!({})).await;
        scene.private(SKILL, "other", json!({})).await;
        scene.private(SKILL, "gone", json!({})).await;
        scene.acme.delete(&SKILL.path_of("gone")).await.expect(204);
        scene.acme.post(&rename("first"), &json!({ "new_id": "second" })).await.expect(200);

        let again = json!({ "skill_id": "first", "marketplace_type": "private", "name": "New", "description": "New." });
        for path in ["/api/skill-marketplace/skills", "/api/skill-marketplace/skills?dry_run=true"] {
            let details = scene.acme.post(path, &again).await.expect_error(409, "CONFLICT");
            let moved = json!({ "component_type": "skill", "id": "second", "source_tenant_id": "acme" });
            assert_eq!(details["moved_to"], moved);
        }
        for (id, new_id, status, code) in [
            ("other", "first", 409, "CONFLICT"),
            ("other", "second", 409, "CONFLICT"),
            ("other", "gone", 409, "CONFLICT"),
            ("other", "other", 400, "INVALID_REQUEST"),
            ("other", "no spaces", 400, "INVALID_REQUEST"),
            ("other", "search", 400, "INVALID_REQUEST"),
            ("gone", "back", 404, "COMPONENT_NOT_FOUND"),
            ("missing", "found", 404, "COMPONENT_NOT_FOUND"),
        ] {
            scene.acme.post(&rename(id), &json!({ "new_id": new_id })).await.expect_error(status, code);
        }
        // Another publisher may have the same id, as ever; then the bare id says nothing any more.
        scene.publish_as(&globex, SKILL, "first", json!({})).await;
        let details =
            scene.server.anonymous().get(&SKILL.path_of("first")).await.expect_error(409, "AMBIGUOUS_COMPONENT");
        assert_eq!(ids(&details["candidates"]), ["second", "first"]);
        assert_eq!(scene.acme.get(&SKILL.path_of("first")).await.expect(200)["id"], "second");

        // Its own old id it may have back.
        let back = scene.acme.post(&rename("second"), &json!({ "new_id": "first" })).await.expect(200);
        assert_eq!(back["id"], "first");
        let by_old = scene.acme.get(&SKILL.path_of("second")).await.expect(200);
        assert_eq!(by_old["id"], "first");

        // Patterns of a token are about both ids.
        let scopes = ScopeSet::of(&[Scope::ComponentsPublish]);
        let narrow = json!({ "name": "narrow", "scopes": scopes, "component_patterns": ["fir*"] });
        let narrow = scene.acme.post("/api/tokens", &narrow).await.expect(201);
        let narrow =
            scene.server.anonymous().with("authorization", &format!("Bearer {}", narrow["token"].as_str().unwrap()));
        for (id, new_id) in [("first", "wide"), ("other", "firm")] {
            narrow.post(&rename(id), &json!({ "new_id": new_id })).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        }
        narrow.post(&rename("second"), &json!({ "new_id": "firm" })).await.expect(200);
        // What is in quarantine stays where it is.
        scene
            .admin
            .post("/api/admin/components/skill/acme/first/quarantine", &json!({ "reason": "odd" }))
            .await
            .expect(200);
        scene.acme.post(&rename("firm"), &json!({ "new_id": "hidden" })).await.expect_error(409, "CONFLICT");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_down_is_gone_for_good() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Enterprise).await;
        let files = json!({ "files": [{ "path": "a.txt", "content": "a" }] });
        for id in ["bad", "left"] {
            scene.publish(SKILL, id, files.clone()).await;
            globex.post(&install(SKILL, id), &json!({})).await.expect(201);
        }
        scene.acme.delete(&SKILL.path_of("left")).await.expect(204);
        let installations = globex.get("/api/installations").await.expect(200);
        let bundles: Vec<_> = installations["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| format!("/api/installations/{}/bundle", item["id"].as_str().unwrap()))
            .collect();
        for bundle in &bundles {
            globex.get(bundle).await.expect(200);
        }
        scene.acme.post(&rename("bad"), &json!({ "new_id": "worse" })).await.expect(200);
        scene.admin.post(&takedown("bad"), &json!({})).await.expect_error(400, "INVALID_REQUEST");
        scene.admin.post(&takedown("none"), &json!({ "reason": "x" })).await.expect_error(404, "COMPONENT_NOT_FOUND");

        // By a former name, and after its publisher took it back.
        for (named, id) in [("bad", "worse"), ("left", "left")] {
            let left = scene.admin.post(&takedown(named), &json!({ "reason": "It steals." })).await.expect(200);
            assert_eq!((&left["id"], &left["reason"]), (&json!(id), &json!("It steals.")));
            scene.admin.post(&takedown(named), &json!({ "reason": "again" })).await.expect_error(409, "CONFLICT");
            for client in [&scene.server.anonymous(), &scene.acme, &globex] {
                client.get(&SKILL.path_of(id)).await.expect_error(404, "COMPONENT_NOT_FOUND");
                client.get(&SKILL.path_of(named)).await.expect_error(404, "COMPONENT_NOT_FOUND");
            }
            for marketplace in ["public", "private"] {
                let again =
                    json!({ "skill_id": id, "marketplace_type": marketplace, "name": "New", "description": "New." });
                let details =
                    scene.acme.post("/api/skill-marketplace/skills", &again).await.expect_error(409, "CONFLICT");
                assert_eq!(details["reason"], "It steals.");
            }
        }
        let again = json!({ "skill_id": "bad", "marketplace_type": "private", "name": "New", "description": "New." });
        scene.acme.post("/api/skill-marketplace/skills", &again).await.expect_error(409, "CONFLICT");
        scene.private(SKILL, "good", json!({})).await;
        scene.acme.post(&rename("good"), &json!({ "new_id": "left" })).await.expect_error(409, "CONFLICT");
        scene.acme.post(&rename("good"), &json!({ "new_id": "bad" })).await.expect_error(409, "CONFLICT");

        for bundle in &bundles {
            let details = globex.get(bundle).await.expect_error(404, "NOT_FOUND");
            assert_eq!(details["status"], "withdrawn");
        }
        globex.delete(&install(SKILL, "worse")).await.expect(204);
        let tenant = scene.acme.get("/api/tenant").await.expect(200);
        let good = scene.acme.get(&format!("{}/versions", SKILL.path_of("good"))).await.expect(200);
        assert_eq!(tenant["storage_used"], good["items"][0]["size"], "what was taken down takes no room");
        assert_eq!(texts(&scene).await, 0, "its content is gone");
    })
    .await;
}

/// How many files the taken down components still have.
async fn texts(scene: &Scene) -> i64 {
    scene
        .server
        .marketplace
        .db
        .read(|c| c.one::<i64>("SELECT count(*) FROM component_file", atom_marketplace_db::args![]))
        .await
        .expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_it_hears_of_its_end_and_the_record_says_who_did_what() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Enterprise).await;
        scene.publish(SKILL, "first", json!({})).await;
        globex.post(&install(SKILL, "first"), &json!({})).await.expect(201);
        scene.acme.post(&rename("first"), &json!({ "new_id": "second" })).await.expect(200);
        scene.admin.post(&takedown("second"), &json!({ "reason": "It steals." })).await.expect(200);

        let m = &scene.server.marketplace;
        m.db.write(atom_marketplace_server::events::place).await.expect("placed");
        for tenant in ["acme", "globex"] {
            let events = m.db.read(move |c| {
                let key = c.one::<i64>("SELECT id FROM tenant WHERE slug = $1", atom_marketplace_db::args![tenant])?;
                atom_marketplace_server::events::of_tenant(c, key, 0, 100)
            }).await.expect("events");
            let last = &events.last().expect("one").event;
            assert_eq!(last.event_type.as_str(), "component.withdrawn", "{tenant}");
            let data: Value = serde_json::to_value(&last.data).unwrap();
            assert_eq!((&data["component_id"], &data["reason"]), (&json!("second"), &json!("It steals.")), "{tenant}");
        }
        let actions = m.db.read(|c| c.all::<(String, String)>(
            "SELECT action, target FROM audit_log WHERE action IN ('component.rename', 'component.takedown') ORDER BY number",
            atom_marketplace_db::args![],
        )).await.expect("entries");
        let expected = [("component.rename", "skill:acme/first"), ("component.takedown", "skill:acme/second")];
        assert_eq!(actions, expected.map(|(action, target)| (action.to_owned(), target.to_owned())));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_successor_is_there_and_those_who_have_it_hear_of_it() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Enterprise).await;
        scene.publish(SKILL, "old", json!({})).await;
        scene.publish(SKILL, "new", json!({})).await;
        scene.private(SKILL, "inner", json!({})).await;
        globex.post(&install(SKILL, "old"), &json!({})).await.expect(201);
        let deprecate =
            |successor: Value| json!({ "deprecated": { "message": "Use another.", "successor": successor } });
        for successor in [
            json!({ "id": "none" }),
            json!({ "id": "old" }),
            json!({ "id": "new", "source_tenant_id": "globex" }),
            // Those who have the public one could not see it.
            json!({ "id": "inner" }),
        ] {
            let answer = scene.acme.patch(&SKILL.path_of("old"), &deprecate(successor.clone())).await;
            let details = answer.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], "deprecated.successor", "{successor}");
        }
        scene.acme.patch(&SKILL.path_of("old"), &deprecate(json!({ "id": "new" }))).await.expect(200);
        let shown = scene.server.anonymous().get(&SKILL.path_of("old")).await.expect(200);
        assert_eq!(shown["deprecated"]["successor"], json!({ "id": "new" }));

        let m = &scene.server.marketplace;
        m.db.write(atom_marketplace_server::events::place).await.expect("placed");
        let events = m.db.read(|c| {
            let key = c.one::<i64>("SELECT id FROM tenant WHERE slug = 'globex'", atom_marketplace_db::args![])?;
            atom_marketplace_server::events::of_tenant(c, key, 0, 100)
        });
        let last = events.await.expect("events").pop().expect("one").event;
        assert_eq!(last.event_type.as_str(), "component.deprecated");
        assert_eq!(serde_json::to_value(&last.data).unwrap()["successor"], json!({ "id": "new" }));

        // Whoever has it next, the successor is the one that was meant.
        let offer = format!("{}/transfer", SKILL.path_of("old"));
        let offer = scene.acme.post(&offer, &json!({ "to_tenant_id": "globex" })).await.expect(201);
        let accept = format!("/api/transfers/{}/accept", offer["id"].as_str().unwrap());
        globex.post(&accept, &json!({})).await.expect(200);
        let shown = scene.server.anonymous().get(&SKILL.path_of("old")).await.expect(200);
        assert_eq!(shown["deprecated"]["successor"], json!({ "id": "new", "source_tenant_id": "acme" }));
    })
    .await;
}
