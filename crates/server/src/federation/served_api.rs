//! HTTP of what peers read: the public catalog and nothing else.

use atom_marketplace_db::Conn;
use atom_marketplace_protocol::component::{Bundle, Component};
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::federation::FederatedComponent;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::limits::FEDERATION_PAGE_SIZE_MAX;
use atom_marketplace_protocol::page::Page;
use axum::extract::{FromRequestParts, OriginalUri, State};
use axum::response::Response;
use http::HeaderMap;
use http::request::Parts;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::catalog::bundle_api::{self, BundleQuery};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, FederationPeer, Path, Query};
use crate::http::ApiRoutes;
use crate::instance;
use crate::paging::{self, LargePageQuery, Window};

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(federation_list))
        .routes(routes!(federation_get))
        .routes(routes!(federation_get_bundle))
}

/// Where peers read.
const BASE: &str = "/federation/v1/marketplace/";

/// The kind a request is about, by the plural in its path.
struct Served(Kind);

impl<S: Sync> FromRequestParts<S> for Served {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let plural = parts.uri.path().strip_prefix(BASE).and_then(|rest| rest.split('/').next());
        let kind = Kind::ALL.iter().find(|kind| Some(kind.plural()) == plural);
        kind.copied().map(Served).ok_or_else(|| ApiError::internal("a path that names no kind"))
    }
}

/// List public @kinds for a peer
///
/// In the order they came. `page_size` reaches 1,000 here.
#[utoipa::path(
    get, path = "/federation/v1/marketplace/@kinds", tag = "federation", operation_id = "federation_list_@kinds",
    params(LargePageQuery),
    responses(
        (status = 200, description = "A page of components", body = Page<FederatedComponent>),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid federation key", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("federation" = []), ("admin" = [])),
)]
async fn federation_list(
    State(m): State<Marketplace>,
    peer: FederationPeer,
    Served(kind): Served,
    Query(query): Query<LargePageQuery>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let window = Window::up_to(FEDERATION_PAGE_SIZE_MAX, query.page, query.page_size, query.cursor.as_deref())?;
    let wanted = peer.filters();
    let (rows, total) = m.db.read(move |c| super::served(c, kind, &wanted, window)).await.map_err(ApiError::from)?;
    Ok(paging::respond(&window.page(rows, total, |row| row.0, |row| row.1), &uri))
}

/// Which of several publishers.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SourceQuery {
    /// The publisher, where several have that id.
    source_tenant_id: Option<String>,
}

/// Show a public @kind to a peer
///
/// As everyone sees it.
#[utoipa::path(
    get, path = "/federation/v1/marketplace/@kinds/{id}", tag = "federation", operation_id = "federation_get_@kind",
    params(("id" = String, Path, description = "The publisher's id", example = "atom_main"), SourceQuery),
    responses(
        (status = 200, description = "The component", body = Component),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid federation key", body = ErrorEnvelope),
        (status = 404, description = "No such public component", body = ErrorEnvelope),
        (status = 409, description = "Several publishers have that id", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("federation" = []), ("admin" = [])),
)]
async fn federation_get(
    State(m): State<Marketplace>,
    peer: FederationPeer,
    Served(kind): Served,
    Path(id): Path<String>,
    Query(query): Query<SourceQuery>,
) -> ApiResult<axum::Json<Component>> {
    let (source, wanted) = (query.source_tenant_id, peer.filters());
    m.db.read(move |c| super::served_detail(c, kind, &id, source.as_deref(), &wanted)).await.map(axum::Json)
}

/// Which bundle.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ServedBundleQuery {
    /// The publisher, where several have that id.
    source_tenant_id: Option<String>,
    /// Exactly this version. Left out: the latest one.
    version: Option<String>,
    /// The instance it comes from, where that is another one: `source_tenant_id` is its publisher there.
    instance: Option<String>,
}

/// Give a peer everything an instance needs to run a public @kind
///
/// The same bytes that everyone gets; with `Accept: application/vnd.dsse.envelope.v1+json` in their envelope, signed by the
/// instance where the version was published.
#[utoipa::path(
    get, path = "/federation/v1/marketplace/@kinds/{id}/bundle", tag = "federation", operation_id = "federation_get_@kind_bundle",
    params(
        ("id" = String, Path, description = "The publisher's id", example = "atom_main"),
        ServedBundleQuery,
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the bundle you have"),
    ),
    responses(
        (status = 200, description = "The bundle, or with that `Accept` its envelope", content((Bundle = "application/json"), (String = "application/vnd.dsse.envelope.v1+json")), headers(("ETag", description = "Of these bytes"), ("Content-Digest", description = "`sha-256=:…:` of these bytes"))),
        (status = 304, description = "You have it"),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid federation key", body = ErrorEnvelope),
        (status = 404, description = "No such public component or version", body = ErrorEnvelope),
        (status = 409, description = "Several publishers have that id", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("federation" = []), ("admin" = [])),
)]
async fn federation_get_bundle(
    State(m): State<Marketplace>,
    peer: FederationPeer,
    Served(kind): Served,
    Path(id): Path<String>,
    Query(ServedBundleQuery { source_tenant_id, version, instance }): Query<ServedBundleQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let (own, wanted) = (instance::id(&m).await?, peer.filters());
    let find = move |c: &mut Conn<'_>| {
        let source = match (&instance, &source_tenant_id) {
            (Some(origin), Some(tenant)) if **origin != *own => {
                let here = super::peers::tenant_of(c, origin, tenant)?;
                Some(here.ok_or_else(|| ApiError::component_not_found(kind, &id))?)
            }
            _ => source_tenant_id.clone(),
        };
        super::served_row(c, kind, &id, source.as_deref(), &wanted)
    };
    let row = m.db.read(find).await?;
    let query = BundleQuery { source_tenant_id: Some(row.publisher_slug.to_string()), version };
    let id = row.slug;
    bundle_api::answer(&m, Audience::everyone(), kind, id, query, &headers).await
}
