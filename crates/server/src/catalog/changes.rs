//! The log of what became different for the public, for peers that follow it. Written in the transaction that makes it so:
//! one row, without signatures, which come later and off this path (`federation/settler.rs`). A change is noted once its
//! verb has written the component's new state.
//!
//! Nothing is noted of what the public never saw, nor of what becomes of it while it does not see it: the order of the log is
//! public too.

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::component::{MarketplaceType, Status};
use atom_marketplace_protocol::federation::ChangeAction;

use super::model::ComponentRow;
use super::store::changes as store;

/// Notes a change of a component that the public sees, if it does.
pub(crate) fn seen(
    c: &mut Conn<'_>,
    component: i64,
    action: ChangeAction,
    version: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    store::insert_if_listed(c, component, action, version, now)
}

/// Notes that a component is gone for the public, by what it was `before`.
pub(crate) fn gone(c: &mut Conn<'_>, before: &ComponentRow, action: ChangeAction, now: Timestamp) -> Result<(), Error> {
    let hidden = before.status == Status::Quarantined && before.visibility == MarketplaceType::Public;
    if before.listed || hidden { store::insert_if_logged(c, before.id, action, now) } else { Ok(()) }
}
