//! Pages of the feed: their order under concurrent writers, where they begin and end, and what they cost.

use atom_marketplace_bundle::{Event, Record, RecordStatus, verify};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{Client, Receiver, TestServer, each_db_async, status};
use serde_json::{Value, json};

use super::mirror::{Mirror, envelope, listed};
use super::{keys, peer};
use crate::scene::Scene;

const CHANGES: &str = "/api/federation/v1/changes";

fn skill(id: &str, description: &str) -> Value {
    json!({ "skill_id": id, "marketplace_type": "public", "name": id, "description": description })
}

/// Publishes and approves a skill of a tenant's, beside others that do the same.
pub(super) async fn publish(tenant: &Client, admin: &Client, slug: &str, id: &str) {
    tenant.post("/api/skill-marketplace/skills", &skill(id, "Does things.")).await.expect(201);
    let waiting = admin.get(&format!("/api/admin/submissions?source_tenant_id={slug}")).await.expect(200);
    for submission in waiting["items"].as_array().unwrap() {
        let path = format!("/api/admin/submissions/{}/approve", submission["id"].as_str().unwrap());
        admin.post(&path, &json!({})).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sequence_has_no_gaps_whoever_writes_at_once() {
    const WRITERS: usize = 16;
    const EACH: usize = 5;
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        // On PostgreSQL another node settles too.
        let other = match db.db.dialect() {
            atom_marketplace_db::Dialect::Postgres => Some(TestServer::node_with_jobs(db.db.clone(), |_| {}).await),
            atom_marketplace_db::Dialect::Sqlite => None,
        };
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..WRITERS {
            let slug = format!("tenant-{number}");
            let tenant = server.tenant(&slug, Plan::Enterprise).await;
            let admin = server.admin();
            writers.spawn(async move {
                for id in 0..EACH {
                    publish(&tenant, &admin, &slug, &format!("skill-{id}")).await;
                }
            });
        }
        // The mirror checks that each page goes on where the one before ended, without a gap.
        let mut mirror = Mirror::of(other.as_ref().unwrap_or(&server), json!({})).await;
        while !writers.is_empty() {
            mirror.page("page_size=7&include=bundles").await;
            while writers.try_join_next().is_some() {}
        }
        mirror.follow(1_000).await;
        assert_eq!(mirror.sequence, (WRITERS * EACH) as u64);
        assert_eq!(mirror.components(), listed(&peer(&server, json!({})).await).await);
        mirror.check_bundles();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_costs_what_is_on_it() {
    const ALL: usize = 300;
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        for chunk in 0..ALL / 50 {
            for number in 0..50 {
                let id = format!("skill-{}", chunk * 50 + number);
                scene.acme.post("/api/skill-marketplace/skills", &skill(&id, "Does things.")).await.expect(201);
            }
            let waiting = scene.admin.get("/api/admin/submissions?page_size=100").await.expect(200);
            for submission in waiting["items"].as_array().unwrap() {
                let path = format!("/api/admin/submissions/{}/approve", submission["id"].as_str().unwrap());
                scene.admin.post(&path, &json!({})).await.expect(200);
            }
        }
        let mut mirror = Mirror::of(&scene.server, json!({})).await;
        mirror.follow(100).await;
        assert_eq!((mirror.requests, mirror.components().len()), (3, ALL));
        mirror.check_bundles();
        let whole = mirror.bytes;
        for id in ["skill-7", "skill-70", "skill-170"] {
            let body = json!({ "deprecated": { "message": "Old." } });
            scene.acme.patch(&Kind::Skill.path_of(id), &body).await.expect(200);
        }
        let read = mirror.page("include=bundles").await;
        assert_eq!((read.lines.len(), read.has_more), (3, false));
        let changed = mirror.bytes - whole;
        assert!(changed * 20 < whole, "{changed} bytes for 3 changes, {whole} for all {ALL}");
        assert!(read.lines.iter().all(|line| line.get("bundle").is_none()), "no version became available");
        // What is there already is read without its content, too.
        let mut names = Mirror::of(&scene.server, json!({})).await;
        let read = names.page("page_size=1000").await;
        assert_eq!((read.lines.len(), read.has_more), (ALL + 3, false));
        assert_eq!(names.components(), mirror.components());
        assert!(names.bytes < whole);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_leaves_a_tombstone_that_tells_nothing_else() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        for id in ["taken", "bad", "mine", "never"] {
            scene.publish(Kind::Skill, id, json!({ "description": format!("CONTENT of {id}") })).await;
        }
        let mut mirror = Mirror::of(&scene.server, json!({})).await;
        mirror.page("page_size=3").await;
        // Before anybody has read that it was there.
        scene.acme.delete(&Kind::Skill.path_of("never")).await.expect(204);
        scene.acme.delete(&Kind::Skill.path_of("taken")).await.expect(204);
        let quarantine = "/api/admin/components/skill/acme/bad/quarantine";
        scene.admin.post(quarantine, &json!({ "reason": "It steals." })).await.expect(200);
        scene.private(Kind::Skill, "mine", json!({ "description": "CANARY" })).await;
        let rename = format!("{}/rename", Kind::Skill.path_of("mine"));
        scene.acme.post(&rename, &json!({ "new_id": "canary" })).await.expect(200);
        let before = mirror.seen.len();
        mirror.follow(100).await;
        assert_eq!(mirror.components().len(), 0);
        let seen = String::from_utf8_lossy(&mirror.seen[before..]).to_lowercase();
        assert!(!seen.contains("canary") && !seen.contains("content of"), "{seen}");
        for (id, status, reason) in [
            ("taken", RecordStatus::Withdrawn, None),
            ("bad", RecordStatus::Quarantined, Some("It steals.")),
            ("mine", RecordStatus::Withdrawn, None),
            ("never", RecordStatus::Withdrawn, None),
        ] {
            let record: &Record = mirror.record(&(Kind::Skill, "acme".to_owned(), id.to_owned()));
            assert_eq!((record.status, record.reason.as_deref(), record.versions.len()), (status, reason, 0), "{id}");
        }
        // Public again, by another name: the mirror learns which one it was.
        scene.publish(Kind::Skill, "canary", json!({ "description": "For all." })).await;
        mirror.follow(100).await;
        let record = mirror.record(&(Kind::Skill, "acme".to_owned(), "canary".to_owned()));
        assert_eq!(record.formerly.iter().map(|name| name.id.as_str()).collect::<Vec<_>>(), ["mine"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_and_parameters() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        scene.publish(Kind::Skill, "one", json!({})).await;
        let reader = peer(&scene.server, json!({})).await;
        for query in
            ["page_size=0", "page_size=1001", "wait=31", "include=everything", "cursor=abc", "cursor=", "page=2"]
        {
            reader.get(&format!("{CHANGES}?{query}")).await.expect_error(400, "INVALID_REQUEST");
        }
        let cursor = |instance: &str, sequence: i64| {
            use base64::Engine as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("{instance}.{sequence}"))
        };
        let page = reader.get(CHANGES).await;
        let last: Value = serde_json::from_str(String::from_utf8(page.bytes).unwrap().lines().last().unwrap()).unwrap();
        let instance = verify::<atom_marketplace_bundle::Page>(&envelope(&last["page"]), &keys(&scene.server).await);
        let instance = instance.unwrap().document.instance;
        assert_eq!(last["next_cursor"], cursor(&instance, 1));
        let other = "ins_ffffffffffffffffffffffffffffffff";
        for (cursor, said) in [(cursor(other, 1), other), (cursor(&instance, 2), "set back")] {
            let answer = reader.get(&format!("{CHANGES}?cursor={cursor}")).await;
            answer.expect_error(409, "CONFLICT");
            assert!(answer.json()["error"]["message"].as_str().unwrap().contains(said), "{}", answer.json());
        }
        for cursor in [cursor(&instance, -1), cursor("nonsense", 1)] {
            reader.get(&format!("{CHANGES}?cursor={cursor}")).await.expect_error(400, "INVALID_REQUEST");
        }
        for client in [scene.server.anonymous(), scene.acme.clone()] {
            client.get(CHANGES).await.expect_error(401, "FEDERATION_KEY_INVALID");
        }
        assert_eq!(scene.admin.get(CHANGES).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_may_wait_for_what_comes() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let mut mirror = Mirror::of(&scene.server, json!({})).await;
        let waiting = tokio::spawn(async move { mirror.page("wait=30").await });
        scene.publish(Kind::Skill, "one", json!({})).await;
        let read = waiting.await.unwrap();
        assert_eq!((read.lines.len(), read.has_more), (1, false));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_is_told_that_the_feed_has_grown() {
    each_db_async(|db| async move {
        let server = TestServer::start_with_jobs(&db).await;
        let (acme, admin) = (server.tenant("acme", Plan::Enterprise).await, server.admin());
        publish(&acme, &admin, "acme", "before").await;
        let subscriber = peer(&server, json!({})).await;
        let receiver = Receiver::answering(|at, _| status(if at == 0 { 503 } else { 200 })).await;
        let path = "/api/federation/v1/subscription";
        for url in ["ftp://partner.example/", "http://10.0.0.1/", "nonsense"] {
            subscriber.post(path, &json!({ "url": url })).await.expect_error(400, "INVALID_REQUEST");
        }
        admin.post(path, &json!({ "url": receiver.url })).await.expect_error(401, "FEDERATION_KEY_INVALID");
        // What was there before is not told, unless it was not settled yet.
        subscriber.get(CHANGES).await;
        let subscribed = subscriber.post(path, &json!({ "url": receiver.url })).await.expect(200);
        assert_eq!(subscribed["url"], receiver.url.as_str());
        publish(&acme, &admin, "acme", "news").await;
        // The first is refused with 503, and comes again.
        let received = receiver.wait_for(2).await;
        let hint = verify::<Event>(&envelope(&received[1].json()), &keys(&server).await).expect("the hint is signed");
        assert_eq!(hint.document.sequence, 2);
        subscriber.delete(path).await.expect(204);
        subscriber.delete(path).await.expect(204);
        let sql = "SELECT count(*) FROM federation_subscription";
        let left: i64 = server.marketplace.db.read(move |c| c.one(sql, atom_marketplace_db::args![])).await.unwrap();
        assert_eq!(left, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_of_peers_are_shown_beside_the_own_numbers() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        scene.publish(Kind::Skill, "one", json!({ "category": "sales" })).await;
        scene.publish(Kind::Skill, "two", json!({})).await;
        scene.private(Kind::Skill, "mine", json!({})).await;
        let path = "/api/federation/v1/totals";
        let total = |id: &str, installs: u64, sum: u64, count: u64| {
            json!({ "component_type": "skill", "source_tenant_id": "acme", "id": id, "installs": installs,
                "rating_sum": sum, "rating_count": count })
        };
        let shown = || async {
            let one = scene.server.anonymous().get("/api/skill-marketplace/skills/one").await.expect(200);
            assert_eq!((&one["install_count"], &one["rating_count"]), (&json!(0), &json!(0)));
            one.get("federated").cloned().unwrap_or(Value::Null)
        };
        let refused = peer(&scene.server, json!({})).await;
        refused
            .post(path, &json!({ "items": [total("one", 1, 5, 1)] }))
            .await
            .expect_error(403, "INSUFFICIENT_PERMISSIONS");
        let mut partners = Vec::new();
        for filters in [json!({}), json!({ "categories": ["sales"] })] {
            let body = json!({ "name": "partner", "accept_totals": true, "filters": filters });
            let made = scene.admin.post("/api/federation/keys", &body).await.expect(201);
            assert_eq!(made["accept_totals"], true);
            let key = made["key"].as_str().unwrap();
            let client = scene.server.anonymous().with("x-federation-key", key);
            partners.push((client, made["id"].as_str().unwrap().to_owned()));
        }
        assert_eq!(shown().await, Value::Null);
        for _ in 0..2 {
            let told = json!({ "items": [total("one", 12, 22, 5), total("mine", 1, 0, 0), total("none", 1, 0, 0)] });
            let taken = partners[0].0.post(path, &told).await.expect(200);
            assert_eq!(taken, json!({ "taken": 1, "unknown": 2 }));
        }
        let told = json!({ "items": [total("one", 3, 5, 1), total("two", 1, 0, 0)] });
        assert_eq!(partners[1].0.post(path, &told).await.expect(200), json!({ "taken": 1, "unknown": 1 }));
        assert_eq!(shown().await, json!({ "install_count": 15, "average_rating": 4.5, "rating_count": 6 }));
        for (wrong, field) in [
            (total("one", 1, 6, 1), "items[0].rating_sum"),
            (total("one", 1, 0, 1), "items[0].rating_sum"),
            (total("one", 1_000_000_001, 0, 0), "items[0].installs"),
        ] {
            let answer = partners[0].0.post(path, &json!({ "items": [wrong] })).await;
            let details = answer.expect_error(400, "INVALID_REQUEST");
            assert!(details.to_string().contains(field), "{details}");
        }
        // What a key has told goes with it.
        scene.admin.delete(&format!("/api/federation/keys/{}", partners[0].1)).await.expect(204);
        assert_eq!(shown().await, json!({ "install_count": 3, "average_rating": 5.0, "rating_count": 1 }));
    })
    .await;
}
