//! HTTP of sessions: sign in, look, choose a tenant, sign out.

use atom_marketplace_protocol::account::{Session, SessionCreate, SessionSummary, SessionUpdate, SignUp};
use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::page::Page;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::SET_COOKIE;
use utoipa_axum::routes;

use super::{Signed, sessions};
use crate::app::Marketplace;
use crate::error::ApiResult;
use crate::extract::{Json, Path, SignedIn, Visitor};
use crate::http::ApiRoutes;
use crate::paging::{PageQuery, Paging};

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(create_session, get_session, update_session, delete_session))
        .routes(routes!(sign_up))
        .routes(routes!(list_sessions))
        .routes(routes!(end_session))
}

/// The answer to a browser that is signed in now.
pub(super) fn signed(m: &Marketplace, signed: &Signed) -> Response {
    let cookie = super::cookie(m, signed.secret.expose());
    (StatusCode::CREATED, [(SET_COOKIE, cookie)], axum::Json(&signed.session)).into_response()
}

/// Sign in
///
/// Sets the session's cookie (`atom_session`, with https `__Host-atom_session`; `HttpOnly`, `SameSite=Lax`). Whatever is not a
/// plain read then needs the answer's `csrf_token` as `X-CSRF-Token`, and must not come from a page of another site. A session
/// the browser had before ends. An unknown address and a wrong password get the same answer after the same work.
///
/// After 10 wrong passwords for an account, or 50 from an address, within 15 minutes, further attempts are answered 429 until
/// those are over; sessions that exist go on, and a password reset works.
#[utoipa::path(
    post, path = "/session", tag = "account", operation_id = "create_session",
    request_body = SessionCreate,
    responses(
        (status = 201, description = "Signed in", body = Session, headers(("Set-Cookie" = String, description = "The session"))),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "The email address or the password is wrong", body = ErrorEnvelope),
        (status = 403, description = "A page of another site asks", body = ErrorEnvelope),
        (status = 429, description = "Too many attempts", body = ErrorEnvelope),
    ),
    security(()),
)]
async fn create_session(
    State(m): State<Marketplace>,
    visitor: Visitor,
    Json(request): Json<SessionCreate>,
) -> ApiResult<Response> {
    Ok(signed(&m, &sessions::sign_in(&m, &request, &visitor).await?))
}

/// Sign up
///
/// Makes a tenant of the free plan with its owner, who is signed in at once. Whether everyone may is the operator's setting: in
/// `invite` mode it takes the token of a one-time link, `atom-marketplace tenant invite` makes one.
#[utoipa::path(
    post, path = "/sign-up", tag = "account", operation_id = "sign_up",
    request_body = SignUp,
    responses(
        (status = 201, description = "Made, and signed in", body = Session, headers(("Set-Cookie" = String, description = "The session"))),
        (status = 400, description = "A field is wrong, or the invitation has ended", body = ErrorEnvelope),
        (status = 403, description = "Sign-up is closed, or a page of another site asks", body = ErrorEnvelope),
        (status = 409, description = "The tenant's id or the email address is taken", body = ErrorEnvelope),
        (status = 429, description = "Too many attempts", body = ErrorEnvelope),
    ),
    security(()),
)]
async fn sign_up(State(m): State<Marketplace>, visitor: Visitor, Json(request): Json<SignUp>) -> ApiResult<Response> {
    Ok(signed(&m, &super::sign_up(&m, &request, &visitor).await?))
}

/// Show the session
///
/// Who is signed in, where they belong, and the token that their pages send as `X-CSRF-Token`.
#[utoipa::path(
    get, path = "/session", tag = "account", operation_id = "get_session",
    responses(
        (status = 200, description = "The session of this request", body = Session),
        (status = 401, description = "Not signed in", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("session" = [])),
)]
async fn get_session(who: SignedIn) -> axum::Json<Session> {
    axum::Json(sessions::describe(&who))
}

/// Choose the tenant to act for
///
/// It holds for requests without `X-Tenant-ID`, from now on and in this session.
#[utoipa::path(
    patch, path = "/session", tag = "account", operation_id = "update_session",
    request_body = SessionUpdate,
    responses(
        (status = 200, description = "The session as it is now", body = Session),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "Not signed in", body = ErrorEnvelope),
        (status = 403, description = "`X-CSRF-Token` is missing or wrong, or a page of another site asks", body = ErrorEnvelope),
        (status = 404, description = "The person belongs to no such tenant", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("session" = [])),
)]
async fn update_session(
    State(m): State<Marketplace>,
    who: SignedIn,
    Json(request): Json<SessionUpdate>,
) -> ApiResult<axum::Json<Session>> {
    let now = m.now();
    let session = m.write(move |c| sessions::choose(c, &who, &request, now)).await?;
    m.credentials.clear();
    Ok(axum::Json(session))
}

/// Sign out
///
/// Ends the session: at once on this node, within 5 seconds on every other.
#[utoipa::path(
    delete, path = "/session", tag = "account", operation_id = "delete_session",
    responses(
        (status = 204, description = "Signed out", headers(("Set-Cookie" = String, description = "Removes the cookie"))),
        (status = 401, description = "Not signed in", body = ErrorEnvelope),
        (status = 403, description = "`X-CSRF-Token` is missing or wrong, or a page of another site asks", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("session" = [])),
)]
async fn delete_session(State(m): State<Marketplace>, who: SignedIn) -> ApiResult<Response> {
    let now = m.now();
    m.write(move |c| sessions::end(c, &who, &who.session().uid, now)).await?;
    m.credentials.clear();
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, super::no_cookie(&m))]).into_response())
}

/// List the person's sessions
///
/// Those that go on, oldest first: where and when each was begun, and when it was last used.
#[utoipa::path(
    get, path = "/sessions", tag = "account", operation_id = "list_sessions",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of sessions", body = Page<SessionSummary>),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "Not signed in", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("session" = [])),
)]
async fn list_sessions(State(m): State<Marketplace>, who: SignedIn, paging: Paging) -> ApiResult<Response> {
    let (window, now) = (paging.window, m.now());
    let (rows, total) = m.db.read(move |c| sessions::list(c, &who, window, now)).await?;
    Ok(paging.respond(rows, total))
}

/// End one of the person's sessions
///
/// Whatever browser it is in is signed out: at once on this node, within 5 seconds on every other.
#[utoipa::path(
    delete, path = "/sessions/{session_id}", tag = "account", operation_id = "end_session",
    params(("session_id" = String, Path, description = "The session's id, `ses_…`")),
    responses(
        (status = 204, description = "Ended"),
        (status = 401, description = "Not signed in", body = ErrorEnvelope),
        (status = 403, description = "`X-CSRF-Token` is missing or wrong, or a page of another site asks", body = ErrorEnvelope),
        (status = 404, description = "The person has no such session", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("session" = [])),
)]
async fn end_session(State(m): State<Marketplace>, who: SignedIn, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let now = m.now();
    m.write(move |c| sessions::end(c, &who, &id, now)).await?;
    m.credentials.clear();
    Ok(StatusCode::NO_CONTENT)
}
