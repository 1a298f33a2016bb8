//! HTTP of the record: a tenant's own, and for the platform's admin any.

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::audit::{AuditEntry, AuditLine, AuditVerification};
use atom_marketplace_protocol::error::{ErrorEnvelope, FieldError};
use atom_marketplace_protocol::page::Page;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::{Export, Filter, Of, verify};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{MemberManager, PlatformAdmin, Query};
use crate::http::ApiRoutes;
use crate::ndjson;
use crate::paging::{self, Window};

/// Entries of an export that are read at once.
const BATCH: u64 = 1_000;

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(list_audit_log))
        .routes(routes!(export_audit_log))
        .routes(routes!(verify_audit_log))
        .routes(routes!(admin_list_audit_log))
        .routes(routes!(admin_export_audit_log))
        .routes(routes!(admin_verify_audit_log))
        .schema::<AuditLine>()
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// By whom, such as `token:tok_…`.
    actor: Option<String>,
    /// What was done, such as `component.publish`; `component.` stands for all that is done to components.
    action: Option<String>,
    /// To what, such as `skill:acme/crm-lookup`.
    target: Option<String>,
    /// Not before this time, RFC 3339.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Before this time, RFC 3339.
    #[param(format = DateTime)]
    to: Option<String>,
    /// The page, from 1; up to 10,000 items deep.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AdminAuditQuery {
    /// Whose record: a tenant's, also one that was deleted.
    tenant_id: Option<String>,
    /// `true`: the platform's own record. Without it and `tenant_id`: all.
    platform: Option<bool>,
    /// By whom, such as `admin`.
    actor: Option<String>,
    /// What was done, such as `component.publish`; `component.` stands for all that is done to components.
    action: Option<String>,
    /// To what, such as `skill:acme/crm-lookup`.
    target: Option<String>,
    /// Not before this time, RFC 3339.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Before this time, RFC 3339.
    #[param(format = DateTime)]
    to: Option<String>,
    /// The page, from 1; up to 10,000 items deep.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// Whose record: a tenant's, also one that was deleted.
    tenant_id: Option<String>,
    /// `true`: the platform's own record. Without it and `tenant_id`: all, one after the other.
    platform: Option<bool>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct VerifyQuery {
    /// Whose record: a tenant's, also one that was deleted. Without it: the platform's own.
    tenant_id: Option<String>,
}

fn filter(
    actor: Option<String>,
    action: Option<String>,
    target: Option<String>,
    from: Option<&str>,
    to: Option<&str>,
) -> ApiResult<Filter> {
    let mut errors = Vec::new();
    let mut time = |name: &str, text: Option<&str>| {
        text.and_then(|text| {
            let parsed = text.parse::<Timestamp>();
            parsed
                .map_err(|_| {
                    errors.push(FieldError::new(name, "It must be a time of RFC 3339, such as 2026-01-31T12:00:00Z."));
                })
                .ok()
        })
    };
    let (from, to) = (time("from", from), time("to", to));
    if errors.is_empty() { Ok(Filter { actor, action, target, from, to }) } else { Err(ApiError::invalid(errors)) }
}

/// Whose record the platform's admin asks for.
async fn asked(m: &Marketplace, tenant: Option<String>, platform: Option<bool>) -> ApiResult<Of> {
    match (tenant, platform.unwrap_or(false)) {
        (Some(_), true) => Err(ApiError::field("platform", "Ask for a tenant's record or the platform's, not both.")),
        (None, true) => Ok(Of::PLATFORM),
        (None, false) => Ok(Of::All),
        (Some(tenant), false) => {
            let chain = m.db.read(move |c| super::chain_of(c, &tenant)).await.map_err(ApiError::from)?;
            chain.map(Of::Chain).ok_or_else(ApiError::tenant_not_found)
        }
    }
}

async fn export(m: Marketplace, of: Of) -> ApiResult<Response> {
    let start = m.db.read(move |c| Export::new(c, of)).await.map_err(ApiError::from)?;
    ndjson::respond(start, move |position: Export| {
        let m = m.clone();
        async move {
            let read = m.db.read(move |c| position.clone().next(c, BATCH)).await;
            let (lines, next) = read.map_err(ApiError::from)?;
            let mut bytes = Vec::new();
            for line in &lines {
                ndjson::push(&mut bytes, line);
            }
            Ok((bytes, next))
        }
    })
    .await
}

/// List audit log
///
/// What was done in the caller's tenant, by whom and to what; the latest first. Every change has its entry, written in the
/// same transaction.
#[utoipa::path(
    get, path = "/tenant/audit-log", tag = "tenant", operation_id = "list_audit_log",
    params(AuditQuery),
    responses(
        (status = 200, description = "A page of entries", body = Page<AuditEntry>, headers(("Link", description = "The next page"))),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn list_audit_log(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
    Query(query): Query<AuditQuery>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
    let filter = filter(query.actor, query.action, query.target, query.from.as_deref(), query.to.as_deref())?;
    let of = Of::Chain(scope.id());
    let page = m.db.read(move |c| super::list(c, of, &filter, &window)).await.map_err(ApiError::from)?;
    Ok(paging::respond(&page, &uri))
}

/// Export audit log
///
/// The whole record of the caller's tenant, oldest first, one `AuditLine` a line (NDJSON): all that is needed to verify it
/// without this marketplace. See docs/AUDIT_LOG.md.
#[utoipa::path(
    get, path = "/tenant/audit-log/export", tag = "tenant", operation_id = "export_audit_log",
    responses(
        (status = 200, description = "The entries, one a line", body = String, content_type = "application/x-ndjson"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn export_audit_log(State(m): State<Marketplace>, MemberManager(scope): MemberManager) -> ApiResult<Response> {
    export(m, Of::Chain(scope.id())).await
}

/// Verify audit log
///
/// Whether every entry of the caller's tenant is there as it was written. Keep `head` elsewhere: it shows later that nothing
/// before it was changed or cut off.
#[utoipa::path(
    get, path = "/tenant/audit-log/verify", tag = "tenant", operation_id = "verify_audit_log",
    responses(
        (status = 200, description = "Whether it is whole", body = AuditVerification),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn verify_audit_log(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
) -> ApiResult<axum::Json<AuditVerification>> {
    Ok(axum::Json(verify::chain(&m.db, scope.id()).await?))
}

/// List the platform's audit log
///
/// What was done by whom and to what, the latest first: in a tenant, by the platform for itself, or everywhere.
#[utoipa::path(
    get, path = "/admin/audit-log", tag = "admin", operation_id = "admin_list_audit_log",
    params(AdminAuditQuery),
    responses(
        (status = 200, description = "A page of entries", body = Page<AuditEntry>, headers(("Link", description = "The next page"))),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller is no platform admin", body = ErrorEnvelope),
        (status = 404, description = "`TENANT_NOT_FOUND`", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn admin_list_audit_log(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Query(query): Query<AdminAuditQuery>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
    let filter = filter(query.actor, query.action, query.target, query.from.as_deref(), query.to.as_deref())?;
    let of = asked(&m, query.tenant_id, query.platform).await?;
    let page = m.db.read(move |c| super::list(c, of, &filter, &window)).await.map_err(ApiError::from)?;
    Ok(paging::respond(&page, &uri))
}

/// Export the platform's audit log
///
/// Whole records, oldest entry first, one `AuditLine` a line (NDJSON); where all are asked for, one record after the other.
#[utoipa::path(
    get, path = "/admin/audit-log/export", tag = "admin", operation_id = "admin_export_audit_log",
    params(ExportQuery),
    responses(
        (status = 200, description = "The entries, one a line", body = String, content_type = "application/x-ndjson"),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller is no platform admin", body = ErrorEnvelope),
        (status = 404, description = "`TENANT_NOT_FOUND`", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn admin_export_audit_log(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Query(query): Query<ExportQuery>,
) -> ApiResult<Response> {
    let of = asked(&m, query.tenant_id, query.platform).await?;
    export(m, of).await
}

/// Verify the platform's audit log
///
/// Whether every entry of a record is there as it was written: a tenant's, or the platform's own. `atom-marketplace audit
/// verify --all` looks at all of them.
#[utoipa::path(
    get, path = "/admin/audit-log/verify", tag = "admin", operation_id = "admin_verify_audit_log",
    params(VerifyQuery),
    responses(
        (status = 200, description = "Whether it is whole", body = AuditVerification),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller is no platform admin", body = ErrorEnvelope),
        (status = 404, description = "`TENANT_NOT_FOUND`", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn admin_verify_audit_log(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Query(query): Query<VerifyQuery>,
) -> ApiResult<axum::Json<AuditVerification>> {
    let Of::Chain(chain) = asked(&m, query.tenant_id.clone(), Some(query.tenant_id.is_none())).await? else {
        return Err(ApiError::internal("a record of no chain"));
    };
    Ok(axum::Json(verify::chain(&m.db, chain).await?))
}
