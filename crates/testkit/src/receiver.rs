//! A receiver of webhooks on a free port of loopback: keeps what comes, and answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::tls::TlsListener;

/// One delivery as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, byte for byte.
    pub body: Bytes,
}

impl Received {
    /// A header's text; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a delivery is JSON")
    }
}

type Answer = Box<dyn Fn(usize, &Received) -> Response<Body> + Send + Sync>;

struct Inner {
    received: Mutex<Vec<Received>>,
    answer: Mutex<Arc<Answer>>,
    count: watch::Sender<usize>,
}

/// Listens until it is dropped.
pub struct Receiver {
    /// Where to send: `http://127.0.0.1:PORT/hook`.
    pub url: String,
    /// Its port.
    pub port: u16,
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An answer of this status without a body.
pub fn status(code: u16) -> Response<Body> {
    Response::builder().status(code).body(Body::empty()).expect("a status")
}

impl Receiver {
    /// One that answers 204 to everything.
    pub async fn start() -> Self {
        Self::answering(|_, _| status(204)).await
    }

    /// One that answers what `answer` says, which is given how many came before, and what came.
    pub async fn answering(answer: impl Fn(usize, &Received) -> Response<Body> + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().expect("an address"), answer).await
    }

    /// The same at an address.
    pub async fn at(
        address: SocketAddr,
        answer: impl Fn(usize, &Received) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.expect("a free port");
        Self::on(listener, false, Box::new(answer))
    }

    /// One that answers 204, over TLS, with a certificate for 127.0.0.1 from [`tls::authority`](crate::tls::authority).
    pub async fn start_tls() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self::on(listener, true, Box::new(|_, _| status(204)))
    }

    fn on(listener: TcpListener, tls: bool, answer: Answer) -> Self {
        let port = listener.local_addr().expect("bound").port();
        let inner = Arc::new(Inner {
            received: Mutex::default(),
            answer: Mutex::new(Arc::new(answer)),
            count: watch::Sender::new(0),
        });
        let app = Router::new().fallback(take).with_state(inner.clone());
        let task = tokio::spawn(async move {
            let served =
                if tls { axum::serve(TlsListener::new(listener), app).await } else { axum::serve(listener, app).await };
            served.expect("serves until aborted");
        });
        let scheme = if tls { "https" } else { "http" };
        Self { url: format!("{scheme}://127.0.0.1:{port}/hook"), port, inner, task }
    }

    /// Answers otherwise from now on.
    pub fn answer(&self, answer: impl Fn(usize, &Received) -> Response<Body> + Send + Sync + 'static) {
        *self.inner.answer.lock().expect("no panic under this lock") = Arc::new(Box::new(answer));
    }

    /// What has come.
    pub fn received(&self) -> Vec<Received> {
        self.inner.received.lock().expect("no panic under this lock").clone()
    }

    /// What has come, once it is at least so much.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let mut counts = self.inner.count.subscribe();
        let waited = tokio::time::timeout(Duration::from_mins(1), counts.wait_for(|seen| *seen >= count)).await;
        assert!(waited.is_ok(), "{count} deliveries were expected, {} came", self.received().len());
        self.received()
    }
}

async fn take(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let received = Received { headers, body };
    let answer = inner.answer.lock().expect("no panic under this lock").clone();
    let before = {
        let mut all = inner.received.lock().expect("no panic under this lock");
        all.push(received.clone());
        all.len() - 1
    };
    let answer = answer(before, &received);
    inner.count.send_modify(|count| *count += 1);
    answer
}
