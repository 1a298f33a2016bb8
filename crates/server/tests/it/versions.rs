//! Versions: numbers, the same content again, yanking, deprecation, withdrawal.

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{TestServer, each_db_async};
use serde_json::json;

use crate::publish::agent;

const AGENTS: &str = "/api/agent-marketplace/agents";

#[tokio::test(flavor = "multi_thread")]
async fn numbers_follow_the_contract() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        // What is published, the status, and the number it gets; `latest` is what the component shows then.
        let table = [
            ("A", None, 201, "1.0.0", "1.0.0"),
            ("A", None, 200, "1.0.0", "1.0.0"),
            ("A", Some("1.0.0"), 200, "1.0.0", "1.0.0"),
            ("B", Some("1.0.0"), 409, "", "1.0.0"),
            ("B", None, 201, "1.0.1", "1.0.1"),
            ("C", Some("2.0.0-rc.1"), 201, "2.0.0-rc.1", "1.0.1"),
            ("C", Some("2.0.0"), 201, "2.0.0", "2.0.0"),
            ("D", Some("1.0.2"), 201, "1.0.2", "2.0.0"),
            ("A", Some("1.0.0"), 200, "1.0.0", "2.0.0"),
            ("E", None, 201, "2.0.1", "2.0.1"),
        ];
        for (content, version, status, number, latest) in table {
            let answer =
                acme.post(AGENTS, &agent("a", "private", json!({"content": content, "version": version}))).await;
            if status == 409 {
                let details = answer.expect_error(409, "VERSION_EXISTS");
                assert_eq!(details["version"], "1.0.0");
                continue;
            }
            let component = answer.expect(status);
            assert_eq!(component["version"], latest, "{content} {version:?}");
            let version = acme.get(&format!("{AGENTS}/a/versions/{number}")).await.expect(200);
            assert_eq!(version["status"], "published");
        }
        let page = acme.get(&format!("{AGENTS}/a/versions?page_size=4")).await;
        assert!(page.header("link").is_some());
        let page = page.expect(200);
        let numbers = |page: &serde_json::Value| {
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["version"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(numbers(&page), ["2.0.1", "2.0.0", "2.0.0-rc.1", "1.0.2"]);
        assert_eq!((&page["total"], &page["has_more"]), (&json!(6), &json!(true)));
        let next = page["next_cursor"].as_str().unwrap();
        let page = acme.get(&format!("{AGENTS}/a/versions?page_size=4&cursor={next}")).await.expect(200);
        assert_eq!(numbers(&page), ["1.0.1", "1.0.0"]);
        assert_eq!(
            numbers(&acme.get(&format!("{AGENTS}/a/versions?page_size=4&page=2")).await.expect(200)),
            ["1.0.1", "1.0.0"]
        );
        for query in ["page_size=0", "page_size=101", "page=0", "cursor=x", "colour=red"] {
            acme.get(&format!("{AGENTS}/a/versions?{query}")).await.expect_error(400, "INVALID_REQUEST");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yanked_version_is_latest_no_more() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta) = (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await);
        for (content, version) in [(1, "1.0.0"), (2, "1.1.0"), (3, "2.0.0-rc.1")] {
            acme.post(AGENTS, &agent("a", "private", json!({"content": content, "version": version})))
                .await
                .expect(201);
        }
        let yank = |version: &str| format!("{AGENTS}/a/versions/{version}/yank");
        let latest =
            async || acme.get(&format!("{AGENTS}/a/bundle")).await.expect(200)["version"].as_str().unwrap().to_owned();
        assert_eq!(latest().await, "1.1.0");
        let yanked = acme.post(&yank("1.1.0"), &json!({"reason": "It is wrong."})).await.expect(200);
        assert_eq!((&yanked["yanked"], &yanked["yank_reason"]), (&json!(true), &json!("It is wrong.")));
        assert_eq!(latest().await, "1.0.0");
        acme.post(&yank("1.0.0"), &json!({})).await.expect(200);
        assert_eq!(latest().await, "2.0.0-rc.1");
        acme.post(&yank("2.0.0-rc.1"), &json!({})).await.expect(200);
        assert_eq!(latest().await, "2.0.0-rc.1");
        assert_eq!(acme.get(&format!("{AGENTS}/a/bundle?version=1.1.0")).await.expect(200)["version"], "1.1.0");
        // Content that is yanked does not come back by itself.
        let again = acme.post(AGENTS, &agent("a", "private", json!({"content": 3}))).await.expect(201);
        assert_eq!(again["version"], "2.0.0");
        assert_eq!(acme.delete(&yank("1.1.0")).await.expect(200)["yanked"], false);
        assert_eq!(latest().await, "2.0.0");
        acme.post(&yank("9.0.0"), &json!({})).await.expect_error(404, "NOT_FOUND");
        acme.post(&yank("1.0.0"), &json!({"reason": "x".repeat(2_001)})).await.expect_error(400, "INVALID_REQUEST");
        acme.post(&yank("1.0.0"), &json!({"why": "x"})).await.expect_error(400, "INVALID_REQUEST");
        for client in [&beta, &server.anonymous()] {
            let answer = client.post(&yank("1.0.0"), &json!({})).await;
            assert!(matches!(answer.status, 401 | 404), "{}", answer.status);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deprecation_and_shares_change_without_a_version() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta) = (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await);
        let etag = acme.post(AGENTS, &agent("a", "private", json!({}))).await.header("etag").unwrap().to_owned();
        acme.post(AGENTS, &agent("b", "private", json!({}))).await.expect(201);
        let path = format!("{AGENTS}/a");
        let deprecated = json!({"message": "Old.", "successor": {"id": "b"}});
        let answer = acme.with("if-match", &etag).patch(&path, &json!({"deprecated": deprecated})).await;
        assert_eq!(answer.expect(200)["deprecated"], deprecated);
        assert_ne!(answer.header("etag"), Some(etag.as_str()));
        acme.with("if-match", &etag)
            .patch(&path, &json!({"deprecated": null}))
            .await
            .expect_error(412, "PRECONDITION_FAILED");
        acme.with("if-match", &etag).delete(&path).await.expect_error(412, "PRECONDITION_FAILED");
        // What is not named stays.
        let answer = acme.patch(&path, &json!({"shared_with": ["beta"]})).await.expect(200);
        assert_eq!((&answer["deprecated"], &answer["shared_with"]), (&deprecated, &json!(["beta"])));
        beta.get(&format!("{path}/versions")).await.expect(200);
        assert_eq!(acme.patch(&path, &json!({"deprecated": null})).await.expect(200)["deprecated"], json!(null));
        let unchanged = acme.patch(&path, &json!({})).await;
        assert_eq!(acme.patch(&path, &json!({"shared_with": ["beta"]})).await.header("etag"), unchanged.header("etag"));
        for (body, wrong) in [
            (json!({"name": "B", "colour": "red"}), vec!["colour", "name"]),
            (json!({"deprecated": {"message": " "}}), vec!["deprecated.message"]),
            (json!({"deprecated": {"message": "x", "successor": {"id": "/"}}}), vec!["deprecated.successor.id"]),
            (json!({"deprecated": {"message": "x", "successor": {"id": "missing"}}}), vec!["deprecated.successor"]),
            (json!({"deprecated": {"message": "x", "successor": {"id": "a"}}}), vec!["deprecated.successor"]),
            (json!({"shared_with": ["beta", "beta"]}), vec!["shared_with[1]"]),
        ] {
            let details = acme.patch(&path, &body).await.expect_error(400, "INVALID_REQUEST");
            let mut paths: Vec<_> =
                details["fields"].as_array().unwrap().iter().map(|field| field["path"].as_str().unwrap()).collect();
            paths.sort_unstable();
            assert_eq!(paths, wrong, "{body}");
        }
        beta.patch(&path, &json!({"deprecated": null})).await.expect_error(404, "COMPONENT_NOT_FOUND");
        beta.patch(&format!("{path}?source_tenant_id=acme"), &json!({})).await.expect_error(404, "COMPONENT_NOT_FOUND");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_withdrawn_frees_its_storage_and_keeps_its_numbers() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta) = (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await);
        let path = format!("{AGENTS}/a");
        let used = async || {
            server
                .marketplace
                .db
                .read(|c| c.one::<i64>("SELECT storage_used FROM tenant WHERE slug = 'acme'", &[]))
                .await
                .unwrap()
        };
        acme.post(
            AGENTS,
            &agent(
                "a",
                "private",
                json!({"content": 1, "shared_with": ["beta"], "files": [{"path": "x", "content": "y"}]}),
            ),
        )
        .await
        .expect(201);
        assert!(used().await > 0);
        acme.post(AGENTS, &agent("a", "private", json!({"content": 2, "version": "3.0.0"}))).await.expect(201);
        beta.delete(&path).await.expect_error(404, "COMPONENT_NOT_FOUND");
        acme.delete(&path).await.expect(204);
        assert_eq!(used().await, 0);
        for client in [&acme, &beta] {
            client.get(&format!("{path}/versions")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        }
        acme.delete(&path).await.expect_error(404, "COMPONENT_NOT_FOUND");
        acme.patch(&path, &json!({})).await.expect_error(404, "COMPONENT_NOT_FOUND");
        acme.post(AGENTS, &agent("a", "private", json!({"content": 2, "version": "3.0.0"})))
            .await
            .expect_error(409, "VERSION_EXISTS");
        let revived = acme.post(AGENTS, &agent("a", "private", json!({"content": 2}))).await.expect(201);
        assert_eq!((&revived["version"], &revived["status"]), (&json!("3.0.1"), &json!("published")));
        assert_eq!(revived["shared_with"], json!(null), "nobody sees it again by surprise");
        beta.get(&format!("{path}/versions")).await.expect_error(404, "COMPONENT_NOT_FOUND");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_installed_a_version_keeps_its_content() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta) = (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await);
        for content in ["old", "new"] {
            let files = json!([{"path": "x", "content": content}]);
            acme.post(AGENTS, &agent("a", "public", json!({"files": files}))).await.expect(201);
            crate::review::approve_all(&server.admin()).await;
        }
        beta.post(&format!("{AGENTS}/a/install"), &json!({"version": "1.0.1"})).await.expect(201);
        acme.delete(&format!("{AGENTS}/a")).await.expect(204);
        let kept: Vec<(String, String, i64)> = server
            .marketplace
            .db
            .read(|c| {
                c.all("SELECT v.version, v.status, v.size FROM component_file f JOIN component_version v ON v.id = f.version_id", &[])
            })
            .await
            .unwrap();
        assert_eq!(kept, [("1.0.1".to_owned(), "withdrawn".to_owned(), 0)]);
    })
    .await;
}
