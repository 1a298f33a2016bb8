//! Credentials: API tokens, federation keys, registration tokens, sessions and one-time links.
//!
//! A credential is a prefix that tells its kind, 256 random bits in base62, and a checksum, so that
//! a typo, a scanner's guess or a truncated paste is refused without a query. It never stores or
//! compares one: the database holds [`hash`] only.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// What a credential is for; each kind has its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// `at_saas_…`: acts for a tenant, within scopes.
    ApiToken,
    /// `sk-fed-…`: reads the federation routes.
    FederationKey,
    /// `rt_…`: lets a satellite register once.
    RegistrationToken,
    /// `at_session_…`: a browser's session, in its cookie.
    Session,
    /// `at_link_…`: in a link that sets a password, or makes a tenant, once.
    OneTimeLink,
}

impl CredentialKind {
    /// Every kind.
    pub const ALL: &'static [Self] =
        &[Self::ApiToken, Self::FederationKey, Self::RegistrationToken, Self::Session, Self::OneTimeLink];

    /// What the credential begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ApiToken => "at_saas_",
            Self::FederationKey => "sk-fed-",
            Self::RegistrationToken => "rt_",
            Self::Session => "at_session_",
            Self::OneTimeLink => "at_link_",
        }
    }

    /// The kind whose prefix the text has, well formed or not.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| text.starts_with(kind.prefix()))
    }
}

/// Text that must not reach a log. It prints as `Secret(…)`; [`Secret::expose`] is the one way to
/// its value, and it has no serde form, so that showing it once is always written out.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret that came from elsewhere.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The secret itself: for the answer that shows it once, and for [`hash`].
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits that hold 256 bits: 62⁴³ > 2²⁵⁶.
const RANDOM_DIGITS: usize = 43;
/// Digits that hold a CRC32: 62⁶ > 2³².
const CHECKSUM_DIGITS: usize = 6;
/// Random digits that lists show, to tell one credential from another.
const VISIBLE_DIGITS: usize = 6;

/// Makes a new credential from the system's random bytes.
///
/// Panics where the system has no random source: nothing safe can be done without one.
pub fn generate(kind: CredentialKind) -> Secret {
    let mut bits = [0_u8; 32];
    getrandom::fill(&mut bits).expect("the system has a source of random bytes");
    Secret(assemble(kind, bits))
}

fn assemble(kind: CredentialKind, bits: [u8; 32]) -> String {
    let mut text = String::with_capacity(64);
    text.push_str(kind.prefix());
    push_base62::<RANDOM_DIGITS>(&mut text, bits);
    let checksum = crc32fast::hash(text.as_bytes());
    push_base62::<CHECKSUM_DIGITS>(&mut text, checksum.to_be_bytes());
    text
}

/// Whether the text has the shape of a credential of the kind: prefix, length, alphabet and
/// checksum. It says nothing about whether the credential was ever issued.
pub fn well_formed(kind: CredentialKind, text: &str) -> bool {
    let Some(digits) = text.strip_prefix(kind.prefix()) else {
        return false;
    };
    if digits.len() != RANDOM_DIGITS + CHECKSUM_DIGITS || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return false;
    }
    let (signed, checksum) = text.split_at(text.len() - CHECKSUM_DIGITS);
    let mut expected = String::with_capacity(CHECKSUM_DIGITS);
    push_base62::<CHECKSUM_DIGITS>(&mut expected, crc32fast::hash(signed.as_bytes()).to_be_bytes());
    checksum == expected
}

/// SHA-256 of the whole credential: what is stored and looked up. A plain hash is enough, since
/// 256 random bits cannot be guessed, and it is fast enough for every request.
pub fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// What lists show of a credential: its prefix and the first 6 characters behind it.
pub fn visible_prefix(text: &str) -> String {
    let prefix = CredentialKind::of(text).map_or(0, |kind| kind.prefix().len());
    text[..prefix].chars().chain(text[prefix..].chars().take(VISIBLE_DIGITS)).collect()
}

/// Appends the big-endian number in exactly `N` base62 digits, zero padded.
fn push_base62<const N: usize>(out: &mut String, mut number: impl AsMut<[u8]>) {
    let mut digits = [0_u8; N];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u32;
        for byte in number.as_mut() {
            let part = (remainder << 8) | u32::from(*byte);
            *byte = (part / 62) as u8;
            remainder = part % 62;
        }
        *digit = ALPHABET[remainder as usize];
    }
    out.extend(digits.iter().map(|&b| char::from(b)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base62_is_zero_padded_and_exact() {
        let mut out = String::new();
        push_base62::<6>(&mut out, 0_u32.to_be_bytes());
        push_base62::<6>(&mut out, 61_u32.to_be_bytes());
        push_base62::<6>(&mut out, 62_u32.to_be_bytes());
        push_base62::<6>(&mut out, u32::MAX.to_be_bytes());
        assert_eq!(&out[..18], "00000000000z000010");
        let value = out[18..]
            .bytes()
            .fold(0_u64, |sum, digit| sum * 62 + ALPHABET.iter().position(|&a| a == digit).unwrap() as u64);
        assert_eq!(value, u64::from(u32::MAX));
        let mut largest = String::new();
        push_base62::<43>(&mut largest, [0xff; 32]);
        let mut most = String::new();
        push_base62::<44>(&mut most, [0xff; 32]);
        assert_eq!(most, format!("0{largest}"), "43 digits hold 256 bits");
    }

    #[test]
    fn a_known_credential_stays_valid() {
        // Golden: a change here would refuse every credential in use.
        let text = "at_saas_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12GVCcr";
        assert_eq!(assemble(CredentialKind::ApiToken, [7; 32]), text);
        assert!(well_formed(CredentialKind::ApiToken, text));
        assert_eq!(visible_prefix(text), "at_saas_1fJjkk");
    }

    #[test]
    fn generated_credentials_are_well_formed_for_their_kind_only() {
        for &kind in CredentialKind::ALL {
            let (one, other) = (generate(kind), generate(kind));
            assert_ne!(one.expose(), other.expose());
            assert_ne!(hash(one.expose()), hash(other.expose()));
            for &asked in CredentialKind::ALL {
                assert_eq!(well_formed(asked, one.expose()), asked == kind);
            }
            assert_eq!(CredentialKind::of(one.expose()), Some(kind));
            assert_eq!(format!("{one:?}"), "Secret(…)");
            let shown = visible_prefix(one.expose());
            assert!(one.expose().starts_with(&shown));
            assert_eq!(shown.len(), kind.prefix().len() + 6);
        }
    }

    #[test]
    fn malformed() {
        for text in ["", "at_saas_", "at_saas_test", "Bearer at_saas_x", "sk-fed-é", "rt_\0"] {
            for &kind in CredentialKind::ALL {
                assert!(!well_formed(kind, text), "{text}");
            }
        }
        assert_eq!(visible_prefix("at_saas_é1"), "at_saas_é1");
        assert_eq!(visible_prefix("something else"), "someth");
        assert_eq!(visible_prefix(""), "");
    }

    proptest! {
        #[test]
        fn any_changed_character_is_noticed(bits: [u8; 32], at in 0_usize..57, to in "[0-9A-Za-z]") {
            let text = assemble(CredentialKind::ApiToken, bits);
            prop_assert!(well_formed(CredentialKind::ApiToken, &text));
            let mut typo = text.clone();
            typo.replace_range(at..=at, &to);
            prop_assert_eq!(well_formed(CredentialKind::ApiToken, &typo), typo == text);
        }

        #[test]
        fn never_panics(text: String) {
            for &kind in CredentialKind::ALL {
                prop_assert!(!well_formed(kind, &text));
            }
            visible_prefix(&text);
        }
    }
}
