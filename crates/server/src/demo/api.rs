//! The HTTP API called from within the process, as the platform's admin for one tenant or another.

use atom_marketplace_protocol::ids::Kind;
use axum::Router;
use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

/// What went wrong, for the log.
pub(super) type Failure = String;

/// A client without a socket. Everything it does passes the gate and the handlers, as any client's requests do.
#[derive(Clone)]
pub struct Api {
    app: Router,
    admin_key: String,
}

impl Api {
    /// Calls `app` with this admin key.
    pub fn new(app: Router, admin_key: &str) -> Self {
        Self { app, admin_key: admin_key.to_owned() }
    }

    /// One request; an answer that is no success is an error.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        tenant: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let (status, answer) = self.ask(method.clone(), path, tenant, body).await?;
        if status.is_success() { Ok(answer) } else { Err(format!("{method} {path}: {status}: {answer}")) }
    }

    /// One request with whatever answer it gets.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        tenant: Option<&str>,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Value), Failure> {
        let mut request = Request::builder().method(method).uri(path).header("x-admin-key", &self.admin_key);
        if let Some(tenant) = tenant {
            request = request.header("x-tenant-id", tenant);
        }
        let body = match body {
            Some(body) => {
                request = request.header(CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).map_err(|error| error.to_string())?;
        let response = match self.app.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.map_err(|error| error.to_string())?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    /// Every item of a list, page by page.
    pub(super) async fn all(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.call(Method::GET, &format!("{path}{cursor}"), None, None).await?;
            items.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }
}

/// Where the components of a kind are.
pub(super) fn collection(kind: Kind) -> String {
    format!("{}/{}", kind.base(), kind.collection())
}
