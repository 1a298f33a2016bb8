//! SQL of reports.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::report::{Report, ReportOutcome, ReportResolution, ReportStatus};

use super::Complaint;
use crate::audit::Actor;
use crate::catalog::model::{kind_from, word};
use crate::extract::TenantScope;
use crate::paging::Window;

/// `reporters` counts the tenants whose report of the component is in the same state.
const ROWS: &str = "SELECT r.id, r.uid, r.component_id, c.kind, c.slug, p.slug AS publisher, r.open, r.reason, r.details,
         t.slug AS reporter_tenant, r.reporter, r.created_at, r.updated_at, r.outcome, r.answer, r.resolved_by, r.resolved_at,
         (SELECT count(DISTINCT o.tenant_id) FROM report o WHERE o.component_id = r.component_id AND o.open = r.open) AS reporters
     FROM report r JOIN component c ON c.id = r.component_id JOIN tenant p ON p.id = c.tenant_id
     JOIN tenant t ON t.id = r.tenant_id";

/// A report.
#[derive(Clone, Debug)]
pub(super) struct ReportRow {
    pub(super) id: i64,
    pub(super) component: i64,
    created_at: Timestamp,
    pub(super) report: Report,
}

impl ReportRow {
    /// Its place in the list.
    pub(super) fn key(&self) -> (i64, i64, i64) {
        (self.report.reporters as i64, self.created_at.as_micros(), self.id)
    }
}

impl FromRow for ReportRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let created_at: Timestamp = row.get("created_at")?;
        let outcome: Option<String> = row.get("outcome")?;
        let outcome = outcome.map(|word| word.parse::<ReportOutcome>().map_err(Error::Other)).transpose()?;
        Ok(Self {
            id: row.get("id")?,
            component: row.get("component_id")?,
            created_at,
            report: Report {
                id: row.get("uid")?,
                component_type: kind_from(row.get("kind")?)?,
                component_id: row.get("slug")?,
                source_tenant_id: row.get("publisher")?,
                status: if row.get("open")? { ReportStatus::Open } else { ReportStatus::Resolved },
                reason: word(row, "reason")?,
                details: row.get("details")?,
                reporter_tenant_id: row.get("reporter_tenant")?,
                reported_by: row.get("reporter")?,
                reporters: row.get("reporters")?,
                created_at: created_at.to_string(),
                updated_at: row.get::<Timestamp>("updated_at")?.to_string(),
                outcome,
                outcome_reason: row.get("answer")?,
                resolved_by: row.get("resolved_by")?,
                resolved_at: row.get::<Option<Timestamp>>("resolved_at")?.map(|at| at.to_string()),
            },
        })
    }
}

/// The tenant's open report of a component.
pub(super) fn open_of(c: &mut Conn<'_>, scope: &TenantScope, component: i64) -> Result<Option<String>, Error> {
    c.first(
        "SELECT uid FROM report WHERE component_id = $1 AND tenant_id = $2 AND open = 1",
        args![component, scope.id()],
    )
}

/// Stores a report.
pub(super) fn insert(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    uid: &str,
    component: i64,
    complaint: &Complaint,
    now: Timestamp,
) -> Result<(), Error> {
    let inserted = c.execute(
        "INSERT INTO report (uid, component_id, tenant_id, reporter, reason, details, open, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7) ON CONFLICT DO NOTHING",
        args![uid, component, scope.id(), scope.actor().as_str(), complaint.reason.as_str(), &complaint.details, now],
    )?;
    // Two at once: tried again, the second finds the first.
    if inserted == 0 { Err(Error::Busy) } else { Ok(()) }
}

/// Says something else in an open report.
pub(super) fn change(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    uid: &str,
    complaint: &Complaint,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "UPDATE report SET reporter = $3, reason = $4, details = $5, updated_at = $6 WHERE uid = $1 AND tenant_id = $2",
        args![uid, scope.id(), scope.actor().as_str(), complaint.reason.as_str(), &complaint.details, now],
    )
    .map(|_| ())
}

/// A page of reports and one more.
pub(super) fn page(
    c: &mut Conn<'_>,
    status: ReportStatus,
    window: &Window<(i64, i64, i64)>,
) -> Result<Vec<ReportRow>, Error> {
    let (reporters, created_at, id) = window.after.unwrap_or((i64::MAX, 0, 0));
    c.all(
        &format!(
            "SELECT * FROM ({ROWS} WHERE r.open = $1) AS found
             WHERE reporters < $2 OR (reporters = $2 AND (created_at, id) > ($3, $4))
             ORDER BY reporters DESC, created_at, id LIMIT $5 OFFSET $6"
        ),
        args![status == ReportStatus::Open, reporters, created_at, id, window.limit(), window.offset()],
    )
}

/// How many there are.
pub(super) fn total(c: &mut Conn<'_>, status: ReportStatus) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM report WHERE open = $1", args![status == ReportStatus::Open])
}

/// A report by its id.
pub(super) fn find(c: &mut Conn<'_>, uid: &str) -> Result<Option<ReportRow>, Error> {
    c.first(&format!("{ROWS} WHERE r.uid = $1"), args![uid])
}

/// Resolves an open report, or every one of its component. Returns how many.
pub(super) fn resolve(
    c: &mut Conn<'_>,
    (id, component): (i64, i64),
    resolution: &ReportResolution,
    actor: &Actor,
    now: Timestamp,
) -> Result<u64, Error> {
    // Both take both arguments.
    let which = if resolution.all { "(id = $1 OR component_id = $2)" } else { "id = $1 AND component_id = $2" };
    c.execute(
        &format!(
            "UPDATE report SET open = 0, outcome = $3, answer = $4, resolved_by = $5, resolved_at = $6, updated_at = $6
             WHERE open = 1 AND {which}"
        ),
        args![id, component, resolution.outcome.as_str(), &resolution.reason, actor.as_str(), now],
    )
}
