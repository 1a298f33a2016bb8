//! SQL of webhooks. Of their deliveries: `deliveries.rs` what people see and queue again, `queue.rs` what the engine claims
//! and writes down.

pub(super) mod deliveries;
pub(super) mod queue;

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::webhook::{DisabledReason, Webhook, WebhookScope, WebhookStatus};

use crate::extract::TenantScope;
use crate::paging::Window;

/// A webhook as it is stored.
pub(super) struct WebhookRow {
    pub(super) key: i64,
    pub(super) revision: i64,
    pub(super) status: WebhookStatus,
    pub(super) uid: String,
    pub(super) url: String,
    pub(super) bits: i64,
    pub(super) scope: WebhookScope,
    pub(super) description: Option<String>,
    pub(super) rate_limit: Option<u32>,
    pub(super) secret: Vec<u8>,
    pub(super) previous_secret: Option<Vec<u8>>,
    pub(super) previous_until: Option<Timestamp>,
    disabled_reason: Option<DisabledReason>,
    failing_since: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// The number stored for a status.
fn status_code(status: WebhookStatus) -> i64 {
    match status {
        WebhookStatus::Active => 0,
        WebhookStatus::Paused => 1,
        WebhookStatus::Disabled => 2,
    }
}

/// What a stored number stands for. A deleted webhook is never read.
fn status_of(code: i64) -> WebhookStatus {
    match code {
        0 => WebhookStatus::Active,
        1 => WebhookStatus::Paused,
        _ => WebhookStatus::Disabled,
    }
}

impl FromRow for WebhookRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let scope: i64 = row.get("scope")?;
        let rate_limit: Option<i64> = row.get("rate_limit")?;
        let reason: Option<String> = row.get("disabled_reason")?;
        Ok(Self {
            key: row.get("id")?,
            uid: row.get("uid")?,
            revision: row.get("revision")?,
            status: status_of(row.get("status")?),
            url: row.get("url")?,
            bits: row.get("events")?,
            scope: if scope == 1 { WebhookScope::Marketplace } else { WebhookScope::Tenant },
            description: row.get("description")?,
            rate_limit: rate_limit.and_then(|limit| u32::try_from(limit).ok()),
            secret: row.get("secret")?,
            previous_secret: row.get("previous_secret")?,
            previous_until: row.get("previous_until")?,
            disabled_reason: reason.map(|reason| reason.parse()).transpose().map_err(Error::Other)?,
            failing_since: row.get("failing_since")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

impl WebhookRow {
    /// As it is shown at a time.
    pub(super) fn shown(&self, now: Timestamp) -> Webhook {
        let events = EventType::ALL.iter().copied().filter(|event| self.bits & event.bit() != 0).collect();
        let previous = self.previous_until.filter(|until| *until > now && self.previous_secret.is_some());
        Webhook {
            id: self.uid.clone(),
            url: self.url.clone(),
            events,
            scope: self.scope,
            description: self.description.clone(),
            rate_limit: self.rate_limit,
            status: self.status,
            disabled_reason: self.disabled_reason.filter(|_| self.status == WebhookStatus::Disabled),
            failing_since: self.failing_since.map(|time| time.to_string()),
            previous_secret_until: previous.map(|time| time.to_string()),
            created_at: self.created_at.to_string(),
            updated_at: self.updated_at.to_string(),
        }
    }
}

const SELECT: &str = "SELECT w.id, w.uid, w.revision, w.status, w.url, w.events, w.scope, w.description, w.rate_limit, w.secret, \
     w.previous_secret, w.previous_until, w.disabled_reason, h.failing_since, w.created_at, w.updated_at \
     FROM webhook w LEFT JOIN webhook_health h ON h.webhook_id = w.id";

/// One webhook of the tenant.
pub(super) fn find(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> Result<Option<WebhookRow>, Error> {
    c.first(&format!("{SELECT} WHERE w.uid = $1 AND w.tenant_id = $2 AND w.status < 3"), args![uid, scope.id()])
}

/// Any webhook that is not deleted, by its key: for the engine.
pub(super) fn load(c: &mut Conn<'_>, key: i64) -> Result<Option<(WebhookRow, Owner)>, Error> {
    let Some(row) = c.first::<WebhookRow>(&format!("{SELECT} WHERE w.id = $1 AND w.status < 3"), args![key])? else {
        return Ok(None);
    };
    let owner = c.one(
        "SELECT t.id, t.suspended FROM webhook w JOIN tenant t ON t.id = w.tenant_id WHERE w.id = $1",
        args![key],
    )?;
    Ok(Some((row, owner)))
}

/// Whose a webhook is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    pub(super) tenant: i64,
    pub(super) suspended: bool,
}

impl FromRow for Owner {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { tenant: row.at(0)?, suspended: row.at(1)? })
    }
}

/// The tenant's webhooks, oldest first.
pub(super) fn list(c: &mut Conn<'_>, scope: &TenantScope, window: Window<i64>) -> Result<Vec<WebhookRow>, Error> {
    let sql =
        format!("{SELECT} WHERE w.tenant_id = $1 AND w.status < 3 AND w.id > $2 ORDER BY w.id LIMIT $3 OFFSET $4");
    c.all(&sql, args![scope.id(), window.after.unwrap_or(0), window.limit(), window.offset()])
}

/// How many those are.
pub(super) fn count(c: &mut Conn<'_>, tenant: i64) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM webhook WHERE tenant_id = $1 AND status < 3", args![tenant])
}

/// A webhook to be written.
pub(super) struct New<'a> {
    pub(super) uid: &'a str,
    pub(super) url: &'a str,
    pub(super) description: Option<&'a str>,
    pub(super) scope: WebhookScope,
    pub(super) bits: i64,
    pub(super) rate_limit: Option<u32>,
    pub(super) secret: &'a [u8],
}

pub(super) fn insert(c: &mut Conn<'_>, scope: &TenantScope, new: &New<'_>, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "INSERT INTO webhook (uid, tenant_id, url, description, scope, events, rate_limit, secret, status, revision, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $9, $9)",
        args![
            new.uid,
            scope.id(),
            new.url,
            new.description,
            i64::from(new.scope == WebhookScope::Marketplace),
            new.bits,
            new.rate_limit.map(i64::from),
            new.secret,
            now
        ],
    )
    .map(|_| ())
}

/// Writes what people may change of a webhook. Its revision is the time, so that no other webhook that ever has its key,
/// as in a test environment that was reset, has the same.
pub(super) fn update(c: &mut Conn<'_>, row: &WebhookRow, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "UPDATE webhook SET url = $2, description = $3, events = $4, rate_limit = $5, status = $6, disabled_reason = NULL,
         revision = $7, updated_at = $7 WHERE id = $1",
        args![
            row.key,
            &row.url,
            &row.description,
            row.bits,
            row.rate_limit.map(i64::from),
            status_code(row.status),
            now
        ],
    )
    .map(|_| ())
}

/// Puts another secret in the place of the present one, which signs too until `until`.
pub(super) fn rotate(
    c: &mut Conn<'_>,
    row: &WebhookRow,
    secret: &[u8],
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Error> {
    let previous = until.is_some().then_some(row.secret.clone());
    c.execute(
        "UPDATE webhook SET secret = $2, previous_secret = $3, previous_until = $4, revision = $5, updated_at = $5 WHERE id = $1",
        args![row.key, secret, previous, until, now],
    )
    .map(|_| ())
}

/// Ends a webhook. Its deliveries go with the events they tell of.
pub(super) fn delete(c: &mut Conn<'_>, key: i64, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "UPDATE webhook SET status = 3, secret = $2, previous_secret = NULL, revision = $3, updated_at = $3 WHERE id = $1",
        args![key, Vec::<u8>::new(), now],
    )
    .map(|_| ())
}

/// Disables a webhook that is active. False when it is not.
pub(super) fn disable(c: &mut Conn<'_>, key: i64, reason: DisabledReason, now: Timestamp) -> Result<bool, Error> {
    let changed = c.execute(
        "UPDATE webhook SET status = 2, disabled_reason = $2, revision = $3, updated_at = $3 WHERE id = $1 AND status = 0",
        args![key, reason.as_str(), now],
    )?;
    Ok(changed == 1)
}

/// Forgets since when a webhook has failed: its owner says that it is mended.
pub(super) fn heal(c: &mut Conn<'_>, key: i64) -> Result<(), Error> {
    c.execute(
        "UPDATE webhook_health SET failing_since = NULL WHERE webhook_id = $1 AND failing_since IS NOT NULL",
        args![key],
    )
    .map(|_| ())
}

/// Notes a failure; returns since when there was nothing else.
pub(super) fn fail(c: &mut Conn<'_>, key: i64, now: Timestamp) -> Result<Timestamp, Error> {
    c.one(
        "INSERT INTO webhook_health (webhook_id, failing_since) VALUES ($1, $2)
         ON CONFLICT (webhook_id) DO UPDATE SET failing_since = COALESCE(webhook_health.failing_since, $2) RETURNING failing_since",
        args![key, now],
    )
}
