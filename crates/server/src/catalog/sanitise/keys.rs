//! What a key says of its value, by its words: `max_tokens` counts, `accessToken` holds.
//!
//! The last noun of a key decides, as in English: in `password_policy_url` that is the URL. What stands before it may turn it
//! into something else: `required_api_keys` are names.

use serde_json::{Map, Value};

use super::text;

/// How surely a key holds a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// It does not.
    Plain,
    /// It may: its value decides.
    Maybe,
    /// It does.
    Certain,
}

/// What a key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) weight: Weight,
    /// What it holds may be counted: a number is no credential.
    countable: bool,
    /// It may be a set of rules as well as a header.
    rules: bool,
    pub(super) phone: bool,
    pub(super) ssn: bool,
    pub(super) tenant: bool,
}

/// Credentials whatever stands before them, and alone.
#[rustfmt::skip]
const SECRETS: &[&str] = &[
    "password", "passwords", "passwd", "passphrase", "passphrases", "passcode", "secret", "secrets", "credential",
    "credentials", "creds", "authorization", "authorisation", "bearer", "jwt", "mnemonic", "dsn",
];
/// The same, in two words.
#[rustfmt::skip]
const SECRET_PAIRS: &[(&str, &str)] = &[
    ("seed", "phrase"), ("recovery", "phrase"), ("recovery", "code"), ("recovery", "codes"), ("backup", "codes"),
    ("connection", "string"), ("conn", "string"), ("conn", "str"), ("set", "cookie"), ("session", "cookie"),
];
/// Often, but not always.
#[rustfmt::skip]
const SUSPECTS: &[&str] = &[
    "pass", "pwd", "auth", "cookie", "cookies", "otp", "sas", "cred", "apitoken",
];
/// What makes a key a credential.
#[rustfmt::skip]
const KEY_OF: &[&str] = &[
    "api", "private", "secret", "access", "encryption", "decryption", "signing", "master", "ssh", "pgp", "gpg", "rsa",
    "hmac", "aes", "deploy", "auth", "symmetric", "subscription", "license", "licence", "shared", "account", "service",
    "webhook",
];
/// What makes a token one.
#[rustfmt::skip]
const TOKEN_OF: &[&str] = &[
    "access", "refresh", "auth", "authentication", "authorization", "bot", "bearer", "api", "session", "id", "user",
    "service", "oauth", "jwt", "webhook", "personal", "deploy", "push", "device", "security", "ci", "admin", "app",
    "client", "csrf", "xsrf", "slack", "github", "gitlab", "discord", "telegram", "twilio", "stripe", "hubspot",
    "salesforce", "notion", "jira", "openai", "anthropic", "aws", "azure", "gcp", "npm", "pypi", "login", "reset",
    "invite", "signing", "secret", "private", "upload", "registry", "verification", "verify", "master", "root",
    "federation", "crm", "mcp", "hf",
];
/// Tokens of a model, of a page, of a design.
#[rustfmt::skip]
const TOKEN_NOT_OF: &[&str] = &[
    "prompt", "completion", "input", "output", "context", "stop", "special", "pad", "eos", "bos", "unk", "sep", "cls",
    "mask", "next", "prev", "previous", "page", "continuation", "pagination", "sync", "design", "color", "colour",
    "theme", "spacing", "font", "reasoning", "cached", "cache", "new", "thinking", "budget", "used", "remaining", "per",
    "of", "target", "image", "audio", "text", "word", "vocab", "vocabulary", "start", "end", "delimiter", "separator",
    "marker", "placeholder", "control", "reserved", "last", "first", "avg", "average", "estimated", "daily", "monthly",
    "hourly", "limit", "by", "allowed", "billed", "cost", "css", "style", "k", "chunk", "overlap", "response",
    "generated", "summary",
];
/// Before a credential, these make it something about credentials.
#[rustfmt::skip]
const ABOUT_BEFORE: &[&str] = &[
    "required", "requires", "require", "needs", "need", "has", "is", "missing", "optional", "supported", "supports",
    "allowed", "num", "number", "count", "max", "min", "maximum", "minimum", "total", "forgot", "use", "uses", "using",
    "rotate", "show", "hide", "mask", "redact", "strip", "detect", "no", "never", "enable", "enabled", "disable",
    "disabled", "generate", "validate", "check", "forbid", "forbidden", "blocked", "sensitive", "public", "which",
    "list",
];
/// Behind a credential, these make it something about it.
#[rustfmt::skip]
const ABOUT_BEHIND: &[&str] = &[
    "count", "counts", "counter", "counting", "limit", "limits", "budget", "length", "size", "url", "uri", "endpoint",
    "policy", "policies", "type", "types", "kind", "name", "names", "label", "id", "ids", "field", "fields", "env",
    "var", "variable", "path", "file", "filename", "expiry", "expires", "expiration", "ttl", "lifetime", "at", "on",
    "in", "scope", "scopes", "usage", "prompt", "rotation", "required", "requires", "enabled", "disabled", "hint",
    "help", "description", "placeholder", "title", "format", "pattern", "regex", "validator", "validation", "provider",
    "source", "method", "methods", "mode", "strategy", "algorithm", "manager", "store", "vault", "generator", "handler",
    "service", "reset", "page", "form", "rate", "price", "pricing", "cost", "costs", "per", "window", "estimate",
    "ratio", "threshold", "stats", "model", "encoding", "index", "position", "embedding", "embeddings", "rules", "flow",
    "server", "ring", "classification", "used", "remaining", "prefix", "location", "placement", "param", "params",
    "parameter", "ref", "reference", "docs", "documentation", "role", "roles", "matrix", "level", "levels", "status",
    "state", "schema", "complexity", "strength", "requirement", "requirements", "min", "max", "visible", "masked",
    "optional", "issuer", "audience", "consent", "banner", "group", "provided", "present", "set", "valid",
    "created", "updated", "last", "age", "days", "hours", "minutes", "seconds",
];
/// Behind a credential, these leave it one.
#[rustfmt::skip]
const CARRIERS: &[&str] = &[
    "value", "values", "raw", "string", "plain", "plaintext", "text", "clear", "cleartext", "hash", "hashed", "pem",
    "base", "b", "der", "data", "header", "prod", "production", "dev", "development", "live", "test",
    "staging", "sandbox", "old", "new", "backup", "primary", "secondary", "default", "current", "previous", "main",
    "encrypted", "bytes",
];
/// Two words written as one, whatever is written before them.
#[rustfmt::skip]
const RUN_TOGETHER: &[(&str, &str, &str)] = &[
    ("apikey", "api", "key"), ("apikeys", "api", "keys"), ("apitoken", "api", "token"), ("apisecret", "api", "secret"),
    ("accesskey", "access", "key"), ("accesstoken", "access", "token"), ("authtoken", "auth", "token"),
    ("authkey", "auth", "key"), ("bottoken", "bot", "token"), ("bearertoken", "bearer", "token"),
    ("refreshtoken", "refresh", "token"), ("sessiontoken", "session", "token"), ("privatekey", "private", "key"),
    ("secretkey", "secret", "key"), ("clientsecret", "client", "secret"), ("appsecret", "app", "secret"),
    ("signingkey", "signing", "key"), ("encryptionkey", "encryption", "key"), ("password", "", "password"),
    ("passwords", "", "passwords"), ("passwd", "", "passwd"), ("passphrase", "", "passphrase"),
];
/// Keys of a key's name, and of its value, as in `{"name": "API_KEY", "value": "…"}`.
const NAMES: &[&str] = &["name", "key", "header", "variable", "env", "field", "param", "parameter", "id"];
const VALUES: &[&str] = &["value", "val", "default", "content"];
/// What a declaration may give as an example.
const SAMPLES: &[&str] = &["default", "example", "examples", "const", "value", "placeholder"];
#[rustfmt::skip]
const TENANTS: &[&str] = &[
    "tenant", "tenants", "workspace", "workspaces", "organization", "organizations", "organisation", "organisations",
    "org", "orgs", "account", "accounts",
];
#[rustfmt::skip]
const PHONES: &[&str] =
    &[
    "phone", "phones", "telephone", "mobile", "cell", "cellphone", "fax", "tel", "msisdn", "whatsapp",
];

impl Key {
    /// What `key` says.
    pub(super) fn of(key: &str) -> Self {
        let words = words(key);
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let pair = |a: &str, b: &str| words.windows(2).any(|pair| pair[0] == a && pair[1] == b);
        let (mut weight, noun) = weigh(&words);
        // `aPiKeY` has other words, or none.
        if weight == Weight::Plain && key.chars().all(char::is_alphabetic) {
            weight = weigh(&split_run(&key.to_lowercase())).0;
        }
        Self {
            weight,
            countable: words.iter().any(|word| word.starts_with("token")),
            rules: matches!(noun, "authorization" | "authorisation" | "auth" | "bearer" | "jwt"),
            phone: has(PHONES),
            ssn: has(&["ssn"]) || pair("social", "security"),
            // The marketplace's own name of a publisher is for everyone.
            tenant: has(TENANTS) && words != ["source", "tenant", "id"],
        }
    }

    /// Whether a value under this key is a credential, if the key weighs so much.
    pub(super) fn holds_credential(self, weight: Weight, value: &Value) -> bool {
        match (weight, value) {
            (Weight::Plain, _) | (_, Value::Null | Value::Bool(_)) => false,
            (Weight::Maybe, value) => value.as_str().is_some_and(text::looks_secret),
            (Weight::Certain, Value::String(text)) => {
                let words = text.split_whitespace().nth(1).is_some() && !text::is_authorization(text);
                let sentence = self.rules && (words || text.contains("[redacted:"));
                !(text.chars().all(|c| c == '*' || c == '•') || text::is_reference(text) || sentence)
            }
            (Weight::Certain, Value::Number(_)) => !self.countable,
            (Weight::Certain, Value::Object(object)) => !(self.rules || is_declaration(object)),
            (Weight::Certain, Value::Array(_)) => !self.rules,
        }
    }
}

/// Whether the object says what a value must be, as a form or a schema does, and is not the value.
pub(super) fn is_declaration(object: &Map<String, Value>) -> bool {
    const TYPES: &[&str] = &["string", "number", "integer", "boolean", "object", "array", "password", "secret", "text"];
    object.get("type").and_then(Value::as_str).is_some_and(|kind| TYPES.contains(&kind))
}

/// Whether a declaration gives a value under this key.
pub(super) fn is_sample(key: &str) -> bool {
    SAMPLES.contains(&key)
}

/// Whether the key's value is the name of another key of the object.
pub(super) fn names_the_value(key: &str) -> bool {
    NAMES.contains(&key.to_ascii_lowercase().as_str())
}

/// Whether the key's value belongs to such a name.
pub(super) fn holds_the_value(key: &str) -> bool {
    VALUES.contains(&key.to_ascii_lowercase().as_str())
}

/// A key's words in lower case: parted by anything that is no letter or digit, by a change of case, and by digits, which are
/// left out.
fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    let chars: Vec<char> = key.chars().take(200).collect();
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_alphabetic() {
            end(&mut word);
            continue;
        }
        let before = i.checked_sub(1).map(|i| chars[i]);
        let next_is_lower = chars.get(i + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase()
            && before.is_some_and(|before| before.is_lowercase() || (before.is_uppercase() && next_is_lower))
        {
            end(&mut word);
        }
        word.extend(c.to_lowercase());
    }
    end(&mut word);
    let mut joined: Vec<String> = Vec::new();
    let mut letters = 0;
    for word in words {
        // `a_p_i_k_e_y`
        letters = if word.chars().count() == 1 { letters + 1 } else { 0 };
        match joined.last_mut() {
            Some(last) if letters > 1 => last.push_str(&word),
            _ => joined.push(word),
        }
    }
    joined.iter().flat_map(|word| split_run(word)).collect()
}

/// Words that were written as one.
fn split_run(word: &str) -> Vec<String> {
    let split = |before: &str, rest: &[&str]| {
        let words = std::iter::once(before).chain(rest.iter().copied()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    for (run, first, second) in RUN_TOGETHER {
        if let Some(before) = word.strip_suffix(run) {
            return split(before, &[first, second]);
        }
        if let Some(behind) = word.strip_prefix(run).filter(|behind| ABOUT_BEHIND.contains(behind)) {
            return split(first, &[second, behind]);
        }
    }
    for noun in ["tokens", "token", "keys", "key", "secrets", "secret", "credentials"] {
        let known =
            |before: &&str| [TOKEN_OF, TOKEN_NOT_OF, KEY_OF, ABOUT_BEFORE].iter().any(|list| list.contains(before));
        if let Some(before) = word.strip_suffix(noun).filter(known) {
            return split(before, &[noun]);
        }
        if let Some(behind) = word.strip_prefix(noun).filter(|behind| ABOUT_BEHIND.contains(behind)) {
            return split(noun, &[behind]);
        }
    }
    vec![word.to_owned()]
}

/// How much a key of these words weighs, and its noun.
fn weigh(words: &[String]) -> (Weight, &str) {
    let is = |i: usize, list: &[&str]| words.get(i).is_some_and(|word| list.contains(&word.as_str()));
    let Some((end, alone, weight)) = (0..words.len()).rev().find_map(|i| noun(words, i)) else {
        return (Weight::Plain, "");
    };
    let noun = words[end - 1].as_str();
    let tail = end..words.len();
    if (0..end).any(|i| is(i, ABOUT_BEFORE)) || tail.clone().any(|i| is(i, ABOUT_BEHIND)) {
        return (Weight::Plain, noun);
    }
    // `token_salesforce` is one, `secret_sauce` is not; only a value can tell.
    let unknown = tail.clone().any(|i| !is(i, CARRIERS));
    (if unknown && alone { weight.min(Weight::Maybe) } else { weight }, noun)
}

/// The credential whose last word is at `i`: where it ends, whether it is one word, and how sure it is.
fn noun(words: &[String], i: usize) -> Option<(usize, bool, Weight)> {
    let word = words[i].as_str();
    let before = i.checked_sub(1).map(|i| words[i].as_str());
    let of = |list: &[&str]| before.is_some_and(|before| list.contains(&before));
    let found = |alone, weight| Some((i + 1, alone, weight));
    match word {
        "key" | "keys" if of(KEY_OF) => found(false, Weight::Certain),
        "token" | "tokens" if of(TOKEN_OF) => found(false, Weight::Certain),
        "token" | "tokens" if of(TOKEN_NOT_OF) || of(ABOUT_BEFORE) => Some((i + 1, true, Weight::Plain)),
        "token" if before.is_none() => found(true, Weight::Certain),
        "token" | "tokens" => found(true, Weight::Maybe),
        _ if before.is_some_and(|before| SECRET_PAIRS.contains(&(before, word))) => found(false, Weight::Certain),
        _ if SECRETS.contains(&word) => found(true, Weight::Certain),
        _ if SUSPECTS.contains(&word) => found(true, Weight::Maybe),
        _ => None,
    }
}
