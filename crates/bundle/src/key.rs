//! Ed25519 keys of instances, and the two names of a public key: one for programs, one for people.

use std::fmt;
use std::str::FromStr;

use atom_marketplace_protocol::digest::hex;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::envelope::SIGNATURE_LENGTH;
use crate::refusal::{Refusal, shown};

/// The private key of an instance. Prints nothing of itself, and is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct InstanceKey(SigningKey);

impl fmt::Debug for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InstanceKey({})", self.public().id())
    }
}

impl InstanceKey {
    /// The key that follows from 32 random bytes, which are all there is to keep of it.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The half that everyone may know.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LENGTH] {
        self.0.sign(message).to_bytes()
    }
}

/// The public key of an instance. On the wire it is base64 of its 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

impl PublicKey {
    /// Reads the 32 bytes of a key. Refused: what is no key, and the few keys under which anything can be signed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refusal> {
        let bytes: &[u8; 32] =
            bytes.try_into().map_err(|_| Refusal::BadKey(format!("it has {} bytes, not 32", bytes.len())))?;
        let key = VerifyingKey::from_bytes(bytes)
            .map_err(|_| Refusal::BadKey("these 32 bytes are no Ed25519 key".to_owned()))?;
        if !is_reduced(bytes) {
            return Err(Refusal::BadKey("it is another key written in a second way".to_owned()));
        }
        if key.is_weak() {
            return Err(Refusal::BadKey("it is one of the keys under which anything can be signed".to_owned()));
        }
        Ok(Self(key))
    }

    /// Reads a key in base64.
    pub fn from_base64(text: &str) -> Result<Self, Refusal> {
        let bytes = STANDARD.decode(text).map_err(|_| Refusal::BadKey(format!("{} is no base64", shown(text))))?;
        Self::from_bytes(&bytes)
    }

    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// It in base64.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.as_bytes())
    }

    /// Its name for programs.
    pub fn id(&self) -> KeyId {
        KeyId(hex(&Sha256::digest(self.as_bytes())[..8]))
    }

    /// Its name for people.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&Sha256::digest(self.as_bytes()))
    }

    /// Whether this key signed `message`. Of the signatures that fit, exactly one is accepted.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8; SIGNATURE_LENGTH]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

/// Whether the coordinate is below the field's prime, 2²⁵⁵ − 19.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    bytes[0] < 0xed || bytes[1..31].iter().any(|byte| *byte != 0xff) || bytes[31] & 0x7f != 0x7f
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base64())
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_base64(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Names a key in envelopes: the first 16 hex digits of the SHA-256 of its bytes. A hint which key to try, no proof.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        if text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refusal::Malformed(format!("a key's id is 16 lower-case hex digits, which {} is not", shown(text))))
        }
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const FINGERPRINT_CHARACTERS: usize = 20;
const GROUP: usize = 4;

/// What two people read to each other to see that they mean the same key: the first 100 bits of the SHA-256 of its bytes, in
/// Crockford's base32, as `K7QF-2M9D-…`. In a typed one, case, spaces and dashes do not matter, O is 0, and I and L are 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    fn of(hash: &[u8]) -> Self {
        let bit = |n: usize| (hash[n / 8] >> (7 - n % 8)) & 1;
        let five = |at: usize| (0..5).fold(0, |value, n| value << 1 | usize::from(bit(at * 5 + n)));
        Self((0..FINGERPRINT_CHARACTERS).map(|at| char::from(CROCKFORD[five(at)])).collect())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<&str> =
            (0..self.0.len()).step_by(GROUP).map(|at| &self.0[at..(at + GROUP).min(self.0.len())]).collect();
        f.pad(&groups.join("-"))
    }
}

impl FromStr for Fingerprint {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let plain = text.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        });
        let plain: String = plain.collect();
        let fits = plain.len() == FINGERPRINT_CHARACTERS && plain.bytes().all(|b| CROCKFORD.contains(&b));
        if fits {
            Ok(Self(plain))
        } else {
            Err(Refusal::BadKey(format!(
                "a fingerprint is five groups of four letters and digits, as in K7QF-2M9D-8XTA-PW3N-6RVB, which {} is not",
                shown(text)
            )))
        }
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
