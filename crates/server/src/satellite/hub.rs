//! Connected satellites of a node, and the one reader that tells them what happens.
//!
//! The reader follows the events' positions and keeps the latest messages in memory. A connection goes through them at its own
//! pace, by position; one that has fallen behind what is kept reads on from the database, so no queue grows with slow clients.
//! The reader runs while anybody is connected.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::updates::{self, Heard, Update};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::events;

/// Connections of one tenant, on one node.
pub(super) const OF_TENANT_MAX: usize = 1_000;
/// Connections of a node.
const ALL_MAX: usize = 10_000;
/// Messages kept in memory.
const KEPT: usize = 4_096;
/// Events read at once.
const AT_ONCE: u64 = 200;
/// Messages that a connection takes at once.
const TAKEN: usize = 64;
/// How soon events of other nodes are noticed.
const LOOK: Duration = Duration::from_secs(1);
/// How long a connection waits for the reader to have found its place.
const PATIENCE: Duration = Duration::from_secs(10);

/// The hub of a marketplace.
#[derive(Clone, Debug, Default)]
pub struct Hub(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    /// Changes whenever more was read; 0 while the reader has not begun.
    read: watch::Sender<u64>,
    connected: watch::Sender<usize>,
    /// Messages sent.
    sent: AtomicU64,
    /// How often a connection had fallen behind what is kept.
    behind: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    running: bool,
    begun: bool,
    by_tenant: HashMap<i64, usize>,
    connected: usize,
    kept: VecDeque<Arc<Update>>,
    /// All messages of events behind this one are kept…
    from: i64,
    /// …up to this one.
    to: i64,
}

/// What a connection finds.
#[derive(Debug)]
pub(super) enum Next {
    /// These, up to a position.
    Here(Vec<Arc<Update>>, i64),
    /// They are not kept any more.
    Gone,
}

impl Hub {
    /// How many are connected.
    pub fn connected(&self) -> usize {
        *self.0.connected.borrow()
    }

    /// How many messages were sent, and how often a connection had fallen behind what is kept.
    pub fn counts(&self) -> (u64, u64) {
        (self.0.sent.load(Relaxed), self.0.behind.load(Relaxed))
    }

    /// Waits until nobody is connected, which [`Outbox::close`](crate::events::outbox::Outbox::close) brings about. False if
    /// that takes longer than `patience`.
    pub async fn ended(&self, patience: Duration) -> bool {
        let mut connected = self.0.connected.subscribe();
        matches!(timeout(patience, connected.wait_for(|count| *count == 0)).await, Ok(Ok(_)))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().expect("no panic under this lock")
    }

    /// Takes a place for a satellite of a tenant: whatever is committed from now on reaches it.
    pub(super) async fn join(&self, m: &Marketplace, tenant: i64) -> ApiResult<Place> {
        let (place, first) = {
            let mut state = self.state();
            if state.connected >= ALL_MAX || m.outbox.is_closed() {
                return Err(ApiError::unavailable("This node takes no more satellites at present.", 5));
            }
            let count = state.by_tenant.entry(tenant).or_default();
            if *count >= OF_TENANT_MAX {
                let message = format!("The tenant has {OF_TENANT_MAX} satellites connected: close one first.");
                return Err(ApiError::conflict(message));
            }
            *count += 1;
            state.connected += 1;
            self.0.connected.send_replace(state.connected);
            let first = !std::mem::replace(&mut state.running, true);
            (Place { hub: self.clone(), tenant, read: self.0.read.subscribe(), position: 0 }, first)
        };
        if first {
            tokio::spawn(run(m.clone()));
        }
        let mut place = place;
        match timeout(PATIENCE, place.read.wait_for(|count| *count > 0)).await {
            Ok(Ok(_)) => {}
            _ => return Err(ApiError::unavailable("The events cannot be read at present.", 5)),
        }
        place.position = self.state().to;
        Ok(place)
    }

    /// Ends the reader if nobody is connected.
    fn rests(&self) -> bool {
        let mut state = self.state();
        if state.connected > 0 {
            return false;
        }
        *state = State::default();
        self.0.read.send_replace(0);
        true
    }

    fn position(&self) -> Option<i64> {
        let state = self.state();
        state.begun.then_some(state.to)
    }

    fn begin(&self, position: i64) {
        let mut state = self.state();
        (state.begun, state.from, state.to) = (true, position, position);
        self.0.read.send_modify(|count| *count += 1);
    }

    fn push(&self, heard: Heard) {
        let mut state = self.state();
        if heard.position == state.to {
            return;
        }
        if heard.position < state.to {
            // Data that was begun anew.
            state.kept.clear();
            state.from = heard.position;
        }
        state.to = heard.position;
        state.kept.extend(heard.updates.into_iter().map(Arc::new));
        while state.kept.len() > KEPT {
            let Some(gone) = state.kept.pop_front() else { break };
            state.from = gone.position;
        }
        // An event's messages are kept together or not at all.
        let from = state.from;
        while state.kept.front().is_some_and(|update| update.position <= from) {
            state.kept.pop_front();
        }
        drop(state);
        self.0.read.send_modify(|count| *count += 1);
    }

    fn next(&self, after: i64) -> Next {
        let state = self.state();
        if after < state.from {
            return Next::Gone;
        }
        let first = state.kept.partition_point(|update| update.position <= after);
        let mut last = (first + TAKEN).min(state.kept.len());
        while last > first && last < state.kept.len() && state.kept[last].position == state.kept[last - 1].position {
            last += 1;
        }
        let position = if last == state.kept.len() { state.to } else { state.kept[last - 1].position };
        Next::Here(state.kept.range(first..last).cloned().collect(), position)
    }
}

/// A satellite's place. It is given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    hub: Hub,
    tenant: i64,
    read: watch::Receiver<u64>,
    position: i64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.hub.state();
        state.connected -= 1;
        self.hub.0.connected.send_replace(state.connected);
        if let Some(count) = state.by_tenant.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                state.by_tenant.remove(&self.tenant);
            }
        }
    }
}

impl Place {
    /// The texts that follow for this satellite; empty: none yet.
    pub(super) async fn next(&mut self, m: &Marketplace) -> ApiResult<Vec<Arc<str>>> {
        loop {
            self.read.mark_unchanged();
            let (texts, position) = match self.hub.next(self.position) {
                Next::Here(updates, position) => (self.texts(updates.iter().map(|update| &**update)), position),
                Next::Gone => {
                    self.hub.0.behind.fetch_add(1, Relaxed);
                    let after = self.position;
                    let heard = m.db.read(move |c| updates::heard(c, after, TAKEN as u64)).await?;
                    (self.texts(heard.updates.iter()), heard.position)
                }
            };
            let same = std::mem::replace(&mut self.position, position) == position;
            if same || !texts.is_empty() {
                return Ok(texts);
            }
        }
    }

    fn texts<'a>(&self, updates: impl Iterator<Item = &'a Update>) -> Vec<Arc<str>> {
        updates.filter_map(|update| update.text_for(self.tenant).cloned()).collect()
    }

    /// Waits until there may be more.
    pub(super) async fn more(&mut self) {
        if self.read.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Counts a message sent.
    pub(super) fn sent(&self) {
        self.hub.0.sent.fetch_add(1, Relaxed);
    }
}

/// Reads on while anybody is connected, whatever happens.
async fn run(m: Marketplace) {
    while AssertUnwindSafe(follow(&m)).catch_unwind().await.is_err() {
        tracing::error!("the reader of satellites' events panicked and goes on");
        sleep(LOOK).await;
    }
}

async fn follow(m: &Marketplace) {
    let (hub, mut commits) = (&m.satellites, m.outbox.commits());
    while !hub.rests() {
        commits.mark_unchanged();
        match read(m, hub.position()).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "events for satellites cannot be read and will be tried again");
                sleep(LOOK).await;
            }
        }
        // Without the other half of the channel there is no marketplace either.
        tokio::select! { _ = commits.changed() => {}, () = sleep(LOOK) => {} }
    }
}

/// Reads what is behind a position, or finds where to begin. Whether more follows at once.
async fn read(m: &Marketplace, position: Option<i64>) -> ApiResult<bool> {
    events::settle(&m.db).await?;
    let Some(position) = position else {
        m.satellites.begin(m.db.read(updates::start).await?);
        return Ok(true);
    };
    let heard = m.db.read(move |c| updates::heard(c, position, AT_ONCE)).await?;
    let more = heard.more;
    m.satellites.push(heard);
    Ok(more)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(positions: &[i64], position: i64) -> Heard {
        Heard { updates: positions.iter().map(|at| Update::at(*at)).collect(), position, more: false }
    }

    /// The positions that a connection behind `after` takes, and where it is then.
    fn take(hub: &Hub, after: i64) -> Option<(Vec<i64>, i64)> {
        match hub.next(after) {
            Next::Here(updates, position) => Some((updates.iter().map(|update| update.position).collect(), position)),
            Next::Gone => None,
        }
    }

    #[test]
    fn connections_go_through_what_is_kept() {
        let hub = Hub::default();
        hub.begin(10);
        assert_eq!(take(&hub, 10), Some((vec![], 10)));
        hub.push(heard(&[11, 11, 13], 15));
        assert_eq!(take(&hub, 10), Some((vec![11, 11, 13], 15)));
        assert_eq!(take(&hub, 11), Some((vec![13], 15)));
        assert_eq!(take(&hub, 15), Some((vec![], 15)));
        assert_eq!(take(&hub, 9), None);
        // What one event tells is taken together.
        let many: Vec<i64> = (0..TAKEN as i64).map(|n| 16 + n.min(TAKEN as i64 - 2)).collect();
        hub.push(heard(&many, 1_000));
        let (taken, position) = take(&hub, 13).unwrap();
        assert_eq!((taken, position), (many, 1_000));
        hub.push(heard(&[1_001; 2], 1_001));
        let (taken, position) = take(&hub, 13).unwrap();
        assert_eq!((taken.len(), position), (TAKEN, 16 + TAKEN as i64 - 2));
        assert_eq!(take(&hub, position), Some((vec![1_001; 2], 1_001)));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let hub = Hub::default();
        hub.begin(0);
        let all: Vec<i64> = (1..=KEPT as i64 + 10).map(|n| n / 2).collect();
        hub.push(heard(&all, KEPT as i64));
        let state = hub.state();
        assert!(state.kept.len() <= KEPT);
        let first = state.kept.front().unwrap().position;
        assert_eq!(state.kept.iter().filter(|update| update.position == first).count(), 2, "an event was torn");
        assert!(state.from < first);
        drop(state);
        assert_eq!(take(&hub, 0), None);
        assert!(take(&hub, first - 1).is_some());
        // Data that was begun anew.
        hub.push(heard(&[], 3));
        assert_eq!(take(&hub, 5_000), Some((vec![], 3)));
    }
}
