//! SQL of events.

use atom_marketplace_db::{Conn, Dialect, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::event::{Event, EventType};

use atom_marketplace_protocol::ids;

use super::{Attention, Installers, Placed, Subscriber};

impl FromRow for Placed {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let (event_type, data): (String, String) = (row.get("type")?, row.get("data")?);
        Ok(Self {
            position: row.get("position")?,
            event: Event {
                id: row.get("uid")?,
                event_type: event_type.parse::<EventType>().map_err(Error::Other)?.into(),
                timestamp: row.get::<Timestamp>("at")?.to_string(),
                data: serde_json::from_str(&data).map_err(|error| Error::Other(error.to_string()))?,
            },
        })
    }
}

impl FromRow for Subscriber {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let status: i64 = row.get("status")?;
        Ok(Self { webhook: row.get("id")?, revision: row.get("revision")?, active: status == 0 })
    }
}

/// An event to be written.
#[derive(Debug)]
pub(super) struct New {
    pub(super) uid: String,
    pub(super) event: EventType,
    pub(super) owner: Option<i64>,
    pub(super) actor: Option<i64>,
    pub(super) component: Option<i64>,
    pub(super) installers: Installers,
    pub(super) marketplace: bool,
    pub(super) data: String,
}

impl New {
    /// An event that is about no component.
    pub(super) fn bare(event: EventType, owner: Option<i64>, data: String) -> Self {
        let (uid, installers) = (ids::new_id("evt"), Installers::None);
        Self { uid, event, owner, actor: None, component: None, installers, marketplace: false, data }
    }
}

/// Writes an event: on SQLite with its position, since commits are in the order of the writes there. Returns its key.
pub(super) fn insert(c: &mut Conn<'_>, new: &New, now: Timestamp) -> Result<i64, Error> {
    let position = match c.dialect() {
        Dialect::Sqlite => Some(take(c, 1)?),
        Dialect::Postgres => None,
    };
    c.one(
        "INSERT INTO event (uid, position, type, at, owner_id, actor_id, component_id, installers, marketplace, data)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
        args![
            &new.uid,
            position,
            new.event.as_str(),
            now,
            new.owner,
            new.actor,
            new.component,
            match new.installers {
                Installers::None => 0_i64,
                Installers::All => 1,
                Installers::Shared => 2,
            },
            new.marketplace,
            &new.data
        ],
    )
}

/// The webhooks that asked for such an event and may hear of it; of several reasons for one, the first.
pub(super) fn subscribers(c: &mut Conn<'_>, new: &New) -> Result<Vec<Subscriber>, Error> {
    let mut found: Vec<Subscriber> = Vec::new();
    let bit = new.event.bit();
    if let Some(owner) = new.owner {
        found = c.all(
            "SELECT id, revision, status FROM webhook
             WHERE tenant_id IN ($1, $2) AND scope = 0 AND status < 3 AND (events & $3) <> 0",
            args![owner, new.actor.unwrap_or(owner), bit],
        )?;
    }
    if let (Some(component), true) = (new.component, new.installers != Installers::None) {
        found.extend(c.all::<Subscriber>(
            "SELECT w.id, w.revision, w.status FROM installation i JOIN webhook w ON w.tenant_id = i.tenant_id
             WHERE i.component_id = $1 AND i.removed_at IS NULL AND w.scope = 0 AND w.status < 3 AND (w.events & $2) <> 0
               AND ($3 = 1 OR EXISTS (
                   SELECT 1 FROM component_share s WHERE s.tenant_id = i.tenant_id AND s.component_id = i.component_id))",
            args![component, bit, new.installers == Installers::All],
        )?);
    }
    if new.marketplace {
        found.extend(c.all::<Subscriber>(
            "SELECT id, revision, status FROM webhook WHERE scope = 1 AND status < 3 AND (events & $1) <> 0",
            args![bit],
        )?);
    }
    found.sort_unstable_by_key(|subscriber| subscriber.webhook);
    found.dedup_by_key(|subscriber| subscriber.webhook);
    Ok(found)
}

/// Deliveries in one statement.
const TOGETHER: usize = 8;

/// Writes the deliveries of an event to some webhooks, due at a time.
pub(super) fn insert_deliveries(
    c: &mut Conn<'_>,
    event: i64,
    due_at: Timestamp,
    lease: i64,
    webhooks: &[i64],
) -> Result<(), Error> {
    for some in webhooks.chunks(TOGETHER) {
        // One statement for any number of them: the places that are left over repeat the last.
        let at = |place: usize| some[place.min(some.len() - 1)];
        c.execute(
            "INSERT INTO webhook_delivery (event_id, webhook_id, state, due_at, lease, step, attempts)
             SELECT CAST($1 AS BIGINT), id, 0, CAST($2 AS BIGINT), CAST($3 AS BIGINT), 0, 0
             FROM webhook WHERE id IN ($4, $5, $6, $7, $8, $9, $10, $11)",
            args![event, due_at, lease, at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)],
        )?;
    }
    Ok(())
}

/// Takes the next `count` positions and returns the last of them.
fn take(c: &mut Conn<'_>, count: i64) -> Result<i64, Error> {
    c.one(
        "INSERT INTO event_sequence (id, last) VALUES (1, $1)
         ON CONFLICT (id) DO UPDATE SET last = event_sequence.last + $1 RETURNING last",
        args![count],
    )
}

/// Gives positions to events that have none, in the order of their ids.
pub(super) fn place(c: &mut Conn<'_>) -> Result<u64, Error> {
    let waiting: Vec<i64> = c.all("SELECT id FROM event WHERE position IS NULL ORDER BY id LIMIT 1000", args![])?;
    let count = waiting.len() as u64;
    let Some(highest) = waiting.last() else { return Ok(0) };
    let before = take(c, count as i64)? - count as i64;
    c.execute(
        "UPDATE event SET position = placed.position FROM (
             SELECT id, $1 + row_number() OVER (ORDER BY id) AS position FROM event WHERE position IS NULL AND id <= $2
         ) AS placed WHERE event.id = placed.id",
        args![before, *highest],
    )?;
    Ok(count)
}

/// Whether any event waits for its position.
pub(super) fn unplaced(c: &mut Conn<'_>) -> Result<bool, Error> {
    Ok(c.first::<i64>("SELECT id FROM event WHERE position IS NULL LIMIT 1", args![])?.is_some())
}

/// Of the tenant's own components.
pub(super) fn of_owner(c: &mut Conn<'_>, tenant: i64, after: i64, limit: u64) -> Result<Vec<Placed>, Error> {
    c.all(
        "SELECT position, uid, type, at, data FROM event WHERE owner_id = $1 AND position > $2 ORDER BY position LIMIT $3",
        args![tenant, after, limit as i64],
    )
}

/// What the tenant did.
pub(super) fn of_actor(c: &mut Conn<'_>, tenant: i64, after: i64, limit: u64) -> Result<Vec<Placed>, Error> {
    c.all(
        "SELECT position, uid, type, at, data FROM event WHERE actor_id = $1 AND position > $2 ORDER BY position LIMIT $3",
        args![tenant, after, limit as i64],
    )
}

/// Of what the tenant had installed at the time.
pub(super) fn of_installer(c: &mut Conn<'_>, tenant: i64, after: i64, limit: u64) -> Result<Vec<Placed>, Error> {
    c.all(
        "SELECT e.position, e.uid, e.type, e.at, e.data
         FROM installation i JOIN event e ON e.component_id = i.component_id
         WHERE i.tenant_id = $1 AND e.installers > 0 AND e.position > $2 AND e.at >= i.installed_at
           AND (i.removed_at IS NULL OR e.at <= i.removed_at)
           AND (e.installers = 1 OR EXISTS (
               SELECT 1 FROM component_share s WHERE s.tenant_id = i.tenant_id AND s.component_id = e.component_id))
         ORDER BY e.position LIMIT $3",
        args![tenant, after, limit as i64],
    )
}

/// What is public.
pub(super) fn of_marketplace(c: &mut Conn<'_>, after: i64, limit: u64) -> Result<Vec<Placed>, Error> {
    c.all(
        "SELECT position, uid, type, at, data FROM event WHERE marketplace = 1 AND position > $1 ORDER BY position LIMIT $2",
        args![after, limit as i64],
    )
}

/// An event with the key of its component.
struct OfComponent(Placed, Option<i64>);

impl FromRow for OfComponent {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self(Placed::from_row(row)?, row.get("component_id")?))
    }
}

/// Everything, whomever it concerns.
pub(super) fn everything(c: &mut Conn<'_>, after: i64, limit: u64) -> Result<Vec<(Placed, Option<i64>)>, Error> {
    let found: Vec<OfComponent> = c.all(
        "SELECT position, uid, type, at, data, component_id FROM event WHERE position > $1 ORDER BY position LIMIT $2",
        args![after, limit as i64],
    )?;
    Ok(found.into_iter().map(|OfComponent(placed, component)| (placed, component)).collect())
}

/// The position of an event, by its id on the wire; none while it has none.
pub(super) fn position_of(c: &mut Conn<'_>, uid: &str) -> Result<Option<i64>, Error> {
    c.first("SELECT position FROM event WHERE uid = $1 AND position IS NOT NULL", args![uid])
}

/// The last position that was given out.
pub(super) fn last(c: &mut Conn<'_>) -> Result<i64, Error> {
    Ok(c.first("SELECT last FROM event_sequence WHERE id = 1", args![])?.unwrap_or(0))
}

/// What asks for a tenant's attention. Either half ends in the same columns, so that what is in both is there once.
fn attention(attention: &Attention<'_>) -> String {
    let among = |types: &[EventType]| {
        let names: Vec<_> = types.iter().map(|event| format!("'{event}'")).collect();
        names.join(", ")
    };
    format!(
        "SELECT e.position, e.uid, e.type, e.at, e.data FROM event e
         WHERE e.owner_id = $1 AND e.position > $2 AND e.position < $3 AND e.type IN ({})
         UNION
         SELECT e.position, e.uid, e.type, e.at, e.data FROM installation i JOIN event e ON e.component_id = i.component_id
         WHERE i.tenant_id = $1 AND e.installers > 0 AND e.position > $2 AND e.position < $3 AND e.at >= i.installed_at
           AND (i.removed_at IS NULL OR e.at <= i.removed_at) AND e.type IN ({})
           AND (e.installers = 1 OR EXISTS (
               SELECT 1 FROM component_share s WHERE s.tenant_id = i.tenant_id AND s.component_id = e.component_id))",
        among(attention.own),
        among(attention.installed)
    )
}

/// What asks for a tenant's attention between two positions, the latest first.
pub(super) fn for_attention(
    c: &mut Conn<'_>,
    tenant: i64,
    of: &Attention<'_>,
    (after, before): (i64, i64),
    limit: u64,
) -> Result<Vec<Placed>, Error> {
    let sql = format!("SELECT * FROM ({}) AS heard ORDER BY position DESC LIMIT $4", attention(of));
    c.all(&sql, args![tenant, after, before, limit])
}

/// How much asks for a tenant's attention behind a position.
pub(super) fn count_for_attention(c: &mut Conn<'_>, tenant: i64, of: &Attention<'_>, after: i64) -> Result<u64, Error> {
    c.one(&format!("SELECT count(*) FROM ({}) AS heard", attention(of)), args![tenant, after, i64::MAX])
}

/// Deletes up to a thousand events from before a time, with their deliveries.
pub(super) fn forget(c: &mut Conn<'_>, before: Timestamp) -> Result<u64, Error> {
    const OLD: &str = "SELECT id FROM event WHERE at < $1 ORDER BY at, id LIMIT 1000";
    c.execute(&format!("DELETE FROM webhook_attempt WHERE event_id IN ({OLD})"), args![before])?;
    c.execute(&format!("DELETE FROM webhook_delivery WHERE event_id IN ({OLD})"), args![before])?;
    c.execute(&format!("DELETE FROM event WHERE id IN ({OLD})"), args![before])
}
