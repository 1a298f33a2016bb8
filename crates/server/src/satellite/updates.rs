//! From events to what satellites are told: one event, the messages that follow from it, each for everyone or for the tenants
//! that may see the skill. What a message shows is the present state; one that is gone by then is told by its own event.

use std::sync::Arc;

use atom_marketplace_db::{Conn, Error};
use atom_marketplace_protocol::component::{MarketplaceType, Status};
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::ids::Kind;
use serde_json::{Value, json};

use super::forms;
use super::names::full;
use super::read_api::category;
use crate::catalog;
use crate::catalog::browse::{self, Rivals};
use crate::catalog::model::ComponentRow;
use crate::error::{ApiError, ApiResult};
use crate::events::{self, Placed};
use crate::extract::Audience;

/// A message, as it goes over the line.
#[derive(Clone, Debug)]
pub(super) struct Update {
    /// The position of its event.
    pub(super) position: i64,
    to: To,
    /// With the bare id, or with none.
    bare: Arc<str>,
    /// With the publisher in the id, and for whom that is.
    full: Option<(Arc<str>, Rivals)>,
}

/// Who hears a message.
#[derive(Clone, Debug)]
enum To {
    Everyone,
    Tenants(Arc<[i64]>),
}

impl Update {
    /// One that says nothing.
    #[cfg(test)]
    pub(super) fn at(position: i64) -> Self {
        Self { position, to: To::Everyone, bare: "".into(), full: None }
    }

    /// What a tenant's satellites are sent.
    pub(super) fn text_for(&self, tenant: i64) -> Option<&Arc<str>> {
        match &self.to {
            To::Tenants(tenants) if !tenants.contains(&tenant) => None,
            _ => Some(match &self.full {
                Some((full, rivals)) if !rivals.leave(tenant) => full,
                _ => &self.bare,
            }),
        }
    }
}

/// What was read of the events.
pub(super) struct Heard {
    pub(super) updates: Vec<Update>,
    /// Up to where.
    pub(super) position: i64,
    /// Whether more follows at once.
    pub(super) more: bool,
}

/// The messages that follow from the events behind a position, of which at most `limit` are read.
pub(super) fn heard(c: &mut Conn<'_>, after: i64, limit: u64) -> ApiResult<Heard> {
    let found = events::everything(c, after, limit)?;
    let mut heard = Heard { updates: Vec::new(), position: after, more: found.len() as u64 == limit };
    if found.is_empty() {
        // Data that was begun anew counts from its beginning.
        heard.position = after.min(events::last_position(c)?);
    }
    for (placed, component) in found {
        heard.position = placed.position;
        let Some(component) = component.filter(|_| placed.event.data["component_type"] == Kind::Skill.as_str()) else {
            continue;
        };
        match catalog::component(c, component) {
            Ok(row) => tell(c, &placed, &row, &mut heard.updates)?,
            Err(Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(heard)
}

fn tell(c: &mut Conn<'_>, placed: &Placed, row: &ComponentRow, updates: &mut Vec<Update>) -> ApiResult<()> {
    use EventType::{
        ComponentDeprecated, ComponentPublished, ComponentQuarantined, ComponentRated, ComponentReleased,
        ComponentUpdated, ComponentWithdrawn, ComponentYanked,
    };
    let Some(event) = placed.event.event_type.known() else { return Ok(()) };
    match event {
        ComponentPublished | ComponentUpdated | ComponentReleased => {
            if row.listed && browse::opens_category(c, row)? {
                let name = row.category.as_deref().unwrap_or_default();
                updates.push(Update {
                    position: placed.position,
                    to: To::Everyone,
                    bare: text("category_update", &category(name, 1)),
                    full: None,
                });
            }
            updated(c, placed, row, updates)
        }
        ComponentYanked | ComponentDeprecated => updated(c, placed, row, updates),
        ComponentRated => {
            let data = json!({
                "rating": placed.event.data["rating"],
                "average_rating": row.average,
                "avg_rating": row.average,
                "rating_count": row.rating_count,
            });
            visible(c, placed, row, updates, |_| Ok(("rating_update", data)))
        }
        ComponentWithdrawn | ComponentQuarantined => {
            let to =
                if browse::was_public(c, row)? { To::Everyone } else { To::Tenants(browse::seen_by(c, row)?.into()) };
            updates.push(named(c, placed.position, to, row, "skill_delete", &json!({ "name": row.name }))?);
            // Made private, it is still there for some.
            updated(c, placed, row, updates)
        }
        _ => Ok(()),
    }
}

fn updated(c: &mut Conn<'_>, placed: &Placed, row: &ComponentRow, updates: &mut Vec<Update>) -> ApiResult<()> {
    visible(c, placed, row, updates, |c| {
        let component = browse::in_short(c, &Audience::everyone(), row)?;
        Ok(("skill_update", Value::Object(forms::short(&component, ""))))
    })
}

/// A message about a skill for those who may see it, if anybody may.
fn visible(
    c: &mut Conn<'_>,
    placed: &Placed,
    row: &ComponentRow,
    updates: &mut Vec<Update>,
    make: impl FnOnce(&mut Conn<'_>) -> ApiResult<(&'static str, Value)>,
) -> ApiResult<()> {
    let to = match (row.listed, row.visibility, row.status) {
        (true, ..) => To::Everyone,
        (false, MarketplaceType::Private, Status::Published) => To::Tenants(browse::seen_by(c, row)?.into()),
        _ => return Ok(()),
    };
    let (kind, data) = make(c)?;
    updates.push(named(c, placed.position, to, row, kind, &data)?);
    Ok(())
}

/// A message with the skill's name in it, in either form.
fn named(c: &mut Conn<'_>, position: i64, to: To, row: &ComponentRow, kind: &str, data: &Value) -> ApiResult<Update> {
    let with = |name: &str| {
        let mut data = data.clone();
        data["id"] = name.into();
        data["skill_id"] = name.into();
        text(kind, &data)
    };
    let rivals = match &to {
        To::Everyone => browse::rivals(c, row)?,
        To::Tenants(tenants) => {
            let mut hidden = Vec::new();
            for tenant in tenants.iter() {
                if !browse::contested(c, row.kind, Some(*tenant), std::slice::from_ref(&row.slug))?.is_empty() {
                    hidden.push(*tenant);
                }
            }
            Rivals::Hidden(hidden)
        }
    };
    let nobody = rivals == Rivals::Hidden(Vec::new());
    let full = (!nobody).then(|| (with(&full(&row.publisher_slug, &row.slug)), rivals));
    Ok(Update { position, to, bare: with(&row.slug), full })
}

fn text(kind: &str, data: &Value) -> Arc<str> {
    json!({ "type": kind, "data": data }).to_string().into()
}

/// Where a reader begins: behind all that is committed.
pub(super) fn start(c: &mut Conn<'_>) -> Result<i64, ApiError> {
    Ok(events::last_position(c)?)
}
