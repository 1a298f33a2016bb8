//! The federation routes: who may read them, and that they show the public catalog and nothing else.

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_server::app::Rates;
use atom_marketplace_testkit::{Client, TestServer, each_db_async};
use serde_json::{Value, json};

use crate::seed::{agent, seed};

const AGENTS: &str = "/api/federation/v1/marketplace/agents";

async fn peer(server: &TestServer) -> Client {
    let made = server.admin().post("/api/federation/keys", &json!({"name": "peer"})).await.expect(201);
    server.anonymous().with("x-federation-key", made["key"].as_str().unwrap())
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_read_what_is_public() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        server.tenant("other", Plan::Free).await;
        seed(
            &server,
            vec![
                agent("acme", "open"),
                agent("acme", "hidden").private(),
                agent("acme", "lent").shared("other"),
                agent("acme", "waiting").status("pending_review"),
                agent("acme", "bad").status("quarantined"),
                agent("acme", "both"),
                agent("other", "both"),
                agent("acme", "skill").kind(Kind::Skill),
            ],
        )
        .await;
        let peer = peer(&server).await.with("x-federation-source", "peer.example");
        let page = peer.get(AGENTS).await.expect(200);
        assert_eq!(ids(&page), ["open", "both", "both"]);
        assert_eq!((&page["total"], &page["has_more"]), (&json!(3), &json!(false)));
        let item = &page["items"][0];
        assert_eq!((&item["component_type"], &item["version"]), (&json!("agent"), &json!("1.0.0")));
        assert_eq!(item["source_tenant_id"], "acme");
        assert!(item["digest"].as_str().unwrap().starts_with("sha256:"));
        assert_eq!(ids(&peer.get("/api/federation/v1/marketplace/skills").await.expect(200)), ["skill"]);
        assert_eq!(ids(&peer.get("/api/federation/v1/marketplace/canvases").await.expect(200)), [""; 0]);

        let open = peer.get(&format!("{AGENTS}/open")).await.expect(200);
        assert_eq!((&open["id"], &open["source_tenant_id"]), (&json!("open"), &json!("acme")));
        for hidden in ["hidden", "lent", "waiting", "bad", "nothing"] {
            peer.get(&format!("{AGENTS}/{hidden}")).await.expect_error(404, "COMPONENT_NOT_FOUND");
            let named = format!("{AGENTS}/{hidden}?source_tenant_id=acme");
            peer.get(&named).await.expect_error(404, "COMPONENT_NOT_FOUND");
        }
        let bundle = peer.get(&format!("{AGENTS}/open/bundle")).await;
        assert_eq!(bundle.expect(200)["id"], "open");
        let public = server.anonymous().get("/api/agent-marketplace/agents/open/bundle").await;
        assert_eq!(bundle.bytes, public.bytes, "a peer gets the bytes that everyone gets");
        assert_eq!(bundle.header("content-digest"), public.header("content-digest"));
        peer.get(&format!("{AGENTS}/hidden/bundle")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        peer.get(&format!("{AGENTS}/both")).await.expect_error(409, "AMBIGUOUS_COMPONENT");
        let named = peer.get(&format!("{AGENTS}/both?source_tenant_id=other")).await.expect(200);
        assert_eq!(named["source_tenant_id"], "other");
        peer.get("/api/federation/v1/marketplace/widgets").await.expect_error(404, "NOT_FOUND");

        // A token is no federation key, nor is nobody; the admin may look.
        for client in [server.anonymous(), acme] {
            client.get(AGENTS).await.expect_error(401, "FEDERATION_KEY_INVALID");
            client.get(&format!("{AGENTS}/open/bundle")).await.expect_error(401, "FEDERATION_KEY_INVALID");
            client.get(&format!("{AGENTS}/open")).await.expect_error(401, "FEDERATION_KEY_INVALID");
        }
        server.admin().get(AGENTS).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peers_pages_are_large() {
    each_db_async(|db| async move {
        let server = TestServer::start_with(&db, Rates { federation: 7, anonymous: 1_000, token: 1_000 }).await;
        server.tenant("acme", Plan::Free).await;
        let names: Vec<_> = (0..250).map(|number| format!("agent-{number}")).collect();
        seed(&server, names.iter().map(|name| agent("acme", name)).collect()).await;
        let peer = peer(&server).await;
        assert_eq!(ids(&peer.get(&format!("{AGENTS}?page_size=1000")).await.expect(200)), names);
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for _ in 0..3 {
            let page = peer.get(&format!("{AGENTS}?page_size=100{cursor}")).await.expect(200);
            seen.extend(ids(&page));
            cursor = page["next_cursor"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
        }
        assert_eq!((seen, cursor), (names, String::new()));
        for query in ["page_size=1001", "page_size=0", "kind=agent"] {
            peer.get(&format!("{AGENTS}?{query}")).await.expect_error(400, "INVALID_REQUEST");
        }
        // Seven requests were made, by this key alone.
        peer.get(AGENTS).await.expect_error(429, "RATE_LIMIT_EXCEEDED");
        assert_eq!(self::peer(&server).await.get(AGENTS).await.status, 200);
    })
    .await;
}
