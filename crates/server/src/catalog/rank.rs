//! Popularity: one number for a component, from its ratings, its installs and how fresh it is. Lists are ordered by it and
//! searches weigh by it, so it is kept as a bucket that moves seldom: every move rewrites index entries.

use std::time::Duration;

use atom_marketplace_db::Timestamp;

/// The highest bucket.
pub(crate) const MAX: i64 = 1023;

/// A component moves only when its bucket changes by this much.
const HYSTERESIS: i64 = 2;

/// Ratings that every component is thought to have already, so that one enthusiast does not outrank a crowd.
const PRIOR_COUNT: f64 = 5.0;
/// Their mean.
const PRIOR_MEAN: f64 = 3.5;

/// Installs from which on more do not count.
const INSTALLS_FULL: f64 = 100_000.0;

/// Half of the freshness is gone after so long.
const HALF_LIFE: Duration = Duration::from_secs(180 * 24 * 60 * 60);

/// Bits of the search key below the rank: the component's key.
const ID_BITS: u32 = 40;

/// What popularity is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signals {
    /// The sum of the tenants' mean ratings, each tenant counted once.
    pub(crate) mean_sum: f64,
    /// How many tenants that is.
    pub(crate) mean_count: i64,
    /// Tenants that ever installed it.
    pub(crate) installs: i64,
    /// Its last change.
    pub(crate) updated_at: Timestamp,
}

/// The bucket for these signals.
pub(crate) fn bucket(signals: Signals, now: Timestamp) -> i64 {
    let mean = (signals.mean_sum + PRIOR_MEAN * PRIOR_COUNT) / (signals.mean_count.max(0) as f64 + PRIOR_COUNT);
    let rating = ((mean - 1.0) / 4.0).clamp(0.0, 1.0);
    let installs = ((signals.installs.max(0) as f64).ln_1p() / INSTALLS_FULL.ln_1p()).min(1.0);
    let age = now.since(signals.updated_at).as_secs_f64() / HALF_LIFE.as_secs_f64();
    let freshness = (-age).exp2();
    let score = 0.4 * rating + 0.45 * installs + 0.15 * freshness;
    ((score * MAX as f64).round() as i64).clamp(0, MAX)
}

/// The bucket to keep: the old one unless the new one is clearly another.
pub(crate) fn settle(old: i64, new: i64) -> i64 {
    if (old - new).abs() >= HYSTERESIS { new } else { old }
}

/// Where a component stands in the search indexes: the most popular first, then the oldest.
pub(crate) fn search_key(rank: i64, id: i64) -> i64 {
    ((MAX - rank) << ID_BITS) | id
}

/// The component and the rank behind a search key.
pub(crate) fn from_search_key(key: i64) -> (i64, i64) {
    (key & ((1 << ID_BITS) - 1), MAX - (key >> ID_BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_signals_rank_higher() {
        let now = Timestamp::from_second(1_800_000_000);
        let day = Duration::from_secs(24 * 60 * 60);
        let base = Signals { mean_sum: 0.0, mean_count: 0, installs: 0, updated_at: now };
        let of = |signals| bucket(signals, now);
        assert!(of(Signals { mean_sum: 50.0, mean_count: 10, ..base }) > of(base), "good ratings");
        assert!(of(Signals { mean_sum: 20.0, mean_count: 10, ..base }) < of(base), "bad ratings");
        assert!(
            of(Signals { mean_sum: 5.0, mean_count: 1, ..base })
                < of(Signals { mean_sum: 460.0, mean_count: 100, ..base })
        );
        assert!(of(Signals { installs: 10, ..base }) > of(base));
        assert!(of(Signals { updated_at: now.minus(400 * day), ..base }) < of(base));
        let best = Signals { mean_sum: 5e6, mean_count: 1_000_000, installs: 10_000_000, updated_at: now };
        assert!((0..=MAX).contains(&of(best)));
    }

    #[test]
    fn a_bucket_moves_only_when_it_is_clearly_another() {
        assert_eq!([settle(5, 5), settle(5, 6), settle(5, 4), settle(5, 7), settle(5, 3)], [5, 5, 5, 7, 3]);
    }

    #[test]
    fn search_keys_go_both_ways_and_put_the_popular_first() {
        for (rank, id) in [(0, 1), (MAX, 7), (512, (1 << 40) - 1)] {
            assert_eq!(from_search_key(search_key(rank, id)), (id, rank));
        }
        assert!(search_key(900, 5) < search_key(899, 1));
        assert!(search_key(900, 1) < search_key(900, 2));
    }
}
