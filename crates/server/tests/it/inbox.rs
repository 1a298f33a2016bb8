//! The inbox: what asks for attention, and how far it was read; and how long events are kept.

use std::time::Duration;

use atom_marketplace_db::args;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_server::jobs;
use atom_marketplace_testkit::{Client, each_db_async};
use serde_json::{Value, json};

use crate::scene::{Scene, install};

const SKILL: Kind = Kind::Skill;

async fn types(client: &Client, query: &str) -> (Vec<String>, u64) {
    let inbox = client.get(&format!("/api/tenant/inbox{query}")).await.expect(200);
    let types =
        inbox["items"].as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap().to_owned()).collect();
    (types, inbox["unread"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_holds_what_asks_for_attention_and_nothing_else() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Enterprise).await;
        let initech = scene.server.tenant("initech", Plan::Enterprise).await;
        scene.publish(SKILL, "crm", json!({})).await;
        globex.post(&install(SKILL, "crm"), &json!({})).await.expect(201);
        globex.put(&format!("{}/rating", SKILL.path_of("crm")), &json!({ "rating": 5 })).await.expect(200);
        // Its own publisher knows what it does itself; whoever has it installed does not.
        assert_eq!(types(&scene.acme, "").await, (vec!["component.approved".to_owned()], 1));
        assert_eq!(types(&globex, "").await, (vec![], 0));

        scene.publish(SKILL, "crm", json!({ "description": "Does more." })).await;
        let yank = format!("{}/versions/1.0.0/yank", SKILL.path_of("crm"));
        scene.acme.post(&yank, &json!({ "reason": "Old." })).await.expect(200);
        let quarantine = "/api/admin/components/skill/acme/crm/quarantine";
        scene.admin.post(quarantine, &json!({ "reason": "To look into." })).await.expect(200);
        let expected = ["component.quarantined", "component.yanked", "component.updated"];
        assert_eq!(types(&globex, "").await, (expected.map(str::to_owned).to_vec(), 3));
        let expected = ["component.quarantined", "component.approved", "component.approved"];
        assert_eq!(types(&scene.acme, "").await, (expected.map(str::to_owned).to_vec(), 3));
        assert_eq!(types(&initech, "").await, (vec![], 0), "it has nothing to do with it");

        // Page by page, and read up to one of them.
        let first = globex.get("/api/tenant/inbox?page_size=2").await.expect(200);
        assert_eq!((first["items"].as_array().unwrap().len(), &first["has_more"]), (2, &json!(true)));
        let next = format!("/api/tenant/inbox?page_size=2&cursor={}", first["next_cursor"].as_str().unwrap());
        let second = globex.get(&next).await.expect(200);
        assert_eq!((second["items"].as_array().unwrap().len(), &second["next_cursor"]), (1, &Value::Null));
        let read = json!({ "up_to": first["items"][1]["id"] });
        assert_eq!(globex.post("/api/tenant/inbox/read", &read).await.expect(200)["unread"], 1);
        assert_eq!(types(&globex, "?unread=true").await, (vec!["component.quarantined".to_owned()], 1));
        let all = globex.get("/api/tenant/inbox").await.expect(200);
        let marks: Vec<_> = all["items"].as_array().unwrap().iter().map(|item| item["read"].clone()).collect();
        assert_eq!(marks, [json!(false), json!(true), json!(true)]);
        // What was read stays so.
        let earlier = json!({ "up_to": second["items"][0]["id"] });
        assert_eq!(globex.post("/api/tenant/inbox/read", &earlier).await.expect(200)["unread"], 1);
        // An event that is not in it, and another's, are none.
        let acmes = scene.acme.get("/api/tenant/inbox").await.expect(200)["items"][2]["id"].clone();
        for up_to in [acmes, json!("evt_0")] {
            globex.post("/api/tenant/inbox/read", &json!({ "up_to": up_to })).await.expect_error(404, "NOT_FOUND");
        }
        // A person has read what they have read.
        let hank = scene.server.person("globex", "hank@globex.example", Role::Viewer).await;
        assert_eq!(types(&hank, "?unread=true").await.1, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_kept_for_their_time_and_entries_for_ever() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let m = &scene.server.marketplace;
        let webhook = json!({ "url": "https://hooks.example.com/", "events": ["component.approved"] });
        scene.acme.post("/api/webhooks", &webhook).await.expect(201);
        scene.publish(SKILL, "old", json!({})).await;
        m.clock.advance(Duration::from_hours(89 * 24));
        scene.publish(SKILL, "new", json!({})).await;
        let count = |table: &'static str| async move {
            m.db.read(move |c| c.one::<i64>(&format!("SELECT count(*) FROM {table}"), args![])).await.expect("a number")
        };
        let (events, entries) = (count("event").await, count("audit_log").await);
        jobs::forget_events(m).await.expect("done");
        assert_eq!(count("event").await, events, "younger than 90 days");
        assert_eq!(count("webhook_delivery").await, 2);
        m.clock.advance(Duration::from_hours(2 * 24));
        jobs::forget_events(m).await.expect("done");
        assert_eq!(count("event").await, events / 2);
        assert_eq!(count("webhook_delivery").await, 1);
        assert_eq!(count("audit_log").await, entries);
        assert_eq!(types(&scene.acme, "").await.0, ["component.approved"]);
    })
    .await;
}
