//! Installations as clients read them.

use std::collections::HashMap;

use atom_marketplace_db::{Conn, Error};
use atom_marketplace_protocol::install::{DependencyStatus, Installation, InstalledConfig, InstalledDependency};
use semver::Version;
use serde_json::{Map, Value, json};

use super::store::{self, DependentRow, InstallationRow};
use crate::error::{ApiError, ApiResult};
use crate::extract::TenantScope;

/// Dependents that a refusal names.
const NAMED: usize = 50;

/// The settings of an installation.
pub(super) fn settings(row: &InstallationRow) -> ApiResult<Map<String, Value>> {
    serde_json::from_str(&row.settings).map_err(|error| ApiError::internal(format!("settings of {}: {error}", row.uid)))
}

/// The names of its API keys.
pub(super) fn key_names(row: &InstallationRow) -> ApiResult<Vec<String>> {
    serde_json::from_str(&row.secret_names)
        .map_err(|error| ApiError::internal(format!("key names of {}: {error}", row.uid)))
}

/// Installations with what they use; `new` are the installations that came along just now.
pub(super) fn installations(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    rows: Vec<InstallationRow>,
    new: &[String],
) -> ApiResult<Vec<Installation>> {
    let versions: Vec<i64> = rows.iter().map(|row| row.version_id).collect();
    let mut used: HashMap<i64, Vec<InstalledDependency>> = HashMap::new();
    for row in store::used(c, scope, &versions)? {
        let came_along = new.contains(&row.uid);
        let status = if came_along { DependencyStatus::Installed } else { DependencyStatus::AlreadyInstalled };
        used.entry(row.by_version).or_default().push(InstalledDependency {
            installation_id: row.uid,
            component_type: row.kind,
            id: row.slug,
            source_tenant_id: row.publisher,
            version: row.version,
            status,
        });
    }
    rows.into_iter()
        .map(|row| {
            let dependencies = used.remove(&row.version_id).unwrap_or_default();
            installation(scope, &row, dependencies)
        })
        .collect()
}

fn installation(
    scope: &TenantScope,
    row: &InstallationRow,
    dependencies: Vec<InstalledDependency>,
) -> ApiResult<Installation> {
    Ok(Installation {
        id: row.uid.clone(),
        status: "installed".to_owned(),
        component_type: row.kind,
        component_id: row.slug.clone(),
        name: row.name.clone(),
        version: row.version.clone(),
        digest: row.digest.clone(),
        tenant_id: scope.slug().to_owned(),
        source_tenant_id: row.publisher.clone(),
        as_dependency: row.as_dependency,
        install_config: InstalledConfig { api_keys: key_names(row)?, settings: settings(row)? },
        update_available: update_of(row),
        installed_at: row.installed_at.to_string(),
        updated_at: row.updated_at.to_string(),
        dependencies,
    })
}

/// The release that is served now, if it is later than what is installed.
fn update_of(row: &InstallationRow) -> Option<String> {
    let served: Version = row.served.as_deref()?.parse().ok()?;
    let installed: Version = row.version.parse().ok()?;
    (served.pre.is_empty() && served > installed).then(|| served.to_string())
}

/// What came along, as an installation's answer lists it.
pub(super) fn came_along(row: &InstallationRow) -> InstalledDependency {
    InstalledDependency {
        installation_id: row.uid.clone(),
        component_type: row.kind,
        id: row.slug.clone(),
        source_tenant_id: row.publisher.clone(),
        version: row.version.clone(),
        status: DependencyStatus::Installed,
    }
}

/// 409 that names who needs what would go.
pub(super) fn needed_by(dependents: &[DependentRow], what: &str) -> ApiError {
    let names: Vec<_> = dependents.iter().take(3).map(|row| format!("{} `{}`", row.kind, row.slug)).collect();
    let more = if dependents.len() > 3 { format!(" and {} more", dependents.len() - 3) } else { String::new() };
    let dependents: Vec<_> = dependents
        .iter()
        .take(NAMED)
        .map(|row| {
            json!({
                "installation_id": row.uid, "component_type": row.kind, "id": row.slug,
                "source_tenant_id": row.publisher, "version": row.version, "needs": row.needs,
            })
        })
        .collect();
    ApiError::conflict(format!("{what}: {}{more}.", names.join(", "))).details(json!({ "dependents": dependents }))
}

/// The lock's order: by kind, publisher and id.
pub(super) fn sorted(c: &mut Conn<'_>, scope: &TenantScope) -> Result<Vec<InstallationRow>, Error> {
    let mut rows = store::everything(c, scope)?;
    rows.sort_by(|a, b| (a.kind, &a.publisher, &a.slug).cmp(&(b.kind, &b.publisher, &b.slug)));
    Ok(rows)
}
