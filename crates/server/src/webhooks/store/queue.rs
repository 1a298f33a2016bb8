//! SQL of the engine: what is due is claimed, and what came of it written down, by whoever holds the claim.

use atom_marketplace_db::{Conn, Dialect, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::event::EventType;

use crate::events::{self, outbox::Message};

/// When a webhook has its next delivery to be claimed.
#[derive(Debug)]
pub(in crate::webhooks) struct Due {
    pub(in crate::webhooks) webhook: i64,
    pub(in crate::webhooks) revision: i64,
    pub(in crate::webhooks) suspended: bool,
    pub(in crate::webhooks) at: Option<Timestamp>,
}

impl FromRow for Due {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { webhook: row.at(0)?, revision: row.at(1)?, suspended: row.at(2)?, at: row.at(3)? })
    }
}

/// Every active webhook, with the time of its next delivery if it has one.
pub(in crate::webhooks) fn due(c: &mut Conn<'_>) -> Result<Vec<Due>, Error> {
    c.all(
        "SELECT w.id, w.revision, t.suspended,
           (SELECT d.due_at FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 0 ORDER BY d.due_at LIMIT 1)
         FROM webhook w JOIN tenant t ON t.id = w.tenant_id WHERE w.status = 0",
        args![],
    )
}

/// How many deliveries wait to be sent, up to `most`.
pub(in crate::webhooks) fn depth(c: &mut Conn<'_>, most: u64) -> Result<u64, Error> {
    c.one(
        "SELECT count(*) FROM (SELECT 1 AS one FROM webhook_delivery WHERE state = 0 LIMIT $1) AS waiting",
        args![most as i64],
    )
}

/// A delivery that was claimed.
pub(in crate::webhooks) struct Claimed {
    pub(in crate::webhooks) event: i64,
    pub(in crate::webhooks) step: i64,
    pub(in crate::webhooks) attempts: i64,
}

impl FromRow for Claimed {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { event: row.at(0)?, step: row.at(1)?, attempts: row.at(2)? })
    }
}

/// Claims up to `most` deliveries of a webhook that are due, the longest due first. On PostgreSQL what another node is
/// claiming at this moment is passed over.
pub(in crate::webhooks) fn claim(
    c: &mut Conn<'_>,
    webhook: i64,
    lease: i64,
    (now, until): (Timestamp, Timestamp),
    most: usize,
) -> Result<Vec<Claimed>, Error> {
    let skip = if c.dialect() == Dialect::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let mut claimed: Vec<Claimed> = c.all(
        &format!(
            "UPDATE webhook_delivery SET lease = $3, due_at = $4
             WHERE webhook_id = $1 AND state = 0 AND due_at <= $2 AND event_id IN (
                 SELECT event_id FROM webhook_delivery WHERE webhook_id = $1 AND state = 0 AND due_at <= $2
                 ORDER BY due_at, event_id LIMIT $5 {skip})
             RETURNING event_id, step, attempts"
        ),
        args![webhook, now, lease, until, most as i64],
    )?;
    claimed.sort_unstable_by_key(|claimed| claimed.event);
    Ok(claimed)
}

impl FromRow for Message {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let (event, uid): (i64, String) = (row.at(0)?, row.at(1)?);
        let (event_type, at, data): (String, Timestamp, String) = (row.at(2)?, row.at(3)?, row.at(4)?);
        let event_type: EventType = event_type.parse().map_err(Error::Other)?;
        let body = events::body(&uid, event_type, at, &data).into();
        Ok(Self { event, uid, event_type, body })
    }
}

/// The messages of events, in the order of their keys.
pub(in crate::webhooks) fn messages(c: &mut Conn<'_>, events: &[i64]) -> Result<Vec<Message>, Error> {
    let mut found = Vec::with_capacity(events.len());
    for some in events.chunks(8) {
        // One statement for any number of them: the places that are left over repeat the last.
        let at = |place: usize| some[place.min(some.len() - 1)];
        found.extend(c.all::<Message>(
            "SELECT id, uid, type, at, data FROM event WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY id",
            args![at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)],
        )?);
    }
    Ok(found)
}

/// Names a claim on a delivery.
#[derive(Clone, Copy, Debug)]
pub(in crate::webhooks) struct Held {
    pub(in crate::webhooks) event: i64,
    pub(in crate::webhooks) webhook: i64,
    pub(in crate::webhooks) lease: i64,
}

/// One exchange, for the record.
#[derive(Clone, Debug)]
pub(in crate::webhooks) struct Exchange {
    pub(in crate::webhooks) at: Timestamp,
    pub(in crate::webhooks) url: String,
    pub(in crate::webhooks) status: Option<u16>,
    pub(in crate::webhooks) error: Option<String>,
    pub(in crate::webhooks) took_us: i64,
    pub(in crate::webhooks) answer: Option<String>,
}

/// Writes down a success. False when the claim was lost meanwhile: whoever has it now decides.
pub(in crate::webhooks) fn delivered(c: &mut Conn<'_>, held: Held, exchange: &Exchange) -> Result<bool, Error> {
    let changed = c.execute(
        "UPDATE webhook_delivery SET state = 1, lease = 0, attempts = attempts + 1, attempted_at = $4, url = $5, status = $6,
         error = NULL, took_us = $7, answer = $8 WHERE event_id = $1 AND webhook_id = $2 AND lease = $3 AND state = 0",
        args![
            held.event,
            held.webhook,
            held.lease,
            exchange.at,
            &exchange.url,
            exchange.status.map(i64::from),
            exchange.took_us,
            exchange.answer.as_deref()
        ],
    )?;
    Ok(changed == 1)
}

/// Writes down a failure; `next` is when it is tried again, or nothing if it is given up.
pub(in crate::webhooks) fn failed(
    c: &mut Conn<'_>,
    held: Held,
    (number, step): (i64, i64),
    exchange: &Exchange,
    next: Option<Timestamp>,
) -> Result<bool, Error> {
    let (status, error) = (exchange.status.map(i64::from), exchange.error.as_deref());
    let changed = c.execute(
        "UPDATE webhook_delivery SET state = $4, due_at = $5, lease = 0, step = $6, attempts = $7, attempted_at = $8, url = $9,
         status = $10, error = $11, took_us = $12, answer = $13 WHERE event_id = $1 AND webhook_id = $2 AND lease = $3 AND state = 0",
        args![
            held.event,
            held.webhook,
            held.lease,
            if next.is_some() { 0_i64 } else { 2 },
            next.unwrap_or(exchange.at),
            step,
            number,
            exchange.at,
            &exchange.url,
            status,
            error,
            exchange.took_us,
            exchange.answer.as_deref()
        ],
    )?;
    if changed == 1 {
        c.execute(
            "INSERT INTO webhook_attempt (event_id, webhook_id, number, attempted_at, url, status, error, took_us, answer)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (event_id, webhook_id, number) DO NOTHING",
            args![
                held.event,
                held.webhook,
                number,
                exchange.at,
                &exchange.url,
                status,
                error,
                exchange.took_us,
                exchange.answer.as_deref()
            ],
        )?;
    }
    Ok(changed == 1)
}

/// Gives a claim back: the delivery is due at `due`.
pub(in crate::webhooks) fn release(c: &mut Conn<'_>, held: Held, due: Timestamp) -> Result<(), Error> {
    c.execute(
        "UPDATE webhook_delivery SET lease = 0, due_at = $4 WHERE event_id = $1 AND webhook_id = $2 AND lease = $3 AND state = 0",
        args![held.event, held.webhook, held.lease, due],
    )
    .map(|_| ())
}

/// Renews a claim. False when it was lost.
pub(in crate::webhooks) fn renew(c: &mut Conn<'_>, held: Held, until: Timestamp) -> Result<bool, Error> {
    let changed = c.execute(
        "UPDATE webhook_delivery SET due_at = $4 WHERE event_id = $1 AND webhook_id = $2 AND lease = $3 AND state = 0",
        args![held.event, held.webhook, held.lease, until],
    )?;
    Ok(changed == 1)
}

/// The nodes that hold claims.
pub(in crate::webhooks) fn holders(c: &mut Conn<'_>, most: u64) -> Result<Vec<i32>, Error> {
    let nodes: Vec<i64> = c.all(
        "SELECT DISTINCT lease / 4294967296 FROM (
             SELECT lease FROM webhook_delivery WHERE state = 0 AND lease <> 0 LIMIT $1) AS held",
        args![most as i64],
    )?;
    Ok(nodes.into_iter().filter_map(|node| i32::try_from(node).ok()).collect())
}

/// Gives the claims of a node back: it is gone.
pub(in crate::webhooks) fn release_of(c: &mut Conn<'_>, node: i32, now: Timestamp) -> Result<u64, Error> {
    let first = i64::from(node) << 32;
    c.execute(
        "UPDATE webhook_delivery SET lease = 0, due_at = $1 WHERE state = 0 AND lease BETWEEN $2 AND $3",
        args![now, first, first | i64::from(u32::MAX)],
    )
}

/// Gives all claims back: this is the only process, and it has just begun.
pub(in crate::webhooks) fn release_all(c: &mut Conn<'_>, now: Timestamp) -> Result<u64, Error> {
    c.execute("UPDATE webhook_delivery SET lease = 0, due_at = $1 WHERE state = 0 AND lease <> 0", args![now])
}
