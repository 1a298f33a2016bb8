//! Every event arrives (R4): whatever receivers do, and however often the server is killed, nothing is missing once they are
//! healed, and every try of an event has the same id and the same bytes. And who hangs holds up nobody else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use atom_marketplace_db::testing::TestDb;
use reqwest::Client;
use serde_json::{Value, json};

use crate::process::Server;
use crate::receivers::{Behaviour, Receiver};
use crate::size::{full, measured, sized};

const SECRET_KEY: &str = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
/// Writers at once.
const WRITERS: usize = 16;
/// How long nothing may come before something is missing: on PostgreSQL, what a killed server held is free after a minute.
const PATIENCE: Duration = Duration::from_mins(3);

fn start(database: Option<&str>) -> Server {
    let retry = ["2s"; 50].join(",");
    let mut environment = vec![
        ("ATOM_RATE_ANONYMOUS", "1000000"),
        ("ATOM_RATE_TOKEN", "1000000000"),
        ("ATOM_SECRET_KEY", SECRET_KEY),
        ("ATOM_OUTBOUND_ALLOW", "127.0.0.0/8"),
        ("ATOM_WEBHOOK_RETRY", &retry),
    ];
    environment.extend(database.map(|url| ("ATOM_DATABASE_URL", url)));
    Server::start(&[], &environment)
}

#[test]
fn r4_every_event_arrives_on_sqlite() {
    every_event_arrives("SQLite", start(None));
}

#[test]
fn r4_every_event_arrives_on_postgres() {
    let Some(db) = TestDb::postgres() else { return };
    every_event_arrives("PostgreSQL", start(Some(&db.url)));
}

#[test]
fn r4_who_hangs_holds_up_nobody_else_on_sqlite() {
    who_hangs_holds_up_nobody_else("SQLite", &start(None));
}

#[test]
fn r4_who_hangs_holds_up_nobody_else_on_postgres() {
    let Some(db) = TestDb::postgres() else { return };
    who_hangs_holds_up_nobody_else("PostgreSQL", &start(Some(&db.url)));
}

/// A tenant's token, and the server.
#[derive(Clone)]
struct Api {
    http: Client,
    url: String,
    token: String,
}

impl Api {
    fn new(server: &Server, tenant: &str) -> Self {
        let http = atom_marketplace_testkit::http().timeout(Duration::from_secs(20)).build().expect("a client");
        Self { http, url: server.url(), token: server.tenant(tenant) }
    }

    /// Makes a webhook, and returns its path.
    async fn webhook(&self, url: &str) -> String {
        let body = json!({"url": url, "events": ["component.published"], "secret": "your-webhook-secret"});
        let request = self.http.post(format!("{}/api/webhooks", self.url)).bearer_auth(&self.token).json(&body);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 201);
        let made: Value = answer.json().await.expect("JSON");
        format!("/api/webhooks/{}", made["id"].as_str().expect("an id"))
    }

    async fn activate(&self, webhook: &str) {
        let request = self.http.patch(format!("{}{webhook}", self.url)).bearer_auth(&self.token);
        let answer = request.json(&json!({"status": "active"})).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
    }

    /// Publishes until it is acknowledged, and returns whether that took but one request. The same again changes nothing.
    async fn publish(&self, id: &str) {
        let body = json!({
            "skill_id": id, "marketplace_type": "private", "name": format!("Skill {id}"), "description": "Of a proof.",
        });
        let mut last = String::new();
        for _ in 0..2_400 {
            let request = self.http.post(format!("{}/api/skill-marketplace/skills", self.url));
            match request.bearer_auth(&self.token).json(&body).send().await {
                Ok(answer) if answer.status().is_success() => {
                    // An answer that was cut off acknowledges nothing.
                    if answer.bytes().await.is_ok() {
                        return;
                    }
                }
                Ok(answer) if answer.status() == 503 => "503".clone_into(&mut last),
                Ok(answer) => panic!("{id}: {} {}", answer.status(), answer.text().await.unwrap_or_default()),
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{id} was not published: {last}");
    }
}

fn every_event_arrives(database: &str, mut server: Server) {
    let (events, kills) = (sized(120, 20_000), sized(2, 20_usize));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let _inside = runtime.enter();
    let api = Api::new(&server, "acme");
    let behaviours = Behaviour::BAD.into_iter().chain([Behaviour::Answers]);
    let receivers: Vec<Receiver> = behaviours.map(Receiver::start).collect();
    let webhooks: Vec<String> = receivers.iter().map(|receiver| runtime.block_on(api.webhook(&receiver.url))).collect();
    let started = Instant::now();

    // A quarter of the kills is kept for when everything comes at once.
    let (first, second) = (kills - kills / 4, kills / 4);
    let (next, acknowledged, failed) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    for _ in 0..WRITERS {
        let (api, next, acknowledged) = (api.clone(), next.clone(), acknowledged.clone());
        let dropped = Guard(failed.clone());
        runtime.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::SeqCst);
                if number >= events {
                    break;
                }
                api.publish(&format!("e-{number}")).await;
                acknowledged.fetch_add(1, Ordering::SeqCst);
            }
            std::mem::forget(dropped);
        });
    }
    for kill in 1..=first + 1 {
        let enough = if kill > first { events } else { events * kill / (first + 1) };
        while acknowledged.load(Ordering::SeqCst) < enough {
            assert!(!failed.load(Ordering::SeqCst), "a writer gave up: {}", server.log());
            std::thread::sleep(Duration::from_millis(5));
        }
        if kill <= first {
            server.kill();
            server.restart();
        }
    }
    let (published, healing) = (started.elapsed(), Instant::now());

    for (receiver, webhook) in receivers.iter().zip(&webhooks) {
        receiver.heal();
        if receiver.behaviour == Behaviour::Status(410) {
            // It was disabled, and its owner says that it is there again.
            runtime.block_on(api.activate(webhook));
        }
    }
    let all = events * receivers.len();
    let count = || receivers.iter().map(Receiver::count).sum::<usize>();
    let (before, mut killed) = (count(), 0);
    let (mut seen, mut progress) = (before, Instant::now());
    while seen < all {
        assert!(progress.elapsed() < PATIENCE, "{}\n{}", missing(&receivers, events), server.log());
        std::thread::sleep(Duration::from_millis(20));
        let now = count();
        if now > seen {
            (seen, progress) = (now, Instant::now());
        }
        if killed < second && seen >= before + (all - before) * (killed + 1) / (second + 1) {
            server.kill();
            server.restart();
            killed += 1;
        }
    }
    let healed = healing.elapsed();

    let (mut ids, mut again) = (BTreeMap::new(), 0);
    for receiver in &receivers {
        for (id, came) in receiver.came() {
            assert_eq!(came.bodies.len(), 1, "{:?}: {id} came with other bytes", receiver.behaviour);
            again += came.times - 1;
            // Every receiver hears of a component under the same id.
            let known = ids.entry(came.component.clone()).or_insert_with(|| id.clone());
            assert_eq!(*known, id, "{:?}: {}", receiver.behaviour, came.component);
        }
    }
    let expected: BTreeSet<String> = (0..events).map(|number| format!("e-{number}")).collect();
    assert_eq!(ids.keys().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(killed, second, "the server was to be killed while the backlog is sent");
    measured(
        &format!("R4 on {database}"),
        &format!(
            "{events} events to {} receivers, 16 of them bad, {kills} kills: 0 of {all} missing, {again} came more than once; published in {published:.1?}, all there {healed:.1?} after the receivers were healed",
            receivers.len()
        ),
    );
}

/// Says that a writer gave up, unless it is forgotten.
struct Guard(Arc<AtomicBool>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn missing(receivers: &[Receiver], events: usize) -> String {
    let lack = receivers.iter().filter(|receiver| receiver.count() < events);
    let lack: Vec<_> =
        lack.map(|receiver| format!("{:?}: {}", receiver.behaviour, events - receiver.count())).collect();
    format!("missing: {}", lack.join(", "))
}

fn who_hangs_holds_up_nobody_else(database: &str, server: &Server) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (events, pause) = (sized(40, 2_000), Duration::from_millis(10));
    runtime.block_on(async {
        let (acme, globex) = (Api::new(server, "acme"), Api::new(server, "globex"));
        let (own, other) = (Receiver::start(Behaviour::Answers), Receiver::start(Behaviour::Answers));
        acme.webhook(&own.url).await;
        globex.webhook(&other.url).await;
        let before = latencies(&[&acme, &globex], &[&own, &other], "before", events, pause).await;
        let mut hanging = Vec::new();
        for number in 0..40 {
            let receiver = Receiver::start(if number % 2 == 0 { Behaviour::Hangs } else { Behaviour::Drips });
            acme.webhook(&receiver.url).await;
            hanging.push(receiver);
        }
        let with = latencies(&[&acme, &globex], &[&own, &other], "with", events, pause).await;
        assert!(hanging.iter().all(|receiver| receiver.connections() > 0), "nobody hung");
        let name = format!("R4 on {database}, 40 receivers that hang or drip");
        for (who, before, with) in [("the same tenant", &before[0], &with[0]), ("another tenant", &before[1], &with[1])]
        {
            let (p50, p99) = (at(before, 50), at(before, 99));
            measured(
                &name,
                &format!("{who}: p50 {p50:.1?} → {:.1?}, p99 {p99:.1?} → {:.1?}", at(with, 50), at(with, 99)),
            );
            // Among other tests the machine is busy, and that all have come is what counts.
            assert!(!full() || at(with, 99) < p99 + Duration::from_secs(1), "{who}");
        }
    });
}

fn at(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

/// How long each of some events took from its publication to its receipt, in order; for each of the publishers.
async fn latencies(
    publishers: &[&Api],
    receivers: &[&Receiver],
    name: &str,
    events: usize,
    pause: Duration,
) -> Vec<Vec<Duration>> {
    let mut sent = Vec::new();
    let mut clock = tokio::time::interval(pause);
    for number in 0..events {
        clock.tick().await;
        for &api in publishers {
            let (api, id) = (api.clone(), format!("{name}-{number}"));
            sent.push(tokio::spawn(async move {
                let started = Instant::now();
                api.publish(&id).await;
                (id, started)
            }));
        }
    }
    let mut started: Vec<BTreeMap<String, Instant>> = vec![BTreeMap::new(); publishers.len()];
    for (at, task) in sent.into_iter().enumerate() {
        let (id, time) = task.await.expect("no writer panics");
        started[at % publishers.len()].insert(id, time);
    }
    let mut found = Vec::new();
    for (receiver, started) in receivers.iter().zip(&started) {
        let mut waited = Instant::now();
        let mut count = 0;
        let came = loop {
            let came: Vec<_> =
                receiver.came().into_values().filter(|came| started.contains_key(&came.component)).collect();
            if came.len() == started.len() {
                break came;
            }
            if came.len() > count {
                (count, waited) = (came.len(), Instant::now());
            }
            // Less than one who hangs may take.
            assert!(waited.elapsed() < Duration::from_secs(10), "{count} of {} came", started.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let mut took: Vec<Duration> =
            came.iter().map(|came| came.first.saturating_duration_since(started[&came.component])).collect();
        took.sort_unstable();
        found.push(took);
    }
    found
}
