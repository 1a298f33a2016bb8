//! Tenants, their members, the platform's numbers, usage.

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_testkit::{TestServer, each_db_async};
use serde_json::{Value, json};

use crate::seed::{agent, seed};

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_makes_and_changes_tenants() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let admin = server.admin();
        let made = admin.post("/api/admin/tenants", &json!({"id": "acme", "name": "Acme", "plan": "team"})).await;
        let tenant = made.expect(201);
        assert_eq!(made.header("location"), Some("/api/admin/tenants/acme"));
        assert_eq!(tenant["limits"], json!({"agents": 100, "storage_bytes": 10_737_418_240_u64, "webhooks": 10}));
        assert_eq!(tenant["suspended"], false);
        assert_eq!(admin.get("/api/admin/tenants/acme").await.expect(200), tenant);

        for (body, id) in [
            (json!({"name": "Acme Corporation", "plan": "free"}), "acme-corporation"),
            (json!({"name": "Acme  corporation!", "plan": "free"}), "acme-corporation-2"),
            (json!({"name": "株式会社"}), "tenant"),
        ] {
            assert_eq!(admin.post("/api/admin/tenants", &body).await.expect(201)["id"], id);
        }

        for (body, status, code, path) in [
            (json!({"id": "acme", "name": "Again", "plan": "free"}), 409, "CONFLICT", None),
            (json!({"id": "Acme!", "name": "x", "plan": "free"}), 400, "INVALID_REQUEST", Some("id")),
            (json!({"id": "ok-id", "name": " ", "plan": "free"}), 400, "INVALID_REQUEST", Some("name")),
            (json!({"name": "a\u{202e}b", "plan": "free"}), 400, "INVALID_REQUEST", Some("name")),
            (json!({"name": "x", "plan": "gold"}), 400, "INVALID_REQUEST", Some("plan")),
            (json!({"plan": "free"}), 400, "INVALID_REQUEST", Some("name")),
            (json!({"name": "x", "plan": "free", "colour": 1}), 400, "INVALID_REQUEST", Some("colour")),
        ] {
            let details = admin.post("/api/admin/tenants", &body).await.expect_error(status, code);
            if let Some(path) = path {
                assert_eq!(details["fields"][0]["path"], path, "{body}");
            }
        }

        let change =
            json!({"name": "Acme AG", "plan": "enterprise", "verified": true, "limits": {"agents": 7, "webhooks": 1}});
        let changed = admin.patch("/api/admin/tenants/acme", &change).await.expect(200);
        assert_eq!(changed["name"], "Acme AG");
        assert_eq!(changed["verified"], true);
        assert_eq!(changed["limits"], json!({"agents": 7, "storage_bytes": 107_374_182_400_u64, "webhooks": 1}));
        let back = admin.patch("/api/admin/tenants/acme", &json!({"limits": {"agents": null}})).await.expect(200);
        assert_eq!(back["limits"], json!({"agents": null, "storage_bytes": 107_374_182_400_u64, "webhooks": 1}));
        let too_much = json!({"limits": {"storage_bytes": u64::MAX}});
        let details = admin.patch("/api/admin/tenants/acme", &too_much).await.expect_error(400, "INVALID_REQUEST");
        assert_eq!(details["fields"][0]["path"], "limits.storage_bytes");
        admin.patch("/api/admin/tenants/nobody", &json!({})).await.expect_error(404, "TENANT_NOT_FOUND");
        admin.get("/api/admin/tenants/nobody").await.expect_error(404, "TENANT_NOT_FOUND");
        admin
            .post("/api/admin/tenants/nobody/tokens", &json!({"name": "x"}))
            .await
            .expect_error(404, "TENANT_NOT_FOUND");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_are_listed_page_by_page() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        for number in 0..7 {
            server.tenant(&format!("tenant-{number}"), Plan::Free).await;
        }
        let admin = server.admin();
        let (mut seen, mut path) = (Vec::new(), "/api/admin/tenants?page_size=3".to_owned());
        for _ in 0..3 {
            let answer = admin.get(&path).await;
            let page = answer.expect(200);
            assert_eq!(page["total"], 7);
            seen.extend(
                page["items"].as_array().unwrap().iter().map(|tenant| tenant["id"].as_str().unwrap().to_owned()),
            );
            let links = answer.header("link").unwrap().to_owned();
            assert_eq!(page["has_more"], links.contains("rel=\"next\""));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/api/admin/tenants?page_size=3&cursor={cursor}");
        }
        assert_eq!(seen, (0..7).map(|number| format!("tenant-{number}")).collect::<Vec<_>>());
        let third = admin.get("/api/admin/tenants?page=3&page_size=3").await.expect(200);
        assert_eq!(third["items"][0]["id"], "tenant-6");
        assert_eq!(admin.get("/api/admin/tenants?page=9").await.expect(200)["items"], json!([]));
        for (query, named) in
            [("page_size=101", "page_size"), ("page_size=0", "page_size"), ("page=0", "page"), ("colour=red", "colour")]
        {
            let details = admin.get(&format!("/api/admin/tenants?{query}")).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], named);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_admin_reaches_the_platform() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        for path in ["/api/admin/tenants", "/api/admin/tenants/acme"] {
            server.anonymous().get(path).await.expect_error(401, "UNAUTHENTICATED");
            let details = acme.get(path).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
            assert_eq!(details["required_permission"], "tenants:manage");
        }
        acme.get("/api/admin/stats").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        seed(&server, vec![agent("acme", "a"), agent("acme", "b"), agent("acme", "c").status("pending_review")]).await;
        let stats = server.admin().get("/api/admin/stats").await.expect(200);
        let components = json!([
            {"component_type": "agent", "status": "pending_review", "count": 1},
            {"component_type": "agent", "status": "published", "count": 2},
        ]);
        assert_eq!(
            stats,
            json!({"tenants": 1, "components": components, "installations": 0, "pending_submissions": 1})
        );
        server.admin().with("x-admin-key", "wrong").get("/api/admin/stats").await.expect_error(401, "UNAUTHENTICATED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_tenant_is_refused_at_once_and_let_in_again() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        acme.get("/api/tenant").await.expect(200);
        server.admin().patch("/api/admin/tenants/acme", &json!({"suspended": true})).await.expect(200);
        acme.get("/api/tenant").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        server.admin().patch("/api/admin/tenants/acme", &json!({"suspended": false})).await.expect(200);
        acme.get("/api/tenant").await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_knows_and_renames_itself() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Solo).await;
        assert_eq!(acme.get("/api/tenant").await.expect(200)["plan"], "solo");
        assert_eq!(acme.patch("/api/tenant", &json!({"name": "Acme!"})).await.expect(200)["name"], "Acme!");
        let details = acme.patch("/api/tenant", &json!({"plan": "team"})).await.expect_error(400, "INVALID_REQUEST");
        assert_eq!(details["fields"][0]["path"], "plan");
        assert_eq!(server.admin_for("acme").get("/api/tenant").await.expect(200)["name"], "Acme!");
        let reader = server.token("acme", ScopeSet::of(&[Scope::ComponentsRead])).await;
        let details =
            reader.patch("/api/tenant", &json!({"name": "x"})).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        assert_eq!(details["required_permission"], "members:manage");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_come_change_and_go() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let other = server.tenant("other", Plan::Free).await;
        let ada =
            acme.post("/api/tenant/members", &json!({"email": "Ada@Acme.example", "role": "owner"})).await.expect(201);
        assert_eq!(
            (&ada["email"], &ada["name"], &ada["role"]),
            (&json!("ada@acme.example"), &json!("ada"), &json!("owner"))
        );
        let bob = acme
            .post("/api/tenant/members", &json!({"email": "bob@acme.example", "name": "Bob", "role": "viewer"}))
            .await
            .expect(201);
        acme.post("/api/tenant/members", &json!({"email": "bob@acme.example", "role": "viewer"}))
            .await
            .expect_error(409, "CONFLICT");
        for (body, path) in [
            (json!({"email": "bob", "role": "viewer"}), "email"),
            (json!({"email": "b@c.example", "role": "king"}), "role"),
            (json!({"email": "b@c.example", "name": "", "role": "viewer"}), "name"),
        ] {
            let details = acme.post("/api/tenant/members", &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], path, "{body}");
        }
        let listed = acme.get("/api/tenant/members").await.expect(200);
        assert_eq!(listed["items"], json!([ada, bob]));
        assert_eq!(other.get("/api/tenant/members").await.expect(200)["total"], 0);

        let path = |member: &Value| format!("/api/tenant/members/{}", member["user_id"].as_str().unwrap());
        other.delete(&path(&bob)).await.expect_error(404, "NOT_FOUND");
        other.patch(&path(&bob), &json!({"role": "owner"})).await.expect_error(404, "NOT_FOUND");
        acme.delete(&path(&ada)).await.expect_error(409, "CONFLICT");
        acme.patch(&path(&ada), &json!({"role": "admin"})).await.expect_error(409, "CONFLICT");
        assert_eq!(acme.patch(&path(&bob), &json!({"role": "owner"})).await.expect(200)["role"], "owner");
        assert_eq!(acme.delete(&path(&ada)).await.status, 204);
        acme.delete(&path(&bob)).await.expect_error(409, "CONFLICT");

        // Whoever holds less than a role can neither give nor take it.
        let helper =
            server.token("acme", ScopeSet::of(&[Scope::MembersManage, Scope::ComponentsRead, Scope::UsageRead])).await;
        helper.post("/api/tenant/members", &json!({"email": "v@acme.example", "role": "viewer"})).await.expect(201);
        let details = helper
            .post("/api/tenant/members", &json!({"email": "p@acme.example", "role": "publisher"}))
            .await
            .expect_error(403, "INSUFFICIENT_PERMISSIONS");
        assert_eq!(details["required_permission"], "components:publish");
        helper.patch(&path(&bob), &json!({"role": "viewer"})).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_members_tokens_follow_the_role() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        for email in ["ada@acme.example", "bob@acme.example"] {
            acme.post("/api/tenant/members", &json!({"email": email, "role": "owner"})).await.expect(201);
        }
        let members = acme.get("/api/tenant/members").await.expect(200);
        let bob = members["items"][1]["user_id"].as_str().unwrap().to_owned();
        let token = server.token_of("acme", &bob, ScopeSet::ALL_TENANT).await;
        token.get("/api/tokens").await.expect(200);
        assert_eq!(token.get("/api/tokens/current").await.expect(200)["created_by"], bob);

        let path = format!("/api/tenant/members/{bob}");
        acme.patch(&path, &json!({"role": "admin"})).await.expect(200);
        let details = token
            .post("/api/tenant/members", &json!({"email": "x@acme.example", "role": "owner"}))
            .await
            .expect_error(403, "INSUFFICIENT_PERMISSIONS");
        assert_eq!(details["role"], "owner");
        acme.patch(&path, &json!({"role": "viewer"})).await.expect(200);
        token.get("/api/tokens").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        token.get("/api/tenant").await.expect(200);
        assert_eq!(acme.delete(&path).await.status, 204);
        token.get("/api/tenant").await.expect_error(401, "UNAUTHENTICATED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_is_flat_and_of_this_request() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let answer = acme.get("/api/usage").await;
        let usage = answer.expect(200);
        for (field, header) in [
            ("rate_limit_limit", "x-ratelimit-limit"),
            ("rate_limit_remaining", "x-ratelimit-remaining"),
            ("rate_limit_reset", "x-ratelimit-reset"),
        ] {
            assert_eq!(usage[field].to_string(), answer.header(header).unwrap());
        }
        for (field, value) in [
            ("plan", json!("free")),
            ("rate_limit_window", json!("hour")),
            ("storage_used", json!(0)),
            ("storage_limit", json!(104_857_600)),
            ("agents_installed", json!(0)),
            ("agent_limit", json!(5)),
            ("components_published", json!(0)),
            ("webhook_limit", json!(2)),
            ("tokens", json!(1)),
        ] {
            assert_eq!(usage[field], value, "{field}");
        }
        server.admin().patch("/api/admin/tenants/acme", &json!({"plan": "enterprise"})).await.expect(200);
        assert_eq!(acme.get("/api/usage").await.expect(200)["agent_limit"], Value::Null);
        let reader = server.token("acme", ScopeSet::of(&[Scope::ComponentsRead])).await;
        reader.get("/api/usage").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        server.admin().get("/api/usage").await.expect_error(400, "INVALID_REQUEST");
        assert_eq!(server.admin_for("acme").get("/api/usage").await.expect(200)["tenant_id"], "acme");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_new_name_and_mark_are_shown_with_what_it_published() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let globex = server.tenant("globex", Plan::Free).await;
        seed(&server, vec![agent("acme", "planner")]).await;
        let paths = ["/api/agent-marketplace/agents/planner", "/api/agent-marketplace/agents?publisher=acme"];
        let anonymous = server.anonymous();
        let mut tags = Vec::new();
        for path in paths {
            tags.push(anonymous.get(path).await.header("etag").expect("a tag").to_owned());
            globex.get(path).await.expect(200);
        }
        acme.patch("/api/tenant", &json!({ "name": "Acme Labs" })).await.expect(200);
        server.admin().patch("/api/admin/tenants/acme", &json!({ "verified": true })).await.expect(200);
        for client in [&anonymous, &globex, &acme] {
            for (path, tag) in paths.iter().zip(&tags) {
                let answer = client.with("if-none-match", tag).get(path).await.expect(200);
                let publisher = answer.get("items").map_or(&answer["publisher"], |items| &items[0]["publisher"]);
                assert_eq!(publisher, &json!({ "tenant_id": "acme", "name": "Acme Labs", "verified": true }), "{path}");
            }
        }
    })
    .await;
}
