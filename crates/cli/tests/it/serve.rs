//! `serve`: what it answers without a credential, how it starts and how it stops.

use atom_marketplace_testkit::each_db_async;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::program::Machine;

#[tokio::test(flavor = "multi_thread")]
async fn health_metrics_and_documents_need_no_credential() {
    let machine = Machine::new();
    let server = machine.serve(&[]).await;
    let client = server.client();
    let table = [
        ("/healthz", 200, "text/plain; charset=utf-8", "ok"),
        ("/readyz", 200, "application/json", "\"ready\":true"),
        ("/openapi.json", 200, "application/json", "\"openapi\": \"3.1.0\""),
        ("/docs/", 200, "text/html; charset=utf-8", "/docs/CONFIGURATION.md"),
        ("/docs/CONFIGURATION.md", 200, "text/html; charset=utf-8", "<h2 id=\"listen\">"),
        ("/docs/CONFIGURATION", 200, "text/html; charset=utf-8", "<h1 id=\"configuration\">"),
        ("/docs/no-such.md", 404, "text/html; charset=utf-8", "Not found"),
        ("/docs/..%2FCargo.toml", 404, "text/html; charset=utf-8", "Not found"),
        ("/", 200, "text/html; charset=utf-8", "/openapi.json"),
        ("/no-such-page", 404, "text/html; charset=utf-8", "Not found"),
        ("/metrics", 200, "application/openmetrics-text; version=1.0.0; charset=utf-8", "process_open_fds"),
    ];
    for (path, status, content_type, part) in table {
        let answer = client.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("content-type"), Some(content_type), "{path}");
        let text = String::from_utf8_lossy(&answer.bytes);
        assert!(text.contains(part), "{path}: {part} in {text}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        let policy = answer.header("content-security-policy").expect(path);
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(answer.header("x-ratelimit-limit").is_none(), "{path} is outside the quota");
    }
    let markdown = client.with("accept", "text/markdown").get("/docs/CONFIGURATION.md").await;
    assert!(markdown.bytes.starts_with(b"# Configuration"));
    for path in ["/openapi.json", "/docs/CONFIGURATION.md", "/"] {
        let etag = client.get(path).await.header("etag").expect(path).to_owned();
        assert_eq!(client.with("if-none-match", &etag).get(path).await.status, 304, "{path}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_their_routes_template() {
    let machine = Machine::new();
    let server = machine.serve(&[]).await;
    for id in ["one", "two"] {
        server.client().get(&format!("/api/agent-marketplace/agents/{id}")).await.expect(404);
    }
    server.client().get("/api/agent-marketplace/agents").await.expect(200);
    let page = server.client().get("/metrics").await;
    let text = String::from_utf8_lossy(&page.bytes);
    for line in [
        "atom_http_requests_total{route=\"/api/agent-marketplace/agents/{id}\",method=\"GET\",status=\"4xx\"} 2",
        "atom_http_requests_total{route=\"/api/agent-marketplace/agents\",method=\"GET\",status=\"2xx\"} 1",
        "atom_http_request_duration_seconds_count{route=\"/api/agent-marketplace/agents/{id}\"} 2",
        "le=\"+Inf\"",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_everything_on_either_database() {
    each_db_async(|db| async move {
        let machine = Machine::new()
            .with("ATOM_DATABASE_URL", &db.url)
            .with("ATOM_SECRET_KEY", &"07".repeat(32))
            .with("ATOM_ADMIN_KEY", "an-admin-key-of-more-than-32-characters");
        let server = machine.serve(&[]).await;
        let made = machine.run(&["tenant", "create", "Acme Inc", "--token", "--json"]).await.ok();
        let made: serde_json::Value = serde_json::from_str(&made).expect("JSON");
        assert_eq!(made["id"], "acme-inc");
        let bearer = format!("Bearer {}", made["token"].as_str().expect("a token"));
        let tenant = server.client().with("authorization", &bearer).get("/api/tenant").await.expect(200);
        assert_eq!(tenant["id"], "acme-inc");
        server.client().get("/readyz").await.expect(200);
        let log = server.stop().await;
        assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");

        let server = machine.serve(&[]).await;
        let admin = server.admin("an-admin-key-of-more-than-32-characters");
        let tenants = admin.get("/api/admin/tenants").await.expect(200);
        assert_eq!(tenants["items"][0]["id"], "acme-inc");
        server.client().with("authorization", &bearer).get("/api/tenant").await.expect(200);
        let id = admin.with("x-tenant-id", "acme-inc").get("/api/tokens").await.expect(200)["items"][0]["id"].clone();
        machine.run(&["token", "revoke", id.as_str().expect("an id")]).await.ok();
        server.stop().await;

        let server = machine.serve(&[]).await;
        server.client().with("authorization", &bearer).get("/api/tenant").await.expect(401);
        server.stop().await;
        assert!(!machine.path().join("atom-data/secret.key").exists(), "a key that is set is not made");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_files_is_refused() {
    let machine = Machine::new();
    let server = machine.serve(&[]).await;
    let second = machine.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert_eq!(second.code, Some(1));
    assert!(second.stderr.contains("in use by another server (process "), "{}", second.stderr);
    server.client().get("/readyz").await.expect(200);
    let port = server.url.rsplit(':').next().expect("a port").to_owned();
    let taken = Machine::new();
    let third = taken.run(&["serve", "--listen", &format!("127.0.0.1:{port}")]).await;
    assert_eq!(third.code, Some(1));
    assert!(third.stderr.contains("ATOM_LISTEN"), "{}", third.stderr);
    server.stop().await;
    machine.serve(&[]).await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_request_is_finished_before_the_end() {
    let machine = Machine::new();
    let server = machine.serve(&[]).await;
    let body = r#"{"id":"slow","name":"Slow","plan":"free"}"#;
    let (head, rest) = body.split_at(10);
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut running = TcpStream::connect(&address).await.expect("it listens");
    let request = format!(
        "POST /api/admin/tenants HTTP/1.1\r\nHost: x\r\nX-Admin-Key: {}\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        machine.admin_key(),
        body.len()
    );
    running.write_all(request.as_bytes()).await.expect("it reads");
    // The server asks for the body once the request is running.
    let mut go_on = [0; 25];
    running.read_exact(&mut go_on).await.expect("it answers");
    assert!(go_on.starts_with(b"HTTP/1.1 100 Continue"));
    running.write_all(head.as_bytes()).await.expect("it reads");

    server.tell_to_stop().await;
    // New connections are refused as soon as the signal is heeded.
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    running.write_all(rest.as_bytes()).await.expect("it goes on reading");
    let mut answer = String::new();
    running.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let (code, log) = server.ended().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(machine.run(&["tenant", "list"]).await.ok().starts_with("slow"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_too_long_is_refused() {
    let machine = Machine::new();
    let server = machine.serve(&[]).await;
    let answer = server.client().with("x-filler", &"a".repeat(40_000)).get("/healthz").await;
    assert_eq!(answer.status, 431);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_json_when_asked_for_and_hold_no_secret() {
    let machine = Machine::new().with("ATOM_LOG", "debug");
    let server = machine.serve(&[]).await;
    let key = machine.admin_key();
    let made = server
        .admin(&key)
        .post("/api/admin/tenants", &serde_json::json!({"id": "acme", "name": "Acme", "plan": "free"}))
        .await;
    made.expect(201);
    let token =
        server.admin(&key).post("/api/admin/tenants/acme/tokens", &serde_json::json!({"name": "x"})).await.expect(201);
    let token = token["token"].as_str().expect("a token").to_owned();
    server.client().with("authorization", &format!("Bearer {token}")).get("/api/tenant").await.expect(200);
    let log = server.stop().await;
    let sealing = std::fs::read_to_string(machine.path().join("atom-data/secret.key")).expect("it was made");
    for secret in [key.as_str(), token.as_str(), sealing.trim()] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
    assert!(log.contains("req_"), "requests are in the log by their ids: {log}");
}
