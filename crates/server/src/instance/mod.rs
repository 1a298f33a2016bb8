//! Who this marketplace is among others: an id that it keeps for good, and the key it signs with.
//!
//! Both are made when they are first needed, in one transaction, once for all nodes. The private half is sealed at rest.
//! Whatever signs reads in its own transaction which key that is now, so a rotation on another node, or at the command line,
//! is noticed by the next signature. A retired key's private half is destroyed; what it signed stays good.

mod store;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use atom_marketplace_bundle::{Envelope, InstanceKey, KeyEntry, PublicKey, Refusal, rotation_proof};
use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::ids;
use serde_json::json;

use crate::app::Marketplace;
use crate::audit::{self, Actor, Entry};
use crate::error::{ApiError, ApiResult};
use crate::seal::Sealer;

/// What this process knows of the instance. A cheap handle, to be taken into transactions.
#[derive(Clone, Debug)]
pub struct Identity(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sealer: Sealer,
    /// The id, once it was read from what is committed. It never changes.
    id: OnceLock<Arc<str>>,
    /// The key that was opened last.
    opened: Mutex<Option<InstanceKey>>,
}

/// The key that signs, and for whom.
#[derive(Clone, Debug)]
pub struct Signer {
    /// The instance's id, `ins_…`.
    pub instance: Arc<str>,
    /// The key.
    pub key: InstanceKey,
}

/// The present key as it is stored.
struct Present {
    instance: String,
    key: i64,
    keyid: String,
    sealed: Vec<u8>,
}

impl Identity {
    /// Of a marketplace whose secrets `sealer` seals.
    pub fn new(sealer: Sealer) -> Self {
        Self(Arc::new(Inner { sealer, id: OnceLock::new(), opened: Mutex::default() }))
    }

    /// The key that signs at present, and the instance's id; both are made if there are none. For a transaction that writes.
    pub fn signer(&self, c: &mut Conn<'_>, now: Timestamp) -> Result<Signer, Error> {
        match store::present(c)? {
            Some(present) => {
                let key = self.open(&present)?;
                Ok(Signer { instance: present.instance.into(), key })
            }
            None => self.make(c, now),
        }
    }

    /// The instance's id; it and its key are made if there are none. For a transaction that writes, and opens no key.
    pub fn id(&self, c: &mut Conn<'_>, now: Timestamp) -> Result<Arc<str>, Error> {
        match store::present(c)? {
            Some(present) => Ok(present.instance.into()),
            None => self.make(c, now).map(|made| made.instance),
        }
    }

    fn make(&self, c: &mut Conn<'_>, now: Timestamp) -> Result<Signer, Error> {
        let (instance, seed) = (ids::new_id("ins"), random());
        let key = InstanceKey::from_seed(&seed);
        if !store::insert_instance(c, &instance, now)? {
            return Err(Error::Busy);
        }
        self.insert(c, &key, &seed, None, now)?;
        Ok(Signer { instance: instance.into(), key })
    }

    fn insert(
        &self,
        c: &mut Conn<'_>,
        key: &InstanceKey,
        seed: &[u8; 32],
        proof: Option<&Envelope>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let keyid = key.public().id();
        let sealed = self.0.sealer.seal(&context(keyid.as_str()), seed);
        let proof = proof.map(|proof| String::from_utf8_lossy(&proof.to_bytes()).into_owned());
        store::insert_key(c, keyid.as_str(), key.public().as_bytes(), &sealed, proof.as_deref(), now)
    }

    /// The private half behind a row. It is opened once, since every signature needs it.
    fn open(&self, present: &Present) -> Result<InstanceKey, Error> {
        let mut opened = self.0.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = opened.as_ref().filter(|key| key.public().id().as_str() == present.keyid) {
            return Ok(key.clone());
        }
        let seed = self.0.sealer.open(&context(&present.keyid), &present.sealed).map_err(|why| {
            Error::Other(format!("the key {} that this instance signs with cannot be opened: {why}", present.keyid))
        })?;
        let seed: [u8; 32] =
            seed.try_into().map_err(|_| Error::Other("an instance key of another length".to_owned()))?;
        let key = InstanceKey::from_seed(&seed);
        *opened = Some(key.clone());
        Ok(key)
    }

    /// Puts a new key in the place of the present one, which vouches for it: whoever has pinned that one follows. With `lost`,
    /// nothing vouches for the new one, since the present one cannot be opened any more: peers have to pair again.
    pub fn rotate(&self, c: &mut Conn<'_>, actor: &Actor, lost: bool, now: Timestamp) -> Result<PublicKey, Error> {
        let Some(present) = store::present(c)? else { return self.make(c, now).map(|made| made.key.public()) };
        let seed = random();
        let key = InstanceKey::from_seed(&seed);
        let proof = if lost {
            None
        } else {
            let old = self.open(&present)?;
            Some(rotation_proof(&present.instance, &old, key.public(), &now.to_string()).map_err(refused)?)
        };
        store::retire(c, present.key, now)?;
        self.insert(c, &key, &seed, proof.as_ref(), now)?;
        let details = json!({ "retired": present.keyid, "fingerprint": key.public().fingerprint(), "lost": lost });
        let target = format!("instance_key:{}", key.public().id());
        audit::record(c, &Entry { actor, tenant: None, action: "instance_key.rotate", target, details }, now)?;
        Ok(key.public())
    }
}

/// What a sealed key is bound to.
fn context(keyid: &str) -> String {
    format!("instance_key:{keyid}")
}

fn random() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).expect("the system has randomness");
    seed
}

fn refused(refusal: Refusal) -> Error {
    Error::Other(refusal.to_string())
}

/// The instance's id. It and its key are made if there are none.
pub async fn id(m: &Marketplace) -> ApiResult<Arc<str>> {
    if let Some(id) = m.identity.0.id.get() {
        return Ok(id.clone());
    }
    let (identity, now) = (m.identity.clone(), m.now());
    let id = m.db.write(move |c| identity.id(c, now)).await.map_err(ApiError::from)?;
    Ok(m.identity.0.id.get_or_init(|| id).clone())
}

/// All keys, the present one first.
pub fn keys(c: &mut Conn<'_>) -> Result<Vec<KeyEntry>, Error> {
    store::keys(c)
}
