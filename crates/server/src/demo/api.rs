//! The HTTP API called from within the process, as the platform's admin for one tenant or another.

use std::time::Duration;

use atom_marketplace_db::Dialect;
use atom_marketplace_protocol::ids::Kind;
use axum::Router;
use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::app::Marketplace;

/// What went wrong, for the log.
pub(super) type Failure = String;

/// A client without a socket. Everything it does passes the gate and the handlers, as any client's requests do.
#[derive(Clone)]
pub struct Api {
    app: Router,
    admin_key: String,
    /// Requests at a time.
    pub(super) at_once: usize,
}

impl Api {
    /// Calls the API of `m` with this admin key.
    pub fn new(m: &Marketplace, admin_key: &str) -> Self {
        let at_once = match m.db.dialect() {
            // What waits together is committed together.
            Dialect::Sqlite => 48,
            // In small tables, writers that run together are in each other's way.
            Dialect::Postgres => 4,
        };
        Self { app: crate::http::app(m.clone()), admin_key: admin_key.to_owned(), at_once }
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

    /// One request with whatever answer it gets; a busy server is asked again, as by any patient client.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        tenant: Option<&str>,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Value), Failure> {
        for wait in [50, 200, 800, 2_000, 5_000] {
            let (status, answer) = self.ask_once(method.clone(), path, tenant, body).await?;
            if status != StatusCode::SERVICE_UNAVAILABLE {
                return Ok((status, answer));
            }
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        self.ask_once(method, path, tenant, body).await
    }

    async fn ask_once(
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
