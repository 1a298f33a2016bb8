//! Installing over HTTP: one component, several, and what a request would do.

use std::sync::Arc;

use atom_marketplace_protocol::error::{Code, ErrorEnvelope};
use atom_marketplace_protocol::install::{
    BulkInstallRequest, BulkInstallResponse, BulkResult, BulkStatus, InstallAnswer, InstallPlan, InstallRequest,
    Installation,
};
use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::{Done, Order};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Installer, Json, OfKind, Path, Query, TenantScope};
use crate::http::ApiRoutes;

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(install, uninstall)).routes(routes!(bulk_install)).schema::<InstallPlan>()
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InstallQuery {
    /// Only say what would be done, and what speaks against it.
    #[serde(default)]
    dry_run: bool,
    /// The component's publisher, as in the body.
    source_tenant_id: Option<String>,
}

/// Install @kind
///
/// Installs a component for the caller's tenant after four validations, made together in one transaction: the plan must
/// cover its `pricing_tier` (403 `PLAN_RESTRICTED`), the plan must have room for its agents (400 `AGENT_LIMIT_EXCEEDED`),
/// the components and capabilities it needs must be installed (400 `DEPENDENCY_MISSING`; with
/// `auto_install_dependencies` the components come along), and `install_config` must satisfy its `config_schema` (400
/// `INVALID_CONFIGURATION`). Without `version` it is the latest release. API keys are stored sealed and never shown
/// again. What is installed already stays at its version: 200, with a configuration that is given put in place.
/// `?dry_run=true` answers the plan and changes nothing.
#[utoipa::path(
    post,
    path = "@base/@collection/{id}/install",
    operation_id = "install_@kind",
    tag = "installs",
    params(("id" = String, Path, description = "The component's id"), InstallQuery),
    request_body(content = InstallRequest, description = "May be left out"),
    responses(
        (status = 201, description = "Installed", body = Installation),
        (status = 200, description = "It was installed already; with `dry_run`, the plan", body = InstallAnswer),
        (status = 400, description = "`INVALID_REQUEST`, `AGENT_LIMIT_EXCEEDED`, `DEPENDENCY_MISSING` or `INVALID_CONFIGURATION`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS` or `PLAN_RESTRICTED`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`: no such component, or no version of it to install", body = ErrorEnvelope),
        (status = 409, description = "`AMBIGUOUS_COMPONENT`, or it is installed at another version", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn install(
    State(m): State<Marketplace>,
    Installer(scope): Installer,
    OfKind(kind): OfKind,
    Path(id): Path<String>,
    Query(query): Query<InstallQuery>,
    Json(mut body): Json<InstallRequest>,
) -> ApiResult<Response> {
    let scope = scope.for_target(&m, body.target_tenant_id.as_deref()).await?;
    body.source_tenant_id = body.source_tenant_id.or(query.source_tenant_id);
    let order = Order::new(kind, id, body)?;
    if query.dry_run {
        let plan: InstallPlan = m.db.read(move |c| super::plan(c, &scope, &order)).await?;
        return Ok(JsonAnswer(plan).into_response());
    }
    let done = run(&m, scope, order).await?;
    let status = if done.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, JsonAnswer(done.answer)).into_response())
}

/// One order as its own transaction.
async fn run(m: &Marketplace, scope: TenantScope, order: Order) -> ApiResult<Done<Installation>> {
    let (sealer, now) = (m.sealer.clone(), m.now());
    let what = Arc::new((scope, sealer, order));
    let done = m
        .with_content(|| {
            let what = what.clone();
            m.write(move |c| super::install(c, &what.0, &what.1, &what.2, now))
        })
        .await?;
    m.installations_changed(&done);
    Ok(done)
}

impl Marketplace {
    /// Makes answers that showed the old state unreachable. Call it after the commit.
    pub(crate) fn installations_changed<T>(&self, done: &Done<T>) {
        for change in &done.changes {
            self.catalog_changed(change.clone());
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UninstallQuery {
    /// Whom to uninstall it for; left out: the caller's own tenant.
    target_tenant_id: Option<String>,
    /// The component's publisher, where several installed ones have that id.
    source_tenant_id: Option<String>,
}

/// Uninstall @kind
///
/// Uninstalls a component, even one that was withdrawn or quarantined since; its configuration and keys are erased. What
/// other installations need stays: 409 with `details.dependents`.
#[utoipa::path(
    delete,
    path = "@base/@collection/{id}/install",
    operation_id = "uninstall_@kind",
    tag = "installs",
    params(("id" = String, Path, description = "The component's id"), UninstallQuery),
    responses(
        (status = 204, description = "Uninstalled"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`: it is not installed", body = ErrorEnvelope),
        (status = 409, description = "`CONFLICT`: others need it; or `AMBIGUOUS_COMPONENT`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn uninstall(
    State(m): State<Marketplace>,
    Installer(scope): Installer,
    OfKind(kind): OfKind,
    Path(id): Path<String>,
    Query(query): Query<UninstallQuery>,
) -> ApiResult<StatusCode> {
    let scope = scope.for_target(&m, query.target_tenant_id.as_deref()).await?;
    let now = m.now();
    let change =
        m.write(move |c| super::uninstall(c, &scope, kind, &id, query.source_tenant_id.as_deref(), now)).await?;
    m.catalog_changed(change);
    Ok(StatusCode::NO_CONTENT)
}

/// Install several @kinds
///
/// Installs up to 100 components in one request, which counts as one. Each is installed or refused on its own, in the
/// order given, so one that fails does not keep the others back; an id that is there twice is installed once.
#[utoipa::path(
    post,
    path = "@base/@collection/bulk-install",
    operation_id = "bulk_install_@kinds",
    tag = "installs",
    request_body(content = BulkInstallRequest),
    responses(
        (status = 200, description = "What became of each", body = BulkInstallResponse),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn bulk_install(
    State(m): State<Marketplace>,
    Installer(scope): Installer,
    OfKind(kind): OfKind,
    Json(body): Json<BulkInstallRequest>,
) -> ApiResult<JsonAnswer<BulkInstallResponse>> {
    let scope = scope.for_target(&m, body.target_tenant_id.as_deref()).await?;
    let mut answer = BulkInstallResponse { results: Vec::new(), installed: 0, failed: 0 };
    for order in Order::bulk(kind, body)? {
        let id = order.id.clone();
        let result = match answer.results.iter().find(|known| known.id == id) {
            Some(known) => again(known),
            None => result(id, run(&m, scope.clone(), order).await),
        };
        match result.status {
            BulkStatus::Installed => answer.installed += 1,
            BulkStatus::Failed => answer.failed += 1,
            BulkStatus::AlreadyInstalled => {}
        }
        answer.results.push(result);
    }
    Ok(JsonAnswer(answer))
}

fn result(id: String, outcome: ApiResult<Done<Installation>>) -> BulkResult {
    match outcome {
        Ok(Done { answer, created, .. }) => {
            let status = if created { BulkStatus::Installed } else { BulkStatus::AlreadyInstalled };
            BulkResult { id, status, installation: Some(answer), error: None }
        }
        Err(error) => {
            log(&error);
            BulkResult { id, status: BulkStatus::Failed, installation: None, error: Some(super::problem(error)) }
        }
    }
}

/// The gate logs what the whole answer failed of; here the answer is 200.
fn log(error: &ApiError) {
    if matches!(error.code, Code::Internal | Code::Unavailable) {
        tracing::error!(code = error.code.as_str(), cause = error.cause, "one of a bulk install failed");
    }
}

/// The result of an id that is there twice.
fn again(known: &BulkResult) -> BulkResult {
    let status = match known.status {
        BulkStatus::Failed => BulkStatus::Failed,
        BulkStatus::Installed | BulkStatus::AlreadyInstalled => BulkStatus::AlreadyInstalled,
    };
    BulkResult { status, ..known.clone() }
}
