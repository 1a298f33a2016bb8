//! Sends deliveries. The database is the only schedule: what this keeps in memory is leased from it, with a lease that ends, and
//! every wake-up is a hint. Deliveries arrive at least once, with the same `webhook-id` on every try.
//!
//! One task decides what is sent when (here); each exchange is a task of its own (`attempt`), with no transaction open; another
//! writes down what came of them (`recorder`). Most deliveries never wait: born leased to this node, handed over after their
//! commit, sent, and written down with many others.

mod attempt;
mod lane;
mod recorder;
mod tables;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use atom_marketplace_db::{Dialect, Timestamp};
use futures_util::FutureExt as _;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::app::Marketplace;
use crate::events::outbox::{Handed, Note};
use crate::outbound::{DEADLINE, Refusal, Target};
use attempt::{Attempt, Verdict};
use lane::{Lane, Room, Start};
use recorder::Record;
use tables::{Claim, Renewal};

use super::sign::Keys;
use super::store::queue::Due;

/// Deliveries claimed at once for one webhook.
const CLAIM: usize = 128;
/// Webhooks claimed for in one transaction.
const CLAIM_FOR: usize = 32;
/// How often the tables are looked through for what no hint told of.
const POLL: Duration = Duration::from_secs(2);
/// What a lease must still last for an exchange to begin within it.
const SAFE: Duration = Duration::from_secs(DEADLINE.as_secs() + 5);
/// How long before that a lease is renewed, to allow for a database that is slow.
const RENEW: Duration = Duration::from_secs(15);
/// How often in a row a node must not be there before what it holds is taken from it: it may just be connecting again.
const GONE: u32 = 3;
/// How long exchanges that are under way are waited for when the server stops.
const PATIENCE: Duration = Duration::from_secs(3);

/// A webhook as it is sent to.
#[derive(Debug)]
pub(in crate::webhooks) struct Endpoint {
    pub(in crate::webhooks) key: i64,
    pub(in crate::webhooks) uid: String,
    pub(in crate::webhooks) tenant: i64,
    pub(in crate::webhooks) revision: i64,
    pub(in crate::webhooks) url: String,
    target: Result<Target, Refusal>,
    keys: Keys,
    rate_limit: Option<u32>,
    /// Whether anything is sent.
    active: bool,
}

/// What the engine hears from its own tasks.
#[derive(Debug)]
enum Event {
    /// An exchange ended.
    Ended { webhook: i64, tenant: i64, delivered: bool, quiet_until: Option<Timestamp> },
    /// Webhooks were read; none: it is gone.
    Loaded(Vec<(i64, Option<Endpoint>)>),
    /// Deliveries were claimed, fewer than asked for where the last is true.
    Claimed(Vec<(i64, Vec<Handed>, bool)>),
    /// Leases were renewed, or lost; nothing is known of those that are missing.
    Renewed(Vec<Renewal>),
    /// Exchanges were written down; with the time when their webhook has something due again.
    Recorded(Vec<(i64, Option<Timestamp>)>),
    /// All active webhooks, with what they have due; and nodes that hold claims although they are not there.
    Polled(Vec<Due>, Vec<i32>),
    /// The database did not answer: these webhooks are looked at again with the next poll.
    Failed(Vec<i64>),
}

/// Why a lane is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Alarm {
    /// It may send again.
    Send,
    /// It has something due in the table.
    Due,
}

struct Engine {
    m: Marketplace,
    lanes: HashMap<i64, Lane>,
    /// Exchanges under way, of each tenant and in all.
    tenants: HashMap<i64, usize>,
    in_flight: usize,
    /// Lanes that may start something, each once: whose turn it is starts one exchange and goes to the end.
    line: VecDeque<i64>,
    crowded: Vec<i64>,
    alarms: BTreeSet<(Timestamp, i64, Alarm)>,
    to_load: BTreeSet<i64>,
    loading: bool,
    to_claim: VecDeque<i64>,
    claiming: bool,
    polling: bool,
    renewing: bool,
    /// Nodes that were not there, with how often in a row.
    gone: HashMap<i32, u32>,
    events: mpsc::UnboundedSender<Event>,
    records: mpsc::UnboundedSender<Record>,
}

/// Sends deliveries until the server stops.
pub(crate) async fn run(m: Marketplace, mut stopped: watch::Receiver<bool>) {
    let Some(mut notes) = m.outbox.take() else {
        tracing::error!("the deliveries of this marketplace are sent already");
        return;
    };
    let (events, mut heard) = mpsc::unbounded_channel();
    let (records, to_write) = mpsc::unbounded_channel();
    let recorder = tokio::spawn(recorder::run(m.clone(), to_write, events.clone()));
    let mut engine = Engine::new(m, events, records);
    engine.begin().await;
    let mut poll = tokio::time::interval(POLL);
    let (mut noted, mut happened) = (Vec::new(), Vec::new());
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            count = notes.recv_many(&mut noted, 256) => {
                if count == 0 { break }
                noted.drain(..).for_each(|note| engine.noted(note));
            }
            _ = heard.recv_many(&mut happened, 256) => happened.drain(..).for_each(|event| engine.heard(event)),
            () = engine.alarm() => engine.rung(),
            _ = poll.tick() => {
                engine.poll();
                engine.renew();
            }
        }
        engine.step();
    }
    engine.end(heard, recorder).await;
}

impl Engine {
    fn new(m: Marketplace, events: mpsc::UnboundedSender<Event>, records: mpsc::UnboundedSender<Record>) -> Self {
        Self {
            m,
            lanes: HashMap::new(),
            tenants: HashMap::new(),
            in_flight: 0,
            line: VecDeque::new(),
            crowded: Vec::new(),
            alarms: BTreeSet::new(),
            to_load: BTreeSet::new(),
            loading: false,
            to_claim: VecDeque::new(),
            claiming: false,
            polling: false,
            renewing: false,
            gone: HashMap::new(),
            events,
            records,
        }
    }

    /// With SQLite this process is the only one: what is leased was leased by one that is dead.
    async fn begin(&self) {
        if self.m.db.dialect() == Dialect::Sqlite {
            tables::release_all(&self.m).await;
        }
        let outbox = self.m.outbox.clone();
        self.m.db.listen_as(super::CHANNEL, self.m.outbox.node(), move |payload| {
            // What was missed while the connection was lost is found by the next poll.
            if let Ok(webhook) = payload.parse() {
                outbox.tell(Note::Changed(webhook));
            }
        });
    }

    fn noted(&mut self, note: Note) {
        match note {
            Note::Handed(handed) => {
                for handed in handed {
                    self.queue(handed);
                }
            }
            Note::Due(webhooks) => webhooks.into_iter().for_each(|webhook| self.fall_behind(webhook)),
            Note::Changed(webhook) => {
                self.load(webhook);
                self.fall_behind(webhook);
            }
            Note::Forget => {
                for (webhook, lane) in self.lanes.drain() {
                    self.m.outbox.release(webhook, lane.queue.len());
                    self.m.outbox.caught_up(webhook);
                }
                self.alarms.clear();
            }
        }
    }

    /// Puts a delivery that is leased to this node into its lane.
    fn queue(&mut self, handed: Handed) {
        let (webhook, revision) = (handed.webhook, handed.revision);
        let lane = self.lanes.entry(webhook).or_default();
        lane.queue.push_back(handed);
        if lane.endpoint.as_ref().is_none_or(|endpoint| endpoint.revision < revision) {
            self.load(webhook);
        }
        self.settle(webhook);
    }

    /// Lets a lane send what it has; one that sends nothing gives it back.
    fn settle(&mut self, webhook: i64) {
        let Some(lane) = self.lanes.get(&webhook) else { return };
        if lane.endpoint.as_ref().is_some_and(|endpoint| !endpoint.active) && !lane.loading {
            self.give_back(webhook);
        }
        self.enter_line(webhook);
    }

    fn enter_line(&mut self, webhook: i64) {
        let Some(lane) = self.lanes.get_mut(&webhook) else { return };
        if !lane.in_line && !lane.queue.is_empty() {
            lane.in_line = true;
            self.line.push_back(webhook);
        }
    }

    /// There may be something due in the table.
    fn fall_behind(&mut self, webhook: i64) {
        self.m.outbox.fall_behind(webhook);
        let lane = self.lanes.entry(webhook).or_default();
        lane.behind = true;
        if lane.endpoint.is_none() {
            self.load(webhook);
        }
        self.to_claim.push_back(webhook);
    }

    fn load(&mut self, webhook: i64) {
        self.lanes.entry(webhook).or_default().loading = true;
        self.to_load.insert(webhook);
    }

    fn heard(&mut self, event: Event) {
        match event {
            Event::Ended { webhook, tenant, delivered, quiet_until } => {
                self.ended(webhook, tenant, delivered, quiet_until);
            }
            Event::Loaded(loaded) => {
                self.loading = false;
                for (webhook, endpoint) in loaded {
                    self.loaded(webhook, endpoint);
                }
            }
            Event::Claimed(claimed) => {
                self.claiming = false;
                for (webhook, handed, all) in claimed {
                    self.claimed(webhook, handed, all);
                }
            }
            Event::Renewed(renewed) => {
                self.renewing = false;
                for renewal in &renewed {
                    self.renewed(renewal);
                }
            }
            Event::Recorded(recorded) => {
                for (webhook, due) in recorded {
                    if let Some(due) = due {
                        self.alarms.insert((due, webhook, Alarm::Due));
                    }
                    self.to_claim.push_back(webhook);
                }
            }
            Event::Polled(due, gone) => {
                self.polled(due);
                self.bury(gone);
            }
            Event::Failed(webhooks) => {
                (self.loading, self.claiming, self.polling) = (false, false, false);
                for webhook in webhooks {
                    if let Some(lane) = self.lanes.get_mut(&webhook) {
                        lane.claiming = false;
                    }
                }
            }
        }
    }

    fn ended(&mut self, webhook: i64, tenant: i64, delivered: bool, quiet_until: Option<Timestamp>) {
        self.in_flight -= 1;
        self.m.deliveries.in_flight.store(self.in_flight as i64, Relaxed);
        if let Some(own) = self.tenants.get_mut(&tenant) {
            *own -= 1;
            if *own == 0 {
                self.tenants.remove(&tenant);
            }
        }
        for crowded in std::mem::take(&mut self.crowded) {
            self.enter_line(crowded);
        }
        let (now, first_pause) = (self.m.now(), self.m.webhook_retry[0]);
        let Some(lane) = self.lanes.get_mut(&webhook).filter(|lane| lane.in_flight > 0) else { return };
        if let Some(until) = quiet_until {
            lane.quiet_until = lane.quiet_until.max(until);
        }
        let probed = lane.ended(delivered, first_pause, now);
        if now < lane.quiet_until {
            self.alarms.insert((lane.quiet_until, webhook, Alarm::Send));
        }
        if probed || now < lane.quiet_until {
            // What waits does so in the table: memory is for those who answer.
            self.give_back(webhook);
        }
        self.enter_line(webhook);
        self.to_claim.push_back(webhook);
    }

    /// Returns what waits in a lane to the table, where it is due at once.
    fn give_back(&mut self, webhook: i64) {
        let now = self.m.now();
        let Some(lane) = self.lanes.get_mut(&webhook) else { return };
        if lane.queue.is_empty() {
            return;
        }
        lane.behind = true;
        self.m.outbox.fall_behind(webhook);
        for handed in lane.queue.drain(..) {
            let _ = self.records.send(Record::Release(handed, now));
        }
    }

    fn loaded(&mut self, webhook: i64, endpoint: Option<Endpoint>) {
        let Some(lane) = self.lanes.get_mut(&webhook) else { return };
        lane.loading = self.to_load.contains(&webhook);
        let active = endpoint.as_ref().is_some_and(|endpoint| endpoint.active);
        let mended = match (&lane.endpoint, &endpoint) {
            (Some(old), Some(new)) => old.revision != new.revision,
            _ => false,
        };
        if mended {
            // Its owner has changed something: it deserves another chance at once.
            (lane.failures, lane.quiet_until) = (0, Timestamp::default());
        }
        lane.endpoint = endpoint.map(Arc::new);
        if !active {
            self.give_back(webhook);
            if let Some(lane) = self.lanes.get_mut(&webhook) {
                lane.behind = false;
            }
        }
        self.enter_line(webhook);
        self.to_claim.push_back(webhook);
    }

    fn claimed(&mut self, webhook: i64, handed: Vec<Handed>, all: bool) {
        self.m.outbox.claimed(webhook, handed.len());
        let lane = self.lanes.entry(webhook).or_default();
        lane.claiming = false;
        lane.queue.extend(handed);
        if all {
            lane.behind = false;
            self.m.outbox.caught_up(webhook);
        }
        self.settle(webhook);
        self.to_claim.push_back(webhook);
    }

    fn polled(&mut self, due: Vec<Due>) {
        self.polling = false;
        let now = self.m.now();
        let mut overdue = Duration::ZERO;
        let mut active = HashSet::with_capacity(due.len());
        for Due { webhook, revision, suspended, at } in due {
            active.insert(webhook);
            let known = self.lanes.get(&webhook).and_then(|lane| lane.endpoint.as_ref());
            if known.is_some_and(|endpoint| endpoint.revision != revision || endpoint.active == suspended) {
                self.load(webhook);
            }
            match at {
                Some(at) if at <= now => {
                    overdue = overdue.max(now.since(at));
                    self.fall_behind(webhook);
                }
                Some(at) => {
                    self.alarms.insert((at, webhook, Alarm::Due));
                }
                None => {}
            }
        }
        self.m.deliveries.overdue_ms.store(overdue.as_millis() as i64, Relaxed);
        self.lanes.retain(|webhook, lane| active.contains(webhook) || !lane.is_idle());
    }

    /// Takes from nodes that are gone what they hold.
    fn bury(&mut self, gone: Vec<i32>) {
        let before = std::mem::take(&mut self.gone);
        for node in gone {
            let times = before.get(&node).map_or(1, |times| times + 1);
            if times == GONE {
                tokio::spawn(tables::release_of(self.m.clone(), node));
            } else {
                self.gone.insert(node, times);
            }
        }
    }

    /// Completes when the next alarm is due.
    fn alarm(&self) -> impl Future<Output = ()> + use<> {
        let first = self.alarms.first().map(|(at, ..)| at.since(self.m.now()));
        async move {
            match first {
                // A moved clock is noticed with the next poll.
                Some(pause) => tokio::time::sleep(pause.min(POLL)).await,
                None => std::future::pending().await,
            }
        }
    }

    fn rung(&mut self) {
        let now = self.m.now();
        while let Some((at, webhook, alarm)) = self.alarms.first().copied().filter(|(at, ..)| *at <= now) {
            self.alarms.remove(&(at, webhook, alarm));
            match alarm {
                Alarm::Due => self.fall_behind(webhook),
                Alarm::Send => {
                    self.enter_line(webhook);
                    self.to_claim.push_back(webhook);
                }
            }
        }
    }

    /// Starts what may be started, and asks the tables for what is missing.
    fn step(&mut self) {
        let now = self.m.now();
        while let Some(webhook) = self.line.pop_front() {
            let Some(lane) = self.lanes.get_mut(&webhook) else { continue };
            lane.in_line = false;
            let tenant = lane.endpoint.as_ref().map_or(0, |endpoint| endpoint.tenant);
            let room = Room { all: self.in_flight, of_this_tenant: self.tenants.get(&tenant).copied().unwrap_or(0) };
            match lane.start(now, room) {
                Start::Now => {
                    self.send(webhook, now);
                    self.enter_line(webhook);
                }
                Start::At(at) => {
                    self.alarms.insert((at, webhook, Alarm::Send));
                }
                Start::Crowded => self.crowded.push(webhook),
                Start::Later => {}
            }
        }
        self.claim(now);
        self.load_wanted();
    }

    /// Begins one exchange.
    fn send(&mut self, webhook: i64, now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&webhook) else { return };
        let (Some(endpoint), Some(handed)) = (lane.endpoint.clone(), lane.take(now)) else { return };
        if handed.until < now.plus(SAFE) {
            // Its lease may end before the exchange does, and somebody else begin another.
            lane.in_flight -= 1;
            let _ = self.records.send(Record::Release(handed, now));
            return;
        }
        self.in_flight += 1;
        self.m.deliveries.in_flight.store(self.in_flight as i64, Relaxed);
        *self.tenants.entry(endpoint.tenant).or_default() += 1;
        let (m, events, records) = (self.m.clone(), self.events.clone(), self.records.clone());
        tokio::spawn(async move {
            let tenant = endpoint.tenant;
            let made = AssertUnwindSafe(attempt::run(&m, &endpoint, &handed)).catch_unwind().await;
            let (delivered, quiet_until) = match &made {
                Ok(Attempt { verdict, quiet_until, .. }) => (*verdict == Verdict::Delivered, *quiet_until),
                Err(_) => (false, None),
            };
            let record = match made {
                Ok(attempt) => Record::Exchange(handed, endpoint, attempt),
                // A bug of ours, logged by the panic itself: it is tried again in its turn.
                Err(_) => Record::Release(handed, m.now().plus(m.webhook_retry[0])),
            };
            // Neither listens when the server has stopped without patience: the delivery is sent again after the start.
            let _ = records.send(record);
            let _ = events.send(Event::Ended { webhook, tenant, delivered, quiet_until });
        });
    }

    fn claim(&mut self, now: Timestamp) {
        if self.claiming {
            return;
        }
        let mut claims: Vec<Claim> = Vec::new();
        while claims.len() < CLAIM_FOR
            && let Some(webhook) = self.to_claim.pop_front()
        {
            let Some(lane) = self.lanes.get_mut(&webhook) else { continue };
            let most = lane.wants(now, CLAIM);
            if most > 0 {
                lane.claiming = true;
                claims.push(Claim { webhook, most });
            }
        }
        if !claims.is_empty() {
            self.claiming = true;
            tokio::spawn(tables::claim(self.m.clone(), claims, self.events.clone()));
        }
    }

    fn load_wanted(&mut self) {
        if !self.loading && !self.to_load.is_empty() {
            self.loading = true;
            let wanted = std::mem::take(&mut self.to_load).into_iter().collect();
            tokio::spawn(tables::load(self.m.clone(), wanted, self.events.clone()));
        }
    }

    fn poll(&mut self) {
        // Lanes whose load or claim failed are looked at again.
        if !self.loading {
            let missing = |lane: &Lane| lane.loading || (lane.endpoint.is_none() && !lane.queue.is_empty());
            self.to_load.extend(self.lanes.iter().filter(|(_, lane)| missing(lane)).map(|(webhook, _)| *webhook));
        }
        if !self.polling {
            self.polling = true;
            tokio::spawn(tables::poll(self.m.clone(), self.events.clone()));
        }
    }

    /// Renews the leases of what still waits.
    fn renew(&mut self) {
        if self.renewing {
            return;
        }
        let soon = self.m.now().plus(RENEW + SAFE);
        let waiting = self.lanes.values().flat_map(|lane| &lane.queue).filter(|handed| handed.until < soon);
        let waiting: Vec<Handed> = waiting.cloned().collect();
        if !waiting.is_empty() {
            self.renewing = true;
            tokio::spawn(tables::renew(self.m.clone(), waiting, self.events.clone()));
        }
    }

    fn renewed(&mut self, renewal: &Renewal) {
        let Some(lane) = self.lanes.get_mut(&renewal.webhook) else { return };
        let Some(at) =
            lane.queue.iter().position(|handed| handed.lease == renewal.lease && handed.message.event == renewal.event)
        else {
            return;
        };
        if let Some(until) = renewal.until {
            lane.queue[at].until = until;
        } else {
            lane.queue.remove(at);
            self.m.outbox.release(renewal.webhook, 1);
        }
    }

    /// Starts nothing more, waits a little for what is under way, and writes down what came of it.
    async fn end(mut self, mut heard: mpsc::UnboundedReceiver<Event>, recorder: JoinHandle<()>) {
        self.m.outbox.stop();
        let webhooks: Vec<i64> = self.lanes.keys().copied().collect();
        for webhook in webhooks {
            self.give_back(webhook);
        }
        let waited = tokio::time::timeout(PATIENCE, async {
            while self.in_flight > 0
                && let Some(event) = heard.recv().await
            {
                if matches!(event, Event::Ended { .. }) {
                    self.in_flight -= 1;
                }
            }
        });
        if waited.await.is_err() {
            tracing::info!(
                count = self.in_flight,
                "deliveries that were under way are sent again after the next start"
            );
        }
        drop(heard);
        drop(self);
        // It ends when the last exchange has; those that hang are not waited for.
        let _ = tokio::time::timeout(PATIENCE, recorder).await;
    }
}
