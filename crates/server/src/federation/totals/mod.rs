//! Totals: what components come to on the instances that mirror them, as those tell by their keys. Running totals, so that
//! telling twice counts once; a key that may tell none, or is revoked, counts nothing.

mod api;
mod store;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::federation::{FederationTotal, FederationTotals, FederationTotalsTaken};
use atom_marketplace_protocol::json;

use super::filters;
use crate::catalog::change::Change;
use crate::catalog::{self};
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
    let (mut taken, mut unknown, mut changes) = (0, 0, Vec::new());
    for total in &told.items {
        if let Some(change) = take_one(c, key, total, now)? {
            taken += 1;
            changes.extend(change);
        } else {
            unknown += 1;
        }
    }
    Ok((FederationTotalsTaken { taken, unknown }, changes))
}

/// None where the key does not read the component; within it none where nothing is new.
fn take_one(
    c: &mut Conn<'_>,
    key: &FederationIdentity,
    total: &FederationTotal,
    now: Timestamp,
) -> Result<Option<Option<Change>>, Error> {
    let row = catalog::component_by_name(c, total.component_type, &total.source_tenant_id, &total.id)?;
    let read = |row: &catalog::model::ComponentRow| {
        row.listed && row.origin.is_none() && filters::pass(&key.filters, row.kind, &filters::Scope::of(row))
    };
    let Some(row) = row.filter(read) else { return Ok(None) };
    let before = store::total(c, key.id, row.id)?.unwrap_or_default();
    let after = store::Total {
        installs: total.installs as i64,
        rating_sum: total.rating_sum as i64,
        rating_count: total.rating_count as i64,
    };
    if before == after {
        return Ok(Some(None));
    }
    store::set_total(c, key.id, row.id, &after, now)?;
    store::add(c, row.id, &before, &after)?;
    Ok(Some(Some(Change::of(&row))))
}
