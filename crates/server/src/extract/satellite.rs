//! Who a satellite is: the API token it shows decides; what else it says of itself is taken down, never believed.

use std::sync::Arc;

use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::scope::Scope;
use atom_marketplace_protocol::text::{self, TextRule};
use atom_marketplace_protocol::token;
use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;

use super::{Identity, identity};
use crate::error::{ApiError, ApiResult};

/// Characters of what an instance calls itself.
const NAME_MAX: usize = 128;

/// The token of a satellite, and what the instance says of itself. It opens nothing by itself: what the request may do is
/// said by the extractor beside it.
#[derive(Clone, Debug)]
pub struct Satellite {
    /// The token's key.
    pub token: i64,
    /// What the instance calls itself.
    pub instance: Option<String>,
    /// The beginning of its `X-Federation-Key`.
    pub federation_key: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Satellite {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let Identity::Token(identity) = identity(parts)? else {
            return Err(ApiError::unauthenticated("This needs an API token: send `X-API-Token: at_saas_…`."));
        };
        let federation_key = header(&parts.headers, "x-federation-key").map(token::visible_prefix);
        Ok(Self { token: identity.id, instance: instance(&parts.headers), federation_key })
    }
}

/// The token that a satellite shows, to be looked at again while its connection lasts.
#[derive(Clone)]
pub struct PresentedToken(pub Arc<str>);

impl<S: Sync> FromRequestParts<S> for PresentedToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let bearer = || header(&parts.headers, "authorization")?.split_once(' ').map(|(_, token)| token.trim());
        let in_header = || header(&parts.headers, "x-api-token").or_else(bearer).map(str::to_owned);
        let token = token_in(parts.uri.query().unwrap_or_default()).or_else(in_header);
        token.map(|token| Self(token.into())).ok_or_else(|| ApiError::internal("a satellite without a token"))
    }
}

/// The token in a query.
pub(crate) fn token_in(query: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("token="))?;
    Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// What an instance calls itself, if that is a name.
fn instance(headers: &HeaderMap) -> Option<String> {
    let rule = TextRule { max_chars: NAME_MAX, multiline: false, required: true };
    text::clean(header(headers, "x-instance-id")?, rule).ok()
}

/// Somebody who reads what is public by the older federation paths: a peer with a federation key, or a satellite with the
/// token that it sends in its place.
#[derive(Clone, Copy, Debug)]
pub struct OlderPeer;

impl<S: Sync> FromRequestParts<S> for OlderPeer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        match identity(parts)? {
            Identity::Federation(_) => Ok(Self),
            Identity::Token(token) if token.scopes.contains(Scope::ComponentsRead) => Ok(Self),
            Identity::Token(_) => Err(ApiError::forbidden(Scope::ComponentsRead.as_str())),
            _ => Err(ApiError::new(
                Code::FederationKeyInvalid,
                "This needs a federation key or an API token: send `X-Federation-Key: …`.",
            )),
        }
    }
}
