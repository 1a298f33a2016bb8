//! How reviewers' pages put things into words and marks.

use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::error::Severity;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::text::describe;
use maud::{Markup, html};

use crate::web::icons::Icon;
pub(super) use crate::web::parts::moment;
use crate::web::parts::{Tone, badge};
use crate::web::visit::Visit;

pub(super) fn kind_icon(kind: Kind) -> Icon {
    match kind {
        Kind::Agent => Icon::Agent,
        Kind::Skill => Icon::Skill,
        Kind::Canvas => Icon::Canvas,
        Kind::Domain => Icon::Domain,
    }
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Agent => "Agent",
        Kind::Skill => "Skill",
        Kind::Canvas => "Canvas",
        Kind::Domain => "Domain",
    }
}

/// Where submissions stand, in the order of the filter.
pub(super) const STATES: [(Status, &str); 5] = [
    (Status::PendingReview, "Waiting"),
    (Status::ChangesRequested, "Changes requested"),
    (Status::Rejected, "Rejected"),
    (Status::Published, "Approved"),
    (Status::Superseded, "Superseded"),
];

pub(super) fn state_name(status: Status) -> &'static str {
    STATES.iter().find(|(known, _)| *known == status).map_or("Gone", |(_, name)| name)
}

pub(super) fn state_badge(status: Status) -> Markup {
    let tone = match status {
        Status::PendingReview => Tone::Info,
        Status::Published => Tone::Good,
        Status::ChangesRequested => Tone::Warn,
        Status::Rejected | Status::Quarantined => Tone::Bad,
        Status::Withdrawn | Status::Superseded => Tone::Plain,
    };
    badge(tone, state_name(status))
}

pub(super) fn severity_badge(severity: Severity) -> Markup {
    match severity {
        Severity::Block => badge(Tone::Bad, "Block"),
        Severity::Queue => badge(Tone::Warn, "Look"),
        Severity::Note => badge(Tone::Plain, "Note"),
    }
}

/// How risky, in a word.
pub(super) fn risk(risk: u64) -> (Tone, &'static str) {
    match risk {
        0..=9 => (Tone::Good, "Low"),
        10..=29 => (Tone::Warn, "Medium"),
        _ => (Tone::Bad, "High"),
    }
}

/// Who acts, for people: `member:usr_…` and the like.
pub(super) fn actor(visit: &Visit, actor: &str) -> Markup {
    let own = visit.account().is_some_and(|account| actor.strip_prefix("member:") == Some(&account.uid));
    html! {
        @if own { "you" }
        @else if actor == "admin" { "the admin key" }
        @else if let Some(rule) = actor.strip_prefix("policy:") { "the rule " code { (rule) } }
        @else { code { (actor.split_once(':').map_or(actor, |(_, id)| id)) } }
    }
}

/// A text in which `⟨U+200B⟩`, as the diff writes what nobody sees, stands out, and what was redacted too. Whoever hears the page hears the
/// character's name.
pub(super) fn marked(text: &str) -> Markup {
    html! {
        @for part in parts(text) {
            @match part {
                Part::Plain(text) => { (text) }
                Part::Unseen(code, name) => { mark class="unseen" title=(name) { (code) span class="hidden" { " " (name) " " } } }
                Part::Redacted(text) => { mark class="taken" { (text) } }
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Plain(&'a str),
    /// The code of a character, and what it is called.
    Unseen(&'a str, String),
    Redacted(&'a str),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(found) = rest[from..].find(['⟨', '[']) {
        let at = from + found;
        let Some((length, part)) = special(&rest[at..]) else {
            from = at + rest[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if at > 0 {
            parts.push(Part::Plain(&rest[..at]));
        }
        parts.push(part);
        rest = &rest[at + length..];
        from = 0;
    }
    if !rest.is_empty() {
        parts.push(Part::Plain(rest));
    }
    parts
}

/// The mark that a text begins with, and its length.
fn special(text: &str) -> Option<(usize, Part<'_>)> {
    if let Some(code) = text.strip_prefix('⟨').and_then(|rest| rest.split_once('⟩')).map(|(code, _)| code) {
        let digits = code.strip_prefix("U+").filter(|digits| (4..=6).contains(&digits.len()))?;
        let char = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
        let name = describe(char);
        let name =
            name.split_once('(').map_or("invisible character", |(_, name)| name.trim_end_matches(')')).to_owned();
        return Some((code.len() + '⟨'.len_utf8() + '⟩'.len_utf8(), Part::Unseen(code, name)));
    }
    let inside = text.strip_prefix("[redacted:")?;
    let end =
        inside.find(']').filter(|end| inside[..*end].bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))?;
    let length = "[redacted:".len() + end + 1;
    Some((length, Part::Redacted(&text[..length])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_marked_and_named() {
        let unseen = |code, name: &str| Part::Unseen(code, name.to_owned());
        for (text, expected) in [
            ("", vec![]),
            ("plain ⟨x⟩ [y] ⟨U+ZZZZ⟩", vec![Part::Plain("plain ⟨x⟩ [y] ⟨U+ZZZZ⟩")]),
            ("a⟨U+200B⟩b", vec![Part::Plain("a"), unseen("U+200B", "zero width space"), Part::Plain("b")]),
            ("⟨U+202E⟩⟨U+E0041⟩", vec![unseen("U+202E", "right-to-left override"), unseen("U+E0041", "tag character")]),
            (
                "k=[redacted:credential]!",
                vec![Part::Plain("k="), Part::Redacted("[redacted:credential]"), Part::Plain("!")],
            ),
            ("[redacted:<b>]", vec![Part::Plain("[redacted:<b>]")]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
        let html = marked("<i>⟨U+200B⟩").into_string();
        assert_eq!(
            html,
            "&lt;i&gt;<mark class=\"unseen\" title=\"zero width space\">U+200B<span class=\"hidden\"> zero width space </span></mark>"
        );
    }
}
