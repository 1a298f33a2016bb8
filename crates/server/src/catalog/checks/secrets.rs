//! Credentials: formats that their issuers document, with the checksums that some have, and values that look random at a
//! credential's name. What documents write in the place of one must not fire.

use atom_marketplace_protocol::error::Severity;
use atom_marketplace_protocol::token::{CredentialKind, well_formed};
use base64::Engine as _;

use super::scan::{Found, Rule, likely};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    Rule::secret("a GitHub token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], r"\bgh[pousr]_[A-Za-z0-9]{36}\b", checksummed),
    Rule::secret("a GitHub token", &["github_pat_"], r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b", random),
    Rule::secret("a GitLab token", &["glpat-", "gldt-", "glrt-"], r"\bgl(?:pat|dt|rt)-[A-Za-z0-9_-]{20,64}", random),
    Rule::secret("an npm token", &["npm_"], r"\bnpm_[A-Za-z0-9]{36}\b", checksummed),
    Rule::secret("a PyPI token", &["pypi-age"], r"\bpypi-AgE[A-Za-z0-9_-]{50,}", random),
    Rule::secret("a token of an ATOM marketplace", &["at_saas_", "sk-fed-", "rt_"], r"\b(?:at_saas_|sk-fed-|rt_)[A-Za-z0-9]{49}\b", ours),
    Rule::secret("an AWS access key", &["akia", "asia"], r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b", aws),
    Rule::secret("an AWS secret key", &["aws"], r#"(?i)\baws.{0,20}(?:secret|key).{0,20}[=:"'\s][A-Za-z0-9/+]{40}\b"#, aws),
    Rule::secret("a Slack token", &["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe", "xapp-"], r"\b(?:xox[abprse]|xapp)-[0-9A-Za-z.-]*[0-9]{6,}[0-9A-Za-z-]{10,}", random),
    Rule::secret("a Slack webhook", &["hooks.slack.com"], r"hooks\.slack\.com/(?:services|workflows)/T[A-Za-z0-9]{6,}/B?[A-Za-z0-9]{6,}/[A-Za-z0-9]{16,}", random),
    Rule::secret("a Discord webhook", &["/api/webhooks/"], r"discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,}", random),
    Rule::secret("a Discord bot's token", &["discord", "bot", "token"], r"\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}\b", random),
    Rule::secret("a Telegram bot's token", &[":aa"], r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b", random),
    Rule::secret("a Stripe key", &["_live_"], r"\b(?:sk|rk)_live_[0-9A-Za-z]{16,}\b", random),
    Rule::secret("a Stripe webhook secret", &["whsec_"], r"\bwhsec_[A-Za-z0-9+/]{32,}", random),
    Rule::secret("a Stripe test key", &["_test_"], r"\b(?:sk|rk)_test_[0-9A-Za-z]{16,}\b", noted),
    Rule::secret("a Google API key", &["aiza"], r"\bAIza[0-9A-Za-z_-]{35}\b", random),
    Rule::secret("a Google client secret", &["gocspx-"], r"\bGOCSPX-[0-9A-Za-z_-]{28}\b", random),
    Rule::secret("a Google access token", &["ya29."], r"\bya29\.[0-9A-Za-z_-]{30,}", random),
    Rule::secret("an OpenAI key", &["sk-"], r"\bsk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{40,}|\bsk-[A-Za-z0-9]{48}\b|\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b", random),
    Rule::secret("an Anthropic key", &["sk-ant-"], r"\bsk-ant-[a-z]+[0-9]{2}-[A-Za-z0-9_-]{32,}", random),
    Rule::secret("an OpenRouter key", &["sk-or-"], r"\bsk-or-v1-[0-9a-f]{64}\b", random),
    Rule::secret("a Groq key", &["gsk_"], r"\bgsk_[A-Za-z0-9]{52}\b", random),
    Rule::secret("a Hugging Face token", &["hf_"], r"\bhf_[A-Za-z0-9]{34}\b", random),
    Rule::secret("a Replicate token", &["r8_"], r"\br8_[A-Za-z0-9]{37}\b", random),
    Rule::secret("a SendGrid key", &["sg."], r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b", random),
    Rule::secret("a Mailgun key", &["key-"], r"\bkey-[0-9a-f]{32}\b", random),
    Rule::secret("a Twilio key", &["sk", "twilio"], r"\bSK[0-9a-f]{32}\b", random),
    Rule::secret("a Shopify token", &["shpat_", "shpca_", "shppa_", "shpss_"], r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b", random),
    Rule::secret("a DigitalOcean token", &["_v1_"], r"\bdo[por]_v1_[a-f0-9]{64}\b", random),
    Rule::secret("a Databricks token", &["dapi"], r"\bdapi[0-9a-f]{32}\b", random),
    Rule::secret("a Notion token", &["ntn_", "secret_"], r"\b(?:ntn|secret)_[A-Za-z0-9]{43,46}\b", random),
    Rule::secret("a Linear key", &["lin_api_"], r"\blin_api_[A-Za-z0-9]{40}\b", random),
    Rule::secret("a Vault token", &["hvs."], r"\bhvs\.[A-Za-z0-9_-]{24,}", random),
    Rule::secret("an Azure storage key", &["accountkey="], r"(?i)\baccountkey=[A-Za-z0-9+/]{86}==", random),
    Rule::secret("an age key", &["age-secret-key-"], r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b", random),
    Rule::secret("a JSON web token", &["eyj"], r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}", web_token),
    Rule::secret("a private key", &["private key"], r"-----BEGIN[\x20](?:[A-Z]+[\x20])*PRIVATE[\x20]KEY(?:[\x20]BLOCK)?-----(?:[\s\\rn]|[A-Za-z-]+:[^\n]{0,80}\n)*[A-Za-z0-9+/=]{24,}", key),
    Rule::secret("a password in a URL", &["://"], r"\b[a-z][a-z0-9+]{2,20}://[A-Za-z0-9_.%-]{1,64}:[^\s:@/'\x22<>{}$*]{6,80}@[A-Za-z0-9.-]+", in_url).only_in_texts(),
    Rule::secret("a value that looks random at a credential's name",
        &["key", "secret", "token", "passw", "pwd", "auth", "credential"],
        r#"(?i)(?:api[_-]?key|secret|token|passw(?:or)?d|pwd|credentials?|access[_-]?key|auth[_-]?key|private[_-]?key)[A-Za-z0-9_]{0,16}["'`]?\s*(?:[:=]|=>|:=)\s*["'`]?[A-Za-z0-9+/=_.~!@#%^&*-]{20,160}"#, named).only_in_texts(),
];

/// What stands in documents where a credential would.
const PLACEHOLDERS: [&str; 24] = [
    "example",
    "sample",
    "dummy",
    "placeholder",
    "your",
    "changeme",
    "change-me",
    "redacted",
    "replace",
    "xxxx",
    "....",
    "****",
    "0000000",
    "1234567890",
    "abcdef",
    "test-key",
    "fake",
    "notreal",
    "not-real",
    "insert",
    "<",
    "todo",
    "secret-here",
    "deadbeef",
];

fn placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

/// Bits of each character, by how often the characters occur in it.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let share = |count: u32| f64::from(count) / text.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| -share(*count) * share(*count).log2()).sum()
}

/// Not one letter over and over, and not a word in the place of one.
fn random(found: &Found<'_>) -> Option<Severity> {
    let text = found.str();
    (entropy(text) >= 3.0 && !placeholder(text)).then_some(Severity::Block)
}

fn noted(found: &Found<'_>) -> Option<Severity> {
    random(found).map(|_| Severity::Note)
}

/// GitHub and npm end a token with the CRC32 of its random part in base62. One that does not add up may be made up.
fn checksummed(found: &Found<'_>) -> Option<Severity> {
    random(found)?;
    let (_, token) = found.str().split_once('_')?;
    let (random, checksum) = token.split_at(30);
    let right = base62(crc32fast::hash(random.as_bytes())) == checksum;
    Some(if right { Severity::Block } else { Severity::Queue })
}

fn base62(mut number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits.map(char::from).iter().collect()
}

/// Only what an ATOM marketplace can have issued.
fn ours(found: &Found<'_>) -> Option<Severity> {
    CredentialKind::ALL.iter().any(|kind| well_formed(*kind, found.str())).then_some(Severity::Block)
}

/// AWS's documents end theirs with EXAMPLE or EXAMPLEKEY.
fn aws(found: &Found<'_>) -> Option<Severity> {
    let text = found.str();
    let value = text.rsplit(['=', ':', '"', '\'', ' ', '\t', '\n']).next().unwrap_or(text);
    let shape = value.len() == 20
        || (value.bytes().any(|b| b.is_ascii_uppercase())
            && value.bytes().any(|b| b.is_ascii_lowercase())
            && entropy(value) >= 4.2);
    (shape && entropy(value) >= 3.0 && !placeholder(value)).then_some(Severity::Block)
}

/// A token whose header says how it is signed. The one that everybody's documents show is not secret.
fn web_token(found: &Found<'_>) -> Option<Severity> {
    let mut parts = found.str().split('.');
    let mut json = || {
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        serde_json::from_slice::<serde_json::Value>(&bytes).ok()
    };
    let (header, claims) = (json()?, json()?);
    let sample = ["1234567890", "example", "John Doe"].iter().any(|word| claims.to_string().contains(word));
    (header.get("alg").is_some() && !sample).then_some(Severity::Block)
}

fn key(found: &Found<'_>) -> Option<Severity> {
    let text = found.str();
    let body = text.rsplit(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c))).next().unwrap_or_default();
    (entropy(body) >= 3.0 && !placeholder(&body.to_ascii_lowercase()[..body.len().min(24)])).then_some(Severity::Block)
}

const HARMLESS: [&str; 14] = [
    "password", "passwd", "pass", "secret", "postgres", "mysql", "guest", "admin", "root", "user", "token", "hunter2",
    "pw", "test",
];

/// A password that nobody would call one is none.
fn in_url(found: &Found<'_>) -> Option<Severity> {
    let text = found.str();
    let (authority, host) = text.rsplit_once('@')?;
    let password = authority.rsplit(':').next()?;
    let local = ["localhost", "127.0.0.1", "example", "host", "db"].iter().any(|name| host.starts_with(name));
    let plain = HARMLESS.iter().any(|word| password.to_ascii_lowercase().starts_with(word));
    let mixed = password.bytes().any(|b| b.is_ascii_digit()) && password.bytes().any(|b| b.is_ascii_alphabetic());
    (!local && !plain && mixed && !placeholder(text)).then_some(Severity::Queue)
}

/// A value at a credential's name: it looks drawn, not written.
fn named(found: &Found<'_>) -> Option<Severity> {
    let text = found.str();
    let value = text.rsplit(['"', '\'', '`', ' ', '\t', '\n']).next().unwrap_or_default();
    // Base64 ends with =, and so may what stands before a value.
    let padded = value.trim_end_matches('=');
    let value = padded.rsplit(['=', ':']).next().unwrap_or_default();
    let (digits, upper, lower) = value.bytes().fold((0, 0, 0), |(digits, upper, lower), byte| {
        (
            digits + usize::from(byte.is_ascii_digit()),
            upper + usize::from(byte.is_ascii_uppercase()),
            lower + usize::from(byte.is_ascii_lowercase()),
        )
    });
    // Names and paths of programs: words that are put together.
    let parts = value.split(['_', '-', '.', '/']).filter(|part| !part.is_empty());
    let wordy = parts.clone().count() > 2 && parts.clone().all(|part| part.len() < 12);
    let drawn = value.len() >= 20 && digits >= 3 && upper + lower >= 6 && entropy(value) >= 3.4;
    if drawn && !wordy && !placeholder(value) { likely(found) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_known() {
        assert_eq!(base62(0), "000000");
        assert_eq!(base62(u32::MAX), "4gfFC3");
        assert!(entropy("aaaaaaaa") < 0.1 && entropy("kJ8s2Lq0") > 2.9);
    }
}
