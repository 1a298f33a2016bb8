//! No request forgery through URLs (S3), over the API of the real binary: a thousand ways of writing addresses that are not
//! public reach nothing. How names that change their mind are judged is shown in the server's `outbound/tests.rs`.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use atom_marketplace_testkit::spellings::{NOT_PUBLIC, spellings};
use reqwest::Client;
use serde_json::{Value, json};

use crate::process::Server;
use crate::size::measured;

/// Counts whoever connects, at every address of this machine.
struct Canary {
    port: u16,
    connections: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Canary {
    fn start() -> Self {
        let listener = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("0.0.0.0:0")).expect("a free port");
        listener.set_nonblocking(true).expect("it can wait for nothing");
        let port = listener.local_addr().expect("bound").port();
        let (connections, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (counted, stopped) = (connections.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::SeqCst) {
                match listener.accept() {
                    Ok(_) => drop(counted.fetch_add(1, Ordering::SeqCst)),
                    Err(_) => std::thread::sleep(Duration::from_millis(5)),
                }
            }
        });
        Self { port, connections, stop, thread: Some(thread) }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Sends JSON with a token; the status and the JSON of the answer.
async fn send(http: &Client, method: &str, url: &str, token: &str, body: &Value) -> (u16, Value) {
    let method = method.parse().expect("a method");
    let answer = http.request(method, url).bearer_auth(token).json(body).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

#[test]
fn s3_no_spelling_of_an_address_that_is_not_public_is_reached() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let canary = Canary::start();
    let rates = [("ATOM_RATE_TOKEN", "1000000"), ("ATOM_RATE_ANONYMOUS", "1000000"), ("ATOM_WEBHOOK_RETRY", "100ms")];
    let server = Server::start(&[], &rates);
    let token = server.tenant("acme");
    let http = atom_marketplace_testkit::http().build().expect("a client");
    runtime.block_on(async {
        let webhooks = format!("{}/api/webhooks", server.url());
        let hosts = NOT_PUBLIC.iter().flat_map(|address| spellings(address.parse().expect("an address")));
        let (mut refused, mut names) = (0, Vec::new());
        for host in hosts.chain(LOCAL.map(str::to_owned)) {
            for scheme in ["https", "http"] {
                let url = format!("{scheme}://{host}:{}/hook", canary.port);
                let body = json!({"url": url, "events": ["component.published"]});
                match send(&http, "POST", &webhooks, &token, &body).await {
                    (400, answer) => {
                        assert_eq!(answer["error"]["details"]["fields"][0]["path"], "url", "{url}: {answer}");
                        refused += 1;
                    }
                    // A name is looked up when something is sent.
                    (201, made) => names.push((url, format!("{webhooks}/{}", made["id"].as_str().expect("an id")))),
                    other => panic!("{url}: {other:?}"),
                }
            }
        }
        assert!(refused + names.len() >= 1_000, "{refused}");
        assert!(
            names.iter().all(|(url, _)| url.to_ascii_lowercase().contains("ocalhost") || url.contains("ｌｏｃａｌ")),
            "{names:?}"
        );
        for (url, webhook) in &names {
            let test = json!({"event": "component.published"});
            let (status, delivery) = send(&http, "POST", &format!("{webhook}/test"), &token, &test).await;
            assert_eq!(status, 202, "{url}: {delivery}");
            let path = format!("{webhook}/deliveries/{}", delivery["id"].as_str().expect("an id"));
            let mut shown = Value::Null;
            for _ in 0..600 {
                shown = send(&http, "GET", &path, &token, &json!({})).await.1;
                if shown["status"] == "failed" {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert_eq!(shown["status"], "failed", "{url}: {shown}");
        }
        assert_eq!(canary.connections(), 0);
        measured(
            "S3",
            &format!("{refused} URLs refused, {} names not dialled: 0 connections to the canary", names.len()),
        );
        drop(server);

        // The canary is alive, and the spellings mean what they should.
        let mut open = rates.to_vec();
        open.push(("ATOM_OUTBOUND_ALLOW", "127.0.0.0/8"));
        let server = Server::start(&[], &open);
        let token = server.tenant("acme");
        let mut reached = 0;
        for host in spellings(Ipv4Addr::LOCALHOST).iter().filter(|host| !host.starts_with('[')).take(40) {
            let url = format!("http://{host}:{}/hook", canary.port);
            let before = canary.connections();
            let webhooks = format!("{}/api/webhooks", server.url());
            let body = json!({"url": url, "events": ["component.published"]});
            let (status, made) = send(&http, "POST", &webhooks, &token, &body).await;
            assert_eq!(status, 201, "{url}: {made}");
            let webhook = format!("{webhooks}/{}", made["id"].as_str().expect("an id"));
            send(&http, "POST", &format!("{webhook}/test"), &token, &json!({"event": "component.published"})).await;
            for _ in 0..600 {
                if canary.connections() > before {
                    reached += 1;
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            send(&http, "DELETE", &webhook, &token, &json!({})).await;
        }
        assert_eq!(reached, 40);
        measured("S3", &format!("{reached} of 40 spellings reach the canary once 127.0.0.0/8 is allowed"));
    });
}

/// Ways of writing this machine without its address.
const LOCAL: [&str; 11] = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "%6cocalhost",
    "ｌｏｃａｌｈｏｓｔ",
    "[::1]",
    "[::]",
    "[0:0::1]",
    "[fc00::1]",
    "[fec0::1]",
    "[ff02::1]",
];
