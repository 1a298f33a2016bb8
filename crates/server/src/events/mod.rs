//! Events: what happened, for those whom it concerns. Written in the transaction that makes it so (an outbox): an event is
//! there exactly when its cause is. Who hears of one is in its row, and worked out when it is read: telling a thousand
//! installers costs the writer nothing.
//!
//! Readers follow *positions*, which are given out after the commit where transactions run beside one another: an id taken
//! early and committed late would be skipped by those who have read on.

mod api;
pub(crate) mod outbox;
mod store;

use atom_marketplace_db::{Conn, Db, Dialect, Error, Timestamp};
use atom_marketplace_protocol::event::{Event, EventType};
use atom_marketplace_protocol::ids::{self, Kind};
use atom_marketplace_protocol::webhook::PAYLOAD_MAX;
use serde_json::{Map, Value};

use outbox::Message;

pub use api::routes;
pub use outbox::Subscriber;

/// The component that an event is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Its key.
    pub component: i64,
    /// Its kind.
    pub kind: Kind,
    /// Its id on the wire.
    pub id: &'a str,
    /// Its publisher's key.
    pub tenant: i64,
    /// Its publisher's id on the wire.
    pub tenant_id: &'a str,
}

/// Who hears of an event beside the owner of what it is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hearers {
    /// The tenant that did it.
    pub actor: Option<i64>,
    /// Which of those that have the component installed.
    pub installers: Installers,
    /// Everyone who asks for what is public.
    pub marketplace: bool,
}

/// Which tenants that have a component installed hear of what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Installers {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// Those that the component is shared with: it is private, and others may have it from when it was public.
    Shared,
}

impl Hearers {
    /// Nobody but the owner.
    pub const OWNER: Self = Self { actor: None, installers: Installers::None, marketplace: false };
    /// The owner, and whoever has it installed.
    pub const INSTALLERS: Self = Self { actor: None, installers: Installers::All, marketplace: false };
}

/// Writes an event of a component. `data` is what the payload has beside the component's name.
pub fn emit(
    c: &mut Conn<'_>,
    event: EventType,
    about: &About<'_>,
    hearers: Hearers,
    data: Value,
    now: Timestamp,
) -> Result<(), Error> {
    let mut payload = Map::new();
    payload.insert("component_type".to_owned(), about.kind.as_str().into());
    payload.insert("component_id".to_owned(), about.id.into());
    payload.insert("source_tenant_id".to_owned(), about.tenant_id.into());
    if let Value::Object(more) = data {
        payload.extend(more);
    }
    let new = store::New {
        uid: ids::new_id("evt"),
        event,
        owner: Some(about.tenant),
        actor: hearers.actor.filter(|actor| *actor != about.tenant),
        component: Some(about.component),
        installers: hearers.installers,
        marketplace: hearers.marketplace,
        data: bounded(payload),
    };
    let subscribers = store::subscribers(c, &new)?;
    write(c, new, &subscribers, now).map(|_| ())
}

/// Writes an event of a tenant that is about none of its components.
pub fn emit_to_tenant(
    c: &mut Conn<'_>,
    event: EventType,
    tenant: i64,
    data: Map<String, Value>,
    now: Timestamp,
) -> Result<(), Error> {
    let new = store::New::bare(event, Some(tenant), bounded(data));
    let subscribers = store::subscribers(c, &new)?;
    write(c, new, &subscribers, now).map(|_| ())
}

/// Writes an event that one webhook is told of and nobody else, whatever it asks for: a test. Returns the event's id.
pub fn emit_to_webhook(
    c: &mut Conn<'_>,
    event: EventType,
    webhook: Subscriber,
    data: Map<String, Value>,
    now: Timestamp,
) -> Result<String, Error> {
    let new = store::New::bare(event, None, bounded(data));
    write(c, new, &[webhook], now)
}

fn write(c: &mut Conn<'_>, new: store::New, subscribers: &[Subscriber], now: Timestamp) -> Result<String, Error> {
    let key = store::insert(c, &new, now)?;
    let body = body(&new.uid, new.event, now, &new.data);
    let message = Message { event: key, uid: new.uid.clone(), event_type: new.event, body: body.into() };
    outbox::deliver(c, message, subscribers, now)?;
    Ok(new.uid)
}

/// An event as it is delivered: the same bytes whenever it is asked for.
pub fn body(uid: &str, event: EventType, at: Timestamp, data: &str) -> String {
    format!(r#"{{"id":"{uid}","type":"{event}","timestamp":"{at}","data":{data}}}"#)
}

/// A payload within its limit: what is too long for one is left out, and said to be.
fn bounded(mut payload: Map<String, Value>) -> String {
    /// What the envelope around it takes.
    const ENVELOPE: usize = 256;
    let text = serde_json::to_string(&payload).expect("a payload is JSON");
    if text.len() + ENVELOPE <= PAYLOAD_MAX {
        return text;
    }
    payload.retain(|_, value| {
        value.as_str().is_none_or(|text| text.len() <= ENVELOPE) && !value.is_array() && !value.is_object()
    });
    payload.insert("truncated".to_owned(), true.into());
    Value::Object(payload).to_string()
}

/// An event with its place in the order of all.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Its position.
    pub position: i64,
    /// The event.
    pub event: Event,
}

/// Gives the events that were committed since the last call their positions, at most a thousand. Returns how many. Without
/// effect on SQLite, where writers come one after the other and an event has its position at once.
pub fn place(c: &mut Conn<'_>) -> Result<u64, Error> {
    if c.dialect() == Dialect::Postgres { store::place(c) } else { Ok(0) }
}

/// Whether some events have no position yet.
pub fn unplaced(c: &mut Conn<'_>) -> Result<bool, Error> {
    if c.dialect() == Dialect::Postgres { store::unplaced(c) } else { Ok(false) }
}

/// The last position that was given out.
pub(crate) fn last_position(c: &mut Conn<'_>) -> Result<i64, Error> {
    store::last(c)
}

/// What a tenant hears of, behind a position, in order: of its own components, of what it did itself, and of what became of
/// components while it had them installed.
pub fn of_tenant(c: &mut Conn<'_>, tenant: i64, after: i64, limit: u64) -> Result<Vec<Placed>, Error> {
    let mut events = store::of_owner(c, tenant, after, limit)?;
    events.extend(store::of_actor(c, tenant, after, limit)?);
    events.extend(store::of_installer(c, tenant, after, limit)?);
    events.sort_unstable_by_key(|event| event.position);
    events.dedup_by_key(|event| event.position);
    events.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(events)
}

/// What everyone may hear of, behind a position, in order.
pub fn of_marketplace(c: &mut Conn<'_>, after: i64, limit: u64) -> Result<Vec<Placed>, Error> {
    store::of_marketplace(c, after, limit)
}

/// Everything that happened behind a position, in order, each with the key of the component it is about. For what works out
/// itself who may hear of it.
pub fn everything(c: &mut Conn<'_>, after: i64, limit: u64) -> Result<Vec<(Placed, Option<i64>)>, Error> {
    store::everything(c, after, limit)
}

/// Which events ask for a tenant's attention.
#[derive(Clone, Copy, Debug)]
pub struct Attention<'a> {
    /// Of those about its own components and webhooks.
    pub own: &'a [EventType],
    /// Of those about what it had installed at the time.
    pub installed: &'a [EventType],
}

/// What asks for a tenant's attention between two positions, without these, the latest first.
pub fn for_attention(
    c: &mut Conn<'_>,
    tenant: i64,
    attention: &Attention<'_>,
    between: (i64, i64),
    limit: u64,
) -> Result<Vec<Placed>, Error> {
    store::for_attention(c, tenant, attention, between, limit)
}

/// How much asks for a tenant's attention behind a position.
pub fn count_for_attention(c: &mut Conn<'_>, tenant: i64, attention: &Attention<'_>, after: i64) -> Result<u64, Error> {
    store::count_for_attention(c, tenant, attention, after)
}

/// The position of an event, by its id on the wire; none where there is no such event, or it has none yet.
pub fn position(c: &mut Conn<'_>, uid: &str) -> Result<Option<i64>, Error> {
    store::position_of(c, uid)
}

/// Gives all that is committed its position, so that a reader finds what was answered to its writes.
pub async fn settle(db: &Db) -> Result<(), Error> {
    while db.read(unplaced).await? {
        db.write(place).await?;
    }
    Ok(())
}

/// Deletes up to a thousand events from before a time, with what became of telling them. Returns how many.
pub fn forget(c: &mut Conn<'_>, before: Timestamp) -> Result<u64, Error> {
    store::forget(c, before)
}
