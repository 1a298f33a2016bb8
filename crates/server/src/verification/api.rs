//! HTTP of verified publishers.

use atom_marketplace_protocol::error::ErrorEnvelope;
use atom_marketplace_protocol::verification::{DomainClaim, DomainVerification, PublisherProfile, TenantVerification};
use axum::Json as JsonAnswer;
use axum::extract::State;
use http::StatusCode;
use utoipa_axum::routes;

use super::proof;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Json, MemberManager, Path, Reader};
use crate::http::ApiRoutes;

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .routes(routes!(get_verification, claim_domain))
        .routes(routes!(check_domain))
        .routes(routes!(remove_domain))
        .routes(routes!(get_publisher))
}

/// Show verification
///
/// Whether the caller's tenant is shown as verified, and its domains with what is to be put where.
#[utoipa::path(
    get, path = "/tenant/verification", tag = "tenant", operation_id = "get_verification",
    responses(
        (status = 200, description = "How it stands", body = TenantVerification),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_verification(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
) -> ApiResult<JsonAnswer<TenantVerification>> {
    let marketplace = m.clone();
    m.db.read(move |c| super::status(c, &marketplace, &scope)).await.map(JsonAnswer)
}

/// Claim a domain
///
/// The answer says what to put where; then have it checked. A domain that is there already can be proven in the other way
/// from then on. There may be 20.
#[utoipa::path(
    post, path = "/tenant/verification", tag = "tenant", operation_id = "create_verification",
    request_body(content = DomainClaim, example = json!({"domain": "acme.example", "method": "dns"})),
    responses(
        (status = 201, description = "The domain, to be proven", body = DomainVerification),
        (status = 200, description = "It was there already", body = DomainVerification),
        (status = 400, description = "It is no domain, or one under which everybody may have theirs", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`", body = ErrorEnvelope),
        (status = 409, description = "There are 20 already", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn claim_domain(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
    Json(body): Json<DomainClaim>,
) -> ApiResult<(StatusCode, JsonAnswer<DomainVerification>)> {
    let (claim, token, now) = (super::checked(&body)?, super::new_token()?, m.now());
    let (new, row) = m
        .write(move |c| {
            let new = super::claim(c, &scope, &claim, &token, now)?;
            Ok::<_, ApiError>((new, super::find(c, &scope, &claim.domain)?))
        })
        .await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, JsonAnswer(super::shown(&m, row))))
}

/// Check a domain
///
/// Looks for the proof now. `status` says what came of it and `error` why it was not found. What is proven is looked for
/// again every 7 days, and after a miss the next day; three misses in a row take the mark away. A tenant that takes another
/// name has its domains checked again to keep the mark.
#[utoipa::path(
    post, path = "/tenant/verification/{domain}/check", tag = "tenant", operation_id = "check_verification",
    params(("domain" = String, Path, description = "The domain")),
    responses(
        (status = 200, description = "How it stands now", body = DomainVerification),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such domain", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn check_domain(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
    Path(domain): Path<String>,
) -> ApiResult<JsonAnswer<DomainVerification>> {
    m.check_domain(&scope, &named(&domain)).await.map(JsonAnswer)
}

/// Remove a domain
///
/// It is not shown any more, and no longer looked for. With the last one the mark goes, unless the platform vouches for the
/// tenant.
#[utoipa::path(
    delete, path = "/tenant/verification/{domain}", tag = "tenant", operation_id = "delete_verification",
    params(("domain" = String, Path, description = "The domain")),
    responses(
        (status = 204, description = "Removed"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `members:manage`", body = ErrorEnvelope),
        (status = 404, description = "The tenant has no such domain", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn remove_domain(
    State(m): State<Marketplace>,
    MemberManager(scope): MemberManager,
    Path(domain): Path<String>,
) -> ApiResult<StatusCode> {
    let (domain, now) = (named(&domain), m.now());
    if m.write(move |c| super::remove(c, &scope, &domain, now)).await? {
        m.publisher_changed();
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A domain in a path as it is stored. What is none is nobody's.
fn named(domain: &str) -> String {
    proof::domain(domain).unwrap_or_default()
}

/// Show a publisher
///
/// Who it is, whether it is verified and by which domains, and how much it shows to everyone. A tenant that shows nothing to
/// everyone is no publisher.
#[utoipa::path(
    get, path = "/publishers/{tenant}", tag = "catalog", operation_id = "get_publisher",
    params(("tenant" = String, Path, description = "The publisher's id", example = "acme")),
    responses(
        (status = 200, description = "The publisher", body = PublisherProfile),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "No such publisher", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
async fn get_publisher(
    State(m): State<Marketplace>,
    Reader(audience): Reader,
    Path(tenant): Path<String>,
) -> ApiResult<JsonAnswer<PublisherProfile>> {
    m.db.read(move |c| super::publisher(c, &audience, &tenant)).await.map(JsonAnswer)
}
