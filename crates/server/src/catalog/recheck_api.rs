//! HTTP of the checks' runs over what is published.

use atom_marketplace_protocol::check::{CheckRun, CheckRunVersion};
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::page::Page;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::recheck;
use crate::app::Marketplace;
use crate::error::ApiResult;
use crate::extract::{Path, PlatformAdmin};
use crate::http::ApiRoutes;
use crate::paging::{PageQuery, Paging};

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(utoipa_axum::routes!(start_check_run))
        .routes(utoipa_axum::routes!(get_check_run))
        .routes(utoipa_axum::routes!(list_check_run_findings))
}

/// Runs the automated checks again over everything public
///
/// After their rules or their actions have changed: it goes through every published version in the background, and changes none. One
/// run at a time.
#[utoipa::path(
    post, path = "/admin/checks/runs", operation_id = "start_check_run", tag = "admin",
    responses(
        (status = 202, description = "Started", body = CheckRun),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 409, description = "A run is under way", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn start_check_run(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
) -> ApiResult<(StatusCode, axum::Json<CheckRun>)> {
    let (policy, actor, now) = (m.checks.clone(), admin.actor().clone(), m.now());
    let run = m.write(move |c| recheck::start(c, &policy, &actor, now)).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(run)))
}

/// Reads how far a run of the checks has come
///
/// Its counts grow until its state is `finished`.
#[utoipa::path(
    get, path = "/admin/checks/runs/{id}", operation_id = "get_check_run", tag = "admin",
    params(("id" = String, Path, description = "`chk_…`")),
    responses(
        (status = 200, description = "The run with its counts", body = CheckRun),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such run", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn get_check_run(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<CheckRun>> {
    Ok(axum::Json(m.db.read(move |c| recheck::get(c, &id)).await?))
}

/// Lists the published versions in which a run found something to block or to look at
///
/// In the order in which they were published; also while it runs.
#[utoipa::path(
    get, path = "/admin/checks/runs/{id}/findings", operation_id = "list_check_run_findings", tag = "admin",
    params(("id" = String, Path, description = "`chk_…`"), PageQuery),
    responses(
        (status = 200, description = "A page of versions with their findings", body = Page<CheckRunVersion>, headers(("Link", description = "The next page"))),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such run", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn list_check_run_findings(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Path(id): Path<String>,
    paging: Paging,
) -> ApiResult<Response> {
    let window = paging.window;
    let (rows, total) = m.db.read(move |c| recheck::findings(c, &id, &window)).await?;
    Ok(paging.respond(rows, total))
}
