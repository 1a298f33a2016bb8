//! The engine's questions to the database, each a task that answers with an event. None holds a transaction while anything else
//! happens.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use atom_marketplace_db::{Conn, Dialect, Error, Timestamp};
use atom_marketplace_protocol::webhook::WebhookStatus;
use tokio::sync::mpsc::UnboundedSender;

use super::{Endpoint, Event};
use crate::app::Marketplace;
use crate::events::outbox::{Handed, LEASE, Message};
use crate::outbound::Outbound;
use crate::seal::Sealer;
use crate::webhooks::store::{self, queue, queue::Held};

/// Deliveries that are counted for the metrics.
const COUNTED: u64 = 100_000;

/// What is to be claimed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub(super) webhook: i64,
    pub(super) most: usize,
}

/// What became of a lease; none: it was lost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Renewal {
    pub(super) webhook: i64,
    pub(super) event: i64,
    pub(super) lease: i64,
    pub(super) until: Option<Timestamp>,
}

/// Sends an answer to the engine, or that there was none. It does not listen any more when the server stops.
fn answer(events: &UnboundedSender<Event>, webhooks: Vec<i64>, answered: Result<Event, Error>) {
    let event = answered.unwrap_or_else(|error| {
        tracing::warn!(%error, "the delivery of webhooks waits for the database");
        Event::Failed(webhooks)
    });
    let _ = events.send(event);
}

pub(super) async fn release_all(m: &Marketplace) {
    let now = m.now();
    match m.db.write_by_statement(move |c| queue::release_all(c, now)).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "deliveries that were under way when the server ended are sent again"),
        Err(error) => tracing::warn!(%error, "deliveries of before are sent again when their leases end"),
    }
}

pub(super) async fn load(m: Marketplace, webhooks: Vec<i64>, events: UnboundedSender<Event>) {
    let (wanted, sealer, outbound) = (webhooks.clone(), m.sealer.clone(), m.outbound.clone());
    let loaded = m.db.read(move |c| {
        let loaded = wanted.iter().map(|webhook| Ok((*webhook, endpoint(c, &sealer, &outbound, *webhook)?)));
        loaded.collect::<Result<_, Error>>().map(Event::Loaded)
    });
    let loaded = loaded.await;
    answer(&events, webhooks, loaded);
}

fn endpoint(c: &mut Conn<'_>, sealer: &Sealer, outbound: &Outbound, key: i64) -> Result<Option<Endpoint>, Error> {
    let Some((row, owner)) = store::load(c, key)? else { return Ok(None) };
    let keys = match crate::webhooks::keys(sealer, owner.tenant, &row) {
        Ok(keys) => keys,
        Err(error) => {
            tracing::error!(
                webhook = row.uid,
                error,
                "the secret of a webhook cannot be opened: nothing is sent to it"
            );
            return Ok(None);
        }
    };
    Ok(Some(Endpoint {
        key,
        tenant: owner.tenant,
        revision: row.revision,
        target: outbound.check(&row.url),
        keys,
        rate_limit: row.rate_limit,
        active: row.status == WebhookStatus::Active && !owner.suspended,
        url: row.url,
        uid: row.uid,
    }))
}

pub(super) async fn claim(m: Marketplace, claims: Vec<Claim>, events: UnboundedSender<Event>) {
    let now = m.now();
    let until = now.plus(LEASE);
    let lease = m.outbox.new_lease();
    let webhooks = claims.iter().map(|claim| claim.webhook).collect();
    let claimed = m.db.write_by_statement(move |c| {
        let mut all = Vec::with_capacity(claims.len());
        for Claim { webhook, most } in &claims {
            let found = queue::claim(c, *webhook, lease, (now, until), *most)?;
            let keys: Vec<i64> = found.iter().map(|claimed| claimed.event).collect();
            let messages: Vec<Message> = queue::messages(c, &keys)?;
            let complete = found.len() < *most;
            let handed = found.into_iter().zip(messages).map(|(claimed, message)| Handed {
                message: Arc::new(message),
                webhook: *webhook,
                // Whatever is loaded by now will do.
                revision: 0,
                lease,
                until,
                step: claimed.step,
                attempts: claimed.attempts,
                since: now,
            });
            all.push((*webhook, handed.collect(), complete));
        }
        Ok(Event::Claimed(all))
    });
    let claimed = claimed.await;
    answer(&events, webhooks, claimed);
}

pub(super) async fn renew(m: Marketplace, waiting: Vec<Handed>, events: UnboundedSender<Event>) {
    let until = m.now().plus(LEASE);
    let renewed = m.db.write_by_statement(move |c| {
        let renewed = waiting.iter().map(|handed| {
            let (webhook, event, lease) = (handed.webhook, handed.message.event, handed.lease);
            let kept = queue::renew(c, Held { event, webhook, lease }, until)?;
            Ok(Renewal { webhook, event, lease, until: kept.then_some(until) })
        });
        renewed.collect::<Result<_, Error>>().map(Event::Renewed)
    });
    let event = renewed.await.unwrap_or_else(|error| {
        // Those whose lease has become too short are not sent.
        tracing::warn!(%error, "leases of deliveries could not be renewed");
        Event::Renewed(Vec::new())
    });
    let _ = events.send(event);
}

/// Other nodes that hold claims and are not there.
fn gone(c: &mut Conn<'_>, own: i32) -> Result<Vec<i32>, Error> {
    if c.dialect() == Dialect::Sqlite {
        return Ok(Vec::new());
    }
    let mut gone = Vec::new();
    for node in queue::holders(c, COUNTED)? {
        if node != own && !c.is_held(node)? {
            gone.push(node);
        }
    }
    Ok(gone)
}

/// Takes from a node that is gone what it held, so that others need not wait for its leases to end.
pub(super) async fn release_of(m: Marketplace, node: i32) {
    let now = m.now();
    match m.db.write(move |c| queue::release_of(c, node, now)).await {
        Ok(count) => tracing::info!(node, count, "deliveries of a node that is gone are sent again"),
        Err(error) => tracing::warn!(%error, "deliveries of a node that is gone are sent again when their leases end"),
    }
}

pub(super) async fn poll(m: Marketplace, events: UnboundedSender<Event>) {
    let node = m.outbox.node();
    let polled = m.db.read(move |c| Ok((queue::due(c)?, queue::depth(c, COUNTED)?, gone(c, node)?))).await;
    let polled = polled.map(|(due, depth, gone)| {
        m.deliveries.depth.store(depth as i64, Relaxed);
        Event::Polled(due, gone)
    });
    answer(&events, Vec::new(), polled);
}
