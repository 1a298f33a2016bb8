//! What an operator can set: one table, read from a TOML file, `ATOM_*` variables and flags, in that order.
//!
//! Every setting is one row of [`SETTINGS`]: the file's keys, the variables, the flags, `config`'s output and
//! docs/CONFIGURATION.md all come from it. A mistake is an error that names the setting and where it was made; all of them
//! are reported at once. A secret's value is never printed.

mod keys;
mod load;
mod parse;
mod reference;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use atom_marketplace_protocol::plan::PlanLimits;
use atom_marketplace_protocol::token::Secret;
use ipnet::IpNet;

use crate::accounts::{Mailer, SignUpMode};
use crate::app::{Numbers, Rates};
use crate::catalog::checks::Policy;
use crate::catalog::policy::AutoApprove;
use crate::outbound::Roots;

pub use keys::{Key, Keys};
pub use load::{InForce, Mistake, Mistakes, Source, load};
pub use parse::parse_secret_key;
pub use reference::reference;

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its key in the TOML file; a dot is a table.
    pub key: &'static str,
    /// Its variable.
    pub variable: &'static str,
    /// Its flag, without the dashes. Secrets have none: every user of the machine can read a command line.
    pub flag: Option<&'static str>,
    /// What its value looks like, for help texts.
    pub value: &'static str,
    /// What holds when it is not set.
    pub default: Fallback,
    /// Whether its value must not be printed.
    pub secret: bool,
    /// What it is for.
    pub doc: &'static str,
}

/// What holds when a setting is not set.
#[derive(Debug)]
pub enum Fallback {
    /// This value.
    Value(&'static str),
    /// Something worked out from other settings, in words.
    Described(&'static str),
}

use Fallback::{Described, Value};

const fn plain(
    key: &'static str,
    variable: &'static str,
    flag: &'static str,
    value: &'static str,
    default: Fallback,
    doc: &'static str,
) -> Setting {
    Setting { key, variable, flag: Some(flag), value, default, secret: false, doc }
}

const fn secret(
    key: &'static str,
    variable: &'static str,
    value: &'static str,
    default: &'static str,
    doc: &'static str,
) -> Setting {
    Setting { key, variable, flag: None, value, default: Described(default), secret: true, doc }
}

const PLAN_AGENTS: &str = "Agents a tenant of this plan may have installed; `unlimited` for no limit.";
const PLAN_STORAGE: &str = "Bytes a tenant of this plan may have published, over every kept version.";

/// Every setting there is.
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    plain("listen", "ATOM_LISTEN", "listen", "ADDRESS:PORT", Value("127.0.0.1:8080"),
        "Where to listen. Port 0 takes any free one. TLS is a reverse proxy's work."),
    plain("public_url", "ATOM_PUBLIC_URL", "public-url", "URL", Described("`http://` and the address it listens on"),
        "Where clients reach the marketplace from outside: what links in answers begin with."),
    plain("data_dir", "ATOM_DATA_DIR", "data-dir", "DIRECTORY", Value("./atom-data"),
        "Where the SQLite database and generated keys are kept. Made when missing, for this user alone."),
    secret("database_url", "ATOM_DATABASE_URL", "URL", "`marketplace.db` (SQLite) in the data directory",
        "`postgres://user:password@host/database` for more than one machine (PostgreSQL 15 or later; `sslmode`, `sslrootcert` and `schema` are understood), or `sqlite:PATH`."),
    plain("database_wait", "ATOM_DATABASE_WAIT", "database-wait", "DURATION", Value("30s"),
        "How long `serve` goes on trying to reach PostgreSQL at start."),
    plain("postgres_connections", "ATOM_POSTGRES_CONNECTIONS", "postgres-connections", "NUMBER", Value("16"),
        "Connections this node opens, half for reads and half for writes; 2 to 1,000."),
    secret("admin_key", "ATOM_ADMIN_KEY", "32–256 PRINTABLE CHARACTERS", "made at the first start, in `admin.key` in the data directory (mode 0600)",
        "The platform admin's key, sent as `X-Admin-Key`. Set the same one on every node."),
    secret("secret_key", "ATOM_SECRET_KEY", "32 BYTES IN BASE64 OR HEX", "made at the first start, in `secret.key` in the data directory (mode 0600); with PostgreSQL it must be set",
        "Seals what the database must not give away, such as API keys of installed components. It is in no backup: keep a copy elsewhere. `openssl rand -base64 32` makes one."),
    plain("trusted_proxies", "ATOM_TRUSTED_PROXIES", "trusted-proxies", "CIDR,…", Value(""),
        "Reverse proxies whose `X-Forwarded-For` is believed, as networks or addresses."),
    plain("cors_origins", "ATOM_CORS_ORIGINS", "cors-origins", "ORIGIN,…", Value(""),
        "Web origins that may send credentials. Public reads are open to every origin anyhow."),
    plain("outbound_allow", "ATOM_OUTBOUND_ALLOW", "outbound-allow", "CIDR,…", Value(""),
        "Networks or addresses that webhooks and peers may be at although they are not public, and where plain http will do. Whoever may set a webhook's URL can reach everything in them."),
    plain("outbound_ca", "ATOM_OUTBOUND_CA", "outbound-ca", "FILE", Described("the system's authorities alone"),
        "A PEM file with certificates of authorities that are believed beside the system's: those of an organisation whose receivers and peers have certificates of its own."),
    plain("dns_server", "ATOM_DNS_SERVER", "dns-server", "ADDRESS:PORT", Described("those that the system asks"),
        "The name server at which publishers' proofs of their domains are looked up (`192.0.2.53:53`)."),
    plain("webhook_retry", "ATOM_WEBHOOK_RETRY", "webhook-retry", "DURATION,…",
        Value("5s,30s,2m,10m,30m,2h,5h,10h,14h,20h,24h"),
        "Pauses before a delivery that failed is tried again (each ±10 %); after the last one it is given up."),
    plain("event_retention", "ATOM_EVENT_RETENTION", "event-retention", "DAYS", Value("90d"),
        "How long events are kept, with what became of their deliveries: for `GET /api/events`, inboxes and recovering. The audit log is kept for ever."),
    plain("rate.anonymous", "ATOM_RATE_ANONYMOUS", "rate-anonymous", "NUMBER", Value("100"),
        "Requests an hour without a credential, for each address (IPv6: each /64)."),
    plain("rate.token", "ATOM_RATE_TOKEN", "rate-token", "NUMBER", Value("10000"),
        "Requests an hour with API tokens, for each tenant."),
    plain("rate.federation", "ATOM_RATE_FEDERATION", "rate-federation", "NUMBER", Value("1000"),
        "Requests an hour for each federation key."),
    plain("plan.free.agents", "ATOM_PLAN_FREE_AGENTS", "plan-free-agents", "NUMBER", Value("5"), PLAN_AGENTS),
    plain("plan.free.storage", "ATOM_PLAN_FREE_STORAGE", "plan-free-storage", "SIZE", Value("100MiB"), PLAN_STORAGE),
    plain("plan.solo.agents", "ATOM_PLAN_SOLO_AGENTS", "plan-solo-agents", "NUMBER", Value("25"), PLAN_AGENTS),
    plain("plan.solo.storage", "ATOM_PLAN_SOLO_STORAGE", "plan-solo-storage", "SIZE", Value("1GiB"), PLAN_STORAGE),
    plain("plan.team.agents", "ATOM_PLAN_TEAM_AGENTS", "plan-team-agents", "NUMBER", Value("100"), PLAN_AGENTS),
    plain("plan.team.storage", "ATOM_PLAN_TEAM_STORAGE", "plan-team-storage", "SIZE", Value("10GiB"), PLAN_STORAGE),
    plain("plan.enterprise.agents", "ATOM_PLAN_ENTERPRISE_AGENTS", "plan-enterprise-agents", "NUMBER", Value("unlimited"), PLAN_AGENTS),
    plain("plan.enterprise.storage", "ATOM_PLAN_ENTERPRISE_STORAGE", "plan-enterprise-storage", "SIZE", Value("100GiB"), PLAN_STORAGE),
    plain("rating_requires_install", "ATOM_RATING_REQUIRES_INSTALL", "rating-requires-install", "true|false", Value("false"),
        "Whether only tenants that have a component installed may rate it. The ranking goes by their ratings alone in any case."),
    plain("statistics_retention", "ATOM_STATISTICS_RETENTION", "statistics-retention", "DAYS", Value("800d"),
        "How long installs, executions and ratings are kept by day, at least `30d`. Totals are kept for ever."),
    plain("sandbox", "ATOM_SANDBOX", "sandbox", "on|off|auto", Value("auto"),
        "The test environment under `/api/test`, on a database of its own (see TESTING.md). `auto`: on with `--demo`, and where the server listens on loopback without a public URL."),
    plain("checks", "ATOM_CHECKS", "checks", "CHECK=ACTION,…", Value(""),
        "What automated checks do (see REVIEW_POLICY.md): `block`, `queue`, `note` or `off`, as in `secrets=block,licence=off`; in a file also as a table `[checks]`. What is not named keeps its default."),
    plain("auto_approve", "ATOM_AUTO_APPROVE", "auto-approve", "off|verified-updates", Value("off"),
        "What is published without a reviewer. `verified-updates`: a new version of a public component that a reviewer has approved before, by a verified publisher, if the automated checks leave no remark."),
    plain("signup", "ATOM_SIGNUP", "signup", "closed|invite|open", Described("`closed`; `open` with `--demo`"),
        "Who makes a tenant by themselves: nobody, whoever has a link from `tenant invite`, or everyone."),
    secret("mail.smtp_url", "ATOM_SMTP_URL", "URL", "no mail is sent: links are handed over",
        "The mail server that brings invitations and password resets: `smtps://user:password@host`, `smtp://user:password@host?tls=required`, or `smtp://host`."),
    plain("mail.from", "ATOM_MAIL_FROM", "mail-from", "ADDRESS", Described("none; it is needed where there is a mail server"),
        "Whom mail comes from, such as `ATOM Marketplace <noreply@example.com>`."),
    plain("answer_cache_bytes", "ATOM_ANSWER_CACHE_BYTES", "answer-cache-bytes", "SIZE", Value("64MiB"),
        "Memory for finished answers of lists, searches and details."),
    plain("log.filter", "ATOM_LOG", "log", "FILTER", Value("info"),
        "What is logged: a level (error, warn, info, debug, trace), or `target=level` pairs between commas."),
    plain("log.format", "ATOM_LOG_FORMAT", "log-format", "text|json", Value("text"),
        "Lines for people, or one JSON object a line."),
    plain("log.slow", "ATOM_LOG_SLOW", "log-slow", "DURATION", Value("1s"),
        "A request that takes longer is logged as a warning with its id."),
];

/// The setting with this key.
pub fn setting(key: &str) -> &'static Setting {
    SETTINGS.iter().find(|setting| setting.key == key).expect("every key used here is in the table")
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// When there is a test environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SandboxMode {
    /// Always; a server that cannot have one does not start.
    On,
    /// Never.
    Off,
    /// Where people try things out.
    Auto,
}

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where clients reach it, without a trailing slash; none: the address it listens on.
    pub public_url: Option<String>,
    /// Where files are kept.
    pub data_dir: PathBuf,
    /// `sqlite:…` or `postgres://…`; it may hold a password.
    pub database_url: Secret,
    /// How long to wait for PostgreSQL at start.
    pub database_wait: Duration,
    /// PostgreSQL connections.
    pub postgres_connections: usize,
    /// The admin key, if it is set.
    pub admin_key: Option<Secret>,
    /// The secret key, if it is set.
    pub secret_key: Option<SecretKey>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins that may send credentials.
    pub cors_origins: Vec<String>,
    /// Pauses between the tries of a delivery.
    pub webhook_retry: Vec<Duration>,
    /// How long events are kept.
    pub event_retention: Duration,
    /// Networks that requests to others may go to although they are not public.
    pub outbound_allow: Vec<IpNet>,
    /// Authorities that are believed beside the system's.
    pub outbound_ca: Roots,
    /// The name server for proofs of domains; none: the system's.
    pub dns_server: Option<SocketAddr>,
    /// Requests an hour.
    pub rates: Rates,
    /// What each plan includes, in the plans' order.
    pub plans: [PlanLimits; 4],
    /// What is decided of ratings and statistics.
    pub numbers: Numbers,
    /// When there is a test environment.
    pub sandbox: SandboxMode,
    /// What the automated checks do.
    pub checks: Arc<Policy>,
    /// What is approved without a reviewer.
    pub auto_approve: AutoApprove,
    /// Who makes a tenant by themselves; none: it depends on whether this is a demo.
    pub sign_up: Option<SignUpMode>,
    /// The way to the mail server, if there is one.
    pub mail: Option<Arc<Mailer>>,
    /// Bytes of finished answers kept in memory.
    pub answer_cache_bytes: u64,
    /// The log's filter.
    pub log_filter: String,
    /// The log's format.
    pub log_format: LogFormat,
    /// From when on a request is slow.
    pub log_slow: Duration,
    /// Every setting with its text and its source, secrets hidden, in the table's order.
    pub in_force: Vec<InForce>,
    /// What is odd but no mistake, for the terminal.
    pub warnings: Vec<String>,
}

/// 32 bytes that print as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(pub [u8; 32]);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl Settings {
    /// Whether the database is a PostgreSQL server's.
    pub fn on_postgres(&self) -> bool {
        !self.database_url.expose().starts_with("sqlite:")
    }

    /// The database file, with SQLite.
    pub fn database_file(&self) -> Option<PathBuf> {
        let path = self.database_url.expose().strip_prefix("sqlite:")?;
        Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
    }

    /// Whether there is a test environment, in a server that shows the example catalog or not (`demo`).
    pub fn has_sandbox(&self, demo: bool) -> bool {
        match self.sandbox {
            SandboxMode::On => true,
            SandboxMode::Off => false,
            SandboxMode::Auto => demo || (self.listen.ip().is_loopback() && self.public_url.is_none()),
        }
    }

    /// Who makes a tenant by themselves, in a server that shows the example catalog or not (`demo`).
    pub fn sign_up_mode(&self, demo: bool) -> SignUpMode {
        self.sign_up.unwrap_or(if demo { SignUpMode::Open } else { SignUpMode::Closed })
    }

    /// Where the test environment's data is: a file in the data directory, or a schema beside the real one.
    pub fn sandbox_url(&self) -> String {
        let url = self.database_url.expose();
        if !self.on_postgres() {
            return format!("sqlite:{}", self.sandbox_file().display());
        }
        let (server, query) = url.split_once('?').unwrap_or((url, ""));
        let mut schema = "sandbox".to_owned();
        let mut parameters = Vec::new();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.strip_prefix("schema=") {
                // As long as a schema's name may be: 32 characters.
                Some(name) => schema = format!("{}_sandbox", &name[..name.len().min(24)]),
                None => parameters.push(parameter.to_owned()),
            }
        }
        parameters.push(format!("schema={schema}"));
        format!("{server}?{}", parameters.join("&"))
    }

    /// The test environment's file, with SQLite.
    pub fn sandbox_file(&self) -> PathBuf {
        self.data_dir.join("sandbox.db")
    }

    /// Where a generated admin key is.
    pub fn admin_key_file(&self) -> PathBuf {
        self.data_dir.join("admin.key")
    }

    /// Where a generated secret key is.
    pub fn secret_key_file(&self) -> PathBuf {
        self.data_dir.join("secret.key")
    }
}

#[cfg(test)]
mod tests;
