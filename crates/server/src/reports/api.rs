//! HTTP of reports.

use atom_marketplace_protocol::error::{ErrorEnvelope, FieldError};
use atom_marketplace_protocol::limits::REASON_MAX;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::report::{
    Report, ReportOutcome, ReportReason, ReportReceipt, ReportRequest, ReportResolution, ReportStatus,
};
use atom_marketplace_protocol::text::{self, TextRule};
use axum::Json as JsonAnswer;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::Complaint;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, OfKind, Path, PlatformAdmin, Query, TenantReader};
use crate::http::ApiRoutes;
use crate::paging::{self, Window};

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(report))
        .routes(routes!(list_reports))
        .routes(routes!(get_report))
        .routes(routes!(resolve_report))
}

const RULE: TextRule = TextRule { max_chars: REASON_MAX, multiline: true, required: true };

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SourceQuery {
    /// The component's publisher, where several have that id.
    source_tenant_id: Option<String>,
}

/// Reports a @kind to the platform
///
/// For harm, leaked secrets, impersonation and the like; whoever may see it may report it. The publisher is not told who did.
/// A tenant has one open report of a component: another one takes its place.
#[utoipa::path(
    post, path = "@base/@collection/{id}/report", operation_id = "report_@kind", tag = "catalog",
    params(("id" = String, Path, description = "The component's id"), SourceQuery),
    request_body(content = ReportRequest, example = json!({"reason": "malware", "details": "Version 1.2.0 sends every contact to an address that its readme does not name."})),
    responses(
        (status = 202, description = "Taken", body = ReportReceipt),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`", body = ErrorEnvelope),
        (status = 409, description = "`AMBIGUOUS_COMPONENT`, or the caller's own", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn report(
    State(m): State<Marketplace>,
    OfKind(kind): OfKind,
    TenantReader(scope): TenantReader,
    Path(id): Path<String>,
    Query(query): Query<SourceQuery>,
    Json(body): Json<ReportRequest>,
) -> ApiResult<(StatusCode, JsonAnswer<ReportReceipt>)> {
    let details = details(&body)?;
    let complaint = Complaint { kind, id, source: query.source_tenant_id, reason: body.reason, details };
    let now = m.now();
    let id = m.write(move |c| super::report(c, &scope, &complaint, now)).await?;
    Ok((StatusCode::ACCEPTED, JsonAnswer(ReportReceipt { id })))
}

fn details(body: &ReportRequest) -> ApiResult<Option<String>> {
    let rule = TextRule { required: body.reason == ReportReason::Other, ..RULE };
    let given = body.details.as_deref().unwrap_or_default();
    let details = text::clean(given, rule).map_err(|why| ApiError::field("details", why))?;
    Ok(Some(details).filter(|details| !details.is_empty()))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportsQuery {
    /// Those that wait, or those that were resolved.
    #[param(default = "open")]
    status: Option<ReportStatus>,
    /// The page, from 1; up to 10,000 items deep.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists reports of abuse
///
/// What most tenants have reported comes first, and of that the oldest.
#[utoipa::path(
    get, path = "/admin/reports", operation_id = "list_reports", tag = "admin", params(ReportsQuery),
    responses(
        (status = 200, description = "A page", body = Page<Report>, headers(("Link", description = "The next page"))),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn list_reports(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Query(query): Query<ReportsQuery>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
    let status = query.status.unwrap_or(ReportStatus::Open);
    let page = m.db.read(move |c| super::list(c, status, &window)).await?;
    Ok(paging::respond(&page, &uri))
}

/// Reads a report of abuse
///
/// With who reported it, which nobody but the platform is told.
#[utoipa::path(
    get, path = "/admin/reports/{id}", operation_id = "get_report", tag = "admin",
    params(("id" = String, Path, description = "`rep_…`")),
    responses(
        (status = 200, description = "The report", body = Report),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such report", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn get_report(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Path(id): Path<String>,
) -> ApiResult<JsonAnswer<Report>> {
    m.db.read(move |c| super::get(c, &id)).await.map(JsonAnswer)
}

/// Resolves a report of abuse
///
/// The outcome is noted. With `quarantine` the component is put in quarantine in the same step; to take one down is a
/// request of its own.
#[utoipa::path(
    post, path = "/admin/reports/{id}/resolve", operation_id = "resolve_report", tag = "admin",
    params(("id" = String, Path, description = "`rep_…`")),
    request_body(content = ReportResolution, example = json!({"outcome": "quarantined", "reason": "Confirmed: it sends contacts to an address it does not name.", "quarantine": true, "all": true})),
    responses(
        (status = 200, description = "The report, resolved", body = Report),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such report", body = ErrorEnvelope),
        (status = 409, description = "It was resolved before; or the component is to be put in quarantine and is not published", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn resolve_report(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path(id): Path<String>,
    Json(body): Json<ReportResolution>,
) -> ApiResult<JsonAnswer<Report>> {
    let (resolution, now) = (checked(body)?, m.now());
    let (report, change) = m.write(move |c| super::resolve_report(c, admin.actor(), &id, &resolution, now)).await?;
    if let Some(change) = change {
        m.catalog_changed(change);
    }
    Ok(JsonAnswer(report))
}

fn checked(mut resolution: ReportResolution) -> ApiResult<ReportResolution> {
    let mut errors = Vec::new();
    match text::clean(&resolution.reason, RULE) {
        Ok(reason) => resolution.reason = reason,
        Err(why) => errors.push(FieldError::new("reason", why)),
    }
    if resolution.quarantine && resolution.outcome != ReportOutcome::Quarantined {
        errors.push(FieldError::new("quarantine", "It goes with the outcome `quarantined`."));
    }
    if errors.is_empty() { Ok(resolution) } else { Err(ApiError::invalid(errors)) }
}
