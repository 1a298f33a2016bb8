//! HTTP of versions: listed, read, yanked.

use atom_marketplace_protocol::component::{VersionInfo, Yank};
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::page::Page;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::resolve::resolve;
use super::review;
use super::versions::{self, Yanking};
use super::write_api::SourceQuery;
use crate::app::Marketplace;
use crate::error::ApiResult;
use crate::extract::{Json, OfKind, Path, Publisher, Query, Reader, TenantScope};
use crate::http::ApiRoutes;
use crate::paging::{self, Window};

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(utoipa_axum::routes!(list_versions))
        .routes(utoipa_axum::routes!(get_version))
        .routes(utoipa_axum::routes!(yank_version, unyank_version))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct VersionsQuery {
    /// Its publisher. Left out: the caller's own of that id, else what the caller has installed under it, else the one public one.
    source_tenant_id: Option<String>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the versions of a @kind, the highest first
///
/// Its publisher also sees what waits and what was refused; the others what is available.
#[utoipa::path(
    get, path = "@base/@collection/{id}/versions", operation_id = "list_@kind_versions", tag = "catalog",
    params(("id" = String, Path, description = "The component's id"), VersionsQuery),
    responses(
        (status = 200, description = "A page of versions", body = Page<VersionInfo>, headers(("Link", description = "The next page"))),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 404, description = "No such component that the caller may see", body = ErrorEnvelope),
        (status = 409, description = "AMBIGUOUS_COMPONENT: several publishers have that id", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
async fn list_versions(
    State(m): State<Marketplace>,
    OfKind(kind): OfKind,
    Reader(audience): Reader,
    Path(id): Path<String>,
    Query(query): Query<VersionsQuery>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
    let page = m.db.read(move |c| {
        let row = resolve(c, &audience, kind, &id, query.source_tenant_id.as_deref())?;
        versions::list(c, &audience, &row, &window)
    });
    let page = page.await?;
    Ok(paging::respond(&page, &uri))
}

/// Reads one version of a @kind
///
/// Its publisher reads any of them; the others those that are available.
#[utoipa::path(
    get, path = "@base/@collection/{id}/versions/{version}", operation_id = "get_@kind_version", tag = "catalog",
    params(("id" = String, Path, description = "The component's id"), ("version" = String, Path, description = "Its number"), SourceQuery),
    responses(
        (status = 200, description = "The version", body = VersionInfo),
        (status = 404, description = "No such component or version that the caller may see", body = ErrorEnvelope),
        (status = 409, description = "AMBIGUOUS_COMPONENT: several publishers have that id", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
async fn get_version(
    State(m): State<Marketplace>,
    OfKind(kind): OfKind,
    Reader(audience): Reader,
    Path((id, version)): Path<(String, String)>,
    Query(query): Query<SourceQuery>,
) -> ApiResult<axum::Json<VersionInfo>> {
    let version = m.db.read(move |c| {
        let row = resolve(c, &audience, kind, &id, query.source_tenant_id.as_deref())?;
        versions::get(c, &audience, &row, &version)
    });
    Ok(axum::Json(version.await?))
}

/// Yanks a version of a @kind
///
/// It is no longer the latest, and only those who have it may install it again, by its exact number. If all are yanked, the
/// highest is still shown.
#[utoipa::path(
    post, path = "@base/@collection/{id}/versions/{version}/yank", operation_id = "yank_@kind_version", tag = "publishing",
    params(("id" = String, Path, description = "The component's id"), ("version" = String, Path, description = "Its number"), SourceQuery),
    request_body(content = Yank, description = "Why", example = json!({"reason": "It deletes contacts that are in use."})),
    responses(
        (status = 200, description = "The version, yanked", body = VersionInfo),
        (status = 400, description = "The reason is too long", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The token may not publish this id", body = ErrorEnvelope),
        (status = 404, description = "No such component of the caller's tenant, or no such version available", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn yank_version(
    State(m): State<Marketplace>,
    OfKind(kind): OfKind,
    Publisher(scope): Publisher,
    Path((id, version)): Path<(String, String)>,
    Query(query): Query<SourceQuery>,
    Json(body): Json<Yank>,
) -> ApiResult<axum::Json<VersionInfo>> {
    let reason = body.reason.map(|reason| review::reason(&reason)).transpose()?;
    set_yanked(m, scope, kind, id, version, query, Yanking::Yank(reason)).await
}

/// Takes the yank of a version of a @kind back
///
/// It can be the latest again, and be installed by everyone.
#[utoipa::path(
    delete, path = "@base/@collection/{id}/versions/{version}/yank", operation_id = "unyank_@kind_version", tag = "publishing",
    params(("id" = String, Path, description = "The component's id"), ("version" = String, Path, description = "Its number"), SourceQuery),
    responses(
        (status = 200, description = "The version, installable again", body = VersionInfo),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The token may not publish this id", body = ErrorEnvelope),
        (status = 404, description = "No such component of the caller's tenant, or no such version available", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn unyank_version(
    State(m): State<Marketplace>,
    OfKind(kind): OfKind,
    Publisher(scope): Publisher,
    Path((id, version)): Path<(String, String)>,
    Query(query): Query<SourceQuery>,
) -> ApiResult<axum::Json<VersionInfo>> {
    set_yanked(m, scope, kind, id, version, query, Yanking::Restore).await
}

async fn set_yanked(
    m: Marketplace,
    scope: TenantScope,
    kind: Kind,
    id: String,
    version: String,
    query: SourceQuery,
    yanking: Yanking,
) -> ApiResult<axum::Json<VersionInfo>> {
    let now = m.now();
    let (version, change) = m
        .write(move |c| {
            let row = versions::own(c, &scope, kind, &id, query.source_tenant_id.as_deref())?;
            versions::set_yanked(c, &scope, &row, &version, &yanking, now)
        })
        .await?;
    if let Some(change) = change {
        m.catalog_changed(change);
    }
    Ok(axum::Json(version))
}
