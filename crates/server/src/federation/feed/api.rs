//! HTTP of the feed.

use std::sync::Arc;
use std::time::Duration;

use atom_marketplace_protocol::error::{ErrorEnvelope, FieldError};
use atom_marketplace_protocol::limits::FEDERATION_PAGE_SIZE_MAX;
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::Digest as _;
use tokio::time::sleep;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{Plan, Wanted, Writing, lines, plan, settle, signer};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{FederationPeer, Query};
use crate::http::ApiRoutes;
use crate::instance;
use crate::ndjson;
use crate::paging::bad_cursor;

/// Routes.
pub(in crate::federation) fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(federation_changes))
}

/// What comes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Include {
    /// The bundles of versions that became available.
    Bundles,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ChangesQuery {
    /// `next_cursor` of the page before. Left out: from the beginning.
    cursor: Option<String>,
    /// Entries on a page; it ends sooner at 16 MiB.
    #[param(minimum = 1, maximum = 1_000, default = 1_000)]
    page_size: Option<u64>,
    /// `bundles`: the signed bundle of each version that became available comes along.
    #[param(inline)]
    include: Option<Include>,
    /// Seconds to wait for a change where there is none.
    #[param(minimum = 0, maximum = 30, default = 0)]
    wait: Option<u64>,
}

/// Seconds that a reader may wait.
const WAIT_MAX: u64 = 30;
/// How often one that waits looks by itself: for hints that were lost.
const LOOK: Duration = Duration::from_secs(1);

/// Follow what became different for the public
///
/// Lines (NDJSON) in the order of `sequence`: `{sequence, action, component_type, source_tenant_id, id, version?, instance,
/// record?, bundle?}`, where `record` is the component's present record in the envelope of the instance it comes from, and
/// the last of a component's lines on a page has it (`superseded` says that another one does). The line at the end is
/// `{page, next_cursor, has_more}`; `page` is signed by this instance and holds the SHA-256 of all bytes in front of it.
/// Whoever has read to the end has what the public sees; see FEDERATION_API.md.
#[utoipa::path(
    get, path = "/federation/v1/changes", tag = "federation", operation_id = "federation_changes",
    params(ChangesQuery),
    responses(
        (status = 200, description = "A page of the feed", body = String, content_type = "application/x-ndjson"),
        (status = 400, description = "A parameter is wrong", body = ErrorEnvelope),
        (status = 401, description = "No valid federation key", body = ErrorEnvelope),
        (status = 409, description = "The cursor is another instance's, or ahead of this feed: the instance was set back", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("federation" = []), ("admin" = [])),
)]
async fn federation_changes(
    State(m): State<Marketplace>,
    peer: FederationPeer,
    Query(query): Query<ChangesQuery>,
) -> ApiResult<Response> {
    let instance = instance::id(&m).await?;
    let (from, wait, wanted) = checked(&query, &peer, instance)?;
    let plan = next_page(&m, from, wanted.clone(), wait).await?;
    let (plan, wanted) = (Arc::new(plan), Arc::new(wanted));
    let writing = Writing { plan, wanted, next: 0, written: sha2::Sha256::new() };
    ndjson::respond(writing, move |writing| write(m.clone(), writing)).await
}

/// Where a request begins, how long it waits, and what it wants.
fn checked(query: &ChangesQuery, peer: &FederationPeer, own: Arc<str>) -> ApiResult<(i64, Duration, Wanted)> {
    let mut errors = Vec::new();
    let lines = query.page_size.unwrap_or(FEDERATION_PAGE_SIZE_MAX.into());
    if !(1..=u64::from(FEDERATION_PAGE_SIZE_MAX)).contains(&lines) {
        errors.push(FieldError::new("page_size", format!("A page holds 1 to {FEDERATION_PAGE_SIZE_MAX} entries.")));
    }
    let wait = query.wait.unwrap_or_default();
    if wait > WAIT_MAX {
        errors.push(FieldError::new("wait", format!("At most {WAIT_MAX} seconds.")));
    }
    let cursor = query.cursor.as_deref().map(|cursor| position(cursor).ok_or_else(bad_cursor)).transpose();
    let cursor = cursor.unwrap_or_else(|error| {
        errors.push(error);
        None
    });
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let from = match cursor {
        Some((instance, _)) if *instance != *own => {
            return Err(ApiError::conflict(format!(
                "The cursor is of the instance {instance}, and this is {own}: begin without one."
            )));
        }
        Some((_, from)) => from,
        None => 0,
    };
    let bundles = query.include == Some(Include::Bundles);
    Ok((
        from,
        Duration::from_secs(wait),
        Wanted { instance: own, filters: peer.filters(), bundles, lines: lines as usize },
    ))
}

/// The page behind a position; where there is none yet, as soon as there is one.
async fn next_page(m: &Marketplace, from: i64, wanted: Wanted, wait: Duration) -> ApiResult<Plan> {
    let until = m.now().plus(wait);
    let (mut hints, mut reached) = (m.feed.hints(), from);
    loop {
        hints.mark_unchanged();
        settle(m).await.map_err(ApiError::from)?;
        let (after, asked) = (reached, wanted.clone());
        let plan = m.db.read(move |c| plan(c, after, &asked)).await.map_err(ApiError::from)?;
        if from > plan.head {
            return Err(ApiError::conflict(format!(
                "The cursor is at {from}, and this feed ends at {}: the instance was set back to an earlier state.",
                plan.head
            )));
        }
        reached = plan.to;
        let left = until.since(m.now());
        if !plan.entries.is_empty() || plan.to < plan.head || left.is_zero() || m.outbox.is_closed() {
            return Ok(Plan { from, ..plan });
        }
        tokio::select! {
            _ = hints.changed() => {}
            () = sleep(left.min(LOOK)) => {}
        }
    }
}

/// Writes the next part of a page.
async fn write(m: Marketplace, mut writing: Writing) -> ApiResult<(Vec<u8>, Option<Writing>)> {
    if writing.next >= writing.plan.entries.len() {
        let signer = signer(&m).await.map_err(ApiError::from)?;
        return Ok((writing.trailer(&signer, m.now())?, None));
    }
    let (plan, wanted, next) = (writing.plan.clone(), writing.wanted.clone(), writing.next);
    let read = m.db.read(move |c| lines(c, &plan, &wanted, next));
    let (lines, next) = read.await.map_err(ApiError::from)?;
    writing.written.update(&lines);
    writing.next = next;
    Ok((lines, Some(writing)))
}

/// A place in the feed of an instance.
pub(super) fn cursor(instance: &str, sequence: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{instance}.{sequence}"))
}

fn position(cursor: &str) -> Option<(String, i64)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (instance, sequence) = text.split_once('.')?;
    let known = instance.strip_prefix("ins_").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_alphanumeric()));
    let sequence = sequence.parse().ok().filter(|sequence: &i64| *sequence >= 0)?;
    known.then(|| (instance.to_owned(), sequence))
}
