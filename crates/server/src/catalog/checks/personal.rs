//! Personal data: numbers that name one person, and lists of people. An author's address is ordinary.

use std::collections::BTreeSet;

use atom_marketplace_protocol::error::{Finding, Severity};

use super::policy::{Check, Policy};
use super::scan::{Found, Pattern};
use super::texts::{Sort, Text};

/// Addresses of different people in one text that make it a list of people.
const LIST: usize = 10;
/// Addresses in one text that are worth a note.
const SOME: usize = 4;

static SSN: Pattern = Pattern::new(r"\b\d{3}-\d{2}-\d{4}\b");
static ABOUT_SSN: Pattern = Pattern::new(r"(?i)\bssns?\b|social.?security");
static CARD: Pattern =
    Pattern::new(r"\b[3-6]\d{3}[\x20-]?\d{4}[\x20-]?\d{4}[\x20-]?\d{3,4}\b|\b3[47]\d{2}[\x20-]?\d{6}[\x20-]?\d{5}\b");
static IBAN: Pattern = Pattern::new(r"\b[A-Z]{2}\d{2}(?:[\x20]?[A-Z0-9]{4}){3,7}(?:[\x20]?[A-Z0-9]{1,3})?\b");
static EMAIL: Pattern =
    Pattern::new(r"(?i)\b[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.[a-z]{2,24}\b");
static PHONE: Pattern =
    Pattern::new(r"\+[1-9]\d{0,2}[\x20.-]?\(?\d{1,4}\)?(?:[\x20.-]?\d{2,4}){2,4}\b|\(\d{3}\)[\x20]?\d{3}-\d{4}\b");

/// What documents write in the place of a real one.
const SAMPLE_SSNS: [&str; 5] = ["123-45-6789", "078-05-1120", "219-09-9999", "111-11-1111", "123-12-1234"];
const SAMPLE_CARDS: [&str; 8] =
    ["4242424242", "4111111111", "4000", "5555555555", "510510510510", "378282246310", "371449635398", "6011"];
const SAMPLE_IBANS: [&str; 6] = [
    "DE89370400440532013000",
    "GB82WEST12345698765432",
    "GB29NWBK60161331926819",
    "FR1420041010050500013M02606",
    "NL91ABNA0417164300",
    "CH9300762011623852957",
];
const SAMPLE_DOMAINS: [&str; 14] = [
    "example",
    "sample",
    "test",
    "acme",
    "yourcompany",
    "company",
    "domain",
    "email",
    "contoso",
    "invalid",
    "localhost",
    "fabrikam",
    "northwind",
    "mail",
];
const ROLES: [&str; 22] = [
    "support",
    "info",
    "security",
    "hello",
    "contact",
    "noreply",
    "no-reply",
    "admin",
    "help",
    "sales",
    "team",
    "press",
    "legal",
    "privacy",
    "maintainers",
    "abuse",
    "billing",
    "dev",
    "git",
    "feedback",
    "opensource",
    "office",
];

/// Looks at every text.
pub(super) fn check(policy: &Policy, texts: &[Text<'_>], findings: &mut Vec<Finding>) {
    if !policy.looks(Check::PersonalData) {
        return;
    }
    for text in texts.iter().filter(|text| text.sort != Sort::Binary && text.body.len() > 8) {
        let mut report = |at: usize, severity, message: &str| {
            let (path, line) = text.place(at);
            let place = line.map_or_else(String::new, |line| format!("Line {line}: "));
            findings.extend(policy.finding(Check::PersonalData, severity, path, format!("{place}{message}.")));
        };
        if let Some((at, count, sure)) = numbers(text, &SSN, ssn) {
            let severity = if sure || count > 2 { Severity::Block } else { Severity::Note };
            report(at, severity, &format!("what looks like a social security number, {count} in all"));
        }
        if let Some((at, count, _)) = numbers(text, &CARD, card) {
            report(at, Severity::Block, &format!("what looks like a payment card's number, {count} in all"));
        }
        if let Some((at, count, _)) = numbers(text, &IBAN, iban) {
            report(at, Severity::Block, &format!("a bank account's number (IBAN), {count} in all"));
        }
        let people = |pattern: &Pattern, real: fn(&str) -> bool| {
            let found =
                pattern.get().find_iter(&text.body).filter_map(|found| std::str::from_utf8(found.as_bytes()).ok());
            found.filter(|found| real(found)).map(str::to_ascii_lowercase).take(1_000).collect::<BTreeSet<_>>().len()
        };
        for (pattern, real, what) in
            [(&EMAIL, email as fn(&str) -> bool, "email addresses"), (&PHONE, phone, "phone numbers")]
        {
            // A text without the sign holds none.
            let sign = if what == "email addresses" { b"@".as_slice() } else { b"+(" };
            if !text.body.iter().any(|byte| sign.contains(byte)) {
                continue;
            }
            let count = people(pattern, real);
            if count >= SOME {
                let severity = if count >= LIST { Severity::Block } else { Severity::Note };
                report(0, severity, &format!("{count} different {what} of people"));
            }
        }
    }
}

/// The first real one, how many there are, and whether one is sure.
fn numbers(text: &Text<'_>, pattern: &Pattern, real: fn(&Found<'_>) -> Option<bool>) -> Option<(usize, usize, bool)> {
    let (mut first, mut count, mut sure) = (None, 0, false);
    for matched in pattern.get().find_iter(&text.body).take(10_000) {
        let at = matched.start();
        if let Some(certain) = real(&Found { text: &text.body, matched }) {
            first = first.or(Some(at));
            count += 1;
            sure |= certain;
        }
    }
    first.map(|at| (at, count, sure))
}

fn ssn(found: &Found<'_>) -> Option<bool> {
    let text = found.str();
    let (area, group, serial) = (&text[..3], &text[4..6], &text[7..]);
    let possible = area != "000" && area != "666" && !area.starts_with('9') && group != "00" && serial != "0000";
    (possible && !SAMPLE_SSNS.contains(&text)).then(|| ABOUT_SSN.is_match(found.around(120)))
}

fn card(found: &Found<'_>) -> Option<bool> {
    let digits: String = found.str().chars().filter(char::is_ascii_digit).collect();
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0') * if at % 2 == 1 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    let varied = digits.bytes().collect::<BTreeSet<_>>().len() > 4;
    let sample = SAMPLE_CARDS.iter().any(|sample| digits.starts_with(sample));
    // Part of a longer number, such as an identifier or a fraction.
    let inside = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte));
    let part = inside(found.before(1).last()) || found.behind(1).first().is_some_and(u8::is_ascii_alphanumeric);
    (sum.is_multiple_of(10) && varied && !sample && !part).then_some(true)
}

fn iban(found: &Found<'_>) -> Option<bool> {
    let text: String = found.str().chars().filter(|c| *c != ' ').collect();
    if SAMPLE_IBANS.iter().any(|sample| text == *sample) || !text.is_char_boundary(4) {
        return None;
    }
    let turned = format!("{}{}", &text[4..], &text[..4]);
    let rest = turned.chars().try_fold(0_u32, |rest, c| {
        let digit = c.to_digit(36)?;
        Some(if digit > 9 { (rest * 100 + digit) % 97 } else { (rest * 10 + digit) % 97 })
    });
    (rest == Some(1)).then_some(true)
}

fn email(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some((name, domain)) = lower.split_once('@') else { return false };
    let sample = domain.split('.').any(|part| SAMPLE_DOMAINS.contains(&part)) || domain.contains("example");
    let role = ROLES.iter().any(|role| {
        name == *role || name.strip_prefix(role).is_some_and(|rest| rest.starts_with(['+', '-', '.', '_']))
    });
    !sample && !role
}

/// North American numbers 555-01xx are fiction.
fn phone(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (8..=15).contains(&digits.len())
        && !digits.contains("55501")
        && !digits.contains("5550")
        && !digits.contains("1234567")
}
