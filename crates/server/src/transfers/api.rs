//! HTTP of transfers.

use atom_marketplace_protocol::error::{ErrorEnvelope, FieldError};
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::lifecycle::{Transfer, TransferDirection, TransferRequest};
use atom_marketplace_protocol::limits::REASON_MAX;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::text::{self, TextRule};
use axum::Json as JsonAnswer;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::Answer;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, OfKind, Path, Publisher, Query, TenantScope};
use crate::http::ApiRoutes;
use crate::paging::{self, Window};

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .schema::<TransferDirection>()
        .routes(routes!(transfer))
        .routes(routes!(list_transfers))
        .routes(routes!(get_transfer, cancel_transfer))
        .routes(routes!(accept_transfer))
        .routes(routes!(decline_transfer))
        .schema::<TransferDirection>()
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SourceQuery {
    /// Its publisher: the caller's own tenant.
    source_tenant_id: Option<String>,
}

/// Offers a @kind to another publisher
///
/// Nothing changes until the other tenant accepts, for which it has 7 days. Then the component is the other's, with its
/// versions, installations and ratings; its old full name goes on naming it for ever. A member's token needs the role admin
/// or owner. The answer is the same whether there is such a tenant or not. There is one offer of a component at a time.
#[utoipa::path(
    post, path = "@base/@collection/{id}/transfer", operation_id = "transfer_@kind", tag = "publishing",
    params(("id" = String, Path, description = "The component's id"), SourceQuery),
    request_body(content = TransferRequest, example = json!({"to_tenant_id": "globex", "message": "As agreed with Ada on Monday."})),
    responses(
        (status = 201, description = "The offer", body = Transfer, headers(("Location", description = "Where it is"))),
        (status = 400, description = "A field is wrong, or the tenant is the caller's own", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The token may not publish this id, or its maker is no admin of the tenant", body = ErrorEnvelope),
        (status = 404, description = "The caller's tenant has no such component", body = ErrorEnvelope),
        (status = 409, description = "It is offered already, or in quarantine", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn transfer(
    State(m): State<Marketplace>,
    OfKind(kind): OfKind,
    Publisher(scope): Publisher,
    Path(id): Path<String>,
    Query(query): Query<SourceQuery>,
    OriginalUri(uri): OriginalUri,
    Json(body): Json<TransferRequest>,
) -> ApiResult<Response> {
    let (request, now) = (checked(body)?, m.now());
    let made = m
        .write(move |c| super::offer(c, &scope, (kind, &id, query.source_tenant_id.as_deref()), &request, now))
        .await?;
    // `/api/…-marketplace/…` and `/api/test/…-marketplace/…` have their transfers beside them.
    let root = uri.path().split_once(kind.base().trim_start_matches("/api")).map_or("/api", |(root, _)| root);
    let location = format!("{root}/transfers/{}", made.id);
    Ok((StatusCode::CREATED, [(LOCATION, location)], JsonAnswer(made)).into_response())
}

fn checked(mut request: TransferRequest) -> ApiResult<TransferRequest> {
    let mut errors = Vec::new();
    if let Err(why) = ids::check_tenant_id(&request.to_tenant_id) {
        errors.push(FieldError::new("to_tenant_id", why));
    }
    let rule = TextRule { max_chars: REASON_MAX, multiline: true, required: false };
    request.message = request.message.map(|message| text::clean(&message, rule)).transpose().unwrap_or_else(|why| {
        errors.push(FieldError::new("message", why));
        None
    });
    if errors.is_empty() { Ok(request) } else { Err(ApiError::invalid(errors)) }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TransfersQuery {
    /// Offers made to the caller's tenant, or by it.
    direction: TransferDirection,
    /// The page, from 1; up to 10,000 items deep.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List transfers
///
/// Offers made to the caller's tenant, or by it, the latest first; decided and expired ones too.
#[utoipa::path(
    get, path = "/transfers", operation_id = "list_transfers", tag = "publishing",
    params(TransfersQuery),
    responses(
        (status = 200, description = "A page", body = Page<Transfer>, headers(("Link", description = "The next page"))),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn list_transfers(
    State(m): State<Marketplace>,
    Publisher(scope): Publisher,
    Query(query): Query<TransfersQuery>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
    let now = m.now();
    let page = m.db.read(move |c| super::list(c, &scope, query.direction, &window, now)).await?;
    Ok(paging::respond(&page, &uri))
}

/// Get transfer
///
/// An offer made by the caller's tenant, or to it.
#[utoipa::path(
    get, path = "/transfers/{id}", operation_id = "get_transfer", tag = "publishing",
    params(("id" = String, Path, description = "`trf_…`")),
    responses(
        (status = 200, description = "The offer", body = Transfer),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "No such offer of or to the caller's tenant", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_transfer(
    State(m): State<Marketplace>,
    Publisher(scope): Publisher,
    Path(id): Path<String>,
) -> ApiResult<JsonAnswer<Transfer>> {
    let now = m.now();
    m.db.read(move |c| super::get(c, &scope, &id, now)).await.map(JsonAnswer)
}

/// Accept transfer
///
/// The component is the caller's from then on, if its storage has room for it.
#[utoipa::path(
    post, path = "/transfers/{id}/accept", operation_id = "accept_transfer", tag = "publishing",
    params(("id" = String, Path, description = "`trf_…`")),
    responses(
        (status = 200, description = "The offer, accepted", body = Transfer),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`QUOTA_EXCEEDED`, or `INSUFFICIENT_PERMISSIONS` (scope or component patterns)", body = ErrorEnvelope),
        (status = 404, description = "No such offer to the caller's tenant", body = ErrorEnvelope),
        (status = 409, description = "It does not stand any more; or the caller has, or had, another component of that id", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn accept_transfer(
    State(m): State<Marketplace>,
    Publisher(scope): Publisher,
    Path(id): Path<String>,
) -> ApiResult<JsonAnswer<Transfer>> {
    answer(m, scope, id, Answer::Accept).await.map(JsonAnswer)
}

/// Decline transfer
///
/// The component stays whose it is.
#[utoipa::path(
    post, path = "/transfers/{id}/decline", operation_id = "decline_transfer", tag = "publishing",
    params(("id" = String, Path, description = "`trf_…`")),
    responses(
        (status = 200, description = "The offer, declined", body = Transfer),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "No such offer to the caller's tenant", body = ErrorEnvelope),
        (status = 409, description = "It does not stand any more", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn decline_transfer(
    State(m): State<Marketplace>,
    Publisher(scope): Publisher,
    Path(id): Path<String>,
) -> ApiResult<JsonAnswer<Transfer>> {
    answer(m, scope, id, Answer::Decline).await.map(JsonAnswer)
}

/// Cancel transfer
///
/// Takes back an offer that the caller's tenant made.
#[utoipa::path(
    delete, path = "/transfers/{id}", operation_id = "cancel_transfer", tag = "publishing",
    params(("id" = String, Path, description = "`trf_…`")),
    responses(
        (status = 204, description = "Cancelled"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "No such offer of the caller's tenant", body = ErrorEnvelope),
        (status = 409, description = "It does not stand any more", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn cancel_transfer(
    State(m): State<Marketplace>,
    Publisher(scope): Publisher,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    answer(m, scope, id, Answer::Cancel).await.map(|_| StatusCode::NO_CONTENT)
}

async fn answer(m: Marketplace, scope: TenantScope, id: String, answer: Answer) -> ApiResult<Transfer> {
    let now = m.now();
    let (transfer, changes) = m.write(move |c| super::answer(c, &scope, &id, answer, now)).await?;
    for change in changes {
        m.catalog_changed(change);
    }
    Ok(transfer)
}
