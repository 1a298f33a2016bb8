//! Peers: instances whose public catalog is pulled from. Who they are is pinned when they are paired, by keys that a person can
//! compare; what they say is believed only as far as it is signed by whoever published it.
//!
//! - [`keys`] pins keys and follows their rotation; [`feed`] reads a page of a peer's feed and holds it against them;
//!   [`apply`] makes what is left part of the catalog; [`pull`] walks the feed, a page in a transaction.
//! - Nothing is stored before it is verified, and what is refused is listed with its reason and stops nothing else.
//! - A peer that contradicts itself is not pulled from until an admin has looked.

mod api;
mod apply;
mod ask;
mod feed;
mod fetch;
mod keys;
mod pull;
mod refusal;
mod store;

pub(super) use keys::vouched;
pub(super) use store::mirror::{passed_on as record, tenant_of};

use std::time::Duration;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::error::{Code, FieldError};
use atom_marketplace_protocol::federation::FederationFilters;
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::peer::{
    Peer, PeerCreate, PeerInstance, PeerMirror, PeerPolicy, PeerProbe, PeerRefusal, PeerStatus, PeerUpdate,
    SCHEDULE_DEFAULT, SCHEDULE_MAX, SCHEDULE_MIN,
};
use atom_marketplace_protocol::token::{self, CredentialKind};
use serde_json::{Value, json};

use super::filters;
use crate::app::Marketplace;
use crate::audit::{self, Actor, Entry};
use crate::error::{ApiError, ApiResult};
use crate::http::ApiRoutes;
use crate::instance;
use crate::outbound::{Outbound, Request, Target};
use crate::paging::Window;
use crate::seal::Sealer;

use atom_marketplace_bundle::{Envelope, Event, Fingerprint, KeyRing, KeySet, PublicKey};
use store::PeerRow;

/// Routes.
pub(super) fn routes() -> ApiRoutes {
    api::routes()
}

/// Where an instance says who it is.
const WELL_KNOWN: &str = "/.well-known/atom-federation";
/// Bytes of that.
const WELL_KNOWN_MAX: usize = 256 << 10;

/// What a federation key is sealed for.
fn context(uid: &str) -> String {
    format!("peer:{uid}")
}

/// The root of an instance from what people enter.
fn base_url(outbound: &Outbound, url: &str) -> Result<String, FieldError> {
    let wrong = |why: String| FieldError::new("base_url", why);
    let url = url.trim().trim_end_matches('/');
    let url = url.strip_suffix("/api/federation").or_else(|| url.strip_suffix("/api")).unwrap_or(url);
    if url.contains(['?', '#']) {
        return Err(wrong("It is the root of an instance: no `?` and no `#`.".to_owned()));
    }
    let target = outbound.check(url).map_err(|refusal| wrong(format!("It cannot be reached: {refusal}.")))?;
    Ok(target.url().trim_end_matches('/').to_owned())
}

/// A place of an instance.
fn target(outbound: &Outbound, base: &str, below: &str) -> Result<Target, crate::outbound::Error> {
    Ok(outbound.check(&format!("{base}{below}"))?)
}

/// What an instance says of itself.
async fn key_set(outbound: &Outbound, base: &str) -> Result<KeySet, String> {
    let target = target(outbound, base, WELL_KNOWN).map_err(|error| error.to_string())?;
    let request = Request::get(target).answer_max(WELL_KNOWN_MAX);
    let answer = outbound.send(request).await.map_err(|error| error.to_string())?;
    if answer.status != http::StatusCode::OK {
        return Err(format!("{WELL_KNOWN} answers {}, so there is no marketplace that federates", answer.status));
    }
    if answer.truncated {
        return Err(format!("{WELL_KNOWN} is larger than {} KiB", WELL_KNOWN_MAX >> 10));
    }
    KeySet::parse(&answer.body).map_err(|refusal| format!("what it says of itself is refused: {refusal}"))
}

/// Asks an instance who it is, as an error of the field that names it.
async fn ask(m: &Marketplace, base: &str) -> ApiResult<KeySet> {
    let found = key_set(&m.outbound, base).await;
    let found = found.map_err(|why| ApiError::field("base_url", format!("{base} cannot be paired with: {why}.")))?;
    if *found.instance.id == *instance::id(m).await? {
        return Err(ApiError::conflict("That is this instance itself."));
    }
    Ok(found)
}

/// Who an instance says it is.
async fn probe(m: &Marketplace, url: &str) -> ApiResult<PeerProbe> {
    let base_url = base_url(&m.outbound, url).map_err(|wrong| ApiError::invalid(vec![wrong]))?;
    let found = ask(m, &base_url).await?;
    let fingerprint = present(&found);
    Ok(PeerProbe { base_url, instance: PeerInstance { id: found.instance.id, name: found.instance.name }, fingerprint })
}

/// What a new peer is to be, checked.
#[derive(Clone, Debug)]
struct NewPeer {
    request: PeerCreate,
    base_url: String,
    filters: FederationFilters,
}

fn new_peer(outbound: &Outbound, request: PeerCreate) -> ApiResult<NewPeer> {
    let mut wrong = Vec::new();
    if let Err(why) = ids::check_peer_name(&request.name) {
        wrong.push(FieldError::new("name", why));
    }
    let base_url = base_url(outbound, &request.base_url).unwrap_or_else(|why| {
        wrong.push(why);
        String::new()
    });
    check_key(&request.key, &mut wrong);
    check_schedule(request.schedule_seconds, &mut wrong);
    let filters = filters::checked(&request.filters.clone().unwrap_or_default(), &mut wrong);
    if wrong.is_empty() { Ok(NewPeer { request, base_url, filters }) } else { Err(ApiError::invalid(wrong)) }
}

fn check_key(key: &str, wrong: &mut Vec<FieldError>) {
    if !token::well_formed(CredentialKind::FederationKey, key) {
        wrong.push(FieldError::new("key", "This is no federation key: the peer's operator makes one, `sk-fed-…`."));
    }
}

fn check_schedule(seconds: Option<u32>, wrong: &mut Vec<FieldError>) {
    if seconds.is_some_and(|seconds| !(SCHEDULE_MIN..=SCHEDULE_MAX).contains(&seconds)) {
        wrong.push(FieldError::new("schedule_seconds", format!("It is {SCHEDULE_MIN} to {SCHEDULE_MAX}.")));
    }
}

/// The fingerprint of the key that an instance signs with at present.
fn present(found: &KeySet) -> String {
    found.present().map(|key| key.fingerprint.to_string()).unwrap_or_default()
}

/// Refuses a fingerprint that is not the one the instance shows.
fn check_fingerprint(found: &KeySet, fingerprint: &str) -> ApiResult<()> {
    let wanted: Fingerprint =
        fingerprint.parse().map_err(|refusal| ApiError::field("fingerprint", format!("{refusal}.")))?;
    let shown = present(found);
    if shown == wanted.to_string() {
        return Ok(());
    }
    Err(ApiError::field(
        "fingerprint",
        format!("The instance shows {shown}. Unless its operator says that this is right, somebody is in between."),
    ))
}

/// Pairs with an instance: pins the keys that it shows.
fn create(
    c: &mut Conn<'_>,
    actor: &Actor,
    sealer: &Sealer,
    new: &NewPeer,
    found: &KeySet,
    now: Timestamp,
) -> ApiResult<Peer> {
    let request = &new.request;
    match store::by_name(c, &request.name)? {
        Some(before) if !before.deleted => {
            return Err(ApiError::conflict(format!("There is a peer `{}` already.", request.name)));
        }
        Some(before) if before.instance != found.instance.id => {
            return Err(ApiError::conflict(format!(
                "`{}` was another instance, and what came from it is still named after it: choose another name.",
                request.name
            )));
        }
        None if store::label_taken(c, &request.name)? => {
            return Err(ApiError::conflict(format!("Tenants `…@{}` come from another peer.", request.name)));
        }
        _ => {}
    }
    if let Some(same) = store::of_instance(c, &found.instance.id)?.first() {
        return Err(ApiError::conflict(format!("That instance is the peer `{}` already.", same.name)));
    }
    let uid = ids::new_id("peer");
    let row = store::New {
        uid: &uid,
        name: &request.name,
        base_url: &new.base_url,
        key: &sealer.seal(&context(&uid), request.key.as_bytes()),
        instance: &found.instance.id,
        policy: request.policy.unwrap_or(PeerPolicy::Publish),
        mirror: request.mirror.unwrap_or(PeerMirror::All),
        filters: &new.filters,
        reexport: request.reexport.unwrap_or(false),
        share_totals: request.share_totals.unwrap_or(false),
        schedule: request.schedule_seconds.unwrap_or(SCHEDULE_DEFAULT),
    };
    let peer = store::insert(c, &row, now)?;
    keys::pin(c, peer, &request.name, found, now)?;
    let details = json!({
        "name": request.name, "base_url": new.base_url, "instance": found.instance.id, "fingerprint": present(found),
        "policy": row.policy, "mirror": row.mirror, "filters": new.filters, "reexport": row.reexport, "share_totals": row.share_totals,
    });
    note(c, actor, "peer.create", &uid, details, now)?;
    get(c, &uid)
}

fn found(c: &mut Conn<'_>, uid: &str) -> ApiResult<PeerRow> {
    store::find(c, uid)?.ok_or_else(|| ApiError::not_found("peer"))
}

/// One peer.
fn get(c: &mut Conn<'_>, uid: &str) -> ApiResult<Peer> {
    Ok(found(c, uid)?.shown(c)?)
}

/// Peers in the order they were paired, and how many there are.
fn list(c: &mut Conn<'_>, window: Window<i64>) -> Result<(Vec<(i64, Peer)>, u64), Error> {
    let rows = store::list(c, window)?;
    let peers = rows.into_iter().map(|row| Ok((row.id, row.shown(c)?))).collect::<Result<_, Error>>()?;
    Ok((peers, store::count(c)?))
}

/// What to change of a peer, checked as far as it can be without the database.
#[derive(Clone, Debug)]
struct Change {
    update: PeerUpdate,
    base_url: Option<String>,
    filters: Option<FederationFilters>,
}

fn change(outbound: &Outbound, update: PeerUpdate) -> ApiResult<Change> {
    let mut wrong = Vec::new();
    let base_url = update.base_url.as_deref().and_then(|url| match base_url(outbound, url) {
        Ok(url) => Some(url),
        Err(why) => {
            wrong.push(why);
            None
        }
    });
    if let Some(key) = &update.key {
        check_key(key, &mut wrong);
    }
    check_schedule(update.schedule_seconds, &mut wrong);
    if update.status == Some(PeerStatus::Suspect) {
        wrong.push(FieldError::new(
            "status",
            "Only a peer's own contradictions make it suspect: send `paused` or `active`.",
        ));
    }
    let filters = update.filters.as_ref().map(|filters| filters::checked(filters, &mut wrong));
    if wrong.is_empty() { Ok(Change { update, base_url, filters }) } else { Err(ApiError::invalid(wrong)) }
}

impl Change {
    /// What the instance shows now, where the change needs to know.
    async fn ask(&self, m: &Marketplace, uid: &str) -> ApiResult<Option<KeySet>> {
        if self.base_url.is_none() && self.update.fingerprint.is_none() {
            return Ok(None);
        }
        let uid = uid.to_owned();
        let row = m.db.read(move |c| found(c, &uid)).await?;
        let shown = ask(m, self.base_url.as_deref().unwrap_or(&row.base_url)).await?;
        if shown.instance.id != row.instance {
            return Err(ApiError::conflict(format!(
                "The instance there is {}, not {}: pair with it as a peer of its own.",
                shown.instance.id, row.instance
            )));
        }
        if let Some(fingerprint) = &self.update.fingerprint {
            check_fingerprint(&shown, fingerprint)?;
        }
        Ok(Some(shown))
    }
}

/// Changes a peer. `shown` is what the instance says of itself, where the change asked for it.
fn update(
    c: &mut Conn<'_>,
    actor: &Actor,
    sealer: &Sealer,
    uid: &str,
    change: &Change,
    shown: Option<&KeySet>,
    now: Timestamp,
) -> ApiResult<Peer> {
    let before = found(c, uid)?;
    let (mut row, update) = (before.clone(), &change.update);
    if let Some(url) = &change.base_url {
        row.base_url.clone_from(url);
    }
    if let Some(key) = &update.key {
        row.key = sealer.seal(&context(uid), key.as_bytes());
    }
    row.policy = update.policy.unwrap_or(row.policy);
    row.mirror = update.mirror.unwrap_or(row.mirror);
    row.reexport = update.reexport.unwrap_or(row.reexport);
    row.share_totals = update.share_totals.unwrap_or(row.share_totals);
    row.schedule = update.schedule_seconds.map_or(row.schedule, |seconds| Duration::from_secs(seconds.into()));
    if let Some(filters) = change.filters.as_ref().filter(|filters| **filters != row.filters) {
        row.filters = filters.clone();
        // What was left out so far is behind us in the feed.
        (row.cursor, row.sequence) = (None, 0);
    }
    if let Some(status) = update.status {
        if row.status == PeerStatus::Suspect && status == PeerStatus::Active {
            // What it says now is the truth, also where it said something later before.
            (row.cursor, row.sequence, row.head) = (None, 0, 0);
            store::mirror::forget_revisions(c, row.id, &row.instance)?;
        }
        (row.status, row.status_reason) = (status, None);
    }
    row.due_at = now;
    row.error = None;
    store::update(c, &row, now)?;
    if row.reexport != before.reexport {
        store::mirror::log_all(c, row.id, now)?;
    }
    if let (Some(shown), Some(_)) = (shown, &update.fingerprint) {
        keys::pin_anew(c, row.id, shown, now)?;
    }
    let details = json!({
        "base_url": row.base_url, "new_key": update.key.is_some(), "pinned": update.fingerprint, "policy": row.policy,
        "mirror": row.mirror, "filters": row.filters, "reexport": row.reexport, "share_totals": row.share_totals,
        "schedule_seconds": row.schedule.as_secs(), "status": row.status, "status_before": before.status,
    });
    note(c, actor, "peer.update", uid, details, now)?;
    get(c, uid)
}

/// Ends a peer. What came from it is withdrawn, bit by bit, by the job that pulls.
fn delete(c: &mut Conn<'_>, actor: &Actor, uid: &str, now: Timestamp) -> ApiResult<()> {
    let row = found(c, uid)?;
    store::delete(c, row.id, now)?;
    note(c, actor, "peer.delete", uid, json!({ "name": row.name, "instance": row.instance }), now)
}

/// Pulls from a peer as soon as a node has time.
fn sync(c: &mut Conn<'_>, actor: &Actor, uid: &str, now: Timestamp) -> ApiResult<Peer> {
    let row = found(c, uid)?;
    if row.status != PeerStatus::Active {
        let why = row.status_reason.map(|why| format!(" ({why})")).unwrap_or_default();
        let message = format!("The peer is {}{why}: make it active first.", row.status);
        return Err(ApiError::conflict(message));
    }
    store::make_due(c, row.id, now)?;
    note(c, actor, "peer.sync", uid, json!({ "name": row.name }), now)?;
    get(c, uid)
}

/// How old a hint may be, or how far ahead of our clock.
const HINT_AGE: Duration = Duration::from_mins(5);

/// Hears from a peer that its feed has grown, once.
async fn hear(m: &Marketplace, envelope: Envelope) -> ApiResult<()> {
    let refuse = |why: String| {
        let message = format!("The event is refused: {why}.");
        ApiError::new(Code::WebhookVerificationFailed, message)
    };
    let keyid = envelope.signatures.first().map(|signature| signature.keyid.clone()).unwrap_or_default();
    let keys = m.db.read(move |c| store::keys_named(c, &keyid)).await.map_err(ApiError::from)?;
    let mut ring = KeyRing::default();
    for (instance, key) in &keys {
        ring.add(instance, PublicKey::from_bytes(key).map_err(ApiError::internal)?);
    }
    let event: Event = ring.verify(&envelope).map_err(|reason| refuse(reason.to_string()))?.document;
    let now = m.now();
    let at: Timestamp = event.at.parse().map_err(|_| refuse("its time cannot be read".to_owned()))?;
    if now.since(at).max(at.since(now)) > HINT_AGE {
        return Err(refuse(format!("it was sent at {}, more than five minutes from now", event.at)));
    }
    let hear = move |c: &mut Conn<'_>| {
        if store::note_hint(c, &event.id, now, now.minus(HINT_AGE * 3))? {
            store::hint(c, &event.instance, event.sequence, now)?;
        }
        Ok::<_, Error>(())
    };
    m.db.write(hear).await.map_err(ApiError::from)
}

/// What was refused of a peer, the latest first.
fn refusals(c: &mut Conn<'_>, uid: &str, window: &Window<(i64, i64)>) -> ApiResult<Page<PeerRefusal>> {
    let row = found(c, uid)?;
    let rows = store::refusals(c, row.id, window)?;
    let total = store::count_refusals(c, row.id)?;
    Ok(window.page(rows, total, |row| row.0, |row| row.1))
}

/// The record of what was done to a peer.
fn note(
    c: &mut Conn<'_>,
    actor: &Actor,
    action: &'static str,
    uid: &str,
    details: Value,
    now: Timestamp,
) -> ApiResult<()> {
    let target = format!("peer:{uid}");
    Ok(audit::record(c, &Entry { actor, tenant: None, action, target, details }, now)?)
}
