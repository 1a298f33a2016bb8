//! Content that is fetched when somebody asks for it: of components of which only what lists and details show is kept.

use atom_marketplace_bundle::{Document as _, Envelope, Record, Verified};
use atom_marketplace_db::Error;
use atom_marketplace_protocol::peer::PeerStatus;

use super::apply;
use super::feed::Tale;
use super::keys;
use super::pull::{Place, Stop, Walk};
use super::refusal::{About, Refusal};
use super::store;
use crate::app::Marketplace;
use crate::catalog::change::Change;
use crate::error::{ApiError, ApiResult};
use crate::instance;

/// How often a verb is tried with more of the content that it needs.
const ROUNDS: usize = 8;
/// Seconds after which a peer that was away is asked again.
const AGAIN: u64 = 30;

impl Marketplace {
    /// Runs a verb; where it needs content that another instance has, fetches that, and runs it again.
    pub(crate) async fn with_content<T, F, R>(&self, run: F) -> ApiResult<T>
    where
        F: Fn() -> R,
        R: Future<Output = ApiResult<T>>,
    {
        for _ in 0..ROUNDS {
            match run().await {
                Err(ApiError { lacking: Some(lacking), .. }) => {
                    for version in lacking.0 {
                        fetch(self, version).await?;
                    }
                }
                done => return done,
            }
        }
        run().await
    }
}

/// Fetches the content of a version, verifies it, and puts it in its place.
async fn fetch(m: &Marketplace, version: i64) -> ApiResult<()> {
    let wanted = m.db.read(move |c| store::mirror::wanted(c, version)).await?;
    let Some(wanted) = wanted else { return Ok(()) };
    let (component, number) = (wanted.component, wanted.version);
    let peer = m.db.read(move |c| store::by_key(c, wanted.peer)).await?;
    let away = |why: String| {
        ApiError::unavailable(format!("Its content could not be fetched from {}: {why}.", peer.name), AGAIN)
    };
    if peer.deleted || peer.status != PeerStatus::Active {
        return Err(away("nothing is pulled from there at present".to_owned()));
    }
    let stopped = |stop: Stop| match stop {
        Stop::Later(why, _) => away(why),
        Stop::Lost => away("it is no peer any more".to_owned()),
        Stop::Failed(error) => error,
    };
    let walk = Walk { m, peer: &peer, node: &m.instance };
    let place = Place { cursor: None, sequence: peer.sequence, head: peer.head, fetches: 1 };
    let own = instance::id(m).await?;
    let reader = walk.reader(&own, &place).await.map_err(stopped)?;
    let refused = |reason: atom_marketplace_bundle::Refusal| away(reason.to_string());
    let envelope = Envelope::parse(&wanted.record, Record::LIMIT).map_err(refused)?;
    let record: Verified<Record> = keys::ring(&reader.origins).verify(&envelope).map_err(refused)?;
    let document = &record.document;
    let about = About {
        instance: document.instance.clone(),
        kind: Some(document.component_type),
        tenant: document.source_tenant_id.clone(),
        id: document.id.clone(),
        version: number.clone(),
    };
    let (origin, remote, sequence) = (wanted.origin, wanted.remote, peer.sequence);
    let tale =
        Tale { sequence, about, origin, remote, formerly: Vec::new(), gone: false, record: None, bundles: Vec::new() };
    let key = walk.key().map_err(stopped)?;
    let bundle = walk.bundle(&reader, &key, &tale, document, &number).await.map_err(stopped)?;
    let (kept, policy) = (record.clone(), m.checks.clone());
    let judged = tokio::task::spawn_blocking(move || {
        let arrival = apply::whole(&kept.document, &bundle, &policy);
        (arrival, bundle)
    });
    let (arrival, bundle) = judged.await.map_err(ApiError::internal)?;
    let (now, row, about) = (m.now(), peer.clone(), tale.about.clone());
    let why =
        m.db.write(move |c| {
            let origins = store::origins(c, row.id)?;
            let origin = origins.iter().find(|one| one.id == origin).ok_or(Error::NotFound)?;
            let why = match &arrival {
                Ok(arrival) => {
                    apply::fill(c, &row, origin, &record.document, (component, version), (arrival, &bundle), now)?
                }
                Err(refusal) => Some(refusal.clone()),
            };
            if let Some(refusal) = &why {
                apply::reject(c, &row, version, &refusal.clone().about(&about), now)?;
            }
            Ok::<_, ApiError>(why)
        })
        .await?;
    let row = m.db.read(move |c| crate::catalog::component(c, component)).await?;
    m.catalog_changed(Change::of(&row));
    match why {
        None => Ok(()),
        Some(Refusal { message, .. }) => Err(ApiError::conflict(message)),
    }
}
