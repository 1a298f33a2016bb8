//! `cargo xtask bench`: the release binary as a process of its own on loopback, beside a floor that answers the same
//! bytes with bare axum, in one run. What counts are the ratios and the CPU per request: the load generator shares the
//! machine's processors, and a virtual machine's speed changes from hour to hour.

mod client;
mod floor;
mod load;
mod market;
mod process;
mod report;
mod words;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;

use client::request;
use load::Measured;
use market::{Database, Market};
use process::{Process, free_port};
use report::{AtRest, Row};

/// Writers of the publish scenarios.
const WRITERS: usize = 32;

/// Measures the marketplace against a floor, on loopback.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many public components; several times for several runs.
    #[arg(long, default_values_t = [1_000])]
    size: Vec<u64>,
    /// Measure on PostgreSQL too: a throwaway cluster with fsync on.
    #[arg(long)]
    postgres: bool,
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
    let mut rows = Vec::new();
    let mut at_rest = Vec::new();
    for &size in &arguments.size {
        measure(&arguments, Database::Sqlite, size, &mut rows, &mut at_rest).await?;
        if arguments.postgres {
            // A schema of its own, gone when it is dropped, after the server that uses it.
            let schema = tokio::task::spawn_blocking(atom_marketplace_db::testing::TestDb::durable_postgres)
                .await?
                .context("there is no PostgreSQL")?;
            measure(&arguments, Database::Postgres(schema.url.clone()), size, &mut rows, &mut at_rest).await?;
            tokio::task::spawn_blocking(move || drop(schema)).await?;
        }
    }
    report::print(&rows, &at_rest);
    Ok(())
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
    let mut market = Market::new(database)?;
    eprintln!("{name}: filling a catalog of {size} components …");
    let started = std::time::Instant::now();
    let filling = market.serve().await?;
    market.fill(&filling, size).await?;
    filling.stop().await?;
    eprintln!("{name}: filled in {:.0} s", started.elapsed().as_secs_f64());

    let server = market.serve().await?;
    // What the start left to do is done by then.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (ready_ms, idle_mib) = (server.startup.as_secs_f64() * 1000.0, server.resident_mib()?);

    let time = Duration::from_secs(arguments.seconds);
    let mut add = |scenario, measured: Measured, floor| {
        eprintln!("{name}, {size}: {scenario}: {:.0}/s", measured.rate());
        rows.push(Row { database: name, size, scenario, measured, floor });
    };
    let get = |path: &str, headers: &[String]| {
        let bytes = request("GET", path, headers, None);
        Arc::new(move |_| bytes.clone()) as load::Requests
    };

    let detail = format!("/api/agent-marketplace/agents/{}", market::component_id("catalog", size / 2));
    let list = "/api/agent-marketplace/agents?marketplace_type=public";
    let search = "/api/agent-marketplace/agents/search?query=salsal";
    for (scenario, path) in [("detail", detail.as_str()), ("list", list), ("search, cached", search)] {
        let (etag, body) = market::fetch(&server, path).await?;
        let floor = serve_floor(&market, &body).await?;
        let floor_rate = load::run(&floor, arguments.connections, time, get("/", &[])).await?.rate();
        drop(floor);
        add(scenario, load::run(&server, arguments.connections, time, get(path, &[])).await?, Some(floor_rate));
        if scenario == "detail" {
            let headers = [format!("if-none-match: {etag}")];
            add(
                "detail, 304",
                load::run(&server, arguments.connections, time, get(path, &headers)).await?,
                Some(floor_rate),
            );
        }
    }
    let distinct = Arc::new(|number| {
        let query = words::query(number).replace(' ', "%20");
        request("GET", &format!("/api/agent-marketplace/agents/search?query={query}"), &[], None)
    });
    add("search, distinct", load::run(&server, arguments.connections, time, distinct).await?, None);
    let every = Arc::new(move |number| {
        let path = format!("/api/agent-marketplace/agents/{}", market::component_id("catalog", number % size));
        request("GET", &path, &[], None)
    });
    add("detail, every component", load::run(&server, arguments.connections, time, every).await?, None);
    for (scenario, visibility) in [("publish, private", "private"), ("publish, public", "public")] {
        let tokens: Arc<[String]> = market.tokens.clone().into();
        let publish = Arc::new(move |number| market::publication(&tokens, number, visibility, visibility));
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
