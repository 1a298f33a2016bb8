//! HTTP of events: catching up by list, and following by stream.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use atom_marketplace_protocol::error::{ErrorEnvelope, FieldError};
use atom_marketplace_protocol::limits::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use atom_marketplace_protocol::webhook::{EventList, WebhookScope};
use axum::extract::State;
use axum::response::sse::{self, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use http::HeaderMap;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::Placed;
use super::outbox::Following;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Query, TenantReader};
use crate::http::ApiRoutes;

/// How long a stream lasts; whoever follows comes again, and is asked for a credential again.
const STREAM: Duration = Duration::from_mins(5);
/// How soon events of other nodes are noticed.
const LOOK: Duration = Duration::from_secs(1);
/// Events read at once for a stream.
const AT_ONCE: u64 = 100;

/// Routes.
pub fn routes() -> ApiRoutes {
    ApiRoutes::new().routes(routes!(list_events)).routes(routes!(stream_events))
}

/// Which events.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// Events behind this one: its id, `evt_…`, or `next_after` of the list before. Left out: from the oldest that is kept.
    after: Option<String>,
    /// Events in the answer.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// `tenant`: what concerns the tenant. `marketplace`: every public publish and update.
    #[param(default = "tenant")]
    scope: Option<WebhookScope>,
}

/// Which events to follow.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StreamQuery {
    /// Events behind this one: its id, `evt_…`. The header `Last-Event-ID` goes before it. Left out: from now on.
    after: Option<String>,
    /// `tenant`: what concerns the tenant. `marketplace`: every public publish and update.
    #[param(default = "tenant")]
    scope: Option<WebhookScope>,
}

/// Reads a tenant's events.
struct Reader {
    m: Marketplace,
    tenant: i64,
    scope: WebhookScope,
}

impl Reader {
    /// The position of an event by its id.
    async fn position(&self, after: &str) -> ApiResult<i64> {
        super::settle(&self.m.db).await.map_err(ApiError::from)?;
        let uid = after.to_owned();
        let found = self.m.db.read(move |c| super::position(c, &uid)).await.map_err(ApiError::from)?;
        found.ok_or_else(|| ApiError::field("after", "There is no such event, or not any more: begin without `after`."))
    }

    async fn behind(&self, position: i64, limit: u64) -> ApiResult<Vec<Placed>> {
        super::settle(&self.m.db).await.map_err(ApiError::from)?;
        let (tenant, scope) = (self.tenant, self.scope);
        let read = self.m.db.read(move |c| match scope {
            WebhookScope::Tenant => super::of_tenant(c, tenant, position, limit),
            WebhookScope::Marketplace => super::of_marketplace(c, position, limit),
        });
        read.await.map_err(ApiError::from)
    }
}

/// List events
///
/// What webhooks are told of, in order and without gaps: for catching up, or in place of webhooks. Events are kept for 90 days.
#[utoipa::path(
    get, path = "/events", tag = "events", operation_id = "list_events",
    params(EventsQuery),
    responses(
        (status = 200, description = "Events behind a place", body = EventList),
        (status = 400, description = "A parameter is wrong, or there is no such event any more", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `components:read`", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn list_events(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
    Query(query): Query<EventsQuery>,
) -> ApiResult<axum::Json<EventList>> {
    let size = query.page_size.unwrap_or(PAGE_SIZE_DEFAULT.into());
    if !(1..=u64::from(PAGE_SIZE_MAX)).contains(&size) {
        let error = FieldError::new("page_size", format!("An answer holds 1 to {PAGE_SIZE_MAX} events."));
        return Err(ApiError::invalid(vec![error]));
    }
    let reader = Reader { m, tenant: scope.id(), scope: query.scope.unwrap_or(WebhookScope::Tenant) };
    let position = match &query.after {
        Some(after) => reader.position(after).await?,
        None => 0,
    };
    let mut events = reader.behind(position, size + 1).await?;
    let has_more = events.len() as u64 > size;
    events.truncate(size as usize);
    let items: Vec<_> = events.into_iter().map(|placed| placed.event).collect();
    let next_after = items.last().map(|event| event.id.clone()).or(query.after);
    Ok(axum::Json(EventList { items, has_more, next_after }))
}

/// Follow events
///
/// Server-sent events: `id` is the event's, `event` its type, `data` the same JSON that a webhook is sent. It ends after five
/// minutes, or when the server stops; come again with `Last-Event-ID`, as browsers and the SDKs do by themselves, and nothing
/// is missed. At most ten streams a tenant.
#[utoipa::path(
    get, path = "/events/stream", tag = "events", operation_id = "stream_events",
    params(StreamQuery, ("Last-Event-ID" = Option<String>, Header, description = "The last event that was seen")),
    responses(
        (status = 200, description = "Events as they happen", body = String, content_type = "text/event-stream"),
        (status = 400, description = "A parameter is wrong, or there is no such event any more", body = ErrorEnvelope),
        (status = 401, description = "No valid credential", body = ErrorEnvelope),
        (status = 403, description = "The caller lacks `components:read`", body = ErrorEnvelope),
        (status = 409, description = "The tenant has ten streams open", body = ErrorEnvelope),
        (status = 429, description = "Rate limit exceeded", body = ErrorEnvelope),
    ),
    security(("token" = []), ("admin" = [])),
)]
async fn stream_events(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> ApiResult<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    let following = m.outbox.follow(scope.id());
    let following = following.ok_or_else(|| {
        ApiError::conflict("The tenant has ten streams of events open: close one, or read GET /events.")
    })?;
    let reader = Reader { m, tenant: scope.id(), scope: query.scope.unwrap_or(WebhookScope::Tenant) };
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned).or(query.after);
    let position = if let Some(after) = &last {
        reader.position(after).await?
    } else {
        super::settle(&reader.m.db).await.map_err(ApiError::from)?;
        reader.m.db.read(super::last_position).await.map_err(ApiError::from)?
    };
    let changes = following.changes.clone();
    let ends = Box::pin(sleep(STREAM));
    let follower = Follower { reader, position, waiting: VecDeque::new(), changes, ends, _following: following };
    let events = stream::unfold(follower, |mut follower| async move {
        let placed = follower.next().await?;
        let event = placed.event;
        let data = serde_json::to_string(&event).expect("an event is JSON");
        Some((Ok(sse::Event::default().id(event.id).event(event.event_type.as_str()).data(data)), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// Somebody who follows events.
struct Follower {
    reader: Reader,
    position: i64,
    waiting: VecDeque<Placed>,
    changes: watch::Receiver<u64>,
    ends: Pin<Box<Sleep>>,
    _following: Following,
}

impl Follower {
    /// The next event; none when the stream ends.
    async fn next(&mut self) -> Option<Placed> {
        loop {
            if let Some(placed) = self.waiting.pop_front() {
                self.position = placed.position;
                return Some(placed);
            }
            if self.ends.is_elapsed() || self.reader.m.outbox.is_closed() {
                return None;
            }
            self.changes.mark_unchanged();
            match self.reader.behind(self.position, AT_ONCE).await {
                Ok(events) if !events.is_empty() => self.waiting.extend(events),
                Ok(_) => tokio::select! {
                    changed = self.changes.changed() => changed.ok()?,
                    () = sleep(LOOK) => {}
                    () = &mut self.ends => {}
                },
                // The client comes again, and finds what it missed.
                Err(error) => {
                    tracing::debug!(%error, "a stream of events ends early");
                    return None;
                }
            }
        }
    }
}
