//! Pulling: the walk along a peer's feed, by one node at a time. How far it came is written with the last of what it covers, so
//! that a walk that was cut off goes on there; what was applied before is applied again and changes nothing.
//!
//! Everything is bounded: what is read of an answer, how long it takes, how many pages follow one another before others have
//! their turn. What a peer sends beyond that waits.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use atom_marketplace_bundle::{Document as _, Envelope, KeySet, Record, Verified};
use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::peer::{PeerMirror, PeerStatus};
use futures_util::StreamExt as _;
use http::HeaderValue;
use serde_json::json;

use super::apply::{self, Applied, COMPONENTS_MAX, Ready};
use super::ask::encoded;
use super::feed::{self, Fault, Read, Reader, Tale};
use super::keys::{self, Origin};
use super::refusal::{About, Refusal};
use super::store::{self, PeerRow};
use crate::app::Marketplace;
use crate::audit::{self, Entry};
use crate::catalog::change::Change;
use crate::error::{ApiError, ApiResult};
use crate::instance;

/// Peers that are pulled from at once.
const AT_ONCE: usize = 4;
/// How long a node has a peer to itself without a sign of life.
const LEASE: Duration = Duration::from_mins(5);
/// When others have their turn.
const TURN: Duration = Duration::from_secs(10);
/// Entries on a page.
const PAGE_SIZE: u32 = 500;
/// Components applied in one transaction: writers wait for no more.
const BATCH: usize = 25;
/// Bundles that are fetched by themselves on one walk.
const FETCHES: usize = 200;
/// Components of which something is missing that are looked at again on one walk.
const INCOMPLETE: u32 = 50;
/// The longest pause after failures.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_hours(1);

impl Marketplace {
    /// Pulls from the peers that are due. For a job.
    pub async fn pull_from_peers(&self) -> Result<(), Error> {
        let now = self.now();
        let (due, lags) = self.db.read(move |c| Ok((store::due(c, now, 100)?, store::lags(c, now)?))).await?;
        self.metrics.note_peers(lags);
        let pulls = due.into_iter().map(|peer| {
            let m = self.clone();
            async move {
                if let Err(error) = pull(&m, peer).await {
                    tracing::warn!(peer, %error, "pulling from a peer failed");
                }
            }
        });
        futures_util::stream::iter(pulls).for_each_concurrent(AT_ONCE, |pull| pull).await;
        Ok(())
    }
}

/// How a walk ended that did not reach its end.
pub(super) enum Stop {
    /// It can be tried again, after this long at least.
    Later(String, Option<Duration>),
    /// Another node has taken over, or the peer is none any more.
    Lost,
    /// Of the database.
    Failed(ApiError),
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Pulls from one peer, unless another node does.
async fn pull(m: &Marketplace, id: i64) -> ApiResult<()> {
    let (now, node) = (m.now(), m.instance.clone());
    let leased =
        m.db.write(move |c| {
            let leased = store::lease(c, id, &node, now, now.plus(LEASE))?;
            leased.then(|| store::by_key(c, id)).transpose()
        })
        .await?;
    let Some(peer) = leased else { return Ok(()) };
    let walk = Walk { m, peer: &peer, node: &m.instance };
    let walked = if peer.deleted { walk.clear().await } else { walk.run().await };
    let (current, error, pause) = match walked {
        Ok(true) => (true, None, None),
        // There is more: once others have had their turn.
        Ok(false) => (false, None, Some(Duration::ZERO)),
        Err(Stop::Later(why, pause)) => (false, Some(why), pause),
        Err(Stop::Lost) => return Ok(()),
        Err(Stop::Failed(error)) => (false, Some(error.message.clone()), None),
    };
    let failures = if error.is_some() { peer.failures + 1 } else { 0 };
    let usual = jitter(peer.schedule);
    let pause = match pause {
        Some(pause) => pause,
        None if failures > 0 => usual.max(LONGEST_PAUSE.min(Duration::from_secs(5) * (1 << failures.min(10)))),
        None => usual,
    };
    if let Some(error) = &error {
        tracing::warn!(peer = peer.name, error, failures, "a peer could not be pulled from");
    }
    let (now, node) = (m.now(), m.instance.clone());
    let outcome = store::Outcome { error, failures, due_at: now.plus(pause), current };
    m.db.write(move |c| {
        store::trim_refusals(c, id)?;
        store::release(c, id, &node, &outcome, now)
    })
    .await?;
    Ok(())
}

/// About a tenth more or less, so that instances that were started together do not go on asking together.
fn jitter(schedule: Duration) -> Duration {
    let mut byte = [0];
    getrandom::fill(&mut byte).expect("the system has randomness");
    schedule.mul_f64(0.9 + f64::from(byte[0]) / 255.0 * 0.2)
}

/// One walk along a peer's feed.
pub(super) struct Walk<'a> {
    pub(super) m: &'a Marketplace,
    pub(super) peer: &'a PeerRow,
    pub(super) node: &'a str,
}

impl Walk<'_> {
    /// Walks until there is nothing more (true), or until others have their turn.
    async fn run(&self) -> Result<bool, Stop> {
        let key = self.key()?;
        let own = instance::id(self.m).await?;
        self.follow(&own).await?;
        self.subscribe(&key).await?;
        let until = self.m.now().plus(TURN);
        let mut place = Place {
            cursor: self.peer.cursor.clone(),
            sequence: self.peer.sequence,
            head: self.peer.head,
            fetches: FETCHES,
        };
        loop {
            let more = self.page(&own, &key, &mut place).await?;
            if !more {
                self.complete_some(&own, &key, &mut place).await?;
                self.tell(&key).await?;
                return Ok(true);
            }
            if self.m.now() >= until {
                return Ok(false);
            }
        }
    }

    /// Asks who it is, and follows its keys as far as they follow from those that are pinned.
    async fn follow(&self, own: &str) -> Result<(), Stop> {
        let shown = super::key_set(&self.m.outbound, &self.peer.base_url).await;
        let shown: KeySet = shown.map_err(|why| Stop::Later(why, None))?;
        if shown.instance.id != self.peer.instance {
            let why = format!("{} answers as the instance {}", self.peer.base_url, shown.instance.id);
            return Err(self.suspect(Refusal::new("other_instance", why)).await);
        }
        let (now, peer, own) = (self.m.now(), self.peer.clone(), own.to_owned());
        self.m
            .db
            .write(move |c| {
                for refusal in keys::follow(c, &peer, &own, &shown, now)? {
                    store::refuse(c, peer.id, &refusal, now)?;
                }
                Ok::<_, Error>(())
            })
            .await?;
        Ok(())
    }

    /// Takes nothing more from a peer that contradicts itself, until an admin has looked.
    pub(super) async fn suspect(&self, refusal: Refusal) -> Stop {
        let (now, peer) = (self.m.now(), self.peer.clone());
        let why = refusal.message.clone();
        let noted = self.m.db.write(move |c| {
            store::refuse(c, peer.id, &refusal, now)?;
            store::suspect(c, peer.id, &refusal.message, now)?;
            let details = json!({ "name": peer.name, "code": refusal.code, "reason": refusal.message });
            let (actor, target) = (apply::actor(&peer), format!("peer:{}", peer.uid));
            audit::record(c, &Entry { actor: &actor, tenant: None, action: "peer.suspect", target, details }, now)
        });
        match noted.await {
            Ok(()) => Stop::Later(why, None),
            Err(error) => error.into(),
        }
    }

    /// Notes why a page is of no use.
    async fn refuse(&self, refusal: Refusal) -> Stop {
        let (now, peer, why) = (self.m.now(), self.peer.id, refusal.message.clone());
        match self.m.db.write(move |c| store::refuse(c, peer, &refusal, now)).await {
            Ok(()) => Stop::Later(why, None),
            Err(error) => error.into(),
        }
    }

    /// Takes one page. True: there is more.
    async fn page(&self, own: &str, key: &HeaderValue, place: &mut Place) -> Result<bool, Stop> {
        let include = if self.peer.keeps() == PeerMirror::All { "&include=bundles" } else { "" };
        let cursor = place.cursor.as_deref().map(|cursor| format!("&cursor={}", encoded(cursor))).unwrap_or_default();
        let below = format!("/api/federation/v1/changes?page_size={PAGE_SIZE}{include}{cursor}");
        let answer = self.get(key, &below, "application/x-ndjson", feed::READ_MAX).await?;
        let reader = self.reader(own, place).await?;
        let (reader, read) = tokio::task::spawn_blocking(move || {
            let read = reader.read(&answer.body);
            (reader, read)
        })
        .await
        .map_err(ApiError::internal)?;
        let read = match read {
            Ok(read) => read,
            Err(Fault::Page(refusal)) => return Err(self.refuse(refusal).await),
            Err(Fault::Contradiction(refusal)) => return Err(self.suspect(refusal).await),
        };
        if read.more && read.to == place.sequence {
            let why = format!("Its feed does not go on behind {}.", place.sequence);
            return Err(self.refuse(Refusal::new("no_progress", why)).await);
        }
        let Read { to, head, cursor, more, told, refused } = read;
        let told = self.prepare(told).await?;
        let told = self.complete(&reader, key, told, &mut place.fetches).await?;
        let progress = Progress { cursor, to, head };
        self.apply(&reader.origins, told, refused, Some(&progress)).await?;
        (place.sequence, place.head, place.cursor) = (to, head, Some(progress.cursor));
        Ok(more)
    }

    /// What is known before a page is read.
    pub(super) async fn reader(&self, own: &str, place: &Place) -> Result<Reader, Stop> {
        let (id, instance, own, now) = (self.peer.id, self.peer.instance.clone(), own.to_owned(), self.m.now());
        let (after, head) = (place.sequence, place.head);
        let reader = self.m.db.read(move |c| {
            let origins = store::origins(c, id)?;
            let mut direct = BTreeSet::new();
            for origin in origins.iter().filter(|origin| origin.vouched) {
                if !store::of_instance(c, &origin.instance)?.is_empty() {
                    direct.insert(origin.instance.clone());
                }
            }
            Ok::<_, Error>(Reader { instance: instance.clone(), own: own.clone(), origins, direct, after, head, now })
        });
        Ok(reader.await?)
    }

    /// Works out what is stored of what was told.
    async fn prepare(&self, told: Vec<Tale>) -> Result<Vec<Ready>, Stop> {
        let names: Vec<_> = told.iter().map(Names::of).collect();
        let outlines = self.peer.keeps() == PeerMirror::Metadata;
        let here = self.m.db.read(move |c| {
            let here = names.iter().map(|names| match names.component(c)? {
                Some(component) => store::mirror::versions_here(c, component, outlines),
                None => Ok(Vec::new()),
            });
            here.collect::<Result<Vec<_>, Error>>()
        });
        let (here, how, policy) = (here.await?, self.peer.keeps(), self.m.checks.clone());
        // Megabytes are hashed and searched through.
        let ready = tokio::task::spawn_blocking(move || {
            let told = told.into_iter().zip(here);
            told.map(|(tale, here)| apply::prepare(tale, &here, how, &policy)).collect()
        });
        Ok(ready.await.map_err(ApiError::internal)?)
    }

    /// Fetches the bundles that ought to be here and did not come, as many as there is time for.
    async fn complete(
        &self,
        reader: &Reader,
        key: &HeaderValue,
        mut told: Vec<Ready>,
        fetches: &mut usize,
    ) -> Result<Vec<Ready>, Stop> {
        for ready in &mut told {
            let Some(record) = ready.tale.record.clone() else { continue };
            let mut bundles = Vec::new();
            for version in std::mem::take(&mut ready.missing) {
                if *fetches == 0 {
                    ready.missing.push(version);
                    continue;
                }
                *fetches -= 1;
                match self.bundle(reader, key, &ready.tale, &record.document, &version).await {
                    Ok(bundle) => bundles.push(bundle),
                    Err(Stop::Later(why, _)) => {
                        let why = format!("Its content could not be fetched: {why}. That is tried again.");
                        let refusal = Refusal::new("content_missing", why).version(&version);
                        ready.refused.push(refusal.about(&ready.tale.about).at(ready.tale.sequence));
                        ready.missing.push(version);
                    }
                    Err(stop) => return Err(stop),
                }
            }
            if !bundles.is_empty() {
                let policy = self.m.checks.clone();
                ready.add(bundles, &policy);
            }
        }
        Ok(told)
    }

    /// Applies a page in transactions of a few components; the last one says how far the walk has come.
    async fn apply(
        &self,
        origins: &[Origin],
        told: Vec<Ready>,
        refused: Vec<Refusal>,
        progress: Option<&Progress>,
    ) -> Result<(), Stop> {
        let batches: Vec<Arc<Vec<Ready>>> = batches(told).into_iter().map(Arc::new).collect();
        let count = batches.len();
        let refused = Arc::new(refused);
        for (at, batch) in batches.into_iter().enumerate() {
            let last = progress.filter(|_| at + 1 == count).map(|progress| (progress.clone(), refused.clone()));
            let (id, node, origins) = (self.peer.id, self.node.to_owned(), origins.to_vec());
            let now = self.m.now();
            let done = self.m.db.write(move |c| apply_batch(c, (id, &node), &origins, &batch, last.as_ref(), now));
            let Some(changes) = done.await? else { return Err(Stop::Lost) };
            for change in changes {
                self.m.catalog_changed(change);
            }
        }
        Ok(())
    }

    /// Tries again to fetch what is missing of components whose records were applied.
    async fn complete_some(&self, own: &str, key: &HeaderValue, place: &mut Place) -> Result<(), Stop> {
        if self.peer.keeps() != PeerMirror::All {
            return Ok(());
        }
        let (id, reader) = (self.peer.id, self.reader(own, place).await?);
        let rows = self.m.db.read(move |c| store::mirror::incomplete(c, id, INCOMPLETE)).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let ring = keys::ring(&reader.origins);
        let told = rows.into_iter().filter_map(|row| {
            let envelope = Envelope::parse(&row.record, Record::LIMIT).ok()?;
            let record: Verified<Record> = ring.verify(&envelope).ok()?;
            let document = &record.document;
            let about = About {
                instance: document.instance.clone(),
                kind: Some(document.component_type),
                tenant: document.source_tenant_id.clone(),
                id: document.id.clone(),
                version: String::new(),
            };
            let (origin, remote) = (row.origin, row.remote);
            let (sequence, record) = (place.sequence, Some(record));
            Some(Tale {
                sequence,
                about,
                origin,
                remote,
                formerly: Vec::new(),
                gone: false,
                record,
                bundles: Vec::new(),
            })
        });
        let told = self.prepare(told.collect()).await?;
        let told = self.complete(&reader, key, told, &mut place.fetches).await?;
        self.apply(&reader.origins, told, Vec::new(), None).await
    }

    /// Withdraws what came from a peer that was deleted. True: there is nothing more.
    async fn clear(&self) -> Result<bool, Stop> {
        let (id, now) = (self.peer.id, self.m.now());
        let changes = self.m.db.write(move |c| {
            let mut changes = Vec::new();
            for component in store::mirror::remaining(c, id, BATCH as u32)? {
                let component = crate::catalog::component(c, component)?;
                changes.extend(apply::set_apart(c, &component, now)?.changes);
            }
            Ok::<_, ApiError>(changes)
        });
        let changes = changes.await?;
        let done = changes.is_empty();
        for change in changes {
            self.m.catalog_changed(change);
        }
        Ok(done)
    }
}

/// By what the peer knows a component, or knew it.
struct Names {
    origin: i64,
    kind: Option<Kind>,
    all: Vec<(String, String)>,
}

impl Names {
    fn of(tale: &Tale) -> Self {
        let mut all = vec![(tale.remote.clone(), tale.about.id.clone())];
        let record = tale.record.as_ref().map(|record| &record.document);
        let former = record.into_iter().flat_map(|record| &record.formerly);
        all.extend(former.map(|name| (name.source_tenant_id.clone(), name.id.clone())));
        Self { origin: tale.origin, kind: tale.about.kind, all }
    }

    fn component(&self, c: &mut Conn<'_>) -> Result<Option<i64>, Error> {
        let Some(kind) = self.kind else { return Ok(None) };
        for (remote, id) in &self.all {
            if let Some(found) = store::mirror::by_remote(c, self.origin, kind, remote, id)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// Where a walk stands.
pub(super) struct Place {
    pub(super) cursor: Option<String>,
    pub(super) sequence: u64,
    pub(super) head: u64,
    /// Bundles that may still be fetched by themselves.
    pub(super) fetches: usize,
}

/// How far a page brings it.
#[derive(Clone, Debug)]
struct Progress {
    cursor: String,
    to: u64,
    head: u64,
}

/// What is applied together; one batch at least, since the walk goes on behind an empty page too.
fn batches(told: Vec<Ready>) -> Vec<Vec<Ready>> {
    let mut batches = vec![Vec::new()];
    for ready in told {
        if batches.last().is_some_and(|batch| batch.len() == BATCH) {
            batches.push(Vec::new());
        }
        batches.last_mut().expect("never empty").push(ready);
    }
    batches
}

/// Applies some components. None: the peer is another node's by now, or nobody's.
fn apply_batch(
    c: &mut Conn<'_>,
    (id, node): (i64, &str),
    origins: &[Origin],
    batch: &[Ready],
    last: Option<&(Progress, Arc<Vec<Refusal>>)>,
    now: Timestamp,
) -> ApiResult<Option<Vec<Change>>> {
    let peer = store::by_key(c, id)?;
    let until = now.plus(LEASE);
    if peer.deleted || peer.status != PeerStatus::Active || !store::lease(c, id, node, now, until)? {
        return Ok(None);
    }
    let (mut changes, mut applied, mut refused) = (Vec::new(), 0, 0);
    let mut room = COMPONENTS_MAX.saturating_sub(store::mirror::count(c, id)?);
    let mut refuse = |c: &mut Conn<'_>, refusals: &[Refusal]| -> Result<(), Error> {
        refused += refusals.len();
        refusals.iter().try_for_each(|refusal| store::refuse(c, id, refusal, now))
    };
    for ready in batch {
        let Some(origin) = origins.iter().find(|origin| origin.id == ready.tale.origin) else { continue };
        let Applied { changes: seen, refused, done: new } = apply::apply(c, &peer, origin, ready, &mut room, now)?;
        refuse(c, &ready.refused)?;
        refuse(c, &refused)?;
        changes.extend(seen);
        applied += usize::from(new);
    }
    if let Some((progress, refused)) = last {
        refuse(c, refused)?;
        let Progress { cursor, to, head } = progress;
        if !store::advance(c, id, node, cursor, (*to, *head), until)? {
            return Ok(None);
        }
    }
    if applied > 0 || refused > 0 {
        let details = json!({ "name": peer.name, "applied": applied, "refused": refused, "sequence": last.map(|(progress, _)| progress.to) });
        let (actor, target) = (apply::actor(&peer), format!("peer:{}", peer.uid));
        audit::record(c, &Entry { actor: &actor, tenant: None, action: "peer.apply", target, details }, now)?;
    }
    Ok(Some(changes))
}
