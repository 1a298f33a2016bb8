//! Who looks at a page, and the token of the forms on it. Made by `gate`, taken by every page.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::COOKIE;
use http::request::Parts;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::{ApiError, ApiResult};
use crate::extract::{Account, SessionCaller};
use crate::tenants::Tenant;

/// One look at one page.
#[derive(Clone, Debug)]
pub(super) struct Visit(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: String,
    session: Option<Signed>,
    form: FormSecret,
    /// Whether the page holds a form, so that the browser needs the cookie.
    with_form: AtomicBool,
}

/// Whoever is signed in.
#[derive(Debug)]
struct Signed {
    caller: SessionCaller,
    token: String,
}

/// What proves that a form was on a page of this marketplace, shown to this browser, before anybody is signed in: the
/// browser's cookie, from which the token in the form follows. Neither can be set by another site.
#[derive(Debug)]
struct FormSecret {
    secret: String,
    /// Whether the browser has it already.
    known: bool,
}

impl FormSecret {
    fn of(headers: &HeaderMap, secure: bool) -> Self {
        let sent = cookie(headers, &form_cookie(secure)).filter(|value| is_secret(value));
        let known = sent.is_some();
        Self { secret: sent.map_or_else(new_secret, str::to_owned), known }
    }
}

impl Visit {
    /// A visit by nobody in particular.
    pub(super) fn of(headers: &HeaderMap, path: &str, secure: bool) -> Self {
        let form = FormSecret::of(headers, secure);
        Self(Arc::new(Inner { path: path.to_owned(), session: None, form, with_form: AtomicBool::new(false) }))
    }

    /// The visit as that of whoever is signed in. `token` proves the forms that the session is shown.
    pub(super) fn signed_in(self, caller: SessionCaller, token: String) -> Self {
        let Inner { path, form, with_form, .. } = Arc::into_inner(self.0).expect("a visit that begins has one holder");
        Self(Arc::new(Inner { path, session: Some(Signed { caller, token }), form, with_form }))
    }

    /// Whose session it is.
    pub(super) fn account(&self) -> Option<&Account> {
        self.0.session.as_ref().map(|signed| &signed.caller.session().account)
    }

    /// The tenant that they act for.
    pub(super) fn tenant(&self) -> Option<&Tenant> {
        self.0.session.as_ref()?.caller.tenant()
    }

    /// The page's path.
    pub(super) fn path(&self) -> &str {
        &self.0.path
    }

    /// Whether nobody is signed in, so that the page is everyone's.
    pub(super) fn is_anonymous(&self) -> bool {
        self.0.session.is_none()
    }

    /// The token that a form on this page carries.
    pub(super) fn form_token(&self) -> String {
        if let Some(signed) = &self.0.session {
            return signed.token.clone();
        }
        self.0.with_form.store(true, Ordering::Relaxed);
        token_of(&self.0.form.secret)
    }

    /// Whether a form that was sent carries a token of this browser's: its session's, or the one it had before. What a
    /// session may do needs the session's; the extractors see to that.
    pub(super) fn accepts(&self, token: &str) -> bool {
        let is = |known: &str| bool::from(token.as_bytes().ct_eq(known.as_bytes()));
        let of_session = self.0.session.as_ref().is_some_and(|signed| is(&signed.token));
        of_session || (self.0.form.known && is(&token_of(&self.0.form.secret)))
    }

    /// The `Set-Cookie` that the forms of the page need, if the browser has none yet.
    pub(super) fn new_cookie(&self, secure: bool) -> Option<String> {
        let form = &self.0.form;
        (!form.known && self.0.with_form.load(Ordering::Relaxed)).then(|| {
            let attributes = if secure { "; Secure" } else { "" };
            format!("{}={}; Path=/; HttpOnly; SameSite=Lax{attributes}", form_cookie(secure), form.secret)
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let visit = parts.extensions.get::<Visit>().cloned();
        visit.ok_or_else(|| ApiError::internal("the request did not pass the gate of the pages"))
    }
}

fn form_cookie(secure: bool) -> String {
    format!("{}atom_form", if secure { "__Host-" } else { "" })
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn new_secret() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    hex(&bytes)
}

fn is_secret(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn token_of(secret: &str) -> String {
    hex(&Sha256::digest([b"atom-marketplace form\0".as_slice(), secret.as_bytes()].concat()))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_the_browser_that_was_given_it() {
        let first = Visit::of(&HeaderMap::new(), "/login", false);
        assert_eq!(first.new_cookie(false), None, "a page without a form needs no cookie");
        let token = first.form_token();
        let set = first.new_cookie(false).expect("the page holds a form");
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, format!("x=y; {}", set.split(';').next().unwrap()).parse().unwrap());
        let second = Visit::of(&headers, "/login", false);
        assert!(second.accepts(&token));
        assert!(!second.accepts("") && !second.accepts(&token[1..]));
        assert!(!first.accepts(&token), "without the cookie there is no proof");
        second.form_token();
        assert_eq!(second.new_cookie(false), None);
        assert!(Visit::of(&headers, "/", true).new_cookie(true).is_none());
    }
}
