//! `/.well-known/atom-federation`: who this instance is, and what it signs with. Outside of the API: no credential, no quota.

use atom_marketplace_bundle::{KeySet, NamedInstance, PROTOCOL};
use atom_marketplace_db::Error;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::HeaderValue;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use url::Url;

use super::peers;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::instance;

/// The route, under the root of a marketplace.
pub fn router(m: Marketplace) -> Router {
    Router::new().route("/.well-known/atom-federation", get(key_set)).with_state(m)
}

async fn key_set(State(m): State<Marketplace>) -> ApiResult<Response> {
    let id = instance::id(&m).await?.to_string();
    let read = m.db.read(|c| Ok::<_, Error>((instance::keys(c)?, peers::vouched(c)?)));
    let (keys, vouched) = read.await.map_err(ApiError::from)?;
    let host = Url::parse(&m.public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let set = KeySet {
        instance: NamedInstance { id, name: host.unwrap_or_default(), url: Some(m.public_url.clone()) },
        keys,
        vouched,
        protocols: vec![PROTOCOL.to_owned()],
    };
    let headers = [
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    Ok((headers, Json(set)).into_response())
}
