//! What a page carries that its readers do not see: comments, hidden elements, alternative texts, metadata, and text pushed
//! out of sight. All of it is ordinary; that it gives orders to a model is not.

use atom_marketplace_protocol::error::{Finding, Severity};

use super::injection::{HIDDEN, addresses_a_model};
use super::policy::{Check, Policy};
use super::scan::{Pattern, excerpt, search};
use super::texts::{Sort, Text, folded};

/// Bytes of an element that are looked at.
const ELEMENT_MAX: usize = 4_000;

static COMMENT: Pattern = Pattern::new(r"(?s)<!--(.*?)(?:--!?>|\z)");
static MARKDOWN_COMMENT: Pattern = Pattern::new(r"(?m)^[\x20]{0,3}\[[^\]\n]{1,40}\]:[\x20]*(?:<>|#)[\x20]*([^\n]+)");
static HIDDEN_TAG: Pattern = Pattern::new(
    r#"(?i)<[a-z][a-z0-9]*\b[^<>]*?(?:display["']?\s*:\s*["']?none|visibility["']?\s*:\s*["']?hidden|opacity["']?\s*:\s*["']?0(?:\.0+)?(?:[;"'\s,}]|$)|font-?size["']?\s*:\s*["']?[01](?:\.\d+)?(?:px|pt|em|rem|%)?(?:[;"'\s,}]|$)|[\s;"'{]color["']?\s*:\s*["']?(?:#fff(?:fff)?|white|transparent|#fefefe|rgba?\([^)]*,\s*0\))|color\s*=\s*["']?(?:white|#fff)|(?:left|top|text-?indent)["']?\s*:\s*["']?-\d{3,}|clip(?:-path)?["']?\s*:|[\s"']hidden(?:[\s>=/]|$)|aria-hidden\s*=\s*["']?true|max-height["']?\s*:\s*["']?0)[^<>]*>|<(?:template|noscript)\b[^<>]*>"#,
);
static ATTRIBUTE: Pattern = Pattern::new(
    r#"(?i)\b(?:alt|title|aria-label|aria-description|content|placeholder|summary|data-[a-z-]+)\s*=\s*(?:"([^"]{20,})"|'([^']{20,})')"#,
);
static MARKDOWN_ALT: Pattern = Pattern::new(r#"!\[([^\]]{20,2000})\]|\]\([^\s)]+\s+["']([^"'\n]{20,})["']\)"#);
static FAR_AWAY: Pattern = Pattern::new(r"[\x20\t]{120,}([^\s][^\n]{10,})|(?:\s*\n){60,}([^\n]{10,})");
static UNSEEN_ENTITY: Pattern = Pattern::new(
    r"(?i)&#(?:x(?:200[b-f]|202[a-e]|206[0-9]|feff|e00[0-7][0-9a-f])|820[3-7]|823[4-8]|828[89]|829[0-7]|65279|9175(?:0[4-9]|[1-9]\d)|9176[0-2]\d);?|&(?:zwnj|zwj|lrm|rlm|ZeroWidthSpace|NoBreak);|\\u(?:200[b-f]|202[a-e]|206[0-9]|feff)(?:\\u(?:200[b-f]|202[a-e]|206[0-9]|feff)){3,}",
);

/// Looks at every text that is written for people.
pub(super) fn check(policy: &Policy, texts: &[Text<'_>], findings: &mut Vec<Finding>) {
    for text in texts {
        let Some(body) = text.str() else { continue };
        if policy.looks(Check::Invisible) {
            entities(policy, text, body, findings);
        }
        if policy.looks(HIDDEN) {
            regions(policy, text, body, findings);
        }
    }
}

fn regions(policy: &Policy, text: &Text<'_>, body: &str, findings: &mut Vec<Finding>) {
    let mut hidden: Vec<(usize, &[u8], &str)> = Vec::new();
    let has = |needle: &str| body.contains(needle);
    let body = body.as_bytes();
    let mut groups = |pattern: &Pattern, what: &'static str| {
        for found in pattern.get().captures_iter(body) {
            if let Some(group) = found.iter().skip(1).flatten().next() {
                hidden.push((group.start(), group.as_bytes(), what));
            }
        }
    };
    if has("<!--") {
        groups(&COMMENT, "a comment");
    }
    if has("]:") {
        groups(&MARKDOWN_COMMENT, "a comment");
    }
    if has("](") || has("![") {
        groups(&MARKDOWN_ALT, "an alternative text or title");
    }
    if has("=") && has("<") {
        groups(&ATTRIBUTE, "an attribute");
    }
    if text.sort != Sort::Data {
        groups(&FAR_AWAY, "text far out of sight");
    }
    if has("<") {
        for tag in HIDDEN_TAG.get().find_iter(body) {
            let inside = &body[tag.end()..(tag.end() + ELEMENT_MAX).min(body.len())];
            let end = inside.windows(2).position(|two| two == b"</").unwrap_or(inside.len());
            hidden.push((tag.end(), &inside[..end], "an element that is not shown"));
        }
    }
    for (at, passage, what) in hidden {
        if let Some(finding) = judge(policy, text, at, passage, what) {
            findings.push(finding);
            // One is enough to refuse it, and a page may have thousands.
            return;
        }
    }
}

fn judge(policy: &Policy, text: &Text<'_>, at: usize, passage: &[u8], what: &str) -> Option<Finding> {
    let folded = std::str::from_utf8(passage).ok().and_then(folded);
    let read = folded.as_deref().map_or(passage, str::as_bytes);
    let harmful = |hit: &super::scan::Hit| {
        matches!(hit.check(), Check::Injection | Check::Exfiltration | Check::FetchAndRun)
            && hit.severity >= Severity::Queue
    };
    if !addresses_a_model(read) && !search(read, false).iter().any(harmful) {
        return None;
    }
    let (path, line) = text.place(at);
    let place = line.map_or_else(String::new, |line| format!("Line {line}: "));
    let message = format!("{place}{what} gives orders that people do not see, {}.", excerpt(read));
    policy.finding(HIDDEN, Severity::Block, path, message)
}

/// Invisible characters that are written as entities or escapes. Scripts that join their letters need some.
fn entities(policy: &Policy, text: &Text<'_>, body: &str, findings: &mut Vec<Finding>) {
    if !body.contains('&') && !body.contains("\\u") {
        return;
    }
    let joins = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{900}'..='\u{109f}' | '\u{1f300}'..='\u{1faff}');
    if let Some(found) = UNSEEN_ENTITY.get().find(&text.body)
        && !body.chars().any(joins)
    {
        let (path, line) = text.place(found.start());
        let place = line.map_or_else(String::new, |line| format!("Line {line}: "));
        let message = format!("{place}{} is a character that nobody sees.", excerpt(found.as_bytes()));
        findings.extend(policy.finding(Check::Invisible, Severity::Queue, path, message));
    }
}
