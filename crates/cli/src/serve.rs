//! `serve`: from the settings to a listening server, and back to nothing.

use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use atom_marketplace_db::Db;
use atom_marketplace_server::app::{Marketplace, Parts};
use atom_marketplace_server::clock::Clock;
use atom_marketplace_server::config::{Key, Keys, LogFormat, Settings};
use atom_marketplace_server::jobs::Jobs;
use atom_marketplace_server::sandbox::Sandbox;
use atom_marketplace_server::seal::Sealer;
use atom_marketplace_server::verification::FILE;
use atom_marketplace_server::{accounts, http, ops, serve, tenants, tokens};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Mutex;
use tracing_subscriber::EnvFilter;

use crate::store::{self, Lock};
use crate::{args, demo, output};

/// How long requests that are running when the server is told to stop may take.
const GRACE: Duration = Duration::from_secs(10);
/// How long connected satellites are given to hear that they should come again.
const FAREWELL: Duration = Duration::from_secs(3);

pub(crate) fn run(arguments: &args::Serve) -> anyhow::Result<ExitCode> {
    let settings = arguments.flags.settings()?;
    start_log(&settings);
    settings.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    store::make_data_dir(&settings)?;
    let _lock = settings.database_file().map(|file| Lock::take(&file)).transpose()?;
    tenants::set_plan_limits(settings.plans);
    let keys = Keys::ensure(&settings).map_err(anyhow::Error::msg)?;
    let db = store::open_for_server(&settings)?;
    let sandbox = if settings.has_sandbox(arguments.demo) { store::open_sandbox(&settings)? } else { None };
    let (sandbox, _sandbox_lock) = sandbox.unzip();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(listen(&settings, &keys, db.clone(), sandbox.clone(), arguments.demo))?;
    sandbox.iter().for_each(Db::close);
    db.close();
    Ok(ExitCode::SUCCESS)
}

async fn listen(settings: &Settings, keys: &Keys, db: Db, sandbox_db: Option<Db>, demo: bool) -> anyhow::Result<()> {
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {} (--listen, ATOM_LISTEN)", settings.listen))?;
    let address = listener.local_addr()?;
    let local_url = format!("http://{}", reachable(address));
    let m = Marketplace::open(Parts {
        db,
        clock: Clock::default(),
        sealer: Sealer::new(&keys.secret_key.0),
        admin_key: keys.admin_key.expose().to_owned(),
        public_url: settings.public_url.clone().unwrap_or_else(|| local_url.clone()),
        trusted_proxies: settings.trusted_proxies.clone(),
        cors_origins: settings.cors_origins.clone(),
        webhook_retry: settings.webhook_retry.clone(),
        event_retention: settings.event_retention,
        outbound_allow: settings.outbound_allow.clone(),
        outbound_ca: settings.outbound_ca.clone(),
        dns_server: settings.dns_server,
        verification_file: FILE.to_owned(),
        rates: settings.rates,
        answer_cache_bytes: settings.answer_cache_bytes,
        literal_tokens: Vec::new(),
        checks: settings.checks.clone(),
        auto_approve: settings.auto_approve,
        accounts: accounts::Options {
            sign_up: settings.sign_up_mode(demo),
            mail: settings.mail.clone(),
            ..accounts::Options::default()
        },
        numbers: settings.numbers,
    });
    m.metrics.slow_after(settings.log_slow);
    check_secret_key(&m).await;
    // Before anything is announced, so that a signal right after is heeded.
    let signals = StopSignals::listen()?;
    let jobs = Jobs::start(&m);
    let sandbox = sandbox_db.map(|db| Sandbox::open(db, &m, &keys.secret_key.0));
    let sandbox_jobs = sandbox.as_ref().map(|sandbox| (sandbox.start(), Jobs::start(sandbox.marketplace())));
    let app = match &sandbox {
        Some(sandbox) => http::app_with_sandbox(m.clone(), sandbox),
        None => http::app(m.clone()),
    };
    if demo {
        // Before anything is answered, so that whoever finds the server ready finds the catalog in it.
        tokio::select! {
            lines = demo::prepare(&m, keys, &local_url) => {
                announce(settings, keys, &local_url, sandbox.is_some());
                output::text(&lines);
            }
            () = signals.stop() => return Ok(()),
        }
    } else {
        announce(settings, keys, &local_url, sandbox.is_some());
    }
    let stop = async {
        signals.stop().await;
        // Those who follow events come again after the start; their streams would hold up the end.
        m.outbox.close();
        if let Some(sandbox) = &sandbox {
            sandbox.marketplace().outbox.close();
        }
    };
    let finished = serve::serve(listener, app, stop, signals.patience()).await;
    if !finished {
        tracing::warn!("requests that were still running are cut off");
    }
    for m in std::iter::once(&m).chain(sandbox.as_ref().map(Sandbox::marketplace)) {
        if !m.satellites.ended(FAREWELL).await {
            tracing::warn!("satellites are cut off");
        }
    }
    if let Some((mut reviews, jobs)) = sandbox_jobs {
        reviews.shutdown().await;
        jobs.stop().await;
    }
    jobs.stop().await;
    if let Err(error) = tokens::flush_last_used(&m).await {
        tracing::warn!(%error, "when tokens were last used is not written down");
    }
    if let Err(error) = m.limiter.give_back().await {
        tracing::warn!(%error, "unused quota is lost until its window ends");
    }
    tracing::info!("stopped");
    Ok(())
}

/// The address as a client on this machine writes it.
fn reachable(address: SocketAddr) -> String {
    if address.ip().is_unspecified() { format!("localhost:{}", address.port()) } else { address.to_string() }
}

/// SIGTERM and SIGINT. The first one stops the server, a second one ends its patience.
struct StopSignals(Mutex<(Signal, Signal)>);

impl StopSignals {
    fn listen() -> io::Result<Self> {
        Ok(Self(Mutex::new((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?))))
    }

    async fn next(&self) {
        let mut signals = self.0.lock().await;
        let (terminate, interrupt) = &mut *signals;
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    }

    async fn stop(&self) {
        self.next().await;
        tracing::info!("stopping: no new connections, up to {} s for running requests", GRACE.as_secs());
    }

    async fn patience(&self) {
        tokio::select! { () = self.next() => {}, () = tokio::time::sleep(GRACE) => {} }
    }
}

/// A restored or copied database without its key would only be noticed when something cannot be opened.
async fn check_secret_key(m: &Marketplace) {
    match m.db.read(ops::sealed_sample).await {
        Ok(Some(sample)) if !m.sealer.made(&sample.0) => tracing::error!(
            "the database holds values sealed with another ATOM_SECRET_KEY: they cannot be opened until that key is set again"
        ),
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the secret key could not be checked"),
    }
}

/// Says where the server is, to people and to the log.
fn announce(settings: &Settings, keys: &Keys, local_url: &str, sandbox: bool) {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(version, url = local_url, "listening");
    if settings.log_format == LogFormat::Json {
        if let Key::Made(path) | Key::Found(path) = &keys.admin_key_from {
            tracing::info!(file = %path.display(), "the admin key is in a file");
        }
        return;
    }
    let place = |from: &Key| match from {
        Key::Set => "as set".to_owned(),
        Key::Found(path) => format!("in {}", path.display()),
        Key::Made(path) => format!("made just now, in {}", path.display()),
    };
    let database = match settings.database_file() {
        Some(file) => format!("SQLite, {}", file.display()),
        None => "PostgreSQL".to_owned(),
    };
    let mut lines = vec![
        format!("ATOM Marketplace {version} at {local_url}"),
        format!("  documents   {local_url}/docs/"),
        format!("  database    {database}"),
        format!("  admin key   {} (send it as X-Admin-Key)", place(&keys.admin_key_from)),
    ];
    if sandbox {
        lines.push(format!("  testing     {local_url}/api/test (see docs/TESTING.md)"));
    }
    if let Key::Made(path) = &keys.secret_key_from {
        lines.push(format!(
            "  secret key  made just now, in {}: no backup holds it, so keep a copy elsewhere",
            path.display()
        ));
    }
    output::text(&format!("{}\n", lines.join("\n")));
}

fn start_log(settings: &Settings) {
    let filter = EnvFilter::try_new(&settings.log_filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.log_format {
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        LogFormat::Text => {
            let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
            log.with_ansi(color).with_target(false).try_init()
        }
    };
    if started.is_err() {
        output::error("warning: a log was started already");
    }
    // As lines of the log, not as text between them.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("without a message");
        tracing::error!(place, "panic: {text}");
    }));
}
