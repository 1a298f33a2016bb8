//! HTTP of another id for a component, and of the end of one.

use atom_marketplace_protocol::component::Component;
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::lifecycle::{RenameRequest, Takedown, TakedownRequest};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, StatusCode};

use super::model::ComponentRow;
use super::review::reason;
use super::write_api::{SourceQuery, answer};
use super::{names, takedown};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, OfKind, Path, PlatformAdmin, Publisher, Query};
use crate::http::ApiRoutes;

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(utoipa_axum::routes!(rename_component)).routes(utoipa_axum::routes!(take_down_component))
}

/// The address of a component by its present name, when a request for `path` named it otherwise. `rest` are further
/// parameters.
pub(super) fn moved(row: &ComponentRow, id: &str, source: Option<&str>, path: &str, rest: &str) -> Option<HeaderValue> {
    if row.slug == id && source.is_none_or(|source| source == &*row.publisher_slug) {
        return None;
    }
    let collection = path.rsplit_once('/').map_or("", |(collection, _)| collection);
    let address = format!("{collection}/{}?source_tenant_id={}{rest}", row.slug, row.publisher_slug);
    HeaderValue::try_from(address).ok()
}

/// Gives a @kind another id
///
/// At once, also where it waits for review; its versions, installations and ratings stay. Its old id goes on naming it for
/// ever, here, in lock files and in the dependencies of others, and is never given to something else. Versions keep
/// digest and bundle: those hold the id they were published under.
#[utoipa::path(
    post, path = "@base/@collection/{id}/rename", operation_id = "rename_@kind", tag = "publishing",
    params(("id" = String, Path, description = "The component's id"), SourceQuery),
    request_body(content = RenameRequest, example = json!({"new_id": "sales_@kind_v2"})),
    responses(
        (status = 200, description = "The component with its new id", body = Component),
        (status = 400, description = "The new id breaks the rules, or is the one it has", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The token may not publish one of the ids", body = ErrorEnvelope),
        (status = 404, description = "The caller's tenant has no such component", body = ErrorEnvelope),
        (status = 409, description = "The new id is, or was, another component's; or it is in quarantine", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn rename_component(
    State(m): State<Marketplace>,
    OfKind(kind): OfKind,
    Publisher(scope): Publisher,
    Path(id): Path<String>,
    Query(query): Query<SourceQuery>,
    Json(body): Json<RenameRequest>,
) -> ApiResult<Response> {
    let (now, by) = (m.now(), scope.clone());
    let (component, changes) = m
        .write(move |c| {
            let row = names::movable(c, &by, kind, &id, query.source_tenant_id.as_deref())?;
            let changes = names::rename(c, &by, &row, &body.new_id, now)?;
            Ok::<_, ApiError>((row.id, changes))
        })
        .await?;
    for change in changes {
        m.catalog_changed(change);
    }
    answer(&m, &scope, component, StatusCode::OK).await
}

/// Takes a component down for good
///
/// With the content of all its versions, also where they are installed, and also if its publisher has withdrawn it. Its
/// storage is free, and nothing can be published under its id again.
#[utoipa::path(
    post, path = "/admin/components/{kind}/{tenant}/{id}/takedown", operation_id = "take_down_component", tag = "admin",
    params(("kind" = Kind, Path, description = "agent, skill, canvas or domain"), ("tenant" = String, Path, description = "Its publisher"), ("id" = String, Path, description = "Its id")),
    request_body(content = TakedownRequest, example = json!({"reason": "It copies credentials to a server of its author."})),
    responses(
        (status = 200, description = "What is left of it", body = Takedown),
        (status = 400, description = "There is no reason, or it is too long", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such component", body = ErrorEnvelope),
        (status = 409, description = "It was taken down before", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn take_down_component(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path((kind, tenant, id)): Path<(Kind, String, String)>,
    Json(body): Json<TakedownRequest>,
) -> ApiResult<axum::Json<Takedown>> {
    let (why, now) = (reason(&body.reason)?, m.now());
    let (left, change) =
        m.write(move |c| takedown::take_down(c, admin.actor(), (kind, &tenant, &id), &why, now)).await?;
    m.catalog_changed(change);
    Ok(axum::Json(left))
}
