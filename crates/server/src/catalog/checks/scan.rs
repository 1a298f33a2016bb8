//! Searching texts by rules. One pass over a text finds the words that rules begin from (Aho-Corasick); only around those is
//! a rule's own pattern tried. Every pattern is a finite automaton without backtracking, so the time is linear in the
//! text, whatever it holds.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use atom_marketplace_protocol::error::{Finding, Severity};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::bytes::{Match, Regex, RegexBuilder};

use super::policy::{Check, Policy};
use super::texts::{Sort, Text, folded};
use super::{exfiltration, injection, secrets, shell};

/// Bytes around a word that a rule begins from in which its pattern may lie.
const WINDOW: usize = 600;
/// Places counted for one rule in one text.
const PLACES_MAX: usize = 100;
/// Bytes of a base64 passage that are decoded.
const DECODED_MAX: usize = 64 << 10;
/// Characters shown of what was found.
const SHOWN_MAX: usize = 80;

/// What a rule makes of a place that its pattern matches: how much it weighs at most, or nothing.
pub(super) type Judge = fn(&Found<'_>) -> Option<Severity>;

/// A place that a pattern matches, with what stands around it.
pub(super) struct Found<'a> {
    pub(super) text: &'a [u8],
    pub(super) matched: Match<'a>,
}

impl Found<'_> {
    /// The match itself. Patterns of tokens match ASCII alone.
    pub(super) fn str(&self) -> &str {
        std::str::from_utf8(self.matched.as_bytes()).unwrap_or_default()
    }

    /// Up to so many bytes before, the match, and as many behind.
    pub(super) fn around(&self, reach: usize) -> &[u8] {
        &self.text[self.matched.start().saturating_sub(reach)..(self.matched.end() + reach).min(self.text.len())]
    }

    /// Up to so many bytes before.
    pub(super) fn before(&self, reach: usize) -> &[u8] {
        &self.text[self.matched.start().saturating_sub(reach)..self.matched.start()]
    }

    /// The match, and up to so many bytes behind.
    pub(super) fn around_behind(&self, reach: usize) -> &[u8] {
        &self.text[self.matched.start()..(self.matched.end() + reach).min(self.text.len())]
    }

    /// Up to so many bytes behind.
    pub(super) fn behind(&self, reach: usize) -> &[u8] {
        &self.text[self.matched.end()..(self.matched.end() + reach).min(self.text.len())]
    }
}

/// One thing that a check looks for.
pub(super) struct Rule {
    pub(super) check: Check,
    /// What it says was found.
    pub(super) says: &'static str,
    /// Lowercase words, of which a match holds one.
    pub(super) words: &'static [&'static str],
    /// A space in it is any run of white space, quotes and Markdown's marks.
    pub(super) pattern: &'static str,
    pub(super) judge: Judge,
    /// Whether the message may repeat what was found.
    pub(super) shown: bool,
    /// Whether it is looked for in files that are no text, too.
    pub(super) in_binaries: bool,
}

impl Rule {
    /// A rule about words and commands.
    pub(super) const fn new(
        check: Check,
        says: &'static str,
        words: &'static [&'static str],
        pattern: &'static str,
        judge: Judge,
    ) -> Self {
        Self { check, says, words, pattern, judge, shown: true, in_binaries: false }
    }

    /// A rule about something that must not be repeated.
    pub(super) const fn secret(
        says: &'static str,
        words: &'static [&'static str],
        pattern: &'static str,
        judge: Judge,
    ) -> Self {
        Self { check: Check::Secrets, says, words, pattern, judge, shown: false, in_binaries: true }
    }

    /// The same, in texts alone.
    pub(super) const fn only_in_texts(mut self) -> Self {
        self.in_binaries = false;
        self
    }
}

/// It weighs what its check does.
#[expect(clippy::unnecessary_wraps, reason = "it is a Judge")]
pub(super) fn surely(_: &Found<'_>) -> Option<Severity> {
    Some(Severity::Block)
}

/// A reviewer should look.
#[expect(clippy::unnecessary_wraps, reason = "it is a Judge")]
pub(super) fn likely(_: &Found<'_>) -> Option<Severity> {
    Some(Severity::Queue)
}

/// A pattern that is compiled when it is first needed. No Unicode classes: texts are searched as bytes, and what looks
/// Latin was made Latin.
pub(super) struct Pattern {
    text: &'static str,
    compiled: OnceLock<Regex>,
}

impl Pattern {
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    pub(super) fn get(&self) -> &Regex {
        self.compiled.get_or_init(|| {
            let text = self.text.replace(' ', r#"[\s*_`~>"'-]+"#);
            RegexBuilder::new(&text).unicode(false).size_limit(4 << 20).build().expect("the patterns here are valid")
        })
    }

    pub(super) fn is_match(&self, bytes: &[u8]) -> bool {
        self.get().is_match(bytes)
    }
}

struct Engine {
    rules: Vec<(&'static Rule, Pattern)>,
    words: AhoCorasick,
    /// The rules that begin from each word.
    owners: Vec<Vec<usize>>,
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let lists = [secrets::RULES, shell::RULES, exfiltration::RULES, injection::RULES];
    let rules: Vec<_> = lists.into_iter().flatten().map(|rule| (rule, Pattern::new(rule.pattern))).collect();
    let mut by_word: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, (rule, _)) in rules.iter().enumerate() {
        for word in rule.words {
            by_word.entry(word).or_default().push(at);
        }
    }
    let words = AhoCorasick::builder().ascii_case_insensitive(true).build(by_word.keys());
    Engine { rules, words: words.expect("a few hundred short words"), owners: by_word.into_values().collect() }
});

/// What a rule found in one text.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) rule: usize,
    pub(super) severity: Severity,
    pub(super) at: usize,
    pub(super) places: usize,
    shown: String,
}

/// Searches one text; the hits of a rule with the same weight are one.
pub(super) fn search(text: &[u8], binary: bool) -> Vec<Hit> {
    let engine = &*ENGINE;
    let mut windows: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for word in engine.words.find_overlapping_iter(text) {
        let (start, end) = (word.start().saturating_sub(WINDOW), (word.end() + WINDOW).min(text.len()));
        for &rule in &engine.owners[word.pattern().as_usize()] {
            if binary && !engine.rules[rule].0.in_binaries {
                continue;
            }
            let windows = windows.entry(rule).or_default();
            match windows.last_mut() {
                Some(last) if last.1 >= start => last.1 = end.max(last.1),
                _ => windows.push((start, end)),
            }
        }
    }
    let mut hits = Vec::new();
    for (rule, windows) in windows {
        in_windows(rule, &windows, text, &mut hits);
    }
    hits
}

fn in_windows(at: usize, windows: &[(usize, usize)], text: &[u8], hits: &mut Vec<Hit>) {
    let (rule, pattern) = &ENGINE.rules[at];
    let pattern = pattern.get();
    let first = hits.len();
    let mut next = 0;
    for &(start, end) in windows {
        let mut from = start.max(next);
        // What stands before `from` is seen, so that a window's edge is no word's edge.
        while let Some(matched) = pattern.find_at(&text[..end], from) {
            from = matched.end().max(from + 1);
            next = from;
            if let Some(severity) = (rule.judge)(&Found { text, matched }) {
                match hits[first..].iter_mut().find(|hit| hit.severity == severity) {
                    Some(hit) => hit.places += 1,
                    None => hits.push(Hit {
                        rule: at,
                        severity,
                        at: matched.start(),
                        places: 1,
                        shown: if rule.shown { excerpt(matched.as_bytes()) } else { beginning(matched.as_bytes()) },
                    }),
                }
                if hits[first..].iter().any(|hit| hit.places >= PLACES_MAX) {
                    return;
                }
            }
            if from > end {
                break;
            }
        }
    }
}

/// What was found, on one line and not longer than a message wants.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = words.chars().take(SHOWN_MAX).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let cut = if words.chars().nth(SHOWN_MAX).is_some() { "\u{2026}" } else { "" };
    format!("`{shown}{cut}`")
}

/// The beginning of a secret: enough to find it by, too little to use.
fn beginning(bytes: &[u8]) -> String {
    let shown: String =
        String::from_utf8_lossy(bytes).trim_start().chars().take(4).filter(|c| !c.is_control()).collect();
    format!("`{shown}\u{2026}`")
}

impl Hit {
    pub(super) fn check(&self) -> Check {
        ENGINE.rules[self.rule].0.check
    }

    /// As a finding at a place. `how` says how it was hidden.
    pub(super) fn finding(&self, policy: &Policy, path: &str, line: Option<usize>, how: &str) -> Option<Finding> {
        let rule = ENGINE.rules[self.rule].0;
        let mut message = match line {
            Some(line) => format!("Line {line}: {}", rule.says),
            None => uppercase(rule.says),
        };
        message = format!("{message}{how}, {}", self.shown);
        if self.places > 1 {
            message = format!("{message}, and {} more", self.places - 1);
        }
        policy.finding(rule.check, self.severity, path, format!("{message}."))
    }
}

fn uppercase(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// Searches a text, what it reads as, what it hides in base64, and what it puts together from pieces.
pub(super) fn texts(policy: &Policy, texts: &[Text<'_>], findings: &mut Vec<Finding>) {
    for text in texts {
        let binary = text.sort == Sort::Binary;
        let mut seen: Vec<(usize, Severity)> = Vec::new();
        report(policy, text, search(&text.body, binary), true, "", &mut seen, findings);
        let Some(body) = text.str() else { continue };
        if let Some(folded) = folded(body) {
            report(
                policy,
                text,
                search(folded.as_bytes(), false),
                false,
                ", in letters that only look alike",
                &mut seen,
                findings,
            );
        }
        for (at, decoded) in base64_passages(&text.body) {
            let mut hits = search(&decoded, false);
            for hit in &mut hits {
                hit.at = at;
            }
            report(policy, text, hits, true, ", in base64", &mut seen, findings);
        }
        if let Some(joined) = joined(&text.body) {
            report(policy, text, search(&joined, false), false, ", put together from pieces", &mut seen, findings);
        }
    }
}

fn report(
    policy: &Policy,
    text: &Text<'_>,
    hits: Vec<Hit>,
    placed: bool,
    how: &str,
    seen: &mut Vec<(usize, Severity)>,
    findings: &mut Vec<Finding>,
) {
    for hit in hits {
        let key = (hit.rule, hit.severity);
        if !seen.contains(&key) {
            seen.push(key);
            let (path, line) = text.place(if placed { hit.at } else { 0 });
            findings.extend(hit.finding(policy, &path, line.filter(|_| placed), how));
        }
    }
}

/// Takes what others write, whatever they leave in the last bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// Passages of base64 that are text when they are decoded.
fn base64_passages(text: &[u8]) -> Vec<(usize, Vec<u8>)> {
    static BASE64: Pattern = Pattern::new("[A-Za-z0-9+/]{40,}={0,2}");
    let mut passages = Vec::new();
    // A text without a long run of such letters needs no automaton to say so.
    if text.len() < 40 {
        return passages;
    }
    for matched in BASE64.get().find_iter(text) {
        let letters = matched.as_bytes();
        let letters = &letters[..letters.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1)];
        // A single letter beyond whole groups is none of base64's.
        let length = letters.len() - usize::from(letters.len() % 4 == 1);
        let Ok(decoded) = LENIENT.decode(&letters[..length.min(DECODED_MAX / 3 * 4)]) else { continue };
        let printable = decoded.iter().filter(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t' | b'\r')).count();
        if printable * 20 >= decoded.len() * 19 {
            passages.push((matched.start(), decoded));
        }
    }
    passages
}

/// The text with the pieces of its strings put together, as in `"ghp_" + "…"`; none where there are none.
fn joined(text: &[u8]) -> Option<Vec<u8>> {
    static SEAM: Pattern = Pattern::new(r#"["']\s*[+&]\s*(?:\\?\n\s*)?["']"#);
    let joined = SEAM.get().replace_all(text, &b""[..]);
    matches!(joined, std::borrow::Cow::Owned(_)).then(|| joined.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_valid_and_every_word_lowercase() {
        for (rule, pattern) in &ENGINE.rules {
            pattern.get();
            assert!(rule.words.iter().all(|word| word.to_lowercase() == *word && !word.is_empty()), "{}", rule.says);
        }
    }

    #[test]
    fn a_word_at_the_edge_of_a_window_is_judged_by_what_stands_before_it() {
        let far = "x".repeat(WINDOW * 3);
        let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        assert!(!search(format!("{far} {token} {far}").as_bytes(), false).is_empty());
        assert!(search(format!("{far}{token}{far}").as_bytes(), false).is_empty());
    }
}
