//! What is found in a text whatever its key, and replaced there by `[redacted:<kind>]`.

use std::borrow::Cow;
use std::sync::LazyLock;

use atom_marketplace_protocol::redaction::RedactionKind;
use regex::{Captures, Regex, RegexSet};

use super::{credentials, network, personal};

/// What the key of a text says of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hints {
    /// It is about a tenant.
    pub(super) tenant: bool,
    /// It is a phone number.
    pub(super) phone: bool,
}

/// A match, with the text around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match<'t> {
    pub(super) before: &'t str,
    pub(super) text: &'t str,
    pub(super) after: &'t str,
}

impl Match<'_> {
    pub(super) fn previous(&self) -> Option<char> {
        self.before.chars().next_back()
    }

    pub(super) fn next(&self) -> Option<char> {
        self.after.chars().next()
    }

    /// Whether it stands for itself: no letter or digit goes on before or behind it.
    pub(super) fn stands_alone(&self) -> bool {
        let part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !part_of_word(self.previous()) && !part_of_word(self.next())
    }

    /// Whether digits go on before or behind it, over a dot or a dash: then it is part of a longer number.
    pub(super) fn within_number(&self) -> bool {
        let joins = |c: Option<char>| c.is_some_and(|c| matches!(c, '-' | '.' | '/' | ','));
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        (joins(self.previous()) && digit(self.before.chars().rev().nth(1)))
            || (joins(self.next()) && digit(self.after.chars().nth(1)))
    }
}

/// Something that is looked for: what the group `x` of the pattern matches, or all of it.
pub(super) struct Rule {
    pub(super) kind: RedactionKind,
    pub(super) pattern: &'static str,
    /// Whether a match is one, by what stands around it.
    pub(super) accept: fn(&Captures<'_>, Match<'_>) -> bool,
}

struct Compiled {
    /// Tells in one pass which of the rules are worth a pass of their own.
    any: RegexSet,
    rules: Vec<(&'static Rule, Regex)>,
}

static RULES: LazyLock<Compiled> = LazyLock::new(|| {
    // Credentials first: an address may hold one.
    let rules: Vec<&'static Rule> = credentials::RULES.iter().chain(personal::RULES).chain(network::RULES).collect();
    Compiled {
        any: RegexSet::new(rules.iter().map(|rule| rule.pattern)).expect("the patterns are valid"),
        rules: rules.iter().map(|rule| (*rule, Regex::new(rule.pattern).expect("the pattern is valid"))).collect(),
    }
});

/// What stands in the place of something.
pub(super) fn marker(kind: RedactionKind) -> String {
    format!("[redacted:{kind}]")
}

/// What is redacted can let something beside it show that was part of a longer word before. So often a text is looked at anew.
const LOOKS_MAX: usize = 6;

/// A text without what is found in it, and the kinds of that, each once; none where there is nothing.
pub(super) fn scan(text: &str, publisher: &str, hints: Hints) -> Option<(String, Vec<RedactionKind>)> {
    let mut kinds = Vec::new();
    let mut clean = Cow::Borrowed(text);
    for _ in 0..LOOKS_MAX {
        let Some(next) = look(&clean, publisher, hints, &mut kinds) else {
            let Cow::Owned(clean) = clean else { return None };
            kinds.sort_unstable();
            kinds.dedup();
            return Some((clean, kinds));
        };
        clean = Cow::Owned(next);
    }
    // Nobody writes such a text without meaning to: nothing of it stays.
    kinds.truncate(1);
    Some((marker(kinds[0]), kinds))
}

/// One look at a text.
fn look(text: &str, publisher: &str, hints: Hints, kinds: &mut Vec<RedactionKind>) -> Option<String> {
    if hints.phone && personal::is_phone(text) {
        kinds.push(RedactionKind::Phone);
        return Some(marker(RedactionKind::Phone));
    }
    let mut clean = Cow::Borrowed(text);
    for i in RULES.any.matches(text) {
        let (rule, regex) = &RULES.rules[i];
        if let Some(next) = replace(&clean, rule, regex) {
            kinds.push(rule.kind);
            clean = Cow::Owned(next);
        }
    }
    if let Some(next) = personal::replace_tenants(&clean, publisher, hints.tenant) {
        kinds.push(RedactionKind::TenantId);
        clean = Cow::Owned(next);
    }
    match clean {
        Cow::Owned(clean) => Some(clean),
        Cow::Borrowed(_) => None,
    }
}

fn replace(text: &str, rule: &Rule, regex: &Regex) -> Option<String> {
    let (mut clean, mut from, mut kept) = (String::new(), 0, 0);
    while let Some(captures) = regex.captures_at(text, from) {
        let whole = captures.get(0).expect("a match");
        let found = captures.name("x").unwrap_or(whole);
        let around = Match { before: &text[..found.start()], text: found.as_str(), after: &text[found.end()..] };
        if (rule.accept)(&captures, around) {
            clean.push_str(&text[kept..found.start()]);
            clean.push_str(&marker(rule.kind));
            kept = found.end();
            from = found.end();
        } else if found.start() > whole.start() {
            // What was taken for the value may be the name of one: `note: password=…`
            from = found.start();
        } else {
            from = whole.end();
        }
        if from >= text.len() {
            break;
        }
    }
    (kept > 0).then(|| clean + &text[kept..])
}

/// Whether a text names a value to be filled in, and is none: `${CRM_KEY}`, `{{ crm.key }}`, `<your key>`.
pub(super) fn is_reference(text: &str) -> bool {
    let inside = |open: &str, close: &str| text.trim().strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let plain = |name: &str| name.chars().all(|c| c.is_alphabetic() || c.is_ascii_digit() || "_.- :".contains(c));
    [("${", "}"), ("{{", "}}"), ("<", ">")].iter().any(|(open, close)| inside(open, close).is_some_and(plain))
}

/// Whether a text is the value of an Authorization header.
pub(super) fn is_authorization(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let scheme = words.next().unwrap_or_default().to_ascii_lowercase();
    ["bearer", "basic", "digest", "token", "apikey", "negotiate", "hmac"].contains(&scheme.as_str())
        || scheme.starts_with("aws4-")
}

/// Whether a text may be a secret: one word, of mixed characters, that names nothing to be filled in.
pub(super) fn looks_secret(text: &str) -> bool {
    let text = text.trim();
    let has = |test: fn(char) -> bool| text.chars().any(test);
    text.chars().nth(5).is_some()
        && !has(char::is_whitespace)
        && !is_reference(text)
        && !text.starts_with(['$', '{', '[', '<', '%', '/', '.'])
        && !text.contains("://")
        && !text.contains("[redacted:")
        && (has(|c| c.is_ascii_digit()) || has(|c| "!@#$^&*+=~?".contains(c)) || (text.len() >= 16 && mixed_case(text)))
        && has(char::is_alphabetic)
}

fn mixed_case(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && text.chars().any(char::is_lowercase)
}

/// Whether a text looks as if nobody had chosen it: what credentials under unknown names look like.
pub(super) fn is_random(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+/=.".contains(c);
    text.len() >= 16
        && text.chars().all(plain)
        && text.chars().filter(char::is_ascii_digit).count() >= 3
        && text.chars().filter(char::is_ascii_alphabetic).count() >= 3
}
