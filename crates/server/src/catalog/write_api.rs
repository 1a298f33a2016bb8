//! HTTP of what publishers do: publish, deprecate and share, withdraw.

use std::sync::Arc;

use atom_marketplace_protocol::component::{
    AgentPublish, CanvasPublish, Component, ComponentPatch, DomainPublish, Publication, PublishAnswer, PublishCheck,
    SkillPublish,
};
use atom_marketplace_protocol::error::{ErrorEnvelope, FieldError};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::json::path_join;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, ETAG, HeaderValue, IF_MATCH, LOCATION};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::publish::{self, Prepared};
use super::{component as component_by_key, policy, render, versions};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, Json, OfKind, Path, Publisher, Query, TenantScope, from_value};
use crate::http::ApiRoutes;

/// What every answer is.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new()
        .schema::<AgentPublish>()
        .schema::<SkillPublish>()
        .schema::<CanvasPublish>()
        .schema::<DomainPublish>()
        .schema::<PublishCheck>()
        .routes(utoipa_axum::routes!(publish_component))
        .routes(utoipa_axum::routes!(update_component, withdraw_component))
}

/// Whose component is meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SourceQuery {
    /// Its publisher. Left out: the caller's own of that id, and for reading what the caller has installed under it, else
    /// the one public one.
    pub(super) source_tenant_id: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PublishQuery {
    /// Check alone: the answer says what a publish would do, and nothing is stored.
    #[serde(default)]
    dry_run: bool,
    /// Go on although credentials, personal data, tenant ids or internal addresses are taken out first. A dry run lists them.
    #[serde(default)]
    accept_redactions: bool,
}

/// Publishes a @kind, or a new version of one
///
/// A private one is there at once. A public one waits for a reviewer (`pending_review`); until the decision everyone goes
/// on seeing the version approved before. Without `version` it becomes 1.0.0, then the next patch. The same content again
/// changes nothing and is answered 200 with the version it has. A submission takes the place of one that waits. Making
/// a public component private takes it from the public at once, with all its versions.
///
/// What is public, or shared with somebody, is sanitised first: in the free JSON (`configuration`, `canvases`, `memory`,
/// `content`, `knowledge_base`, `governance_template`, `vocabulary`) keys that hold credentials are dropped, and credentials,
/// emails, phone numbers, social security numbers, tenant ids and internal hosts in texts are replaced by `[redacted:<kind>]`.
/// Where there is anything of that, it is 400 CHECKS_FAILED with `details.redactions` (which name the places, never the
/// values) unless `accept_redactions=true`; what is stored, and its digest, are of the content that is left.
#[utoipa::path(
    post, path = "@base/@collection", operation_id = "publish_@kind", tag = "publishing",
    params(PublishQuery),
    request_body(content = ref("#/components/schemas/@KindPublish"), description = "The publication",
        example = json!({"@kind_id": "sales_@kind", "marketplace_type": "public", "name": "Sales", "description": "Automated sales outreach", "category": "sales", "tags": ["sales", "crm"], "version": "1.0.0"})),
    responses(
        (status = 201, description = "Stored: published, or waiting for review", body = Component, headers(("Location", description = "Where it is"), ("ETag", description = "For If-Match"))),
        (status = 200, description = "The same content was there already; with `dry_run`, what a publish would do", body = PublishAnswer),
        (status = 400, description = "INVALID_REQUEST with every field that is wrong, or CHECKS_FAILED with the findings and redactions", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "INSUFFICIENT_PERMISSIONS (scope or component patterns), or QUOTA_EXCEEDED", body = ErrorEnvelope),
        (status = 409, description = "VERSION_EXISTS: the number has other content; CONFLICT: quarantined", body = ErrorEnvelope),
        (status = 413, description = "Over 10 MiB", body = ErrorEnvelope),
        (status = 415, description = "Not JSON", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn publish_component(
    State(m): State<Marketplace>,
    OfKind(kind): OfKind,
    Publisher(scope): Publisher,
    Query(query): Query<PublishQuery>,
    OriginalUri(uri): OriginalUri,
    Json(body): Json<Value>,
) -> ApiResult<Response> {
    let publication = publication(kind, body)?;
    scope.check_pattern(&publication.id)?;
    let accepted = query.accept_redactions;
    let prepared = Arc::new(prepare(&m, &scope, publication).await?);
    if query.dry_run {
        let check = m.db.read(move |c| publish::dry_run(c, &scope, &prepared, accepted)).await?;
        return Ok(axum::Json(check).into_response());
    }
    prepared.passed(accepted)?;
    let (now, by, what) = (m.now(), scope.clone(), prepared.clone());
    let rule = m.auto_approve;
    let published = m
        .write(move |c| {
            let published = publish::publish(c, &by, &what, now)?;
            policy::apply(c, rule, &what, published, now)
        })
        .await?;
    if let Some(change) = published.change {
        m.catalog_changed(change);
    }
    let status = if published.created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = answer(&m, &scope, published.component, status).await?;
    if published.created {
        let location = format!("{}/{}?source_tenant_id={}", uri.path(), prepared.id, scope.slug());
        response.headers_mut().insert(LOCATION, HeaderValue::try_from(location).map_err(ApiError::internal)?);
    }
    Ok(response)
}

async fn prepare(m: &Marketplace, scope: &TenantScope, publication: Publication) -> ApiResult<Prepared> {
    let shared = if let Some(shared) = publish::sharing(&publication) {
        shared
    } else {
        let (by, kind, id) = (scope.clone(), publication.kind, publication.id.clone());
        m.db.read(move |c| publish::was_shared(c, &by, kind, &id)).await?
    };
    let (publisher, policy) = (scope.slug().to_owned(), m.checks.clone());
    // Hashing megabytes would hold up the other requests of this thread.
    let prepared = tokio::task::spawn_blocking(move || publish::prepare(publication, &publisher, shared, &policy));
    prepared.await.map_err(ApiError::internal)?
}

/// The request of a kind, as all kinds' requests are handled.
fn publication(kind: Kind, body: Value) -> ApiResult<Publication> {
    Ok(match kind {
        Kind::Agent => from_value::<AgentPublish>(body)?.into(),
        Kind::Skill => from_value::<SkillPublish>(body)?.into(),
        Kind::Canvas => from_value::<CanvasPublish>(body)?.into(),
        Kind::Domain => from_value::<DomainPublish>(body)?.into(),
    })
}

/// Deprecates a @kind, or says who sees a private one
///
/// Only `deprecated` and `shared_with` change without a new version. A version that holds what sanitising would take out is
/// not shared (400 CHECKS_FAILED with `details.redactions`): publish it again with `shared_with`. With `If-Match`, only if nobody changed it meanwhile.
#[utoipa::path(
    patch, path = "@base/@collection/{id}", operation_id = "update_@kind", tag = "publishing",
    params(("id" = String, Path, description = "The component's id"), SourceQuery, ("If-Match" = Option<String>, Header, description = "The ETag it had when it was read")),
    request_body(content = ComponentPatch, description = "What to change",
        example = json!({"deprecated": {"message": "Replaced by sales_agent_v2.", "successor": {"id": "sales_agent_v2"}}})),
    responses(
        (status = 200, description = "The component as it is now", body = Component),
        (status = 400, description = "A field is wrong or needs a new version; CHECKS_FAILED: what would be shared needs redactions", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The token may not publish this id", body = ErrorEnvelope),
        (status = 404, description = "The caller's tenant has no such component", body = ErrorEnvelope),
        (status = 409, description = "It is in quarantine", body = ErrorEnvelope),
        (status = 412, description = "It has changed since", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn update_component(
    State(m): State<Marketplace>,
    OfKind(kind): OfKind,
    Publisher(scope): Publisher,
    Path(id): Path<String>,
    Query(query): Query<SourceQuery>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> ApiResult<Response> {
    let patch = patch_of(body)?;
    let (now, by, if_match) = (m.now(), scope.clone(), headers.get(IF_MATCH).cloned());
    let (component, change) = m
        .write(move |c| {
            let row = versions::own(c, &by, kind, &id, query.source_tenant_id.as_deref())?;
            let change = versions::patch(c, &by, &row, &patch, if_match.as_ref(), now)?;
            Ok::<_, ApiError>((row.id, change))
        })
        .await?;
    if let Some(change) = change {
        m.catalog_changed(change);
    }
    answer(&m, &scope, component, StatusCode::OK).await
}

/// A patch, checked. Any other field of a component is refused with what to do instead.
fn patch_of(body: Value) -> ApiResult<ComponentPatch> {
    let others = body.as_object().into_iter().flat_map(|fields| fields.keys());
    let others = others.filter(|field| !matches!(field.as_str(), "deprecated" | "shared_with"));
    let errors: Vec<_> = others
        .take(100)
        .map(|field| {
            FieldError::new(
                path_join("", field),
                "Only `deprecated` and `shared_with` can be changed: publish a new version.",
            )
        })
        .collect();
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let mut patch: ComponentPatch = from_value(body)?;
    versions::check_patch(&mut patch)?;
    Ok(patch)
}

/// Withdraws a @kind
///
/// Nobody sees it any more and its storage is free; who has installed it keeps what they have. Its id stays its publisher's
/// and its version numbers stay spent: publishing again revives it with the next one.
#[utoipa::path(
    delete, path = "@base/@collection/{id}", operation_id = "withdraw_@kind", tag = "publishing",
    params(("id" = String, Path, description = "The component's id"), SourceQuery, ("If-Match" = Option<String>, Header, description = "The ETag it had when it was read")),
    responses(
        (status = 204, description = "Withdrawn"),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The token may not publish this id", body = ErrorEnvelope),
        (status = 404, description = "The caller's tenant has no such component", body = ErrorEnvelope),
        (status = 409, description = "It is in quarantine", body = ErrorEnvelope),
        (status = 412, description = "It has changed since", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn withdraw_component(
    State(m): State<Marketplace>,
    OfKind(kind): OfKind,
    Publisher(scope): Publisher,
    Path(id): Path<String>,
    Query(query): Query<SourceQuery>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let (now, if_match) = (m.now(), headers.get(IF_MATCH).cloned());
    let change = m
        .write(move |c| {
            let row = versions::own(c, &scope, kind, &id, query.source_tenant_id.as_deref())?;
            versions::withdraw(c, &scope, &row, if_match.as_ref(), now)
        })
        .await?;
    m.catalog_changed(change);
    Ok(StatusCode::NO_CONTENT)
}

/// The component as its publisher sees it now.
pub(super) async fn answer(
    m: &Marketplace,
    scope: &TenantScope,
    component: i64,
    status: StatusCode,
) -> ApiResult<Response> {
    let audience = Audience::of(scope);
    let (json, etag) =
        m.db.read(move |c| {
            let row = component_by_key(c, component)?;
            Ok::<_, ApiError>((render::detail_json(c, &row, &audience, None)?, render::etag(&row, &audience)))
        })
        .await?;
    Ok((status, [(ETAG, etag), (CONTENT_TYPE, JSON)], json).into_response())
}
