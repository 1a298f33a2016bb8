//! Emails, phone numbers, social security numbers, and ids of tenants.

use std::ops::Range;
use std::sync::LazyLock;

use atom_marketplace_protocol::redaction::RedactionKind::{self, Email, Phone, Ssn};
use regex::Regex;
use serde_json::Value;

use super::text::{Match, Rule, marker};

pub(super) const RULES: &[Rule] = &[
    Rule {
        kind: Email,
        pattern: r"[\p{L}\p{N}._%+'-]+(?:@|%40)(?:[\p{L}\p{N}-]+\.)+(?P<end>\p{L}{2,24})",
        accept: |captures, found| {
            // `logo@2x.png` is a picture, `git@github.com:acme/app` an address of a repository.
            const PICTURES: &[&str] = &["png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico"];
            let picture = PICTURES.contains(&captures["end"].to_ascii_lowercase().as_str());
            let repository = found.text.starts_with("git@") && found.next().is_some_and(|c| c == ':' || c == '/');
            !picture && !repository
        },
    },
    Rule {
        kind: Ssn,
        pattern: r"(?i)(?:ssn|social security(?: number| no\.?)?)[\s:#=]{0,4}(?P<x>[0-9]{9})",
        accept: |_, found| valid_ssn(found),
    },
    Rule {
        kind: Ssn,
        pattern: r"[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}",
        accept: |_, found| valid_ssn(found),
    },
    // With its country, as +49 30 1234567.
    Rule {
        kind: Phone,
        pattern: r"\+[1-9](?:[ .()/-]{0,2}[0-9]){7,14}",
        accept: |_, found| found.stands_alone() && !found.within_number(),
    },
    Rule {
        kind: Phone,
        pattern: r"00[1-9][0-9]?(?:[ .-]?[0-9]){8,12}",
        accept: |_, found| found.stands_alone() && !found.within_number() && found.text.contains([' ', '.', '-']),
    },
    // North American, and others with the area in parentheses.
    Rule {
        kind: Phone,
        pattern: r"(?:1[ .-])?(?:\([2-9][0-9]{2}\)[ .-]?|[2-9][0-9]{2}[ .-])[0-9]{3}[ .-][0-9]{4}|\(0[0-9]{1,4}\) ?[0-9]{3,4}[ -]?[0-9]{3,5}",
        accept: |_, found| found.stands_alone() && !found.within_number(),
    },
    // Said to be one.
    Rule {
        kind: Phone,
        pattern: r"(?i)(?-u:\b)(?:tel|phone|mobile|cell|fax|whatsapp)(?-u:\b)\.?(?: number| no\.?)?[\s:=]{0,3}(?P<x>[+(]?[0-9](?:[ .()/-]{0,2}[0-9]){6,14})",
        accept: |_, found| found.stands_alone() && !found.within_number(),
    },
];

fn valid_ssn(found: Match<'_>) -> bool {
    found.stands_alone() && !found.within_number() && is_ssn_number(found.text)
}

/// The numbers that were ever given to somebody.
fn is_ssn_number(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = |range: Range<usize>| digits.get(range).unwrap_or_default().parse::<u32>().unwrap_or(0);
    let (area, group, serial) = (number(0..3), number(3..5), number(5..9));
    digits.len() == 9 && (1..900).contains(&area) && area != 666 && group != 0 && serial != 0
}

/// Whether a value under a key that says so is a social security number.
pub(super) fn is_ssn(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ') && is_ssn_number(text),
        Value::Number(number) => is_ssn_number(&format!("{number:0>9}")),
        _ => false,
    }
}

/// Whether a text under a key that says so is a phone number.
pub(super) fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (7..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +-.()/x#".contains(c))
}

static UUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{32}").expect("the pattern is valid")
});

/// What says in a text that an id follows.
static SAID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?-u:\b)(?:x-)?(?:tenant|workspace|org(?:ani[sz]ation)?|account)s?(?:[ _-]?(?:id|uuid|guid))?\\?["']?\s{0,3}[:=/#]?\s{0,3}\\?["']?(?P<x>[0-9A-Za-z][0-9A-Za-z-]*)"#,
    )
    .expect("the pattern is valid")
});

/// Replaces the ids of tenants: UUIDs where the key, or the text itself, says that they are; the publisher's own there, and
/// anywhere if it is a UUID. Any other of its ids is a word that may mean anything, and the publisher's name for everyone.
pub(super) fn replace_tenants(text: &str, publisher: &str, about_tenant: bool) -> Option<String> {
    let is_uuid = |text: &str| UUID.find(text).is_some_and(|found| found.len() == text.len());
    let mut places: Vec<Range<usize>> = Vec::new();
    if about_tenant {
        places.extend(UUID.find_iter(text).map(|found| found.range()));
        places.extend(words(text, publisher));
    } else {
        for captures in SAID.captures_iter(text) {
            let id = captures.name("x").expect("the pattern has it");
            if is_uuid(id.as_str()) || id.as_str() == publisher {
                places.push(id.range());
            }
        }
        if is_uuid(publisher) {
            places.extend(words(text, publisher));
        }
    }
    places.retain(|place| Match { before: &text[..place.start], text: "", after: &text[place.end..] }.stands_alone());
    places.sort_unstable_by_key(|place| place.start);
    let (mut clean, mut kept) = (String::new(), 0);
    for place in places {
        if place.start >= kept {
            clean.push_str(&text[kept..place.start]);
            clean.push_str(&marker(RedactionKind::TenantId));
            kept = place.end;
        }
    }
    (kept > 0).then(|| clean + &text[kept..])
}

/// Where a word stands in a text, not as part of another.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_');
    text.match_indices(word)
        .filter(|_| !word.is_empty())
        .map(|(at, word)| at..at + word.len())
        .filter(move |place| !part(text[..place.start].chars().next_back()) && !part(text[place.end..].chars().next()))
}
