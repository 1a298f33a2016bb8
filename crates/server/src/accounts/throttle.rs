//! Counting against guessing and flooding, in the database, so that it holds over all nodes and restarts. This comes on top
//! of the quota that every address has.
//!
//! An attempt is counted before the password is looked at, and taken back when it was right: many at once count as many.

use std::net::IpAddr;
use std::time::Duration;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::digest::hex;
use atom_marketplace_protocol::error::Code;
use http::HeaderValue;
use http::header::RETRY_AFTER;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::store;
use crate::error::{ApiError, ApiResult};
use crate::limits::Caller;

/// How often something may be tried in a window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    what: &'static str,
    most: i64,
    window: Duration,
}

/// Wrong passwords for one account.
pub(super) const OF_ACCOUNT: Limit = Limit { what: "password", most: 10, window: Duration::from_mins(15) };
/// Wrong passwords from one address (IPv6: /64).
pub(super) const OF_ADDRESS: Limit = Limit { what: "from", most: 50, window: Duration::from_mins(15) };
/// Letters to one email address, whoever causes them. More are answered alike and not sent.
pub(super) const LETTERS: Limit = Limit { what: "letter", most: 3, window: Duration::from_hours(1) };
/// Invitations that one tenant has mailed.
pub(super) const INVITATIONS: Limit = Limit { what: "invitation", most: 50, window: Duration::from_hours(1) };
/// Sign-ups and resets from one address (IPv6: /64).
pub(super) const REQUESTS: Limit = Limit { what: "request", most: 20, window: Duration::from_hours(1) };
/// The longest window.
pub(super) const LONGEST: Duration = Duration::from_hours(1);

/// Something that is counted.
#[derive(Clone, Debug)]
pub(super) struct Count {
    limit: Limit,
    subject: String,
}

impl Limit {
    /// For an email address, known here or not. Only its hash is kept.
    pub(super) fn email(self, email: &str) -> Count {
        let hash = Sha256::digest(email.as_bytes());
        Count { limit: self, subject: format!("{}:{}", self.what, hex(&hash[..16])) }
    }

    /// For a tenant, by its key.
    pub(super) fn tenant(self, tenant: i64) -> Count {
        Count { limit: self, subject: format!("{}:{}", self.what, Caller::Tenant(tenant).key()) }
    }

    /// For a client's address.
    pub(super) fn address(self, address: IpAddr) -> Count {
        Count { limit: self, subject: format!("{}:{}", self.what, Caller::address(address).key()) }
    }
}

/// Counts one attempt, or says for how long there may be none.
pub(super) fn try_one(c: &mut Conn<'_>, count: &Count, now: Timestamp) -> Result<Result<(), Duration>, Error> {
    let Limit { most, window, .. } = count.limit;
    let (start, used) = match store::throttle(c, &count.subject)? {
        Some((start, used)) if now < start.plus(window) => (start, used),
        _ => (now, 0),
    };
    if used >= most {
        return Ok(Err(start.plus(window).since(now)));
    }
    store::set_throttle(c, &count.subject, start, used + 1)?;
    Ok(Ok(()))
}

/// Counts one attempt at each, or refuses it with 429.
pub(super) fn charge(c: &mut Conn<'_>, counts: &[Count], now: Timestamp) -> ApiResult<()> {
    for count in counts {
        if let Err(wait) = try_one(c, count, now)? {
            return Err(refusal(count.limit, wait));
        }
    }
    Ok(())
}

/// Takes back what [`charge`] counted: it was no guess. What was counted for the account is forgotten.
pub(super) fn take_back(c: &mut Conn<'_>, counts: &[Count]) -> Result<(), Error> {
    for count in counts {
        if count.limit.what == OF_ACCOUNT.what {
            store::delete_throttle(c, &count.subject)?;
        } else {
            store::lower_throttle(c, &count.subject)?;
        }
    }
    Ok(())
}

fn refusal(limit: Limit, wait: Duration) -> ApiError {
    let seconds = wait.as_secs() + 1;
    ApiError::new(Code::RateLimitExceeded, format!("Too many attempts. Try again in {seconds} seconds."))
        .details(
            json!({ "retry_after": seconds, "limit": limit.most, "window": format!("{}s", limit.window.as_secs()) }),
        )
        .header(RETRY_AFTER, HeaderValue::from(seconds))
}
