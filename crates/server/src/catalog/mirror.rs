//! What another instance has published, as rows of the catalog like any other: the same lists, checks, reviews, installs and
//! ratings. Whether it was really published there is for `federation::peers` to know; here it is only brought to where its
//! origin says it is.
//!
//! - Nothing of it is decided here but whether a reviewer looks at it first, and what the operator does to it: a quarantine,
//!   a takedown and a refusal of this marketplace outlast whatever the origin says.
//! - A version never changes. What is missing of its content is filled in once it comes.

use std::sync::Arc;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::component::{
    Bundle, Dependency, Deprecation, FileEntry, Manifest, MarketplaceType, Publication, Status,
};
use atom_marketplace_protocol::error::{Finding, Severity};
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::federation::ChangeAction;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::semver_ext::parse_version;
use semver::Version;
use serde_json::json;

use super::change::Change;
use super::changes;
use super::checks::{self, Policy, catalog::Subject};
use super::index::{First, Words};
use super::model::ComponentRow;
use super::publish::{self, Prepared};
use super::store::{self as catalog, mirror as store, names, review as decisions, signatures, write};
use super::stored::{self, Stored};
use super::{index, record};
use crate::error::{ApiError, ApiResult};
use crate::events::{self, Hearers};
use crate::extract::TenantScope;

/// A version of another instance, checked and ready to be stored.
#[derive(Debug)]
pub(crate) struct Arrival {
    prepared: Prepared,
    version: Version,
}

impl Arrival {
    /// With all its content. `tenant` is its publisher where it was published, `id` the component's present id there.
    pub(crate) fn whole(bundle: Bundle, tenant: &str, id: &str, policy: &Arc<Policy>) -> Result<Self, String> {
        let Bundle { component_type, version, digest, mut manifest, files, id: published, .. } = bundle;
        manifest.files = Vec::new();
        let mut prepared = prepare(component_type, &published, manifest, files, tenant, policy)?;
        prepared.digest = digest;
        named(&mut prepared, id)?;
        Self::of(prepared, &version)
    }

    /// With what lists and details show of it. The rest comes when somebody asks for it.
    pub(crate) fn outline(
        (kind, tenant, id): (Kind, &str, &str),
        (version, digest): (&str, &str),
        mut manifest: Manifest,
        policy: &Arc<Policy>,
    ) -> Result<Self, String> {
        let files: Vec<FileEntry> = std::mem::take(&mut manifest.files);
        let mut prepared = prepare(kind, id, manifest, Vec::new(), tenant, policy)?;
        let mut shown = prepared.manifest()?;
        shown.files = files;
        prepared.set_manifest(&shown);
        digest.clone_into(&mut prepared.digest);
        // Nothing of it is here.
        prepared.size = 0;
        Self::of(prepared, version)
    }

    fn of(mut prepared: Prepared, version: &str) -> Result<Self, String> {
        let version = parse_version(version)?;
        prepared.version = Some(version.clone());
        prepared.face.version = version.to_string();
        prepared.face.digest.clone_from(&prepared.digest);
        Ok(Self { prepared, version })
    }

    /// Why the automated checks refuse it, if they do.
    pub(crate) fn blocked(&self) -> Option<String> {
        blocked(&self.prepared.findings)
    }
}

fn prepare(
    kind: Kind,
    id: &str,
    manifest: Manifest,
    files: Vec<atom_marketplace_protocol::component::File>,
    tenant: &str,
    policy: &Arc<Policy>,
) -> Result<Prepared, String> {
    let publication = Publication {
        kind,
        id: id.to_owned(),
        marketplace_type: MarketplaceType::Public,
        version: None,
        shared_with: None,
        manifest,
        files,
    };
    // Not sanitised: its bytes are its origin's, and what its publisher wanted to keep was taken out there.
    let mut prepared = publish::prepare(publication, tenant, false, policy).map_err(|error| error.message)?;
    (prepared.shared, prepared.raw) = (true, false);
    Ok(prepared)
}

/// Under the id that the component has now.
fn named(prepared: &mut Prepared, id: &str) -> Result<(), String> {
    if prepared.id != id {
        prepared.words = Words::of(id, &prepared.manifest()?);
        id.clone_into(&mut prepared.id);
    }
    Ok(())
}

fn blocked(findings: &[Finding]) -> Option<String> {
    let blocking: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Block)
        .map(|finding| format!("{} ({}): {}", finding.check, finding.path, finding.message))
        .collect();
    (!blocking.is_empty()).then(|| blocking.join("; "))
}

/// Where what comes from an origin is at home here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home<'a> {
    /// The mirrored tenant, `{tenant}@{label}`.
    pub(crate) scope: &'a TenantScope,
    /// What stands behind the `@`.
    pub(crate) label: &'a str,
    /// `Origin` as JSON.
    pub(crate) origin: &'a str,
    /// Whether reviewers look at it first.
    pub(crate) review: bool,
    /// Whether those who pull from here get it.
    pub(crate) passed_on: bool,
}

/// Where a component stands, as its origin says.
#[derive(Debug)]
pub(crate) enum Standing {
    Published,
    Withdrawn,
    Quarantined(String),
}

/// A version, as its origin says.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) version: String,
    /// Whether it is yanked, and why.
    pub(crate) yanked: bool,
    pub(crate) yank_reason: Option<String>,
    /// What came of it.
    pub(crate) arrival: Option<Arrival>,
}

/// What is here of a version.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) id: i64,
    pub(crate) version: String,
    pub(crate) digest: String,
    pub(crate) status: Status,
    /// Whether its content is here.
    pub(crate) whole: bool,
    /// Whether it was available before.
    pub(crate) approved: bool,
    pub(crate) yanked: bool,
    pub(crate) yank_reason: Option<String>,
}

/// The component that has a name, or had it, whatever became of it.
pub(crate) fn holder(c: &mut Conn<'_>, kind: Kind, tenant: i64, id: &str) -> Result<Option<ComponentRow>, Error> {
    let held = names::holder(c, kind, tenant, id)?;
    held.map(|id| catalog::component_by_key(c, id)).transpose()
}

/// What is here of a component's versions. Of a number that was refused and came again, the one that counts.
pub(crate) fn held(c: &mut Conn<'_>, component: i64) -> Result<Vec<Held>, Error> {
    store::held(c, component)
}

/// What a version is held against in the catalog; what its own checks found comes first. An error is why it is refused.
pub(crate) fn check(
    c: &mut Conn<'_>,
    home: Home<'_>,
    component: Option<i64>,
    arrival: &Arrival,
) -> Result<Result<Vec<Finding>, String>, Error> {
    let prepared = &arrival.prepared;
    let mut findings = prepared.findings.clone();
    let subject = Subject { kind: prepared.kind, id: &prepared.id, tenant: home.scope.id(), component };
    // Whether what it needs is here is for its installation to see: it may come later.
    findings.extend(checks::catalog::check(c, &prepared.policy, &subject, &prepared.surface, &[], &[])?);
    Ok(blocked(&findings).map_or(Ok(findings), Err))
}

/// What a call of [`bring`] has done.
#[derive(Debug)]
pub(crate) struct Brought {
    /// The versions that are there now, by their numbers.
    pub(crate) versions: Vec<(String, i64)>,
    /// What readers see differently.
    pub(crate) changes: Vec<Change>,
}

/// Makes a component with its first version, which nobody sees yet.
pub(crate) fn create(
    c: &mut Conn<'_>,
    home: Home<'_>,
    arrival: &Arrival,
    findings: &[Finding],
    now: Timestamp,
) -> ApiResult<i64> {
    let (component, version) = write::next_keys(c)?;
    let (scope, prepared) = (home.scope, &arrival.prepared);
    let first = First::of(component, prepared, scope.tenant(), &[], now);
    write::insert_component(c, component, version, scope, prepared, &prepared.face, &first, now)?;
    store::set_origin(c, component, home.origin)?;
    first.insert(c)?;
    store_version(c, home, component, version, arrival, findings, now)?;
    settle(c, home, component, prepared)?;
    Ok(component)
}

/// Adds a version, which nobody sees yet.
pub(crate) fn add(
    c: &mut Conn<'_>,
    home: Home<'_>,
    component: i64,
    arrival: &Arrival,
    findings: &[Finding],
    now: Timestamp,
) -> ApiResult<i64> {
    let (_, version) = write::next_keys(c)?;
    store_version(c, home, component, version, arrival, findings, now)?;
    Ok(version)
}

fn store_version(
    c: &mut Conn<'_>,
    home: Home<'_>,
    component: i64,
    id: i64,
    arrival: &Arrival,
    findings: &[Finding],
    now: Timestamp,
) -> ApiResult<()> {
    let Arrival { prepared, version } = arrival;
    let targets = targets(c, home, &prepared.dependencies)?;
    let stored = Stored { component, id, version, findings, targets: &targets };
    stored::store_version(c, home.scope, prepared, &stored, now)?;
    name_targets(c, home, id)
}

/// Puts the content of a version in its place.
pub(crate) fn fill(
    c: &mut Conn<'_>,
    home: Home<'_>,
    component: i64,
    version: i64,
    arrival: &Arrival,
    findings: &[Finding],
    now: Timestamp,
) -> ApiResult<()> {
    let prepared = &arrival.prepared;
    store::fill(c, version, prepared, findings)?;
    let targets = targets(c, home, &prepared.dependencies)?;
    let stored = Stored { component, id: version, version: &arrival.version, findings, targets: &targets };
    stored::store_content(c, prepared, &stored, now)?;
    name_targets(c, home, version)?;
    let row = catalog::component_by_key(c, component)?;
    if row.head_version_id == Some(version) {
        write::set_head(c, component, version, &prepared.face)?;
        index::reindex(c, component)?;
    }
    Ok(())
}

/// The components that are meant: of the same origin, whoever else has such an id.
fn targets(c: &mut Conn<'_>, home: Home<'_>, dependencies: &[Dependency]) -> Result<Vec<Option<i64>>, Error> {
    dependencies
        .iter()
        .map(|dependency| {
            let (kind, id) = (dependency.component_type, dependency.id.as_str());
            let own = match &dependency.source_tenant_id {
                Some(tenant) => return by_tenant(c, kind, &format!("{tenant}@{}", home.label), id),
                None => names::holder(c, kind, home.scope.id(), id)?,
            };
            match own {
                Some(own) => Ok(Some(own)),
                None => store::sole_of_label(c, kind, home.label, id),
            }
        })
        .collect()
}

fn by_tenant(c: &mut Conn<'_>, kind: Kind, tenant: &str, id: &str) -> Result<Option<i64>, Error> {
    Ok(catalog::by_name(c, kind, tenant, id)?.map(|row| row.id))
}

/// Says in the names of this instance whose dependencies are meant.
fn name_targets(c: &mut Conn<'_>, home: Home<'_>, version: i64) -> ApiResult<()> {
    Ok(store::name_targets(c, version, home.label)?)
}

/// What was waiting for this component to come has it now.
fn settle(c: &mut Conn<'_>, home: Home<'_>, component: i64, prepared: &Prepared) -> ApiResult<()> {
    let (tenant, kind, id) = (home.scope.tenant(), prepared.kind, prepared.id.as_str());
    Ok(store::settle(c, component, (kind, &tenant.slug, tenant.id, id), home.label)?)
}

/// Gives a component the name that it has at its origin by now.
pub(crate) fn rename(
    c: &mut Conn<'_>,
    home: Home<'_>,
    component: &ComponentRow,
    id: &str,
    now: Timestamp,
) -> ApiResult<Vec<Change>> {
    let changes = super::names::move_to(c, component, home.scope, id, now)?;
    store::set_origin(c, component.id, home.origin)?;
    record::note(c, home.scope.actor(), component, "component.rename", json!({ "new_id": id }), now)?;
    Ok(changes)
}

/// What a component is, as its origin says: where it stands, what its publisher says of it, and its versions.
#[derive(Debug)]
pub(crate) struct Account<'a> {
    pub(crate) standing: Standing,
    pub(crate) deprecated: Option<Deprecation>,
    pub(crate) versions: &'a [Told],
    /// The reason with which the origin had it in quarantine until now.
    pub(crate) held_before: Option<&'a str>,
}

/// Brings a component, whose versions are all stored, to where its origin says it is.
pub(crate) fn bring(
    c: &mut Conn<'_>,
    home: Home<'_>,
    component: i64,
    account: &Account<'_>,
    now: Timestamp,
) -> ApiResult<Brought> {
    let before = catalog::component_by_key(c, component)?;
    let held = store::held(c, component)?;
    let mut brought = Brought { versions: Vec::new(), changes: vec![Change::of(&before)] };
    let mut fresh = Vec::new();
    match &account.standing {
        Standing::Withdrawn => {
            if before.status != Status::Withdrawn {
                withdraw(c, &before, now)?;
            }
        }
        Standing::Quarantined(reason) => quarantine(c, &before, reason, account.held_before, now)?,
        Standing::Published => {
            fresh = make_available(c, home, &before, &held, account, now)?;
            yank(c, &before, &held, account.versions, now)?;
            deprecate(c, home, &before, account.deprecated.as_ref(), now)?;
        }
    }
    index::reindex(c, component)?;
    let after = catalog::component_by_key(c, component)?;
    if home.passed_on {
        log(c, &before, &after, &fresh, now)?;
    }
    brought.changes.push(Change::of(&after));
    brought.versions = store::held(c, component)?.into_iter().map(|held| (held.version, held.id)).collect();
    Ok(brought)
}

/// Notes what the public sees differently, for those who pull from here.
fn log(
    c: &mut Conn<'_>,
    before: &ComponentRow,
    after: &ComponentRow,
    fresh: &[i64],
    now: Timestamp,
) -> Result<(), Error> {
    if !after.listed {
        return changes::gone(c, before, ChangeAction::Withdrawn, now);
    }
    let action = if before.listed { ChangeAction::Updated } else { ChangeAction::Published };
    if fresh.is_empty() {
        return changes::seen(c, after.id, action, None, now);
    }
    fresh.iter().try_for_each(|version| changes::seen(c, after.id, action, Some(*version), now))
}

/// Takes a component from everyone; whoever has it installed keeps it.
pub(crate) fn withdraw(c: &mut Conn<'_>, component: &ComponentRow, now: Timestamp) -> ApiResult<()> {
    write::withdraw_versions(c, component.id)?;
    signatures::drop_payloads(c, component.id)?;
    // A quarantine of this marketplace is over by its own release alone, whatever comes back.
    if component.status != Status::Quarantined {
        write::set_state(c, component.id, component.visibility, Status::Withdrawn, None, None, now)?;
    }
    if [Status::Published, Status::Quarantined].contains(&component.status) {
        let about = record::about(component);
        events::emit(c, EventType::ComponentWithdrawn, &about, Hearers::INSTALLERS, json!({}), now)?;
    }
    Ok(())
}

fn quarantine(
    c: &mut Conn<'_>,
    component: &ComponentRow,
    reason: &str,
    held_before: Option<&str>,
    now: Timestamp,
) -> ApiResult<()> {
    // Whoever has released it here has seen that reason.
    if held_before == Some(reason) || component.status != Status::Published {
        return Ok(());
    }
    let pending = component.pending_version_id;
    let status = Status::Quarantined;
    write::set_state(c, component.id, component.visibility, status, Some(reason), pending, now)?;
    let (about, data) = (record::about(component), json!({ "reason": reason }));
    Ok(events::emit(c, EventType::ComponentQuarantined, &about, Hearers::INSTALLERS, data, now)?)
}

/// Makes the versions that the origin lists available, or keeps them for the reviewers; takes back those it lists no more.
/// Returns those that are available now and were not before.
fn make_available(
    c: &mut Conn<'_>,
    home: Home<'_>,
    component: &ComponentRow,
    held: &[Held],
    account: &Account<'_>,
    now: Timestamp,
) -> ApiResult<Vec<i64>> {
    let actor = home.scope.actor().as_str();
    let listed = |held: &Held| account.versions.iter().any(|told| told.version == held.version);
    let mut available = held.iter().filter(|held| held.status == Status::Published && listed(held)).count();
    let (mut fresh, mut waiting) = (Vec::new(), None);
    for version in held {
        match version.status {
            Status::Published if !listed(version) => store::set_status(c, version.id, Status::Withdrawn)?,
            Status::PendingReview if listed(version) && home.review => waiting = Some(version.id),
            Status::PendingReview if listed(version) => {
                decisions::decide(c, version.id, Status::Published, actor, None, now)?;
                fresh.push(version);
            }
            // It was taken back, and is there again: what was approved once is still what was approved.
            Status::Withdrawn if listed(version) && version.approved => {
                store::set_status(c, version.id, Status::Published)?;
                available += 1;
            }
            Status::Withdrawn if listed(version) => {
                store::set_status(c, version.id, Status::PendingReview)?;
                waiting = Some(version.id);
            }
            _ => {}
        }
    }
    let there = available + fresh.len() > 0;
    let released = component.status == Status::Quarantined
        && account.held_before.is_some()
        && component.status_reason.as_deref() == account.held_before;
    let (status, why) = match component.status {
        Status::Quarantined if !released => (Status::Quarantined, component.status_reason.as_deref()),
        _ if there => (Status::Published, None),
        Status::Rejected | Status::ChangesRequested if waiting.is_none() => {
            (component.status, component.status_reason.as_deref())
        }
        _ => (Status::PendingReview, None),
    };
    let pending = waiting.filter(|_| there);
    write::set_state(c, component.id, MarketplaceType::Public, status, why, pending, now)?;
    if there {
        publish::refresh_head(c, component, MarketplaceType::Public)?;
    } else if let Some(waiting) = waiting.filter(|waiting| Some(*waiting) != component.head_version_id) {
        publish::show(c, component.id, waiting)?;
    }
    let about = record::about(component);
    if released {
        events::emit(c, EventType::ComponentReleased, &about, Hearers::INSTALLERS, json!({}), now)?;
    }
    if status == Status::Published {
        let mut first = available == 0 && component.status != Status::Withdrawn;
        for version in &fresh {
            record::available(c, &about, MarketplaceType::Public, first, &version.version, now)?;
            first = false;
        }
    }
    Ok(fresh.into_iter().map(|version| version.id).collect())
}

fn yank(c: &mut Conn<'_>, component: &ComponentRow, held: &[Held], told: &[Told], now: Timestamp) -> ApiResult<()> {
    let mut moved = false;
    for version in held {
        let Some(told) = told.iter().find(|told| told.version == version.version) else { continue };
        let (yanked, reason) = (told.yanked, told.yank_reason.clone());
        if yanked == version.yanked && reason == version.yank_reason {
            continue;
        }
        write::set_yanked(c, version.id, yanked.then_some(now), reason.as_deref())?;
        moved = true;
        if yanked && version.status == Status::Published {
            let (about, data) = (record::about(component), json!({ "version": version.version, "reason": reason }));
            events::emit(c, EventType::ComponentYanked, &about, Hearers::INSTALLERS, data, now)?;
        }
    }
    if moved {
        write::touch(c, component.id, now)?;
        let row = catalog::component_by_key(c, component.id)?;
        publish::refresh_head(c, &row, MarketplaceType::Public)?;
    }
    Ok(())
}

fn deprecate(
    c: &mut Conn<'_>,
    home: Home<'_>,
    component: &ComponentRow,
    deprecated: Option<&Deprecation>,
    now: Timestamp,
) -> ApiResult<()> {
    let deprecated = deprecated.cloned().map(|mut deprecated| {
        let tenant = deprecated.successor.as_mut().and_then(|successor| successor.source_tenant_id.as_mut());
        if let Some(tenant) = tenant {
            *tenant = format!("{tenant}@{}", home.label);
        }
        deprecated
    });
    let deprecated = deprecated.filter(|deprecated| checks::check_deprecation(&mut deprecated.clone()).is_ok());
    let text = deprecated.as_ref().map(serde_json::to_string).transpose().map_err(ApiError::internal)?;
    if text == component.deprecated {
        return Ok(());
    }
    write::set_deprecated(c, component.id, text.as_deref())?;
    write::touch(c, component.id, now)?;
    if let Some(deprecated) = deprecated {
        let data = json!({ "message": deprecated.message, "successor": deprecated.successor });
        let about = record::about(component);
        events::emit(c, EventType::ComponentDeprecated, &about, Hearers::INSTALLERS, data, now)?;
    }
    Ok(())
}

/// Takes a version back that this marketplace does not want, whatever its origin says of it.
pub(crate) fn reject(c: &mut Conn<'_>, version: i64, actor: &str, reason: &str, now: Timestamp) -> ApiResult<()> {
    decisions::decide(c, version, Status::Rejected, actor, Some(reason), now)?;
    let component = decisions::component_of(c, version)?;
    let row = catalog::component_by_key(c, component)?;
    publish::refresh_head(c, &row, MarketplaceType::Public)?;
    let any = store::held(c, component)?.iter().any(|held| held.status == Status::Published);
    if !any && row.status == Status::Published {
        write::set_state(c, component, MarketplaceType::Public, Status::Rejected, Some(reason), None, now)?;
        changes::gone(c, &row, ChangeAction::Withdrawn, now)?;
    }
    Ok(index::reindex(c, component)?)
}
