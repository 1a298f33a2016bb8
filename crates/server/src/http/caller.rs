//! Who sends a request: its one credential, and the address it comes from.

use std::net::{IpAddr, SocketAddr};

use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::token::CredentialKind;
use axum::extract::{ConnectInfo, Request};
use http::header::{AUTHORIZATION, HeaderMap};
use http::{Method, Uri};
use ipnet::IpNet;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{self, Identity, SessionCaller};
use crate::satellite::{self, Door};
use crate::{accounts, federation, tokens};

const TENANT: &str = "x-tenant-id";
const ADMIN_KEY: &str = "x-admin-key";
const FEDERATION_KEY: &str = "x-federation-key";
const SATELLITE_TOKEN: &str = "x-api-token";
/// The second is the guide's misspelling, sent by those who copied it.
const FEDERATION_SOURCE: [&str; 2] = ["x-federation-source", "x-tederation-source"];

/// Whether the request shows a credential, right or wrong.
pub(super) fn has_credential(m: &Marketplace, headers: &HeaderMap) -> bool {
    accounts::presented(m, headers).is_some()
        || [AUTHORIZATION.as_str(), ADMIN_KEY, FEDERATION_KEY, SATELLITE_TOKEN]
            .iter()
            .any(|name| headers.contains_key(*name))
}

/// The one credential of a request. Two of them, or one that is wrong, is an error; but for the cookie of a session that
/// has ended, which a browser sends without being asked: it is nobody's.
pub(super) async fn identify(m: &Marketplace, method: &Method, uri: &Uri, headers: &HeaderMap) -> ApiResult<Identity> {
    if let Some(door) = satellite::door(uri.path()) {
        return of_satellite(m, door, uri, headers).await;
    }
    let authorization = text(headers, AUTHORIZATION.as_str())?;
    let admin = text(headers, ADMIN_KEY)?;
    let federation = text(headers, FEDERATION_KEY)?;
    let cookie = accounts::presented(m, headers);
    match (authorization, admin, federation, cookie) {
        (None, None, None, None) => Ok(Identity::Anonymous),
        (None, None, None, Some(cookie)) => {
            let tenant = text(headers, TENANT)?;
            let session = accounts::authenticate(m, cookie).await?;
            Ok(session.map_or(Identity::Anonymous, |session| {
                Identity::Session(SessionCaller::new(m, session, cookie, tenant, method, headers))
            }))
        }
        (Some(authorization), None, None, None) => {
            tokens::authenticate(m, bearer(authorization)?).await.map(Identity::Token)
        }
        (None, Some(presented), None, None) => {
            let hash: [u8; 32] = Sha256::digest(presented.as_bytes()).into();
            if bool::from(hash.ct_eq(&m.admin_key_hash)) {
                Ok(Identity::Admin(None))
            } else {
                Err(ApiError::unauthenticated("The admin key is wrong."))
            }
        }
        (None, None, Some(presented), None) => {
            let source = FEDERATION_SOURCE.iter().find_map(|name| headers.get(*name)?.to_str().ok());
            federation::authenticate(m, presented, source).await.map(Identity::Federation)
        }
        _ => Err(ApiError::invalid(vec![FieldError::new(
            "Authorization",
            "Send one credential: Authorization, X-Federation-Key, X-Admin-Key or the cookie of a session.",
        )])),
    }
}

fn bearer(authorization: &str) -> ApiResult<&str> {
    authorization
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| ApiError::unauthenticated("The Authorization header must read `Bearer at_saas_…`."))
}

/// A satellite, whose own token decides, whatever else it sends along; with none, `Authorization` is as good.
async fn of_satellite(m: &Marketplace, door: Door, uri: &Uri, headers: &HeaderMap) -> ApiResult<Identity> {
    let in_query = (door == Door::Socket).then(|| extract::token_in(uri.query().unwrap_or_default())).flatten();
    if let Some(token) = in_query.as_deref().map_or_else(|| text(headers, SATELLITE_TOKEN), |token| Ok(Some(token)))? {
        return tokens::authenticate(m, token).await.map(Identity::Token);
    }
    if let Some(authorization) = text(headers, AUTHORIZATION.as_str())? {
        return tokens::authenticate(m, bearer(authorization)?).await.map(Identity::Token);
    }
    match text(headers, FEDERATION_KEY)? {
        Some(key) if door == Door::Older && key.starts_with(CredentialKind::ApiToken.prefix()) => {
            tokens::authenticate(m, key).await.map(Identity::Token)
        }
        Some(key) if door == Door::Older => federation::authenticate(m, key, None).await.map(Identity::Federation),
        _ => Ok(Identity::Anonymous),
    }
}

/// The identity with the tenant that `X-Tenant-ID` names: the token's own, one of the person's, or for the admin any. A tenant that is unknown
/// and one that is not the caller's look the same.
pub(super) async fn within_tenant(m: &Marketplace, identity: Identity, headers: &HeaderMap) -> ApiResult<Identity> {
    let Some(tenant) = text(headers, TENANT)? else { return Ok(identity) };
    match identity {
        Identity::Token(token) if tenant != &*token.tenant.slug => Err(ApiError::tenant_not_found()),
        Identity::Session(caller) if caller.tenant().is_none_or(|own| *own.slug != *tenant) => {
            Err(ApiError::tenant_not_found())
        }
        Identity::Admin(_) => extract::admin_identity(m, Some(tenant)).await,
        identity => Ok(identity),
    }
}

/// A header that may be there once.
fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> ApiResult<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(ApiError::field(name, "Send this header once.")),
        (Some(value), None) => match value.to_str() {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(ApiError::field(name, "The header holds characters that are not visible ASCII.")),
        },
    }
}

/// The address at the far end of the trusted proxies.
pub(crate) fn address(trusted: &[IpNet], request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip().to_canonical());
    if trusted.is_empty() { peer } else { behind_proxies(trusted, peer, request.headers()) }
}

/// Each proxy appends the address it heard from, so the list is read from its end as long as the speaker is trusted. What
/// stands before the first untrusted address, or is none, may have been made up.
fn behind_proxies(trusted: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut speaker = peer;
    let mut hops = headers
        .get_all("x-forwarded-for")
        .iter()
        .rev()
        .flat_map(|value| value.to_str().unwrap_or_default().rsplit(','))
        .map(|hop| parse_hop(hop.trim()));
    while trusted.iter().any(|net| net.contains(&speaker)) {
        match hops.next() {
            Some(Some(hop)) => speaker = hop,
            Some(None) | None => break,
        }
    }
    speaker
}

/// An address, with a port or without.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let ip = hop.parse().ok().or_else(|| hop.parse().ok().map(|address: SocketAddr| address.ip()));
    ip.map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarded_addresses_are_believed_as_far_as_the_proxies() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        for (peer, lines, expected) in [
            ("10.0.0.1", &["203.0.113.9"] as &[&str], "203.0.113.9"),
            ("10.0.0.1", &["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["1.1.1.1", "203.0.113.9, 10.0.0.7"], "203.0.113.9"),
            ("10.0.0.1", &["junk, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9, junk"], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("fd00::1", &["2001:db8::1"], "2001:db8::1"),
            ("203.0.113.1", &["198.51.100.1"], "203.0.113.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            let found = behind_proxies(&trusted, peer.parse().unwrap(), &headers);
            assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{peer} {lines:?}");
        }
    }
}
