//! SQL of deliveries as people see them, and queue them again.

use std::time::Duration;

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::webhook::{Delivery, DeliveryAttempt, DeliveryStatus};

use super::WebhookRow;
use crate::paging::Window;
use crate::webhooks::Tried;

/// A delivery as it is stored.
pub(in crate::webhooks) struct DeliveryRow {
    pub(in crate::webhooks) event: i64,
    pub(in crate::webhooks) state: DeliveryStatus,
    pub(in crate::webhooks) event_type: String,
    pub(in crate::webhooks) uid: String,
    pub(in crate::webhooks) happened_at: Timestamp,
    pub(in crate::webhooks) data: String,
    pub(in crate::webhooks) attempts: u32,
    due_at: Timestamp,
    last: Last,
}

/// The last exchange, in the delivery's own row.
struct Last {
    at: Option<Timestamp>,
    url: Option<String>,
    status: Option<u16>,
    error: Option<String>,
    took_us: Option<i64>,
    answer: Option<String>,
}

impl FromRow for Last {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let status: Option<i64> = row.get("status")?;
        Ok(Self {
            at: row.get("attempted_at")?,
            url: row.get("url")?,
            status: status.and_then(|status| u16::try_from(status).ok()),
            error: row.get("error")?,
            took_us: row.get("took_us")?,
            answer: row.get("answer")?,
        })
    }
}

impl FromRow for DeliveryRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let attempts: i64 = row.get("attempts")?;
        Ok(Self {
            event: row.get("event_id")?,
            uid: row.get("uid")?,
            event_type: row.get("type")?,
            happened_at: row.get("at")?,
            data: row.get("data")?,
            state: match row.get::<i64>("state")? {
                0 => DeliveryStatus::Pending,
                1 => DeliveryStatus::Delivered,
                _ => DeliveryStatus::Failed,
            },
            attempts: attempts as u32,
            due_at: row.get("due_at")?,
            last: Last::from_row(row)?,
        })
    }
}

/// The id of a delivery on the wire, unique within its webhook: the event's own part.
pub(in crate::webhooks) fn id_of(event_uid: &str) -> String {
    format!("dlv_{}", event_uid.strip_prefix("evt_").unwrap_or(event_uid))
}

impl DeliveryRow {
    /// As it is shown.
    pub(in crate::webhooks) fn shown(&self, webhook: &WebhookRow) -> Result<Delivery, Error> {
        let pending = self.state == DeliveryStatus::Pending;
        Ok(Delivery {
            id: id_of(&self.uid),
            webhook_id: webhook.uid.clone(),
            event_id: self.uid.clone(),
            event: self.event_type.parse().map_err(Error::Other)?,
            status: self.state,
            attempt_count: self.attempts,
            response_status: self.last.status,
            error: self.last.error.clone(),
            next_attempt_at: pending.then(|| self.due_at.to_string()),
            created_at: self.happened_at.to_string(),
            last_attempt_at: self.last.at.map(|time| time.to_string()),
        })
    }
}

const SELECT: &str = "SELECT d.event_id, e.uid, e.type, e.at, e.data, d.state, d.attempts, d.due_at, d.attempted_at, d.url, \
     d.status, d.error, d.took_us, d.answer FROM webhook_delivery d JOIN event e ON e.id = d.event_id";

/// The deliveries of a webhook, newest first; of one status where that is asked for.
pub(in crate::webhooks) fn list(
    c: &mut Conn<'_>,
    webhook: i64,
    state: Option<DeliveryStatus>,
    window: Window<i64>,
) -> Result<Vec<DeliveryRow>, Error> {
    let sql = format!(
        "{SELECT} WHERE d.webhook_id = $1 AND d.event_id < $2 AND ($3 < 0 OR d.state = $3)
         ORDER BY d.event_id DESC LIMIT $4 OFFSET $5"
    );
    let after = window.after.unwrap_or(i64::MAX);
    c.all(&sql, args![webhook, after, state_code(state), window.limit(), window.offset()])
}

/// How many those are, up to `most`.
pub(in crate::webhooks) fn count(
    c: &mut Conn<'_>,
    webhook: i64,
    state: Option<DeliveryStatus>,
    most: u64,
) -> Result<u64, Error> {
    c.one(
        "SELECT count(*) FROM (
             SELECT 1 AS one FROM webhook_delivery WHERE webhook_id = $1 AND ($2 < 0 OR state = $2) LIMIT $3) AS found",
        args![webhook, state_code(state), most as i64],
    )
}

fn state_code(state: Option<DeliveryStatus>) -> i64 {
    match state {
        None => -1,
        Some(DeliveryStatus::Pending) => 0,
        Some(DeliveryStatus::Delivered) => 1,
        Some(DeliveryStatus::Failed) => 2,
    }
}

/// How many wait to be sent, up to `most`.
pub(in crate::webhooks) fn waiting(c: &mut Conn<'_>, webhook: i64, most: u64) -> Result<u64, Error> {
    c.one(
        "SELECT count(*) FROM (SELECT 1 AS one FROM webhook_delivery WHERE webhook_id = $1 AND state = 0 LIMIT $2) AS waiting",
        args![webhook, most as i64],
    )
}

impl FromRow for Tried {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let took: Option<i64> = row.at(2)?;
        let took = Duration::from_micros(took.unwrap_or(0).max(0) as u64);
        Ok(Self { at: row.at(0)?, delivered: row.at::<i64>(1)? == 1, took })
    }
}

/// The newest deliveries that were tried, of their last exchange.
pub(in crate::webhooks) fn tried(c: &mut Conn<'_>, webhook: i64, most: u64) -> Result<Vec<Tried>, Error> {
    c.all(
        "SELECT attempted_at, state, took_us FROM webhook_delivery WHERE webhook_id = $1 AND attempted_at IS NOT NULL
         ORDER BY event_id DESC LIMIT $2",
        args![webhook, most as i64],
    )
}

/// One delivery of a webhook, by its id on the wire.
pub(in crate::webhooks) fn find(c: &mut Conn<'_>, webhook: i64, id: &str) -> Result<Option<DeliveryRow>, Error> {
    let Some(event) = id.strip_prefix("dlv_") else { return Ok(None) };
    c.first(&format!("{SELECT} WHERE e.uid = $1 AND d.webhook_id = $2"), args![format!("evt_{event}"), webhook])
}

/// Its exchanges, oldest first.
pub(in crate::webhooks) fn attempts(
    c: &mut Conn<'_>,
    webhook: i64,
    delivery: &DeliveryRow,
) -> Result<Vec<DeliveryAttempt>, Error> {
    struct Numbered(u32, Last);
    impl FromRow for Numbered {
        fn from_row(row: &Row<'_>) -> Result<Self, Error> {
            Ok(Self(row.get::<i64>("number")? as u32, Last::from_row(row)?))
        }
    }
    let shown = |number: u32, last: &Last| DeliveryAttempt {
        number,
        at: last.at.unwrap_or(delivery.happened_at).to_string(),
        url: last.url.clone(),
        response_status: last.status,
        response_body: last.answer.clone(),
        error: last.error.clone(),
        duration_ms: last.took_us.map(|micros| micros as f64 / 1_000.0),
    };
    let past: Vec<Numbered> = c.all(
        "SELECT number, attempted_at, url, status, error, took_us, answer FROM webhook_attempt
         WHERE event_id = $1 AND webhook_id = $2 ORDER BY number LIMIT 1000",
        args![delivery.event, webhook],
    )?;
    let mut attempts: Vec<DeliveryAttempt> = past.iter().map(|Numbered(number, last)| shown(*number, last)).collect();
    if delivery.state == DeliveryStatus::Delivered {
        attempts.push(shown(delivery.attempts, &delivery.last));
    }
    Ok(attempts)
}

/// Queues a delivery again, from the beginning of its schedule.
pub(in crate::webhooks) fn requeue(
    c: &mut Conn<'_>,
    webhook: i64,
    delivery: &DeliveryRow,
    now: Timestamp,
) -> Result<(), Error> {
    // The success that is in the delivery's own row makes room for the next exchange.
    c.execute(
        "INSERT INTO webhook_attempt (event_id, webhook_id, number, attempted_at, url, status, error, took_us, answer)
         SELECT event_id, webhook_id, attempts, attempted_at, url, status, error, took_us, answer
         FROM webhook_delivery WHERE event_id = $1 AND webhook_id = $2 AND state = 1
         ON CONFLICT (event_id, webhook_id, number) DO NOTHING",
        args![delivery.event, webhook],
    )?;
    c.execute(
        "UPDATE webhook_delivery SET state = 0, step = 0, lease = 0, due_at = $3 WHERE event_id = $1 AND webhook_id = $2 AND lease = 0",
        args![delivery.event, webhook, now],
    )
    .map(|_| ())
}

/// Queues failed deliveries of events since a time again, up to `most`. Returns how many.
pub(in crate::webhooks) fn recover(
    c: &mut Conn<'_>,
    webhook: i64,
    since: Timestamp,
    most: u64,
    now: Timestamp,
) -> Result<u64, Error> {
    c.execute(
        "UPDATE webhook_delivery SET state = 0, step = 0, lease = 0, due_at = $3
         WHERE webhook_id = $1 AND state = 2 AND event_id IN (
             SELECT d.event_id FROM webhook_delivery d JOIN event e ON e.id = d.event_id
             WHERE d.webhook_id = $1 AND d.state = 2 AND e.at >= $2 ORDER BY d.event_id LIMIT $4)",
        args![webhook, since, now, most as i64],
    )
}
