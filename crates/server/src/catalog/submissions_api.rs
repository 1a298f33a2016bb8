//! HTTP of what publishers see of their submissions, and of the conversation about one.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::review::{Message, MessageCreate, MessageSide, Submission, SubmissionDetail};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::{messages, review};
use crate::app::Marketplace;
use crate::error::ApiResult;
use crate::extract::{Json, Path, PlatformAdmin, Publisher};
use crate::http::ApiRoutes;
use crate::paging::Paging;

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(utoipa_axum::routes!(list_own_submissions))
        .routes(utoipa_axum::routes!(get_own_submission))
        .routes(utoipa_axum::routes!(list_own_submission_messages, reply_to_submission))
        .routes(utoipa_axum::routes!(list_submission_messages, create_submission_message))
}

/// Lists what the tenant has submitted to the public, the latest first
///
/// With where each stands, what the checks found, and what the reviewer said. `total` counts to 1,000.
#[utoipa::path(
    get, path = "/submissions", operation_id = "list_own_submissions", tag = "publishing", params(crate::paging::PageQuery),
    responses(
        (status = 200, description = "A page of submissions", body = Page<Submission>, headers(("Link", description = "The next page"))),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The token may not publish", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn list_own_submissions(
    State(m): State<Marketplace>,
    Publisher(scope): Publisher,
    paging: Paging,
) -> ApiResult<Response> {
    let window = paging.window;
    let page = m.db.read(move |c| review::list_own(c, &scope, &window)).await?;
    Ok(paging.page(&page))
}

/// Reads a submission of the tenant
///
/// Its state, what the checks found, and who decided what, when and why.
#[utoipa::path(
    get, path = "/submissions/{id}", operation_id = "get_own_submission", tag = "publishing",
    params(("id" = String, Path, description = "`sub_…`")),
    responses(
        (status = 200, description = "The submission with what it would publish", body = SubmissionDetail),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The token may not publish this id", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such submission", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_own_submission(
    State(m): State<Marketplace>,
    Publisher(scope): Publisher,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<SubmissionDetail>> {
    Ok(axum::Json(m.db.read(move |c| review::get_own(c, &scope, &id)).await?))
}

/// Lists the messages about a submission of the tenant, the oldest first
///
/// What its reviewers and the tenant have said to each other.
#[utoipa::path(
    get, path = "/submissions/{id}/messages", operation_id = "list_own_submission_messages", tag = "publishing",
    params(("id" = String, Path, description = "`sub_…`"), crate::paging::PageQuery),
    responses(
        (status = 200, description = "A page of messages", body = Page<Message>, headers(("Link", description = "The next page"))),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The token may not publish this id", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such submission", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn list_own_submission_messages(
    State(m): State<Marketplace>,
    Publisher(scope): Publisher,
    Path(id): Path<String>,
    paging: Paging,
) -> ApiResult<Response> {
    let window = paging.window;
    let page = m.db.read(move |c| {
        let submission = review::find_own(c, &scope, &id)?;
        messages::list(c, &submission, &window)
    });
    Ok(paging.page(&page.await?))
}

/// Answers the reviewers of a submission
///
/// At any time, also when changes were requested. To change what is submitted, publish again.
#[utoipa::path(
    post, path = "/submissions/{id}/messages", operation_id = "reply_to_submission", tag = "publishing",
    params(("id" = String, Path, description = "`sub_…`")),
    request_body(content = MessageCreate, description = "The message", example = json!({"text": "It deletes contacts only after 90 days; the readme says so now."})),
    responses(
        (status = 201, description = "The message", body = Message),
        (status = 400, description = "The text is empty, too long, or holds what nobody can see", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The token may not publish this id", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such submission", body = ErrorEnvelope),
        (status = 409, description = "There are 500 messages already", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn reply_to_submission(
    State(m): State<Marketplace>,
    Publisher(scope): Publisher,
    Path(id): Path<String>,
    Json(body): Json<MessageCreate>,
) -> ApiResult<(StatusCode, axum::Json<Message>)> {
    let (text, now) = (messages::check(&body.text)?, m.now());
    let message = m.write(move |c| {
        let submission = review::find_own(c, &scope, &id)?;
        messages::post(c, scope.actor(), MessageSide::Publisher, &submission, &text, now)
    });
    Ok((StatusCode::CREATED, axum::Json(message.await?)))
}

/// Lists the messages about a submission, the oldest first
///
/// What its publisher and the reviewers have said to each other.
#[utoipa::path(
    get, path = "/admin/submissions/{id}/messages", operation_id = "list_submission_messages", tag = "admin",
    params(("id" = String, Path, description = "`sub_…`"), crate::paging::PageQuery),
    responses(
        (status = 200, description = "A page of messages", body = Page<Message>, headers(("Link", description = "The next page"))),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such submission", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn list_submission_messages(
    State(m): State<Marketplace>,
    _: PlatformAdmin,
    Path(id): Path<String>,
    paging: Paging,
) -> ApiResult<Response> {
    let window = paging.window;
    let page = m.db.read(move |c| {
        let submission = review::find(c, &id)?;
        messages::list(c, &submission, &window)
    });
    Ok(paging.page(&page.await?))
}

/// Writes to the publisher of a submission
///
/// It decides nothing. The publisher reads it and may answer.
#[utoipa::path(
    post, path = "/admin/submissions/{id}/messages", operation_id = "create_submission_message", tag = "admin",
    params(("id" = String, Path, description = "`sub_…`")),
    request_body(content = MessageCreate, description = "The message", example = json!({"text": "Which contacts does it delete?"})),
    responses(
        (status = 201, description = "The message", body = Message),
        (status = 400, description = "The text is empty, too long, or holds what nobody can see", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "Not the platform's admin", body = ErrorEnvelope),
        (status = 404, description = "No such submission", body = ErrorEnvelope),
        (status = 409, description = "There are 500 messages already", body = ErrorEnvelope),
    ),
    security(("admin" = [])),
)]
async fn create_submission_message(
    State(m): State<Marketplace>,
    admin: PlatformAdmin,
    Path(id): Path<String>,
    Json(body): Json<MessageCreate>,
) -> ApiResult<(StatusCode, axum::Json<Message>)> {
    let (text, now) = (messages::check(&body.text)?, m.now());
    let message = m.write(move |c| {
        let submission = review::find(c, &id)?;
        messages::post(c, admin.actor(), MessageSide::Reviewer, &submission, &text, now)
    });
    Ok((StatusCode::CREATED, axum::Json(message.await?)))
}
