//! Statistics over HTTP, as JSON or as a table.

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::error::{ErrorEnvelope, FieldError};
use atom_marketplace_protocol::scope::Scope;
use atom_marketplace_protocol::statistics::{ComponentStatistics, PublisherStatistics, StatisticsGroup};
use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, VARY};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::read::{self, Days};
use super::{csv, day_of};
use crate::app::Marketplace;
use crate::catalog::resolve::resolve;
use crate::error::{ApiError, ApiResult};
use crate::extract::{OfKind, Path, Query, Reader, TenantReader, UsageReader};
use crate::http::ApiRoutes;

/// Days in an answer.
const DAYS_MAX: i64 = 400;
/// Days when none are asked for.
const DAYS_DEFAULT: i64 = 30;

pub(super) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(get_statistics)).routes(routes!(get_publisher_statistics))
}

/// What an answer is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    Json,
    Csv,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StatisticsQuery {
    /// The component's publisher, where several have that id.
    source_tenant_id: Option<String>,
    /// The first day, UTC. Left out: 29 days before the last.
    #[param(example = "2026-10-26", format = Date)]
    from: Option<String>,
    /// The last day, UTC. Left out: today. At most 400 days from the first.
    #[param(example = "2026-11-24", format = Date)]
    to: Option<String>,
    /// What figures are told apart by. `version` and `plan` are for the publisher and the platform.
    #[param(inline)]
    group_by: Option<StatisticsGroup>,
    /// `csv`: a table, as with `Accept: text/csv`.
    #[param(inline)]
    format: Option<Format>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PublisherQuery {
    /// The first day, UTC. Left out: 29 days before the last.
    #[param(example = "2026-10-26", format = Date)]
    from: Option<String>,
    /// The last day, UTC. Left out: today. At most 400 days from the first.
    #[param(example = "2026-11-24", format = Date)]
    to: Option<String>,
    /// `csv`: a table, as with `Accept: text/csv`.
    #[param(inline)]
    format: Option<Format>,
}

/// The days that a query asks for.
fn days(from: Option<&str>, to: Option<&str>, now: Timestamp) -> ApiResult<Days> {
    let mut errors = Vec::new();
    let mut read = |name: &str, text: Option<&str>| {
        let day = text.map(|text| if text.len() == 10 { format!("{text}T00:00:00Z").parse().ok() } else { None });
        if day == Some(None) {
            errors.push(FieldError::new(name, "Write a day as 2026-11-24."));
        }
        day.flatten().map(day_of)
    };
    let (from, to) = (read("from", from), read("to", to));
    let to = to.unwrap_or(day_of(now));
    let from = from.unwrap_or(to - DAYS_DEFAULT + 1);
    if errors.is_empty() && !(0..DAYS_MAX).contains(&(to - from)) {
        errors
            .push(FieldError::new("from", format!("`from` lies before `to`, and they span at most {DAYS_MAX} days.")));
    }
    if errors.is_empty() { Ok(Days { from, to }) } else { Err(ApiError::invalid(errors)) }
}

fn wants_table(format: Option<Format>, headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    format.map_or_else(|| accept.trim_start().starts_with("text/csv"), |format| format == Format::Csv)
}

fn table(rows: &[Vec<String>]) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"statistics.csv\""),
        (VARY, "Accept"),
    ];
    (headers, csv::table(rows)).into_response()
}

/// Get @kind statistics
///
/// Installs, executions and ratings of a component. Everyone reads installs and ratings by day; its publisher (with
/// `usage:read`) and the platform read everything, by day, version or plan. Tenants count once, however often they install
/// or report again; who they are is not told, and by plan the figures of fewer than three are put together with others.
#[utoipa::path(
    get,
    path = "@base/@collection/{id}/stats",
    operation_id = "get_@kind_stats",
    tag = "statistics",
    params(("id" = String, Path, description = "The component's id"), StatisticsQuery),
    responses(
        (status = 200, description = "The figures", content((ComponentStatistics = "application/json"), (String = "text/csv"))),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 403, description = "`INSUFFICIENT_PERMISSIONS`", body = ErrorEnvelope),
        (status = 404, description = "`COMPONENT_NOT_FOUND`", body = ErrorEnvelope),
        (status = 409, description = "`AMBIGUOUS_COMPONENT`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
async fn get_statistics(
    State(m): State<Marketplace>,
    Reader(audience): Reader,
    reader: Option<TenantReader>,
    OfKind(kind): OfKind,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(query): Query<StatisticsQuery>,
) -> ApiResult<Response> {
    let days = days(query.from.as_deref(), query.to.as_deref(), m.now())?;
    let group = query.group_by.unwrap_or(StatisticsGroup::Day);
    let source = query.source_tenant_id;
    let may_read = reader.is_some_and(|TenantReader(scope)| scope.scopes().contains(Scope::UsageRead));
    let read = m.db.read(move |c| {
        let row = resolve(c, &audience, kind, &id, source.as_deref())?;
        let all = audience.is_admin() || (may_read && row.owned_by(&audience));
        if !all && group != StatisticsGroup::Day {
            return Err(ApiError::forbidden(Scope::UsageRead.as_str()));
        }
        Ok(read::component(c, &row, days, group, all)?)
    });
    let statistics = read.await?;
    Ok(if wants_table(query.format, &headers) {
        table(&read::component_table(&statistics))
    } else {
        ([(VARY, "Accept")], JsonAnswer(statistics)).into_response()
    })
}

/// Get publisher statistics
///
/// What all components of the tenant are used for, by day, and those that are used most. As CSV: a row for each component.
#[utoipa::path(
    get,
    path = "/publisher/stats",
    operation_id = "get_publisher_stats",
    tag = "statistics",
    params(PublisherQuery),
    responses(
        (status = 200, description = "The figures", content((PublisherStatistics = "application/json"), (String = "text/csv"))),
        (status = 400, description = "`INVALID_REQUEST`", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `usage:read`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn get_publisher_statistics(
    State(m): State<Marketplace>,
    UsageReader(scope): UsageReader,
    headers: HeaderMap,
    Query(query): Query<PublisherQuery>,
) -> ApiResult<Response> {
    let days = days(query.from.as_deref(), query.to.as_deref(), m.now())?;
    if wants_table(query.format, &headers) {
        let rows = m.db.read(move |c| read::publisher_table(c, scope.id(), days)).await?;
        return Ok(table(&rows));
    }
    let statistics = m.db.read(move |c| read::publisher(c, scope.id(), days)).await?;
    Ok(([(VARY, "Accept")], JsonAnswer(statistics)).into_response())
}
