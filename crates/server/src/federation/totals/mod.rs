//! Totals: what components come to on the instances that mirror them, as those tell by their keys. Running totals, so that
//! telling twice counts once; a key that may tell none, or is revoked, counts nothing.

mod api;
mod store;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::federation::{FederationTotal, FederationTotals, FederationTotalsTaken};
use atom_marketplace_protocol::json;

use super::filters;
use crate::catalog;
use crate::catalog::change::Change;
use crate::catalog::model::ComponentRow;
use crate::error::{ApiError, ApiResult};
use crate::extract::FederationIdentity;

pub(super) use api::routes;
pub(super) use store::forget;

/// Components that are told of at once.
const ITEMS_MAX: usize = 1_000;
/// Of anything.
const COUNT_MAX: u64 = 1_000_000_000;

fn check(told: &FederationTotals) -> ApiResult<()> {
    if told.items.len() > ITEMS_MAX {
        return Err(ApiError::field("items", format!("Tell of at most {ITEMS_MAX} components at once.")));
    }
    let mut wrong = Vec::new();
    for (i, item) in told.items.iter().enumerate() {
        let at = |field: &str| format!("{}.{field}", json::index("items", i));
        for (field, count) in [("installs", item.installs), ("rating_count", item.rating_count)] {
            if count > COUNT_MAX {
                wrong.push(FieldError::new(at(field), format!("At most {COUNT_MAX}.")));
            }
        }
        if !(item.rating_count..=item.rating_count.saturating_mul(5)).contains(&item.rating_sum) {
            wrong.push(FieldError::new(at("rating_sum"), "Each rating is 1 to 5."));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(ApiError::invalid(wrong)) }
}

/// Takes the totals of components that the key reads. Returns also what readers see differently.
fn take(
    c: &mut Conn<'_>,
    key: &FederationIdentity,
    told: &FederationTotals,
    now: Timestamp,
) -> Result<(FederationTotalsTaken, Vec<Change>), Error> {
    let mut changes = Vec::new();
    let mut taken = 0;
    for total in &told.items {
        let row = catalog::component_by_name(c, total.component_type, &total.source_tenant_id, &total.id)?;
        if let Some(row) = row.filter(|row| reads(key, row)) {
            taken += 1;
            if count(c, key.id, row.id, total, now)? {
                changes.push(Change::of(&row));
            }
        }
    }
    Ok((FederationTotalsTaken { taken, unknown: told.items.len() as u64 - taken }, changes))
}

/// Whether a key reads a component, and its peer may tell what it comes to: of what was published here.
fn reads(key: &FederationIdentity, row: &ComponentRow) -> bool {
    row.listed && row.origin.is_none() && filters::pass(&key.filters, row.kind, &filters::Scope::of(row))
}

/// Counts a total in the place of what the key told before. Whether anything is new.
fn count(c: &mut Conn<'_>, key: i64, component: i64, told: &FederationTotal, now: Timestamp) -> Result<bool, Error> {
    let before = store::total(c, key, component)?.unwrap_or_default();
    let after = store::Total {
        installs: told.installs as i64,
        rating_sum: told.rating_sum as i64,
        rating_count: told.rating_count as i64,
    };
    if before == after {
        return Ok(false);
    }
    store::set_total(c, key, component, &after, now)?;
    store::add(c, component, &before, &after)?;
    Ok(true)
}
