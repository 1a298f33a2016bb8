//! Which characters are refused because a reader cannot see them, and where they are needed.

use std::borrow::Cow;
use std::fmt::Write as _;

use icu_properties::props::{
    BinaryProperty as _, DefaultIgnorableCodePoint, Emoji, EnumeratedProperty as _, ExtendedPictographic,
    GeneralCategory, Script,
};
use unicode_normalization::char::canonical_combining_class;

const ZWNJ: char = '\u{200c}';
const ZWJ: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';
const BLACK_FLAG: char = '\u{1f3f4}';
/// Selects the coloured form of a character that has two, as [`TEXT_FORM`] the plain one.
const EMOJI_FORM: char = '\u{fe0f}';
const TEXT_FORM: char = '\u{fe0e}';

/// The tag sequences that fonts draw, behind a black flag: England, Scotland and Wales. Any other
/// shows as a plain black flag that carries hidden letters, so it is refused.
const SUBDIVISIONS: [&str; 3] = [
    "\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// The first character that a text of several lines may not hold, and its place in characters (from
/// 0): the rule of [`super::clean`] for files and for strings inside free JSON.
pub fn find_invisible(value: &str) -> Option<(usize, char)> {
    first_refused(value, true)
}

/// The text with every such character as `⟨U+200B⟩`, for people who must see it.
pub fn show_invisible(value: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut kept = 0;
    each_refused(value, true, |_, at, c| {
        shown.push_str(&value[kept..at]);
        write!(shown, "⟨{}⟩", code(c)).expect("a string takes everything");
        kept = at + c.len_utf8();
        true
    });
    if kept == 0 { Cow::Borrowed(value) } else { Cow::Owned(shown + &value[kept..]) }
}

/// Tells `found` of each such character with its line and its place in the line, both from 1.
pub fn each_invisible(value: &str, mut found: impl FnMut(usize, usize, char)) {
    let (mut line, mut column, mut seen) = (1, 1, 0);
    each_refused(value, true, |_, at, c| {
        for passed in value[seen..at].chars() {
            (line, column) = if passed == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        seen = at;
        found(line, column, c);
        true
    });
}

/// A character's code, as `U+200B`.
pub fn code(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

pub(super) fn first_refused(value: &str, multiline: bool) -> Option<(usize, char)> {
    let mut first = None;
    each_refused(value, multiline, |index, _, c| {
        first = Some((index, c));
        false
    });
    first
}

/// Tells `found` of each refused character, with its place in characters and in bytes, as long as that answers true.
fn each_refused(value: &str, multiline: bool, mut found: impl FnMut(usize, usize, char) -> bool) {
    // Most text is printable ASCII, which needs no look at any character.
    if value.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return;
    }
    let mut chars = value.char_indices().enumerate();
    while let Some((index, (at, c))) = chars.next() {
        let (before, after) = (&value[..at], &value[at + c.len_utf8()..]);
        let allowed = match c {
            ' '..='~' => true,
            '\t' | '\n' => multiline,
            '\r' => multiline && after.starts_with('\n'),
            ZWJ => joins_emoji(before, after) || joins_letters(before, after),
            ZWNJ => joins_letters(before, after),
            EMOJI_FORM | TEXT_FORM => presents(before, after),
            '\u{e0020}'..='\u{e007f}' if before.ends_with(BLACK_FLAG) => {
                let tags = SUBDIVISIONS.iter().find(|tags| value[at..].starts_with(**tags));
                if let Some(tags) = tags {
                    chars.nth(tags.chars().count() - 2);
                }
                tags.is_some()
            }
            _ => !is_refused(c),
        };
        if !allowed && !found(index, at, c) {
            return;
        }
    }
}

/// Whether the character is refused wherever it stands.
fn is_refused(c: char) -> bool {
    match GeneralCategory::for_char(c) {
        GeneralCategory::Control
        | GeneralCategory::PrivateUse
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator => true,
        GeneralCategory::Format => !encloses_digits(c),
        _ => DefaultIgnorableCodePoint::for_char(c) || is_noncharacter(c) || is_blank_symbol(c),
    }
}

/// Signs that are format characters by category and yet visible: they enclose the digits or letters
/// behind them (Prepended_Concatenation_Mark).
fn encloses_digits(c: char) -> bool {
    matches!(
        c,
        '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{110bd}' | '\u{110cd}'
    )
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// Symbols without ink, which Unicode does not count as spaces: the empty Braille pattern, the
/// Khitan filler and the null notehead.
fn is_blank_symbol(c: char) -> bool {
    matches!(c, '\u{2800}' | '\u{16fe4}' | '\u{1d159}')
}

/// Whether a zero width joiner stands between two emoji, as in 👩‍🚀 or ❤️‍🔥.
fn joins_emoji(before: &str, after: &str) -> bool {
    let dressed = |c: char| c == EMOJI_FORM || matches!(c, '\u{1f3fb}'..='\u{1f3ff}');
    let bare = before.strip_suffix(dressed).unwrap_or(before);
    let pictograph = |c: Option<char>| c.is_some_and(ExtendedPictographic::for_char);
    pictograph(bare.chars().next_back()) && pictograph(after.chars().next())
}

/// Whether a presentation selector stands behind a character that has both presentations: an emoji,
/// or a digit, `#` or `*` that becomes a keycap.
fn presents(before: &str, after: &str) -> bool {
    match before.chars().next_back() {
        Some('0'..='9' | '#' | '*') => after.starts_with(KEYCAP),
        // Flags' letters and skin tones are parts of emoji and have one presentation.
        Some(c) => Emoji::for_char(c) && !matches!(c, '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}'),
        None => false,
    }
}

/// Whether a joiner or non-joiner stands where ordinary spelling has one. Persian writes a
/// non-joiner between a stem and its suffix («می‌خواهم»), the Indic scripts choose with either
/// between a ligature and its parts, also at the end of a word behind a virama. Elsewhere it would
/// be an invisible difference between two texts. (RFC 5892, appendix A, has the narrower rule for
/// names of hosts; people's spelling is looser than that.)
fn joins_letters(before: &str, after: &str) -> bool {
    let Some(last) = before.chars().next_back() else {
        return false;
    };
    let is_virama = canonical_combining_class(last) == 9;
    joining_script(last)
        .is_some_and(|script| is_virama || after.chars().next().and_then(joining_script) == Some(script))
}

/// The script of a letter or mark whose script uses joiners.
fn joining_script(c: char) -> Option<Script> {
    // Vowel signs that Arabic shares with Syriac, and so have no script of their own.
    if matches!(c, '\u{64b}'..='\u{655}' | '\u{670}') {
        return Some(Script::Arabic);
    }
    let script = Script::for_char(c);
    let joining = [
        Script::Arabic,
        Script::Syriac,
        Script::Devanagari,
        Script::Bengali,
        Script::Gurmukhi,
        Script::Gujarati,
        Script::Oriya,
        Script::Tamil,
        Script::Telugu,
        Script::Kannada,
        Script::Malayalam,
        Script::Sinhala,
        Script::Khmer,
        Script::Myanmar,
    ];
    let is_letter = c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c);
    (is_letter && joining.contains(&script)).then_some(script)
}

/// A character for a message: its code point, and its name or, if it can be seen, itself.
pub fn describe(c: char) -> String {
    let code = format!("U+{:04X}", u32::from(c));
    match name(c) {
        Some(name) => format!("{code} ({name})"),
        None => format!("{code} {c:?}").replace('\'', "\""),
    }
}

fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '\0' => "null",
        '\t' => "tab",
        '\n' => "line feed",
        '\r' => "carriage return",
        '\u{1b}' => "escape",
        ' ' => "space",
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{34f}' => "combining grapheme joiner",
        '\u{61c}' => "Arabic letter mark",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "Hangul filler",
        '\u{180e}' => "Mongolian vowel separator",
        '\u{200b}' => "zero width space",
        ZWNJ => "zero width non-joiner",
        ZWJ => "zero width joiner",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{202a}' => "left-to-right embedding",
        '\u{202b}' => "right-to-left embedding",
        '\u{202c}' => "pop directional formatting",
        '\u{202d}' => "left-to-right override",
        '\u{202e}' => "right-to-left override",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{2060}' => "word joiner",
        '\u{2061}'..='\u{2064}' => "invisible operator",
        '\u{2066}' => "left-to-right isolate",
        '\u{2067}' => "right-to-left isolate",
        '\u{2068}' => "first strong isolate",
        '\u{2069}' => "pop directional isolate",
        '\u{2800}' => "blank Braille pattern",
        '\u{feff}' => "byte order mark",
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "variation selector",
        '\u{e0000}'..='\u{e007f}' => "tag character",
        c if is_noncharacter(c) => "noncharacter",
        c => match GeneralCategory::for_char(c) {
            GeneralCategory::Control => "control character",
            GeneralCategory::PrivateUse => "private use character",
            GeneralCategory::SpaceSeparator => "space",
            _ if is_refused(c) => "invisible character",
            _ => return None,
        },
    })
}
