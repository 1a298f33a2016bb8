//! What a tenant has installed: lists, changes, locks.

use atom_marketplace_protocol::ids::Kind::{Agent, Skill};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::each_db_async;
use serde_json::{Value, json};

use crate::scene::{Scene, ids, install};

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_walked_by_page_and_by_cursor() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let (buyer, other) =
            (scene.server.tenant("buyer", Plan::Free).await, scene.server.tenant("other", Plan::Free).await);
        let names: Vec<String> = (0..7).map(|n| format!("s{n}")).collect();
        for name in &names {
            scene.publish(Skill, name, json!({})).await;
            buyer.post(&install(Skill, name), &json!({})).await.expect(201);
        }
        scene.publish(Agent, "a", json!({})).await;
        buyer.post(&install(Agent, "a"), &json!({})).await.expect(201);
        let newest_first: Vec<&str> = std::iter::once("a").chain(names.iter().rev().map(String::as_str)).collect();
        let listed = |page: &Value| -> Vec<String> {
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["component_id"].as_str().unwrap().to_owned())
                .collect()
        };
        for by_cursor in [true, false] {
            let mut seen = Vec::new();
            let mut query = String::new();
            for page in 1..=3 {
                let answer = buyer.get(&format!("/api/installations?page_size=3{query}")).await;
                let body = answer.expect(200);
                seen.extend(listed(&body));
                assert_eq!((&body["total"], &body["has_more"]), (&json!(8), &json!(page < 3)));
                let links = answer.header("link").expect("links");
                assert_eq!(links.contains("rel=\"next\""), page < 3);
                query = if by_cursor {
                    format!("&cursor={}", body["next_cursor"].as_str().unwrap_or_default())
                } else {
                    format!("&page={}", page + 1)
                };
            }
            assert_eq!(seen, newest_first, "by cursor: {by_cursor}");
        }
        assert_eq!(listed(&buyer.get("/api/installations?component_type=agent").await.expect(200)), ["a"]);
        assert_eq!(
            listed(&buyer.get("/api/installations?component_id=s3&source_tenant_id=acme").await.expect(200)),
            ["s3"]
        );
        assert_eq!(buyer.get("/api/installations?page=9").await.expect(200)["items"], json!([]));
        for (query, field) in [
            ("page_size=0", "page_size"),
            ("page_size=101", "page_size"),
            ("page=0", "page"),
            ("cursor=nonsense", "cursor"),
            ("component_type=toy", "component_type"),
            ("nonsense=1", "nonsense"),
        ] {
            let details = buyer.get(&format!("/api/installations?{query}")).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], field, "{query}");
        }
        // Nobody else's.
        let uid = buyer.get("/api/installations").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        let at = format!("/api/installations/{uid}");
        assert_eq!(other.get("/api/installations").await.expect(200)["total"], 0);
        other.get(&at).await.expect_error(404, "NOT_FOUND");
        other.patch(&at, &json!({ "version": "latest" })).await.expect_error(404, "NOT_FOUND");
        scene.server.anonymous().get(&at).await.expect_error(401, "UNAUTHENTICATED");
        buyer.get(&at).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_upgraded_unasked() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let buyer = scene.server.tenant("buyer", Plan::Free).await;
        scene.publish(Skill, "s", json!({ "content": 1 })).await;
        let first = buyer.post(&install(Skill, "s"), &json!({})).await.expect(201);
        let at = format!("/api/installations/{}", first["id"].as_str().unwrap());
        assert_eq!(first["update_available"], Value::Null);
        scene.publish(Skill, "s", json!({ "content": 2, "version": "1.1.0" })).await;
        let schema = json!({ "type": "object", "required": ["region"] });
        scene.publish(Skill, "s", json!({ "content": 3, "version": "2.0.0", "config_schema": schema })).await;
        scene.publish(Skill, "s", json!({ "content": 4, "version": "3.0.0-beta.1" })).await;
        scene.publish(Skill, "s", json!({ "content": 5, "version": "2.1.0", "pricing_tier": "team" })).await;
        let now = buyer.get(&at).await.expect(200);
        assert_eq!((&now["version"], &now["update_available"]), (&json!("1.0.0"), &json!("2.1.0")));
        // Each step is validated as an install is.
        let to = |version: &str| json!({ "version": version });
        buyer.patch(&at, &to("latest")).await.expect_error(403, "PLAN_RESTRICTED");
        buyer.patch(&at, &to("2.0.0")).await.expect_error(400, "INVALID_CONFIGURATION");
        buyer.patch(&at, &to("9.0.0")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        buyer.patch(&at, &to("^2")).await.expect_error(400, "INVALID_REQUEST");
        let body = json!({ "version": "2.0.0", "install_config": { "settings": { "region": "eu" } } });
        let done = buyer.patch(&at, &body).await.expect(200);
        assert_eq!((&done["version"], &done["id"]), (&json!("2.0.0"), &first["id"]));
        assert_eq!(done["install_config"]["settings"], json!({ "region": "eu" }));
        assert_eq!(buyer.patch(&at, &to("3.0.0-beta.1")).await.expect(200)["version"], "3.0.0-beta.1");
        // The latest release is earlier now: it does not go back unless told exactly.
        assert_eq!(buyer.patch(&at, &to("latest")).await.expect(200)["version"], "3.0.0-beta.1");
        let back = buyer.patch(&at, &to("1.1.0")).await.expect(200);
        assert_eq!((&back["version"], &back["update_available"]), (&json!("1.1.0"), &json!("2.1.0")));
        assert_eq!(scene.number("s", "install_count").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_goes_from_one_tenant_to_another() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let (buyer, twin) =
            (scene.server.tenant("buyer", Plan::Free).await, scene.server.tenant("twin", Plan::Free).await);
        scene.publish(Skill, "base", json!({ "content": 1 })).await;
        let needs = json!([{ "component_type": "skill", "id": "base", "version": "^1" }]);
        scene
            .publish(
                Agent,
                "top",
                json!({ "dependencies": needs, "config_schema": { "type": "object", "required": ["region"] } }),
            )
            .await;
        let body = json!({ "auto_install_dependencies": true, "install_config": { "settings": { "region": "eu" } } });
        buyer.post(&install(Agent, "top"), &body).await.expect(201);
        // Later versions do not matter to it.
        scene.publish(Skill, "base", json!({ "content": 2 })).await;
        let lock = buyer.get("/api/installations/lock").await.expect(200);
        assert_eq!(lock["lock_version"], 1);
        assert_eq!(ids(&lock["components"]), ["top", "base"]);
        assert_eq!(lock["components"][1]["version"], "1.0.0");

        let path = "/api/installations/lock";
        twin.post(path, &lock).await.expect_error(400, "INVALID_CONFIGURATION");
        let mut ready = lock.clone();
        ready["components"][0]["install_config"] = json!({ "settings": { "region": "us" } });
        // All or nothing: one digest that differs, and nothing is there.
        let mut forged = ready.clone();
        forged["components"][1]["digest"] = json!("sha256:00");
        let details = twin.post(path, &forged).await.expect_error(409, "CONFLICT");
        assert_eq!((&details["component_id"], &details["found"]), (&json!("base"), &lock["components"][1]["digest"]));
        let mut partial = ready.clone();
        partial["components"].as_array_mut().unwrap().pop();
        twin.post(path, &partial).await.expect_error(400, "DEPENDENCY_MISSING");
        assert_eq!(twin.get("/api/installations").await.expect(200)["total"], 0);

        let done = twin.post(path, &ready).await.expect(200);
        assert_eq!((&done["installed"], &done["updated"], &done["unchanged"]), (&json!(2), &json!(0), &json!(0)));
        assert_eq!(twin.get(path).await.expect(200), lock);
        let again = twin.post(path, &lock).await.expect(200);
        assert_eq!((&again["installed"], &again["unchanged"]), (&json!(0), &json!(2)));
        // A later lock moves what is there to its versions.
        let base = buyer.get("/api/installations?component_id=base").await.expect(200);
        let at = format!("/api/installations/{}", base["items"][0]["id"].as_str().unwrap());
        buyer.patch(&at, &json!({ "version": "latest" })).await.expect(200);
        let later = buyer.get(path).await.expect(200);
        let moved = twin.post(path, &later).await.expect(200);
        assert_eq!((&moved["updated"], &moved["unchanged"]), (&json!(1), &json!(1)));
        assert_eq!(twin.get(path).await.expect(200), later);

        let twice = json!({ "lock_version": 1, "components": [lock["components"][1], lock["components"][1]] });
        for (body, field) in
            [(twice, "components[1]"), (json!({ "lock_version": 2, "components": [] }), "lock_version")]
        {
            let details = twin.post(path, &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], field);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bundle_is_of_what_is_installed() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let (buyer, other) =
            (scene.server.tenant("buyer", Plan::Free).await, scene.server.tenant("other", Plan::Free).await);
        let file = json!([{ "path": "run.py", "content": "print(1)" }]);
        scene.publish(Skill, "s", json!({ "content": { "v": 1 }, "files": file })).await;
        let done = buyer.post(&install(Skill, "s"), &json!({})).await.expect(201);
        scene.publish(Skill, "s", json!({ "content": { "v": 2 } })).await;
        let at = format!("/api/installations/{}/bundle", done["id"].as_str().unwrap());
        let answer = buyer.get(&at).await;
        let bundle = answer.expect(200);
        assert_eq!((&bundle["version"], &bundle["digest"]), (&json!("1.0.0"), &done["digest"]));
        assert_eq!(
            (&bundle["manifest"]["content"]["v"], &bundle["files"][0]["content"]),
            (&json!(1), &json!("print(1)"))
        );
        let etag = answer.header("etag").unwrap().to_owned();
        assert!(answer.header("content-digest").unwrap().starts_with("sha-256=:"));
        assert_eq!(buyer.with("if-none-match", &etag).get(&at).await.status, 304);
        other.get(&at).await.expect_error(404, "NOT_FOUND");

        // Yanked and withdrawn it runs on; quarantined it must not.
        let skill = Skill.path_of("s");
        scene.acme.post(&format!("{skill}/versions/1.0.0/yank"), &json!({})).await.expect(200);
        assert_eq!(buyer.get(&at).await.expect(200), bundle);
        let component = "/api/admin/components/skill/acme/s";
        scene.admin.post(&format!("{component}/quarantine"), &json!({ "reason": "It phones home." })).await.expect(200);
        let details = buyer.get(&at).await.expect_error(404, "NOT_FOUND");
        assert_eq!(details["status"], "quarantined");
        scene.admin.post(&format!("{component}/release"), &json!({ "reason": "It does not." })).await.expect(200);
        assert_eq!(buyer.get(&at).await.expect(200)["version"], "1.0.0");
        scene.acme.delete(&skill).await.expect(204);
        assert_eq!(buyer.get(&at).await.expect(200)["files"], bundle["files"]);
    })
    .await;
}
