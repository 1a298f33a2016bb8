//! Retries are safe (R3): requests with an `Idempotency-Key` are cut off at random bytes, on their way there or back, and sent
//! again until they are answered. Each has one effect, and every answer to it is the same.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use atom_marketplace_db::testing::TestDb;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::process::Server;
use crate::size::{measured, sized};

/// Requests at once.
const AT_ONCE: usize = 16;
/// About the length of an answer, so that as many are cut on their way back as on their way there.
const ANSWER: usize = 600;

const RATES: [(&str, &str); 3] = [
    ("ATOM_RATE_ANONYMOUS", "1000000"),
    ("ATOM_RATE_TOKEN", "1000000000"),
    ("ATOM_SECRET_KEY", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="),
];

#[test]
fn r3_requests_cut_off_anywhere_have_one_effect_on_sqlite() {
    one_effect("SQLite", &Server::start(&[], &RATES));
}

#[test]
fn r3_requests_cut_off_anywhere_have_one_effect_on_postgres() {
    let Some(db) = TestDb::postgres() else { return };
    let mut environment = RATES.to_vec();
    environment.push(("ATOM_DATABASE_URL", &db.url));
    one_effect("PostgreSQL", &Server::start(&[], &environment));
}

fn one_effect(database: &str, server: &Server) {
    let requests = sized(80, 2_000);
    let token = server.tenant("acme");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (next, there, back) =
        (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let started = Instant::now();
    let made: BTreeSet<String> = runtime.block_on(async {
        let mut workers = Vec::new();
        for worker in 0..AT_ONCE {
            let (next, there, back) = (next.clone(), there.clone(), back.clone());
            let (address, token) = (server.url().replace("http://", ""), token.clone());
            workers.push(tokio::spawn(async move {
                let (mut made, mut random) = (Vec::new(), Random(worker as u64 + 1));
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= requests {
                        return made;
                    }
                    let request = request(&address, &token, number);
                    // Once, and now and then again: a network that is bad stays so for a while.
                    for _ in 0..=random.below(3) {
                        let cut = random.below(request.len() + ANSWER);
                        if cut < request.len() { &there } else { &back }.fetch_add(1, Ordering::SeqCst);
                        cut_off(&address, &request, cut).await;
                    }
                    let first = until_done(&address, &request).await;
                    // Sent once more, it is answered the same.
                    assert_eq!(until_done(&address, &request).await, first, "{number}");
                    made.push(first["id"].as_str().expect("an id").to_owned());
                }
            }));
        }
        let mut made = BTreeSet::new();
        for worker in workers {
            made.extend(worker.await.expect("no worker panics"));
        }
        made
    });
    assert_eq!(made.len(), requests);
    let found = runtime.block_on(tokens(server, &token));
    let names: BTreeSet<_> = found.iter().map(|(_, name)| name.clone()).collect();
    // Beside them there is only the token that asks.
    assert_eq!((found.len(), names.len()), (requests + 1, requests + 1), "some had more effects than one");
    assert!(made.iter().all(|id| found.iter().any(|(known, _)| known == id)));
    let (there, back) = (there.load(Ordering::SeqCst), back.load(Ordering::SeqCst));
    measured(
        &format!("R3 on {database}"),
        &format!(
            "{requests} requests, cut off {there} times on their way there and {back} times on their way back, in {:.1?}: one effect each",
            started.elapsed()
        ),
    );
}

/// Makes a token: done twice, there are two.
fn request(address: &str, token: &str, number: usize) -> Vec<u8> {
    let body = json!({"name": format!("token {number}"), "scopes": ["components:read"]}).to_string();
    format!(
        "POST /api/tokens HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         idempotency-key: key-{number}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends a request and breaks off after so many bytes of it and of its answer.
async fn cut_off(address: &str, request: &[u8], cut: usize) {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let _ = stream.write_all(&request[..cut.min(request.len())]).await;
    let mut rest = vec![0; cut.saturating_sub(request.len())];
    if !rest.is_empty() {
        // Fewer where the answer is shorter.
        let _ = stream.read_exact(&mut rest).await;
    }
    let _ = stream.set_zero_linger();
}

/// Sends a request until it is answered with success.
async fn until_done(address: &str, request: &[u8]) -> Value {
    let mut last = String::new();
    for _ in 0..1_200 {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        let mut answer = Vec::new();
        if stream.write_all(request).await.is_ok() && stream.read_to_end(&mut answer).await.is_ok() {
            last = String::from_utf8_lossy(&answer).into_owned();
            let (head, body) = last.split_once("\r\n\r\n").unwrap_or_default();
            if head.starts_with("HTTP/1.1 201") {
                return serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {last}"));
            }
            // The first is still being answered.
            assert!(head.starts_with("HTTP/1.1 409"), "{last}");
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("not done in 1,200 attempts: {last}");
}

/// Ids and names of the tenant's tokens.
async fn tokens(server: &Server, token: &str) -> Vec<(String, String)> {
    let http = atom_marketplace_testkit::http().build().expect("a client");
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let url = format!("{}/api/tokens?page_size=100{cursor}", server.url());
        let answer = http.get(url).bearer_auth(token).send().await.expect("an answer");
        let page: Value = answer.json().await.expect("JSON");
        let text = |item: &Value, name: &str| item[name].as_str().expect("a text").to_owned();
        found.extend(
            page["items"].as_array().expect("a page").iter().map(|item| (text(item, "id"), text(item, "name"))),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        // Xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
