//! Secrets at rest: XChaCha20-Poly1305 under `ATOM_SECRET_KEY`.
//!
//! A sealed value is bound to a context (tenant and row), so that one copied to another row does not open there.
//! Layout: format byte 1, key id (8 bytes), nonce (24 bytes), ciphertext with its tag.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::{Digest, Sha256};

const FORMAT: u8 = 1;
const KEY_ID: usize = 8;
const NONCE: usize = 24;

/// Seals and opens secrets. Holds the key; prints nothing of it.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID],
    fingerprints: Hmac<Sha256>,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}

/// Why a sealed value does not open.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not of this format, or cut short.
    #[error("the sealed value is damaged")]
    Damaged,
    /// Sealed with another key.
    #[error("the value was sealed with another ATOM_SECRET_KEY")]
    OtherKey,
    /// Changed, or moved from another row.
    #[error("the sealed value does not belong here")]
    Forged,
}

impl Sealer {
    /// A sealer under a 32-byte key.
    pub fn new(key: &[u8; 32]) -> Self {
        let digest = Sha256::digest([b"atom-marketplace key id".as_slice(), key].concat());
        let mut key_id = [0; KEY_ID];
        key_id.copy_from_slice(&digest[..KEY_ID]);
        let derived = Sha256::digest([b"atom-marketplace fingerprints".as_slice(), key].concat());
        let fingerprints = Hmac::<Sha256>::new_from_slice(&derived).expect("any length will do");
        Self { cipher: XChaCha20Poly1305::new(&Key::from(*key)), key_id, fingerprints }
    }

    /// Whether a sealed value names this sealer's key.
    pub fn made(&self, sealed: &[u8]) -> bool {
        sealed.first() == Some(&FORMAT) && sealed.get(1..=KEY_ID) == Some(self.key_id.as_slice())
    }

    /// Seals `plain` for `context`, such as `installation:tenant 7:inst_…`.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).expect("the system has randomness");
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context.as_bytes() })
            .expect("a secret is far below the cipher's limit");
        [&[FORMAT], self.key_id.as_slice(), &nonce, &sealed].concat()
    }

    /// What stands for `parts` without telling them, though they may hold a password: nobody without the key can try guesses.
    pub fn fingerprint(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.fingerprints.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Opens what [`Sealer::seal`] made for the same context.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        let rest = sealed.strip_prefix(&[FORMAT]).ok_or(OpenError::Damaged)?;
        let (key_id, rest) = rest.split_at_checked(KEY_ID).ok_or(OpenError::Damaged)?;
        if key_id != self.key_id {
            return Err(OpenError::OtherKey);
        }
        let (nonce, ciphertext) = rest.split_at_checked(NONCE).ok_or(OpenError::Damaged)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| OpenError::Damaged)?;
        self.cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad: context.as_bytes() })
            .map_err(|_| OpenError::Forged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_the_key_and_on_where_parts_end() {
        let (sealer, other) = (Sealer::new(&[7; 32]), Sealer::new(&[8; 32]));
        let fingerprint = sealer.fingerprint(&[b"POST", b"/session"]);
        assert_eq!(fingerprint, sealer.fingerprint(&[b"POST", b"/session"]));
        assert_ne!(fingerprint, sealer.fingerprint(&[b"POST/", b"session"]));
        assert_ne!(fingerprint, other.fingerprint(&[b"POST", b"/session"]));
    }

    #[test]
    fn opens_only_in_its_own_context_with_its_own_key() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal("tenant 1:row 1", b"sk-live");
        assert_eq!(sealer.open("tenant 1:row 1", &sealed).unwrap(), b"sk-live");
        assert_eq!(sealer.open("tenant 2:row 1", &sealed), Err(OpenError::Forged));
        assert_eq!(Sealer::new(&[8; 32]).open("tenant 1:row 1", &sealed), Err(OpenError::OtherKey));
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(sealer.open("tenant 1:row 1", &changed), Err(OpenError::Forged));
        assert_eq!(sealer.open("tenant 1:row 1", &sealed[..20]), Err(OpenError::Damaged));
        assert!(sealer.made(&sealed) && !Sealer::new(&[8; 32]).made(&sealed) && !sealer.made(&[]));
        assert!(!sealed.windows(7).any(|w| w == b"sk-live"));
    }
}
