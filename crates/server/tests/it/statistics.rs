//! What components are used for: honest counts, by day, version and plan, for those who may read them.

use std::time::Duration;

use atom_marketplace_protocol::ids::Kind::Skill;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_testkit::{Client, each_db_async};
use serde_json::{Value, json};

use crate::scene::{Scene, install};

const DAY: Duration = Duration::from_hours(24);
const REPORTS: &str = "/api/usage/reports";

fn stats(id: &str) -> String {
    format!("{}/stats", Skill.path_of(id))
}

/// Running totals of one component of one instance.
async fn report(client: &Client, instance: &str, id: &str, (ran, succeeded, took): (i64, i64, i64)) -> Value {
    let body = json!({ "instance_id": instance, "reports": [{
        "component_type": "skill", "component_id": id, "execution_count": ran, "success_count": succeeded, "total_duration_ms": took,
    }] });
    client.post(REPORTS, &body).await.expect(202)
}

/// Some of the fields of each item, in order.
fn column(items: &Value, field: &str) -> Vec<Value> {
    items.as_array().unwrap().iter().map(|item| item[field].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn running_totals_count_once() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let one = scene.server.tenant("one", Plan::Free).await;
        scene.publish(Skill, "s", json!({})).await;
        let refused = report(&one, "eu", "s", (1, 1, 1)).await;
        assert_eq!((&refused["accepted"], &refused["rejected"][0]["component_id"]), (&json!(0), &json!("s")));
        one.post(&install(Skill, "s"), &json!({})).await.expect(201);
        // What is said, and what it comes to: sent twice, more, anew after a restart, from another instance.
        for (instance, said, expected) in [
            ("eu", (10, 9, 1_000), (10, 9, 1_000)),
            ("eu", (10, 9, 1_000), (10, 9, 1_000)),
            ("eu", (15, 12, 1_600), (15, 12, 1_600)),
            ("eu", (3, 3, 200), (18, 15, 1_800)),
            ("eu", (3, 3, 200), (18, 15, 1_800)),
            ("us", (3, 3, 200), (21, 18, 2_000)),
            ("us", (3, 3, 100), (24, 21, 2_100)),
        ] {
            assert_eq!(report(&one, instance, "s", said).await, json!({ "accepted": 1, "rejected": [] }));
            let period = scene.acme.get(&stats("s")).await.expect(200)["period"].clone();
            let found = ["execution_count", "success_count", "total_duration_ms"].map(|name| period[name].as_i64().unwrap());
            assert_eq!(found, <[i64; 3]>::from(expected), "{instance} {said:?}");
        }
        for (said, why) in [((5, 6, 0), "more than"), ((-1, -1, 0), "below 0"), ((1, 1, -1), "below 0"), ((i64::MAX, 0, 0), "higher")] {
            let answer = report(&one, "eu", "s", said).await;
            assert!(answer["rejected"][0]["reason"].as_str().unwrap().contains(why), "{said:?}: {answer}");
        }
        one.post(REPORTS, &json!({ "instance_id": " ", "reports": [] })).await.expect_error(400, "INVALID_REQUEST");
        let many = vec![json!({ "component_type": "skill", "component_id": "s", "execution_count": 1, "success_count": 1, "total_duration_ms": 1 }); 1_001];
        one.post(REPORTS, &json!({ "instance_id": "eu", "reports": many })).await.expect_error(400, "INVALID_REQUEST");
        one.delete(&install(Skill, "s")).await.expect(204);
        assert_eq!(report(&one, "eu", "s", (99, 99, 99)).await["accepted"], 0, "it is not installed any more");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_tenant_counts_once_on_its_day() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        scene.publish(Skill, "s", json!({})).await;
        let today = scene.server.marketplace.now().to_string()[..10].to_owned();
        let clock = scene.server.marketplace.clock.clone();
        let mut tenants = Vec::new();
        for (name, plan) in [("one", Plan::Free), ("two", Plan::Free), ("three", Plan::Team)] {
            tenants.push(scene.server.tenant(name, plan).await);
        }
        for tenant in &tenants[..2] {
            tenant.post(&install(Skill, "s"), &json!({})).await.expect(201);
            tenant.post(&install(Skill, "s"), &json!({})).await.expect(200);
        }
        tenants[0].put(&format!("{}/rating", Skill.path_of("s")), &json!({ "rating": 5 })).await.expect(200);
        clock.advance(DAY);
        for _ in 0..3 {
            tenants[0].delete(&install(Skill, "s")).await.expect(204);
            tenants[0].post(&install(Skill, "s"), &json!({})).await.expect(201);
        }
        report(&tenants[1], "i", "s", (4, 2, 100)).await;
        // A change of mind belongs to the day it was first made up.
        tenants[0].put(&format!("{}/rating", Skill.path_of("s")), &json!({ "rating": 3 })).await.expect(200);
        clock.advance(DAY);
        scene.publish(Skill, "s", json!({ "content": 2 })).await;
        tenants[2].post(&install(Skill, "s"), &json!({})).await.expect(201);
        tenants[0].delete(&install(Skill, "s")).await.expect(204);
        let installed = tenants[1].get("/api/installations").await.expect(200)["items"][0]["id"].clone();
        let upgrade = format!("/api/installations/{}", installed.as_str().unwrap());
        tenants[1].patch(&upgrade, &json!({ "version": "latest" })).await.expect(200);
        report(&tenants[1], "i", "s", (5, 3, 150)).await;

        let path = format!("{}?from={today}", stats("s"));
        let found = scene.acme.get(&path).await.expect(200);
        let items = &found["items"];
        for (field, expected) in [
            ("installs", json!([2, 0, 1])),
            ("uninstalls", json!([0, 1, 0])),
            ("active_installs", json!([2, 2, 2])),
            ("execution_count", json!([0, 4, 1])),
            ("success_count", json!([0, 2, 1])),
            ("success_rate", json!([null, 0.5, 1.0])),
            ("mean_duration_ms", json!([null, 25.0, 50.0])),
            ("rating_count", json!([1, 0, 0])),
            ("average_rating", json!([3.0, null, null])),
        ] {
            assert_eq!(Value::from(column(items, field)), expected, "{field}");
        }
        assert_eq!(items[0]["day"], Value::from(today.clone()));
        assert_eq!((&found["period"]["installs"], &found["all_time"]["installs"]), (&json!(3), &json!(3)));
        assert_eq!(scene.number("s", "install_count").await, 3);
        // Up to the day before: what came later is not in it.
        let before = format!("{}?from={today}&to={today}", stats("s"));
        let before = scene.acme.get(&before).await.expect(200);
        assert_eq!((&before["period"]["active_installs"], &before["period"]["installs"]), (&json!(2), &json!(2)));

        let versions = scene.acme.get(&format!("{path}&group_by=version")).await.expect(200)["items"].clone();
        assert_eq!(column(&versions, "version"), ["1.0.0", "1.0.1"]);
        assert_eq!(column(&versions, "active_installs"), [0, 2]);
        assert_eq!(column(&versions, "execution_count"), [4, 1]);
        let plans = scene.acme.get(&format!("{path}&group_by=plan")).await.expect(200)["items"].clone();
        assert_eq!(column(&plans, "plan"), ["other"], "two and one are too few to be told apart");
        assert_eq!(column(&plans, "active_installs"), [2]);

        // The days are forgotten, what they came to is not.
        clock.advance(900 * DAY);
        scene.server.marketplace.forget_old_statistics().await.unwrap();
        let end = scene.server.marketplace.now().to_string()[..10].to_owned();
        let now = scene.acme.get(&format!("{}?to={end}", stats("s"))).await.expect(200);
        assert_eq!((&now["period"]["installs"], &now["all_time"]["installs"]), (&json!(0), &json!(3)));
        assert_eq!((&now["all_time"]["execution_count"], &now["period"]["active_installs"]), (&json!(5), &json!(2)));
        let left = scene.server.marketplace.db.read(|c| {
            c.one::<i64>("SELECT (SELECT count(*) FROM statistic) + (SELECT count(*) FROM usage_instance)", &[])
        });
        assert_eq!(left.await.unwrap(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_what() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let one = scene.server.tenant("one", Plan::Free).await;
        scene.publish(Skill, "s", json!({ "name": "=SUM(A1)" })).await;
        scene.private(Skill, "hidden", json!({})).await;
        one.post(&install(Skill, "s"), &json!({})).await.expect(201);
        report(&one, "i", "s", (4, 2, 100)).await;
        let weak = scene.server.token("acme", ScopeSet::of(&[Scope::ComponentsRead])).await;
        for client in [&one, &scene.server.anonymous(), &weak] {
            let found = client.get(&stats("s")).await.expect(200);
            assert_eq!((&found["period"]["installs"], found["items"].as_array().unwrap().len()), (&json!(1), 30));
            let text = found.to_string();
            assert!(!text.contains("execution") && !text.contains("active") && !text.contains("uninstalls"), "{text}");
            for group in ["version", "plan"] {
                let path = format!("{}?group_by={group}", stats("s"));
                let details = client.get(&path).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
                assert_eq!(details["required_permission"], "usage:read");
            }
        }
        one.get(&stats("hidden")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        for client in [&scene.acme, &scene.admin] {
            let found = client.get(&format!("{}?source_tenant_id=acme&group_by=version", stats("s"))).await.expect(200);
            assert_eq!(found["period"]["execution_count"], 4);
            assert!(!found.to_string().contains("\"one\""), "an installer is named: {found}");
        }
        for (query, field) in [
            ("from=2026-13-01", "from"),
            ("to=yesterday", "to"),
            ("to=2026-1-1", "to"),
            ("from=2026-02-01&to=2026-01-01", "from"),
            ("from=2024-01-01&to=2026-01-01", "from"),
            ("group_by=tenant", "group_by"),
            ("format=xml", "format"),
        ] {
            for path in [stats("s"), "/api/publisher/stats".to_owned()] {
                if path.contains("publisher") && field == "group_by" {
                    continue;
                }
                let details = scene.acme.get(&format!("{path}?{query}")).await.expect_error(400, "INVALID_REQUEST");
                assert_eq!(details["fields"][0]["path"], field, "{path}?{query}");
            }
        }
        let whole = scene.acme.get("/api/publisher/stats").await.expect(200);
        assert_eq!((&whole["components"], &whole["period"]["execution_count"]), (&json!(2), &json!(4)));
        assert_eq!(column(&whole["top_components"], "component_id"), ["s", "hidden"]);
        assert_eq!(column(&whole["top_components"], "active_installs"), [1, 0]);
        assert_eq!(one.get("/api/publisher/stats").await.expect(200)["components"], 0);
        weak.get("/api/publisher/stats").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");

        for (client, path) in [
            (scene.acme.with("accept", "text/csv"), "/api/publisher/stats".to_owned()),
            (scene.acme.clone(), "/api/publisher/stats?format=csv".to_owned()),
        ] {
            let answer = client.get(&path).await;
            let text = String::from_utf8(answer.bytes).unwrap();
            let lines: Vec<_> = text.split("\r\n").collect();
            assert!(lines[0].starts_with("component_type,component_id,name,installs,"), "{text}");
            assert_eq!(lines[1], "skill,s,\"'=SUM(A1)\",1,0,1,4,2,0.5,100,25,0,", "{text}");
            assert_eq!(lines.len(), 4, "{text}");
        }
        let days = scene.server.anonymous().get(&format!("{}?format=csv", stats("s"))).await;
        let text = String::from_utf8(days.bytes).unwrap();
        assert_eq!(text.lines().count(), 31);
        assert!(text.lines().last().unwrap().ends_with(",1,,,,,,,,0,"), "{text}");
    })
    .await;
}
