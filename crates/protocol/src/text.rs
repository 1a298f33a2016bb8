//! What text may contain, and how it is folded for search.
//!
//! Invisible characters are how malicious packages hide code and instructions from their reviewers,
//! so a text is refused when it holds one outside the few places where it has a visible effect:
//! inside emoji, and between letters of scripts that join. It never repairs a text silently: it is
//! brought to NFC, and otherwise accepted as it is or refused.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

mod invisible;
mod search;

pub use invisible::{code, describe, each_invisible, find_invisible, show_invisible};
pub use search::{fold, is_word, tokens};

/// The rule for one text field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRule {
    /// Characters allowed, counted in the NFC form.
    pub max_chars: usize,
    /// Whether tabs and line ends (LF or CRLF) are allowed.
    pub multiline: bool,
    /// Whether it must hold more than white space.
    pub required: bool,
}

/// Checks a text by its rule and returns its NFC form; nothing else about it changes.
///
/// Refused, with the character and its place (from 1): control characters, bidirectional controls,
/// zero-width and other invisible characters, tag characters, variation selectors, private use and
/// noncharacters. Allowed of those: joiners, selectors and tags inside a well-formed emoji, and
/// joiners where Arabic and Indic scripts need them.
pub fn clean(value: &str, rule: TextRule) -> Result<String, String> {
    let check = |text: &str| match invisible::first_refused(text, rule.multiline) {
        None => Ok(()),
        Some((at, c)) => Err(format!("character {} is {}, which is not allowed here", at + 1, describe(c))),
    };
    check(value)?;
    let text = nfc(value);
    // NFC reorders marks, which may take a joiner's neighbour from it.
    if matches!(text, Cow::Owned(_)) {
        check(&text)?;
    }
    if rule.required && text.chars().all(char::is_whitespace) {
        return Err("it must not be blank".to_owned());
    }
    let count = text.chars().count();
    if count > rule.max_chars {
        return Err(format!("it has {count} characters, of at most {}", rule.max_chars));
    }
    Ok(text.into_owned())
}

fn nfc(value: &str) -> Cow<'_, str> {
    if unicode_normalization::is_nfc(value) { Cow::Borrowed(value) } else { Cow::Owned(value.nfc().collect()) }
}

#[cfg(test)]
mod tests;
