//! Popularity: one number for a component, from its ratings, its installs and how fresh it is. Lists are ordered by it and
//! searches weigh by it, so it is kept as a bucket that moves seldom: every move rewrites index entries.

use std::time::Duration;

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::ids::Kind;

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
const HALF_LIFE: Duration = Duration::from_hours(180 * 24);

/// Bits of a search key: the component's key, above it the inverse rank. The two are its place on its shelf.
const ID_BITS: u32 = 40;
const PLACE_BITS: u32 = ID_BITS + 10;
/// Above them its kind, and above that whether it is hidden: its shelf.
const KIND_BITS: u32 = 3;

/// A range of the search indexes: what everyone sees of a kind, or the rest of it. Who may see something is the one thing
/// that every search asks, so it is a range of keys and no word: to intersect a rare word with one that half of all
/// documents hold would cost more than everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shelf {
    pub(crate) kind: Kind,
    pub(crate) listed: bool,
}

impl Shelf {
    /// Its first and last key.
    pub(crate) fn range(self) -> (i64, i64) {
        let first = ((i64::from(!self.listed) << KIND_BITS) | self.kind.code()) << PLACE_BITS;
        (first, first | ((1 << PLACE_BITS) - 1))
    }
}

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

/// Where a component stands in the search indexes: on its shelf the most popular first, then the oldest.
pub(crate) fn search_key(shelf: Shelf, rank: i64, id: i64) -> i64 {
    shelf.range().0 | ((MAX - rank) << ID_BITS) | id
}

/// The place of a search key on its shelf.
pub(crate) fn place(key: i64) -> i64 {
    key & ((1 << PLACE_BITS) - 1)
}

/// The component behind a search key.
pub(crate) fn component_of(key: i64) -> i64 {
    key & ((1 << ID_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_signals_rank_higher() {
        let now = Timestamp::from_second(1_800_000_000);
        let day = Duration::from_hours(24);
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
    fn search_keys_put_the_popular_first_within_their_shelf() {
        let shelves = [true, false].map(|listed| Kind::ALL.iter().map(move |&kind| Shelf { kind, listed }));
        let mut last = 0;
        for shelf in shelves.into_iter().flatten() {
            let (first, end) = shelf.range();
            assert!(last < first && first < end, "{shelf:?}");
            last = end;
            for (rank, id) in [(0, 1), (0, (1 << 40) - 1), (MAX, 7)] {
                let key = search_key(shelf, rank, id);
                assert!((first..=end).contains(&key) && component_of(key) == id, "{shelf:?} {rank} {id}");
            }
            assert!(search_key(shelf, 900, 5) < search_key(shelf, 899, 1));
            assert!(search_key(shelf, 900, 1) < search_key(shelf, 900, 2));
        }
        let (agents, domains) =
            (Shelf { kind: Kind::Agent, listed: true }, Shelf { kind: Kind::Domain, listed: false });
        assert_eq!(place(search_key(agents, 5, 9)), place(search_key(domains, 5, 9)));
    }
}
