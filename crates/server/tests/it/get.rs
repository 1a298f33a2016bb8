//! One component, as each caller reads it.

use atom_marketplace_db::args;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{TestServer, each_db_async};
use serde_json::{Value, json};

use crate::seed::{agent, seed};

const AGENTS: &str = "/api/agent-marketplace/agents";

#[tokio::test(flavor = "multi_thread")]
async fn a_detail_holds_everything_and_a_list_leaves_the_large_fields_out() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        server.tenant("acme", Plan::Free).await;
        let sales = agent("acme", "sales").with("readme", "# Sales").with("content", json!({"a": [1, "<b>"]}));
        seed(&server, vec![sales.rated(&[4, 5]).installs(3)]).await;
        let found = server.anonymous().get(&format!("{AGENTS}/sales")).await.expect(200);
        for (field, value) in [
            ("id", json!("sales")),
            ("component_type", json!("agent")),
            ("source_tenant_id", json!("acme")),
            ("publisher", json!({"tenant_id": "acme", "name": "acme", "verified": false})),
            ("marketplace_type", json!("public")),
            ("status", json!("published")),
            ("version", json!("1.0.0")),
            ("readme", json!("# Sales")),
            ("content", json!({"a": [1, "<b>"]})),
            ("average_rating", json!(4.5)),
            ("rating_count", json!(2)),
            ("install_count", json!(3)),
            ("created_at", json!("2026-09-21T14:13:20.000000Z")),
        ] {
            assert_eq!(found[field], value, "{field}");
        }
        assert!(found["digest"].as_str().is_some_and(|digest| digest.starts_with("sha256:")));
        let listed = server.anonymous().get(AGENTS).await.expect(200);
        assert_eq!(listed["items"][0]["id"], "sales");
        assert_eq!((&listed["items"][0]["readme"], &listed["items"][0]["content"]), (&Value::Null, &Value::Null));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_what() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let beta = server.tenant("beta", Plan::Free).await;
        let other = server.tenant("other", Plan::Free).await;
        seed(
            &server,
            vec![
                agent("acme", "public"),
                agent("acme", "waiting").status("pending_review"),
                agent("acme", "private").private(),
                agent("acme", "shared").shared("beta"),
                agent("acme", "hidden").status("quarantined"),
                agent("acme", "shared_hidden").shared("beta").status("quarantined"),
                agent("acme", "gone").status("withdrawn"),
            ],
        )
        .await;
        let anonymous = server.anonymous();
        let admin = server.admin();
        // id, then whether the public, its publisher, who it is shared with, another tenant and the admin see it.
        for (id, seen) in [
            ("public", [true, true, true, true, true]),
            ("waiting", [false, true, false, false, true]),
            ("private", [false, true, false, false, true]),
            ("shared", [false, true, true, false, true]),
            ("hidden", [false, true, false, false, true]),
            ("shared_hidden", [false, true, false, false, true]),
            ("gone", [false, false, false, false, false]),
            ("never", [false, false, false, false, false]),
        ] {
            for (client, sees) in [&anonymous, &acme, &beta, &other, &admin].into_iter().zip(seen) {
                for path in ["", "/dependents"] {
                    let answer = client.get(&format!("{AGENTS}/{id}{path}?source_tenant_id=acme")).await;
                    if sees {
                        answer.expect(200);
                    } else {
                        let details = answer.expect_error(404, "COMPONENT_NOT_FOUND");
                        assert_eq!(details, json!({"component_type": "agent", "component_id": id}));
                    }
                }
            }
        }
        let mine = acme.get(&format!("{AGENTS}/shared")).await.expect(200);
        assert_eq!(mine["shared_with"], json!(["beta"]));
        let theirs = beta.get(&format!("{AGENTS}/shared")).await.expect(200);
        assert_eq!(theirs["shared_with"], Value::Null, "with whom else it is shared is its publisher's affair");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_shown_to_its_publisher_alone() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let beta = server.tenant("beta", Plan::Free).await;
        let id = seed(&server, vec![agent("acme", "sales")]).await[0];
        server
            .marketplace
            .db
            .write(move |c| {
                let version: i64 = c.one(
                    "INSERT INTO component_version (uid, component_id, version, version_key, prerelease, visibility, status, digest, manifest,
                       size, findings, submitted_by, submitted_at)
                     VALUES ('sub_two', $1, '2.0.0', '2', 0, 'public', 'pending_review', 'sha256:2', '{\"name\":\"Two\",\"description\":\"\"}',
                       1, '[]', 'test', 0) RETURNING id",
                    args![id],
                )?;
                c.execute("UPDATE component SET pending_version_id = $2 WHERE id = $1", args![id, version])
            })
            .await
            .expect("a second version");
        let pending = json!({"submission_id": "sub_two", "version": "2.0.0", "status": "pending_review"});
        for (client, seen) in
            [(&acme, &pending), (&server.admin(), &pending), (&beta, &Value::Null), (&server.anonymous(), &Value::Null)]
        {
            let path = format!("{AGENTS}/sales");
            let found = client.get(&path).await.expect(200);
            assert_eq!((&found["version"], &found["pending"]), (&json!("1.0.0"), seen));
            assert_eq!(&client.get(AGENTS).await.expect(200)["items"][0]["pending"], seen);
            let second = client.get(&format!("{path}?version=2.0.0")).await;
            if seen.is_null() {
                second.expect_error(404, "NOT_FOUND");
            } else {
                assert_eq!(second.expect(200)["name"], "Two");
            }
            let first = client.get(&format!("{path}?version=1.0.0")).await.expect(200);
            assert_eq!(first["name"], "sales");
            client.get(&format!("{path}?version=3.0.0")).await.expect_error(404, "NOT_FOUND");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_etag_saves_the_body_until_something_changes() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let id = seed(&server, vec![agent("acme", "sales")]).await[0];
        for path in [
            format!("{AGENTS}/sales"),
            format!("{AGENTS}/sales?version=1.0.0"),
            format!("{AGENTS}/sales/dependents"),
            AGENTS.to_owned(),
            "/api/agent-marketplace/categories".to_owned(),
        ] {
            for client in [server.anonymous(), acme.clone()] {
                let first = client.get(&path).await;
                first.expect(200);
                let etag = first.header("etag").expect("an ETag").to_owned();
                let cached = if client.bearer().is_some() { "private, no-cache" } else { "public, no-cache" };
                assert_eq!(first.header("cache-control"), Some(cached));
                for sent in [etag.clone(), format!("\"x\", W/{etag}"), "*".to_owned()] {
                    let again = client.with("if-none-match", &sent).get(&path).await;
                    assert_eq!((again.status, again.bytes.len()), (304, 0), "{path} {sent}");
                    assert_eq!(again.header("etag"), Some(etag.as_str()));
                }
                client.with("if-none-match", "\"x\"").get(&path).await.expect(200);
            }
        }
        let path = format!("{AGENTS}/sales");
        let tags = |answer: &atom_marketplace_testkit::Answer| answer.header("etag").map(str::to_owned);
        let before = tags(&server.anonymous().get(&path).await);
        assert_ne!(before, tags(&acme.get(&path).await), "its publisher reads something else");
        let m = &server.marketplace;
        m.db.write(move |c| c.execute("UPDATE component SET revision = revision + 1 WHERE id = $1", args![id]))
            .await
            .unwrap();
        let row = m.db.read(move |c| atom_marketplace_server::catalog::component(c, id)).await.unwrap();
        m.catalog_changed(atom_marketplace_server::catalog::change::Change::of(&row));
        assert_ne!(before, tags(&server.anonymous().get(&path).await));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_several_publishers_resolve_or_name_the_candidates() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        server.tenant("beta", Plan::Free).await;
        let gamma = server.tenant("gamma", Plan::Free).await;
        seed(&server, vec![agent("acme", "atom_main"), agent("beta", "atom_main")]).await;
        let path = format!("{AGENTS}/atom_main");
        assert_eq!(acme.get(&path).await.expect(200)["source_tenant_id"], "acme");
        let details = gamma.get(&path).await.expect_error(409, "AMBIGUOUS_COMPONENT");
        assert_eq!(details["candidates"].as_array().map(Vec::len), Some(2));
        let named = gamma.get(&format!("{path}?source_tenant_id=beta")).await.expect(200);
        assert_eq!(named["source_tenant_id"], "beta");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_names_are_not_found_and_odd_parameters_are_named() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        server.tenant("acme", Plan::Free).await;
        seed(&server, vec![agent("acme", "sales")]).await;
        let client = server.anonymous();
        for path in ["/%00", "/a%00b", "/%F0%9F%92%A9", "/_x", "/sales?source_tenant_id=A"] {
            let answer = client.get(&format!("{AGENTS}{path}")).await;
            assert_eq!(answer.status, 404, "{path}");
        }
        for (path, field) in [
            ("/sales?version=one", "version"),
            ("/sales?source_tenant_id=%00", "source_tenant_id"),
            ("/sales?colour=red", "colour"),
            ("/sales?version=", "version"),
        ] {
            let details = client.get(&format!("{AGENTS}{path}")).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], field, "{path}");
        }
    })
    .await;
}
