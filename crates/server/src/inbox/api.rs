//! HTTP of the inbox.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::inbox::{Inbox, InboxRead, InboxState};
use axum::Json as JsonAnswer;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::events;
use crate::extract::{Json, Query, TenantReader};
use crate::http::ApiRoutes;
use crate::paging::Window;

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(get_inbox)).routes(routes!(mark_inbox_read))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InboxQuery {
    /// `true`: only what the caller has not read yet.
    unread: Option<bool>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Get inbox
///
/// What happened that asks for attention, the latest first: decisions on the tenant's submissions, what the platform did to
/// its components, what became of those it has installed, webhooks that were disabled. How far it was read is kept for each
/// person, and for tokens of nobody in particular together.
#[utoipa::path(
    get, path = "/tenant/inbox", tag = "tenant", operation_id = "get_inbox",
    params(InboxQuery),
    responses(
        (status = 200, description = "A page of the inbox", body = Inbox),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `components:read`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_inbox(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
    Query(query): Query<InboxQuery>,
) -> ApiResult<JsonAnswer<Inbox>> {
    let window = Window::new(None, query.page_size, query.cursor.as_deref())?;
    let unread = query.unread.unwrap_or(false);
    events::settle(&m.db).await?;
    let inbox = m.db.read(move |c| super::list(c, &scope, unread, &window)).await.map_err(ApiError::from)?;
    Ok(JsonAnswer(inbox))
}

/// Mark inbox as read
///
/// Up to an event, and all before it. Marking less than before changes nothing.
#[utoipa::path(
    post, path = "/tenant/inbox/read", tag = "tenant", operation_id = "mark_inbox_read",
    request_body = InboxRead,
    responses(
        (status = 200, description = "What is left", body = InboxState),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `components:read`", body = ErrorEnvelope),
        (status = 404, description = "No such event in the inbox", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn mark_inbox_read(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
    Json(request): Json<InboxRead>,
) -> ApiResult<JsonAnswer<InboxState>> {
    let unread = m.write(move |c| super::mark_read(c, &scope, &request.up_to)).await?;
    Ok(JsonAnswer(InboxState { unread }))
}
