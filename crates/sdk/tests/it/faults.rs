//! A server that fails on purpose: what is tried again, what is not, and that it is the same request each time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use atom_marketplace_sdk::types::{ApiTokenCreate, TenantUpdate};
use atom_marketplace_sdk::{Client, Error};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What it does with one connection.
#[derive(Clone, Copy)]
enum Do {
    /// Answers this: status, headers, body.
    Answer(u16, &'static str, &'static str),
    /// Reads the request and hangs up.
    Cut,
    /// Announces more of a body than it sends.
    CutShort,
    /// Says nothing for ever.
    Hang,
}

const LIMITED: &str = r#"{"error":{"code":"RATE_LIMIT_EXCEEDED","message":"Rate limit exceeded.","details":{"retry_after":60},"request_id":"req_1"}}"#;
const IN_FLIGHT: &str =
    r#"{"error":{"code":"CONFLICT","message":"still in flight","details":{},"request_id":"req_1"}}"#;
const PAGE: &str = r#"{"items":[],"page":1,"page_size":20,"total":0,"has_more":false,"next_cursor":null}"#;
const TOKEN: &str = r#"{"token":"at_saas_x","id":"tok_1","name":"n","tenant_id":"acme","prefix":"at","scopes":[],
    "component_patterns":null,"created_by":null,"created_at":"2026-01-01T00:00:00Z","expires_at":null,"last_used_at":null}"#;

/// A server that does these things in turn, one a connection, and keeps what it was sent.
struct Faults {
    client: Client,
    sent: Arc<Mutex<Vec<String>>>,
}

impl Faults {
    async fn start(script: &'static [Do]) -> Self {
        Self::start_with(script, |builder| builder).await
    }

    async fn start_with(
        script: &'static [Do],
        settings: impl FnOnce(atom_marketplace_sdk::ClientBuilder) -> atom_marketplace_sdk::ClientBuilder,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api", listener.local_addr().unwrap());
        let sent = Arc::new(Mutex::new(Vec::new()));
        let kept = sent.clone();
        tokio::spawn(async move {
            for step in script {
                let (stream, _) = listener.accept().await.unwrap();
                serve(stream, *step, &kept).await;
            }
        });
        let builder = Client::builder().base_url(url).api_token("at_saas_secret");
        Self { client: settings(builder).build().unwrap(), sent }
    }

    fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, step: Do, kept: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                break;
            }
        }
        let read = stream.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "the client hung up");
        request.extend_from_slice(&buffer[..read]);
    }
    kept.lock().unwrap().push(String::from_utf8(request).unwrap());
    let answer = match step {
        Do::Answer(status, headers, body) => format!(
            "HTTP/1.1 {status} X\r\nx-request-id: req_header\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
            body.len()
        ),
        Do::Cut => return,
        Do::CutShort => "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{".to_owned(),
        Do::Hang => {
            // Until the client has had enough.
            let _ = stream.read(&mut buffer).await;
            return;
        }
    };
    stream.write_all(answer.as_bytes()).await.unwrap();
}

/// A header of a request as it was sent.
fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    for script in [
        &[Do::Answer(500, "", "{}"), Do::Answer(200, "", PAGE)],
        &[Do::Answer(503, "retry-after: 0\r\n", "<html>"), Do::Answer(200, "", PAGE)],
        &[Do::Answer(408, "", "{}"), Do::Answer(200, "", PAGE)],
        &[Do::Answer(429, "retry-after: 1\r\n", LIMITED), Do::Answer(200, "", PAGE)],
        &[Do::Answer(409, "retry-after: 0\r\n", IN_FLIGHT), Do::Answer(200, "", PAGE)],
        &[Do::Cut, Do::Answer(200, "", PAGE)],
        &[Do::CutShort, Do::Answer(200, "", PAGE)],
    ] {
        let faults = Faults::start(script).await;
        let page = faults.client.agents().list().await.unwrap();
        assert_eq!((page.total, faults.sent().len()), (0, 2));
    }
}

#[tokio::test]
async fn a_long_wait_is_the_callers() {
    let faults = Faults::start(&[Do::Answer(429, "retry-after: 60\r\n", LIMITED)]).await;
    let error = faults.client.agents().list().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_mins(1)));
    assert_eq!((error.code(), error.request_id()), (Some("RATE_LIMIT_EXCEEDED"), Some("req_1")));
    assert!(error.is_rate_limited());
    assert_eq!(faults.sent().len(), 1);
}

#[tokio::test]
async fn what_does_not_pass_is_not_tried_again() {
    for (step, code) in [
        (&[Do::Answer(409, "", IN_FLIGHT)], Some("CONFLICT")),
        (&[Do::Answer(404, "", "<html>")], Some("NOT_FOUND")),
        (&[Do::Answer(302, "location: http://evil.example/\r\n", "")], Some("INTERNAL")),
        (&[Do::Answer(200, "", "{\"items\":7}")], None),
    ] {
        let faults = Faults::start(step).await;
        let error = faults.client.agents().list().await.unwrap_err();
        assert_eq!(error.code(), code, "{error:?}");
        assert!(error.request_id().is_some(), "{error:?}");
        assert_eq!(faults.sent().len(), 1);
    }
}

#[tokio::test]
async fn every_attempt_is_the_same_request() {
    let faults = Faults::start(&[Do::Cut, Do::Answer(500, "", ""), Do::Answer(201, "", TOKEN)]).await;
    faults.client.tokens().create(&ApiTokenCreate { name: "n".into(), ..ApiTokenCreate::default() }).await.unwrap();
    let sent = faults.sent();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|request| request == &sent[0]), "{sent:#?}");
    let key = header(&sent[0], "idempotency-key").expect("a key");
    assert_eq!(key.len(), 32);

    let faults =
        Faults::start(&[Do::Answer(400, "", "{}"), Do::Answer(400, "", "{}"), Do::Answer(200, "", PAGE)]).await;
    let update = TenantUpdate { name: Some("Acme".to_owned()) };
    faults.client.tenant().update(&update).await.unwrap_err();
    faults.client.tenant().update(&update).idempotency_key("mine").await.unwrap_err();
    faults.client.agents().list().await.unwrap();
    let sent = faults.sent();
    assert_ne!(header(&sent[0], "idempotency-key"), Some(key), "another call, another key");
    assert_eq!(header(&sent[1], "idempotency-key"), Some("mine"));
    assert_eq!(header(&sent[2], "idempotency-key"), None, "a read needs none");
}

#[tokio::test]
async fn slow_and_gone_servers() {
    let faults = Faults::start(&[Do::Hang, Do::Answer(200, "", PAGE)]).await;
    let patience = Duration::from_millis(200);
    faults.client.agents().list().timeout(patience).await.expect("the second attempt answers");
    assert_eq!(faults.sent().len(), 2);

    let faults = Faults::start_with(&[Do::Hang], |builder| builder.timeout(patience).max_retries(0)).await;
    let error = faults.client.agents().list().await.unwrap_err();
    assert!(matches!(error, Error::Timeout(limit) if limit == patience), "{error:?}");

    let gone = Client::builder().base_url("http://127.0.0.1:1/api").max_retries(0).build().unwrap();
    let error = gone.usage().await.unwrap_err();
    assert!(matches!(error, Error::Connection(_)), "{error:?}");
    assert!(error.to_string().contains("refused"), "it says why: {error}");
}

#[tokio::test]
async fn retries_come_to_an_end() {
    let faults = Faults::start(&[Do::Answer(500, "", ""), Do::Answer(502, "", "")]).await;
    let error = faults.client.agents().list().max_retries(1).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(502));
    assert_eq!(faults.sent().len(), 2);
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    const OTHER: &str = r#"{"items":[],"page":1,"page_size":20,"total":7,"has_more":false,"next_cursor":null}"#;
    let script = &[
        Do::Answer(200, "etag: \"1\"\r\n", PAGE),
        Do::Answer(304, "etag: \"1\"\r\n", ""),
        Do::Answer(200, "etag: \"2\"\r\n", OTHER),
        Do::Answer(304, "", ""),
        Do::Answer(200, "", PAGE),
    ];
    let faults = Faults::start_with(script, |builder| builder.cache(8)).await;
    for total in [0, 0, 7, 7] {
        assert_eq!(faults.client.agents().list().await.unwrap().total, total);
    }
    faults.client.skills().list().await.unwrap();
    let asked: Vec<_> =
        faults.sent().iter().map(|request| header(request, "if-none-match").map(str::to_owned)).collect();
    let etag = |text: &str| Some(text.to_owned());
    assert_eq!(asked, [None, etag("\"1\""), etag("\"1\""), etag("\"2\""), None]);
}

#[tokio::test]
async fn errors_do_not_show_the_token() {
    let faults = Faults::start(&[Do::Answer(401, "", "nonsense"), Do::Cut]).await;
    for error in [
        faults.client.usage().max_retries(0).await.unwrap_err(),
        faults.client.usage().max_retries(0).await.unwrap_err(),
    ] {
        assert!(!format!("{error:?} {error}").contains("at_saas_secret"), "{error:?}");
    }
}
