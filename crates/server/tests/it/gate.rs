//! What every answer under `/api` has, and what no request gets past.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_server::http::gate;
use atom_marketplace_testkit::{ADMIN_KEY, Answer, TestServer, each_db_async};
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use reqwest::Method;
use serde_json::json;

const ALWAYS: [&str; 7] = [
    "x-request-id",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "ratelimit",
    "ratelimit-policy",
    "x-content-type-options",
];

const LISTED: &str = "https://market.example";

#[track_caller]
fn has_all(answer: &Answer) {
    for header in ALWAYS {
        assert!(answer.header(header).is_some(), "{} lacks {header}", answer.status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_names_its_request_and_its_quota() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let anonymous = server.anonymous();
        for (answer, status) in [
            (anonymous.get("/api/no-such-route").await, 404),
            (acme.get("/api").await, 404),
            (acme.get("/api/").await, 404),
            (server.admin().get("/api/agent-marketplace").await, 404),
            (acme.get("/api/tokens").await, 200),
            (acme.get("/api/tokens?page_size=x").await, 400),
            (anonymous.get("/api/tokens").await, 401),
            (acme.get("/api/admin/tenants").await, 403),
            (acme.send(Method::PUT, "/api/tokens", None).await, 405),
            (acme.send(Method::HEAD, "/api/tokens", None).await, 200),
            (acme.send(Method::HEAD, "/api/nothing", None).await, 404),
        ] {
            assert_eq!(answer.status, status);
            has_all(&answer);
        }
        let head = acme.send(Method::HEAD, "/api/tokens", None).await;
        assert!(head.bytes.is_empty());
        let ids = [anonymous.get("/api/x").await, anonymous.get("/api/x").await];
        assert_ne!(ids[0].header("x-request-id"), ids[1].header("x-request-id"));
        assert_eq!(ids[0].json()["error"]["request_id"], ids[0].header("x-request-id").unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_credential_and_the_right_tenant() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        server.tenant("other", Plan::Free).await;
        let key = acme.post("/api/federation/keys", &json!({"name": "p"})).await.expect(201);
        let key = key["key"].as_str().unwrap();
        for client in [
            acme.with("x-admin-key", ADMIN_KEY),
            acme.with("x-federation-key", key),
            server.admin().with("x-federation-key", key),
        ] {
            client.get("/api/tenant").await.expect_error(400, "INVALID_REQUEST");
        }
        acme.with("x-tenant-id", "acme").get("/api/tenant").await.expect(200);
        let mut seen = Vec::new();
        for tenant in ["other", "nobody", "", "ACME"] {
            let answer = acme.with("x-tenant-id", tenant).get("/api/tenant").await;
            answer.expect_error(404, "TENANT_NOT_FOUND");
            let mut body = answer.json();
            body["error"]["request_id"].take();
            seen.push(body);
        }
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "nobody can ask which tenants exist: {seen:?}");
        server.admin_for("nobody").get("/api/tenant").await.expect_error(404, "TENANT_NOT_FOUND");
        for token in ["", "Bearer", "Bearer ", "Bearer at_saas_test", "Token x"] {
            let answer = server.anonymous().with("authorization", token).get("/api/tenant").await;
            answer.expect_error(401, "UNAUTHENTICATED");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        for path in ["/api/tenant", "/api/nothing", "/api/federation/keys"] {
            let peer = server.anonymous().with("x-federation-key", "sk-fed-nonsense");
            peer.get(path).await.expect_error(401, "FEDERATION_KEY_INVALID");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests_are_named() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let deep = |depth| format!("{{\"name\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        for (body, path) in [
            ("{\"name\": \"a\", \"name\": \"b\"}".to_owned(), Some("name")),
            ("{\"name\": \"a\", \"colour\": 1}".to_owned(), Some("colour")),
            ("{\"name\": 7}".to_owned(), Some("name")),
            (deep(63), Some("name")),
            (deep(64), None),
            (deep(100_000), None),
            ("{\"name\": \"a\"".to_owned(), None),
            ("[]".to_owned(), Some("")),
            ("\u{feff}{}".to_owned(), None),
        ] {
            let answer = acme.send_raw(Method::POST, "/api/tokens", Some(body.clone().into_bytes())).await;
            let details = answer.expect_error(400, "INVALID_REQUEST");
            let shown = &body[..body.len().min(40)];
            if let Some(path) = path {
                assert_eq!(details["fields"][0]["path"], path, "{shown}: {details}");
            } else {
                assert!(details["fields"][0]["message"].is_string(), "{shown}");
            }
        }
        let answer = acme.with("content-type", "text/plain").send_raw(Method::POST, "/api/tokens", None).await;
        answer.expect_error(400, "INVALID_REQUEST");
        for (content_type, status) in [
            ("text/plain", 415),
            ("application/x-www-form-urlencoded", 415),
            ("application/json; charset=utf-8", 201),
            ("application/merge-patch+json", 201),
        ] {
            let answer = acme.send_as(Method::POST, "/api/tokens", content_type, b"{\"name\": \"x\"}".to_vec()).await;
            assert_eq!(answer.status, status, "{content_type}");
        }
        let details = acme.get("/api/tokens?colour=red").await.expect_error(400, "INVALID_REQUEST");
        assert_eq!(details["fields"][0]["path"], "colour");
        let answer = acme.send(Method::PUT, "/api/tokens", None).await;
        answer.expect_error(405, "METHOD_NOT_ALLOWED");
        let allowed: Vec<_> = answer.header("allow").expect("Allow").split(',').map(str::trim).collect();
        assert!(allowed.contains(&"GET") && allowed.contains(&"POST"), "{allowed:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_gets_its_answer() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let sized = |bytes: usize| {
            let frame = "{\"name\": \"\"}".len();
            format!("{{\"name\": \"{}\"}}", "x".repeat(bytes - frame)).into_bytes()
        };
        let mib = 1 << 20;
        for (path, size, status) in [
            ("/api/tokens", mib, 400),
            ("/api/tokens", mib + 1, 413),
            ("/api/tokens", 15 * mib, 413),
            ("/api/skill-marketplace/skills", 10 * mib + 1, 413),
        ] {
            let answer = acme.send_raw(Method::POST, path, Some(sized(size))).await;
            assert_eq!(answer.status, status, "{path} {size}");
            has_all(&answer);
            if status == 413 {
                let limit = if path == "/api/tokens" { mib } else { 10 * mib };
                assert_eq!(answer.expect_error(413, "PAYLOAD_TOO_LARGE"), json!({"limit": limit}));
            }
        }
        // Whoever is refused at the door reads why, too.
        let stranger = server.anonymous().with("authorization", "Bearer nonsense");
        let answer = stranger.send_raw(Method::POST, "/api/skill-marketplace/skills", Some(sized(9 * mib))).await;
        answer.expect_error(401, "UNAUTHENTICATED");
    })
    .await;
}

/// A client that waits for `100 Continue` is not made to send what is refused anyway.
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_first_sends_nothing() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let host = server.url.trim_start_matches("http://").to_owned();
        let bearer = acme.bearer().unwrap().to_owned();
        for (token, length, status) in [(bearer, 20 << 20, "413"), ("nonsense".to_owned(), 5, "401")] {
            let host = host.clone();
            let answer = tokio::task::spawn_blocking(move || {
                let mut stream = TcpStream::connect(&host).unwrap();
                let request = format!(
                    "POST /api/tokens HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n"
                );
                stream.write_all(request.as_bytes()).unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                answer
            });
            let answer = answer.await.expect("no panic");
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_read_in_public_and_listed_origins_may_do_all() {
    each_db_async(|db| async move {
        let server = TestServer::node(db.db.clone(), |parts| parts.cors_origins = vec![LISTED.to_owned()]).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let anonymous = server.anonymous();
        let allowed = |answer: &Answer| answer.header("access-control-allow-origin").map(str::to_owned);

        let public = anonymous.with("origin", "https://anywhere.example").get("/api/x").await;
        assert_eq!(allowed(&public).as_deref(), Some("*"));
        assert_eq!(public.header("access-control-allow-credentials"), None);
        let exposed = public.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("X-RateLimit-Remaining") && exposed.contains("Retry-After"));

        let private = acme.with("origin", "https://anywhere.example").get("/api/tenant").await;
        assert_eq!(allowed(&private), None, "an answer to a credential is for listed origins");
        let listed = acme.with("origin", LISTED).get("/api/tenant").await;
        assert_eq!(allowed(&listed).as_deref(), Some(LISTED));
        assert_eq!(listed.header("access-control-allow-credentials"), Some("true"));
        assert!(listed.header("vary").unwrap().contains("Origin"));
        let posted = acme.with("origin", "https://anywhere.example").post("/api/tokens", &json!({"name": "x"})).await;
        assert_eq!(allowed(&posted), None);

        for (origin, methods) in [(LISTED, "POST"), ("https://anywhere.example", "GET")] {
            let asks = anonymous.with("origin", origin).with("access-control-request-method", methods);
            let answer = asks.send(Method::OPTIONS, "/api/tokens", None).await;
            assert_eq!(answer.status, 204);
            has_all(&answer);
            let may = answer.header("access-control-allow-methods").unwrap();
            assert_eq!(may.contains("DELETE"), origin == LISTED);
            assert_eq!(
                answer.header("access-control-allow-headers").unwrap().contains("Authorization"),
                origin == LISTED
            );
            assert_eq!(answer.header("access-control-max-age"), Some("7200"));
        }
        anonymous.send(Method::OPTIONS, "/api/tokens", None).await.expect_error(405, "METHOD_NOT_ALLOWED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_stand_beside_the_envelope() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let plain = server.anonymous().get("/api/tokens").await;
        assert_eq!(plain.header("content-type"), Some("application/json"));
        let answer = server.anonymous().with("accept", "application/problem+json").get("/api/tokens").await;
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let body = answer.expect(401);
        assert_eq!(body["error"]["code"], "UNAUTHENTICATED");
        assert_eq!((&body["status"], &body["title"]), (&json!(401), &json!("UNAUTHENTICATED")));
        assert_eq!(body["detail"], body["error"]["message"]);
        assert!(body["type"].as_str().unwrap().ends_with("#unauthenticated"));
        assert!(body["instance"].as_str().unwrap().ends_with(answer.header("x-request-id").unwrap()));
    })
    .await;
}

/// Routes that misbehave, behind the gate.
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_is_an_answer_that_tells_nothing() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let m = server.marketplace.clone();
        let inner = Router::new()
            .route(
                "/panic",
                get(|| async { panic!("secret inside {}", 42) as &'static str })
                    .post(|| async { panic!("secret inside") as &'static str }),
            )
            .route("/bare", get(|| async { (http::StatusCode::BAD_GATEWAY, "secret inside") }))
            .layer(from_fn_with_state(m.clone(), gate::gate));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let app = Router::new().nest("/api", inner).into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("serves") });
        let client = atom_marketplace_testkit::Client::new(&url, Vec::new());
        for answer in [
            client.get("/api/panic").await,
            client.get("/api/bare").await,
            client.post("/api/panic", &json!({})).await,
            client.with("idempotency-key", "k").post("/api/panic", &json!({})).await,
            client.with("idempotency-key", "k").post("/api/panic", &json!({})).await,
        ] {
            answer.expect_error(500, "INTERNAL");
            has_all(&answer);
            let (text, id) = (String::from_utf8_lossy(&answer.bytes), answer.header("x-request-id").unwrap());
            assert_eq!(answer.json()["error"]["request_id"], id);
            // The id's digits are random.
            let text = text.replace(id, "");
            assert!(!text.contains("secret") && !text.contains("42"), "{text}");
        }
        task.abort();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_refused_by_name() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Team).await;
        let agents = "/api/agent-marketplace/agents";
        for (path, named) in [
            // Routes that take no query do not ignore one.
            ("/api/usage?detail=all", "detail"),
            ("/api/tenant?x", "x"),
            ("/api/tokens/current?a=b", "a"),
            ("/api/agent-marketplace/categories?sort=name", "sort"),
            ("/api/agent-marketplace/agents?colour=red", "colour"),
            ("/api/agent-marketplace/agents?page=1&page=2", "page"),
            ("/api/agent-marketplace/agents?page_size=many", "page_size"),
            ("/api/agent-marketplace/agents?capability=%FF", "capability"),
            ("/api/agent-marketplace/agents?category=a%00b", "category"),
            ("/api/agent-marketplace/agents/search", "query"),
            ("/api/installations?component_id=%00", "component_id"),
            // A cursor whose key holds what PostgreSQL does not take: `name:1:\0`.
            ("/api/agent-marketplace/agents?sort=name&cursor=bmFtZToxOgA", "cursor"),
            ("/api/tokens?cursor=bm8", "cursor"),
        ] {
            let details = acme.get(path).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], named, "{path}");
        }
        let bulk = format!("{agents}/bulk-install");
        let answer = acme.post(&format!("{bulk}?dry_run=true"), &json!({ "ids": ["x"] })).await;
        assert_eq!(answer.expect_error(400, "INVALID_REQUEST")["fields"][0]["path"], "dry_run");
        for (path, body, named) in [
            ("/api/tenant", r#"["Acme"]"#, ""),
            ("/api/tenant", "null", ""),
            ("/api/tenant", r#""name""#, ""),
            ("/api/tenant", r#"{"name": "a\u0000b"}"#, "name"),
            ("/api/tenant", r#"{"name": 5}"#, "name"),
        ] {
            let answer = acme.send_raw(Method::PATCH, path, Some(body.into())).await;
            assert_eq!(answer.expect_error(400, "INVALID_REQUEST")["fields"][0]["path"], named, "{body}");
            let message = answer.json()["error"]["message"].to_string();
            assert!(!message.contains("struct"), "{message}");
        }
        let ids = r#"{"ids": ["a\u0000"], "source_tenant_id": "a\u0000"}"#;
        acme.send_raw(Method::POST, &bulk, Some(ids.into())).await.expect_error(400, "INVALID_REQUEST");
        for path in ["/api/installations/%00", "/api/tokens/%00", "/api/agent-marketplace/agents/%00/versions"] {
            let method = if path.contains("tokens") { Method::DELETE } else { Method::GET };
            acme.send(method, path, None).await.expect_error(404, "NOT_FOUND");
        }
        let zipped = acme.with("content-encoding", "gzip").patch("/api/tenant", &json!({ "name": "Acme" })).await;
        zipped.expect_error(415, "UNSUPPORTED_MEDIA_TYPE");
    })
    .await;
}
