//! A component as its origin describes it becomes a part of the catalog. The description was verified; what is held against it
//! here is what was described before, and what this marketplace has decided.

use std::sync::Arc;

use atom_marketplace_bundle::{Bundle, Record, RecordStatus, Verified};
use atom_marketplace_db::{Conn, Timestamp};
use atom_marketplace_protocol::component::{Manifest, Origin as Shown, Status};
use atom_marketplace_protocol::error::Finding;
use atom_marketplace_protocol::federation::{ChangeAction, FederationFilters};
use atom_marketplace_protocol::peer::{PeerMirror, PeerPolicy};
use atom_marketplace_protocol::plan::Plan;
use serde_json::Value;

use super::feed::Tale;
use super::keys::{self, Origin};
use super::refusal::Refusal;
use super::store::{self, PeerRow, mirror::MirrorRow};
use crate::audit::Actor;
use crate::catalog::checks::Policy;
use crate::catalog::mirror::{self, Account, Arrival, Held, Home, Standing, Told};
use crate::catalog::model::ComponentRow;
use crate::catalog::takedown;
use crate::catalog::{self, change::Change};
use crate::error::{ApiError, ApiResult};
use crate::extract::TenantScope;
use crate::federation::filters::{self, Scope};
use crate::tenants::{self, Tenant};

/// Components that are taken from one peer.
pub(super) const COMPONENTS_MAX: u64 = 200_000;

/// What a tale comes to, worked out before the transaction: hashing, checks, words for the search.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) tale: Tale,
    versions: Vec<Told>,
    /// Versions whose content ought to be here and did not come.
    pub(super) missing: Vec<String>,
    pub(super) refused: Vec<Refusal>,
}

/// Works out what is stored of a tale. `here` are the versions of which nothing more is wanted.
pub(super) fn prepare(tale: Tale, here: &[String], how: PeerMirror, policy: &Arc<Policy>) -> Ready {
    let mut ready = Ready { versions: Vec::new(), missing: Vec::new(), refused: Vec::new(), tale };
    let Some(record) = ready.tale.record.as_ref().map(|record| &record.document) else { return ready };
    let (kind, tenant, id) = (record.component_type, record.source_tenant_id.as_str(), record.id.as_str());
    for version in &record.versions {
        let number = version.version.as_str();
        let bundle = ready.tale.bundles.iter().find(|bundle| bundle.document.version == number);
        let arrival = match bundle {
            _ if here.iter().any(|here| here == number) => None,
            Some(bundle) => Some(Arrival::whole(bundle.document.clone(), tenant, id, policy)),
            None if how == PeerMirror::Metadata => outline(record, number)
                .map(|manifest| Arrival::outline((kind, tenant, id), (number, &version.digest), manifest?, policy)),
            None => {
                ready.missing.push(number.to_owned());
                None
            }
        };
        let arrival = match arrival.map(sound).transpose() {
            Ok(arrival) => arrival,
            Err(refusal) => {
                let refusal = refusal.version(number).about(&ready.tale.about);
                ready.refused.push(refusal.at(ready.tale.sequence));
                None
            }
        };
        ready.versions.push(Told {
            version: number.to_owned(),
            yanked: version.yanked.is_some(),
            yank_reason: version.yanked.as_ref().and_then(|yanked| yanked.reason.clone()),
            arrival,
        });
    }
    ready
}

/// What came, unless this marketplace would have refused it from a publisher of its own.
fn sound(arrival: Result<Arrival, String>) -> Result<Arrival, Refusal> {
    let arrival = arrival
        .map_err(|why| Refusal::new("invalid", format!("This marketplace would not publish it either: {why}.")))?;
    match arrival.blocked() {
        Some(why) => Err(Refusal::new("checks_failed", format!("The automated checks refuse it: {why}"))),
        None => Ok(arrival),
    }
}

impl Ready {
    /// Adds bundles that were fetched by themselves.
    pub(super) fn add(&mut self, bundles: Vec<Verified<Bundle>>, policy: &Arc<Policy>) {
        let Some(record) = self.tale.record.as_ref().map(|record| &record.document) else { return };
        for bundle in bundles {
            let number = bundle.document.version.clone();
            let whole = Arrival::whole(bundle.document.clone(), &record.source_tenant_id, &record.id, policy);
            match sound(whole) {
                Ok(arrival) => {
                    if let Some(told) = self.versions.iter_mut().find(|told| told.version == number) {
                        told.arrival = Some(arrival);
                    }
                    self.tale.bundles.push(bundle);
                }
                Err(refusal) => {
                    self.refused.push(refusal.version(&number).about(&self.tale.about).at(self.tale.sequence));
                }
            }
        }
    }
}

/// What is known of a version without its bundle: of the one that is shown what lists and details show, of others the name.
fn outline(record: &Record, version: &str) -> Option<Result<Manifest, String>> {
    let mut fields = record.manifest.clone()?;
    if record.head.as_deref() != Some(version) {
        fields.retain(|field, _| matches!(field.as_str(), "name" | "description" | "pricing_tier"));
    }
    Some(serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string()))
}

/// What an application of a tale has done.
#[derive(Debug, Default)]
pub(super) struct Applied {
    pub(super) changes: Vec<Change>,
    pub(super) refused: Vec<Refusal>,
    /// Whether anything is different.
    pub(super) done: bool,
}

impl Applied {
    fn refuse(refusal: Refusal, tale: &Tale) -> Self {
        Self { refused: vec![refusal.about(&tale.about).at(tale.sequence)], ..Self::default() }
    }
}

/// Makes a tale a part of the catalog. Whatever is refused was refused before the first row was written. `room` is how many
/// components may still come.
pub(super) fn apply(
    c: &mut Conn<'_>,
    peer: &PeerRow,
    origin: &Origin,
    ready: &Ready,
    room: &mut u64,
    now: Timestamp,
) -> ApiResult<Applied> {
    let tale = &ready.tale;
    let Some(record) = &tale.record else { return leave(c, origin, tale, now) };
    let (signed, record) = (record, &record.document);
    let slug = format!("{}@{}", record.source_tenant_id, origin.label);
    let tenant = tenants::get(c, &slug)?;
    let there = match present(c, origin, tenant.as_ref(), record)? {
        Ok(there) => there,
        Err(refusal) => return Ok(Applied::refuse(refusal, tale)),
    };
    if let Some((component, before)) = &there
        && let Some(refusal) = contradiction(c, component, before, signed)?
    {
        return Ok(Applied::refuse(refusal, tale));
    }
    if record.status == RecordStatus::Published && !wanted(&peer.filters, record) {
        return match &there {
            Some((component, _)) => set_apart(c, component, now),
            None => Ok(Applied::default()),
        };
    }
    let same = |before: &MirrorRow| before.revision == record.revision && !before.apart;
    if there.as_ref().is_some_and(|(_, before)| same(before))
        && !ready.versions.iter().any(|told| told.arrival.is_some())
    {
        return Ok(Applied::default());
    }
    let gone = record.status != RecordStatus::Published;
    if gone && there.is_none() {
        return Ok(Applied::default());
    }
    if there.is_none() && *room == 0 {
        let message = format!("More than {COMPONENTS_MAX} components come from this peer.");
        return Ok(Applied::refuse(Refusal::new("too_many", message), tale));
    }
    let name = keys::clean_name(&record.publisher.name);
    let actor = actor(peer);
    let tenant = match tenant {
        Some(tenant) => tenant,
        None => tenants::create(c, &slug, &name, Plan::Enterprise, now)?,
    };
    let scope = TenantScope::of_platform(tenant, actor.clone());
    let shown = origin_of(peer, origin, record);
    let home = Home {
        scope: &scope,
        label: &origin.label,
        origin: &shown,
        review: peer.policy == PeerPolicy::Review,
        passed_on: peer.reexport,
    };
    let new = there.is_none();
    let applied = put(c, home, there, ready, signed, origin, now)?;
    *room -= u64::from(new && applied.done);
    if applied.done && *scope.tenant().name != *name {
        tenants::rename(c, &actor, &slug, Some(name), now)?;
    }
    Ok(applied)
}

/// Who acts for a peer, for the record.
pub(super) fn actor(peer: &PeerRow) -> Actor {
    Actor::new(format!("peer:{}", peer.name), None)
}

/// Where a component comes from, as it is shown.
fn origin_of(peer: &PeerRow, origin: &Origin, record: &Record) -> String {
    let shown = Shown {
        instance: origin.instance.clone(),
        name: Some(origin.name.clone()),
        tenant_id: record.source_tenant_id.clone(),
        peer: Some(peer.name.clone()),
        vouched_by: origin.vouched.then(|| peer.instance.clone()),
    };
    serde_json::to_string(&shown).expect("an origin is JSON")
}

type There = Option<(ComponentRow, MirrorRow)>;

/// What there is of a component, under its present name or one that it had.
fn present(
    c: &mut Conn<'_>,
    origin: &Origin,
    tenant: Option<&Tenant>,
    record: &Record,
) -> ApiResult<Result<There, Refusal>> {
    let kind = record.component_type;
    let former: Vec<(String, &str)> = record
        .formerly
        .iter()
        .map(|name| (format!("{}@{}", name.source_tenant_id, origin.label), name.id.as_str()))
        .collect();
    let mut found = match tenant {
        Some(tenant) => mirror::holder(c, kind, tenant.id, &record.id)?,
        None => None,
    };
    for (tenant, id) in &former {
        if found.is_some() {
            break;
        }
        if let Some(tenant) = tenants::get(c, tenant)? {
            found = mirror::holder(c, kind, tenant.id, id)?;
        }
    }
    let Some(row) = found else { return Ok(Ok(None)) };
    let taken = || Ok(Err(Refusal::new("name_taken", "Its name is, or was, that of another component from there.")));
    let has = |tenant: &str, id: &str| *row.publisher_slug == *tenant && row.slug == id;
    let same = tenant.is_some_and(|tenant| has(&tenant.slug, &record.id));
    if !same && !former.iter().any(|(tenant, id)| has(tenant, id)) {
        return taken();
    }
    if let Some(reason) = takedown::taken_down(c, row.id)? {
        let message =
            format!("This marketplace has taken it down, and nothing is listed under its name again: {reason}");
        return Ok(Err(Refusal::new("taken_down", message)));
    }
    match store::mirror::find(c, row.id)? {
        Some(mirrored) if mirrored.origin == origin.id => Ok(Ok(Some((row, mirrored)))),
        _ => taken(),
    }
}

/// What a record says against what its origin has said before.
fn contradiction(
    c: &mut Conn<'_>,
    component: &ComponentRow,
    before: &MirrorRow,
    signed: &Verified<Record>,
) -> ApiResult<Option<Refusal>> {
    let record = &signed.document;
    if record.revision < before.revision {
        let message = format!(
            "The record is revision {}, and {} was here before: an older one was served again.",
            record.revision, before.revision
        );
        return Ok(Some(Refusal::new("rollback", message)));
    }
    if record.revision == before.revision && before.record != signed.envelope().to_bytes() {
        let message = format!(
            "Revision {} was another record before: its origin has signed two, or its key is somebody else's too.",
            record.revision
        );
        return Ok(Some(Refusal::new("equivocation", message)));
    }
    let held = mirror::held(c, component.id)?;
    let bundles = store::mirror::bundles(c, component.id)?;
    for version in &record.versions {
        let Some(has) = held.iter().find(|held| held.version == version.version) else { continue };
        let bundle = bundles.iter().find(|bundle| bundle.version == has.id);
        if has.digest != version.digest || bundle.is_some_and(|bundle| bundle.sha256 != version.bundle.sha256) {
            let message = format!(
                "Version {} has other content than before: a version never changes, so one of the two was not signed in good faith.",
                version.version
            );
            return Ok(Some(Refusal::new("version_changed", message).version(&version.version)));
        }
    }
    Ok(None)
}

/// Whether the peer's filters, as they are set here, let a component through.
fn wanted(filters: &FederationFilters, record: &Record) -> bool {
    let field = |name: &str| record.manifest.as_ref().and_then(|fields| fields.get(name));
    let category = field("category").and_then(Value::as_str).map(str::to_owned);
    let tags = field("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    filters::pass(filters, record.component_type, &Scope::new(category, tags))
}

/// The peer offers a component no more.
fn leave(c: &mut Conn<'_>, origin: &Origin, tale: &Tale, now: Timestamp) -> ApiResult<Applied> {
    let Some(kind) = tale.about.kind else { return Ok(Applied::default()) };
    let present = (tale.remote.as_str(), tale.about.id.as_str());
    let former = tale.formerly.iter().map(|name| (name.source_tenant_id.as_str(), name.id.as_str()));
    for (remote, id) in std::iter::once(present).chain(former) {
        if let Some(component) = store::mirror::by_remote(c, origin.id, kind, remote, id)? {
            let component = catalog::component(c, component)?;
            return set_apart(c, &component, now);
        }
    }
    Ok(Applied::default())
}

/// Withdraws a component without its origin's word, until the next record.
pub(super) fn set_apart(c: &mut Conn<'_>, component: &ComponentRow, now: Timestamp) -> ApiResult<Applied> {
    if component.status == Status::Withdrawn {
        return Ok(Applied::default());
    }
    mirror::withdraw(c, component, now)?;
    catalog::changes::gone(c, component, ChangeAction::Withdrawn, now)?;
    store::mirror::set_apart(c, component.id)?;
    catalog::index::reindex(c, component.id)?;
    Ok(Applied { changes: vec![Change::of(component)], done: true, refused: Vec::new() })
}

/// Writes what a tale says.
fn put(
    c: &mut Conn<'_>,
    home: Home<'_>,
    there: There,
    ready: &Ready,
    signed: &Verified<Record>,
    origin: &Origin,
    now: Timestamp,
) -> ApiResult<Applied> {
    let (tale, record) = (&ready.tale, &signed.document);
    let mut applied = Applied { done: true, ..Applied::default() };
    let held = match &there {
        Some((component, _)) => mirror::held(c, component.id)?,
        None => Vec::new(),
    };
    let known = there.as_ref().map(|(component, _)| component.id);
    let (arrivals, refused) = judged(c, home, known, ready, &held)?;
    applied.refused = refused;
    let mut arrivals = arrivals.into_iter();
    let component = if let Some((component, _)) = &there {
        if *component.publisher_slug != *home.scope.slug() || component.slug != record.id {
            applied.changes.extend(mirror::rename(c, home, component, &record.id, now)?);
        }
        component.id
    } else {
        let Some((arrival, findings, _)) = arrivals.next() else {
            return Ok(Applied { done: false, ..applied });
        };
        mirror::create(c, home, arrival, &findings, now)?
    };
    for (arrival, findings, version) in arrivals {
        match version {
            Some(version) => mirror::fill(c, home, component, version, arrival, &findings, now)?,
            None => mirror::add(c, home, component, arrival, &findings, now).map(|_| ())?,
        }
    }
    let reason = record.reason.clone().unwrap_or_else(|| "Its origin has put it in quarantine.".to_owned());
    let standing = match record.status {
        RecordStatus::Published => Standing::Published,
        RecordStatus::Withdrawn => Standing::Withdrawn,
        RecordStatus::Quarantined => Standing::Quarantined(reason.clone()),
    };
    let held_before = there.as_ref().and_then(|(_, mirrored)| mirrored.held.as_deref());
    let deprecated = record.deprecated.clone();
    let account = Account { standing, deprecated, versions: &ready.versions, held_before };
    let brought = mirror::bring(c, home, component, &account, now)?;
    applied.changes.extend(brought.changes);
    let row = store::mirror::Put {
        component,
        origin: origin.id,
        remote: &tale.remote,
        revision: record.revision,
        record: &signed.envelope().to_bytes(),
        held: (record.status == RecordStatus::Quarantined).then_some(reason.as_str()),
        incomplete: !ready.missing.is_empty(),
    };
    store::mirror::put(c, &row)?;
    for version in &record.versions {
        let Some((_, id)) = brought.versions.iter().find(|(number, _)| *number == version.version) else { continue };
        let bundle = tale.bundles.iter().find(|bundle| bundle.document.version == version.version);
        store::mirror::put_version(c, *id, component, &version.bundle)?;
        if let Some(bundle) = bundle {
            catalog::bundle::keep(c, *id, bundle)?;
        }
    }
    Ok(applied)
}

type Judged<'a> = Vec<(&'a Arrival, Vec<Finding>, Option<i64>)>;

/// Of the versions that came, those that nothing in the catalog speaks against, with what was found; the one that is shown
/// first. Of those whose content was missing, the key.
fn judged<'a>(
    c: &mut Conn<'_>,
    home: Home<'_>,
    component: Option<i64>,
    ready: &'a Ready,
    held: &[Held],
) -> ApiResult<(Judged<'a>, Vec<Refusal>)> {
    let tale = &ready.tale;
    let head = tale.record.as_ref().and_then(|record| record.document.head.as_deref());
    let (mut judged, mut refused) = (Vec::new(), Vec::new());
    for told in &ready.versions {
        let Some(arrival) = &told.arrival else { continue };
        let has = held.iter().find(|held| held.version == told.version);
        if has.is_some_and(|held| held.whole) {
            continue;
        }
        match mirror::check(c, home, component, arrival)? {
            Ok(findings) => judged.push((told, (arrival, findings, has.map(|held| held.id)))),
            Err(why) => refused.push(
                Refusal::new("checks_failed", format!("The automated checks refuse it: {why}"))
                    .version(&told.version)
                    .about(&tale.about)
                    .at(tale.sequence),
            ),
        }
    }
    judged.sort_by_key(|(told, _)| Some(told.version.as_str()) != head);
    Ok((judged.into_iter().map(|(_, judged)| judged).collect(), refused))
}

/// What a bundle that was fetched by itself brings.
pub(super) fn whole(record: &Record, bundle: &Verified<Bundle>, policy: &Arc<Policy>) -> Result<Arrival, Refusal> {
    super::feed::fits(record, bundle)?;
    let (tenant, id) = (record.source_tenant_id.as_str(), record.id.as_str());
    let number = &bundle.document.version;
    sound(Arrival::whole(bundle.document.clone(), tenant, id, policy)).map_err(|refusal| refusal.version(number))
}

/// Puts the content of a version in its place. Returns why not, if not.
pub(super) fn fill(
    c: &mut Conn<'_>,
    peer: &PeerRow,
    origin: &Origin,
    record: &Record,
    (component, version): (i64, i64),
    (arrival, bundle): (&Arrival, &Verified<Bundle>),
    now: Timestamp,
) -> ApiResult<Option<Refusal>> {
    let slug = format!("{}@{}", record.source_tenant_id, origin.label);
    let tenant = tenants::get(c, &slug)?.ok_or_else(ApiError::tenant_not_found)?;
    let scope = TenantScope::of_platform(tenant, actor(peer));
    let shown = origin_of(peer, origin, record);
    let review = peer.policy == PeerPolicy::Review;
    let home = Home { scope: &scope, label: &origin.label, origin: &shown, review, passed_on: peer.reexport };
    if mirror::held(c, component)?.iter().any(|held| held.id == version && held.whole) {
        return Ok(None);
    }
    match mirror::check(c, home, Some(component), arrival)? {
        Ok(findings) => {
            mirror::fill(c, home, component, version, arrival, &findings, now)?;
            catalog::bundle::keep(c, version, bundle)?;
            Ok(None)
        }
        Err(why) => Ok(Some(Refusal::new("checks_failed", format!("The automated checks refuse it: {why}")))),
    }
}

/// Takes a version back whose content is not what it should be, for good.
pub(super) fn reject(
    c: &mut Conn<'_>,
    peer: &PeerRow,
    version: i64,
    refusal: &Refusal,
    now: Timestamp,
) -> ApiResult<()> {
    store::refuse(c, peer.id, refusal, now)?;
    mirror::reject(c, version, actor(peer).as_str(), &refusal.message, now)
}
