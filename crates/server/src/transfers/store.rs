//! SQL of transfers.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::lifecycle::{Transfer, TransferDirection, TransferRequest, TransferStatus};

use crate::catalog::model::{ComponentRow, kind_from, word};
use crate::extract::TenantScope;
use crate::paging::Window;

const COLUMNS: &str =
    "t.id, t.uid, t.component_id, c.kind, t.slug, t.name, t.from_tenant_id, f.slug AS from_tenant, t.to_tenant_id,
     t.to_tenant, t.message, t.status, t.offered_at, t.expires_at, t.decided_at";
const TABLES: &str = "transfer t JOIN component c ON c.id = t.component_id JOIN tenant f ON f.id = t.from_tenant_id";

/// An offer.
#[derive(Clone, Debug)]
pub(super) struct TransferRow {
    pub(super) id: i64,
    pub(super) component: i64,
    pub(super) from: i64,
    /// None: there was no such tenant.
    pub(super) to: Option<i64>,
    expires_at: Timestamp,
    transfer: Transfer,
}

impl FromRow for TransferRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let expires_at: Timestamp = row.get("expires_at")?;
        Ok(Self {
            id: row.get("id")?,
            component: row.get("component_id")?,
            from: row.get("from_tenant_id")?,
            to: row.get("to_tenant_id")?,
            expires_at,
            transfer: Transfer {
                id: row.get("uid")?,
                component_type: kind_from(row.get("kind")?)?,
                component_id: row.get("slug")?,
                name: row.get("name")?,
                from_tenant_id: row.get("from_tenant")?,
                to_tenant_id: row.get("to_tenant")?,
                message: row.get("message")?,
                status: word(row, "status")?,
                offered_at: row.get::<Timestamp>("offered_at")?.to_string(),
                expires_at: expires_at.to_string(),
                decided_at: row.get::<Option<Timestamp>>("decided_at")?.map(|at| at.to_string()),
            },
        })
    }
}

impl TransferRow {
    /// Where it stands at a time: nothing has to happen for an offer to expire.
    pub(super) fn status_at(&self, now: Timestamp) -> TransferStatus {
        match self.transfer.status {
            TransferStatus::Pending if self.expires_at <= now => TransferStatus::Expired,
            status => status,
        }
    }

    pub(super) fn into_transfer(self, now: Timestamp) -> Transfer {
        let status = self.status_at(now);
        Transfer { status, ..self.transfer }
    }
}

/// Makes room for another offer of a component whose last one has expired.
pub(super) fn expire(c: &mut Conn<'_>, component: i64, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "UPDATE transfer SET status = 'expired' WHERE component_id = $1 AND status = 'pending' AND expires_at <= $2",
        args![component, now],
    )
    .map(|_| ())
}

/// The offer of a component that stands, by its id.
pub(super) fn pending(c: &mut Conn<'_>, component: i64) -> Result<Option<String>, Error> {
    c.first("SELECT uid FROM transfer WHERE component_id = $1 AND status = 'pending'", args![component])
}

/// Stores an offer.
#[expect(clippy::too_many_arguments, reason = "the row")]
pub(super) fn insert(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    uid: &str,
    component: &ComponentRow,
    to: Option<i64>,
    request: &TransferRequest,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO transfer (uid, component_id, from_tenant_id, to_tenant_id, to_tenant, message, status, offered_by, offered_at,
             expires_at, slug, name)
         VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9, $10, $11)",
        args![
            uid,
            component.id,
            scope.id(),
            to,
            &request.to_tenant_id,
            &request.message,
            scope.actor().as_str(),
            now,
            expires_at,
            &component.slug,
            &component.name
        ],
    )
    .map(|_| ())
}

fn side(direction: TransferDirection) -> &'static str {
    match direction {
        TransferDirection::In => "t.to_tenant_id = $1",
        TransferDirection::Out => "t.from_tenant_id = $1",
    }
}

/// A page of the tenant's offers, and one more; the latest first.
pub(super) fn page(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    direction: TransferDirection,
    window: &Window<i64>,
) -> Result<Vec<TransferRow>, Error> {
    c.all(
        &format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE {} AND t.id < $2 ORDER BY t.id DESC LIMIT $3 OFFSET $4",
            side(direction)
        ),
        args![scope.id(), window.after.unwrap_or(i64::MAX), window.limit(), window.offset()],
    )
}

/// How many there are.
pub(super) fn total(c: &mut Conn<'_>, scope: &TenantScope, direction: TransferDirection) -> Result<u64, Error> {
    c.one(&format!("SELECT count(*) FROM transfer t WHERE {}", side(direction)), args![scope.id()])
}

/// An offer by its id, if the tenant made it or it was made to it.
pub(super) fn find(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> Result<Option<TransferRow>, Error> {
    c.first(
        &format!("SELECT {COLUMNS} FROM {TABLES} WHERE t.uid = $1 AND (t.from_tenant_id = $2 OR t.to_tenant_id = $2)"),
        args![uid, scope.id()],
    )
}

/// Notes what was said to an offer.
pub(super) fn decide(
    c: &mut Conn<'_>,
    id: i64,
    status: TransferStatus,
    scope: &TenantScope,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "UPDATE transfer SET status = $2, decided_by = $3, decided_at = $4 WHERE id = $1",
        args![id, status.as_str(), scope.actor().as_str(), now],
    )
    .map(|_| ())
}
