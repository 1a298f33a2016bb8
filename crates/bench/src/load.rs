//! The load: N connections, each sending its next request when the last is answered (a closed loop).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
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
    let cpu_before = process.cpu()?;
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
    Ok(Measured { requests: latency.len(), elapsed, latency, statuses, cpu: process.cpu()?.saturating_sub(cpu_before) })
}
