//! HTTP of one-time links: invitations and password resets.

use atom_marketplace_protocol::account::{OneTimeLink, PasswordResetConfirm, PasswordResetRequest, Session};
use atom_marketplace_protocol::error::ErrorEnvelope;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use utoipa_axum::routes;

use super::{links, sessions_api};
use crate::app::Marketplace;
use crate::error::ApiResult;
use crate::extract::{Json, MemberManager, Path, Visitor};
use crate::http::ApiRoutes;

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(create_invitation))
        .routes(routes!(request_password_reset))
        .routes(routes!(confirm_password_reset))
}

/// Invite a member
///
/// Makes the one-time link by which a member takes up their place: they open it and set a name and a password, or prove the
/// password they have. It is good for 7 days; an older one ends. Hand it over, or let it be mailed where mail is set up.
#[utoipa::path(
    post, path = "/tenant/members/{user_id}/invitation", tag = "tenant", operation_id = "create_invitation",
    params(("user_id" = String, Path, description = "The member's id, `usr_…`")),
    responses(
        (status = 201, description = "The link, shown this once", body = OneTimeLink),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`, or the member's role holds more than the caller", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such member", body = ErrorEnvelope),
        (status = 409, description = "The person has joined already", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn create_invitation(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
    Path(user): Path<String>,
) -> ApiResult<(StatusCode, axum::Json<OneTimeLink>)> {
    Ok((StatusCode::CREATED, axum::Json(links::send_invitation(&m, scope, user).await?)))
}

/// Ask for a password reset
///
/// Mails a one-time link to the account, good for an hour, where mail is set up and there is one; the answer is the same in any
/// case. At most 3 letters an hour go to an address. Without mail, the operator makes one with
/// `atom-marketplace member reset-password`.
#[utoipa::path(
    post, path = "/password-reset", tag = "account", operation_id = "request_password_reset",
    request_body = PasswordResetRequest,
    responses(
        (status = 202, description = "Asked for"),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 403, description = "A page of another site asks", body = ErrorEnvelope),
        (status = 429, description = "Too many attempts", body = ErrorEnvelope),
    ),
    security(()),
)]
async fn request_password_reset(
    State(m): State<Marketplace>,
    visitor: Visitor,
    Json(request): Json<PasswordResetRequest>,
) -> ApiResult<StatusCode> {
    links::request_reset(&m, &request, &visitor).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Set a password by a one-time link
///
/// An invitation's or a reset's. The link is used up, all sessions of before end, and the browser is signed in. A person who is
/// invited and has a password here already takes the invitation up with that one.
#[utoipa::path(
    post, path = "/password-reset/confirm", tag = "account", operation_id = "confirm_password_reset",
    request_body = PasswordResetConfirm,
    responses(
        (status = 201, description = "Signed in", body = Session, headers(("Set-Cookie" = String, description = "The session"))),
        (status = 400, description = "The link has ended, or a field is wrong", body = ErrorEnvelope),
        (status = 403, description = "A page of another site asks", body = ErrorEnvelope),
        (status = 429, description = "Too many attempts", body = ErrorEnvelope),
    ),
    security(()),
)]
async fn confirm_password_reset(
    State(m): State<Marketplace>,
    visitor: Visitor,
    Json(request): Json<PasswordResetConfirm>,
) -> ApiResult<Response> {
    Ok(sessions_api::signed(&m, &links::confirm(&m, &request, &visitor).await?))
}
