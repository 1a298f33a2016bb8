//! One marketplace: its data and everything that is shared by its requests. The real one and the sandbox are two of these.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use atom_marketplace_db::{Db, Migration, Timestamp};
use ipnet::IpNet;
use sha2::{Digest, Sha256};

use crate::accounts;
use crate::answers::{Answers, Generations};
use crate::catalog::change::Announcements;
use crate::catalog::checks::Policy;
use crate::catalog::policy::AutoApprove;
use crate::catalog::vocabulary::Vocabulary;
use crate::clock::Clock;
use crate::events::outbox::Outbox;
use crate::federation::Feed;
use crate::http::InFlight;
use crate::instance::Identity;
use crate::limits::{ChangingRate, Limiter, Rate};
use crate::metrics::Metrics;
use crate::outbound::{Dns, Outbound, Roots};
use crate::satellite::Hub;
use crate::seal::Sealer;
use crate::tokens::cache::CredentialCache;
use crate::webhooks::stats::DeliveryStats;

/// The schema's history, applied in order; each file is frozen once released.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "tenants", sql: include_str!("../../../migrations/0001_tenants.sql") },
    Migration { version: 2, name: "catalog", sql: include_str!("../../../migrations/0002_catalog.sql") },
    Migration { version: 3, name: "installs", sql: include_str!("../../../migrations/0003_installs.sql") },
    Migration { version: 4, name: "ratings", sql: include_str!("../../../migrations/0004_ratings.sql") },
    Migration { version: 5, name: "audit_events", sql: include_str!("../../../migrations/0005_audit_events.sql") },
    Migration { version: 6, name: "checks", sql: include_str!("../../../migrations/0006_checks.sql") },
    Migration { version: 7, name: "review", sql: include_str!("../../../migrations/0007_review.sql") },
    Migration { version: 8, name: "accounts", sql: include_str!("../../../migrations/0008_accounts.sql") },
    Migration { version: 9, name: "lifecycle", sql: include_str!("../../../migrations/0009_lifecycle.sql") },
    Migration { version: 10, name: "reviews", sql: include_str!("../../../migrations/0010_reviews.sql") },
    Migration { version: 11, name: "statistics", sql: include_str!("../../../migrations/0011_statistics.sql") },
    Migration { version: 12, name: "webhooks", sql: include_str!("../../../migrations/0012_webhooks.sql") },
    Migration { version: 13, name: "inbox", sql: include_str!("../../../migrations/0013_inbox.sql") },
    Migration { version: 14, name: "account_data", sql: include_str!("../../../migrations/0014_account_data.sql") },
    Migration { version: 15, name: "federation", sql: include_str!("../../../migrations/0015_federation.sql") },
    Migration { version: 16, name: "peers", sql: include_str!("../../../migrations/0016_peers.sql") },
    Migration { version: 17, name: "satellites", sql: include_str!("../../../migrations/0017_satellites.sql") },
];

/// What a marketplace is opened with.
pub struct Parts {
    /// Its database, migrated.
    pub db: Db,
    /// Its clock.
    pub clock: Clock,
    /// Seals what must not be read from a stolen database.
    pub sealer: Sealer,
    /// The platform's admin key, 32–256 printable characters.
    pub admin_key: String,
    /// Where it is reached from outside, without a trailing slash.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins beside `*` that may read with credentials.
    pub cors_origins: Vec<String>,
    /// Networks that requests to others may go to although they are not public.
    pub outbound_allow: Vec<IpNet>,
    /// Authorities whose certificates are believed beside the system's.
    pub outbound_ca: Roots,
    /// The name server that proofs of domains are looked up at; none: the system's.
    pub dns_server: Option<SocketAddr>,
    /// Where proofs in files are, with `{domain}` for the domain: [`verification::FILE`](crate::verification::FILE).
    pub verification_file: String,
    /// Pauses between the tries of a delivery.
    pub webhook_retry: Vec<Duration>,
    /// How long events are kept.
    pub event_retention: Duration,
    /// Requests an hour for each kind of caller.
    pub rates: Rates,
    /// Bytes of finished answers kept in memory.
    pub answer_cache_bytes: u64,
    /// What is approved without a reviewer.
    pub auto_approve: AutoApprove,
    /// Tokens that are looked up although they do not have the shape of one. They open nothing that the database does not
    /// know; on real data there are none.
    pub literal_tokens: Vec<String>,
    /// What the automated checks do.
    pub checks: Arc<Policy>,
    /// How people come in.
    pub accounts: accounts::Options,
    /// What operators decide of ratings and statistics.
    pub numbers: Numbers,
}

/// What operators decide of ratings and statistics.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// Whether only tenants that have a component installed may rate it.
    pub rating_requires_install: bool,
    /// How long figures are kept by day.
    pub statistics_retention: Duration,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { rating_requires_install: false, statistics_retention: Duration::from_hours(800 * 24) }
    }
}

/// Requests an hour (guide "Rate Limits").
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Without a credential, per address.
    pub anonymous: u32,
    /// With an API token, per tenant.
    pub token: u32,
    /// With a federation key, per key.
    pub federation: u32,
}

impl Default for Rates {
    fn default() -> Self {
        use atom_marketplace_protocol::limits::{RATE_ANONYMOUS, RATE_FEDERATION, RATE_TOKEN};
        Self { anonymous: RATE_ANONYMOUS, token: RATE_TOKEN, federation: RATE_FEDERATION }
    }
}

/// A cheap handle on one marketplace.
#[derive(Clone)]
pub struct Marketplace(Arc<State>);

/// What the handle points at.
pub struct State {
    /// The database.
    pub db: Db,
    /// The only source of time.
    pub clock: Clock,
    /// Secrets at rest.
    pub sealer: Sealer,
    /// Who it is among others, and what it signs with.
    pub identity: Identity,
    /// Quotas.
    pub limiter: Limiter,
    /// Requests an hour.
    pub rates: Rates,
    /// Requests with an API token, at present.
    pub token_rate: ChangingRate,
    /// Finished answers.
    pub answers: Answers,
    /// Their generations.
    pub generations: Generations,
    /// Changes that other nodes are to hear of.
    pub announcements: Announcements,
    /// What peers follow.
    pub feed: Feed,
    /// Credentials seen lately.
    pub credentials: CredentialCache,
    /// Requests with an `Idempotency-Key` that run now.
    pub in_flight: InFlight,
    /// Words that occur in the catalog, for typos.
    pub vocabulary: Vocabulary,
    /// What operators decide of ratings and statistics.
    pub numbers: Numbers,
    /// How people come in.
    pub accounts: accounts::Options,
    /// Passwords being hashed and compared.
    pub passwords: accounts::Passwords,
    /// The only way to others: webhooks, peers.
    pub outbound: Outbound,
    /// DNS, for what domains say of themselves.
    pub dns: Dns,
    /// Where proofs in files are, with `{domain}` for the domain.
    pub verification_file: String,
    /// From transactions to those who are told of events.
    pub outbox: Outbox,
    /// Connected satellites, and what they are told.
    pub satellites: Hub,
    /// How deliveries fare, for the metrics.
    pub deliveries: DeliveryStats,
    /// Pauses between the tries of a delivery.
    pub webhook_retry: Vec<Duration>,
    /// How long events are kept.
    pub event_retention: Duration,
    /// Counters for `/metrics`.
    pub metrics: Metrics,
    /// Where it is reached from outside.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins that may read with credentials.
    pub cors_origins: Vec<String>,
    /// Tokens that are looked up although they do not have the shape of one.
    pub literal_tokens: Vec<String>,
    /// What the automated checks do.
    pub checks: Arc<Policy>,
    /// What is approved without a reviewer.
    pub auto_approve: AutoApprove,
    /// Names this process among the nodes of a deployment.
    pub instance: String,
    /// SHA-256 of the admin key: compared in constant time whatever its length.
    pub admin_key_hash: [u8; 32],
}

impl Marketplace {
    /// Opens a marketplace on a migrated database.
    pub fn open(parts: Parts) -> Self {
        let outbox = Outbox::default();
        if !parts.db.attach(Arc::new(outbox.clone())) {
            tracing::debug!("another marketplace has this database open in the process: its deliveries are claimed");
        }
        Self(Arc::new(State {
            outbox,
            satellites: Hub::default(),
            deliveries: DeliveryStats::default(),
            webhook_retry: parts.webhook_retry,
            event_retention: parts.event_retention,
            identity: Identity::new(parts.sealer.clone()),
            limiter: Limiter::new(parts.db.clone(), parts.clock.clone()),
            rates: parts.rates,
            token_rate: ChangingRate::new(Rate::hourly(parts.rates.token)),
            answers: Answers::new(parts.answer_cache_bytes),
            generations: Generations::default(),
            announcements: Announcements::default(),
            feed: Feed::default(),
            credentials: CredentialCache::new(),
            in_flight: InFlight::default(),
            vocabulary: Vocabulary::default(),
            numbers: parts.numbers,
            accounts: parts.accounts,
            passwords: accounts::Passwords::default(),
            outbound: Outbound::new(parts.outbound_allow, parts.outbound_ca),
            dns: Dns::new(parts.dns_server),
            verification_file: parts.verification_file,
            metrics: Metrics::default(),
            public_url: parts.public_url,
            trusted_proxies: parts.trusted_proxies,
            cors_origins: parts.cors_origins,
            literal_tokens: parts.literal_tokens,
            checks: parts.checks,
            auto_approve: parts.auto_approve,
            instance: atom_marketplace_protocol::ids::new_id("node"),
            admin_key_hash: Sha256::digest(parts.admin_key.as_bytes()).into(),
            db: parts.db,
            clock: parts.clock,
            sealer: parts.sealer,
        }))
    }

    /// The present time.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
}

impl Deref for Marketplace {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}
