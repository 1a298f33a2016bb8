//! `/.well-known/atom-federation`: who an instance is, and the keys it signs with.
//!
//! The document is not signed. What a reader believes of it is what it has pinned, and what a chain of rotations leads to
//! from there: each key names its successor with a signature.

use atom_marketplace_protocol::json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::document::{Document, check_instance, check_time, sign, typed, verify};
use crate::envelope::Envelope;
use crate::key::{Fingerprint, InstanceKey, KeyId, PublicKey};
use crate::refusal::{Refusal, shown};

/// The protocol spoken between instances.
pub const PROTOCOL: &str = "atom-federation/1";

/// The only algorithm there is.
const ALGORITHM: &str = "ed25519";
const SIZE_MAX: usize = 1 << 20;
const DEPTH: usize = 16;
const CONTAINERS: usize = 10_000;

/// Who an instance is, its keys, and those it vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeySet {
    /// Who it is.
    pub instance: NamedInstance,
    /// Its keys, the present one first.
    pub keys: Vec<KeyEntry>,
    /// Keys of other instances, whose components it passes on.
    #[serde(default)]
    pub vouched: Vec<VouchedInstance>,
    /// What it speaks: `atom-federation/1`.
    pub protocols: Vec<String>,
}

/// An instance by its id, and what it calls itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedInstance {
    /// `ins_…`: random, made once.
    #[schema(example = "ins_0198c0de0000700080000000000000ff")]
    pub id: String,
    /// Its name. Nobody has checked it.
    #[schema(example = "marketplace.example")]
    pub name: String,
    /// Where it is reached. Nobody has checked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://marketplace.example")]
    pub url: Option<String>,
}

/// Keys of another instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VouchedInstance {
    /// Which one.
    pub instance: NamedInstance,
    /// Its keys, the present one first.
    pub keys: Vec<KeyEntry>,
}

/// A public key of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyEntry {
    /// Its id in envelopes: the first 16 hex digits of the SHA-256 of its bytes.
    #[schema(value_type = String, example = "9f86d081884c7d65")]
    pub keyid: KeyId,
    /// `ed25519`.
    #[schema(example = "ed25519")]
    pub algorithm: String,
    /// Its 32 bytes, base64.
    #[schema(value_type = String)]
    pub public_key: PublicKey,
    /// What people compare: the first 100 bits of the SHA-256 of its bytes, in Crockford's base32.
    #[schema(value_type = String, example = "K7QF-2M9D-8XTA-PW3N-6RVB")]
    pub fingerprint: Fingerprint,
    /// Since when it signs, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Since when it signs nothing more; what it signed before stays good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub retired_at: Option<String>,
    /// The statement of the key before it that this is its successor. The first key has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Envelope>,
}

impl KeyEntry {
    /// What is published of a key.
    pub fn new(key: PublicKey, created_at: String, retired_at: Option<String>, proof: Option<Envelope>) -> Self {
        Self {
            keyid: key.id(),
            algorithm: ALGORITHM.to_owned(),
            public_key: key,
            fingerprint: key.fingerprint(),
            created_at,
            retired_at,
            proof,
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        if self.algorithm != ALGORITHM {
            return Err(Refusal::BadKey(format!("its algorithm is {}, not {ALGORITHM}", shown(&self.algorithm))));
        }
        if self.keyid != self.public_key.id() || self.fingerprint != self.public_key.fingerprint() {
            let message = format!("the id and the fingerprint of {} are those of another key", self.keyid);
            return Err(Refusal::BadKey(message));
        }
        check_time("created_at", &self.created_at)?;
        self.retired_at.as_ref().map_or(Ok(()), |at| check_time("retired_at", at))
    }
}

impl KeySet {
    /// Reads the document: each key is what stands beside it. Fields that are not known here are ignored.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > SIZE_MAX {
            return Err(Refusal::TooLarge { size: bytes.len(), limit: SIZE_MAX });
        }
        let set: Self = typed(json::parse_within(bytes, DEPTH, CONTAINERS)?)?;
        check_instance(&set.instance.id)?;
        for vouched in &set.vouched {
            check_instance(&vouched.instance.id)?;
        }
        set.keys.iter().chain(set.vouched.iter().flat_map(|vouched| &vouched.keys)).try_for_each(KeyEntry::check)?;
        if !set.protocols.iter().any(|protocol| protocol == PROTOCOL) {
            return Err(Refusal::WrongFormat { expected: PROTOCOL, found: shown(&set.protocols.join(", ")) });
        }
        if set.keys.iter().all(|key| key.retired_at.is_some()) {
            return Err(Refusal::Malformed("it names no key that signs at present".to_owned()));
        }
        Ok(set)
    }

    /// The key that signs at present.
    pub fn present(&self) -> Option<&KeyEntry> {
        self.keys.iter().find(|key| key.retired_at.is_none())
    }

    /// The keys to believe of this instance for whoever has pinned `pinned`: those, and whichever one of them names as its
    /// successor, and so on. The rest of the document is what its server says, and proves nothing.
    pub fn follow(&self, pinned: &[PublicKey]) -> Vec<PublicKey> {
        successors(&self.instance.id, &self.keys, pinned)
    }
}

fn successors(instance: &str, keys: &[KeyEntry], pinned: &[PublicKey]) -> Vec<PublicKey> {
    let mut trusted = pinned.to_vec();
    let mut left: Vec<&KeyEntry> = keys.iter().filter(|key| !pinned.contains(&key.public_key)).collect();
    loop {
        let proven = left.iter().position(|key| {
            let statement = key.proof.as_ref().and_then(|proof| verify::<KeyStatement>(proof, &trusted).ok());
            statement
                .is_some_and(|said| said.document.instance == instance && said.document.public_key == key.public_key)
        });
        let Some(at) = proven else { return trusted };
        trusted.push(left.swap_remove(at).public_key);
    }
}

/// What a key says of the key that follows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyStatement {
    /// `atom-key/1`.
    pub format: String,
    /// The instance that both belong to.
    pub instance: String,
    /// The id of the new key.
    pub keyid: KeyId,
    /// `ed25519`.
    pub algorithm: String,
    /// The new key.
    pub public_key: PublicKey,
    /// Since when it signs.
    pub created_at: String,
}

impl Document for KeyStatement {
    const TYPE: &'static str = "application/vnd.atom.key+json";
    const FORMAT: &'static str = "atom-key/1";
    const LIMIT: usize = 4 << 10;

    fn instance(&self) -> &str {
        &self.instance
    }

    fn read(payload: Value) -> Result<Self, Refusal> {
        let statement: Self = typed(payload)?;
        let Self { keyid, algorithm, public_key, created_at, .. } = &statement;
        KeyEntry {
            keyid: keyid.clone(),
            algorithm: algorithm.clone(),
            public_key: *public_key,
            fingerprint: public_key.fingerprint(),
            created_at: created_at.clone(),
            retired_at: None,
            proof: None,
        }
        .check()?;
        Ok(statement)
    }
}

/// The statement of `old` that `new` signs for the instance from `at` on.
pub fn rotation_proof(instance: &str, old: &InstanceKey, new: PublicKey, at: &str) -> Result<Envelope, Refusal> {
    let statement = KeyStatement {
        format: KeyStatement::FORMAT.to_owned(),
        instance: instance.to_owned(),
        keyid: new.id(),
        algorithm: ALGORITHM.to_owned(),
        public_key: new,
        created_at: at.to_owned(),
    };
    sign(&statement, old)
}
