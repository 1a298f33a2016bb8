//! HTTP of what peers read: the public catalog and nothing else.

use atom_marketplace_protocol::component::Component;
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::federation::FederatedComponent;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::limits::FEDERATION_PAGE_SIZE_MAX;
use atom_marketplace_protocol::page::Page;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{FederationPeer, Path, Query};
use crate::http::ApiRoutes;
use crate::paging::{PageQuery, Paging};

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(list_federated_components)).routes(routes!(get_federated_component))
}

/// The kind a path names by its plural.
fn kind_of(plural: &str) -> ApiResult<Kind> {
    let kind = Kind::ALL.iter().copied().find(|kind| kind.plural() == plural);
    kind.ok_or_else(|| ApiError::not_found("route"))
}

/// List public components for a peer
///
/// Of one kind, in the order they came. `page_size` reaches 1,000 here.
#[utoipa::path(
    get, path = "/federation/v1/marketplace/{kind}", tag = "federation", operation_id = "list_federated_components",
    params(("kind" = String, Path, description = "`agents`, `skills`, `canvases` or `domains`", example = "agents"), PageQuery),
    responses(
        (status = 200, description = "A page of components", body = Page<FederatedComponent>),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid federation key", body = ErrorEnvelope),
        (status = 404, description = "No such kind", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("federation" = []), ("admin" = [])),
)]
async fn list_federated_components(
    State(m): State<Marketplace>,
    _: FederationPeer,
    Path(plural): Path<String>,
    Query(query): Query<PageQuery>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let kind = kind_of(&plural)?;
    let paging = Paging::check(&query, FEDERATION_PAGE_SIZE_MAX, uri)?;
    let window = paging.window;
    let (rows, total) = m.db.read(move |c| super::served(c, kind, window)).await.map_err(ApiError::from)?;
    Ok(paging.respond(rows, total))
}

/// Which of several publishers.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SourceQuery {
    /// The publisher, where several have that id.
    source_tenant_id: Option<String>,
}

/// Show a public component to a peer
#[utoipa::path(
    get, path = "/federation/v1/marketplace/{kind}/{id}", tag = "federation", operation_id = "get_federated_component",
    params(
        ("kind" = String, Path, description = "`agents`, `skills`, `canvases` or `domains`", example = "agents"),
        ("id" = String, Path, description = "The publisher's id", example = "atom_main"),
        SourceQuery,
    ),
    responses(
        (status = 200, description = "The component", body = Component),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid federation key", body = ErrorEnvelope),
        (status = 404, description = "No such kind, or no such public component", body = ErrorEnvelope),
        (status = 409, description = "Several publishers have that id", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("federation" = []), ("admin" = [])),
)]
async fn get_federated_component(
    State(m): State<Marketplace>,
    _: FederationPeer,
    Path((plural, id)): Path<(String, String)>,
    Query(query): Query<SourceQuery>,
) -> ApiResult<axum::Json<Component>> {
    let kind = kind_of(&plural)?;
    let source = query.source_tenant_id;
    m.db.read(move |c| super::served_detail(c, kind, &id, source.as_deref())).await.map(axum::Json)
}
