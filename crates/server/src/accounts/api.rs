//! HTTP of a person's own account.

use atom_marketplace_protocol::account::{AccountUpdate, User};
use atom_marketplace_protocol::error::ErrorEnvelope;
use axum::extract::State;
use utoipa_axum::routes;

use crate::app::Marketplace;
use crate::error::ApiResult;
use crate::extract::{Json, SignedIn};
use crate::http::ApiRoutes;

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(update_account))
}

/// Change the person's name or password
///
/// A new password needs the current one, and ends all other sessions. Wrong guesses at it count as at sign-in.
#[utoipa::path(
    patch, path = "/account", tag = "account", operation_id = "update_account",
    request_body = AccountUpdate,
    responses(
        (status = 200, description = "The person as they are now", body = User),
        (status = 400, description = "A field is wrong, or `current_password` is", body = ErrorEnvelope),
        (status = 401, description = "Not signed in", body = ErrorEnvelope),
        (status = 403, description = "`X-CSRF-Token` is missing or wrong, or a page of another site asks", body = ErrorEnvelope),
        (status = 409, description = "The password was changed meanwhile", body = ErrorEnvelope),
        (status = 429, description = "Too many attempts", body = ErrorEnvelope),
    ),
    security(("session" = [])),
)]
async fn update_account(
    State(m): State<Marketplace>,
    who: SignedIn,
    Json(request): Json<AccountUpdate>,
) -> ApiResult<axum::Json<User>> {
    super::change_account(&m, &who, &request).await.map(axum::Json)
}
