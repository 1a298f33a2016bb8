//! A version as it is stored: its row, what the checks found, its files, and what it needs; whether it was published here or
//! elsewhere.

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::error::Finding;
use atom_marketplace_protocol::ids;
use semver::Version;

use super::publish::Prepared;
use super::store::{checks as runs, write as store};
use crate::error::ApiResult;
use crate::extract::TenantScope;

/// A version that is to be stored, and what belongs to it.
pub(in crate::catalog) struct Stored<'a> {
    pub(in crate::catalog) component: i64,
    pub(in crate::catalog) id: i64,
    pub(in crate::catalog) version: &'a Version,
    pub(in crate::catalog) findings: &'a [Finding],
    /// The components that its dependencies mean.
    pub(in crate::catalog) targets: &'a [Option<i64>],
}

/// Stores a version with its content.
pub(in crate::catalog) fn store_version(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    prepared: &Prepared,
    stored: &Stored<'_>,
    now: Timestamp,
) -> ApiResult<()> {
    let Stored { component, id, version, findings, .. } = *stored;
    store::insert_version(c, id, &ids::new_id("sub"), component, version, scope, prepared, findings, now)?;
    store_content(c, prepared, stored, now)
}

/// Stores what a version brings beside its row: what the checks found, its files, and what it needs.
pub(in crate::catalog) fn store_content(
    c: &mut Conn<'_>,
    prepared: &Prepared,
    stored: &Stored<'_>,
    now: Timestamp,
) -> ApiResult<()> {
    let Stored { component, id, findings, targets, .. } = *stored;
    let (rules, surface) = (prepared.policy.version(), &prepared.surface);
    runs::insert_run(c, &runs::Run { version: id, sweep: None, rules, findings, surface }, now)?;
    for file in &prepared.files {
        store::insert_file(c, id, file)?;
    }
    for (position, (dependency, target)) in prepared.dependencies.iter().zip(targets).enumerate() {
        store::insert_dependency(c, id, position, component, dependency, *target)?;
    }
    Ok(())
}
