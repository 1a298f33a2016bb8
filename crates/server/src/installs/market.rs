//! The catalog as one tenant may install from it.

use std::collections::HashMap;
use std::rc::Rc;

use atom_marketplace_db::Conn;
use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::error::Code;
use semver::Version;
use serde_json::json;

use super::graph::{Market, Name, Need, Node, Pick, Range};
use super::store::{self, InstallationRow};
use crate::catalog;
use crate::catalog::model::{ComponentRow, VersionNumber};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, TenantScope};

/// A component's name, for people.
pub(super) fn name_of(row: &ComponentRow) -> Name {
    Name { kind: row.kind, slug: row.slug.clone(), tenant: Some(row.publisher_slug.to_string()) }
}

/// The versions of a component that this tenant may see, yanked ones too; none when it may not be installed at all.
fn versions(c: &mut Conn<'_>, scope: &TenantScope, row: &ComponentRow) -> ApiResult<Vec<VersionNumber>> {
    if row.status != Status::Published || !catalog::resolve::sees(c, row, &Audience::of_tenant(scope))? {
        return Ok(Vec::new());
    }
    let mut versions = catalog::version_numbers(c, row.id)?;
    let own = row.tenant_id == scope.id();
    versions.retain(|version| {
        version.status == Status::Published && version.visibility == row.visibility && (own || !version.raw)
    });
    Ok(versions)
}

fn pick(version: VersionNumber) -> Pick {
    Pick { id: version.id, version: version.version }
}

/// The highest release that may be installed.
pub(super) fn latest(c: &mut Conn<'_>, scope: &TenantScope, row: &ComponentRow) -> ApiResult<Pick> {
    let versions = versions(c, scope, row)?;
    let latest = versions.into_iter().find(|version| !version.yanked && version.version.pre.is_empty());
    latest.map(pick).ok_or_else(|| {
        let why = "has no version to install: pre-releases, and yanked ones that you have, go by exact `version`";
        not_installable(row, None, why)
    })
}

/// A version by its number. A yanked one is there only for those who have it.
pub(super) fn exact(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    row: &ComponentRow,
    version: &Version,
    had: Option<&InstallationRow>,
) -> ApiResult<Pick> {
    let found = versions(c, scope, row)?.into_iter().find(|known| known.version == *version);
    match found {
        Some(known) if known.yanked && had.is_none_or(|had| had.version_id != known.id) => {
            let why = format!("{version} was yanked: only those who have it may install it");
            Err(not_installable(row, Some(version), &why))
        }
        Some(known) => Ok(pick(known)),
        None => Err(not_installable(row, Some(version), &format!("has no version {version} to install"))),
    }
}

fn not_installable(row: &ComponentRow, version: Option<&Version>, why: &str) -> ApiError {
    let message = format!("The {} `{}` {why}.", row.kind, row.slug);
    let version = version.map(ToString::to_string);
    ApiError::new(Code::ComponentNotFound, message)
        .details(json!({ "component_type": row.kind, "component_id": row.slug, "version": version }))
}

/// Answers the resolver from the database, each question once.
pub(super) struct Shop<'a, 'c> {
    c: &'a mut Conn<'c>,
    scope: &'a TenantScope,
    nodes: HashMap<i64, Rc<Node>>,
    needs: HashMap<i64, Rc<Vec<Need>>>,
}

impl<'a, 'c> Shop<'a, 'c> {
    pub(super) fn new(c: &'a mut Conn<'c>, scope: &'a TenantScope) -> Self {
        Self { c, scope, nodes: HashMap::new(), needs: HashMap::new() }
    }
}

impl Market for Shop<'_, '_> {
    type Error = ApiError;

    fn node(&mut self, component: i64) -> ApiResult<Rc<Node>> {
        if let Some(known) = self.nodes.get(&component) {
            return Ok(known.clone());
        }
        let row = catalog::component(self.c, component)?;
        let installed = match store::of_component(self.c, self.scope, component)? {
            Some(has) if !has.removed => Some(Pick { id: has.version_id, version: parse(&has.version)? }),
            _ => None,
        };
        let offers = if installed.is_some() { Vec::new() } else { versions(self.c, self.scope, &row)? };
        let offers = offers.into_iter().filter(|version| !version.yanked).map(pick).collect();
        let node = Rc::new(Node { name: name_of(&row), installed, offers });
        self.nodes.insert(component, node.clone());
        Ok(node)
    }

    fn needs(&mut self, version: i64) -> ApiResult<Rc<Vec<Need>>> {
        if let Some(known) = self.needs.get(&version) {
            return Ok(known.clone());
        }
        let rows = store::needs(self.c, version)?;
        let needs = rows.into_iter().map(|row| Need {
            target: row.target,
            name: Name { kind: row.kind, slug: row.slug, tenant: row.tenant },
            range: Range::new(row.requirement),
        });
        let needs: Rc<Vec<Need>> = Rc::new(needs.collect());
        self.needs.insert(version, needs.clone());
        Ok(needs)
    }
}

/// A version as it is stored.
pub(super) fn parse(version: &str) -> ApiResult<Version> {
    version.parse().map_err(|error| ApiError::internal(format!("stored version {version}: {error}")))
}
