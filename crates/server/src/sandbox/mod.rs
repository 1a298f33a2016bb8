//! The test environment: a second marketplace of the same routes under `/api/test`, on a database of its own, whose data
//! is the same every time, can be put back, and is worth nothing (guide "Testing Your Integration").
//!
//! Everything that differs from the real one is here: how its data is made, who decides submissions, and three operations
//! of its own. Its data is made by the first request that needs it, so a server nobody tests on pays nothing for it.
//!
//! Requests hold [`Inner::turn`] together; what replaces the data holds it alone, so no request runs on half of it.

mod api;
mod content;
mod seed;
mod store;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use atom_marketplace_db::{Db, Error, Timestamp};
use atom_marketplace_protocol::sandbox::TestRateLimit;
use atom_marketplace_protocol::token::{self, CredentialKind, Secret};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, RwLock};
use tokio::task::JoinSet;

use crate::accounts;
use crate::app::{Marketplace, Parts};
use crate::catalog::policy::AutoApprove;
use crate::clock::Clock;
use crate::error::{ApiError, ApiResult};
use crate::events::outbox::Note;
use crate::limits::Rate;
use crate::seal::Sealer;

pub use api::routes;

/// The tenant to test with.
pub const TENANT: &str = "test-tenant-id";
/// Its token that is printed in the guide.
pub const TOKEN: &str = "test-api-token";
/// The account that signs in.
pub const EMAIL: &str = "test@example.com";
/// Its password.
pub const PASSWORD: &str = "testpassword";
/// What `X-Test-Secret` must say. It keeps strays out, no more: the guide prints it.
pub const SECRET: &str = "test-secret-key";
/// The tenant that has published everything at first.
pub const PUBLISHER: &str = "publisher-tenant-id";

/// How long a token of the login lasts.
const SESSION: Duration = Duration::from_hours(24);
/// How often submissions are looked after when nobody asks.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes of finished answers kept in memory.
const ANSWER_CACHE_BYTES: u64 = 8 << 20;
/// Where the nodes of a deployment tell each other, PostgreSQL only.
const CHANNEL: &str = "atom_sandbox";

/// A cheap handle on the test environment.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    m: Marketplace,
    turn: RwLock<()>,
    /// Whether the data is there.
    ready: AtomicBool,
    /// When a submission is to be decided next, microseconds.
    due: AtomicI64,
    /// Whether that is being done, or was broken off.
    busy: AtomicBool,
    deciding: Mutex<()>,
}

impl Sandbox {
    /// The test environment on a migrated database of its own, beside `real`. What it seals opens only here.
    pub fn open(db: Db, real: &Marketplace, secret_key: &[u8; 32]) -> Self {
        let key = Sha256::digest([b"atom-marketplace test environment".as_slice(), secret_key].concat());
        let m = Marketplace::open(Parts {
            db,
            clock: Clock::default(),
            sealer: Sealer::new(&key.into()),
            // Known to nobody: nothing here is decided by an admin.
            admin_key: token::generate(CredentialKind::ApiToken).expose().to_owned(),
            public_url: format!("{}/api/test", real.public_url),
            trusted_proxies: real.trusted_proxies.clone(),
            cors_origins: real.cors_origins.clone(),
            webhook_retry: real.webhook_retry.clone(),
            event_retention: real.event_retention,
            outbound_allow: real.outbound.allowed().to_vec(),
            outbound_ca: real.outbound.roots().clone(),
            dns_server: real.dns.server(),
            verification_file: real.verification_file.clone(),
            rates: real.rates,
            answer_cache_bytes: ANSWER_CACHE_BYTES,
            literal_tokens: vec![TOKEN.to_owned()],
            checks: real.checks.clone(),
            auto_approve: AutoApprove::Off,
            // Beside the real one, in the same browser.
            numbers: real.numbers,
            accounts: accounts::Options { cookie: "atom_test_session", ..accounts::Options::default() },
        });
        let sandbox = Self(Arc::new(Inner {
            m,
            turn: RwLock::default(),
            ready: AtomicBool::new(false),
            due: AtomicI64::new(0),
            busy: AtomicBool::new(false),
            deciding: Mutex::default(),
        }));
        let heard = Arc::downgrade(&sandbox.0);
        sandbox.marketplace().db.listen(CHANNEL, move |payload| hear(&heard, payload));
        sandbox
    }

    /// The marketplace behind it.
    pub fn marketplace(&self) -> &Marketplace {
        &self.0.m
    }

    /// Decides submissions until it is dropped, also when nobody asks.
    pub fn start(&self) -> JoinSet<()> {
        let (sandbox, mut tasks) = (self.clone(), JoinSet::new());
        tasks.spawn(async move {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                if !sandbox.0.ready.load(Ordering::Acquire) {
                    continue;
                }
                if let Err(error) = sandbox.decide_due().await {
                    tracing::warn!(?error, "a submission to the test environment could not be decided");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        });
        tasks
    }

    /// Makes the data, unless it is there.
    async fn make_ready(&self) -> ApiResult<()> {
        if self.0.ready.load(Ordering::Acquire) {
            return Ok(());
        }
        let _alone = self.0.turn.write().await;
        if !self.0.ready.load(Ordering::Acquire) {
            self.fill(false).await?;
            self.0.ready.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Puts everything back. Requests that come meanwhile wait.
    async fn reset(&self) -> ApiResult<()> {
        let sandbox = self.clone();
        // To its end, though the client may go away: what was in memory must not outlive the data.
        let done = tokio::spawn(async move {
            let _alone = sandbox.0.turn.write().await;
            sandbox.fill(true).await?;
            let m = sandbox.marketplace();
            m.token_rate.set(sandbox.usual_rate());
            sandbox.forget();
            sandbox.0.due.store(0, Ordering::Release);
            sandbox.tell("reset").await.map_err(ApiError::from)
        });
        done.await.map_err(ApiError::internal)?
    }

    async fn fill(&self, anew: bool) -> ApiResult<()> {
        let items = tokio::task::spawn_blocking(seed::items).await.map_err(ApiError::internal)??;
        let (items, now) = (Arc::new(items), self.0.m.now());
        self.0.m.db.write(move |c| seed::fill(c, &items, anew, now)).await
    }

    /// Lets tokens make so many requests from now on.
    async fn limit(&self, rate: Rate) -> ApiResult<()> {
        let m = self.marketplace();
        m.token_rate.set(rate);
        m.limiter.restart().await.map_err(ApiError::from)?;
        self.tell(&format!("{} {}", rate.limit, rate.window_seconds)).await.map_err(ApiError::from)
    }

    fn usual_rate(&self) -> Rate {
        Rate::hourly(self.0.m.rates.token)
    }

    /// A new token of the test tenant.
    async fn sign_in(&self) -> ApiResult<Secret> {
        let _together = self.0.turn.read().await;
        let (secret, now) = (token::generate(CredentialKind::ApiToken), self.0.m.now());
        let stored = secret.clone();
        let expires_at = Some(now.plus(SESSION));
        self.0.m.db.write(move |c| seed::make_token(c, "test login", &stored, expires_at, now)).await?;
        Ok(secret)
    }

    /// Notes that something may have been submitted at `at`.
    fn submitted(&self, at: Timestamp) {
        self.0.due.fetch_min(at.plus(seed::REVIEW).as_micros(), Ordering::AcqRel);
    }

    /// Decides what has waited long enough. Whoever comes while that is done waits for it, so that nobody reads what is
    /// about to be decided.
    async fn decide_due(&self) -> ApiResult<()> {
        let Inner { m, due, busy, deciding, .. } = &*self.0;
        let now = m.now();
        let nothing = || now.as_micros() < due.load(Ordering::Acquire) && !busy.load(Ordering::Acquire);
        if nothing() {
            return Ok(());
        }
        let _one_at_a_time = deciding.lock().await;
        if nothing() {
            return Ok(());
        }
        busy.store(true, Ordering::Release);
        due.store(i64::MAX, Ordering::Release);
        let _together = self.0.turn.read().await;
        let until = Timestamp::from_micros(now.as_micros() - seed::REVIEW.as_micros() as i64);
        let (changes, next) = m.db.write(move |c| seed::decide(c, now, until)).await?;
        for change in changes {
            m.catalog_changed(change);
        }
        if let Some(next) = next {
            self.submitted(next);
        }
        busy.store(false, Ordering::Release);
        Ok(())
    }

    /// Forgets what is in memory of data that is gone.
    fn forget(&self) {
        let m = self.marketplace();
        m.generations.bump_all();
        m.credentials.clear();
        m.limiter.forget();
        m.outbox.tell(Note::Forget);
    }

    async fn tell(&self, what: &str) -> Result<(), Error> {
        let payload = format!("{} {what}", self.0.m.instance);
        self.0.m.db.write(move |c| c.notify(CHANNEL, &payload)).await
    }
}

/// Does what another node did. Its own words are no news; silence after a lost connection may mean anything.
fn hear(sandbox: &Weak<Inner>, payload: &str) {
    let Some(sandbox) = sandbox.upgrade().map(Sandbox) else { return };
    let m = sandbox.marketplace();
    let (node, what) = payload.split_once(' ').unwrap_or_default();
    if node == m.instance {
        return;
    }
    let rate = what
        .split_once(' ')
        .and_then(|(limit, window)| Some(Rate { limit: limit.parse().ok()?, window_seconds: window.parse().ok()? }));
    match (what, rate) {
        (_, Some(rate)) => m.token_rate.set(rate),
        ("reset", None) => m.token_rate.set(sandbox.usual_rate()),
        _ => {}
    }
    sandbox.forget();
}

/// The rate that is asked for, if it makes sense.
fn rate_of(wanted: TestRateLimit, usual: Rate) -> ApiResult<Rate> {
    use atom_marketplace_protocol::error::FieldError;
    use atom_marketplace_protocol::limits::RATE_WINDOW_SECONDS;
    const MOST: u32 = 1_000_000;
    let limit = wanted.limit.unwrap_or(usual.limit);
    let window_seconds = wanted.window_seconds.unwrap_or(RATE_WINDOW_SECONDS);
    let mut wrong = Vec::new();
    if wanted.limit.is_some_and(|limit| limit > MOST) {
        wrong.push(FieldError::new("limit", format!("It is 0 to {MOST}, or null for the usual limit.")));
    }
    if !(1..=RATE_WINDOW_SECONDS).contains(&window_seconds) {
        wrong.push(FieldError::new("window_seconds", format!("It is 1 to {RATE_WINDOW_SECONDS}.")));
    }
    if wrong.is_empty() { Ok(Rate { limit, window_seconds }) } else { Err(ApiError::invalid(wrong)) }
}
