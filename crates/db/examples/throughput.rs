//! Writes and reads per second on this machine: `cargo run --release --example throughput [URL] [SECONDS]`.
//!
//! The default is a SQLite file in a temporary directory; mind that some keep those in memory, where a flush is free.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use atom_marketplace_db::{Db, Error, Migration, Options, args};
use tokio::task::JoinSet;

const ITEMS: i64 = 100_000;
const TASKS: usize = 32;

const SERIES: [Migration; 1] = [Migration {
    version: 1,
    name: "items",
    sql: "CREATE TABLE item (id {{id}}, name {{text}} NOT NULL UNIQUE, body TEXT NOT NULL, reads BIGINT NOT NULL);
          CREATE TABLE audit (id {{id}}, item BIGINT NOT NULL REFERENCES item (id), what TEXT NOT NULL);",
}];

fn main() -> Result<(), Error> {
    let mut args = env::args().skip(1);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = args.next().unwrap_or_else(|| format!("sqlite:{}", directory.path().join("throughput.db").display()));
    let seconds = args.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(3);
    let db = Db::open(&url, Options::default())?;
    db.migrate(&SERIES)?;
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measure(&db, Duration::from_secs(seconds)))?;
    println!("{:?}", db.stats());
    db.close();
    Ok(())
}

async fn measure(db: &Db, time: Duration) -> Result<(), Error> {
    let first = db.read(|c| c.one::<i64>("SELECT coalesce(max(id), 0) FROM item", args![])).await?;
    if first == 0 {
        db.write(|c| {
            for n in 0..ITEMS {
                c.execute(
                    "INSERT INTO item (name, body, reads) VALUES ($1, $2, 0)",
                    args![format!("item {n}"), "x".repeat(300)],
                )?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    }
    let next = Arc::new(AtomicI64::new(first.max(ITEMS)));
    for tasks in [1, TASKS] {
        let next = next.clone();
        let write = move |db: Db, _| {
            let n = next.fetch_add(1, Relaxed);
            async move {
                db.write(move |c| {
                    let id: i64 = c.one(
                        "INSERT INTO item (name, body, reads) VALUES ($1, $2, 0) RETURNING id",
                        args![format!("item {n}"), "x".repeat(300)],
                    )?;
                    c.execute("INSERT INTO audit (item, what) VALUES ($1, $2)", args![id, "published"]).map(drop)
                })
                .await
            }
        };
        let rate = repeat(db, tasks, time, write).await;
        println!("{tasks:>3} writers, two statements each: {rate}");
    }
    for tasks in [1, TASKS] {
        let read = |db: Db, n: i64| async move {
            let id = n * 7919 % ITEMS + 1;
            db.read(move |c| c.one::<(String, i64)>("SELECT body, reads FROM item WHERE id = $1", args![id]))
                .await
                .map(drop)
        };
        let rate = repeat(db, tasks, time, read).await;
        println!("{tasks:>3} readers, one row each: {rate}");
    }
    Ok(())
}

/// Calls `work` from many tasks for a while; what came of it, for people.
async fn repeat<F, Fut>(db: &Db, tasks: usize, time: Duration, work: F) -> String
where
    F: Fn(Db, i64) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<(), Error>> + Send,
{
    let started = Instant::now();
    let mut running = JoinSet::new();
    for task in 0..tasks {
        let (db, work) = (db.clone(), work.clone());
        running.spawn(async move {
            let (mut done, mut failed, mut waits) = (0, 0, Vec::new());
            while started.elapsed() < time {
                let begun = Instant::now();
                match work(db.clone(), done * 31 + task as i64).await {
                    Ok(()) => done += 1,
                    Err(_) => failed += 1,
                }
                waits.push(begun.elapsed());
            }
            (done, failed, waits)
        });
    }
    let (mut done, mut failed, mut waits) = (0, 0, Vec::new());
    for (more, fewer, times) in running.join_all().await {
        done += more;
        failed += fewer;
        waits.extend(times);
    }
    waits.sort_unstable();
    let p99 = waits.get(waits.len() * 99 / 100).copied().unwrap_or_default();
    format!("{:.0}/s, p99 {p99:.1?}, {failed} failed", done as f64 / started.elapsed().as_secs_f64())
}
