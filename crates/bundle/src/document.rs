//! Documents: signing them, and checking them under certain keys.

use atom_marketplace_protocol::{ids, json, limits};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::envelope::{Envelope, SIGNATURE_LENGTH, pre_authentication};
use crate::key::{InstanceKey, KeyId, PublicKey};
use crate::refusal::{Refusal, shown};

/// Objects and arrays inside each other: a publication's, which a document holds in its `manifest`.
const DEPTH: usize = limits::JSON_DEPTH + 1;
/// Objects and arrays in all: a publication's, what a bundle says of its files, and a component's versions.
const CONTAINERS: usize = limits::JSON_CONTAINERS_MAX + 100_000;

/// What an instance signs.
pub trait Document: Serialize + DeserializeOwned {
    /// The payload type of its envelope.
    const TYPE: &'static str;
    /// What its `format` says: another one is refused, since nobody here knows what it means.
    const FORMAT: &'static str;
    /// Bytes of its envelope.
    const LIMIT: usize;

    /// The instance it speaks for.
    fn instance(&self) -> &str;

    /// Makes the document of its JSON, with all that its type does not say already. Fields that it does not have are refused.
    fn read(payload: Value) -> Result<Self, Refusal> {
        typed(payload)
    }

    /// Its bytes: canonical JSON.
    fn to_bytes(&self) -> Vec<u8> {
        json::canonical(&serde_json::to_value(self).expect("a document is JSON"))
    }
}

/// A document whose signature was found to fit, with what is needed to pass it on unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T> {
    /// What it says.
    pub document: T,
    /// Its bytes, exactly as they were signed.
    pub payload: Vec<u8>,
    /// Who signed it.
    pub key: PublicKey,
    /// The signature.
    pub signature: [u8; SIGNATURE_LENGTH],
}

impl<T: Document> Verified<T> {
    /// The signer's id.
    pub fn key_id(&self) -> KeyId {
        self.key.id()
    }

    /// The envelope it came in.
    pub fn envelope(&self) -> Envelope {
        Envelope::new(T::TYPE, &self.payload, &self.key.id(), &self.signature)
    }
}

/// Signs a document. One that would be larger than its readers accept is refused.
pub fn sign<T: Document>(document: &T, key: &InstanceKey) -> Result<Envelope, Refusal> {
    let payload = document.to_bytes();
    let envelope = Envelope::new(T::TYPE, &payload, &key.public().id(), &sign_bytes::<T>(&payload, key)?);
    Ok(envelope)
}

/// The signature of a document's bytes.
pub fn sign_bytes<T: Document>(payload: &[u8], key: &InstanceKey) -> Result<[u8; SIGNATURE_LENGTH], Refusal> {
    /// What an envelope has beside its payload.
    const REST: usize = 512;
    let size = payload.len().div_ceil(3) * 4 + REST;
    if size > T::LIMIT {
        return Err(Refusal::TooLarge { size, limit: T::LIMIT });
    }
    Ok(key.sign(&pre_authentication(T::TYPE, payload)))
}

/// The document in an envelope, if one of `keys` signed it and it is what it ought to be.
pub fn verify<T: Document>(envelope: &Envelope, keys: &[PublicKey]) -> Result<Verified<T>, Refusal> {
    let opened = envelope.open(T::TYPE, T::LIMIT, keys)?;
    let value = json::parse_within(&opened.payload, DEPTH, CONTAINERS)?;
    if json::canonical(&value) != opened.payload {
        return Err(Refusal::NotCanonical("payload"));
    }
    let Some(format) = value.get("format").and_then(Value::as_str) else {
        return Err(Refusal::Malformed("it has no `format`".to_owned()));
    };
    if format != T::FORMAT {
        return Err(Refusal::WrongFormat { expected: T::FORMAT, found: shown(format) });
    }
    let document = T::read(value)?;
    check_instance(document.instance())?;
    Ok(Verified { document, payload: opened.payload, key: opened.key, signature: opened.signature })
}

/// A document of its JSON, as far as its type goes.
pub(crate) fn typed<T: DeserializeOwned>(payload: Value) -> Result<T, Refusal> {
    serde_json::from_value(payload).map_err(|error| Refusal::Malformed(error.to_string()))
}

/// Public keys and the instances they belong to.
#[derive(Clone, Debug, Default)]
pub struct KeyRing(Vec<(String, PublicKey)>);

impl KeyRing {
    /// Adds a key of an instance.
    pub fn add(&mut self, instance: &str, key: PublicKey) {
        self.0.push((instance.to_owned(), key));
    }

    /// The document in an envelope, if a key of the very instance that it speaks for signed it.
    pub fn verify<T: Document>(&self, envelope: &Envelope) -> Result<Verified<T>, Refusal> {
        let keys: Vec<PublicKey> = self.0.iter().map(|(_, key)| *key).collect();
        let verified = verify::<T>(envelope, &keys)?;
        let owners = || self.0.iter().filter(|(_, key)| *key == verified.key).map(|(instance, _)| instance.as_str());
        let claimed = verified.document.instance();
        if owners().any(|owner| owner == claimed) {
            return Ok(verified);
        }
        let signer = owners().next().unwrap_or_default().to_owned();
        Err(Refusal::WrongInstance { claimed: shown(claimed), signer })
    }
}

/// Checks the id of an instance: `ins_` and 32 hex digits.
pub(crate) fn check_instance(id: &str) -> Result<(), Refusal> {
    let digits = id.strip_prefix("ins_").unwrap_or_default();
    let fits = digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let rule = || format!("an instance's id is ins_ and 32 hex digits, which {} is not", shown(id));
    if fits { Ok(()) } else { Err(Refusal::Malformed(rule())) }
}

/// Checks the names of a component: its publisher's and its own.
pub(crate) fn check_names(tenant: &str, id: &str) -> Result<(), Refusal> {
    ids::check_tenant_id(tenant).map_err(|why| Refusal::Malformed(format!("source_tenant_id: {why}")))?;
    ids::check_component_id(id).map_err(|why| Refusal::Malformed(format!("id: {why}")))
}

/// Checks a time: RFC 3339 in UTC, `2026-01-31T12:00:00.000000Z`, with up to nine digits of a second or none.
pub(crate) fn check_time(field: &str, text: &str) -> Result<(), Refusal> {
    let wrong = || Refusal::Malformed(format!("{field}: {} is no RFC 3339 time in UTC", shown(text)));
    let shape = b"0000-00-00T00:00:00";
    let body = text.strip_suffix('Z').ok_or_else(wrong)?.as_bytes();
    let (whole, fraction) = body.split_at_checked(shape.len()).ok_or_else(wrong)?;
    let fits = |(byte, wanted): (&u8, &u8)| if *wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted };
    let fraction_fits = match fraction.split_first() {
        None => true,
        Some((point, digits)) => {
            *point == b'.' && (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
        }
    };
    if whole.iter().zip(shape).all(fits) && fraction_fits { Ok(()) } else { Err(wrong()) }
}

/// Checks a digest of a component's content, `sha256:` and 64 hex digits.
pub(crate) fn check_digest(field: &str, digest: &str) -> Result<(), Refusal> {
    let digits = digest.strip_prefix("sha256:").unwrap_or_default();
    if is_sha256(digits) {
        return Ok(());
    }
    Err(Refusal::Malformed(format!("{field}: {} is no digest (sha256: and 64 hex digits)", shown(digest))))
}

/// Whether these are 64 lower-case hex digits.
pub(crate) fn is_sha256(digits: &str) -> bool {
    digits.len() == 64 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
