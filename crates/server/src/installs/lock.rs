//! Locks: what a tenant has installed, to the byte, to be installed again elsewhere.

use std::collections::HashSet;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::error::{Code, FieldError};
use atom_marketplace_protocol::install::{Lock, LockResponse, LockResult, LockStatus, LockedComponent};
use atom_marketplace_protocol::json;
use atom_marketplace_protocol::limits::LOCK_MAX;
use atom_marketplace_protocol::semver_ext;
use serde_json::json;

use super::decide::{Want, decide};
use super::{Done, apply, config, market, order, store, view};
use crate::catalog::{self, resolve};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, TenantScope};
use crate::seal::Sealer;

const LOCK_VERSION: u32 = 1;

/// What the tenant has installed now.
pub(crate) fn lock(c: &mut Conn<'_>, scope: &TenantScope) -> ApiResult<Lock> {
    let components = view::sorted(c, scope)?.into_iter().map(|row| LockedComponent {
        component_type: row.kind,
        id: row.slug,
        source_tenant_id: row.publisher,
        version: row.version,
        digest: row.digest,
        install_config: None,
    });
    Ok(Lock { lock_version: LOCK_VERSION, components: components.collect() })
}

/// Checks a lock as far as it can be without the database.
pub(crate) fn check(lock: &Lock) -> ApiResult<()> {
    let mut errors = Vec::new();
    if lock.lock_version != LOCK_VERSION {
        errors.push(FieldError::new("lock_version", format!("This server reads lock version {LOCK_VERSION}.")));
    }
    if lock.components.len() > LOCK_MAX {
        let message = format!("There are {} components, of at most {LOCK_MAX} at once.", lock.components.len());
        errors.push(FieldError::new("components", message));
    }
    let mut seen = HashSet::new();
    for (at, locked) in lock.components.iter().enumerate() {
        let path = json::index("components", at);
        if !seen.insert((locked.component_type, &locked.source_tenant_id, &locked.id)) {
            errors.push(FieldError::new(&path, "This component is there twice."));
        }
        if let Err(why) = semver_ext::parse_version(&locked.version) {
            errors.push(FieldError::new(json::path_join(&path, "version"), why));
        }
        if let Some(config) = &locked.install_config {
            let mut found = Vec::new();
            config::check_shape(config, &mut found);
            errors
                .extend(found.into_iter().map(|error| FieldError { path: format!("{path}.{}", error.path), ..error }));
        }
    }
    order::refuse(errors)
}

/// Installs exactly what a lock that passed [`check`] says: all of it, or nothing. What else is installed stays, and
/// nothing comes along.
pub(crate) fn lock_install(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    sealer: &Sealer,
    lock: &Lock,
    now: Timestamp,
) -> ApiResult<Done<LockResponse>> {
    let mut wants = Vec::new();
    let mut found = Vec::new();
    for locked in &lock.components {
        let want = want(c, scope, locked)?;
        let there = want.existing.as_ref().filter(|existing| !existing.removed);
        let status = match there {
            None => LockStatus::Installed,
            Some(there) if there.version_id != want.pick.id => LockStatus::Updated,
            Some(_) => LockStatus::Unchanged,
        };
        found.push((want.component.id, status));
        if status != LockStatus::Unchanged || locked.install_config.is_some() {
            wants.push(want);
        }
    }
    let puts = decide(c, scope, wants, false)?.accept()?;
    let applied = apply(c, scope, sealer, &puts, now)?;
    super::note_puts(c, scope, "installation.lock", &puts, now)?;
    let count = |wanted: LockStatus| found.iter().filter(|(_, status)| *status == wanted).count() as u64;
    let mut answer = LockResponse {
        installed: count(LockStatus::Installed),
        updated: count(LockStatus::Updated),
        unchanged: count(LockStatus::Unchanged),
        results: Vec::new(),
    };
    for (component, status) in found {
        let row =
            store::of_component(c, scope, component)?.ok_or_else(|| ApiError::internal("an installation vanished"))?;
        answer.results.push(LockResult {
            installation_id: row.uid,
            component_type: row.kind,
            id: row.slug,
            source_tenant_id: row.publisher,
            version: row.version,
            status,
        });
    }
    Ok(Done { created: !applied.new.is_empty(), answer, changes: applied.changes })
}

fn want(c: &mut Conn<'_>, scope: &TenantScope, locked: &LockedComponent) -> ApiResult<Want> {
    let (kind, id) = (locked.component_type, locked.id.as_str());
    let missing = || ApiError::component_not_found(kind, id);
    let component = catalog::component_by_name(c, kind, &locked.source_tenant_id, id)?.ok_or_else(missing)?;
    let existing = store::of_component(c, scope, component.id)?;
    let version = market::parse(&locked.version)?;
    let there = existing.as_ref().filter(|existing| !existing.removed && existing.version == locked.version);
    let pick = if let Some(there) = there {
        // What is installed stays so, whatever became of it since.
        super::graph::Pick { id: there.version_id, version }
    } else {
        if !resolve::sees(c, &component, &Audience::of_tenant(scope))? {
            return Err(missing());
        }
        market::exact(c, scope, &component, &version, existing.as_ref())?
    };
    let digest = catalog::version(c, pick.id)?.digest;
    if digest != locked.digest {
        let message = format!("The {kind} `{id}` {} is not what was locked: its digest differs.", locked.version);
        return Err(ApiError::new(Code::Conflict, message).details(json!({
            "component_type": kind, "component_id": id, "source_tenant_id": locked.source_tenant_id,
            "version": locked.version, "locked": locked.digest, "found": digest,
        })));
    }
    let reason = "locked".to_owned();
    Ok(Want { component, pick, existing, config: locked.install_config.clone(), reason })
}
