//! Verifying webhooks: the guide's `X-ATOM-Signature`, and Standard Webhooks' `webhook-signature`.
//!
//! Always verify the raw body, as it came, before it is parsed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use atom_marketplace_protocol::event::Event;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::SecretString;

/// How far the sender's clock and ours may differ.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// Verifies webhooks with one or more secrets: two while a secret is being rotated.
///
/// ```
/// use atom_marketplace_sdk::webhook::Verifier;
///
/// let verifier = Verifier::new(["your-webhook-secret"]);
/// let body = br#"{"type":"component.installed"}"#;
/// let signature = verifier.sign(body).unwrap();
/// assert!(verifier.verify(body, &signature));
/// assert!(!verifier.verify(b"another body", &signature));
/// assert!(!verifier.verify(body, "short"));
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    secrets: Vec<SecretString>,
}

/// Why a webhook is not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// One of `webhook-id`, `webhook-timestamp` and `webhook-signature` is missing or malformed.
    #[error("a webhook header is missing or malformed")]
    Headers,
    /// It was signed too long ago, or in the future: it may be played again by someone else.
    #[error("the webhook's timestamp is more than five minutes away from now")]
    Timestamp,
    /// No secret made this signature.
    #[error("the webhook's signature does not match its body")]
    Signature,
    /// The signature is right, and the body is no event.
    #[error("the webhook's body is no event")]
    Body,
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A `whsec_` secret is base64 for Standard Webhooks; any other is its own bytes.
fn standard_key(secret: &str) -> Vec<u8> {
    secret
        .strip_prefix("whsec_")
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .unwrap_or_else(|| secret.as_bytes().to_vec())
}

impl Verifier {
    /// A verifier that takes a signature of any of these secrets. An empty secret is none: everybody could sign with it.
    pub fn new<S: Into<SecretString>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let secrets = secrets.into_iter().map(Into::into).filter(|secret: &SecretString| !secret.expose().is_empty());
        Self { secrets: secrets.collect() }
    }

    /// Whether `signature`, from the header `X-ATOM-Signature`, is the lower-case hex HMAC-SHA256 of the body.
    pub fn verify(&self, body: &[u8], signature: &str) -> bool {
        // Every secret is tried in the same time, whichever matches.
        self.secrets.iter().fold(false, |found, secret| {
            let expected = atom_marketplace_protocol::digest::hex(&mac(secret.expose().as_bytes(), &[body]));
            found | bool::from(expected.as_bytes().ct_eq(signature.as_bytes()))
        })
    }

    /// Verifies the headers of Standard Webhooks, and gives the event; [`Event::details`] has its data as its type has it.
    pub fn unwrap(&self, body: &[u8], id: &str, timestamp: &str, signatures: &str) -> Result<Event, VerifyError> {
        self.verify_standard(body, id, timestamp, signatures)?;
        serde_json::from_slice(body).map_err(|_| VerifyError::Body)
    }

    /// Verifies the headers of Standard Webhooks, with five minutes of [`TOLERANCE`] around now.
    pub fn verify_standard(&self, body: &[u8], id: &str, timestamp: &str, signatures: &str) -> Result<(), VerifyError> {
        #[expect(clippy::disallowed_methods, reason = "a receiver's own clock; `verify_standard_at` takes another")]
        let now = SystemTime::now();
        self.verify_standard_at(body, id, timestamp, signatures, now)
    }

    /// The same at a time of the caller's.
    pub fn verify_standard_at(
        &self,
        body: &[u8],
        id: &str,
        timestamp: &str,
        signatures: &str,
        now: SystemTime,
    ) -> Result<(), VerifyError> {
        if id.is_empty() || timestamp.is_empty() || !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(VerifyError::Headers);
        }
        let seconds: u64 = timestamp.parse().map_err(|_| VerifyError::Headers)?;
        let now = now.duration_since(UNIX_EPOCH).map_err(|_| VerifyError::Timestamp)?.as_secs();
        if now.abs_diff(seconds) > TOLERANCE.as_secs() {
            return Err(VerifyError::Timestamp);
        }
        let mut found = false;
        for secret in &self.secrets {
            let expected = standard_signature(secret, body, id, timestamp);
            for signature in signatures.split(' ') {
                found |= bool::from(expected.as_bytes().ct_eq(signature.as_bytes()));
            }
        }
        if found { Ok(()) } else { Err(VerifyError::Signature) }
    }

    /// The `X-ATOM-Signature` of a body by the first secret: for the tests of a receiver.
    pub fn sign(&self, body: &[u8]) -> Option<String> {
        let secret = self.secrets.first()?;
        Some(atom_marketplace_protocol::digest::hex(&mac(secret.expose().as_bytes(), &[body])))
    }

    /// The `webhook-signature` of a body by the first secret: for the tests of a receiver.
    pub fn sign_standard(&self, body: &[u8], id: &str, timestamp: u64) -> Option<String> {
        Some(standard_signature(self.secrets.first()?, body, id, &timestamp.to_string()))
    }
}

fn standard_signature(secret: &SecretString, body: &[u8], id: &str, timestamp: &str) -> String {
    let signed = mac(&standard_key(secret.expose()), &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
    format!("v1,{}", STANDARD.encode(signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guides_signature() {
        // RFC 4231, test case 2: what the guide's own verifiers compute.
        let verifier = Verifier::new(["Jefe"]);
        let body = b"what do ya want for nothing?";
        let signature = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(verifier.verify(body, signature));
        assert_eq!(verifier.sign(body).as_deref(), Some(signature));
        for wrong in ["", "5bdc", &signature.to_uppercase(), &format!("{signature}0"), "é"] {
            assert!(!verifier.verify(body, wrong), "{wrong}");
        }
        assert!(Verifier::new(["new", "Jefe"]).verify(body, signature), "any of several secrets");
        assert!(!Verifier::new([""]).verify(body, &Verifier::new(["x"]).sign(body).unwrap()));
        assert!(!Verifier::new(Vec::<String>::new()).verify(body, signature));
    }

    #[test]
    fn standard_webhooks() {
        // The example of the Standard Webhooks specification.
        let verifier = Verifier::new(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]);
        let (id, seconds, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(verifier.sign_standard(body, id, seconds).as_deref(), Some(signature));
        let check = |body: &[u8], id: &str, timestamp: &str, signatures: &str, at: u64| {
            verifier.verify_standard_at(body, id, timestamp, signatures, UNIX_EPOCH + Duration::from_secs(at))
        };
        let sent = seconds.to_string();
        for at in [seconds - 300, seconds, seconds + 300] {
            assert_eq!(check(body, id, &sent, signature, at), Ok(()));
        }
        assert_eq!(check(body, id, &sent, &format!("v1a,abc v1,AAAA {signature}"), seconds), Ok(()));
        for (case, result) in [
            (check(body, id, &sent, signature, seconds + 301), VerifyError::Timestamp),
            (check(body, id, &sent, signature, seconds - 301), VerifyError::Timestamp),
            (check(b"{}", id, &sent, signature, seconds), VerifyError::Signature),
            (check(body, "msg_other", &sent, signature, seconds), VerifyError::Signature),
            (check(body, id, &sent, "v1,", seconds), VerifyError::Signature),
            (check(body, id, &sent, "", seconds), VerifyError::Signature),
            (check(body, "", &sent, signature, seconds), VerifyError::Headers),
            (check(body, id, "-1", signature, seconds), VerifyError::Headers),
            (check(body, id, "99999999999999999999999", signature, seconds), VerifyError::Headers),
        ] {
            assert_eq!(case, Err(result));
        }
        let rotating = Verifier::new(["whsec_bmV3", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]);
        let now = UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(rotating.verify_standard_at(body, id, &sent, signature, now), Ok(()));
    }
}
