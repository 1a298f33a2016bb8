//! What the catalog writes down of its changes: the entry of the record, and the events for those whom it concerns.

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::component::MarketplaceType;
use atom_marketplace_protocol::event::EventType;
use serde_json::{Value, json};

use super::model::ComponentRow;
use crate::audit::{self, Actor, Entry};
use crate::events::{self, About, Hearers, Installers};

/// The component as events name it.
pub fn about(row: &ComponentRow) -> About<'_> {
    About { component: row.id, kind: row.kind, id: &row.slug, tenant: row.tenant_id, tenant_id: &row.publisher_slug }
}

/// Writes what `actor` did to a component into its publisher's record.
pub fn note(
    c: &mut Conn<'_>,
    actor: &Actor,
    row: &ComponentRow,
    action: &'static str,
    details: Value,
    now: Timestamp,
) -> Result<(), Error> {
    let target = audit::component(row.kind, &row.publisher_slug, &row.slug);
    audit::record(c, &Entry { actor, tenant: Some(row.tenant_id), action, target, details }, now)
}

/// Tells that a version is there: the first one of a component is `published`, every other `updated`. What is public,
/// everyone may hear of; what is private, its publisher, and whoever has it installed and may see it.
pub(super) fn available(
    c: &mut Conn<'_>,
    about: &About<'_>,
    visibility: MarketplaceType,
    first: bool,
    version: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let public = visibility == MarketplaceType::Public;
    let installers = match (first, public) {
        (true, _) => Installers::None,
        (false, true) => Installers::All,
        (false, false) => Installers::Shared,
    };
    let hearers = Hearers { installers, marketplace: public, actor: None };
    let event = if first { EventType::ComponentPublished } else { EventType::ComponentUpdated };
    let data = json!({ "marketplace_type": visibility, "version": version });
    events::emit(c, event, about, hearers, data, now)
}
