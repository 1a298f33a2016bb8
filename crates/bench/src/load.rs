//! The load: N connections, each sending its next request when the last is answered (a closed loop).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::client::Connection;
use crate::process::Process;

/// Makes the request of each number.
pub(crate) type Requests = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

/// What a run showed.
pub(crate) struct Measured {
    /// Requests answered.
    pub(crate) requests: u64,
    /// How long it took.
    pub(crate) elapsed: Duration,
    /// Latencies, in microseconds.
    pub(crate) latency: Histogram<u64>,
    /// How often each status came.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// CPU time of the server's process.
    pub(crate) cpu: Duration,
    /// CPU time of its busiest thread: what cannot be shared out bounds the rate.
    pub(crate) busiest: Duration,
}

impl Measured {
    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        self.requests as f64 / self.elapsed.as_secs_f64()
    }

    /// A percentile in milliseconds.
    pub(crate) fn millis(&self, percentile: f64) -> f64 {
        self.latency.value_at_percentile(percentile) as f64 / 1000.0
    }

    /// Microseconds of the server's CPU for each request.
    pub(crate) fn cpu_each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.requests.max(1) as f64
    }

    /// Microseconds of its busiest thread for each request.
    pub(crate) fn busiest_each(&self) -> f64 {
        self.busiest.as_secs_f64() * 1e6 / self.requests.max(1) as f64
    }

    /// What two runs of the same showed together.
    fn and(mut self, other: Self) -> Result<Self> {
        self.requests += other.requests;
        self.elapsed += other.elapsed;
        self.latency.add(other.latency)?;
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_insert(0) += count;
        }
        self.cpu += other.cpu;
        self.busiest += other.busiest;
        Ok(self)
    }

    /// Answers that were no success (2xx or 304).
    pub(crate) fn errors(&self) -> u64 {
        self.statuses.iter().filter(|(status, _)| !matches!(status, 200..300 | 304)).map(|(_, count)| count).sum()
    }
}

/// Sends `requests` on `connections` connections for this long.
pub(crate) async fn run(
    process: &Process,
    connections: usize,
    duration: Duration,
    requests: Requests,
) -> Result<Measured> {
    let next = Arc::new(AtomicU64::new(0));
    let (cpu_before, threads_before) = (process.cpu()?, process.threads()?);
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (next, requests, address) = (next.clone(), requests.clone(), process.address.clone());
        tasks.spawn(async move {
            let mut connection = Connection::open(&address).await?;
            let mut latency = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3)?;
            let mut statuses = BTreeMap::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if started.elapsed() >= duration {
                    return anyhow::Ok((latency, statuses));
                }
                let request = requests(number);
                let sent = Instant::now();
                let status = connection.status(&request).await?;
                latency.saturating_record(sent.elapsed().as_micros() as u64);
                *statuses.entry(status).or_insert(0) += 1;
            }
        });
    }
    let mut latency = Histogram::new_with_bounds(1, 60_000_000, 3)?;
    let mut statuses = BTreeMap::new();
    while let Some(finished) = tasks.join_next().await {
        let (part, counts) = finished??;
        latency.add(part)?;
        for (status, count) in counts {
            *statuses.entry(status).or_insert(0) += count;
        }
    }
    let elapsed = started.elapsed();
    let cpu = process.cpu()?.saturating_sub(cpu_before);
    let since =
        |(thread, cpu): (u32, Duration)| cpu.saturating_sub(threads_before.get(&thread).copied().unwrap_or_default());
    let busiest = process.threads()?.into_iter().map(since).max().unwrap_or_default();
    Ok(Measured { requests: latency.len(), elapsed, latency, statuses, cpu, busiest })
}

/// The same load on the marketplace and on its floor in turns of half a second, so that both meet the same weather.
pub(crate) async fn compare(
    process: &Process,
    floor: &Process,
    connections: usize,
    duration: Duration,
    (requests, floor_requests): (Requests, Requests),
) -> Result<(Measured, Measured)> {
    const TURN: Duration = Duration::from_millis(500);
    let mut both: Option<(Measured, Measured)> = None;
    for _ in 0..duration.as_millis().div_ceil(TURN.as_millis()) {
        let under = run(floor, connections, TURN, floor_requests.clone()).await?;
        let over = run(process, connections, TURN, requests.clone()).await?;
        both = Some(match both {
            Some((before, floor_before)) => (before.and(over)?, floor_before.and(under)?),
            None => (over, under),
        });
    }
    both.context("no time to measure in")
}
