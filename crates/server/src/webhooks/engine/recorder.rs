//! Writes down what came of exchanges, many in one commit: while one commit is on its way to disk, the next gathers.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::webhook::DisabledReason;
use tokio::sync::mpsc;

use super::attempt::{Attempt, Verdict};
use super::{Endpoint, Event};
use crate::app::Marketplace;
use crate::events::outbox::Handed;
use crate::webhooks::store::{self, queue, queue::Held};

/// Records in one transaction.
const TOGETHER: usize = 256;
/// The pause after a failure to write.
const PAUSE: Duration = Duration::from_millis(500);
/// Nothing but failures for so long disables a webhook.
const FAILING: Duration = Duration::from_hours(5 * 24);
/// How long it is believed that a webhook is still as this node last saw it: other nodes deliver to it too.
const BELIEVED: Duration = Duration::from_mins(1);

/// Something to be written down.
#[derive(Clone, Debug)]
pub(super) enum Record {
    /// An exchange.
    Exchange(Handed, Arc<Endpoint>, Attempt),
    /// A delivery is given back, due at a time.
    Release(Handed, Timestamp),
}

impl Record {
    fn handed(&self) -> &Handed {
        match self {
            Self::Exchange(handed, ..) | Self::Release(handed, _) => handed,
        }
    }
}

fn held(handed: &Handed) -> Held {
    Held { event: handed.message.event, webhook: handed.webhook, lease: handed.lease }
}

/// Since when a webhook has failed, as this node last saw it.
type Health = HashMap<i64, (Option<Timestamp>, Timestamp)>;

/// Writes until nobody can send any more.
pub(super) async fn run(
    m: Marketplace,
    mut records: mpsc::UnboundedReceiver<Record>,
    events: mpsc::UnboundedSender<Event>,
) {
    let mut health = Health::new();
    let mut batch = Vec::with_capacity(TOGETHER);
    while records.recv_many(&mut batch, TOGETHER).await > 0 {
        let records: Arc<[Record]> = std::mem::take(&mut batch).into();
        let now = m.now();
        health.retain(|_, (_, seen)| seen.plus(BELIEVED) > now);
        let written = loop {
            let (records, health) = (records.clone(), health.clone());
            match m.db.write_by_statement(move |c| write(c, &records, &health, now)).await {
                Ok(written) => break written,
                Err(error) => {
                    tracing::warn!(%error, "deliveries could not be written down and will be");
                    tokio::time::sleep(PAUSE).await;
                }
            }
            if events.is_closed() {
                // The engine has stopped: what is not written down is sent again.
                return;
            }
        };
        health.extend(written.health);
        m.deliveries.disabled.fetch_add(written.disabled, Relaxed);
        m.deliveries.given_up.fetch_add(written.given_up, Relaxed);
        for record in records.iter() {
            m.outbox.release(record.handed().webhook, 1);
        }
        // Nobody listens while the engine stops.
        let _ = events.send(Event::Recorded(records.iter().map(next).collect()));
    }
}

/// When a webhook has something due again, by what was written down.
fn next(record: &Record) -> (i64, Option<Timestamp>) {
    let due = match record {
        Record::Release(_, due) => Some(*due),
        Record::Exchange(_, _, Attempt { verdict: Verdict::Retry(at), .. }) => Some(*at),
        Record::Exchange(..) => None,
    };
    (record.handed().webhook, due)
}

struct Written {
    health: Health,
    disabled: u64,
    given_up: u64,
}

fn write(c: &mut Conn<'_>, records: &[Record], health: &Health, now: Timestamp) -> Result<Written, Error> {
    let mut written = Written { health: Health::new(), disabled: 0, given_up: 0 };
    // Of each webhook: whether anything arrived, and whether it is gone.
    let mut seen: HashMap<i64, (&Endpoint, bool, bool)> = HashMap::new();
    for record in records {
        let (handed, endpoint, attempt) = match record {
            Record::Release(handed, due) => {
                queue::release(c, held(handed), *due)?;
                continue;
            }
            Record::Exchange(handed, endpoint, attempt) => (handed, endpoint, attempt),
        };
        let (arrived, gone) = (attempt.verdict == Verdict::Delivered, attempt.verdict == Verdict::Gone);
        let entry = seen.entry(handed.webhook).or_insert((endpoint, false, false));
        entry.1 |= arrived;
        entry.2 |= gone;
        let (number, step) = (handed.attempts + 1, handed.step + 1);
        let exchange = &attempt.exchange;
        match attempt.verdict {
            Verdict::Delivered => queue::delivered(c, held(handed), exchange)?,
            Verdict::Retry(at) => queue::failed(c, held(handed), (number, step), exchange, Some(at))?,
            Verdict::GiveUp => {
                written.given_up += 1;
                queue::failed(c, held(handed), (number, step), exchange, None)?
            }
            // It waits for a receiver that is there again, as what comes after it does.
            Verdict::Gone => queue::failed(c, held(handed), (number, handed.step), exchange, Some(now))?,
        };
    }
    for (webhook, (endpoint, arrived, gone)) in seen {
        let known = health.get(&webhook).map(|(since, _)| *since);
        let since = match (arrived, known) {
            (true, Some(None)) => continue,
            (true, _) => {
                store::heal(c, webhook)?;
                None
            }
            (false, Some(Some(since))) => Some(since),
            (false, _) => Some(store::fail(c, webhook, now)?),
        };
        written.health.insert(webhook, (since, now));
        let reason = if gone {
            Some(DisabledReason::Gone)
        } else {
            since.filter(|since| now.since(*since) >= FAILING).map(|_| DisabledReason::Failing)
        };
        if let Some(reason) = reason
            && super::super::disable(c, endpoint, reason, now)?
        {
            written.disabled += 1;
        }
    }
    Ok(written)
}
