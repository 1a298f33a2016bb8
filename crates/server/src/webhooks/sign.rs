//! What a delivery is signed with: the guide's bare hex, and Standard Webhooks (contract §7).

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::digest::hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderName, HeaderValue, header};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::events::outbox::Message;

/// The secrets that sign now: at first the present one, then the one that was rotated out, while its grace period lasts.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) current: String,
    pub(super) previous: Option<(String, Timestamp)>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    fn previous(&self, now: Timestamp) -> Option<&str> {
        self.previous.as_ref().filter(|(_, until)| *until > now).map(|(secret, _)| secret.as_str())
    }

    /// Which secret made `signature`, the bare hex of a body: `Some(true)` the one that was rotated out.
    pub(super) fn verify(&self, body: &[u8], signature: &str, now: Timestamp) -> Option<bool> {
        let made = |secret: &str| bool::from(bare(secret, body).as_bytes().ct_eq(signature.as_bytes()));
        // Both are tried, whichever matches.
        let (current, previous) = (made(&self.current), self.previous(now).is_some_and(made));
        if current { Some(false) } else { previous.then_some(true) }
    }

    /// The headers of one try.
    pub(super) fn headers(&self, message: &Message, delivery: &str, now: Timestamp) -> Vec<(HeaderName, HeaderValue)> {
        let seconds = now.as_micros().div_euclid(1_000_000).to_string();
        let mut standard = standard(&self.current, &message.uid, &seconds, &message.body);
        let mut headers = vec![
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (HeaderName::from_static("x-atom-signature"), value(&bare(&self.current, &message.body))),
            (HeaderName::from_static("x-atom-event"), HeaderValue::from_static(message.event_type.as_str())),
            (HeaderName::from_static("x-atom-delivery"), value(delivery)),
            (HeaderName::from_static("webhook-id"), value(&message.uid)),
            (HeaderName::from_static("webhook-timestamp"), value(&seconds)),
        ];
        if let Some(previous) = self.previous(now) {
            standard = format!("{standard} {}", self::standard(previous, &message.uid, &seconds, &message.body));
            headers.push((HeaderName::from_static("x-atom-signature-previous"), value(&bare(previous, &message.body))));
        }
        headers.push((HeaderName::from_static("webhook-signature"), value(&standard)));
        headers
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("ids, numbers and signatures are visible ASCII")
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The guide's: the secret's own bytes are the key, whatever it looks like.
fn bare(secret: &str, body: &[u8]) -> String {
    hex(&mac(secret.as_bytes(), &[body]))
}

/// Standard Webhooks': what follows `whsec_` is base64.
fn standard(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    let decoded = secret.strip_prefix("whsec_").and_then(|encoded| STANDARD.decode(encoded).ok());
    let key = decoded.as_deref().unwrap_or(secret.as_bytes());
    let signature = mac(key, &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
    format!("v1,{}", STANDARD.encode(signature))
}

/// A new secret: 32 random bytes as Standard Webhooks write them.
pub(super) fn generate() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    format!("whsec_{}", STANDARD.encode(bytes))
}

/// What is wrong with a secret that its owner chose.
pub(super) fn check_secret(secret: &str) -> Result<(), String> {
    use atom_marketplace_protocol::webhook::{SECRET_MAX, SECRET_MIN};
    if !(SECRET_MIN..=SECRET_MAX).contains(&secret.len()) || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!(
            "A secret is {SECRET_MIN} to {SECRET_MAX} printable ASCII characters without spaces. Leave it out to have one made."
        ));
    }
    match secret.strip_prefix("whsec_").map(|encoded| STANDARD.decode(encoded)) {
        Some(Err(_)) => Err("What follows `whsec_` must be base64.".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use atom_marketplace_protocol::event::EventType;

    use super::*;

    #[test]
    fn both_signatures_with_both_secrets() {
        // The example of the Standard Webhooks specification, and RFC 4231's second test case.
        let message = Message {
            event: 1,
            uid: "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(),
            event_type: EventType::ComponentRated,
            body: br#"{"test": 2432232314}"#.as_slice().into(),
        };
        let now = Timestamp::from_micros(1_614_265_330_000_000);
        let keys = Keys {
            current: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            previous: Some(("Jefe-the-former".to_owned(), Timestamp::from_micros(now.as_micros() + 1))),
        };
        let find = |keys: &Keys, at: Timestamp, name: &str| {
            let headers = keys.headers(&message, "dlv_1", at);
            headers.into_iter().find(|(known, _)| known == name).map(|(_, value)| value.to_str().unwrap().to_owned())
        };
        let standard = find(&keys, now, "webhook-signature").unwrap();
        let (first, second) = standard.split_once(' ').unwrap();
        assert_eq!(first, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(second.starts_with("v1,"));
        assert_eq!(find(&keys, now, "webhook-timestamp").as_deref(), Some("1614265330"));
        assert_eq!(find(&keys, now, "x-atom-event").as_deref(), Some("component.rated"));
        let (bare, previous) = (find(&keys, now, "x-atom-signature"), find(&keys, now, "x-atom-signature-previous"));
        assert_eq!(keys.verify(&message.body, &bare.unwrap(), now), Some(false));
        assert_eq!(keys.verify(&message.body, &previous.clone().unwrap(), now), Some(true));
        assert_eq!(keys.verify(b"{}", &previous.clone().unwrap(), now), None);
        let later = Timestamp::from_micros(now.as_micros() + 1);
        assert_eq!(keys.verify(&message.body, &previous.unwrap(), later), None);
        assert_eq!(find(&keys, later, "webhook-signature").as_deref(), Some(first));
        assert_eq!(find(&keys, later, "x-atom-signature-previous"), None);
        assert_eq!(
            super::bare("Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn secrets() {
        for good in ["your-webhook-secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &generate()] {
            assert_eq!(check_secret(good), Ok(()), "{good}");
        }
        for bad in ["", "short", "with a space in it", "whsec_not base64!", "whsec_äöüäöüäöü", &"x".repeat(257)]
        {
            check_secret(bad).expect_err(bad);
        }
    }
}
