//! Installing components for a tenant: the four validations, what comes along, configuration, uninstalling, locks.
//!
//! Nothing here upgrades by itself, and nothing shows or logs an API key: keys go in sealed and only an instance that
//! runs the component reads them.

mod api;
mod config;
mod decide;
mod graph;
mod installations_api;
mod lock;
mod market;
mod order;
mod store;
mod view;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::error::{Code, FieldError};
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::ids::{self, Kind};
use atom_marketplace_protocol::install::{
    InstallConfig, InstallPlan, InstallProblem, Installation, InstallationUpdate, PlannedInstall,
};
use atom_marketplace_protocol::page::Page;
use serde_json::json;

pub(crate) use lock::{lock, lock_install};
pub(crate) use order::Order;
pub(crate) use store::Filter;

use crate::audit::{self, Entry};
use crate::catalog::change::Change;
use crate::catalog::{self, resolve::resolve};
use crate::error::{ApiError, ApiResult};
use crate::events::{self, Hearers};
use crate::extract::{Audience, TenantScope};
use crate::http::ApiRoutes;
use crate::paging::Window;
use crate::ratings;
use crate::seal::Sealer;
use crate::statistics;
use decide::{Decision, Put, Want, decide};
use store::{InstallationRow, NewRow};

/// What a PATCH may say in place of a version.
const LATEST: &str = "latest";

/// Routes.
pub fn routes() -> ApiRoutes {
    api::routes().merge(installations_api::routes())
}

/// What a change of installations came to.
#[derive(Clone, Debug)]
pub(crate) struct Done<T> {
    pub(crate) answer: T,
    /// Whether something was installed that was not there before.
    pub(crate) created: bool,
    /// For [`Marketplace::catalog_changed`](crate::app::Marketplace::catalog_changed), after the commit.
    pub(crate) changes: Vec<Change>,
}

/// Installs a component, or answers the installation that is there; a configuration that is given replaces the one there.
pub(crate) fn install(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    sealer: &Sealer,
    order: &Order,
    now: Timestamp,
) -> ApiResult<Done<Installation>> {
    let (row, existing) = ordered(c, scope, order)?;
    if let Some(there) = existing.as_ref().filter(|existing| !existing.removed) {
        check_same_version(there, order)?;
        if there.as_dependency || order.config.is_some() {
            reconfigure(c, scope, sealer, there, order.config.clone(), false, now)?;
        }
        return Ok(Done { answer: one(c, scope, row.id, &[])?, created: false, changes: Vec::new() });
    }
    let puts = decision(c, scope, order, row, existing)?.accept()?;
    let component = puts[0].component.id;
    let applied = apply(c, scope, sealer, &puts, now)?;
    note_puts(c, scope, "installation.create", &puts, now)?;
    Ok(Done { answer: one(c, scope, component, &applied.new)?, created: true, changes: applied.changes })
}

/// What [`install`] would do.
pub(crate) fn plan(c: &mut Conn<'_>, scope: &TenantScope, order: &Order) -> ApiResult<InstallPlan> {
    let (row, existing) = ordered(c, scope, order)?;
    let mut plan = InstallPlan {
        ok: true,
        already_installed: false,
        component_type: row.kind,
        component_id: row.slug.clone(),
        source_tenant_id: row.publisher_slug.to_string(),
        tenant_id: scope.slug().to_owned(),
        version: String::new(),
        installs: Vec::new(),
        missing: Vec::new(),
        errors: Vec::new(),
        problems: Vec::new(),
    };
    let problems = if let Some(there) = existing.as_ref().filter(|existing| !existing.removed) {
        check_same_version(there, order)?;
        plan.already_installed = true;
        plan.version.clone_from(&there.version);
        if order.config.is_some() {
            plan.errors = configured(c, there, order.config.clone())?.config_errors();
        }
        decide::invalid_configuration(&plan.errors).into_iter().collect()
    } else {
        let Decision { puts, missing, errors, problems } = decision(c, scope, order, row, existing)?;
        plan.version.clone_from(&puts[0].version.version);
        plan.installs = puts.into_iter().map(planned).collect();
        (plan.missing, plan.errors) = (missing, errors);
        problems
    };
    plan.ok = problems.is_empty();
    plan.problems = problems.into_iter().map(problem).collect();
    Ok(plan)
}

fn planned(put: Put) -> PlannedInstall {
    PlannedInstall {
        component_type: put.component.kind,
        id: put.component.slug,
        source_tenant_id: put.component.publisher_slug.to_string(),
        version: put.version.version,
        digest: put.version.digest,
        reason: put.reason,
    }
}

/// An error as part of an answer.
pub(crate) fn problem(error: ApiError) -> InstallProblem {
    InstallProblem { code: error.code, message: error.message, details: error.details }
}

/// The component that is ordered, and the tenant's row for it.
fn ordered(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    order: &Order,
) -> ApiResult<(catalog::model::ComponentRow, Option<InstallationRow>)> {
    let row = resolve(c, &Audience::of_tenant(scope), order.kind, &order.id, order.source.as_deref())?;
    let existing = store::of_component(c, scope, row.id)?;
    Ok((row, existing))
}

fn decision(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    order: &Order,
    row: catalog::model::ComponentRow,
    existing: Option<InstallationRow>,
) -> ApiResult<Decision> {
    let (pick, reason) = match &order.version {
        Some(version) => (market::exact(c, scope, &row, version, existing.as_ref())?, "asked for by its version"),
        None => (market::latest(c, scope, &row)?, "asked for; the latest release"),
    };
    let want = Want { component: row, pick, existing, config: order.config.clone(), reason: reason.to_owned() };
    decide(c, scope, vec![want], order.auto)
}

/// Installing is no upgrade: another version of what is there is asked for with PATCH.
fn check_same_version(there: &InstallationRow, order: &Order) -> ApiResult<()> {
    match &order.version {
        Some(version) if version.to_string() != there.version => Err(ApiError::conflict(format!(
            "The {} `{}` is installed at {}. Change its version with PATCH /api/installations/{}.",
            there.kind, there.slug, there.version, there.uid
        ))
        .details(json!({ "installation_id": there.uid, "installed": there.version }))),
        _ => Ok(()),
    }
}

/// What was put in place.
struct Applied {
    /// Installations that were not there before.
    new: Vec<String>,
    changes: Vec<Change>,
}

/// Puts everything in place.
fn apply(c: &mut Conn<'_>, scope: &TenantScope, sealer: &Sealer, puts: &[Put], now: Timestamp) -> ApiResult<Applied> {
    let mut applied = Applied { new: Vec::new(), changes: Vec::new() };
    for put in puts {
        let was_there = put.before().is_some();
        let uid = put_one(c, scope, sealer, put, now)?;
        if !was_there {
            applied.new.push(uid);
        }
        let mut change = Change::of(&put.component);
        statistics::installed(c, scope, put.component.id, &put.version.version, now)?;
        let rated = !was_there && ratings::installed(c, put.component.id, scope.id(), true, now)?;
        if put.existing.is_none() {
            catalog::count_install(c, put.component.id)?;
            catalog::index::refresh_rank(c, put.component.id, now)?;
            change.tenants.push(scope.id());
        } else if rated {
            change.tenants.push(scope.id());
        } else {
            // Nobody else sees a difference.
            change = Change { tenants: vec![scope.id()], public: false, ..change };
        }
        applied.changes.push(change);
    }
    Ok(applied)
}

fn put_one(c: &mut Conn<'_>, scope: &TenantScope, sealer: &Sealer, put: &Put, now: Timestamp) -> ApiResult<String> {
    let uid = put.existing.as_ref().map_or_else(|| ids::new_id("inst"), |existing| existing.uid.clone());
    let json = |value: serde_json::Result<String>| value.map_err(ApiError::internal);
    let new = NewRow {
        uid: &uid,
        component: put.component.id,
        kind: put.component.kind,
        version: put.version.id,
        as_dependency: put.came_along,
        settings: &json(serde_json::to_string(&put.settings))?,
        secret_names: &json(serde_json::to_string(&put.key_names))?,
    };
    let id = match &put.existing {
        None => store::insert(c, scope, &new, now)?,
        Some(existing) if existing.removed => {
            store::revive(c, scope, existing.id, &new, now)?;
            existing.id
        }
        Some(existing) => {
            store::update(c, scope, existing.id, &new, now)?;
            existing.id
        }
    };
    if let Some(keys) = &put.keys {
        let sealed = config::seal(sealer, scope.id(), &uid, keys)?;
        store::put_secrets(c, scope, id, sealed.as_deref())?;
    }
    if put.before().is_none_or(|before| before.version_id != put.version.id) {
        store::put_capabilities(c, scope, id, &put.facts.capabilities, &put.facts.requires_capabilities)?;
    }
    Ok(uid)
}

/// The record of what was installed or brought to another version, in one entry, and an event for each that is new.
fn note_puts(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    action: &'static str,
    puts: &[Put],
    now: Timestamp,
) -> ApiResult<()> {
    let Some(first) = puts.first() else { return Ok(()) };
    let name = |put: &Put| audit::component(put.component.kind, &put.component.publisher_slug, &put.component.slug);
    let more: Vec<_> =
        puts[1..].iter().map(|put| json!({ "component": name(put), "version": put.version.version })).collect();
    let details = json!({
        "version": first.version.version, "digest": first.version.digest,
        "from": first.before().map(|before| before.version.as_str()), "with": more,
    });
    let (actor, tenant) = (scope.actor(), Some(scope.id()));
    audit::record(c, &Entry { actor, tenant, action, target: name(first), details }, now)?;
    for put in puts.iter().filter(|put| put.before().is_none()) {
        let data = json!({ "tenant_id": scope.slug(), "version": put.version.version });
        let hearers = Hearers { actor: Some(scope.id()), ..Hearers::OWNER };
        events::emit(c, EventType::ComponentInstalled, &catalog::record::about(&put.component), hearers, data, now)?;
    }
    Ok(())
}

/// The record of another configuration: that there is one, not what it says.
fn note_configuration(c: &mut Conn<'_>, scope: &TenantScope, there: &InstallationRow, now: Timestamp) -> ApiResult<()> {
    let target = audit::component(there.kind, &there.publisher, &there.slug);
    let details = json!({ "installation": there.uid });
    let (actor, tenant) = (scope.actor(), Some(scope.id()));
    Ok(audit::record(c, &Entry { actor, tenant, action: "installation.configure", target, details }, now)?)
}

/// An installation with another configuration, not yet checked.
fn configured(c: &mut Conn<'_>, there: &InstallationRow, config: Option<InstallConfig>) -> ApiResult<Put> {
    let component = catalog::component(c, there.component_id)?;
    let pick = graph::Pick { id: there.version_id, version: market::parse(&there.version)? };
    Put::new(c, Want { component, pick, existing: Some(there.clone()), config, reason: String::new() }, false)
}

/// Changes the configuration of what is installed, unless it is the one that is there. Its version, whatever became of it
/// since, decides what is right.
fn reconfigure(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    sealer: &Sealer,
    there: &InstallationRow,
    config: Option<InstallConfig>,
    came_along: bool,
    now: Timestamp,
) -> ApiResult<()> {
    let checked = config.is_some();
    let put = Put { came_along, ..configured(c, there, config)? };
    match decide::invalid_configuration(&put.config_errors()) {
        Some(error) if checked => return Err(error),
        _ if put.keys.is_none() && came_along == there.as_dependency && put.settings == view::settings(there)? => {}
        _ => {
            put_one(c, scope, sealer, &put, now)?;
            note_configuration(c, scope, there, now)?;
        }
    }
    Ok(())
}

/// One installation as it is read; `new` came along with it.
fn one(c: &mut Conn<'_>, scope: &TenantScope, component: i64, new: &[String]) -> ApiResult<Installation> {
    let row =
        store::of_component(c, scope, component)?.ok_or_else(|| ApiError::internal("an installation vanished"))?;
    let own = row.uid.clone();
    let mut found = view::installations(c, scope, vec![row], new)?;
    let mut installation = found.pop().ok_or_else(|| ApiError::internal("an installation vanished"))?;
    for uid in new.iter().filter(|uid| **uid != own) {
        if installation.dependencies.iter().all(|known| known.installation_id != *uid) {
            // Needed by something that came along itself.
            let row = store::by_uid(c, scope, uid)?.ok_or_else(|| ApiError::internal("an installation vanished"))?;
            installation.dependencies.push(view::came_along(&row));
        }
    }
    Ok(installation)
}

/// Uninstalls a component, whatever became of it since, unless something else needs it.
pub(crate) fn uninstall(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    kind: Kind,
    id: &str,
    source: Option<&str>,
    now: Timestamp,
) -> ApiResult<Change> {
    const CANDIDATES: usize = 10;
    let mut found = store::under(c, scope, kind, id, source, CANDIDATES)?;
    if found.len() > 1 {
        let candidates: Vec<_> = found
            .iter()
            .map(|row| json!({ "component_type": kind, "id": row.slug, "source_tenant_id": row.publisher, "name": row.name }))
            .collect();
        let message =
            format!("Several installed {} have the id `{id}`: say which with `source_tenant_id`.", kind.plural());
        return Err(ApiError::new(Code::AmbiguousComponent, message)
            .details(json!({ "component_type": kind, "component_id": id, "candidates": candidates })));
    }
    let row = found.pop().ok_or_else(|| {
        ApiError::new(Code::ComponentNotFound, format!("The {kind} `{id}` is not installed."))
            .details(json!({ "component_type": kind, "component_id": id }))
    })?;
    let mut dependents = store::dependents(c, scope, row.component_id)?;
    for asker in store::askers(c, scope, row.id)? {
        let others = store::providers(c, scope, &asker.needs, 3)?;
        if !others.iter().any(|other| ![row.component_id, asker.component_id].contains(other)) {
            dependents.push(asker);
        }
    }
    if !dependents.is_empty() {
        return Err(view::needed_by(&dependents, &format!("The {kind} `{id}` is needed by what is installed")));
    }
    take_out(c, scope, row, now)
}

/// Uninstalls some of what a tenant has installed, whatever needs it: all of it goes. Returns what was uninstalled.
pub(crate) fn uninstall_some(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    limit: u64,
    now: Timestamp,
) -> ApiResult<Vec<Change>> {
    let rows = store::page(c, scope, &Filter::default(), &Window::first(limit))?;
    rows.into_iter().map(|row| take_out(c, scope, row, now)).collect()
}

/// Removes an installation, and says so.
fn take_out(c: &mut Conn<'_>, scope: &TenantScope, row: InstallationRow, now: Timestamp) -> ApiResult<Change> {
    let kind = row.kind;
    store::remove(c, scope, row.id, now)?;
    let target = audit::component(kind, &row.publisher, &row.slug);
    let details = json!({ "version": row.version, "installation": row.uid });
    let (actor, tenant) = (scope.actor(), Some(scope.id()));
    audit::record(c, &Entry { actor, tenant, action: "installation.delete", target, details }, now)?;
    let component = catalog::component(c, row.component_id)?;
    let data = json!({ "tenant_id": scope.slug(), "version": row.version });
    let hearers = Hearers { actor: Some(scope.id()), ..Hearers::OWNER };
    events::emit(c, EventType::ComponentUninstalled, &catalog::record::about(&component), hearers, data, now)?;
    statistics::uninstalled(c, scope, component.id, now)?;
    // What the tenant's members rated it counts less now.
    let rated = ratings::installed(c, component.id, scope.id(), false, now)?;
    let change = Change { kind, slug: row.slug, tenants: vec![scope.id()], public: false };
    Ok(if rated { Change { public: component.listed, ..change } } else { change })
}

/// The keys of what the tenant has installed under an id; two at most.
pub(crate) fn installed_as(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    kind: Kind,
    id: &str,
    source: Option<&str>,
) -> ApiResult<Vec<i64>> {
    let found = store::under(c, scope, kind, id, source, 2)?;
    Ok(found.into_iter().map(|row| row.component_id).collect())
}

/// A page of a tenant's installations, newest first.
pub(crate) fn list(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    filter: &Filter,
    window: &Window<(i64, i64)>,
) -> ApiResult<Page<Installation>> {
    let rows = store::page(c, scope, filter, window)?;
    let keys: Vec<_> = rows.iter().map(|row| (row.installed_at.as_micros(), row.id)).collect();
    let items = view::installations(c, scope, rows, &[])?;
    let total = store::total(c, scope, filter)?;
    Ok(window.page(keys.into_iter().zip(items).collect(), total, |(key, _)| *key, |(_, item)| item))
}

/// An installation by its id.
pub(crate) fn get(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> ApiResult<Installation> {
    let row = there(c, scope, uid)?;
    one(c, scope, row.component_id, &[])
}

/// The installed version, for its bundle: even if it was yanked or withdrawn since; not while it is quarantined, nor
/// after it was taken down.
pub(crate) fn with_bundle(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> ApiResult<catalog::Wanted> {
    let there = there(c, scope, uid)?;
    let component = catalog::component(c, there.component_id)?;
    let version = catalog::version(c, there.version_id)?;
    if [component.status, version.status].contains(&Status::Quarantined) {
        let message = format!(
            "The {} `{}` is quarantined by the platform: stop running it. Its bundle is not served until it is released.",
            there.kind, there.slug
        );
        return Err(ApiError::new(Code::NotFound, message).details(json!({ "status": Status::Quarantined })));
    }
    if component.status == Status::Withdrawn
        && let Some(reason) = catalog::takedown::taken_down(c, component.id)?
    {
        let message =
            format!("The {} `{}` was taken down by the platform: stop running it. {reason}", there.kind, there.slug);
        return Err(ApiError::new(Code::NotFound, message).details(json!({ "status": Status::Withdrawn })));
    }
    Ok(catalog::Wanted { component, version, shared: false })
}

fn there(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> ApiResult<InstallationRow> {
    store::by_uid(c, scope, uid)?.ok_or_else(|| ApiError::not_found("installation"))
}

/// Checks a change as far as it can be without the database.
pub(crate) fn check_update(update: &InstallationUpdate) -> ApiResult<()> {
    let mut errors = Vec::new();
    match (&update.install_config, &update.version) {
        (None, None) => errors.push(FieldError::new("", "Give install_config, version, or both.")),
        (config, version) => {
            if let Some(config) = config {
                config::check_shape(config, &mut errors);
            }
            if let Some(version) = version.as_deref().filter(|version| *version != LATEST) {
                order::read_version(version, &mut errors);
            }
        }
    }
    order::refuse(errors)
}

/// Changes an installation's version, its configuration, or both, as a change that passed [`check_update`] says.
pub(crate) fn update(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    sealer: &Sealer,
    uid: &str,
    update: &InstallationUpdate,
    now: Timestamp,
) -> ApiResult<Done<Installation>> {
    let there = there(c, scope, uid)?;
    let component = there.component_id;
    let pick = match &update.version {
        None => None,
        Some(version) => chosen(c, scope, &there, version)?.filter(|pick| pick.id != there.version_id),
    };
    let Some(pick) = pick else {
        if update.install_config.is_some() {
            let as_dependency = there.as_dependency;
            reconfigure(c, scope, sealer, &there, update.install_config.clone(), as_dependency, now)?;
        }
        return Ok(Done { answer: one(c, scope, component, &[])?, created: false, changes: Vec::new() });
    };
    let as_dependency = there.as_dependency;
    let want = Want {
        component: catalog::component(c, component)?,
        pick,
        existing: Some(there),
        config: update.install_config.clone(),
        reason: "asked for".to_owned(),
    };
    let mut puts = decide(c, scope, vec![want], update.auto_install_dependencies)?.accept()?;
    puts[0].came_along = as_dependency;
    let applied = apply(c, scope, sealer, &puts, now)?;
    note_puts(c, scope, "installation.update", &puts, now)?;
    Ok(Done { answer: one(c, scope, component, &applied.new)?, created: false, changes: applied.changes })
}

/// The version a PATCH asks for; none when the latest is not later than what is installed.
fn chosen(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    there: &InstallationRow,
    version: &str,
) -> ApiResult<Option<graph::Pick>> {
    let row = catalog::component(c, there.component_id)?;
    if version == LATEST {
        let latest = market::latest(c, scope, &row)?;
        return Ok(Some(latest).filter(|latest| market::parse(&there.version).is_ok_and(|has| latest.version > has)));
    }
    market::exact(c, scope, &row, &market::parse(version)?, Some(there)).map(Some)
}
