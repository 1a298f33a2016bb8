//! Reports of abuse: tenants say what is wrong with a component, the platform looks into it. A report changes nothing by
//! itself, and its publisher never learns who reported it.

mod api;
mod store;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::ids::{self, Kind};
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::report::{Report, ReportReason, ReportResolution, ReportStatus};
use serde_json::json;

use crate::audit::{self, Actor, Entry};
use crate::catalog::change::Change;
use crate::catalog::{self, resolve::resolve, review};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, TenantScope};
use crate::http::ApiRoutes;
use crate::paging::Window;

/// Routes.
pub fn routes() -> ApiRoutes {
    api::routes()
}

/// What a tenant says of a component: checked.
#[derive(Clone, Debug)]
pub(crate) struct Complaint {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    /// The component's publisher, if it is named.
    pub(crate) source: Option<String>,
    pub(crate) reason: ReportReason,
    pub(crate) details: Option<String>,
}

/// Takes a report. A tenant's open report of the same component is changed. Returns the report's id.
pub(crate) fn report(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    complaint: &Complaint,
    now: Timestamp,
) -> ApiResult<String> {
    let component =
        resolve(c, &Audience::of_tenant(scope), complaint.kind, &complaint.id, complaint.source.as_deref())?;
    if component.tenant_id == scope.id() {
        return Err(ApiError::conflict("The component is your own: withdraw it, or publish a mended version."));
    }
    let (uid, action) = if let Some(uid) = store::open_of(c, scope, component.id)? {
        store::change(c, scope, &uid, complaint, now)?;
        (uid, "report.update")
    } else {
        let uid = ids::new_id("rep");
        store::insert(c, scope, &uid, component.id, complaint, now)?;
        (uid, "report.create")
    };
    let target = audit::component(component.kind, &component.publisher_slug, &component.slug);
    let (actor, tenant) = (scope.actor(), Some(scope.id()));
    let details = json!({ "report": uid, "reason": complaint.reason });
    audit::record(c, &Entry { actor, tenant, action, target, details }, now)?;
    Ok(uid)
}

/// A page of reports: of what most tenants have reported first, and of those the oldest.
pub(crate) fn list(
    c: &mut Conn<'_>,
    status: ReportStatus,
    window: &Window<(i64, i64, i64)>,
) -> ApiResult<Page<Report>> {
    let rows = store::page(c, status, window)?;
    let total = store::total(c, status)?;
    Ok(window.page(rows, total, store::ReportRow::key, |row| row.report))
}

/// One report.
pub(crate) fn get(c: &mut Conn<'_>, uid: &str) -> ApiResult<Report> {
    Ok(find(c, uid)?.report)
}

fn find(c: &mut Conn<'_>, uid: &str) -> ApiResult<store::ReportRow> {
    store::find(c, uid)?.ok_or_else(|| ApiError::not_found("report"))
}

/// Resolves a report, or all open ones of its component; and puts the component in quarantine if that is asked for.
/// `resolution` has been checked.
pub(crate) fn resolve_report(
    c: &mut Conn<'_>,
    actor: &Actor,
    uid: &str,
    resolution: &ReportResolution,
    now: Timestamp,
) -> ApiResult<(Report, Option<Change>)> {
    let row = find(c, uid)?;
    if row.report.status != ReportStatus::Open {
        return Err(ApiError::conflict("The report was resolved before."));
    }
    let component = catalog::component(c, row.component)?;
    let (kind, tenant, id) = (component.kind, &*component.publisher_slug, component.slug.as_str());
    let mut change = None;
    if resolution.quarantine {
        let (_, changed) = review::quarantine(c, actor, kind, tenant, id, &resolution.reason, now)?;
        change = Some(changed);
    }
    let resolved = store::resolve(c, (row.id, row.component), resolution, actor, now)?;
    let target = audit::component(kind, tenant, id);
    let details = json!({
        "report": uid, "outcome": resolution.outcome, "reason": resolution.reason, "resolved": resolved,
    });
    audit::record(c, &Entry { actor, tenant: None, action: "report.resolve", target, details }, now)?;
    Ok((get(c, uid)?, change))
}
