//! What a tenant has installed, over HTTP: list, read, change, lock.

use std::sync::Arc;

use atom_marketplace_protocol::component::Bundle;
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::install::{Installation, InstallationUpdate, Lock, LockResponse};
use atom_marketplace_protocol::page::Page;
use axum::Json as JsonAnswer;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::Filter;
use crate::app::Marketplace;
use crate::catalog;
use crate::error::ApiResult;
use crate::extract::{Installer, Json, Path, Query, TenantReader};
use crate::http::ApiRoutes;
use crate::paging::{self, Window};

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(list_installations))
        .routes(routes!(get_installations_lock, install_lock))
        .routes(routes!(get_installation, update_installation))
        .routes(routes!(get_installation_bundle))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only this kind.
    component_type: Option<Kind>,
    /// Only components with this id.
    component_id: Option<String>,
    /// Only components of this publisher.
    source_tenant_id: Option<String>,
    /// The page, from 1; up to 10,000 items deep.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List installations
///
/// What the caller's tenant has installed, newest first.
#[utoipa::path(
    get,
    path = "/installations",
    operation_id = "list_installations",
    tag = "installs",
    params(ListQuery),
    responses(
        (status = 200, description = "A page", body = Page<Installation>),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn list_installations(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> ApiResult<Response> {
    let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
    let filter = Filter { kind: query.component_type, component: query.component_id, source: query.source_tenant_id };
    let page = m.db.read(move |c| super::list(c, &scope, &filter, &window)).await?;
    Ok(paging::respond(&page, &uri))
}

/// Get installation
#[utoipa::path(
    get,
    path = "/installations/{id}",
    operation_id = "get_installation",
    tag = "installs",
    description = "One installation, with a later version if there is one. The values of API keys are never shown.",
    params(("id" = String, Path, description = "`inst_…`")),
    responses(
        (status = 200, description = "The installation", body = Installation),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`NOT_FOUND`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_installation(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
    Path(id): Path<String>,
) -> ApiResult<JsonAnswer<Installation>> {
    m.db.read(move |c| super::get(c, &scope, &id)).await.map(JsonAnswer)
}

/// Update installation
///
/// Replaces the configuration, part by part (`api_keys` left out keeps the keys), and changes the version to `latest` or
/// to an exact one. A new version is validated as an install is, against the configuration it is to have; `latest` never
/// goes back.
#[utoipa::path(
    patch,
    path = "/installations/{id}",
    operation_id = "update_installation",
    tag = "installs",
    params(("id" = String, Path, description = "`inst_…`")),
    request_body(content = InstallationUpdate),
    responses(
        (status = 200, description = "The installation as it is now", body = Installation),
        (status = 400, description = "`INVALID_REQUEST`, `AGENT_LIMIT_EXCEEDED`, `DEPENDENCY_MISSING` or `INVALID_CONFIGURATION`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS` or `PLAN_RESTRICTED`", body = ErrorEnvelope),
        (status = 404, description = "`NOT_FOUND`, or `COMPONENT_NOT_FOUND`: no such version to install", body = ErrorEnvelope),
        (status = 409, description = "`CONFLICT`: the version does not do for what else is installed", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn update_installation(
    State(m): State<Marketplace>,
    Installer(scope): Installer,
    Path(id): Path<String>,
    Json(body): Json<InstallationUpdate>,
) -> ApiResult<JsonAnswer<Installation>> {
    super::check_update(&body)?;
    let (sealer, now) = (m.sealer.clone(), m.now());
    let what = Arc::new((scope, sealer, id, body));
    let done = m
        .with_content(|| {
            let what = what.clone();
            m.write(move |c| super::update(c, &what.0, &what.1, &what.2, &what.3, now))
        })
        .await?;
    m.installations_changed(&done);
    Ok(JsonAnswer(done.answer))
}

/// Get installation bundle
///
/// Everything an instance needs to run the installed version, with the content of its files: also if it was yanked or
/// withdrawn since. With `Accept: application/vnd.dsse.envelope.v1+json` it comes in its envelope, signed by the instance where
/// the version was published. While it is quarantined, or once it was taken down, there is none: 404 with `details.status`.
#[utoipa::path(
    get,
    path = "/installations/{id}/bundle",
    operation_id = "get_installation_bundle",
    tag = "installs",
    params(
        ("id" = String, Path, description = "`inst_…`"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the bundle you have"),
    ),
    responses(
        (status = 200, description = "The bundle, or with that `Accept` its envelope", content((Bundle = "application/json"), (String = "application/vnd.dsse.envelope.v1+json")), headers(("ETag", description = "Of these bytes"), ("Content-Digest", description = "`sha-256=:…:` of these bytes"))),
        (status = 304, description = "You have it"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`NOT_FOUND`: no such installation, or it is quarantined or was taken down", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_installation_bundle(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    catalog::send_bundle(&m, &headers, move |c| super::with_bundle(c, &scope, &id)).await
}

/// Get lock
#[utoipa::path(
    get,
    path = "/installations/lock",
    operation_id = "get_installations_lock",
    tag = "installs",
    description = "Everything that is installed, with exact versions and digests, to be installed again elsewhere. No configuration is in it.",
    responses(
        (status = 200, description = "The lock", body = Lock),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_installations_lock(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
) -> ApiResult<JsonAnswer<Lock>> {
    m.db.read(move |c| super::lock(c, &scope)).await.map(JsonAnswer)
}

/// Install lock
///
/// Installs exactly these versions, all of them or none; what else is installed stays, and nothing comes along. A
/// component that needs a configuration takes it beside its version. Content that is not what was locked is 409.
#[utoipa::path(
    post,
    path = "/installations/lock",
    operation_id = "install_lock",
    tag = "installs",
    request_body(content = Lock, example = json!({
        "lock_version": 1,
        "components": [{
            "component_type": "skill", "id": "salesforce_integration", "source_tenant_id": "acme", "version": "1.4.0",
            "digest": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        }],
    })),
    responses(
        (status = 200, description = "What became of each", body = LockResponse),
        (status = 400, description = "`INVALID_REQUEST`, `AGENT_LIMIT_EXCEEDED`, `DEPENDENCY_MISSING` or `INVALID_CONFIGURATION`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS` or `PLAN_RESTRICTED`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`", body = ErrorEnvelope),
        (status = 409, description = "`CONFLICT`: a digest differs, or a version does not do for what else is installed", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn install_lock(
    State(m): State<Marketplace>,
    Installer(scope): Installer,
    Json(lock): Json<Lock>,
) -> ApiResult<JsonAnswer<LockResponse>> {
    super::lock::check(&lock)?;
    let (sealer, now) = (m.sealer.clone(), m.now());
    let what = Arc::new((scope, sealer, lock));
    let done = m
        .with_content(|| {
            let what = what.clone();
            m.write(move |c| super::lock_install(c, &what.0, &what.1, &what.2, now))
        })
        .await?;
    m.installations_changed(&done);
    Ok(JsonAnswer(done.answer))
}
