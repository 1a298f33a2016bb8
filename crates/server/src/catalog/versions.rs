//! The versions of a component: read, yanked; and what changes without a new one: deprecation, shares, withdrawal.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp};
use atom_marketplace_protocol::component::{
    ComponentPatch, Dependency, Deprecation, MarketplaceType, Status, Successor, VersionInfo,
};
use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::federation::ChangeAction;
use atom_marketplace_protocol::ids::Kind;
use http::HeaderValue;
use serde_json::json;

use super::change::Change;
use super::changes;
use super::checks;
use super::model::{ComponentRow, word};
use super::publish::{quarantined, refresh_head, shared_with_of};
use super::sanitise::{Redactions, sanitise};
use super::store::{self as catalog, versions as store, write};
use super::{dependencies, index, record, render};
use crate::answers::etag_matches;
use crate::error::{ApiError, ApiResult};
use crate::events::{self, Hearers, Installers};
use crate::extract::{Audience, TenantScope};
use crate::paging::Window;

/// A version without its content.
#[derive(Clone, Debug)]
pub struct VersionRecord {
    pub(in crate::catalog) id: i64,
    pub(in crate::catalog) version: String,
    pub(in crate::catalog) version_key: String,
    pub(in crate::catalog) visibility: MarketplaceType,
    pub(in crate::catalog) status: Status,
    pub(in crate::catalog) digest: String,
    pub(in crate::catalog) size: i64,
    pub(in crate::catalog) findings: String,
    pub(in crate::catalog) yanked_at: Option<Timestamp>,
    pub(in crate::catalog) yank_reason: Option<String>,
    pub(in crate::catalog) submitted_at: Timestamp,
    pub(in crate::catalog) published_at: Option<Timestamp>,
    pub(in crate::catalog) reason: Option<String>,
    pub(in crate::catalog) release_notes: Option<String>,
}

impl FromRow for VersionRecord {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            version: row.get("version")?,
            version_key: row.get("version_key")?,
            visibility: word(row, "visibility")?,
            status: word(row, "status")?,
            digest: row.get("digest")?,
            size: row.get("size")?,
            findings: row.get("findings")?,
            yanked_at: row.get("yanked_at")?,
            yank_reason: row.get("yank_reason")?,
            submitted_at: row.get("submitted_at")?,
            published_at: row.get("published_at")?,
            reason: row.get("reason")?,
            release_notes: row.get("release_notes")?,
        })
    }
}

/// Which versions of a component a caller may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::catalog) enum View {
    /// Its publisher and the platform: all but what was superseded.
    Insider,
    /// Everyone else who may see the component: what is available, as public or private as the component is.
    Outsider(MarketplaceType),
}

impl View {
    /// Of a component that `audience` may see.
    pub(in crate::catalog) fn of(audience: &Audience, component: &ComponentRow) -> Self {
        if audience.is_admin() || component.owned_by(audience) {
            Self::Insider
        } else {
            Self::Outsider(component.visibility)
        }
    }

    fn info(self, record: VersionRecord) -> VersionInfo {
        let insider = self == Self::Insider;
        VersionInfo {
            version: record.version,
            digest: record.digest,
            status: record.status,
            marketplace_type: record.visibility,
            size: record.size.max(0) as u64,
            yanked: record.yanked_at.is_some(),
            yank_reason: record.yank_reason,
            release_notes: record.release_notes,
            submitted_at: record.submitted_at.to_string(),
            published_at: record.published_at.map(|at| at.to_string()),
            reason: record.reason.filter(|_| insider),
            findings: if insider { serde_json::from_str(&record.findings).unwrap_or_default() } else { Vec::new() },
        }
    }
}

/// A place in the list of versions.
pub(in crate::catalog) type VersionCursor = (String, i64);

/// A page of versions, the highest first.
pub(in crate::catalog) fn list(
    c: &mut Conn<'_>,
    audience: &Audience,
    component: &ComponentRow,
    window: &Window<VersionCursor>,
) -> ApiResult<atom_marketplace_protocol::page::Page<VersionInfo>> {
    let view = View::of(audience, component);
    let rows = store::list(c, component.id, view, window)?;
    let total = store::count(c, component.id, view)?;
    Ok(window.page(rows, total, |row| (row.version_key.clone(), row.id), |row| view.info(row)))
}

/// One version by its number. Where a number was submitted more than once: the one that is available, else the one that
/// waits, else the latest.
pub(in crate::catalog) fn get(
    c: &mut Conn<'_>,
    audience: &Audience,
    component: &ComponentRow,
    version: &str,
) -> ApiResult<VersionInfo> {
    let view = View::of(audience, component);
    Ok(view.info(find(c, component, view, version)?))
}

pub(in crate::catalog) fn find(
    c: &mut Conn<'_>,
    component: &ComponentRow,
    view: View,
    version: &str,
) -> ApiResult<VersionRecord> {
    let weight = |record: &VersionRecord| match record.status {
        Status::Published => 2,
        Status::PendingReview => 1,
        _ => 0,
    };
    let found = store::by_number(c, component.id, view, version)?;
    found.into_iter().max_by_key(|record| (weight(record), record.id)).ok_or_else(|| no_version(component, version))
}

fn no_version(component: &ComponentRow, version: &str) -> ApiError {
    let shown: String = version.chars().take(64).collect();
    ApiError::new(
        Code::NotFound,
        format!("There is no version `{shown}` of {} `{}` that you may see.", component.kind, component.slug),
    )
}

/// The caller's own component. Another tenant's is not there for its verbs, whether it may be seen or not.
pub(in crate::catalog) fn own(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    kind: Kind,
    id: &str,
    source: Option<&str>,
) -> ApiResult<ComponentRow> {
    let row = match source {
        Some(source) if source != scope.slug() => None,
        _ => catalog::own(c, kind, scope.id(), id)?.filter(|row| row.tenant_id == scope.id()),
    };
    // By whatever name it is called: the token's patterns are about the one it has.
    scope.check_pattern(row.as_ref().map_or(id, |row| &row.slug))?;
    let row = row.ok_or_else(|| ApiError::component_not_found(kind, id))?;
    if row.origin.is_some() {
        return Err(ApiError::conflict(
            "This component comes from another instance: what becomes of it is said there.",
        ));
    }
    Ok(row)
}

/// What becomes of a version.
#[derive(Clone, Debug)]
pub(in crate::catalog) enum Yanking {
    /// It is yanked, for this reason.
    Yank(Option<String>),
    /// It is not yanked any more.
    Restore,
}

/// Yanks a version, or takes that back.
pub(in crate::catalog) fn set_yanked(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: &ComponentRow,
    version: &str,
    yanking: &Yanking,
    now: Timestamp,
) -> ApiResult<(VersionInfo, Option<Change>)> {
    let record = find(c, component, View::Insider, version)?;
    if record.status != Status::Published {
        return Err(no_version(component, version));
    }
    let (yanked, reason) = match yanking {
        Yanking::Yank(reason) => (true, reason.as_deref()),
        Yanking::Restore => (false, None),
    };
    if record.yanked_at.is_some() == yanked && record.yank_reason.as_deref() == reason {
        return Ok((View::Insider.info(record), None));
    }
    write::set_yanked(c, record.id, yanked.then_some(record.yanked_at.unwrap_or(now)), reason)?;
    write::touch(c, component.id, now)?;
    // Before the first approval a component shows its submission.
    if component.visibility == record.visibility {
        refresh_head(c, component, component.visibility)?;
    }
    if record.visibility == MarketplaceType::Public {
        let action = if yanked { ChangeAction::Yanked } else { ChangeAction::Unyanked };
        changes::seen(c, component.id, action, Some(record.id), now)?;
    }
    let change = changed(c, component)?;
    let action = if yanked { "version.yank" } else { "version.unyank" };
    let details = json!({ "version": record.version, "reason": reason });
    record::note(c, scope.actor(), component, action, details.clone(), now)?;
    if yanked {
        let hearers = hearers(component, record.visibility);
        events::emit(c, EventType::ComponentYanked, &record::about(component), hearers, details, now)?;
    }
    let record = find(c, component, View::Insider, version)?;
    Ok((View::Insider.info(record), Some(change)))
}

/// The owner, and those who have it installed and may still see what becomes of it.
fn hearers(component: &ComponentRow, visibility: MarketplaceType) -> Hearers {
    let public = component.visibility == MarketplaceType::Public && visibility == MarketplaceType::Public;
    Hearers { installers: if public { Installers::All } else { Installers::Shared }, ..Hearers::OWNER }
}

/// Writes the indexes anew, and says what changed for whom.
fn changed(c: &mut Conn<'_>, component: &ComponentRow) -> ApiResult<Change> {
    let mut tenants = write::shared_tenants(c, component.id)?;
    tenants.push(component.tenant_id);
    index::reindex(c, component.id)?;
    Ok(Change { tenants, ..Change::of(component) })
}

/// Refuses a change that was meant for another state of the component.
fn check_etag(scope: &TenantScope, component: &ComponentRow, if_match: Option<&HeaderValue>) -> ApiResult<()> {
    let Some(sent) = if_match else { return Ok(()) };
    if etag_matches(sent, &render::etag(component, &Audience::of(scope))) {
        return Ok(());
    }
    Err(ApiError::new(
        Code::PreconditionFailed,
        "The component has changed since you read it: read it again, then decide.",
    ))
}

/// Deprecates and shares. `patch` has been checked.
pub(in crate::catalog) fn patch(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: &ComponentRow,
    patch: &ComponentPatch,
    if_match: Option<&HeaderValue>,
    now: Timestamp,
) -> ApiResult<Option<Change>> {
    check_etag(scope, component, if_match)?;
    let deprecated = patch.deprecated.as_ref().map(|deprecated| {
        deprecated.as_ref().map(|deprecated| serde_json::to_string(deprecated).expect("a deprecation is JSON"))
    });
    let deprecated = deprecated.filter(|deprecated| *deprecated != component.deprecated);
    let shared_with = patch.shared_with.as_ref().map(|tenants| tenants.clone().unwrap_or_default());
    let shared_with = shared_with.filter(|tenants| *tenants != shared_with_of(component));
    if shared_with.is_some() {
        if component.visibility == MarketplaceType::Public {
            return Err(ApiError::field(
                "shared_with",
                "only a private component is shared; a public one is there for everyone",
            ));
        }
        if component.status == Status::Quarantined {
            return Err(quarantined());
        }
    }
    if deprecated.is_none() && shared_with.is_none() {
        return Ok(None);
    }
    let before = write::shared_tenants(c, component.id)?;
    if let Some(deprecated) = deprecated {
        if let Some(Deprecation { successor: Some(successor), .. }) = patch.deprecated.as_ref().and_then(Option::as_ref)
        {
            check_successor(c, scope, component, successor)?;
        }
        write::set_deprecated(c, component.id, deprecated.as_deref())?;
        let action = if deprecated.is_some() { ChangeAction::Deprecated } else { ChangeAction::Undeprecated };
        changes::seen(c, component.id, action, None, now)?;
        let data = json!({ "deprecated": patch.deprecated });
        record::note(c, scope.actor(), component, "component.deprecate", data, now)?;
        if let Some(Some(deprecated)) = &patch.deprecated {
            let data = json!({ "message": deprecated.message, "successor": deprecated.successor });
            let hearers = hearers(component, component.visibility);
            events::emit(c, EventType::ComponentDeprecated, &record::about(component), hearers, data, now)?;
        }
    }
    if let Some(shared_with) = shared_with {
        if !shared_with.is_empty() {
            check_sharing(c, component)?;
        }
        write::share(c, component.id, &shared_with)?;
        let data = json!({ "shared_with": shared_with });
        record::note(c, scope.actor(), component, "component.share", data, now)?;
        refresh_head(c, component, component.visibility)?;
    }
    write::touch(c, component.id, now)?;
    let mut change = changed(c, component)?;
    change.tenants.extend(before);
    Ok(Some(change))
}

/// Refuses a successor that those who have the component could not find.
fn check_successor(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: &ComponentRow,
    successor: &Successor,
) -> ApiResult<()> {
    let wanted = Dependency {
        component_type: component.kind,
        id: successor.id.clone(),
        source_tenant_id: successor.source_tenant_id.clone().or_else(|| Some(scope.slug().to_owned())),
        version: "*".to_owned(),
        optional: false,
    };
    let public = component.visibility == MarketplaceType::Public;
    match dependencies::resolve(c, scope, &wanted, public)? {
        Ok(found) if found == component.id => {
            Err(ApiError::field("deprecated.successor", "it is no successor of itself"))
        }
        Ok(_) => Ok(()),
        Err(why) => Err(ApiError::field("deprecated.successor", why)),
    }
}

/// Refuses to share what is shown when it holds what nobody else should read. Versions never change, so only a new one helps;
/// older ones like that stay their publisher's.
fn check_sharing(c: &mut Conn<'_>, component: &ComponentRow) -> ApiResult<()> {
    let Some(head) = component.head_version_id else { return Ok(()) };
    if !store::is_raw(c, head)? {
        return Ok(());
    }
    let mut manifest = catalog::version_by_key(c, head)?.manifest()?;
    let Redactions { listed, count } = sanitise(&mut manifest, &component.publisher_slug);
    let what_to_do = format!(
        "Version {} stays as it is: publish again with `shared_with` and `accept_redactions=true`, which makes a new version without them.",
        component.version
    );
    Err(ApiError::redactions(&[], &listed, count, &what_to_do))
}

/// Checks the texts and ids of a patch, and brings them to NFC.
pub(in crate::catalog) fn check_patch(patch: &mut ComponentPatch) -> ApiResult<()> {
    let mut errors = Vec::new();
    if let Some(Some(deprecated)) = &mut patch.deprecated {
        errors.extend(checks::check_deprecation(deprecated).err().into_iter().flatten());
    }
    if let Some(Some(tenants)) = &patch.shared_with {
        errors.extend(checks::check_shared_with(tenants).err().into_iter().flatten());
    }
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}

/// Takes a component back: nobody sees it any more, its storage is free, its id and its numbers stay its publisher's.
/// Publishing again revives it with the next number.
pub(in crate::catalog) fn withdraw(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: &ComponentRow,
    if_match: Option<&HeaderValue>,
    now: Timestamp,
) -> ApiResult<Change> {
    check_etag(scope, component, if_match)?;
    if component.status == Status::Quarantined {
        return Err(quarantined());
    }
    let before = write::shared_tenants(c, component.id)?;
    let freed = write::withdraw_versions(c, component.id)?;
    write::add_storage(c, component.tenant_id, -freed)?;
    write::unshare(c, component.id)?;
    write::set_state(c, component.id, component.visibility, Status::Withdrawn, None, None, now)?;
    changes::gone(c, component, ChangeAction::Withdrawn, now)?;
    record::note(c, scope.actor(), component, "component.withdraw", json!({ "version": component.version }), now)?;
    let seen = [Status::Published, Status::Quarantined].contains(&component.status);
    let hearers = if seen { Hearers::INSTALLERS } else { Hearers::OWNER };
    events::emit(c, EventType::ComponentWithdrawn, &record::about(component), hearers, json!({}), now)?;
    let mut change = changed(c, component)?;
    change.tenants.extend(before);
    Ok(change)
}
