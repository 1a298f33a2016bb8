//! Numbers for the metrics page, counted by the workers.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What a [`Db`](crate::Db) has done since it was opened, and what waits now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Reads waiting for a thread.
    pub reads_queued: u64,
    /// Writes waiting for a thread.
    pub writes_queued: u64,
    /// Calls refused because a queue was full.
    pub refused: u64,
    /// Commits: on SQLite one for each group.
    pub commits: u64,
    /// Writes that shared their commit with another (SQLite).
    pub grouped_writes: u64,
    /// Transactions run again after a conflict (PostgreSQL).
    pub retries: u64,
    /// Connections made anew after one was lost.
    pub reconnects: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    commits: AtomicU64,
    grouped_writes: AtomicU64,
    retries: AtomicU64,
    reconnects: AtomicU64,
}

impl Counters {
    pub(crate) fn committed(&self, writes: usize) {
        self.commits.fetch_add(1, Relaxed);
        if writes > 1 {
            self.grouped_writes.fetch_add(writes as u64, Relaxed);
        }
    }

    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(crate) fn reconnected(&self) {
        self.reconnects.fetch_add(1, Relaxed);
    }

    /// A copy, without the queues.
    pub(crate) fn stats(&self) -> Stats {
        Stats {
            commits: self.commits.load(Relaxed),
            grouped_writes: self.grouped_writes.load(Relaxed),
            retries: self.retries.load(Relaxed),
            reconnects: self.reconnects.load(Relaxed),
            ..Stats::default()
        }
    }
}
