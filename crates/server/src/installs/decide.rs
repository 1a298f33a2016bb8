//! Whether something may be installed: the validations, in the order the contract gives them, and what would be put in
//! place. It changes nothing; a dry run shows its whole result, an installation stops at the first problem.

use std::collections::{BTreeMap, HashSet};

use atom_marketplace_db::{Conn, Error};
use atom_marketplace_protocol::error::{Code, FieldError};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::install::{ApiKeys, InstallConfig, MissingDependency, MissingReason};
use atom_marketplace_protocol::limits::COME_ALONG_MAX;
use atom_marketplace_protocol::plan::Plan;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::graph::{self, Pick, Range, Root};
use super::market::{self, Shop};
use super::store::{self, DependentRow, InstallationRow};
use super::{config, view};
use crate::catalog;
use crate::catalog::model::{ComponentRow, VersionRow};
use crate::error::{ApiError, ApiResult};
use crate::extract::TenantScope;
use crate::tenants;

/// A component that is to be installed at a version that the tenant may have.
#[derive(Clone, Debug)]
pub(super) struct Want {
    pub(super) component: ComponentRow,
    pub(super) pick: Pick,
    /// The tenant's row for it, uninstalled or not.
    pub(super) existing: Option<InstallationRow>,
    pub(super) config: Option<InstallConfig>,
    /// Why this version.
    pub(super) reason: String,
}

/// What of a version's manifest an installation goes by.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Facts {
    #[serde(default)]
    pub(super) pricing_tier: Plan,
    #[serde(default)]
    pub(super) capabilities: Vec<String>,
    #[serde(default)]
    pub(super) requires_capabilities: Vec<String>,
    #[serde(default)]
    pub(super) config_schema: Option<Value>,
}

impl Facts {
    fn of(version: &VersionRow) -> ApiResult<Self> {
        serde_json::from_str(&version.manifest)
            .map_err(|error| ApiError::internal(format!("manifest of version {}: {error}", version.id)))
    }
}

/// One component as it would be put in place.
#[derive(Clone, Debug)]
pub(super) struct Put {
    pub(super) component: ComponentRow,
    pub(super) version: VersionRow,
    pub(super) facts: Facts,
    pub(super) existing: Option<InstallationRow>,
    pub(super) settings: Map<String, Value>,
    pub(super) key_names: Vec<String>,
    /// New keys; none keeps those before.
    pub(super) keys: Option<ApiKeys>,
    /// Whether it comes along with another one.
    pub(super) came_along: bool,
    pub(super) reason: String,
}

impl Put {
    pub(super) fn new(c: &mut Conn<'_>, want: Want, came_along: bool) -> ApiResult<Self> {
        let version = catalog::version(c, want.pick.id)?;
        let facts = Facts::of(&version)?;
        let before = want.existing.as_ref().filter(|existing| !existing.removed);
        let InstallConfig { api_keys: keys, settings } = want.config.unwrap_or_default();
        let settings = match (settings, before) {
            (Some(settings), _) => settings,
            (None, Some(before)) => view::settings(before)?,
            (None, None) => Map::new(),
        };
        let key_names = match (&keys, before) {
            (Some(keys), _) => keys.0.keys().cloned().collect(),
            (None, Some(before)) => view::key_names(before)?,
            (None, None) => Vec::new(),
        };
        let Want { component, existing, reason, .. } = want;
        Ok(Put { component, version, facts, existing, settings, key_names, keys, came_along, reason })
    }

    /// The installation it changes, if it is there now.
    pub(super) fn before(&self) -> Option<&InstallationRow> {
        self.existing.as_ref().filter(|existing| !existing.removed)
    }

    /// Whether it would bring content that only the instance has where it was published.
    fn lacks_content(&self) -> bool {
        let new = self.before().is_none_or(|before| before.version_id != self.version.id);
        new && self.component.origin.is_some() && self.version.size == 0
    }

    /// What is wrong with its configuration.
    pub(super) fn config_errors(&self) -> Vec<FieldError> {
        let base =
            if self.came_along { format!("dependencies.{}", self.component.slug) } else { "install_config".to_owned() };
        let schema = self.facts.config_schema.as_ref();
        let mut errors = config::check(schema, &self.version.digest, &self.settings, &self.key_names, &base);
        if self.came_along {
            for error in &mut errors {
                error.message.push_str(" Install it first, with an install_config of its own.");
            }
        }
        errors
    }
}

/// What an installation would do, and what speaks against it.
#[derive(Debug, Default)]
pub(super) struct Decision {
    /// What is asked for, then what comes along.
    pub(super) puts: Vec<Put>,
    pub(super) missing: Vec<MissingDependency>,
    pub(super) errors: Vec<FieldError>,
    /// In the order of the validations.
    pub(super) problems: Vec<ApiError>,
}

impl Decision {
    /// What is to be put in place, or the first problem.
    pub(super) fn accept(mut self) -> ApiResult<Vec<Put>> {
        let lacking: Vec<i64> = self.puts.iter().filter(|put| put.lacks_content()).map(|put| put.version.id).collect();
        if !lacking.is_empty() {
            return Err(ApiError::content_elsewhere(lacking));
        }
        if self.problems.is_empty() { Ok(self.puts) } else { Err(self.problems.swap_remove(0)) }
    }
}

/// Makes the validations for `wants`. With `auto` what they need comes along, as far as it may.
pub(super) fn decide(c: &mut Conn<'_>, scope: &TenantScope, wants: Vec<Want>, auto: bool) -> ApiResult<Decision> {
    // Read here rather than taken from the caller's credential, which may be some seconds old.
    let tenant = tenants::get(c, scope.slug())?.ok_or_else(ApiError::tenant_not_found)?;
    let roots: Vec<Root> = wants
        .iter()
        .map(|want| Root {
            component: want.component.id,
            name: market::name_of(&want.component),
            pick: want.pick.clone(),
        })
        .collect();
    let resolution = graph::resolve(&mut Shop::new(c, scope), &roots)?;

    let mut decision = Decision { missing: resolution.unmet, ..Decision::default() };
    for want in wants {
        decision.puts.push(Put::new(c, want, false)?);
    }
    for added in resolution.added {
        if !auto {
            decision.missing.push(added.missing);
            continue;
        }
        let want = Want {
            component: catalog::component(c, added.component)?,
            existing: store::of_component(c, scope, added.component)?,
            config: None,
            reason: format!("needed by {} as {}", added.missing.required_by.join(", "), added.missing.version),
            pick: added.pick,
        };
        decision.puts.push(Put::new(c, want, true)?);
    }
    missing_capabilities(c, scope, &mut decision)?;
    decision.errors = decision.puts.iter().flat_map(Put::config_errors).collect();

    let problems = [
        plan_restricted(&decision.puts, tenant.plan),
        agent_limit(c, scope, &decision.puts, tenant.limits.agents)?,
        resolution.too_many.then(|| {
            ApiError::conflict(format!(
                "More than {COME_ALONG_MAX} components would come along: install some of them first."
            ))
        }),
        dependency_missing(&decision.missing),
        breaks_others(c, scope, &decision.puts)?,
        invalid_configuration(&decision.errors),
    ];
    decision.problems = problems.into_iter().flatten().collect();
    Ok(decision)
}

fn plan_restricted(puts: &[Put], plan: Plan) -> Option<ApiError> {
    // The first one of the highest tier, so that one upgrade is enough.
    let put = puts.iter().rev().max_by_key(|put| put.facts.pricing_tier)?;
    let (needed, kind, slug) = (put.facts.pricing_tier, put.component.kind, &put.component.slug);
    (needed > plan).then(|| {
        let message = format!("The {kind} `{slug}` needs the plan {needed}; yours is {plan}.");
        ApiError::new(Code::PlanRestricted, message)
            .details(json!({ "required_plan": needed, "plan": plan, "component_type": kind, "component_id": slug }))
    })
}

fn agent_limit(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    puts: &[Put],
    limit: Option<u64>,
) -> Result<Option<ApiError>, Error> {
    let new = puts.iter().filter(|put| put.component.kind == Kind::Agent && put.before().is_none()).count() as u64;
    let Some(limit) = limit.filter(|_| new > 0) else { return Ok(None) };
    let installed = store::agents(c, scope)?.max(0) as u64;
    Ok((installed + new > limit).then(|| {
        let message = format!(
            "The plan has room for {limit} agents; {installed} are installed, and this would add {new}. Uninstall some, or change the plan."
        );
        ApiError::new(Code::AgentLimitExceeded, message)
            .details(json!({ "limit": limit, "installed": installed, "needed": new }))
    }))
}

/// Adds the capabilities that nothing would have, other than what asks for them.
fn missing_capabilities(c: &mut Conn<'_>, scope: &TenantScope, decision: &mut Decision) -> Result<(), Error> {
    let puts = &decision.puts;
    let mut asked: BTreeMap<&str, Vec<&Put>> = BTreeMap::new();
    for put in puts {
        for capability in &put.facts.requires_capabilities {
            asked.entry(capability).or_default().push(put);
        }
    }
    let mut missing = Vec::new();
    for (capability, by) in asked {
        let outside = provided_outside(c, scope, capability, puts)?;
        let lacking = by.into_iter().filter(|put| !outside && !provided_within(puts, capability, put.component.id));
        let required_by: Vec<_> = lacking.map(|put| format!("{} {}", put.component.kind, put.component.slug)).collect();
        if !required_by.is_empty() {
            missing.push(MissingDependency {
                component_type: "capability".to_owned(),
                id: capability.to_owned(),
                version: "*".to_owned(),
                source_tenant_id: None,
                reason: MissingReason::NotInstalled,
                installed: None,
                required_by,
            });
        }
    }
    decision.missing.extend(missing);
    Ok(())
}

/// Whether something installed that is not about to change has a capability.
fn provided_outside(c: &mut Conn<'_>, scope: &TenantScope, capability: &str, puts: &[Put]) -> Result<bool, Error> {
    let providers = store::providers(c, scope, capability, puts.len() + 1)?;
    Ok(providers.iter().any(|provider| puts.iter().all(|put| put.component.id != *provider)))
}

/// Whether something put in place has a capability, other than the component that asks for it.
fn provided_within(puts: &[Put], capability: &str, asker: i64) -> bool {
    puts.iter().any(|put| put.component.id != asker && put.facts.capabilities.iter().any(|has| has == capability))
}

fn dependency_missing(missing: &[MissingDependency]) -> Option<ApiError> {
    let first = missing.first()?;
    let why = match first.reason {
        MissingReason::NotInstalled if first.component_type == "capability" => "which nothing installed has",
        MissingReason::NotInstalled => "which is not installed: install it first, or set auto_install_dependencies",
        MissingReason::NotAvailable => "which is not there to install",
        MissingReason::VersionConflict => "which clashes with what is installed or what others need",
    };
    let more = if missing.len() > 1 { format!(" (and {} more)", missing.len() - 1) } else { String::new() };
    let (kind, id, version) = (&first.component_type, &first.id, &first.version);
    let message = format!("This needs the {kind} `{id}` {version}, {why}{more}.");
    Some(ApiError::new(Code::DependencyMissing, message).details(json!({ "missing": missing })))
}

/// A change of version must not take away what other installations need.
fn breaks_others(c: &mut Conn<'_>, scope: &TenantScope, puts: &[Put]) -> ApiResult<Option<ApiError>> {
    let changing: HashSet<i64> = puts.iter().map(|put| put.component.id).collect();
    let mut broken: Vec<DependentRow> = Vec::new();
    for put in puts {
        let Some(before) = put.before().filter(|before| before.version_id != put.version.id) else { continue };
        let version = market::parse(&put.version.version)?;
        broken.extend(
            store::dependents(c, scope, put.component.id)?
                .into_iter()
                .filter(|row| !changing.contains(&row.component_id) && !Range::new(row.needs.clone()).admits(&version)),
        );
        for row in store::askers(c, scope, before.id)? {
            let kept = changing.contains(&row.component_id)
                || provided_within(puts, &row.needs, row.component_id)
                || provided_outside_but(c, scope, &row.needs, puts, row.component_id)?;
            if !kept {
                broken.push(row);
            }
        }
    }
    Ok((!broken.is_empty()).then(|| view::needed_by(&broken, "This version does not do for what is installed")))
}

/// Whether something that is installed, is not about to change, and is not the one that asks has a capability.
pub(super) fn provided_outside_but(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    capability: &str,
    puts: &[Put],
    asker: i64,
) -> Result<bool, Error> {
    let providers = store::providers(c, scope, capability, puts.len() + 2)?;
    let others = providers.iter().filter(|&&provider| provider != asker);
    Ok(others.into_iter().any(|provider| puts.iter().all(|put| put.component.id != *provider)))
}

pub(super) fn invalid_configuration(errors: &[FieldError]) -> Option<ApiError> {
    let first = errors.first()?;
    let more = if errors.len() > 1 { format!(" (and {} more)", errors.len() - 1) } else { String::new() };
    let message = format!("{}: {}{more}", first.path, first.message);
    Some(ApiError::new(Code::InvalidConfiguration, message).details(json!({ "errors": errors })))
}
