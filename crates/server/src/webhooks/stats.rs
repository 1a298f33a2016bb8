//! What `/metrics` tells of deliveries.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// How an exchange ended, for its label.
pub(crate) const OUTCOMES: [&str; 9] =
    ["delivered", "answer", "refused", "dns", "connect", "tls", "timeout", "protocol", "body"];

/// Upper bounds of the latency buckets, in microseconds.
pub(crate) const BOUNDS: [u64; 10] =
    [1_000, 2_500, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 15_000_000];

/// Counters of one marketplace's deliveries, on this node.
#[derive(Debug, Default)]
pub struct DeliveryStats {
    /// Exchanges by outcome.
    pub(crate) outcomes: [Outcome; OUTCOMES.len()],
    /// Deliveries given up.
    pub(crate) given_up: AtomicU64,
    /// Webhooks disabled.
    pub(crate) disabled: AtomicU64,
    /// Exchanges under way.
    pub(crate) in_flight: AtomicI64,
    /// Deliveries that wait in the database, as last counted.
    pub(crate) depth: AtomicI64,
    /// How long the delivery that is most overdue has been due, in milliseconds, as last seen.
    pub(crate) overdue_ms: AtomicI64,
}

/// Exchanges that ended in one way.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) buckets: [AtomicU64; BOUNDS.len() + 1],
    pub(crate) micros: AtomicU64,
}

impl DeliveryStats {
    pub(super) fn observe(&self, outcome: &str, took: Duration) {
        let Some(at) = OUTCOMES.iter().position(|known| *known == outcome) else { return };
        let micros = took.as_micros() as u64;
        self.outcomes[at].buckets[BOUNDS.partition_point(|bound| *bound < micros)].fetch_add(1, Relaxed);
        self.outcomes[at].micros.fetch_add(micros, Relaxed);
    }
}
