//! SQL of tenants' domains.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::verification::{VerificationMethod, VerificationStatus};

use crate::catalog::model::word;
use crate::extract::TenantScope;

/// A domain with its tenant.
#[derive(Clone, Debug)]
pub(super) struct DomainRow {
    pub(super) id: i64,
    pub(super) tenant_id: i64,
    /// The tenant's name now.
    pub(super) tenant_name: String,
    pub(super) domain: String,
    pub(super) method: VerificationMethod,
    pub(super) token: String,
    pub(super) proven_name: Option<String>,
    pub(super) proven_at: Option<Timestamp>,
    pub(super) checked_at: Option<Timestamp>,
    pub(super) next_check_at: Option<Timestamp>,
    pub(super) failures: i64,
    pub(super) error: Option<String>,
}

impl FromRow for DomainRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            tenant_id: row.get("tenant_id")?,
            tenant_name: row.get("tenant_name")?,
            domain: row.get("domain")?,
            method: word(row, "method")?,
            token: row.get("token")?,
            proven_name: row.get("proven_name")?,
            proven_at: row.get("proven_at")?,
            checked_at: row.get("checked_at")?,
            next_check_at: row.get("next_check_at")?,
            failures: row.get("failures")?,
            error: row.get("error")?,
        })
    }
}

impl DomainRow {
    /// Where it stands. What was proven under another name says nothing of this one.
    pub(super) fn status(&self) -> VerificationStatus {
        match (&self.proven_at, &self.proven_name) {
            (Some(_), Some(name)) if *name == self.tenant_name => VerificationStatus::Verified,
            (None, Some(name)) if *name == self.tenant_name => VerificationStatus::Lapsed,
            _ => VerificationStatus::Pending,
        }
    }
}

const ROWS: &str = "SELECT d.id, d.tenant_id, t.name AS tenant_name, d.domain, d.method, d.token, d.proven_name,
         d.proven_at, d.checked_at, d.next_check_at, d.failures, d.error
     FROM tenant_domain d JOIN tenant t ON t.id = d.tenant_id";

/// The tenant's domains, in the order in which they were added.
pub(super) fn of_tenant(c: &mut Conn<'_>, tenant: i64) -> Result<Vec<DomainRow>, Error> {
    c.all(&format!("{ROWS} WHERE d.tenant_id = $1 ORDER BY d.id"), args![tenant])
}

/// One of them.
pub(super) fn find(c: &mut Conn<'_>, scope: &TenantScope, domain: &str) -> Result<Option<DomainRow>, Error> {
    c.first(&format!("{ROWS} WHERE d.tenant_id = $1 AND d.domain = $2"), args![scope.id(), domain])
}

/// By its key; none when it was taken away meanwhile.
pub(super) fn by_key(c: &mut Conn<'_>, id: i64) -> Result<Option<DomainRow>, Error> {
    c.first(&format!("{ROWS} WHERE d.id = $1"), args![id])
}

/// Adds a domain.
pub(super) fn insert(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    domain: &str,
    method: VerificationMethod,
    token: &str,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO tenant_domain (tenant_id, domain, method, token, created_at) VALUES ($1, $2, $3, $4, $5)",
        args![scope.id(), domain, method.as_str(), token, now],
    )
    .map(|_| ())
}

/// Has a domain proven in another way.
pub(super) fn set_method(c: &mut Conn<'_>, id: i64, method: VerificationMethod) -> Result<(), Error> {
    c.execute("UPDATE tenant_domain SET method = $2 WHERE id = $1", args![id, method.as_str()]).map(|_| ())
}

/// Notes that the proof was there.
pub(super) fn found(
    c: &mut Conn<'_>,
    row: &DomainRow,
    since: Timestamp,
    now: Timestamp,
    next: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "UPDATE tenant_domain SET proven_name = $2, proven_at = $3, checked_at = $4, next_check_at = $5, failures = 0, error = NULL
         WHERE id = $1",
        args![row.id, &row.tenant_name, since, now, next],
    )
    .map(|_| ())
}

/// Notes that it was not; `next` is when it is looked for again, and with none it is proven no more.
pub(super) fn missed(
    c: &mut Conn<'_>,
    id: i64,
    error: &str,
    now: Timestamp,
    next: Option<Timestamp>,
) -> Result<(), Error> {
    c.execute(
        "UPDATE tenant_domain SET checked_at = $2, failures = failures + 1, error = $3, next_check_at = $4,
             proven_at = CASE WHEN CAST($4 AS BIGINT) IS NULL THEN NULL ELSE proven_at END
         WHERE id = $1",
        args![id, now, error, next],
    )
    .map(|_| ())
}

/// Takes a domain away.
pub(super) fn delete(c: &mut Conn<'_>, id: i64) -> Result<(), Error> {
    c.execute("DELETE FROM tenant_domain WHERE id = $1", args![id]).map(|_| ())
}

/// Domains proven under the name that their tenant has, whose time has come; and puts them off until `until`: nobody else looks at them meanwhile.
pub(super) fn take_due(
    c: &mut Conn<'_>,
    now: Timestamp,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<DomainRow>, Error> {
    let due: Vec<DomainRow> = c.all(
        &format!(
            "{ROWS} WHERE d.next_check_at <= $1 AND d.proven_name = t.name ORDER BY d.next_check_at, d.id LIMIT $2"
        ),
        args![now, i64::from(limit)],
    )?;
    for row in &due {
        c.execute("UPDATE tenant_domain SET next_check_at = $2 WHERE id = $1", args![row.id, until])?;
    }
    Ok(due)
}

/// Notes whether a tenant has a proven domain. Returns whether its mark is another one now.
pub(super) fn set_proven(c: &mut Conn<'_>, tenant: i64, proven: bool) -> Result<bool, Error> {
    let changed = c.execute(
        "UPDATE tenant SET proven = $2, verified = CASE WHEN vouched = 1 OR $2 = 1 THEN 1 ELSE 0 END
         WHERE id = $1 AND (proven <> $2 OR verified <> CASE WHEN vouched = 1 OR $2 = 1 THEN 1 ELSE 0 END)",
        args![tenant, proven],
    )?;
    Ok(changed > 0)
}

/// How many components of each kind a tenant shows to everyone.
pub(super) fn listed(c: &mut Conn<'_>, tenant: i64) -> Result<Vec<(i64, u64)>, Error> {
    c.all(
        "SELECT kind, count(*) FROM component WHERE tenant_id = $1 AND listed = 1 GROUP BY kind ORDER BY kind",
        args![tenant],
    )
}
