//! Hourly quotas per caller (contract §4): a fixed window from the caller's first request.
//!
//! Memory first: a node leases blocks of a caller's quota from the database and counts them down without it, so a
//! request costs no query and all nodes together never exceed the limit. A lost lease is quota lost until the window
//! ends, which is why `Remaining` may be a lower bound; a node that stops gracefully gives back what it has not used.
//!
//! When the database cannot be written, a node that is alone with it (SQLite) goes on counting in memory and records the
//! debt later; one among several (PostgreSQL) refuses what it holds no lease for, since it cannot know what the others
//! have granted.

mod store;

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use atom_marketplace_db::{Db, Dialect, Error, Timestamp};
use atom_marketplace_protocol::limits::RATE_WINDOW_SECONDS;

use crate::clock::Clock;

const SHARDS: usize = 64;
/// Windows in a shard below which none are looked for that are over.
const SWEEP_AT_LEAST: usize = 4096;
/// What `X-RateLimit-Limit` and `-Remaining` hold where there is no limit.
pub const UNLIMITED: u32 = i32::MAX as u32;

/// How many requests a caller may make in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a window.
    pub limit: u32,
    /// How long a window is; at most the usual hour.
    pub window_seconds: u32,
}

impl Rate {
    /// So many an hour.
    pub const fn hourly(limit: u32) -> Self {
        Self { limit, window_seconds: RATE_WINDOW_SECONDS }
    }

    const fn window_micros(self) -> i64 {
        self.window_seconds as i64 * 1_000_000
    }
}

/// A rate that may change while requests are charged to it.
#[derive(Debug)]
pub struct ChangingRate(AtomicU64);

impl ChangingRate {
    /// Begins with `rate`.
    pub fn new(rate: Rate) -> Self {
        Self(AtomicU64::new(packed(rate)))
    }

    /// The rate that holds.
    pub fn get(&self) -> Rate {
        let packed = self.0.load(Ordering::Acquire);
        Rate { limit: (packed >> 32) as u32, window_seconds: packed as u32 }
    }

    /// From now on `rate` holds. Windows that are open keep what was used of them: see [`Limiter::restart`].
    pub fn set(&self, rate: Rate) {
        self.0.store(packed(rate), Ordering::Release);
    }
}

fn packed(rate: Rate) -> u64 {
    u64::from(rate.limit) << 32 | u64::from(rate.window_seconds)
}

/// Whose quota a request is charged to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Nobody in particular, by address; IPv6 by /64.
    Address(u128),
    /// A tenant, by its key: all its tokens and members together.
    Tenant(i64),
    /// A federation key, by its key.
    Federation(i64),
    /// A person who belongs to no tenant, by their account's key.
    Account(i64),
}

impl Caller {
    /// The caller behind an address.
    pub fn address(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(v4) => Caller::Address(v4.to_ipv6_mapped().to_bits()),
            IpAddr::V6(v6) => Caller::Address(v6.to_bits() >> 64 << 64),
        }
    }

    /// The caller's name in the database.
    pub fn key(self) -> String {
        match self {
            Caller::Address(bits) => format!("ip:{bits:032x}"),
            Caller::Tenant(id) => format!("tenant:{id}"),
            Caller::Federation(id) => format!("federation:{id}"),
            Caller::Account(id) => format!("account:{id}"),
        }
    }
}

/// A request's place in its caller's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Requests a window.
    pub limit: u32,
    /// Requests left after this one.
    pub remaining: u32,
    /// When the window ends, seconds since the epoch.
    pub reset: i64,
    /// Seconds until then, at least 1.
    pub retry_after: u64,
    /// How long a window is.
    pub window_seconds: u32,
}

impl Quota {
    /// The window in a word: `hour`, or `60s`.
    pub fn window(&self) -> Cow<'static, str> {
        if self.window_seconds == RATE_WINDOW_SECONDS {
            "hour".into()
        } else {
            format!("{}s", self.window_seconds).into()
        }
    }
}

/// What became of a request's charge.
#[derive(Clone, Debug)]
pub struct Charge {
    /// Where it leaves the caller.
    pub quota: Quota,
    /// Whether the request may go on.
    pub verdict: Verdict,
}

/// Whether a request may go on.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It was counted.
    Granted,
    /// It is over the limit and was not counted.
    Exceeded,
    /// The database could not say.
    Failed(Error),
}

/// What this node knows of one caller's window.
#[derive(Clone, Copy, Debug)]
struct Window {
    start: Timestamp,
    /// Handed out to all nodes, as last heard from the database.
    leased: u32,
    /// Of those, this node's, not used yet.
    left: u32,
    /// Used on this node's own word while the database could not be written.
    debt: u32,
    rate: Rate,
}

impl Window {
    fn current(&self, now: Timestamp, rate: Rate) -> bool {
        self.rate == rate && now.as_micros() < self.start.as_micros() + rate.window_micros()
    }

    fn quota(&self, now: Timestamp) -> Quota {
        let limit = self.rate.limit;
        let end = self.start.as_micros() + self.rate.window_micros();
        let micros_left = (end - now.as_micros()).max(0);
        Quota {
            limit,
            remaining: limit.saturating_sub(self.leased) + self.left,
            reset: end.div_euclid(1_000_000) + i64::from(end.rem_euclid(1_000_000) > 0),
            retry_after: u64::try_from((micros_left + 999_999) / 1_000_000).unwrap_or(1).max(1),
            window_seconds: self.rate.window_seconds,
        }
    }

    /// Counts one request down, if one is left; says that none is, if that is known for all nodes.
    fn spend(&mut self, now: Timestamp) -> Option<Charge> {
        let verdict = if self.left > 0 {
            self.left -= 1;
            Verdict::Granted
        } else if self.leased >= self.rate.limit {
            Verdict::Exceeded
        } else {
            return None;
        };
        Some(Charge { quota: self.quota(now), verdict })
    }
}

/// The windows of a shard.
#[derive(Default)]
struct Windows {
    known: HashMap<Caller, Window>,
    /// How many there may be before those that are over are looked for.
    sweep_at: usize,
}

#[derive(Default)]
struct Shard {
    windows: Mutex<Windows>,
    /// One lease at a time in a shard, so that a burst of first requests makes one write.
    leasing: tokio::sync::Mutex<()>,
}

/// Counts requests against their callers' quotas.
pub struct Limiter {
    db: Db,
    clock: Clock,
    shards: Vec<Shard>,
}

impl Limiter {
    /// A limiter that leases from `db`.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, shards: (0..SHARDS).map(|_| Shard::default()).collect() }
    }

    /// Charges one request to `caller`, who may make as many as `rate` says.
    pub async fn charge(&self, caller: Caller, rate: Rate) -> Charge {
        let shard = self.shard(caller);
        if let Some(charge) = shard.spend(caller, rate, self.clock.now()) {
            return charge;
        }
        let _one_at_a_time = shard.leasing.lock().await;
        let now = self.clock.now();
        if let Some(charge) = shard.spend(caller, rate, now) {
            return charge;
        }
        let known = shard.get(caller).filter(|window| window.current(now, rate));
        match self.lease(caller, rate, now, known).await {
            Ok(window) => {
                shard.put(caller, window, now);
                let nothing_granted = || Charge { quota: window.quota(now), verdict: Verdict::Exceeded };
                shard.spend(caller, rate, now).unwrap_or_else(nothing_granted)
            }
            Err(error) => {
                let window = known.unwrap_or(Window { start: now, leased: rate.limit, left: 0, debt: 0, rate });
                Charge { quota: window.quota(now), verdict: Verdict::Failed(error) }
            }
        }
    }

    /// Where `caller` stands, without charging it.
    pub fn peek(&self, caller: Caller, rate: Rate) -> Quota {
        let now = self.clock.now();
        let fresh = Window { start: now, leased: 0, left: 0, debt: 0, rate };
        self.shard(caller).get(caller).filter(|window| window.current(now, rate)).unwrap_or(fresh).quota(now)
    }

    /// Gives unused leases back, at a graceful stop.
    pub async fn give_back(&self) -> Result<(), Error> {
        let mut unused = Vec::new();
        for shard in &self.shards {
            for (caller, window) in shard.windows.lock().expect("no panic holds this lock").known.drain() {
                if window.left > 0 {
                    unused.push((caller.key(), window.start, i64::from(window.left)));
                }
            }
        }
        if unused.is_empty() {
            return Ok(());
        }
        self.db.write(move |c| store::give_back(c, &unused)).await
    }

    /// Forgets windows that are over, here and in the database. Run now and then.
    pub async fn sweep(&self) -> Result<(), Error> {
        let now = self.clock.now();
        for shard in &self.shards {
            shard.windows.lock().expect("no panic holds this lock").sweep(now);
        }
        let ended = Timestamp::from_micros(now.as_micros() - Rate::hourly(0).window_micros());
        self.db.write(move |c| store::delete_ended(c, ended)).await
    }

    /// Begins every window anew, here and in the database; other nodes are to do the same.
    pub async fn restart(&self) -> Result<(), Error> {
        self.forget();
        self.db.write(store::delete_all).await
    }

    /// Forgets what this node holds of every window.
    pub fn forget(&self) {
        for shard in &self.shards {
            shard.windows.lock().expect("no panic holds this lock").known.clear();
        }
    }

    async fn lease(&self, caller: Caller, rate: Rate, now: Timestamp, known: Option<Window>) -> Result<Window, Error> {
        let key = caller.key();
        let block = block(rate.limit);
        let debt = known.map_or(0, |window| window.debt);
        let asked = store::Ask { now, window_micros: rate.window_micros(), limit: rate.limit, block, debt };
        match self.db.write(move |c| store::lease(c, &key, &asked)).await {
            Ok(lease) => Ok(Window { start: lease.start, leased: lease.leased, left: lease.granted, debt: 0, rate }),
            Err(error) if self.db.dialect() == Dialect::Sqlite => {
                tracing::warn!(%error, "quota lease not recorded, counting in memory");
                let window = known.unwrap_or(Window { start: now, leased: 0, left: 0, debt: 0, rate });
                let granted = block.min(rate.limit.saturating_sub(window.leased));
                Ok(Window { leased: window.leased + granted, left: granted, debt: window.debt + granted, ..window })
            }
            Err(error) => Err(error),
        }
    }

    fn shard(&self, caller: Caller) -> &Shard {
        let mixed = match caller {
            Caller::Address(bits) => (bits ^ (bits >> 64)) as u64,
            Caller::Tenant(id) => id as u64,
            Caller::Federation(id) => !(id as u64),
            Caller::Account(id) => (id as u64).rotate_left(32),
        };
        &self.shards[(mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize % SHARDS]
    }
}

impl Shard {
    /// Answers from memory, if what is known suffices.
    fn spend(&self, caller: Caller, rate: Rate, now: Timestamp) -> Option<Charge> {
        let mut windows = self.windows.lock().expect("no panic holds this lock");
        windows.known.get_mut(&caller).filter(|window| window.current(now, rate))?.spend(now)
    }

    fn get(&self, caller: Caller) -> Option<Window> {
        self.windows.lock().expect("no panic holds this lock").known.get(&caller).copied()
    }

    fn put(&self, caller: Caller, window: Window, now: Timestamp) {
        let mut windows = self.windows.lock().expect("no panic holds this lock");
        if windows.known.len() >= windows.sweep_at.max(SWEEP_AT_LEAST) {
            windows.sweep(now);
        }
        windows.known.insert(caller, window);
    }
}

impl Windows {
    /// Forgets what is over. The next time is due at twice what is left, so that a crowd of callers costs each the same.
    fn sweep(&mut self, now: Timestamp) {
        self.known.retain(|_, window| window.current(now, window.rate));
        self.sweep_at = self.known.len() * 2;
    }
}

/// How many requests one lease covers: a twentieth of the quota, however large: each lease is a write.
fn block(limit: u32) -> u32 {
    (limit / 20).max(10).min(limit.max(1))
}
