//! DSSE envelopes (https://github.com/secure-systems-lab/dsse, protocol 1.0), with one signature and one way to write them.

use std::fmt::Write as _;

use atom_marketplace_protocol::json;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::key::{KeyId, PublicKey};
use crate::refusal::{Refusal, shown};

/// The media type of an envelope.
pub const ENVELOPE_TYPE: &str = "application/vnd.dsse.envelope.v1+json";
/// Bytes of an Ed25519 signature.
pub const SIGNATURE_LENGTH: usize = 64;

/// Objects and arrays inside each other in an envelope.
const DEPTH: usize = 3;
const CONTAINERS: usize = 8;

/// A signed document, not checked yet. Its canonical JSON is the one form it has as bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Envelope {
    /// What the payload is.
    #[schema(example = "application/vnd.atom.bundle+json")]
    pub payload_type: String,
    /// The document's bytes in base64 (RFC 4648 §4, with padding).
    pub payload: String,
    /// Exactly one.
    #[schema(min_items = 1, max_items = 1)]
    pub signatures: Vec<EnvelopeSignature>,
}

/// The signature of an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeSignature {
    /// The key it was made with: the first 16 hex digits of the SHA-256 of its 32 bytes.
    #[schema(example = "9f86d081884c7d65")]
    pub keyid: String,
    /// Ed25519 over `DSSEv1 <length> <type> <length> <payload>`, base64.
    pub sig: String,
}

/// An envelope's content, once its signature was found to fit.
pub(crate) struct Opened {
    pub(crate) payload: Vec<u8>,
    pub(crate) key: PublicKey,
    pub(crate) signature: [u8; SIGNATURE_LENGTH],
}

impl Envelope {
    /// An envelope around a payload, with a signature that was made before.
    pub fn new(payload_type: &str, payload: &[u8], key: &KeyId, signature: &[u8; SIGNATURE_LENGTH]) -> Self {
        Self {
            payload_type: payload_type.to_owned(),
            payload: STANDARD.encode(payload),
            signatures: vec![EnvelopeSignature { keyid: key.to_string(), sig: STANDARD.encode(signature) }],
        }
    }

    /// Reads an envelope of at most `limit` bytes. Nothing of it is checked but that it is one, canonically written.
    pub fn parse(bytes: &[u8], limit: usize) -> Result<Self, Refusal> {
        if bytes.len() > limit {
            return Err(Refusal::TooLarge { size: bytes.len(), limit });
        }
        let value = json::parse_within(bytes, DEPTH, CONTAINERS)?;
        if json::canonical(&value) != bytes {
            return Err(Refusal::NotCanonical("envelope"));
        }
        serde_json::from_value(value).map_err(|error| Refusal::Malformed(error.to_string()))
    }

    /// Its bytes: canonical JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        json::canonical(&serde_json::to_value(self).expect("an envelope is JSON"))
    }

    /// How many bytes [`Envelope::to_bytes`] has, at least: what base64 and numbers do not need to be escaped for.
    fn size(&self) -> usize {
        let signatures = self.signatures.iter().map(|signature| signature.keyid.len() + signature.sig.len());
        self.payload.len() + self.payload_type.len() + signatures.sum::<usize>()
    }

    /// The payload, if one of `keys` signed it as `expected`.
    pub(crate) fn open(&self, expected: &'static str, limit: usize, keys: &[PublicKey]) -> Result<Opened, Refusal> {
        if self.size() > limit {
            return Err(Refusal::TooLarge { size: self.size(), limit });
        }
        let [EnvelopeSignature { keyid, sig }] = self.signatures.as_slice() else {
            let count = self.signatures.len();
            return Err(Refusal::Malformed(format!("it has {count} signatures, where there is exactly one")));
        };
        if self.payload_type != expected {
            return Err(Refusal::WrongType { expected, found: shown(&self.payload_type) });
        }
        let keyid: KeyId = keyid.parse()?;
        let payload = decode("payload", &self.payload)?;
        let signature = decode("sig", sig)?;
        let signature: [u8; SIGNATURE_LENGTH] = signature.try_into().map_err(|bytes: Vec<u8>| {
            Refusal::Malformed(format!("its signature has {} bytes, not {SIGNATURE_LENGTH}", bytes.len()))
        })?;
        // The id is no proof: two keys may share it.
        let mut named = keys.iter().filter(|key| key.id() == keyid).peekable();
        if named.peek().is_none() {
            return Err(Refusal::UnknownKey(keyid.to_string()));
        }
        let message = pre_authentication(expected, &payload);
        match named.find(|key| key.signed(&message, &signature)) {
            Some(&key) => Ok(Opened { payload, key, signature }),
            None => Err(Refusal::BadSignature(keyid.to_string())),
        }
    }
}

/// Base64 in the one way there is: padded, without white space, no stray bits in the last letter.
fn decode(field: &str, text: &str) -> Result<Vec<u8>, Refusal> {
    STANDARD.decode(text).map_err(|why| Refusal::Malformed(format!("{field} is no base64 (RFC 4648 §4): {why}")))
}

/// What is signed of a payload (DSSE's PAE).
pub(crate) fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut head = String::new();
    write!(head, "DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).expect("a String takes any text");
    [head.as_bytes(), payload].concat()
}
