//! From an event to those who asked to be told: its deliveries, written in its own transaction, and handed over after the
//! commit to the engine that sends them (`webhooks/engine`).
//!
//! Handing over saves the engine a search: such a delivery is born leased to this node. It is a short cut and nothing
//! rests on it. What is not handed over, or lost with the process, is in the table and due.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::event::EventType;
use tokio::sync::{mpsc, watch};

use super::store;

/// How long a claim lasts before others may take the delivery; whoever has it renews it in time.
pub(crate) const LEASE: Duration = Duration::from_mins(1);
/// Deliveries of one webhook that wait in memory; the table keeps the rest.
const WAITING: usize = 512;
/// Streams of events that one tenant may have open, on one node.
const STREAMS: usize = 10;
/// Deliveries that wait in memory in all.
const WAITING_IN_ALL: usize = 16_384;

/// An event as it is delivered, shared by its deliveries.
#[derive(Debug)]
pub struct Message {
    /// The event's key.
    pub event: i64,
    /// Its id on the wire.
    pub uid: String,
    /// What happened.
    pub event_type: EventType,
    /// The body, the same bytes on every try.
    pub body: bytes::Bytes,
}

/// A delivery that is leased to this node.
#[derive(Clone, Debug)]
pub struct Handed {
    /// What is to be sent.
    pub message: Arc<Message>,
    /// The webhook's key.
    pub webhook: i64,
    /// The webhook's revision when the event happened.
    pub revision: i64,
    /// Names the claim.
    pub lease: i64,
    /// When it ends unless it is renewed.
    pub until: Timestamp,
    /// Failures so far, of those that count.
    pub step: i64,
    /// Exchanges so far.
    pub attempts: i64,
    /// When it was queued, for the metrics.
    pub since: Timestamp,
}

/// What the engine hears of a commit.
#[derive(Debug)]
pub enum Note {
    /// These are leased to this node.
    Handed(Vec<Handed>),
    /// These webhooks have deliveries in the table.
    Due(Vec<i64>),
    /// What is in memory of this webhook is old.
    Changed(i64),
    /// All that is in memory is of data that is gone.
    Forget,
}

/// The way from transactions to the engine and to those who follow events. One a marketplace, attached to its database.
#[derive(Clone, Debug, Default)]
pub struct Outbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    notes: mpsc::UnboundedSender<Note>,
    receiver: Mutex<Option<mpsc::UnboundedReceiver<Note>>>,
    /// How many deliveries wait in memory for each webhook; one that is behind has more in the table, which come first.
    waiting: Mutex<Waiting>,
    running: AtomicBool,
    node: i32,
    lease: AtomicU64,
    committed: watch::Sender<u64>,
    followers: Mutex<HashMap<i64, usize>>,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Waiting {
    all: usize,
    by_webhook: HashMap<i64, Line>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Line {
    waiting: usize,
    behind: bool,
}

impl Default for Inner {
    fn default() -> Self {
        let (notes, receiver) = mpsc::unbounded_channel();
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).expect("the system has randomness");
        Self {
            notes,
            receiver: Mutex::new(Some(receiver)),
            waiting: Mutex::default(),
            running: AtomicBool::new(false),
            // Nodes must not hit on the same names for their claims: the upper half is this one's own.
            node: i32::from_le_bytes([seed[0], seed[1], seed[2], seed[3]]) & i32::MAX,
            lease: AtomicU64::new(u64::from_le_bytes(seed) >> 32),
            committed: watch::Sender::new(0),
            followers: Mutex::default(),
            closed: AtomicBool::new(false),
        }
    }
}

impl Outbox {
    /// What transactions say from now on. None when an engine has it already.
    pub fn take(&self) -> Option<mpsc::UnboundedReceiver<Note>> {
        let receiver = self.0.receiver.lock().expect("no panic under this lock").take();
        self.0.running.store(receiver.is_some(), Ordering::Release);
        receiver
    }

    /// Nothing more is handed over: the engine stops.
    pub fn stop(&self) {
        self.0.running.store(false, Ordering::Release);
    }

    /// The name of this node among those that hold claims.
    pub fn node(&self) -> i32 {
        self.0.node
    }

    /// A name for a claim that no other has: its upper half is the node's.
    pub fn new_lease(&self) -> i64 {
        // Odd, so that it is never 0.
        let own = (self.0.lease.fetch_add(2, Ordering::Relaxed) | 1) & u64::from(u32::MAX);
        (i64::from(self.0.node) << 32) | own as i64
    }

    /// Takes a place in memory for a delivery of a webhook. Without one it stays in the table, and so do those after it
    /// until the engine has [caught up](Self::caught_up): they would overtake it.
    fn reserve(&self, webhook: i64) -> bool {
        if !self.0.running.load(Ordering::Acquire) {
            return false;
        }
        let mut waiting = self.0.waiting.lock().expect("no panic under this lock");
        let room = waiting.all < WAITING_IN_ALL;
        let line = waiting.by_webhook.entry(webhook).or_default();
        if line.behind || line.waiting >= WAITING || !room {
            line.behind = true;
            return false;
        }
        line.waiting += 1;
        waiting.all += 1;
        true
    }

    /// Gives places back.
    pub fn release(&self, webhook: i64, places: usize) {
        let mut waiting = self.0.waiting.lock().expect("no panic under this lock");
        let Some(line) = waiting.by_webhook.get_mut(&webhook) else { return };
        let freed = places.min(line.waiting);
        line.waiting -= freed;
        if line.waiting == 0 && !line.behind {
            waiting.by_webhook.remove(&webhook);
        }
        waiting.all -= freed;
    }

    /// Takes places for what the engine claimed itself.
    pub fn claimed(&self, webhook: i64, places: usize) {
        let mut waiting = self.0.waiting.lock().expect("no panic under this lock");
        waiting.by_webhook.entry(webhook).or_default().waiting += places;
        waiting.all += places;
    }

    /// Nothing is due in the table: what comes may be handed over again.
    pub fn caught_up(&self, webhook: i64) {
        let mut waiting = self.0.waiting.lock().expect("no panic under this lock");
        if let Some(line) = waiting.by_webhook.get_mut(&webhook) {
            line.behind = false;
            if line.waiting == 0 {
                waiting.by_webhook.remove(&webhook);
            }
        }
    }

    /// The engine must look into the table first.
    pub fn fall_behind(&self, webhook: i64) {
        let mut waiting = self.0.waiting.lock().expect("no panic under this lock");
        waiting.by_webhook.entry(webhook).or_default().behind = true;
    }

    /// Lets a tenant follow events, unless it has too many streams already.
    pub(super) fn follow(&self, tenant: i64) -> Option<Following> {
        let mut followers = self.0.followers.lock().expect("no panic under this lock");
        let count = followers.entry(tenant).or_default();
        if *count >= STREAMS {
            return None;
        }
        *count += 1;
        Some(Following { outbox: self.clone(), tenant, changes: self.0.committed.subscribe() })
    }

    /// Ends all streams: the server stops, and waits for its answers.
    pub fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
        self.wake();
    }

    /// Changes with every commit of this node that holds an event.
    pub(crate) fn commits(&self) -> watch::Receiver<u64> {
        self.0.committed.subscribe()
    }

    /// Whether streams are to end.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.closed.load(Ordering::Acquire)
    }

    /// Tells the engine that a webhook may have something due.
    pub fn tell(&self, note: Note) {
        // Without an engine nobody listens, and nobody need.
        let _ = self.0.notes.send(note);
    }

    /// Wakes those who follow events.
    pub fn wake(&self) {
        self.0.committed.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// A place among those who follow events.
#[derive(Debug)]
pub(super) struct Following {
    outbox: Outbox,
    tenant: i64,
    /// Changes with every commit of this node that holds an event.
    pub(super) changes: watch::Receiver<u64>,
}

impl Drop for Following {
    fn drop(&mut self) {
        let mut followers = self.outbox.0.followers.lock().expect("no panic under this lock");
        if let Some(count) = followers.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                followers.remove(&self.tenant);
            }
        }
    }
}

/// What a transaction will hand over when it commits. Should it not, the places in memory are given back.
struct Handover {
    outbox: Outbox,
    handed: Vec<Handed>,
    due: Vec<i64>,
}

impl Handover {
    fn committed(mut self) {
        self.outbox.wake();
        if !self.handed.is_empty() {
            self.outbox.tell(Note::Handed(std::mem::take(&mut self.handed)));
        }
        if !self.due.is_empty() {
            self.outbox.tell(Note::Due(std::mem::take(&mut self.due)));
        }
    }
}

impl Drop for Handover {
    fn drop(&mut self) {
        for handed in &self.handed {
            self.outbox.release(handed.webhook, 1);
        }
    }
}

/// A webhook that is to hear of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscriber {
    /// Its key.
    pub webhook: i64,
    /// Its revision.
    pub revision: i64,
    /// Whether deliveries are sent now; else they wait.
    pub active: bool,
}

/// Writes the deliveries of an event, and hands over those that can be sent at once.
pub(super) fn deliver(
    c: &mut Conn<'_>,
    message: Message,
    subscribers: &[Subscriber],
    now: Timestamp,
) -> Result<(), Error> {
    let Some(outbox) = c.attached::<Outbox>() else {
        return store::insert_deliveries(c, message.event, now, 0, &webhooks(subscribers));
    };
    let (message, until) = (Arc::new(message), now.plus(LEASE));
    let (lease, mut rest) = (outbox.new_lease(), Vec::new());
    let mut handover = Handover { outbox: outbox.clone(), handed: Vec::new(), due: Vec::new() };
    for subscriber in subscribers {
        let webhook = subscriber.webhook;
        if subscriber.active && outbox.reserve(webhook) {
            let (message, revision) = (message.clone(), subscriber.revision);
            handover.handed.push(Handed { message, webhook, revision, lease, until, step: 0, attempts: 0, since: now });
        } else {
            rest.push(webhook);
            if subscriber.active {
                handover.due.push(webhook);
            }
        }
    }
    let handed: Vec<i64> = handover.handed.iter().map(|handed| handed.webhook).collect();
    store::insert_deliveries(c, message.event, until, lease, &handed)?;
    store::insert_deliveries(c, message.event, now, 0, &rest)?;
    c.after_commit(move || handover.committed());
    Ok(())
}

fn webhooks(subscribers: &[Subscriber]) -> Vec<i64> {
    subscribers.iter().map(|subscriber| subscriber.webhook).collect()
}
