//! Transfers of ownership: nothing changes hands without both sides, and everything that belongs to it comes along.

use std::time::Duration;

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::ScopeSet;
use atom_marketplace_testkit::{Client, each_db_async};
use serde_json::{Value, json};

use crate::scene::{Scene, ids, install};

const SKILL: Kind = Kind::Skill;

async fn offer(by: &Client, id: &str, to: &str) -> String {
    let path = format!("{}/transfer", SKILL.path_of(id));
    let made = by.post(&path, &json!({ "to_tenant_id": to })).await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

fn verb(id: &str, verb: &str) -> String {
    format!("/api/transfers/{id}/{verb}")
}

async fn storage(client: &Client) -> u64 {
    client.get("/api/tenant").await.expect(200)["storage_used"].as_u64().expect("bytes")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_comes_with_all_that_belongs_to_it() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Enterprise).await;
        let initech = scene.server.tenant("initech", Plan::Enterprise).await;
        scene.publish(SKILL, "crm", json!({ "files": [{ "path": "a.txt", "content": "a" }] })).await;
        let private = scene.private(SKILL, "inner", json!({ "shared_with": ["globex", "initech"] })).await;
        initech.post(&install(SKILL, "crm"), &json!({})).await.expect(201);
        initech
            .put(&format!("{}/rating", SKILL.path_of("crm")), &json!({ "rating": 5, "review": "Good." }))
            .await
            .expect(200);
        // Its own component nobody rates: what the receiver said of it goes.
        globex.put(&format!("{}/rating", SKILL.path_of("crm")), &json!({ "rating": 1 })).await.expect(200);
        let anyone = scene.server.anonymous();
        let bundle = anyone.get(&format!("{}/bundle", SKILL.path_of("crm"))).await;
        anyone.get("/api/skill-marketplace/skills?publisher=acme").await.expect(200);
        let held = storage(&scene.acme).await;

        let path = format!("{}/transfer", SKILL.path_of("crm"));
        let answer = scene.acme.post(&path, &json!({ "to_tenant_id": "globex", "message": "As agreed." })).await;
        let made = answer.expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        assert_eq!(answer.header("location"), Some(format!("/api/transfers/{id}").as_str()));
        assert_eq!(
            (&made["status"], &made["from_tenant_id"], &made["message"]),
            (&json!("pending"), &json!("acme"), &json!("As agreed."))
        );
        assert_eq!(globex.get("/api/transfers?direction=in").await.expect(200)["items"], json!([made]));
        assert_eq!(scene.acme.get("/api/transfers?direction=out").await.expect(200)["items"], json!([made]));
        assert_eq!(scene.acme.get("/api/transfers?direction=in").await.expect(200)["total"], 0);
        assert_eq!(scene.acme.get(&SKILL.path_of("crm")).await.expect(200)["source_tenant_id"], "acme", "not yet");

        assert_eq!(globex.post(&verb(&id, "accept"), &json!({})).await.expect(200)["status"], "accepted");
        for path in [SKILL.path_of("crm"), format!("{}?source_tenant_id=acme", SKILL.path_of("crm"))] {
            for client in [&anyone, &scene.acme, &globex, &initech] {
                let component = client.get(&path).await.expect(200);
                assert_eq!(
                    (&component["source_tenant_id"], &component["rating_count"], &component["install_count"]),
                    (&json!("globex"), &json!(1), &json!(1)),
                    "{path}"
                );
            }
        }
        let again = anyone.get(&format!("{}/bundle", SKILL.path_of("crm"))).await;
        assert_eq!(again.bytes, bundle.bytes);
        for (publisher, expected) in [("acme", vec![]), ("globex", vec!["crm"])] {
            let listed = anyone.get(&format!("/api/skill-marketplace/skills?publisher={publisher}")).await.expect(200);
            assert_eq!(ids(&listed["items"]), expected, "{publisher}");
            let found = anyone
                .get(&format!("/api/skill-marketplace/skills/search?query=crm&publisher={publisher}"))
                .await
                .expect(200);
            assert_eq!(ids(&found["items"]), expected, "{publisher}");
        }
        let reviews = anyone.get(&format!("{}/reviews?source_tenant_id=acme", SKILL.path_of("crm"))).await.expect(200);
        assert_eq!(reviews["total"], 1);
        let installed = initech.get("/api/installations").await.expect(200);
        assert_eq!(installed["items"][0]["source_tenant_id"], "globex");
        assert_eq!(held, storage(&scene.acme).await + storage(&globex).await);

        // It is the new publisher's to change, and not the old one's any more.
        scene.acme.delete(&SKILL.path_of("crm")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        let body = json!({ "skill_id": "crm", "marketplace_type": "private", "name": "Mine", "description": "Again." });
        let details = scene.acme.post("/api/skill-marketplace/skills", &body).await.expect_error(409, "CONFLICT");
        assert_eq!(
            details["moved_to"],
            json!({ "component_type": "skill", "id": "crm", "source_tenant_id": "globex" })
        );
        globex.patch(&SKILL.path_of("crm"), &json!({ "deprecated": { "message": "old" } })).await.expect(200);

        // A private one: who it is shared with goes on seeing it, who gave it away does not, nor where it went.
        let id = offer(&scene.acme, "inner", "globex").await;
        globex.post(&verb(&id, "accept"), &json!({})).await.expect(200);
        assert_eq!(initech.get(&SKILL.path_of("inner")).await.expect(200)["source_tenant_id"], "globex");
        assert_eq!(globex.get(&SKILL.path_of("inner")).await.expect(200)["digest"], private["digest"]);
        scene.acme.get(&SKILL.path_of("inner")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        let body =
            json!({ "skill_id": "inner", "marketplace_type": "private", "name": "Mine", "description": "Again." });
        let details = scene.acme.post("/api/skill-marketplace/skills", &body).await.expect_error(409, "CONFLICT");
        assert_eq!(details.get("moved_to"), None);

        // And back again.
        let id = offer(&globex, "inner", "acme").await;
        scene.acme.post(&verb(&id, "accept"), &json!({})).await.expect(200);
        assert_eq!(scene.acme.get(&SKILL.path_of("inner")).await.expect(200)["source_tenant_id"], "acme");
        assert_eq!(held, storage(&scene.acme).await + storage(&globex).await);
        let globex_sees = globex.get(&format!("{}?source_tenant_id=globex", SKILL.path_of("inner"))).await;
        globex_sees.expect_error(404, "COMPONENT_NOT_FOUND");

        let m = &scene.server.marketplace;
        let recorded =
            m.db.read(|c| {
                c.all::<String>(
                    "SELECT action FROM audit_log WHERE action LIKE '%transfer%' ORDER BY chain, number",
                    atom_marketplace_db::args![],
                )
            })
            .await
            .expect("entries");
        assert_eq!(recorded.iter().filter(|action| *action == "component.transfer").count(), 3, "{recorded:?}");
        assert_eq!(recorded.iter().filter(|action| *action == "transfer.accept").count(), 3, "{recorded:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_ask_which_tenants_exist() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        scene.server.tenant("globex", Plan::Free).await;
        scene.private(SKILL, "one", json!({})).await;
        scene.private(SKILL, "two", json!({})).await;
        let mut seen = Vec::new();
        for (id, to) in [("one", "globex"), ("two", "nobody-at-all")] {
            let made = offer(&scene.acme, id, to).await;
            let mut offer = scene.acme.get(&format!("/api/transfers/{made}")).await.expect(200);
            for own in ["id", "component_id", "name", "to_tenant_id", "offered_at", "expires_at"] {
                offer[own] = Value::Null;
            }
            seen.push(offer);
        }
        assert_eq!(seen[0], seen[1]);
        // A tenant that takes the name later was not meant.
        let late = scene.server.tenant("nobody-at-all", Plan::Free).await;
        assert_eq!(late.get("/api/transfers?direction=in").await.expect(200)["total"], 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_refused_taken_back_or_ends_by_itself() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Enterprise).await;
        let initech = scene.server.tenant("initech", Plan::Enterprise).await;
        let path = format!("{}/transfer", SKILL.path_of("crm"));
        scene.publish(SKILL, "crm", json!({})).await;
        for (body, status, code) in [
            (json!({}), 400, "INVALID_REQUEST"),
            (json!({ "to_tenant_id": "acme" }), 400, "INVALID_REQUEST"),
            (json!({ "to_tenant_id": "Not An Id" }), 400, "INVALID_REQUEST"),
            (json!({ "to_tenant_id": "globex@north" }), 400, "INVALID_REQUEST"),
            (json!({ "to_tenant_id": "globex", "message": "x".repeat(2_001) }), 400, "INVALID_REQUEST"),
        ] {
            scene.acme.post(&path, &body).await.expect_error(status, code);
        }
        globex.post(&path, &json!({ "to_tenant_id": "globex" })).await.expect_error(404, "COMPONENT_NOT_FOUND");

        let declined = offer(&scene.acme, "crm", "globex").await;
        scene.acme.post(&path, &json!({ "to_tenant_id": "initech" })).await.expect_error(409, "CONFLICT");
        // Each side has its own verbs, and nobody else has any.
        for (client, method, path) in [
            (&scene.acme, "post", verb(&declined, "accept")),
            (&scene.acme, "post", verb(&declined, "decline")),
            (&globex, "delete", format!("/api/transfers/{declined}")),
            (&initech, "post", verb(&declined, "accept")),
            (&initech, "get", format!("/api/transfers/{declined}")),
        ] {
            let answer = match method {
                "post" => client.post(&path, &json!({})).await,
                "delete" => client.delete(&path).await,
                _ => client.get(&path).await,
            };
            answer.expect_error(404, "NOT_FOUND");
        }
        assert_eq!(globex.post(&verb(&declined, "decline"), &json!({})).await.expect(200)["status"], "declined");

        let cancelled = offer(&scene.acme, "crm", "globex").await;
        scene.acme.delete(&format!("/api/transfers/{cancelled}")).await.expect(204);

        let expired = offer(&scene.acme, "crm", "globex").await;
        scene.server.marketplace.clock.advance(Duration::from_hours(7 * 24));
        assert_eq!(globex.get(&format!("/api/transfers/{expired}")).await.expect(200)["status"], "expired");

        for id in [&declined, &cancelled, &expired] {
            globex.post(&verb(id, "accept"), &json!({})).await.expect_error(409, "CONFLICT");
            scene.acme.delete(&format!("/api/transfers/{id}")).await.expect_error(409, "CONFLICT");
        }
        // An expired offer is in nobody's way. What is withdrawn or quarantined meanwhile is not handed over.
        let last = offer(&scene.acme, "crm", "globex").await;
        scene
            .admin
            .post("/api/admin/components/skill/acme/crm/quarantine", &json!({ "reason": "odd" }))
            .await
            .expect(200);
        globex.post(&verb(&last, "accept"), &json!({})).await.expect_error(409, "CONFLICT");
        scene.admin.post("/api/admin/components/skill/acme/crm/release", &json!({})).await.expect(200);
        scene.acme.delete(&SKILL.path_of("crm")).await.expect(204);
        globex.post(&verb(&last, "accept"), &json!({})).await.expect_error(409, "CONFLICT");
        let all = scene.acme.get("/api/transfers?direction=out&page_size=2").await.expect(200);
        assert_eq!((&all["total"], ids(&all["items"])), (&json!(4), vec![last.as_str(), expired.as_str()]));
        let cursor = all["next_cursor"].as_str().unwrap();
        let rest =
            scene.acme.get(&format!("/api/transfers?direction=out&page_size=2&cursor={cursor}")).await.expect(200);
        assert_eq!(ids(&rest["items"]), [cancelled, declined]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receiver_must_have_room_and_the_id_free() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Free).await;
        let big = "x".repeat(70 << 10);
        scene.private(SKILL, "big", json!({ "content": { "text": big } })).await;
        scene
            .admin
            .patch("/api/admin/tenants/globex", &json!({ "limits": { "storage_bytes": 60 << 10 } }))
            .await
            .expect(200);
        let full = offer(&scene.acme, "big", "globex").await;
        let details = globex.post(&verb(&full, "accept"), &json!({})).await.expect_error(403, "QUOTA_EXCEEDED");
        assert_eq!(details["resource"], "storage");
        scene
            .admin
            .patch("/api/admin/tenants/globex", &json!({ "limits": { "storage_bytes": 1 << 20 } }))
            .await
            .expect(200);
        globex.post(&verb(&full, "accept"), &json!({})).await.expect(200);

        // An id that is taken, was withdrawn, or is a former one: each is its own for ever.
        for (id, prepare) in [("taken", "none"), ("gone", "withdraw"), ("was", "rename")] {
            scene.private(SKILL, id, json!({})).await;
            let body = json!({ "skill_id": id, "marketplace_type": "private", "name": "Mine", "description": "Mine." });
            globex.post("/api/skill-marketplace/skills", &body).await.expect(201);
            match prepare {
                "withdraw" => drop(globex.delete(&SKILL.path_of(id)).await.expect(204)),
                "rename" => {
                    let path = format!("{}/rename", SKILL.path_of(id));
                    globex.post(&path, &json!({ "new_id": "is" })).await.expect(200);
                }
                _ => {}
            }
            let offered = offer(&scene.acme, id, "globex").await;
            globex.post(&verb(&offered, "accept"), &json!({})).await.expect_error(409, "CONFLICT");
            assert_eq!(globex.get(&format!("/api/transfers/{offered}")).await.expect(200)["status"], "pending");
            assert_eq!(scene.acme.get(&SKILL.path_of(id)).await.expect(200)["source_tenant_id"], "acme");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_is_no_admin_gives_nothing_away() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        scene.private(SKILL, "crm", json!({})).await;
        let path = format!("{}/transfer", SKILL.path_of("crm"));
        for (role, status) in [("publisher", 403), ("admin", 201)] {
            let member = json!({ "email": format!("{role}@acme.example"), "role": role });
            let member = scene.acme.post("/api/tenant/members", &member).await.expect(201);
            let user = member["user_id"].as_str().unwrap();
            let client = scene.server.token_of("acme", user, ScopeSet::ALL_TENANT).await;
            let answer = client.post(&path, &json!({ "to_tenant_id": "globex" })).await;
            assert_eq!(answer.status, status, "{role}");
            if status == 403 {
                assert_eq!(answer.expect_error(403, "INSUFFICIENT_PERMISSIONS")["required_role"], "admin");
            }
        }
    })
    .await;
}
