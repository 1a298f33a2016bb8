//! What satellites do: install, uninstall, rate, register, report.
//!
//! A satellite shows its people the `error` of a 2xx and of nothing else. So what the marketplace decides about an install
//! is a 200 that says `success: false`; who may not ask at all, and what is not there, is told by the status as elsewhere.

use atom_marketplace_protocol::error::{Code, FieldError};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::install::{InstallRequest, Installation};
use atom_marketplace_protocol::limits::{REVIEW_MAX, USAGE_REPORTS_MAX};
use atom_marketplace_protocol::statistics::{UsageReport, UsageReportAnswer, UsageReportRequest};
use atom_marketplace_protocol::text::{self, TextRule};
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::names::Name;
use super::read_api::Of;
use super::{Registration, Said, store};
use crate::app::Marketplace;
use crate::catalog;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Installer, Json, Path, Rater, Satellite, TenantScope};
use crate::installs::{self, Order};
use crate::ratings::{self, Opinion, Subject};
use crate::usage as reports;

type Answer = ApiResult<axum::Json<Value>>;

/// Characters of a name that a satellite sends.
const NAME_MAX: usize = 128;

impl Satellite {
    fn said(self, claimed_tenant: Option<&Value>) -> Said {
        let Self { instance, federation_key, .. } = self;
        Said { instance, federation_key, claimed_tenant: claimed_tenant.and_then(words) }
    }
}

/// A text, or a number as one, if it is a name.
fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    text::clean(&text, TextRule { max_chars: NAME_MAX, multiline: false, required: true }).ok()
}

/// What an install says; what else it says is not of this marketplace.
#[derive(Debug, Default, Deserialize)]
pub(super) struct InstallBody {
    #[serde(default)]
    auto_install_deps: bool,
    tenant_id: Option<Value>,
    domain_id: Option<Value>,
}

/// Installs a component for the token's tenant.
pub(super) async fn install(
    State(m): State<Marketplace>,
    Installer(scope): Installer,
    satellite: Satellite,
    Of(kind): Of,
    Path(id): Path<String>,
    Json(body): Json<InstallBody>,
) -> Answer {
    let name = Name::read(kind, &id)?;
    let said = satellite.said(body.tenant_id.as_ref());
    put_in_place(&m, scope, said, kind, name, body.auto_install_deps).await
}

/// Installs a domain: the one named, else the one whose details were asked for last.
pub(super) async fn install_domain(
    State(m): State<Marketplace>,
    Installer(scope): Installer,
    satellite: Satellite,
    Json(body): Json<InstallBody>,
) -> Answer {
    let name = if let Some(id) = body.domain_id.as_ref().and_then(words) {
        Some(Name::read(Kind::Domain, &id)?)
    } else {
        let (token, instance) = (satellite.token, satellite.instance.clone().unwrap_or_default());
        let read = m.db.read(move |c| {
            let Some(component) = store::looked_at(c, token, &instance)? else { return Ok(None) };
            let row = catalog::component(c, component)?;
            Ok::<_, ApiError>(Some(Name { id: row.slug, source: Some(row.publisher_slug.to_string()) }))
        });
        read.await?
    };
    let said = satellite.said(body.tenant_id.as_ref());
    match name {
        Some(name) => put_in_place(&m, scope, said, Kind::Domain, name, body.auto_install_deps).await,
        None => Ok(axum::Json(failure("INVALID_REQUEST", "Ask for the details of the domain to install first."))),
    }
}

async fn put_in_place(m: &Marketplace, scope: TenantScope, said: Said, kind: Kind, name: Name, auto: bool) -> Answer {
    let request =
        InstallRequest { source_tenant_id: name.source, auto_install_dependencies: auto, ..InstallRequest::default() };
    let order = Order::new(kind, name.id, request)?;
    let (sealer, now) = (m.sealer.clone(), m.now());
    let done = m.write(move |c| {
        let done = installs::install(c, &scope, &sealer, &order, now)?;
        super::seen(c, &scope, &said, now)?;
        Ok::<_, ApiError>(done)
    });
    match done.await {
        Ok(done) => {
            m.installations_changed(&done);
            Ok(axum::Json(installed(kind, &done.answer)))
        }
        Err(error) => decided(error),
    }
}

fn installed(kind: Kind, installation: &Installation) -> Value {
    let mut answer = json!(installation);
    answer["success"] = true.into();
    answer["error"] = Value::Null;
    answer["message"] = format!("The {kind} is installed.").into();
    answer["installation_id"] = json!(installation.id);
    answer[kind.id_field()] = json!(installation.component_id);
    answer
}

/// A decision of the marketplace's as an answer that a satellite shows; all else as it is.
fn decided(error: ApiError) -> Answer {
    match error.code {
        Code::PlanRestricted
        | Code::AgentLimitExceeded
        | Code::DependencyMissing
        | Code::InvalidConfiguration
        | Code::QuotaExceeded
        | Code::AmbiguousComponent
        | Code::Conflict => {
            let mut answer = failure(error.code.as_str(), &error.message);
            answer["details"] = error.details;
            Ok(axum::Json(answer))
        }
        _ => Err(error),
    }
}

fn failure(code: &str, message: &str) -> Value {
    json!({ "success": false, "error": message, "code": code })
}

/// Uninstalls a component for the token's tenant.
pub(super) async fn uninstall(
    State(m): State<Marketplace>,
    Installer(scope): Installer,
    satellite: Satellite,
    Of(kind): Of,
    Path(id): Path<String>,
) -> Answer {
    let (name, said, now) = (Name::read(kind, &id)?, satellite.said(None), m.now());
    let change = m.write(move |c| {
        let change = installs::uninstall(c, &scope, kind, &name.id, name.source.as_deref(), now)?;
        super::seen(c, &scope, &said, now)?;
        Ok::<_, ApiError>(change)
    });
    match change.await {
        Ok(change) => {
            m.catalog_changed(change);
            Ok(axum::Json(json!({ "success": true, "error": null, kind.id_field(): id })))
        }
        Err(error) => decided(error),
    }
}

/// What a rating says. `user_id` is a person of the satellite's.
#[derive(Debug, Deserialize)]
pub(super) struct RateBody {
    user_id: Option<Value>,
    rating: f64,
    comment: Option<String>,
}

/// Rates a component for one of the satellite's people, in place of what they said before.
pub(super) async fn rate(
    State(m): State<Marketplace>,
    Rater(scope): Rater,
    satellite: Satellite,
    Of(kind): Of,
    Path(id): Path<String>,
    Json(body): Json<RateBody>,
) -> Answer {
    let name = Name::read(kind, &id)?;
    let author = match body.user_id.as_ref().and_then(words) {
        Some(user) => format!("user:{user}"),
        None => scope.author().to_owned(),
    };
    if !(1.0..=5.0).contains(&body.rating) || body.rating.fract() != 0.0 {
        return Err(ApiError::field("rating", "A rating is a whole number from 1 to 5."));
    }
    let opinion = Opinion { rating: body.rating as i64, review: body.comment.as_deref().and_then(review) };
    let subject = Subject { kind, id: name.id, source: name.source };
    let (said, installers_only, now) = (satellite.said(None), m.numbers.rating_requires_install, m.now());
    let rated = m.write(move |c| {
        let (summary, change) = ratings::rate(c, &scope, &author, &subject, &opinion, installers_only, now)?;
        super::seen(c, &scope, &said, now)?;
        Ok::<_, ApiError>((summary, ratings::id(c, &scope, &author, &subject)?, change))
    });
    let (summary, rating, change) = rated.await?;
    m.catalog_changed(change);
    Ok(axum::Json(json!({
        "success": true,
        "error": null,
        "id": rating,
        "rating_id": rating,
        kind.id_field(): id,
        "rating": summary.rating,
        "average_rating": summary.average_rating,
        "avg_rating": summary.average_rating,
        "rating_count": summary.rating_count,
    })))
}

/// A comment as a review. A satellite sends what it has again until it is taken, so one that is too long is cut, and one
/// that holds what no text here may hold is left out.
fn review(comment: &str) -> Option<String> {
    let cut: String = comment.trim().chars().take(REVIEW_MAX).collect();
    text::clean(&cut, TextRule { max_chars: REVIEW_MAX, multiline: true, required: true }).ok()
}

/// How an instance registers.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RegisterBody {
    instance_name: Option<Value>,
    version: Option<Value>,
    platform: Option<Value>,
}

/// Registers an instance. The registration's token opens nothing: its API token is what counts.
pub(super) async fn register(
    State(m): State<Marketplace>,
    Installer(scope): Installer,
    satellite: Satellite,
    Json(body): Json<RegisterBody>,
) -> Answer {
    let text = |value: &Option<Value>| value.as_ref().and_then(words);
    let (instance_name, version) = (text(&body.instance_name), text(&body.version));
    let registration = Registration { instance_name, version, platform: text(&body.platform) };
    let (said, now) = (satellite.said(None), m.now());
    let id = m.write(move |c| super::register(c, &scope, &said, &registration, now)).await?;
    Ok(axum::Json(
        json!({ "success": true, "error": null, "instance_id": id, "registration_token": format!("reg_{id}") }),
    ))
}

/// What an instance ran.
#[derive(Debug, Deserialize)]
pub(super) struct UsageBody {
    instance_id: Option<Value>,
    #[serde(default)]
    reports: Vec<ItemReport>,
}

#[derive(Debug, Deserialize)]
struct ItemReport {
    item_type: String,
    item_id: String,
    #[serde(default)]
    execution_count: f64,
    #[serde(default)]
    success_count: f64,
    #[serde(default)]
    total_duration_ms: f64,
}

/// Takes an instance's running totals. What is not of this marketplace is said so, one by one.
pub(super) async fn usage(
    State(m): State<Marketplace>,
    Installer(scope): Installer,
    satellite: Satellite,
    Json(body): Json<UsageBody>,
) -> Answer {
    let said = satellite.said(None);
    let instance = body.instance_id.as_ref().and_then(words).or_else(|| said.instance.clone());
    let Some(instance_id) = instance else {
        return Err(ApiError::invalid(vec![FieldError::new("instance_id", "This field is required.")]));
    };
    let (known, mut rejected) =
        (0..).zip(body.reports).fold((Vec::new(), Vec::new()), |(mut known, mut rejected), (at, report)| {
            match read_report(&report) {
                Ok(report) => known.push(report),
                Err(reason) => rejected.push(json!({
                    "index": at as u64, "item_type": report.item_type, "item_id": report.item_id, "reason": reason,
                })),
            }
            (known, rejected)
        });
    let mut accepted = 0;
    for some in known.chunks(USAGE_REPORTS_MAX) {
        let request = UsageReportRequest { instance_id: instance_id.clone(), reports: some.to_vec() };
        let (request, scope, said, now) = (reports::check(request)?, scope.clone(), said.clone(), m.now());
        let answer: UsageReportAnswer = m
            .write(move |c| {
                let answer = reports::report(c, &scope, &request, now)?;
                super::seen(c, &scope, &said, now)?;
                Ok::<_, ApiError>(answer)
            })
            .await?;
        accepted += answer.accepted;
        rejected.extend(answer.rejected.into_iter().map(|report| {
            json!({ "item_type": item_type(report.component_type), "item_id": report.component_id, "reason": report.reason })
        }));
    }
    Ok(axum::Json(json!({
        "success": true, "error": null, "count": accepted, "accepted": accepted, "rejected": rejected,
    })))
}

/// A report in the API's words, or why it is none.
fn read_report(report: &ItemReport) -> Result<UsageReport, String> {
    let kind = match report.item_type.as_str() {
        "agent" => Kind::Agent,
        "skill" => Kind::Skill,
        "canvas_component" | "canvas" | "component" => Kind::Canvas,
        "domain" => Kind::Domain,
        "workflow" => return Err("There are no workflows here.".to_owned()),
        _ => return Err("No such type of item.".to_owned()),
    };
    let name = Name::read(kind, &report.item_id).map_err(|error| error.message)?;
    Ok(UsageReport {
        component_type: kind,
        component_id: name.id,
        source_tenant_id: name.source,
        execution_count: report.execution_count as i64,
        success_count: report.success_count as i64,
        total_duration_ms: report.total_duration_ms as i64,
    })
}

fn item_type(kind: Kind) -> &'static str {
    if kind == Kind::Canvas { "canvas_component" } else { kind.as_str() }
}
