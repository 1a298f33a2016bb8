//! Reports of abuse.

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::each_db_async;
use serde_json::{Value, json};

use crate::scene::{Scene, ids};

const SKILL: Kind = Kind::Skill;

fn report(id: &str) -> String {
    format!("{}/report", SKILL.path_of(id))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_has_one_open_report_of_a_component() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Free).await;
        scene.publish(SKILL, "crm", json!({})).await;
        scene.private(SKILL, "inner", json!({})).await;
        for (body, named) in [
            (json!({}), "reason"),
            (json!({ "reason": "ugly" }), "reason"),
            (json!({ "reason": "other" }), "details"),
            (json!({ "reason": "spam", "details": "x".repeat(2_001) }), "details"),
            (json!({ "reason": "spam", "detail": "x" }), "detail"),
        ] {
            let details = globex.post(&report("crm"), &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], named, "{body}");
        }
        globex.post(&report("inner"), &json!({ "reason": "spam" })).await.expect_error(404, "COMPONENT_NOT_FOUND");
        scene.acme.post(&report("crm"), &json!({ "reason": "spam" })).await.expect_error(409, "CONFLICT");
        scene
            .server
            .anonymous()
            .post(&report("crm"), &json!({ "reason": "spam" }))
            .await
            .expect_error(401, "UNAUTHENTICATED");

        let first = globex.post(&report("crm"), &json!({ "reason": "spam" })).await.expect(202);
        let second = globex
            .post(&report("crm"), &json!({ "reason": "malware", "details": "It sends contacts away." }))
            .await
            .expect(202);
        assert_eq!(first, second);
        let listed = scene.admin.get("/api/admin/reports").await.expect(200);
        assert_eq!(listed["total"], 1);
        let seen = &listed["items"][0];
        assert_eq!(
            *seen,
            scene.admin.get(&format!("/api/admin/reports/{}", first["id"].as_str().unwrap())).await.expect(200)
        );
        for (field, value) in [
            ("component_id", "crm"),
            ("source_tenant_id", "acme"),
            ("reporter_tenant_id", "globex"),
            ("status", "open"),
            ("reason", "malware"),
            ("details", "It sends contacts away."),
        ] {
            assert_eq!(seen[field], value, "{field}");
        }
        // After an answer another one may be made.
        let path = format!("/api/admin/reports/{}/resolve", first["id"].as_str().unwrap());
        scene.admin.post(&path, &json!({ "outcome": "dismissed", "reason": "No." })).await.expect(200);
        scene.admin.post(&path, &json!({ "outcome": "fixed", "reason": "Yes." })).await.expect_error(409, "CONFLICT");
        let third = globex.post(&report("crm"), &json!({ "reason": "broken" })).await.expect(202);
        assert_ne!(first, third);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_most_have_reported_comes_first() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        for id in ["one", "three", "two"] {
            scene.publish(SKILL, id, json!({})).await;
        }
        for (tenant, reported) in
            [("first", vec!["one", "three"]), ("second", vec!["two", "three"]), ("third", vec!["three", "two"])]
        {
            let client = scene.server.tenant(tenant, Plan::Free).await;
            for id in reported {
                client.post(&report(id), &json!({ "reason": "spam" })).await.expect(202);
            }
        }
        let mut walked = Vec::new();
        let mut path = "/api/admin/reports?page_size=4".to_owned();
        loop {
            let page = scene.admin.get(&path).await.expect(200);
            assert_eq!(page["total"], 6);
            for item in page["items"].as_array().unwrap() {
                walked.push((
                    item["component_id"].as_str().unwrap().to_owned(),
                    item["reporters"].as_u64().unwrap(),
                    item["reporter_tenant_id"].as_str().unwrap().to_owned(),
                ));
            }
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/api/admin/reports?page_size=4&cursor={cursor}"),
                None => break,
            }
        }
        let expected = [
            ("three", 3, "first"),
            ("three", 3, "second"),
            ("three", 3, "third"),
            ("two", 2, "second"),
            ("two", 2, "third"),
            ("one", 1, "first"),
        ];
        assert_eq!(walked, expected.map(|(id, count, tenant)| (id.to_owned(), count, tenant.to_owned())));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resolving_may_put_it_in_quarantine_at_once() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let mut reports = Vec::new();
        scene.publish(SKILL, "crm", json!({})).await;
        for tenant in ["first", "second", "third"] {
            let client = scene.server.tenant(tenant, Plan::Free).await;
            let made = client.post(&report("crm"), &json!({ "reason": "malware" })).await.expect(202);
            reports.push(format!("/api/admin/reports/{}/resolve", made["id"].as_str().unwrap()));
        }
        for (body, named) in [
            (json!({ "outcome": "dismissed" }), "reason"),
            (json!({ "outcome": "dismissed", "reason": " " }), "reason"),
            (json!({ "outcome": "ignored", "reason": "x" }), "outcome"),
            (json!({ "outcome": "dismissed", "reason": "x", "quarantine": true }), "quarantine"),
        ] {
            let details = scene.admin.post(&reports[0], &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], named, "{body}");
        }
        // An outcome is a note; it changes nothing by itself.
        scene.admin.post(&reports[0], &json!({ "outcome": "quarantined", "reason": "x" })).await.expect(200);
        scene.server.anonymous().get(&SKILL.path_of("crm")).await.expect(200);
        let both = json!({ "outcome": "quarantined", "reason": "It sends contacts away.", "quarantine": true, "all": true });
        let resolved = scene.admin.post(&reports[1], &both).await.expect(200);
        assert_eq!((&resolved["status"], &resolved["outcome"]), (&json!("resolved"), &json!("quarantined")));
        scene.server.anonymous().get(&SKILL.path_of("crm")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        assert_eq!(scene.acme.get(&SKILL.path_of("crm")).await.expect(200)["status_reason"], "It sends contacts away.");
        assert_eq!(scene.admin.get("/api/admin/reports").await.expect(200)["total"], 0, "all of it");
        let done = scene.admin.get("/api/admin/reports?status=resolved").await.expect(200);
        assert_eq!(ids(&done["items"]).len(), 3);

        // Neither of the two happens without the other.
        let late = scene.server.tenant("fourth", Plan::Free).await;
        scene.publish(SKILL, "other", json!({})).await;
        let made = late.post(&report("other"), &json!({ "reason": "spam" })).await.expect(202);
        scene.acme.delete(&SKILL.path_of("other")).await.expect(204);
        let path = format!("/api/admin/reports/{}", made["id"].as_str().unwrap());
        scene.admin.post(&format!("{path}/resolve"), &both).await.expect_error(404, "COMPONENT_NOT_FOUND");
        assert_eq!(scene.admin.get(&path).await.expect(200)["status"], "open");

        let recorded = scene.server.marketplace.db.read(|c| c.all::<String>(
            "SELECT action FROM audit_log WHERE action LIKE 'report.%' OR action = 'component.quarantine' ORDER BY chain, number",
            atom_marketplace_db::args![],
        )).await.expect("entries");
        let count = |action: &str| recorded.iter().filter(|known| *known == action).count();
        assert_eq!((count("report.create"), count("report.resolve"), count("component.quarantine")), (4, 2, 1));
        let _: Value = scene.admin.get("/api/admin/reports/rep_none").await.expect_error(404, "NOT_FOUND");
    })
    .await;
}
