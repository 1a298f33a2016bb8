//! Counters for `/metrics`, in the OpenMetrics text format that Prometheus reads.
//!
//! Counting a request takes no lock and no memory: a route is known by its template, of which there are few, and each
//! has one slot of atomic counters that is found by hash and made at its first request.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::app::Marketplace;
use crate::clock::Clock;
use crate::webhooks::{self, stats::DeliveryStats, stats::OUTCOMES};

/// What [`render`] writes.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Places for routes; a power of two, several times what there are.
const SLOTS: usize = 512;
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Upper bounds of the latency buckets, in microseconds.
const BOUNDS: [u64; 15] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    10_000_000,
];

/// One route's counters.
struct Route {
    template: Box<str>,
    requests: [[AtomicU64; CLASSES.len()]; METHODS.len()],
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Route {
    fn new(template: &str) -> Self {
        Self {
            template: template.into(),
            requests: Default::default(),
            buckets: Default::default(),
            micros: AtomicU64::new(0),
        }
    }
}

/// Counters of one marketplace.
pub struct Metrics {
    routes: Box<[OnceLock<Route>]>,
    /// From when on a request is logged as slow.
    slow_micros: AtomicU64,
    /// How far the peers that are pulled from are ahead, as it was last seen.
    peers: Mutex<Vec<PeerLag>>,
}

/// How far a peer is ahead of what was pulled from it.
#[derive(Clone, Debug)]
pub struct PeerLag {
    /// What it is called here.
    pub name: String,
    /// Entries of its feed.
    pub entries: i64,
    /// Seconds since there was nothing more to pull.
    pub seconds: i64,
}

impl Default for Metrics {
    fn default() -> Self {
        let routes = (0..SLOTS).map(|_| OnceLock::new()).collect();
        Self { routes, slow_micros: AtomicU64::new(1_000_000), peers: Mutex::default() }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics(…)")
    }
}

impl Metrics {
    /// Notes how far peers are ahead.
    pub fn note_peers(&self, lags: Vec<PeerLag>) {
        *self.peers.lock().unwrap_or_else(PoisonError::into_inner) = lags;
    }

    /// Sets from when on a request is logged as slow.
    pub fn slow_after(&self, limit: Duration) {
        self.slow_micros.store(u64::try_from(limit.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    /// Counts one answered request, and logs it if it was slow.
    pub fn observe(&self, request_id: &str, method: &Method, template: &str, status: StatusCode, took: Duration) {
        let micros = took.as_micros() as u64;
        let (route, status_code) = (template, status.as_u16());
        if micros > self.slow_micros.load(Relaxed) {
            tracing::warn!(request_id, %method, route, status = status_code, took_ms = micros / 1_000, "slow request");
        } else {
            tracing::debug!(request_id, %method, route, status = status_code, took_us = micros, "request");
        }
        let Some(route) = self.route(template) else { return };
        let class = usize::from(status_code / 100).clamp(1, 5) - 1;
        route.requests[method_index(method)][class].fetch_add(1, Relaxed);
        route.buckets[BOUNDS.partition_point(|bound| *bound < micros)].fetch_add(1, Relaxed);
        route.micros.fetch_add(micros, Relaxed);
    }

    /// The route's slot: the first of its probes that holds it or is free. None when all are taken by others.
    fn route(&self, template: &str) -> Option<&Route> {
        let hash = template
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let first = (hash ^ (hash >> 32)) as usize;
        (0..SLOTS).find_map(|step| {
            let route = self.routes[first.wrapping_add(step) % SLOTS].get_or_init(|| Route::new(template));
            (*route.template == *template).then_some(route)
        })
    }
}

fn method_index(method: &Method) -> usize {
    match *method {
        Method::GET => 0,
        Method::HEAD => 1,
        Method::POST => 2,
        Method::PUT => 3,
        Method::PATCH => 4,
        Method::DELETE => 5,
        _ => 6,
    }
}

/// The metrics page.
pub fn render(m: &Marketplace) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Page(m.clone())));
    let mut page = String::with_capacity(16 * 1024);
    text::encode(&mut page, &registry).expect("writing to a string does not fail");
    page
}

/// Reads the counters when the page is asked for.
struct Page(Marketplace);

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Page(…)")
    }
}

impl Collector for Page {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        requests(&self.0.metrics, &mut encoder)?;
        latencies(&self.0.metrics, &mut encoder)?;
        database(&self.0, &mut encoder)?;
        deliveries(&self.0.deliveries, &mut encoder)?;
        peers(&self.0.metrics, &mut encoder)?;
        satellites(&self.0, &mut encoder)?;
        process(&mut encoder)
    }
}

type Encoded = Result<(), fmt::Error>;

fn requests(metrics: &Metrics, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
    let mut family = encoder.encode_descriptor(
        "atom_http_requests",
        "Requests under /api, by route template, method and class of status",
        None,
        MetricType::Counter,
    )?;
    for route in metrics.routes.iter().filter_map(OnceLock::get) {
        for (method, classes) in METHODS.iter().zip(&route.requests) {
            for (class, count) in CLASSES.iter().zip(classes) {
                let count = count.load(Relaxed);
                if count > 0 {
                    let labels = [("route", &*route.template), ("method", *method), ("status", *class)];
                    family.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
                }
            }
        }
    }
    Ok(())
}

fn latencies(metrics: &Metrics, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
    let mut family = encoder.encode_descriptor(
        "atom_http_request_duration",
        "Time from a request's head to its answer's",
        Some(&Unit::Seconds),
        MetricType::Histogram,
    )?;
    for route in metrics.routes.iter().filter_map(OnceLock::get) {
        let bounds = BOUNDS.iter().map(|bound| *bound as f64 / 1e6).chain([f64::INFINITY]);
        let counts = route.buckets.iter().map(|bucket| bucket.load(Relaxed));
        let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let seconds = route.micros.load(Relaxed) as f64 / 1e6;
        family
            .encode_family(&[("route", &*route.template)])?
            .encode_histogram::<NoLabelSet>(seconds, count, &buckets, None)?;
    }
    Ok(())
}

fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> Encoded {
    encoder.encode_descriptor(name, help, None, MetricType::Counter)?.encode_counter::<NoLabelSet, _, u64>(&value, None)
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: impl EncodeGaugeValue) -> Encoded {
    encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
}

fn database(m: &Marketplace, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
    let stats = m.db.stats();
    {
        let mut queued = encoder.encode_descriptor(
            "atom_db_queued",
            "Database calls that wait for a thread",
            None,
            MetricType::Gauge,
        )?;
        for (access, depth) in [("read", stats.reads_queued), ("write", stats.writes_queued)] {
            queued.encode_family(&[("access", access)])?.encode_gauge(&(depth as i64))?;
        }
    }
    let counters = [
        ("atom_db_refused", "Database calls refused because a queue was full", stats.refused),
        ("atom_db_commits", "Commits; on SQLite one for each group of writes", stats.commits),
        ("atom_db_grouped_writes", "Writes that shared their commit with another (SQLite)", stats.grouped_writes),
        ("atom_db_retries", "Transactions run again after a conflict (PostgreSQL)", stats.retries),
        ("atom_db_reconnects", "Connections made anew after one was lost", stats.reconnects),
    ];
    counters.into_iter().try_for_each(|(name, help, value)| counter(encoder, name, help, value))
}

fn deliveries(stats: &DeliveryStats, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
    {
        let mut family = encoder.encode_descriptor(
            "atom_webhook_exchange_duration",
            "Time of an exchange with a receiver of webhooks, by how it ended",
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?;
        for (outcome, seen) in OUTCOMES.iter().zip(&stats.outcomes) {
            let bounds = webhooks::stats::BOUNDS.iter().map(|bound| *bound as f64 / 1e6).chain([f64::INFINITY]);
            let counts = seen.buckets.iter().map(|bucket| bucket.load(Relaxed));
            let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
            let count = buckets.iter().map(|(_, count)| count).sum();
            let seconds = seen.micros.load(Relaxed) as f64 / 1e6;
            let labels = [("outcome", *outcome)];
            family.encode_family(&labels)?.encode_histogram::<NoLabelSet>(seconds, count, &buckets, None)?;
        }
    }
    let (given_up, disabled) = (stats.given_up.load(Relaxed), stats.disabled.load(Relaxed));
    counter(encoder, "atom_webhook_given_up", "Deliveries given up after their last try, or refused", given_up)?;
    counter(encoder, "atom_webhook_disabled", "Webhooks disabled because their deliveries failed", disabled)?;
    let overdue = stats.overdue_ms.load(Relaxed) as f64 / 1e3;
    gauge(encoder, "atom_webhook_in_flight", "Exchanges under way on this node", stats.in_flight.load(Relaxed))?;
    gauge(
        encoder,
        "atom_webhook_queue",
        "Deliveries that wait in the database, up to 100,000",
        stats.depth.load(Relaxed),
    )?;
    gauge(encoder, "atom_webhook_overdue_seconds", "How long the oldest delivery that is due has been due", overdue)
}

fn peers(metrics: &Metrics, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
    type Value = fn(&PeerLag) -> i64;
    let lags = metrics.peers.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let families: [(&str, &str, Value); 2] = [
        ("atom_peer_behind_entries", "Entries of a peer's feed that were not pulled yet", |lag| lag.entries),
        ("atom_peer_behind_seconds", "Since when there was last nothing more to pull from a peer", |lag| lag.seconds),
    ];
    for (name, help, value) in families {
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for lag in &lags {
            family.encode_family(&[("peer", lag.name.as_str())])?.encode_gauge(&value(lag))?;
        }
    }
    Ok(())
}

fn satellites(m: &Marketplace, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
    let (sent, behind) = m.satellites.counts();
    let connected = m.satellites.connected() as i64;
    gauge(encoder, "atom_satellites_connected", "Satellites connected to this node", connected)?;
    counter(encoder, "atom_satellite_messages", "Messages sent to satellites", sent)?;
    let help = "Times a satellite was so far behind that its messages were read anew";
    counter(encoder, "atom_satellite_behind", help, behind)
}

fn process(encoder: &mut DescriptorEncoder<'_>) -> Encoded {
    encoder
        .encode_descriptor("atom_build", "The release that runs", None, MetricType::Info)?
        .encode_info(&[("version", env!("CARGO_PKG_VERSION"))])?;
    let started = STARTED.get_or_init(seconds_since_epoch);
    gauge(encoder, "process_start_time_seconds", "When the process started, since 1970", *started)?;
    if let Some(bytes) = resident_bytes() {
        gauge(encoder, "process_resident_memory_bytes", "Memory in use", bytes)?;
    }
    if let Ok(descriptors) = std::fs::read_dir("/proc/self/fd") {
        // One of them is the directory being read.
        gauge(encoder, "process_open_fds", "Open file descriptors", descriptors.count() as i64 - 1)?;
    }
    Ok(())
}

static STARTED: OnceLock<f64> = OnceLock::new();

/// Notes when the process started. Call it first thing.
pub fn note_start() {
    STARTED.get_or_init(seconds_since_epoch);
}

fn seconds_since_epoch() -> f64 {
    Clock::default().now().as_micros() as f64 / 1e6
}

/// Of /proc, where there is one.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<i64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_method_and_class() {
        let metrics = Metrics::default();
        for route in 0..40 {
            metrics.observe("", &Method::GET, &format!("/route/{route}"), StatusCode::OK, Duration::from_micros(90));
        }
        metrics.observe("", &Method::POST, "/route/7", StatusCode::CONFLICT, Duration::from_mins(1));
        let route = metrics.route("/route/7").expect("there is room");
        assert_eq!(route.requests[0][1].load(Relaxed), 1);
        assert_eq!(route.requests[2][3].load(Relaxed), 1);
        assert_eq!(route.buckets[0].load(Relaxed), 1);
        assert_eq!(route.buckets[BOUNDS.len()].load(Relaxed), 1);
        assert_eq!(metrics.routes.iter().filter_map(OnceLock::get).count(), 40);
    }

    #[test]
    fn more_routes_than_slots_are_let_go() {
        let metrics = Metrics::default();
        for route in 0..=SLOTS {
            metrics.observe("", &Method::GET, &route.to_string(), StatusCode::OK, Duration::ZERO);
        }
        assert_eq!(metrics.routes.iter().filter_map(OnceLock::get).count(), SLOTS);
    }
}
