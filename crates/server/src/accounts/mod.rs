//! People: passwords, sessions, one-time links, sign-up, and the mail that brings the links. Never decides what a role may do;
//! `extract` does. What a person belongs to is `tenants`'.
//!
//! Three kinds of secret, and none is stored: passwords as argon2id, the cookies of sessions and the tokens of links as
//! SHA-256. Mail that waits holds a link, and is sealed until it is sent.

mod api;
mod links;
mod links_api;
mod mail;
pub mod operator;
mod password;
mod sessions;
mod sessions_api;
mod sign_up;
mod store;
mod throttle;

use std::sync::Arc;

use atom_marketplace_db::{Error, Timestamp};
use http::HeaderMap;
use http::header::COOKIE;

use crate::app::Marketplace;

pub use links::{NewLink, Pending, confirm, inspect, request_reset};
pub use mail::{Mailer, send_due};
pub use password::Passwords;
pub use sessions::{Signed, authenticate, change_account, end as end_session, sign_in};
pub use sign_up::{SignUpMode, sign_up};

/// How people come in.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of the session's cookie; `__Host-` is put before it where the marketplace is reached by https.
    pub cookie: &'static str,
    /// Who may make a tenant by themselves.
    pub sign_up: SignUpMode,
    /// The operator's mail server, where one is set.
    pub mail: Option<Arc<Mailer>>,
}

impl Default for Options {
    fn default() -> Self {
        Self { cookie: "atom_session", sign_up: SignUpMode::Closed, mail: None }
    }
}

/// Whether browsers reach this marketplace by https alone.
fn secure(m: &Marketplace) -> bool {
    m.public_url.starts_with("https://")
}

fn cookie_name(m: &Marketplace) -> (&'static str, &'static str) {
    (if secure(m) { "__Host-" } else { "" }, m.accounts.cookie)
}

/// The session's cookie as the browser sends it, if it does.
pub fn presented<'a>(m: &Marketplace, headers: &'a HeaderMap) -> Option<&'a str> {
    let (prefix, name) = cookie_name(m);
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| key.strip_prefix(prefix) == Some(name)).map(|(_, value)| value)
}

/// The `Set-Cookie` that begins a session.
pub fn cookie(m: &Marketplace, secret: &str) -> String {
    set_cookie(m, secret, sessions::LONGEST.as_secs())
}

/// The `Set-Cookie` that ends it.
pub fn no_cookie(m: &Marketplace) -> String {
    set_cookie(m, "", 0)
}

fn set_cookie(m: &Marketplace, value: &str, max_age: u64) -> String {
    let (prefix, name) = cookie_name(m);
    let secure = if secure(m) { "; Secure" } else { "" };
    format!("{prefix}{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}")
}

/// Forgets sessions and links that have ended, and counts whose windows are over. A job runs it.
pub async fn sweep(m: &Marketplace) -> Result<(), Error> {
    let now = m.now();
    m.db.write(move |c| store::sweep(c, &sessions::ended_by(now), now)).await
}

/// An email address as it is kept and compared.
fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// A moment as the wire shows it.
fn shown(time: Timestamp) -> String {
    time.to_string()
}

/// Routes.
pub fn routes() -> crate::http::ApiRoutes {
    api::routes().merge(sessions_api::routes()).merge(links_api::routes())
}
