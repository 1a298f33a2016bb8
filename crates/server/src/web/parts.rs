//! What pages are made of. Each is in `assets/site.css` once.

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
