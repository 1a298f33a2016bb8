//! Publishing: a new version, a submission, or nothing new (contract §1 "Versions", "Lifecycle").
//!
//! What can be done without the database ([`prepare`]: checks, hashes, JSON) is done before the transaction; inside, the
//! present state is read, [`decide`] says what the request means, and it is written.
//!
//! - What anyone else may read is sanitised first ([`super::sanitise`]); what is stored, and its digest, are of what is left.
//! - The same content again changes nothing: that of the version shown or of the one that waits when no version is asked
//!   for, that of the version with the number when one is. An explicit number that is new is a new version, whatever its
//!   content: a release may be its release candidate unchanged.
//! - A submission takes the place of the one before it, whose content is dropped; so does a private publication, since
//!   what its publisher said last is that it be private.
//! - Private to public with the content of a private version keeps its number; until the approval the private one stays.
//! - Public to private takes the component from the public at once. All its public versions become private ones, so that
//!   they come back only by another review; who has installed one keeps it.

use std::sync::Arc;

use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::component::{
    Manifest, MarketplaceType, MaturityLevel, Publication, PublishCheck, Status,
};
use atom_marketplace_protocol::digest::component_digest;
use atom_marketplace_protocol::error::{Code, FieldError, Finding, Severity};
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::federation::ChangeAction;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::json;
use atom_marketplace_protocol::limits::PUBLISH_BODY_MAX;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::semver_ext::parse_version;
use atom_marketplace_protocol::text;
use semver::Version;
use serde_json::Value;

use super::change::Change;
use super::changes;
use super::checks::{self, Policy, StoredFile, Surface, catalog::Subject};
use super::decision::{Decision, decide};
use super::head::{self, Known};
use super::index::{First, Words};
use super::model::ComponentRow;
use super::sanitise::{Redactions, sanitise};
use super::store::write as store;
use super::stored::{Stored, store_version};
use super::{dependencies, index, names, record, takedown};
use crate::audit::{self, Entry};
use crate::error::{ApiError, ApiResult};
use crate::events::{self, About, Hearers};
use crate::extract::TenantScope;

/// A publication, checked and ready to be stored.
#[derive(Debug)]
pub struct Prepared {
    pub(in crate::catalog) kind: Kind,
    pub(in crate::catalog) id: String,
    pub(in crate::catalog) marketplace_type: MarketplaceType,
    pub(in crate::catalog) version: Option<Version>,
    pub(in crate::catalog) shared_with: Option<Vec<String>>,
    pub(in crate::catalog) dependencies: Vec<atom_marketplace_protocol::component::Dependency>,
    pub(in crate::catalog) release_notes: Option<String>,
    pub(in crate::catalog) manifest: String,
    pub(in crate::catalog) digest: String,
    pub(in crate::catalog) size: i64,
    pub(in crate::catalog) files: Vec<StoredFile>,
    pub(in crate::catalog) face: Face,
    pub(in crate::catalog) pricing_tier: Plan,
    pub(in crate::catalog) maturity_level: Option<MaturityLevel>,
    pub(in crate::catalog) words: Words,
    pub(in crate::catalog) findings: Vec<Finding>,
    pub(in crate::catalog) surface: Surface,
    pub(in crate::catalog) policy: Arc<Policy>,
    /// Whether it is sanitised, for others to read.
    pub(in crate::catalog) shared: bool,
    /// What was taken out for that.
    pub(in crate::catalog) redactions: Redactions,
    /// Whether it holds what would have been.
    pub(in crate::catalog) raw: bool,
}

/// What a component's row shows of its head.
#[derive(Clone, Debug)]
pub(in crate::catalog) struct Face {
    pub(in crate::catalog) summary: String,
    pub(in crate::catalog) version: String,
    pub(in crate::catalog) digest: String,
    pub(in crate::catalog) name: String,
    pub(in crate::catalog) name_key: String,
    pub(in crate::catalog) category: Option<String>,
    pub(in crate::catalog) pricing_tier: i64,
    pub(in crate::catalog) maturity_level: Option<&'static str>,
}

/// Fields of a manifest that lists leave out.
const NOT_IN_LISTS: [&str; 14] = [
    "readme",
    "release_notes",
    "config_schema",
    "content",
    "files",
    "configuration",
    "canvases",
    "memory",
    "input_schema",
    "output_schema",
    "code",
    "knowledge_base",
    "governance_template",
    "vocabulary",
];

impl Face {
    /// What the row shows of a version.
    pub(in crate::catalog) fn of(manifest: &Manifest, version: &str, digest: &str) -> Self {
        Self::with_fields(manifest, fields_of(manifest), version, digest)
    }

    fn with_fields(manifest: &Manifest, mut fields: Value, version: &str, digest: &str) -> Self {
        if let Some(fields) = fields.as_object_mut() {
            fields.retain(|field, _| !NOT_IN_LISTS.contains(&field.as_str()));
        }
        Self {
            summary: fields.to_string(),
            version: version.to_owned(),
            digest: digest.to_owned(),
            name: manifest.name.clone(),
            name_key: text::fold(&manifest.name),
            category: manifest.category.clone(),
            pricing_tier: manifest.pricing_tier.code(),
            maturity_level: manifest.maturity_level.map(atom_marketplace_protocol::component::MaturityLevel::as_str),
        }
    }
}

fn fields_of(manifest: &Manifest) -> Value {
    serde_json::to_value(manifest).expect("a manifest is JSON")
}

/// The digest of a version: of its manifest with the component's `id` and `component_type`.
pub fn digest_of(kind: Kind, id: &str, manifest: &Manifest) -> String {
    digest_of_fields(kind, id, fields_of(manifest)).0
}

fn digest_of_fields(kind: Kind, id: &str, mut fields: Value) -> (String, Value) {
    fields["id"] = Value::from(id);
    fields["component_type"] = Value::from(kind.as_str());
    let digest = component_digest(&fields);
    if let Some(fields) = fields.as_object_mut() {
        fields.remove("id");
        fields.remove("component_type");
    }
    (digest, fields)
}

/// Checks a publication of the tenant `publisher` and works out all that is stored of it. `shared`: somebody else may read it
/// ([`sharing`]).
pub fn prepare(
    mut publication: Publication,
    publisher: &str,
    shared: bool,
    policy: &Arc<Policy>,
) -> ApiResult<Prepared> {
    let files = checks::validate(&mut publication, publisher).map_err(ApiError::invalid)?;
    let (redactions, raw) = if shared {
        (sanitise(&mut publication.manifest, publisher), false)
    } else {
        (Redactions::default(), !sanitise(&mut publication.manifest.clone(), publisher).is_empty())
    };
    let public = publication.marketplace_type == MarketplaceType::Public;
    let (findings, surface) = checks::run(policy, public, &publication.manifest, &files);
    let Publication { kind, id, marketplace_type, version, shared_with, manifest, .. } = publication;
    let version = version.map(|version| parse_version(&version)).transpose();
    let version = version.map_err(|message| ApiError::field("version", message))?;

    let fields = fields_of(&manifest);
    let stored = String::from_utf8(json::canonical(&fields)).map_err(ApiError::internal)?;
    // `1e20` is longer in the one way in which numbers are written here. What is too long is signed by nobody.
    if stored.len() > PUBLISH_BODY_MAX {
        let message =
            format!("written canonically (RFC 8785) it has {} bytes, of at most {PUBLISH_BODY_MAX}", stored.len());
        return Err(ApiError::field("content", message));
    }
    let size = stored.len() + files.iter().map(|file| file.bytes.len()).sum::<usize>();
    let (digest, fields) = digest_of_fields(kind, &id, fields);
    Ok(Prepared {
        words: Words::of(&id, &manifest),
        kind,
        id,
        marketplace_type,
        version,
        shared_with,
        face: Face::with_fields(&manifest, fields, "", &digest),
        pricing_tier: manifest.pricing_tier,
        maturity_level: manifest.maturity_level,
        dependencies: manifest.dependencies,
        release_notes: manifest.release_notes,
        manifest: stored,
        digest,
        size: size as i64,
        files,
        findings,
        surface,
        policy: Arc::clone(policy),
        shared,
        redactions,
        raw,
    })
}

impl Prepared {
    /// The manifest that is stored.
    pub(in crate::catalog) fn manifest(&self) -> Result<Manifest, String> {
        serde_json::from_str(&self.manifest).map_err(|error| error.to_string())
    }

    /// Stores another manifest.
    pub(in crate::catalog) fn set_manifest(&mut self, manifest: &Manifest) {
        self.manifest = String::from_utf8(json::canonical(&fields_of(manifest))).expect("JSON is text");
    }

    /// Refuses what an automated check blocks, and what would be redacted unless its publisher agrees to that.
    pub fn passed(&self, accept_redactions: bool) -> ApiResult<()> {
        let blocked = blocked(&self.findings);
        if !accept_redactions && !self.redactions.is_empty() {
            let Redactions { listed, count } = &self.redactions;
            let what_to_do = "Look at `details.redactions`, then take them out yourself, or publish with `accept_redactions=true` to have them taken out.";
            return Err(ApiError::redactions(&self.findings, listed, *count, what_to_do));
        }
        if blocked { Err(ApiError::checks_failed(&self.findings)) } else { Ok(()) }
    }
}

fn blocked(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Block)
}

/// What is there before a publish.
struct Before {
    component: Option<ComponentRow>,
    versions: Vec<Known>,
    decision: Decision,
    targets: Vec<Option<i64>>,
    /// Of every check, those that ask the catalog included.
    findings: Vec<Finding>,
    /// Bytes that the new version adds, less those it makes free.
    growth: i64,
}

fn before(c: &mut Conn<'_>, scope: &TenantScope, prepared: &Prepared) -> ApiResult<Before> {
    if scope.slug().contains('@') {
        return Err(ApiError::conflict("This tenant is another instance's: publish there."));
    }
    let component = store::find(c, prepared.kind, scope, &prepared.id)?;
    let mut versions = Vec::new();
    if let Some(component) = &component {
        if component.origin.is_some() {
            return Err(ApiError::conflict("This component comes from another instance: publish it there."));
        }
        if component.status == Status::Quarantined && prepared.marketplace_type == MarketplaceType::Private {
            return Err(quarantined());
        }
        if !prepared.shared && prepared.shared_with.is_none() && !shared_with_of(component).is_empty() {
            return Err(ApiError::conflict("The component was shared meanwhile: publish again."));
        }
        if component.status == Status::Withdrawn {
            takedown::check_publishable(c, component.id)?;
        }
        versions = store::known_versions(c, component.id)?;
    } else {
        names::check_free(c, scope, prepared.kind, &prepared.id)?;
    }
    let visibility = component.as_ref().map_or(prepared.marketplace_type, |component| component.visibility);
    let shown = component.as_ref().and_then(|component| component.head_version_id);
    let shown = versions.iter().find(|known| Some(known.id) == shown && known.status == Status::Published);
    let decision = decide(prepared, visibility, shown, &versions)?;
    let (mut targets, mut growth, mut findings) = (Vec::new(), 0, prepared.findings.clone());
    if let Decision::New(_) = decision {
        targets = targets_of(c, scope, prepared)?;
        if prepared.marketplace_type == MarketplaceType::Public {
            let component = component.as_ref().map(|component| component.id);
            let subject = Subject { kind: prepared.kind, id: &prepared.id, tenant: scope.id(), component };
            let (surface, dependencies) = (&prepared.surface, &prepared.dependencies);
            findings.extend(checks::catalog::check(c, &prepared.policy, &subject, surface, dependencies, &targets)?);
        }
        growth = prepared.size - versions.iter().filter(|known| known.undone()).map(|known| known.size).sum::<i64>();
        check_storage(c, scope, growth)?;
    }
    Ok(Before { component, versions, decision, targets, findings, growth })
}

/// Why nothing but a public submission is taken from a component's publisher.
pub(in crate::catalog) fn quarantined() -> ApiError {
    ApiError::conflict(
        "This component is in quarantine: publish a mended public version, or ask the platform's operator.",
    )
}

fn targets_of(c: &mut Conn<'_>, scope: &TenantScope, prepared: &Prepared) -> ApiResult<Vec<Option<i64>>> {
    let public = prepared.marketplace_type == MarketplaceType::Public;
    let mut errors = Vec::new();
    let mut targets = Vec::with_capacity(prepared.dependencies.len());
    for (i, dependency) in prepared.dependencies.iter().enumerate() {
        match dependencies::resolve(c, scope, dependency, public)? {
            Ok(target) => targets.push(Some(target)),
            Err(why) if public && !dependency.optional => {
                errors.push(FieldError::new(
                    json::index("dependencies", i),
                    format!("{} `{}`: {why}", dependency.component_type, dependency.id),
                ));
            }
            Err(_) => targets.push(None),
        }
    }
    if errors.is_empty() { Ok(targets) } else { Err(ApiError::invalid(errors)) }
}

/// Refuses more bytes than the plan of the scope's tenant has room for.
pub(in crate::catalog) fn check_storage(c: &mut Conn<'_>, scope: &TenantScope, growth: i64) -> ApiResult<()> {
    let limit = scope.limits().storage_bytes;
    let used = store::storage_used(c, scope)?;
    if growth <= 0 || (used + growth).max(0) as u64 <= limit {
        return Ok(());
    }
    Err(ApiError::new(Code::QuotaExceeded, format!("This needs {growth} bytes more, and {used} of {limit} are used: withdraw what is not needed, or take a higher plan."))
        .details(serde_json::json!({ "resource": "storage", "limit": limit, "used": used })))
}

/// Whether somebody else may read a publication; none where that is as it was ([`was_shared`]).
pub fn sharing(publication: &Publication) -> Option<bool> {
    match publication.marketplace_type {
        MarketplaceType::Public => Some(true),
        MarketplaceType::Private => publication.shared_with.as_ref().map(|tenants| !tenants.is_empty()),
    }
}

/// Whether the tenant's component of that id is shared with somebody.
pub fn was_shared(c: &mut Conn<'_>, scope: &TenantScope, kind: Kind, id: &str) -> ApiResult<bool> {
    Ok(store::find(c, kind, scope, id)?.is_some_and(|component| !shared_with_of(&component).is_empty()))
}

/// What a publish would do.
pub fn dry_run(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    prepared: &Prepared,
    accept_redactions: bool,
) -> ApiResult<PublishCheck> {
    let before = before(c, scope, prepared)?;
    let (Decision::There(version) | Decision::New(version)) = &before.decision;
    Ok(PublishCheck {
        ok: prepared.passed(accept_redactions).is_ok() && !blocked(&before.findings),
        version: version.to_string(),
        digest: prepared.digest.clone(),
        findings: before.findings,
        redactions: prepared.redactions.listed.clone(),
        redaction_count: prepared.redactions.count,
    })
}

/// What a publish did.
#[derive(Clone, Debug)]
pub struct Published {
    /// The component.
    pub component: i64,
    /// Whether there is a new version or submission.
    pub created: bool,
    /// What readers see differently, if anything.
    pub change: Option<Change>,
}

/// Publishes.
pub fn publish(c: &mut Conn<'_>, scope: &TenantScope, prepared: &Prepared, now: Timestamp) -> ApiResult<Published> {
    let before = before(c, scope, prepared)?;
    if blocked(&before.findings) {
        return Err(ApiError::checks_failed(&before.findings));
    }
    let published = match (&before.decision, &before.component) {
        (Decision::New(version), None) => create(c, scope, prepared, version, &before, now),
        (Decision::New(version), Some(component)) => add_version(c, scope, prepared, component, version, &before, now),
        (Decision::There(_), Some(component)) => keep(c, scope, prepared, component, &before, now),
        (Decision::There(_), None) => Err(ApiError::internal("content without a component")),
    }?;
    if published.change.is_some() {
        write_down(c, scope, prepared, &before, &published, now)?;
    }
    Ok(published)
}

/// The record of a publish that changed something, and its events: what is private is there at once, what is public only
/// with its approval; and what was public and is private now is withdrawn from everyone else.
fn write_down(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    prepared: &Prepared,
    before: &Before,
    published: &Published,
    now: Timestamp,
) -> ApiResult<()> {
    let (Decision::There(version) | Decision::New(version)) = &before.decision;
    let version = version.to_string();
    let private = prepared.marketplace_type == MarketplaceType::Private;
    let details = serde_json::json!({
        "version": version, "marketplace_type": prepared.marketplace_type, "digest": prepared.digest,
        "new_version": published.created, "redactions": prepared.redactions.count,
    });
    let target = audit::component(prepared.kind, scope.slug(), &prepared.id);
    let entry = Entry { actor: scope.actor(), tenant: Some(scope.id()), action: "component.publish", target, details };
    audit::record(c, &entry, now)?;
    let about = About {
        component: published.component,
        kind: prepared.kind,
        id: &prepared.id,
        tenant: scope.id(),
        tenant_id: scope.slug(),
    };
    let shown = |known: &Known| known.status == Status::Published;
    if private && before.versions.iter().any(|known| shown(known) && known.visibility == MarketplaceType::Public) {
        let data = serde_json::json!({ "reason": "Its publisher has made it private." });
        events::emit(c, EventType::ComponentWithdrawn, &about, Hearers::INSTALLERS, data, now)?;
    }
    if private && published.created {
        let first = !before.versions.iter().any(shown);
        record::available(c, &about, MarketplaceType::Private, first, &version, now)?;
    }
    Ok(())
}

/// The first version of a component.
fn create(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    prepared: &Prepared,
    version: &Version,
    before: &Before,
    now: Timestamp,
) -> ApiResult<Published> {
    let (component, version_id) = store::next_keys(c)?;
    let face = Face { version: version.to_string(), ..prepared.face.clone() };
    let shared = store::tenants_named(c, prepared.shared_with.as_deref().unwrap_or_default())?;
    let first = First::of(component, prepared, scope.tenant(), &shared, now);
    store::insert_component(c, component, version_id, scope, prepared, &face, &first, now)?;
    let (findings, targets) = (before.findings.as_slice(), before.targets.as_slice());
    let stored = Stored { component, id: version_id, version, findings, targets };
    store_version(c, scope, prepared, &stored, now)?;
    store::add_storage(c, scope.id(), prepared.size)?;
    let mut tenants = vec![scope.id()];
    if let Some(shared_with) = &prepared.shared_with {
        tenants.extend(store::share(c, component, shared_with)?);
    }
    first.insert(c)?;
    let change = Change { kind: prepared.kind, slug: prepared.id.clone(), tenants, public: false };
    Ok(Published { component, created: true, change: Some(change) })
}

/// Another version of a component, at once or as a submission.
fn add_version(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    prepared: &Prepared,
    component: &ComponentRow,
    version: &Version,
    before: &Before,
    now: Timestamp,
) -> ApiResult<Published> {
    let (_, id) = store::next_keys(c)?;
    drop_undone(c, &before.versions)?;
    let (findings, targets) = (before.findings.as_slice(), before.targets.as_slice());
    let stored = Stored { component: component.id, id, version, findings, targets };
    store_version(c, scope, prepared, &stored, now)?;
    store::add_storage(c, scope.id(), before.growth)?;
    let face = Face { version: version.to_string(), ..prepared.face.clone() };
    if prepared.marketplace_type == MarketplaceType::Public {
        let shown = before
            .versions
            .iter()
            .any(|known| Some(known.id) == component.head_version_id && known.status == Status::Published);
        if shown {
            store::set_pending(c, component.id, Some(id), now)?;
        } else {
            store::set_head(c, component.id, id, &face)?;
            store::set_state(c, component.id, MarketplaceType::Public, Status::PendingReview, None, None, now)?;
        }
    } else {
        make_private(c, component, now)?;
        let mut versions = store::known_versions(c, component.id)?;
        versions.retain(|known| known.status == Status::Published);
        let chosen = head::choose(&versions, MarketplaceType::Private, prepared.shared).map(|known| known.id);
        if chosen == Some(id) {
            store::set_head(c, component.id, id, &face)?;
        } else if let Some(chosen) = chosen.filter(|chosen| Some(*chosen) != component.head_version_id) {
            show(c, component.id, chosen)?;
        }
    }
    finish(c, prepared, component, true)
}

/// The content is there: only who may see it can change.
fn keep(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    prepared: &Prepared,
    component: &ComponentRow,
    before: &Before,
    now: Timestamp,
) -> ApiResult<Published> {
    let private = prepared.marketplace_type == MarketplaceType::Private;
    let waits = before.versions.iter().any(|known| known.status == Status::PendingReview);
    let reshared = prepared.shared_with.as_ref().is_some_and(|wanted| *wanted != shared_with_of(component));
    if !private || !(component.visibility == MarketplaceType::Public || waits || reshared) {
        return Ok(Published { component: component.id, created: false, change: None });
    }
    if component.visibility == MarketplaceType::Public || waits {
        let freed = drop_undone(c, &before.versions)?;
        store::add_storage(c, scope.id(), -freed)?;
        make_private(c, component, now)?;
        refresh_head(c, component, MarketplaceType::Private)?;
    }
    finish(c, prepared, component, false)
}

fn finish(c: &mut Conn<'_>, prepared: &Prepared, component: &ComponentRow, created: bool) -> ApiResult<Published> {
    let mut tenants = store::shared_tenants(c, component.id)?;
    if let Some(shared_with) = &prepared.shared_with {
        tenants.extend(store::share(c, component.id, shared_with)?);
    }
    index::reindex(c, component.id)?;
    tenants.push(component.tenant_id);
    let change = Change { kind: component.kind, slug: component.slug.clone(), tenants, public: component.listed };
    Ok(Published { component: component.id, created, change: Some(change) })
}

/// Takes what waits, and what was refused, out of the way. Returns the bytes that are free then.
pub(in crate::catalog) fn drop_undone(c: &mut Conn<'_>, versions: &[Known]) -> ApiResult<i64> {
    let mut freed = 0;
    for known in
        versions.iter().filter(|known| known.undone() && (known.size > 0 || known.status == Status::PendingReview))
    {
        let status = if known.status == Status::PendingReview { Status::Superseded } else { known.status };
        store::drop_content(c, known.id, status)?;
        freed += known.size;
    }
    Ok(freed)
}

/// Takes a component from the public, with all its versions.
fn make_private(c: &mut Conn<'_>, component: &ComponentRow, now: Timestamp) -> ApiResult<()> {
    if component.visibility == MarketplaceType::Public {
        store::make_versions_private(c, component.id)?;
    }
    store::set_state(c, component.id, MarketplaceType::Private, Status::Published, None, None, now)?;
    Ok(changes::gone(c, component, ChangeAction::Withdrawn, now)?)
}

/// Shows the version that ought to be shown, if another one is.
pub(in crate::catalog) fn refresh_head(
    c: &mut Conn<'_>,
    component: &ComponentRow,
    visibility: MarketplaceType,
) -> ApiResult<()> {
    let versions = store::known_versions(c, component.id)?;
    let shared = !store::shared_tenants(c, component.id)?.is_empty();
    match head::choose(&versions, visibility, shared).map(|known| known.id) {
        Some(chosen) if Some(chosen) != component.head_version_id => show(c, component.id, chosen),
        _ => Ok(()),
    }
}

/// Makes a version the one that the component's row shows.
pub(in crate::catalog) fn show(c: &mut Conn<'_>, component: i64, version: i64) -> ApiResult<()> {
    let row = super::store::version_by_key(c, version)?;
    let face = Face::of(&row.manifest()?, &row.version, &row.digest);
    Ok(store::set_head(c, component, version, &face)?)
}

/// The tenants its publisher named.
pub(in crate::catalog) fn shared_with_of(component: &ComponentRow) -> Vec<String> {
    component.shared_with.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}
