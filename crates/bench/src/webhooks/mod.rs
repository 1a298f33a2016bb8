//! `cargo xtask bench webhooks`: from the request that causes an event (a rating) to the receipt of the message about it, at the
//! component's publisher's endpoints. Everything shares the machine: the load, the server, its database and the receivers.

mod receiver;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use serde_json::json;
use tokio::task::JoinSet;

use crate::client::{Connection, request};
use crate::market::{self, Database, Market};
use crate::process::{self, Process};
use receiver::Receiver;

/// Who cause events at the same time, each about a component of its own.
const WRITERS: usize = 32;
/// Deliveries that are under way at most, so that a saturated run has a steady state.
const UNDER_WAY: u64 = 8_192;
/// How long what is under way may take to arrive after the last request.
const PATIENCE: Duration = Duration::from_mins(2);
/// Messages before anything is measured.
const WARM_UP: usize = 50;

/// What was measured.
pub(crate) struct Row {
    database: &'static str,
    endpoints: usize,
    dead: usize,
    load: &'static str,
    messages: u64,
    deliveries: u64,
    elapsed: Duration,
    latency: Histogram<u64>,
    server: Duration,
    storage: Duration,
    again: u64,
}

impl Row {
    fn per_second(&self, count: u64) -> f64 {
        count as f64 / self.elapsed.as_secs_f64()
    }

    /// Milliseconds of CPU for each delivery, of the server and its database.
    fn cpu_each(&self) -> f64 {
        (self.server + self.storage).as_secs_f64() * 1e3 / self.deliveries.max(1) as f64
    }

    fn millis(&self, percentile: f64) -> f64 {
        self.latency.value_at_percentile(percentile) as f64 / 1e3
    }
}

/// What a message is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// A component was rated: an event like any other, with all that it costs to rate.
    Rating,
    /// A test of the webhook: as little as can cause a message. It goes to one endpoint.
    Test,
}

/// One setting of the bench.
#[derive(Clone, Copy)]
struct Setting {
    endpoints: usize,
    dead: usize,
    saturated: bool,
    cause: Cause,
}

impl Setting {
    const fn new(endpoints: usize, dead: usize, saturated: bool) -> Self {
        Self { endpoints, dead, saturated, cause: Cause::Rating }
    }
}

const SETTINGS: [Setting; 11] = [
    Setting::new(1, 0, false),
    Setting::new(10, 0, false),
    Setting::new(100, 0, false),
    Setting::new(1, 0, true),
    Setting::new(10, 0, true),
    Setting::new(100, 0, true),
    Setting::new(10, 1, false),
    Setting::new(10, 1, true),
    Setting::new(100, 10, true),
    Setting { cause: Cause::Test, ..Setting::new(1, 0, false) },
    Setting { cause: Cause::Test, ..Setting::new(1, 0, true) },
];

impl Setting {
    fn load(self) -> &'static str {
        match (self.cause, self.saturated) {
            (Cause::Rating, false) => "idle",
            (Cause::Rating, true) => "saturated",
            (Cause::Test, false) => "tests, idle",
            (Cause::Test, true) => "tests, saturated",
        }
    }

    fn name(self) -> String {
        format!("{} endpoints, {} dead, {}", self.endpoints, self.dead, self.load())
    }
}

/// All settings on one database; `only` those whose names hold it.
pub(crate) async fn measure(database: Database, only: &str, time: Duration, rows: &mut Vec<Row>) -> Result<()> {
    let name = database.name();
    let market = Market::new(database, None)?;
    for (number, setting) in SETTINGS.into_iter().enumerate().filter(|(_, setting)| setting.name().contains(only)) {
        let row = run(&market, name, number, setting, time).await.with_context(|| setting.name())?;
        eprintln!(
            "{}: {}: {:.0} messages/s, {:.0} deliveries/s, p50 {:.1} ms, p99 {:.1} ms, {:.3} ms of CPU each",
            row.database,
            setting.name(),
            row.per_second(row.messages),
            row.per_second(row.deliveries),
            row.millis(50.0),
            row.millis(99.0),
            row.cpu_each()
        );
        rows.push(row);
    }
    Ok(())
}

/// A publisher with webhooks, components that others rate, and those others.
struct Stage {
    process: Process,
    receiver: Receiver,
    owner: String,
    owner_token: String,
    /// The last one made.
    webhook: String,
    cause: Cause,
    raters: Vec<String>,
    /// Whose CPU time counts too.
    postgres: Option<u32>,
    living: u64,
}

async fn run(market: &Market, database: &'static str, number: usize, setting: Setting, time: Duration) -> Result<Row> {
    let stage = Arc::new(stage(market, number, setting).await?);
    let state = stage.receiver.state.clone();
    let living = stage.living;
    let mut connection = Connection::open(&stage.process.address).await?;
    let mut sent = 0_u64;
    for number in 0..WARM_UP {
        one(&mut connection, &stage, number % WRITERS, sent).await?;
        sent += 1;
        tokio::time::timeout(PATIENCE, state.reached(sent * living)).await?;
    }
    state.restart();
    let cpu = || anyhow::Ok((stage.process.cpu()?, stage.postgres.map_or(Ok(Duration::ZERO), process::cpu_of_family)?));
    let (before, started) = (cpu()?, Instant::now());
    let messages = if setting.saturated {
        saturate(&stage, time).await?
    } else {
        let mut count = 0;
        while started.elapsed() < time {
            one(&mut connection, &stage, count as usize % WRITERS, count).await?;
            count += 1;
            tokio::time::timeout(PATIENCE, state.reached(count * living)).await.context("not delivered")?;
        }
        count
    };
    let waited = tokio::time::timeout(PATIENCE, state.reached(messages * living)).await;
    let (elapsed, after) = (started.elapsed(), cpu()?);
    if waited.is_err() {
        bail!("{} of {} arrived", state.received.load(Ordering::Relaxed), messages * living);
    }
    let row = Row {
        database,
        endpoints: setting.endpoints,
        dead: setting.dead,
        load: setting.load(),
        messages,
        deliveries: messages * living,
        elapsed,
        latency: state.latency(),
        server: after.0.saturating_sub(before.0),
        storage: after.1.saturating_sub(before.1),
        again: state.again.load(Ordering::Relaxed),
    };
    Arc::into_inner(stage).context("a writer still runs")?.process.stop().await?;
    Ok(row)
}

async fn stage(market: &Market, number: usize, setting: Setting) -> Result<Stage> {
    let Setting { endpoints, dead, .. } = setting;
    let receiver = Receiver::start(endpoints, dead, WRITERS).await?;
    let process = market.serve("64MiB").await?;
    let mut connection = Connection::open(&process.address).await?;
    let owner_id = format!("owner-{number}");
    let owner = market::tenant(&mut connection, &owner_id).await?;
    let limits = json!({ "limits": { "webhooks": endpoints } });
    market::admin(&mut connection, "PATCH", &format!("/api/admin/tenants/{owner_id}"), Some(&limits)).await?;
    let mut raters = Vec::new();
    for writer in 0..WRITERS {
        raters.push(market::tenant(&mut connection, &format!("rater-{number}-{writer}")).await?);
    }
    let publisher: Arc<[String]> = Arc::new([owner.clone()]);
    market::each(&process.address, WRITERS as u64, move |number| {
        market::publication(&publisher, number, "public", "rated")
    })
    .await?;
    market::approve_all(&process).await?;
    let mut webhook = String::new();
    for endpoint in 0..endpoints {
        let url = format!("http://{}/{endpoint}", receiver.address);
        let body = json!({ "url": url, "events": ["component.rated"] }).to_string();
        let headers = [format!("authorization: {owner}")];
        let answer = connection.send(&request("POST", "/api/webhooks", &headers, Some(body.as_bytes()))).await?;
        if answer.status != 201 {
            bail!("a webhook: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        let made: serde_json::Value = serde_json::from_slice(&answer.body)?;
        made["id"].as_str().context("no id in the answer")?.clone_into(&mut webhook);
    }
    let postgres = market.postgres().await?;
    Ok(Stage {
        process,
        receiver,
        owner: owner_id,
        owner_token: owner,
        webhook,
        cause: setting.cause,
        raters,
        postgres,
        living: (endpoints - dead) as u64,
    })
}

/// Causes one message, about the component of that number.
async fn one(connection: &mut Connection, stage: &Stage, number: usize, count: u64) -> Result<()> {
    let (method, path, token, body) = match stage.cause {
        Cause::Rating => {
            let id = market::component_id("rated", number as u64);
            let path = format!("/api/agent-marketplace/agents/{id}/rating?source_tenant_id={}", stage.owner);
            ("PUT", path, &stage.raters[number], json!({ "rating": 1 + count % 5 }))
        }
        Cause::Test => {
            let path = format!("/api/webhooks/{}/test", stage.webhook);
            ("POST", path, &stage.owner_token, json!({ "event": "component.rated" }))
        }
    };
    let headers = [format!("authorization: {token}")];
    let request = request(method, &path, &headers, Some(body.to_string().as_bytes()));
    stage.receiver.state.sending(if stage.cause == Cause::Test { 0 } else { number });
    let answer = connection.send(&request).await?;
    if !(200..300).contains(&answer.status) {
        bail!("{method} {path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    Ok(())
}

/// Causes messages for so long, as many as go. Returns how many.
async fn saturate(stage: &Arc<Stage>, time: Duration) -> Result<u64> {
    let (caused, started) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let most = (UNDER_WAY / stage.living).max(WRITERS as u64);
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        let (caused, stage) = (caused.clone(), stage.clone());
        writers.spawn(async move {
            let mut connection = Connection::open(&stage.process.address).await?;
            while started.elapsed() < time {
                let count = caused.fetch_add(1, Ordering::Relaxed);
                let ahead = count.saturating_sub(most) * stage.living;
                tokio::time::timeout(PATIENCE, stage.receiver.state.reached(ahead)).await.context("not delivered")?;
                one(&mut connection, &stage, number, count).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = writers.join_next().await {
        ended??;
    }
    Ok(caused.load(Ordering::Relaxed))
}

/// Prints the table and the aims.
pub(crate) fn print(rows: &[Row]) {
    println!(
        "\n| database | endpoints | dead | load | messages/s | deliveries/s | p50 ms | p99 ms | CPU ms each | of it the database's | arrived again |"
    );
    println!("|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|");
    for row in rows {
        let storage = row.storage.as_secs_f64() * 1e3 / row.deliveries.max(1) as f64;
        println!(
            "| {} | {} | {} | {} | {:.0} | {:.0} | {:.2} | {:.2} | {:.3} | {storage:.3} | {} |",
            row.database,
            row.endpoints,
            row.dead,
            row.load,
            row.per_second(row.messages),
            row.per_second(row.deliveries),
            row.millis(50.0),
            row.millis(99.0),
            row.cpu_each(),
            row.again
        );
    }
    println!("\n| aim | measured | met |\n|---|--:|---|");
    for row in rows.iter().filter(|row| row.dead == 0) {
        let name = format!("{}, {} endpoints, {}", row.database, row.endpoints, row.load);
        let (messages, deliveries) = (row.per_second(row.messages), row.per_second(row.deliveries));
        let aim = |what: &str, value: String, met: bool| {
            println!("| {name}: {what} | {value} | {} |", if met { "yes" } else { "NO" });
        };
        match (row.load, row.endpoints) {
            ("saturated" | "tests, saturated", 1) => {
                aim("at least 4,000 messages/s", format!("{messages:.0}"), messages >= 4_000.0);
            }
            ("saturated", 10) => {
                aim("at least 12,000 deliveries/s", format!("{deliveries:.0}"), deliveries >= 12_000.0);
            }
            ("idle" | "tests, idle", 1) => {
                aim("p50 at most 3 ms", format!("{:.2} ms", row.millis(50.0)), row.millis(50.0) <= 3.0);
            }
            _ => {}
        }
        if row.load.ends_with("saturated") {
            aim("at most 0.25 ms of CPU each", format!("{:.3} ms", row.cpu_each()), row.cpu_each() <= 0.25);
        }
    }
}
