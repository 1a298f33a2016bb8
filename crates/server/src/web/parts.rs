//! What pages are made of. Each is in `assets/site.css` once.

use atom_marketplace_db::Timestamp;
use maud::{Markup, html};

use super::icons::{Icon, icon};

/// How something is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Info,
    Good,
    Warn,
    Bad,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Info => "info",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// A word in a pill.
pub(super) fn badge(tone: Tone, text: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (text) } }
}

/// Something to be read before the rest.
pub(super) fn banner(tone: Tone, content: Markup) -> Markup {
    let sign = match tone {
        Tone::Good => Icon::Check,
        Tone::Warn | Tone::Bad => Icon::Alert,
        Tone::Plain | Tone::Info => Icon::Info,
    };
    html! { div class={ "banner " (tone.class()) } { (icon(sign)) div { (content) } } }
}

/// A message in which `…` stands for what is typed as it is.
pub(super) fn spoken(text: &str) -> Markup {
    html! { @for (at, part) in text.split('`').enumerate() { @if at % 2 == 1 { code { (part) } } @else { (part) } } }
}

/// Text to be copied. `id` is the block's own on its page.
pub(super) fn code_block(id: &str, text: &str) -> Markup {
    html! {
        div class="copy" {
            pre tabindex="0" { code id=(id) { (text) } }
            button class="button small" type="button" data-copy=(id) hidden { "Copy" }
        }
    }
}

/// What stands where there is nothing.
pub(super) fn empty(sign: Icon, title: &str, content: Markup) -> Markup {
    html! { section class="empty" { (icon(sign)) h2 { (title) } (content) } }
}

/// A moment: how long ago, or how soon, and exactly when.
pub(super) fn moment(text: &str, now: Timestamp) -> Markup {
    let Ok(at) = text.parse::<Timestamp>() else { return html! { (text) } };
    let exact = text.get(..16).unwrap_or(text).replace('T', " ");
    let words = if at > now { soon(at.since(now).as_secs()) } else { ago(now.since(at).as_secs()) };
    html! { time datetime=(text) title={ (exact) " UTC" } { (words) } }
}

fn ago(seconds: u64) -> String {
    if seconds < 60 { "just now".to_owned() } else { format!("{} ago", span(seconds)) }
}

fn soon(seconds: u64) -> String {
    if seconds < 60 { "in a moment".to_owned() } else { format!("in {}", span(seconds)) }
}

fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    counted(count, unit)
}

/// So many of something.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let many = match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    if number == 1 { format!("1 {noun}") } else { format!("{number} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_in_words() {
        for (seconds, words) in [(5, "just now"), (60, "1 minute ago"), (7_300, "2 hours ago"), (90_000, "1 day ago")] {
            assert_eq!(ago(seconds), words);
        }
        for (seconds, words) in [(5, "in a moment"), (119, "in 1 minute"), (172_800, "in 2 days")] {
            assert_eq!(soon(seconds), words);
        }
        for (number, noun, words) in
            [(1, "delivery", "1 delivery"), (2, "delivery", "2 deliveries"), (0, "day", "0 days")]
        {
            assert_eq!(counted(number, noun), words);
        }
    }
}
