//! HTTP of the test environment: its own three operations, and what stands before all others.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::sandbox::{TestLogin, TestRateLimit, TestSession};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use http::request::Parts;
use http::{Method, StatusCode, header};
use utoipa_axum::routes;

use super::{EMAIL, PASSWORD, SECRET, SESSION, Sandbox, TENANT, rate_of};
use crate::error::{ApiError, ApiResult};
use crate::extract::Json;
use crate::http::{ApiRoutes, api_routes, behind_gate};

/// The operations that only the test environment has.
pub fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(test_login))
        .routes(routes!(test_reset))
        .routes(routes!(test_set_rate_limit))
        .documented_under("/api/test")
}

impl Sandbox {
    /// Its routes, to be nested under `/api/test`.
    pub fn router(&self) -> Router {
        let (api, _) = api_routes().into_parts();
        let (own, _) = routes().into_parts();
        let all = api.layer(from_fn_with_state(self.clone(), hold)).merge(own.layer(Extension(self.clone())));
        behind_gate(self.marketplace().clone(), all).layer(from_fn_with_state(self.clone(), prepare))
    }
}

/// Marks a request that comes while there is no data.
#[derive(Clone, Copy)]
struct Unready;

/// Before the gate, which looks callers up: the data is there, and what was due is decided.
async fn prepare(State(sandbox): State<Sandbox>, mut request: Request, next: Next) -> Response {
    let prepared = async {
        sandbox.make_ready().await?;
        sandbox.decide_due().await
    };
    if let Err(error) = prepared.await {
        tracing::error!(?error, "the test environment cannot be made ready");
        request.extensions_mut().insert(Unready);
        // Nobody can be looked up.
        request.headers_mut().remove(header::AUTHORIZATION);
    }
    next.run(request).await
}

/// Around every operation of the marketplace: it runs on whole data, and what it submits is noted.
async fn hold(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    if request.extensions().get::<Unready>().is_some() {
        let message = "The test environment cannot be made ready; the server's log says why.";
        return ApiError::unavailable(message, 5).into_response();
    }
    let _together = sandbox.0.turn.read().await;
    let (posts, now) = (request.method() == Method::POST, sandbox.marketplace().now());
    let response = next.run(request).await;
    if posts && response.status().is_success() {
        sandbox.submitted(now);
    }
    response
}

/// The test secret was shown.
struct TestSecret;

impl<S: Sync> FromRequestParts<S> for TestSecret {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        match parts.headers.get("x-test-secret") {
            Some(secret) if secret == SECRET => Ok(Self),
            _ => Err(ApiError::unauthenticated("This needs the test secret: send `X-Test-Secret`.")),
        }
    }
}

/// Signs in to the test environment
///
/// Every call makes another token of the test tenant. It may do everything there, lasts a day, and is worth nothing
/// outside of `/api/test`.
#[utoipa::path(
    post, path = "/auth/login", tag = "test environment", operation_id = "test_login",
    request_body = TestLogin,
    responses(
        (status = 200, description = "A new token", body = TestSession),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "The secret, the address or the password is wrong", body = ErrorEnvelope),
        (status = 404, description = "There is no test environment on this server", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("test_secret" = [])),
)]
async fn test_login(
    _: TestSecret,
    Extension(sandbox): Extension<Sandbox>,
    Json(login): Json<TestLogin>,
) -> ApiResult<axum::Json<TestSession>> {
    if !login.email.trim().eq_ignore_ascii_case(EMAIL) || login.password != PASSWORD {
        return Err(ApiError::unauthenticated("The email address or the password is wrong."));
    }
    let secret = sandbox.sign_in().await?;
    Ok(axum::Json(TestSession {
        api_token: secret.expose().to_owned(),
        token_type: "Bearer".to_owned(),
        expires_in: SESSION.as_secs(),
        tenant_id: TENANT.to_owned(),
    }))
}

/// Puts the test environment back to its beginning
///
/// Everything that was made in it is gone, tokens of the login included, and the rate limit is the usual one. Requests
/// that come meanwhile wait.
#[utoipa::path(
    post, path = "/reset", tag = "test environment", operation_id = "test_reset",
    responses(
        (status = 204, description = "It is as it was at first"),
        (status = 401, description = "The secret is wrong", body = ErrorEnvelope),
        (status = 404, description = "There is no test environment on this server", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("test_secret" = [])),
)]
async fn test_reset(_: TestSecret, Extension(sandbox): Extension<Sandbox>) -> ApiResult<StatusCode> {
    sandbox.reset().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets how many requests tokens of the test environment may make
///
/// For trying out what a client does with a 429: `{"limit": 0, "window_seconds": 60}` refuses the next request of a token
/// for a minute. Every window begins anew. Requests without a token, such as this one, are not concerned.
#[utoipa::path(
    post, path = "/rate-limit", tag = "test environment", operation_id = "test_set_rate_limit",
    request_body = TestRateLimit,
    responses(
        (status = 200, description = "What holds now", body = TestRateLimit),
        (status = 400, description = "A field is wrong", body = ErrorEnvelope),
        (status = 401, description = "The secret is wrong", body = ErrorEnvelope),
        (status = 404, description = "There is no test environment on this server", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("test_secret" = [])),
)]
async fn test_set_rate_limit(
    _: TestSecret,
    Extension(sandbox): Extension<Sandbox>,
    Json(wanted): Json<TestRateLimit>,
) -> ApiResult<axum::Json<TestRateLimit>> {
    let rate = rate_of(wanted, sandbox.usual_rate())?;
    sandbox.limit(rate).await?;
    Ok(axum::Json(TestRateLimit { limit: Some(rate.limit), window_seconds: Some(rate.window_seconds) }))
}
