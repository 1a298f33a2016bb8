//! Passwords: what one must be, and how it is kept: argon2id, with OWASP's parameters. Few are worked on at once and few
//! more may wait, so that a crowd at the door costs neither the memory nor the cores of those inside.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use atom_marketplace_protocol::account::{Confidential, PASSWORD_MAX, PASSWORD_MIN};
use atom_marketplace_protocol::digest::hex;
use tokio::sync::Semaphore;

use crate::error::{ApiError, ApiResult};

/// 19 MiB, two passes, one lane: OWASP's recommendation for argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Passwords worked on at once: 76 MiB.
const AT_ONCE: usize = 4;
/// Those and the ones that wait; whoever comes then is asked to try again.
const AT_MOST: usize = 64;

/// Common passwords that are long enough to pass the other rules, from the top of published lists of leaked ones.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "11111111", "111111111", "1111111111", "12121212", "12341234", "123123123", "12344321", "123456123", "12345678",
    "123456789", "1234567890", "1234567891", "12345678910", "123456789a", "123456abc", "1234qwer", "123qweasd",
    "147258369", "1q2w3e4r", "1q2w3e4r5t", "1q2w3e4r5t6y", "1qaz2wsx", "1qaz2wsx3edc", "1qazxsw2", "22222222",
    "55555555", "66666666", "77777777", "87654321", "88888888", "987654321", "9876543210", "99999999", "aa123456",
    "aaaaaaaa", "abc12345", "abcd1234", "abcdefgh", "access14", "admin123", "admin1234", "administrator", "asdf1234",
    "asdfasdf", "asdfghjk", "asdfghjkl", "baseball", "basketball", "butterfly", "changeme", "changeme1",
    "changeme123", "charlie1", "chocolate", "computer", "consumer", "danielle", "default1", "dragon123", "elephant",
    "football", "football1", "garfield", "hello123", "helloworld", "iloveyou", "iloveyou1", "internet", "jennifer",
    "jessica1", "jonathan", "jordan23", "letmein1", "letmein123", "liverpool", "lovelove", "mercedes", "metallica",
    "michael1", "michelle", "midnight", "mustang1", "monkey123", "nothing1", "pass1234", "passw0rd", "password",
    "password!", "password01", "password1", "password1!", "password12", "password123", "password1234", "password2",
    "playstation", "pokemon1", "princess", "princess1", "q1w2e3r4", "q1w2e3r4t5", "qazwsxedc", "qwer1234", "qwert123",
    "qwerty12", "qwerty123", "qwerty1234", "qwertyui", "qwertyuiop", "samantha", "secret123", "starwars",
    "summer2025", "summer2026", "sunshine", "sunshine1", "superman", "superman1", "trustno1", "victoria", "welcome1",
    "welcome123", "whatever", "winter2025", "winter2026", "xxxxxxxx", "zaq12wsx", "zxcvbnm1", "zxcvbnm123",
];

/// Refuses a password that is too short, too long, among the most common, or a name of its own owner (`names`: the email
/// address, the tenant's id and name). The error says what would be right.
pub(super) fn check(password: &Confidential, names: &[&str]) -> Result<(), String> {
    let text = password.expose();
    let length = text.chars().count();
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        return Err(format!("A password has {PASSWORD_MIN}–{PASSWORD_MAX} characters; this one has {length}."));
    }
    let folded = text.to_lowercase();
    let first = folded.chars().next();
    if COMMON.contains(&folded.as_str()) || folded.chars().all(|c| Some(c) == first) {
        return Err("This password is one of the most common: choose another one.".to_owned());
    }
    let own = |name: &&str| {
        let name = name.to_lowercase();
        let local = name.split_once('@').map(|(local, _)| local);
        folded == name || local.is_some_and(|local| folded == local)
    };
    if names.iter().any(own) {
        return Err("A password must not be your email address or the name of your tenant.".to_owned());
    }
    Ok(())
}

/// Hashes and verifies, a few at once.
#[derive(Debug)]
pub struct Passwords {
    working: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { working: Arc::new(Semaphore::new(AT_ONCE)), admitted: Arc::new(Semaphore::new(AT_MOST)) }
    }
}

/// What came of comparing a password with its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is another one.
    Wrong,
    /// It is the one.
    Right,
    /// It is the one, and was hashed with other parameters than today's: it should be hashed again.
    Outdated,
}

impl Passwords {
    /// The hash of a password, with its parameters and a fresh salt (PHC string format).
    pub(super) async fn hash(&self, password: &Confidential) -> ApiResult<String> {
        let password = password.clone();
        self.work(move || hash(&password)).await?
    }

    /// Compares a password with a hash. Where there is none (no such account, or no password yet), as much is computed.
    pub(super) async fn verify(&self, password: &Confidential, hash: Option<String>) -> ApiResult<Verdict> {
        let password = password.clone();
        self.work(move || {
            // Looked at in any case: the first look makes it.
            let nobodys = NOBODYS.as_str();
            let stored = hash.as_deref().unwrap_or(nobodys);
            let verdict = verify(&password, stored)?;
            Ok(if hash.is_some() { verdict } else { Verdict::Wrong })
        })
        .await?
    }

    async fn work<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> ApiResult<T> {
        let busy = || ApiError::unavailable("Too many people sign in at this moment. Try again shortly.", 2);
        let _admitted = self.admitted.clone().try_acquire_owned().map_err(|_| busy())?;
        let permit = self.working.clone().acquire_owned().await.map_err(ApiError::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = f();
            // Given back here: a client that goes away must not let another one in beside a computation that goes on.
            drop(permit);
            done
        });
        done.await.map_err(ApiError::internal)
    }
}

/// The hash of a password that nobody has.
static NOBODYS: LazyLock<String> = LazyLock::new(|| {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).expect("the system has randomness");
    hash(&Confidential::new(hex(&bits))).expect("a password can be hashed")
});

fn today() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &Confidential) -> ApiResult<String> {
    let hash: PasswordHash = today().hash_password(password.expose().as_bytes()).map_err(ApiError::internal)?;
    Ok(hash.to_string())
}

fn verify(password: &Confidential, stored: &str) -> ApiResult<Verdict> {
    let stored = PasswordHash::new(stored).map_err(ApiError::internal)?;
    let argon2 = today();
    if argon2.verify_password(password.expose().as_bytes(), &stored).is_err() {
        return Ok(Verdict::Wrong);
    }
    let same = Params::try_from(&stored).is_ok_and(|params| {
        let now = argon2.params();
        (params.m_cost(), params.t_cost(), params.p_cost()) == (now.m_cost(), now.t_cost(), now.p_cost())
    });
    let same = same && stored.algorithm == Algorithm::Argon2id.ident();
    Ok(if same { Verdict::Right } else { Verdict::Outdated })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_password_must_be() {
        let long = "ö".repeat(200);
        let too_long = "ö".repeat(201);
        for (password, allowed) in [
            ("correct horse", true),
            ("пароль-из-слов", true),
            (long.as_str(), false),
            (too_long.as_str(), false),
            ("short67", false),
            ("Password1", false),
            ("zzzzzzzzzzzz", false),
            ("ada.lovelace@acme.example", false),
            ("Ada.Lovelace", false),
            ("acme corporation", false),
            ("acme corporation rocks", true),
        ] {
            let names = ["ada.lovelace@acme.example", "acme-corp", "Acme Corporation"];
            assert_eq!(check(&password.into(), &names).is_ok(), allowed, "{password}");
        }
        let varied: String = ('a'..='z').cycle().take(200).collect();
        assert_eq!(check(&varied.as_str().into(), &[]), Ok(()));
    }

    #[test]
    fn the_list_is_of_those_that_would_pass_otherwise() {
        for common in COMMON {
            assert!(common.chars().count() >= PASSWORD_MIN && *common == common.to_lowercase(), "{common}");
        }
    }

    #[tokio::test]
    async fn a_hash_tells_right_from_wrong_and_old_from_new() {
        let passwords = Passwords::default();
        let (right, wrong) = (Confidential::from("correct horse"), Confidential::from("incorrect horse"));
        let hash = passwords.hash(&right).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passwords.hash(&right).await.unwrap(), "each has its own salt");
        assert_eq!(passwords.verify(&right, Some(hash.clone())).await.unwrap(), Verdict::Right);
        assert_eq!(passwords.verify(&wrong, Some(hash)).await.unwrap(), Verdict::Wrong);
        assert_eq!(passwords.verify(&right, None).await.unwrap(), Verdict::Wrong);
        let weaker = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8 * 1024, 1, 1, None).unwrap());
        let old: PasswordHash = weaker.hash_password(right.expose().as_bytes()).unwrap();
        assert_eq!(passwords.verify(&right, Some(old.to_string())).await.unwrap(), Verdict::Outdated);
        assert_eq!(passwords.verify(&wrong, Some(old.to_string())).await.unwrap(), Verdict::Wrong);
        assert!(passwords.verify(&right, Some("plain".to_owned())).await.is_err());
    }

    #[tokio::test]
    async fn a_crowd_is_asked_to_come_back() {
        let passwords = Passwords::default();
        let _crowd = passwords.admitted.clone().acquire_many_owned(AT_MOST as u32).await.unwrap();
        let refused = passwords.hash(&"correct horse".into()).await.unwrap_err();
        assert_eq!(refused.status(), 503);
        assert!(refused.headers.iter().any(|(name, _)| name == "retry-after"));
    }
}
