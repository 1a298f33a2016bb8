//! Deliveries as people see them: what was sent, what came back, and sending it again.

use std::time::Duration;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::webhook::{Delivery, DeliveryDetail, DeliveryStatus};
use serde_json::json;

use super::store::{self, deliveries::DeliveryRow};
use super::{found, note};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::events::{self, outbox::Note, outbox::Outbox};
use crate::extract::TenantScope;
use crate::paging::Window;

/// Deliveries that a list counts; there may be more.
const COUNTED: u64 = 10_000;
/// Deliveries queued again in one transaction.
const RECOVERED_AT_ONCE: u64 = 1_000;

/// The deliveries of a webhook, newest first, each with its key, and how many there are (up to 10,000).
pub(crate) fn list(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    webhook: &str,
    status: Option<DeliveryStatus>,
    window: Window<i64>,
) -> ApiResult<(Vec<(i64, Delivery)>, u64)> {
    let webhook = found(c, scope, webhook)?;
    let total = store::deliveries::count(c, webhook.key, status, COUNTED)?;
    let rows = store::deliveries::list(c, webhook.key, status, window)?;
    let shown = rows.iter().map(|row| Ok((row.event, row.shown(&webhook)?))).collect::<ApiResult<_>>()?;
    Ok((shown, total))
}

/// One delivery with its exchanges.
pub(crate) fn get(c: &mut Conn<'_>, scope: &TenantScope, webhook: &str, id: &str) -> ApiResult<DeliveryDetail> {
    let webhook = found(c, scope, webhook)?;
    let row = found_delivery(c, webhook.key, id)?;
    let delivery = row.shown(&webhook)?;
    let body = events::body(&row.uid, delivery.event, row.happened_at, &row.data);
    let payload = serde_json::from_str(&body).map_err(ApiError::internal)?;
    let attempts = store::deliveries::attempts(c, webhook.key, &row)?;
    Ok(DeliveryDetail { delivery, payload, attempts })
}

fn found_delivery(c: &mut Conn<'_>, webhook: i64, id: &str) -> ApiResult<DeliveryRow> {
    store::deliveries::find(c, webhook, id)?.ok_or_else(|| ApiError::not_found("delivery"))
}

/// Queues one delivery again, whatever became of it.
pub(crate) fn redeliver(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    webhook: &str,
    id: &str,
    now: Timestamp,
) -> ApiResult<Delivery> {
    let row = found(c, scope, webhook)?;
    let delivery = found_delivery(c, row.key, id)?;
    store::deliveries::requeue(c, row.key, &delivery, now)?;
    due(c, row.key);
    note(c, scope, "webhook.redeliver", webhook, json!({ "delivery": id }), now)?;
    Ok(found_delivery(c, row.key, id)?.shown(&row)?)
}

/// Queues all failed deliveries of events since a time again. Returns how many.
pub(crate) async fn recover_since(
    m: &Marketplace,
    scope: &TenantScope,
    webhook: &str,
    since: Timestamp,
) -> ApiResult<u64> {
    let (now, mut recovered) = (m.now(), 0);
    // A transaction for each thousand, so that nobody waits behind a long one; each of them lasts.
    loop {
        let (scope, webhook) = (scope.clone(), webhook.to_owned());
        let some = m.write(move |c| recover(c, &scope, &webhook, since, now)).await?;
        recovered += some;
        if some < RECOVERED_AT_ONCE {
            return Ok(recovered);
        }
    }
}

/// Queues the first of the failed deliveries of events since a time again. Returns how many; fewer than
/// [`RECOVERED_AT_ONCE`] are the last.
fn recover(c: &mut Conn<'_>, scope: &TenantScope, webhook: &str, since: Timestamp, now: Timestamp) -> ApiResult<u64> {
    let row = found(c, scope, webhook)?;
    let recovered = store::deliveries::recover(c, row.key, since, RECOVERED_AT_ONCE, now)?;
    due(c, row.key);
    let details = json!({ "since": since.to_string(), "deliveries": recovered });
    note(c, scope, "webhook.recover", webhook, details, now)?;
    Ok(recovered)
}

/// A delivery that was tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tried {
    /// When it last was.
    pub(crate) at: Timestamp,
    /// Whether it has arrived.
    pub(crate) delivered: bool,
    /// How long that exchange took.
    pub(crate) took: Duration,
}

/// How a webhook is doing.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// The newest deliveries that were tried, newest first.
    pub(crate) tried: Vec<Tried>,
    /// Deliveries that wait (up to 10,000).
    pub(crate) waiting: u64,
}

/// How a webhook is doing, by its newest deliveries, up to `most`.
pub(crate) fn figures(c: &mut Conn<'_>, scope: &TenantScope, webhook: &str, most: u64) -> ApiResult<Figures> {
    let row = found(c, scope, webhook)?;
    let tried = store::deliveries::tried(c, row.key, most)?;
    Ok(Figures { tried, waiting: store::deliveries::waiting(c, row.key, COUNTED)? })
}

/// Tells the engine after the commit that a webhook has something due.
fn due(c: &mut Conn<'_>, webhook: i64) {
    if let Some(outbox) = c.attached::<Outbox>() {
        let outbox = outbox.clone();
        c.after_commit(move || outbox.tell(Note::Due(vec![webhook])));
    }
}
