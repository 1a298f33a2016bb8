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
