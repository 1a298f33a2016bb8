//! `cargo xtask bench federation`: an instance mirrors another from empty, and then what has changed. Both are the release binary;
//! what goes between them goes through a wire that counts it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use crate::client::Connection;
use crate::market::{self, Database, Market};
use crate::process::Process;

/// Components that change after the first walk.
const CHANGES: u64 = 100;
/// How long a walk may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// What one walk took.
pub(crate) struct Row {
    database: &'static str,
    size: u64,
    walk: &'static str,
    changes: u64,
    elapsed: Duration,
    requests: u64,
    bytes: u64,
    /// CPU of the instance that is read, and of the one that reads.
    served: Duration,
    pulled: Duration,
}

/// Mirrors `size` components, both instances on the same kind of database.
pub(crate) async fn measure(origin: Database, mirror: Database, size: u64, rows: &mut Vec<Row>) -> Result<()> {
    let name = origin.name();
    let mut origin = Market::new(origin, None)?;
    let mirror = Market::new(mirror, None)?;
    let serving = origin.serve("64MiB").await?;
    eprintln!("{name}: filling a catalog of {size} components …");
    origin.fill(&serving, size).await?;
    let pulling = mirror.serve("64MiB").await?;
    let wire = Wire::start(&serving.address).await?;

    let mut to_origin = Connection::open(&serving.address).await?;
    let mut to_mirror = Connection::open(&pulling.address).await?;
    let made =
        market::admin(&mut to_origin, "POST", "/api/federation/keys", Some(&json!({ "name": "mirror" }))).await?;
    let key = made["key"].as_str().context("no key in the answer")?;

    let (mut before, mut started) = (Before::now(&serving, &pulling, &wire)?, Instant::now());
    let peer = json!({ "name": "origin", "base_url": format!("http://{}", wire.address), "key": key });
    let peer = market::admin(&mut to_mirror, "POST", "/api/federation/peers", Some(&peer)).await?;
    let path = format!("/api/federation/peers/{}", peer["id"].as_str().context("no id in the answer")?);
    let mut sequence = 0;
    for (walk, changes) in [("from empty", size), ("what changed", CHANGES)] {
        if walk == "what changed" {
            let tokens: Arc<[String]> = origin.tokens.clone().into();
            market::each(&serving.address, CHANGES, move |number| market::change(&tokens, number, "catalog")).await?;
            market::approve_all(&serving).await?;
            (before, started) = (Before::now(&serving, &pulling, &wire)?, Instant::now());
        }
        sequence = walked(&mut to_mirror, &path, sequence + changes).await?;
        let elapsed = started.elapsed();
        let after = Before::now(&serving, &pulling, &wire)?;
        let row = Row {
            database: name,
            size,
            walk,
            changes,
            elapsed,
            requests: after.requests - before.requests,
            bytes: after.bytes - before.bytes,
            served: after.served.saturating_sub(before.served),
            pulled: after.pulled.saturating_sub(before.pulled),
        };
        eprintln!(
            "{name}, {size}: {walk}: {:.2} s, {} requests, {} bytes",
            elapsed.as_secs_f64(),
            row.requests,
            row.bytes
        );
        rows.push(row);
    }
    Ok(())
}

/// Has the peer read until its feed is applied up to `wanted`. Returns up to where it was.
async fn walked(connection: &mut Connection, path: &str, wanted: u64) -> Result<u64> {
    let deadline = Instant::now() + PATIENCE;
    market::admin(connection, "POST", &format!("{path}/sync"), None).await?;
    loop {
        let peer: Value = market::admin(connection, "GET", path, None).await?;
        let sequence = peer["sequence"].as_u64().context("no sequence in the answer")?;
        if sequence >= wanted {
            return Ok(sequence);
        }
        if peer["refusals"].as_u64() != Some(0) || Instant::now() > deadline {
            bail!("{sequence} of {wanted}: {peer}");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

struct Before {
    served: Duration,
    pulled: Duration,
    requests: u64,
    bytes: u64,
}

impl Before {
    fn now(serving: &Process, pulling: &Process, wire: &Wire) -> Result<Self> {
        let (requests, bytes) =
            (wire.counts.requests.load(Ordering::Relaxed), wire.counts.bytes.load(Ordering::Relaxed));
        Ok(Self { served: serving.cpu()?, pulled: pulling.cpu()?, requests, bytes })
    }
}

/// A way to an address that counts what passes.
struct Wire {
    address: String,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    /// Heads of requests.
    requests: AtomicU64,
    /// Bytes of answers.
    bytes: AtomicU64,
}

impl Wire {
    async fn start(to: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, counts) = (listener.local_addr()?.to_string(), Arc::<Counts>::default());
        let (counting, to) = (counts.clone(), to.to_owned());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(&to).await else { continue };
                let (near_read, near_write) = near.into_split();
                let (far_read, far_write) = far.into_split();
                // Whoever hangs up ends both ways.
                tokio::spawn(pass(near_read, far_write, counting.clone(), true));
                tokio::spawn(pass(far_read, near_write, counting.clone(), false));
            }
        });
        Ok(Self { address, counts })
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, counts: Arc<Counts>, asking: bool) -> Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        if asking {
            let heads = buffer[..read].windows(4).filter(|window| *window == b"\r\n\r\n").count();
            counts.requests.fetch_add(heads as u64, Ordering::Relaxed);
        } else {
            counts.bytes.fetch_add(read as u64, Ordering::Relaxed);
        }
        to.write_all(&buffer[..read]).await?;
    }
}

/// Prints the table and the aims.
pub(crate) fn print(rows: &[Row]) {
    println!(
        "\n| database | components | walk | changes | seconds | requests | MB | CPU s of the origin | CPU s of the mirror | CPU ms a change |"
    );
    println!("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|");
    for row in rows {
        println!(
            "| {} | {} | {} | {} | {:.2} | {} | {:.2} | {:.2} | {:.2} | {:.2} |",
            row.database,
            row.size,
            row.walk,
            row.changes,
            row.elapsed.as_secs_f64(),
            row.requests,
            row.bytes as f64 / 1e6,
            row.served.as_secs_f64(),
            row.pulled.as_secs_f64(),
            (row.served + row.pulled).as_secs_f64() * 1e3 / row.changes as f64
        );
    }
    println!("\n| aim | measured | met |\n|---|--:|---|");
    for pair in rows.chunks_exact(2) {
        let name = format!("{}, {} components", pair[0].database, pair[0].size);
        let requests = pair[0].requests;
        println!(
            "| {name}: from empty in at most 99 requests | {requests} | {} |",
            if requests < 100 { "yes" } else { "NO" }
        );
        let each = |row: &Row| row.bytes as f64 / row.changes as f64;
        let ratio = each(&pair[1]) / each(&pair[0]);
        println!(
            "| {name}: a change at most twice the bytes of a first one | {ratio:.2} | {} |",
            if ratio <= 2.0 { "yes" } else { "NO" }
        );
    }
}
