//! A plain HTTP client that keeps its credential and reads JSON.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// Sends requests with fixed headers.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    headers: Vec<(String, String)>,
}

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A plain HTTP client to build upon. The SDK turns TLS on in reqwest for the whole workspace, and leaves it to each
/// client which provider that uses.
pub fn http() -> reqwest::ClientBuilder {
    // An error says that there is one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}

impl Client {
    /// A client of the server at `base`.
    pub fn new(base: &str, headers: Vec<(String, String)>) -> Self {
        let http = http().build().expect("a client");
        Self { http, base: base.to_owned(), headers }
    }

    /// The same client with another header.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(known, _)| known != name);
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// The bearer token it sends, if any.
    pub fn bearer(&self) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == "authorization")?.1.strip_prefix("Bearer ")
    }

    /// Sends a request; a body goes as JSON.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let bytes = body.map(|body| serde_json::to_vec(body).expect("JSON"));
        self.send_raw(method, path, bytes).await
    }

    /// Sends bytes as JSON, however malformed.
    pub async fn send_raw(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Answer {
        self.transmit(method, path, body.map(|body| ("application/json", body))).await
    }

    /// Sends bytes as something else.
    pub async fn send_as(&self, method: Method, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        self.transmit(method, path, Some((content_type, body))).await
    }

    async fn transmit(&self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some((content_type, body)) = body {
            request = request.header("content-type", content_type).body(body);
        }
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // A stream of events does not end.
        let endless = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let bytes = if endless { Vec::new() } else { response.bytes().await.expect("the whole body").to_vec() };
        Answer { status, headers, bytes }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// PUT.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// PATCH.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }
}

impl Answer {
    /// The body as JSON; null when it is empty.
    pub fn json(&self) -> Value {
        if self.bytes.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()
    }

    /// The details of an error that must have this status and code.
    #[track_caller]
    pub fn expect_error(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["error"]["code"], code, "{body}");
        body["error"]["details"].clone()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
