//! What the engine knows of one webhook: what waits, what is under way, and how its receiver has behaved. Every receiver has a
//! lane of its own, so that one that hangs holds up nobody else.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use atom_marketplace_db::Timestamp;

use super::Endpoint;
use crate::events::outbox::Handed;

/// Exchanges with one receiver at a time, once it has shown that it answers; and before that.
const WINDOW_MAX: usize = 32;
const WINDOW_FIRST: usize = 8;
/// Failures in a row after which a receiver is only probed, one exchange at a time, with growing pauses.
pub(super) const CIRCUIT: u32 = 5;

/// One webhook.
#[derive(Debug)]
pub(super) struct Lane {
    /// Leased to this node, in the order they are to be sent.
    pub(super) queue: VecDeque<Handed>,
    pub(super) in_flight: usize,
    /// How many may be: one more with every success, half with every failure.
    window: usize,
    /// In a row.
    pub(super) failures: u32,
    /// Nothing is sent before this time.
    pub(super) quiet_until: Timestamp,
    /// By its rate limit.
    next_send: Timestamp,
    pub(super) endpoint: Option<Arc<Endpoint>>,
    /// There may be more that is due in the table.
    pub(super) behind: bool,
    pub(super) claiming: bool,
    pub(super) loading: bool,
    /// It is in the engine's line of lanes that may start something.
    pub(super) in_line: bool,
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            in_flight: 0,
            window: WINDOW_FIRST,
            failures: 0,
            quiet_until: Timestamp::default(),
            next_send: Timestamp::default(),
            endpoint: None,
            behind: false,
            claiming: false,
            loading: false,
            in_line: false,
        }
    }
}

/// Whether a lane may start an exchange.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// At once.
    Now,
    /// Not before this time.
    At(Timestamp),
    /// When something of its own has ended, or changed.
    Later,
    /// When something of any other has ended.
    Crowded,
}

impl Lane {
    /// Whether it may start an exchange, where so many are under way in all, and so many of its tenant's.
    pub(super) fn start(&self, now: Timestamp, room: Room) -> Start {
        let Some(endpoint) = &self.endpoint else { return Start::Later };
        // It was changed: what comes after the change goes where it says now.
        if self.loading {
            return Start::Later;
        }
        if self.queue.is_empty() || !endpoint.active {
            return Start::Later;
        }
        let earliest =
            if endpoint.rate_limit.is_some() { self.quiet_until.max(self.next_send) } else { self.quiet_until };
        if now < earliest {
            return Start::At(earliest);
        }
        let own = if self.failures >= CIRCUIT { 1 } else { self.window };
        if self.in_flight >= own {
            return Start::Later;
        }
        if self.in_flight >= room.of_lane() || room.of_tenant() { Start::Crowded } else { Start::Now }
    }

    /// Takes the next delivery, which is about to be sent.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<Handed> {
        let handed = self.queue.pop_front()?;
        self.in_flight += 1;
        if let Some(rate) = self.endpoint.as_ref().and_then(|endpoint| endpoint.rate_limit) {
            let pause = Duration::from_micros(1_000_000 / u64::from(rate.max(1)));
            // What was not used a while ago is not made up for.
            self.next_send = self.next_send.max(now.minus(pause)).plus(pause);
        }
        Some(handed)
    }

    /// Notes how an exchange ended. True when the receiver is from now on only probed.
    pub(super) fn ended(&mut self, delivered: bool, first_pause: Duration, now: Timestamp) -> bool {
        self.in_flight -= 1;
        if delivered {
            self.failures = 0;
            self.window = (self.window + 1).min(WINDOW_MAX);
            return false;
        }
        self.window = (self.window / 2).max(1);
        self.failures = self.failures.saturating_add(1);
        if self.failures >= CIRCUIT {
            self.quiet_until = self.quiet_until.max(now.plus(probe_pause(self.failures, first_pause)));
        }
        self.failures >= CIRCUIT
    }

    /// How many deliveries are to be claimed now; 0: none.
    pub(super) fn wants(&self, now: Timestamp, most: usize) -> usize {
        let sends = self.endpoint.as_ref().is_some_and(|endpoint| endpoint.active);
        if !self.behind || self.claiming || !sends || now < self.quiet_until {
            return 0;
        }
        if self.failures >= CIRCUIT {
            return usize::from(self.queue.is_empty() && self.in_flight == 0);
        }
        if self.queue.len() < most / 2 { most } else { 0 }
    }

    /// Whether forgetting it loses nothing.
    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.in_flight == 0 && !self.behind && !self.claiming && !self.loading
    }
}

/// Between probes: a fifth of the schedule's first pause, doubling up to twelve times that pause.
fn probe_pause(failures: u32, first_pause: Duration) -> Duration {
    (first_pause / 5).saturating_mul(1 << (failures - CIRCUIT).min(6)).min(first_pause.saturating_mul(12))
}

/// How many exchanges are under way. Each lane and each tenant may have a share of what is free: the more there are that
/// hang, the smaller the share, and some room is always left for the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) all: usize,
    pub(super) of_this_tenant: usize,
}

/// Exchanges at a time, on one node.
const ALL: usize = 2_048;

impl Room {
    fn free(self) -> usize {
        ALL.saturating_sub(self.all)
    }

    fn of_lane(self) -> usize {
        (self.free() / 8).max(1)
    }

    /// Whether its tenant has what it may have.
    fn of_tenant(self) -> bool {
        self.of_this_tenant >= (self.free() / 4).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_become_rarer() {
        let pause = |failures| probe_pause(failures, Duration::from_secs(5)).as_secs();
        assert_eq!([5, 6, 7, 10, 11, 99].map(pause), [1, 2, 4, 32, 60, 60]);
    }

    #[test]
    fn whoever_hangs_leaves_room_for_the_next() {
        // A hundred new receivers of as many tenants that hang fill what they may; the next one still gets all it wants.
        let mut all = 0;
        for _ in 0..100 {
            let mut own = 0;
            while own < WINDOW_FIRST && own < (Room { all, of_this_tenant: own }).of_lane() {
                own += 1;
                all += 1;
            }
        }
        assert!((Room { all, of_this_tenant: 0 }).of_lane() > WINDOW_MAX, "{all}");
        // One tenant alone never takes it all.
        let mut own = 0;
        while !(Room { all: own, of_this_tenant: own }).of_tenant() {
            own += 1;
        }
        assert!(own < ALL / 4, "{own}");
    }
}
