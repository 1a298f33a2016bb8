//! The receivers that docs/WEBHOOKS.md shows take what the marketplace sends, and nothing that was tampered with. The one in
//! TypeScript is run by the TypeScript SDK's tests.

mod example;

use std::process::Stdio;
use std::time::Duration;

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{Receiver, TestServer, each_db_async, http};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

const PAGE: &str = include_str!("../../../../docs/WEBHOOKS.md");
const SECRET: &str = "your-webhook-secret";

/// The program that the page shows in a language.
fn shown(language: &str) -> String {
    let (_, rest) = PAGE.split_once(&format!("<!-- receiver: {language} -->\n```{language}\n")).expect("a receiver");
    rest.split_once("```").expect("its end").0.to_owned()
}

/// Sends one event to `url` and the same tampered with; gives the statuses.
async fn deliver(db: &atom_marketplace_testkit::TestDb, url: &str) -> (u16, u16) {
    let server = TestServer::start_with_jobs(db).await;
    let acme = server.tenant("acme", Plan::Team).await;
    // What the marketplace really sends, caught and passed on.
    let caught = Receiver::start().await;
    let body = json!({"url": caught.url, "events": ["component.published"], "secret": SECRET});
    acme.post("/api/webhooks", &body).await.expect(201);
    let skill =
        json!({"skill_id": "lookup", "marketplace_type": "private", "name": "Lookup", "description": "Looks up."});
    acme.post("/api/skill-marketplace/skills", &skill).await.expect(201);
    let came = caught.wait_for(1).await.remove(0);
    let send = |body: Vec<u8>| {
        let request = http().build().expect("a client").post(url).headers(came.headers.clone()).body(body);
        async move { request.send().await.expect("an answer").status().as_u16() }
    };
    let mut tampered = came.body.to_vec();
    let at = tampered.len() - 3;
    tampered[at] ^= 1;
    (send(came.body.to_vec()).await, send(tampered).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receiver_in_rust() {
    let code = include_str!("receivers/example.rs").replace("pub(super) ", "");
    assert!(code.ends_with(&shown("rust")), "docs/WEBHOOKS.md shows another program than the one that is tested");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/webhooks/marketplace", listener.local_addr().expect("bound"));
    let task = tokio::spawn(async move { axum::serve(listener, example::router(SECRET)).await });
    each_db_async(|db| {
        let url = url.clone();
        async move { assert_eq!(deliver(&db, &url).await, (204, 400)) }
    })
    .await;
    task.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receiver_in_python() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("bound").port();
    let mut command = Command::new("python3");
    command.args(["-c", &shown("python")]).env("WEBHOOK_SECRET", SECRET).env("PORT", port.to_string());
    let Ok(mut child) = command.stdout(Stdio::piped()).kill_on_drop(true).spawn() else {
        eprintln!("NO python3: THE RECEIVER IN PYTHON IS NOT TESTED.");
        return;
    };
    let url = format!("http://127.0.0.1:{port}/webhooks/marketplace");
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(child.try_wait().expect("its state").is_none(), "the receiver ended");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let db = atom_marketplace_testkit::TestDb::sqlite();
    assert_eq!(deliver(&db, &url).await, (204, 400));
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let line = lines.next_line().await.expect("a line").expect("one");
    assert!(line.starts_with("component.published {"), "{line}");
}
