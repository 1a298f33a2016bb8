//! `cargo xtask bench`: the release binary as a process of its own on loopback, beside a floor that answers the same
//! bytes with bare axum, in one run. What counts are the ratios and the CPU per request: the load generator shares the
//! machine's processors, and a virtual machine's speed changes from hour to hour.

mod client;
mod federation;
mod floor;
mod load;
mod market;
mod process;
mod report;
mod webhooks;
mod words;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use atom_marketplace_db::testing::TestDb;
use clap::Parser;

use client::request;
use load::Measured;
use market::{Database, Market};
use process::{Process, free_port};
use report::{AtRest, Row};
use words::Class;

/// Memory for finished answers, as it is by default.
const CACHE: &str = "64MiB";
/// Writers of the publish scenarios.
const WRITERS: usize = 32;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Reading, searching and publishing.
    Requests,
    /// From an event to those who asked to be told.
    Webhooks,
    /// One instance mirrors another.
    Federation,
}

/// Measures the marketplace against a floor, on loopback.
#[derive(Debug, Parser)]
struct Arguments {
    /// What is measured.
    #[arg(default_value = "requests")]
    what: What,
    /// How many public components; several times for several runs.
    #[arg(long, default_values_t = [1_000])]
    size: Vec<u64>,
    /// Measure on PostgreSQL too: a throwaway cluster with fsync on.
    #[arg(long)]
    postgres: bool,
    /// Measure on this PostgreSQL server in place of a throwaway cluster.
    #[arg(long, value_name = "URL")]
    postgres_url: Option<String>,
    /// Leave SQLite out.
    #[arg(long)]
    no_sqlite: bool,
    /// Keep the catalogs in this directory (and on that server) and use them again: filling takes the longest. What
    /// the publish scenarios added stays in them.
    #[arg(long, value_name = "DIRECTORY")]
    data: Option<PathBuf>,
    /// Only scenarios whose names hold this.
    #[arg(long, default_value = "")]
    only: String,
    /// Seconds for each scenario.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Connections of the reading scenarios.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Serve a file's bytes: the floor, started by the bench itself.
    #[arg(long, hide = true, num_args = 2, value_names = ["PORT", "FILE"])]
    floor: Option<Vec<String>>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some([port, file]) = arguments.floor.as_deref() {
        return floor::serve(port.parse()?, &PathBuf::from(file)).await;
    }
    let time = Duration::from_secs(arguments.seconds);
    match arguments.what {
        What::Requests => {
            let (mut rows, mut at_rest) = (Vec::new(), Vec::new());
            for &size in &arguments.size {
                let measure = async |database| measure(&arguments, database, size, &mut rows, &mut at_rest).await;
                on_each_database(&arguments, &format!("bench_{size}"), measure).await?;
            }
            report::print(&rows, &at_rest);
        }
        What::Federation => {
            let mut rows = Vec::new();
            for &size in &arguments.size {
                if !arguments.no_sqlite {
                    federation::measure(Database::Sqlite, Database::Sqlite, size, &mut rows).await?;
                }
                let measure = async |database| match database {
                    // Two schemas of one server.
                    Database::Postgres(_) => {
                        let beside = tokio::task::spawn_blocking(TestDb::durable_postgres).await?;
                        let beside = beside.context("there is no PostgreSQL")?;
                        let other = Database::Postgres(beside.url.clone());
                        let measured = federation::measure(database, other, size, &mut rows).await;
                        tokio::task::spawn_blocking(move || drop(beside)).await?;
                        measured
                    }
                    Database::Sqlite => Ok(()),
                };
                on_each_database(&arguments, &format!("bench_federation_{size}"), measure).await?;
            }
            federation::print(&rows);
        }
        What::Webhooks => {
            let mut rows = Vec::new();
            let measure = async |database| webhooks::measure(database, &arguments.only, time, &mut rows).await;
            on_each_database(&arguments, "bench_webhooks", measure).await?;
            webhooks::print(&rows);
        }
    }
    Ok(())
}

/// Measures on the databases that are wanted; on PostgreSQL in a schema of its own.
async fn on_each_database(
    arguments: &Arguments,
    schema: &str,
    mut measure: impl AsyncFnMut(Database) -> Result<()>,
) -> Result<()> {
    if !arguments.no_sqlite {
        measure(Database::Sqlite).await?;
    }
    if let Some(url) = &arguments.postgres_url {
        let separator = if url.contains('?') { '&' } else { '?' };
        measure(Database::Postgres(format!("{url}{separator}schema={schema}"))).await?;
    } else if arguments.postgres {
        // Gone when it is dropped, after the server that uses it.
        let schema = tokio::task::spawn_blocking(TestDb::durable_postgres).await?.context("there is no PostgreSQL")?;
        let in_use = tokio::spawn(keep_in_use());
        let measured = measure(Database::Postgres(schema.url.clone())).await;
        in_use.abort();
        tokio::task::spawn_blocking(move || drop(schema)).await?;
        measured?;
    }
    Ok(())
}

/// The throwaway cluster stops when nobody asks for it for ten minutes, and filling a large catalog takes longer.
async fn keep_in_use() {
    loop {
        tokio::time::sleep(Duration::from_mins(2)).await;
        let _ = tokio::task::spawn_blocking(|| drop(TestDb::durable_postgres())).await;
    }
}

/// All scenarios on one database with one catalog.
async fn measure(
    arguments: &Arguments,
    database: Database,
    size: u64,
    rows: &mut Vec<Row>,
    at_rest: &mut Vec<AtRest>,
) -> Result<()> {
    let name = database.name();
    let kept = arguments.data.as_ref().map(|directory| directory.join(format!("{name}-{size}")));
    let mut market = Market::new(database, kept)?;
    if !market.filled() {
        eprintln!("{name}: filling a catalog of {size} components …");
        let started = std::time::Instant::now();
        let filling = market.serve(CACHE).await?;
        market.fill(&filling, size).await?;
        filling.stop().await?;
        eprintln!("{name}: filled in {:.0} s", started.elapsed().as_secs_f64());
    }

    let server = market.serve(CACHE).await?;
    // What the start left to do is done by then.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (ready_ms, idle_mib) = (server.startup.as_secs_f64() * 1000.0, server.resident_mib()?);

    let time = Duration::from_secs(arguments.seconds);
    let wanted = |scenario: &str| scenario.contains(&arguments.only);
    let mut add = |scenario, measured: Measured, floor: Option<Measured>| {
        eprintln!("{name}, {size}: {scenario}: {:.0}/s, {:.0} µs", measured.rate(), measured.cpu_each());
        rows.push(Row { database: name, size, scenario, measured, floor });
    };
    let same = |path: &str, headers: &[String]| -> load::Requests {
        let bytes = request("GET", path, headers, None);
        Arc::new(move |_| bytes.clone())
    };

    let detail = format!("/api/agent-marketplace/agents/{}", market::component_id("catalog", size / 2));
    let list = "/api/agent-marketplace/agents?marketplace_type=public";
    let search = "/api/agent-marketplace/agents/search?query=salsal";
    for (scenario, path) in
        [("detail", detail.as_str()), ("detail, 304", detail.as_str()), ("list", list), ("search, cached", search)]
    {
        if !wanted(scenario) {
            continue;
        }
        let (etag, body) = market::fetch(&server, path).await?;
        let floor = serve_floor(&market, &body).await?;
        let headers = if scenario == "detail, 304" { vec![format!("if-none-match: {etag}")] } else { vec![] };
        let requests = (same(path, &headers), same("/", &[]));
        let (measured, under) = load::compare(&server, &floor, arguments.connections, time, requests).await?;
        add(scenario, measured, Some(under));
    }
    drop(server);

    // Without finished answers in memory every request does its whole work.
    let server = market.serve("0").await?;
    let every: load::Requests = Arc::new(move |number| {
        let path = format!("/api/agent-marketplace/agents/{}", market::component_id("catalog", number % size));
        request("GET", &path, &[], None)
    });
    let page: load::Requests = Arc::new(|number| {
        request("GET", &format!("/api/agent-marketplace/agents?page={}", 1 + number % 20), &[], None)
    });
    for (scenario, requests) in [("detail, uncached", every), ("list, uncached", page)] {
        if wanted(scenario) {
            add(scenario, load::run(&server, arguments.connections, time, requests).await?, None);
        }
    }
    for (scenario, class) in [
        ("search, one word", Class::OneWord),
        ("search, two words", Class::TwoWords),
        ("search, prefix", Class::Prefix),
        ("search, rare word", Class::Rare),
        ("search, typo", Class::Typo),
        ("search, all of these", Class::Mixed),
    ] {
        if !wanted(scenario) {
            continue;
        }
        let query = move |number| {
            let query = words::query(class, number).replace(' ', "%20");
            request("GET", &format!("/api/agent-marketplace/agents/search?query={query}"), &[], None)
        };
        // The first typo reads the words there are.
        load::run(&server, 1, Duration::from_millis(200), Arc::new(query)).await?;
        add(scenario, load::run(&server, arguments.connections, time, Arc::new(query)).await?, None);
    }
    drop(server);

    let server = market.serve(CACHE).await?;
    for (scenario, visibility) in [("publish, private", "private"), ("publish, public", "public")] {
        if !wanted(scenario) {
            continue;
        }
        let tokens: Arc<[String]> = market.tokens.clone().into();
        let series = format!("{visibility}-{}", std::process::id());
        let publish = Arc::new(move |number| market::publication(&tokens, number, visibility, &series));
        add(scenario, load::run(&server, WRITERS, time, publish).await?, None);
    }
    at_rest.push(AtRest { database: name, size, ready_ms, idle_mib, after_mib: server.resident_mib()? });
    Ok(())
}

/// This program again, serving `body`.
async fn serve_floor(market: &Market, body: &[u8]) -> Result<Process> {
    let port = free_port()?;
    let file = market.directory().join("floor.json");
    std::fs::write(&file, body)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--floor").arg(port.to_string()).arg(&file);
    Process::start(&mut command, port, "/", &market.directory().join("floor.log")).await
}
