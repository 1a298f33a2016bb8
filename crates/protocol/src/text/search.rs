//! Folding and tokens: the one form in which texts are indexed and queries are looked up.

use icu_properties::props::{BinaryProperty as _, DefaultIgnorableCodePoint, EnumeratedProperty as _, Script};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Characters of a token that are kept.
const TOKEN_MAX: usize = 64;

/// A text as search sees it: compatibility forms replaced (NFKD), lower case, without diacritics and
/// joiners, composed again. `Café`, `CAFÉ` and `cafe` fold to the same, and so do `Straße` and
/// `strasse`. Marks that make another letter rather than an accent (Indic vowels, kana voicing) stay.
pub fn fold(value: &str) -> String {
    if value.is_ascii() {
        return value.to_ascii_lowercase();
    }
    value
        .nfkd()
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|&c| !is_diacritic(c) && !DefaultIgnorableCodePoint::for_char(c))
        .flat_map(expand)
        .nfc()
        .collect()
}

/// Accents of the Latin, Greek and Cyrillic scripts, the points of Hebrew, the vowel signs and the
/// stretching line of Arabic: writers leave them out at will.
fn is_diacritic(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}'
            | '\u{483}'..='\u{487}'
            | '\u{591}'..='\u{5bd}'
            | '\u{5bf}'
            | '\u{5c1}'
            | '\u{5c2}'
            | '\u{5c4}'
            | '\u{5c5}'
            | '\u{5c7}'
            | '\u{640}'
            | '\u{64b}'..='\u{65f}'
            | '\u{670}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Letters that Unicode does not take apart but that people type as others.
fn expand(c: char) -> impl Iterator<Item = char> {
    let other = match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'ς' => "σ",
        _ => "",
    };
    other.chars().chain(other.is_empty().then_some(c))
}

/// The search tokens of a text, in their order, with repetitions: the runs of letters, digits and
/// their marks in its folded form, each cut at 64 characters. Scripts written without spaces
/// (Chinese, Japanese, Thai, …; also Korean, whose words carry their particles) give every two
/// characters that stand together, so that a word is found inside a sentence.
pub fn tokens(value: &str) -> Vec<String> {
    // Most texts: each search takes some hundred apart.
    if value.is_ascii() {
        let runs = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| !run.is_empty());
        return runs.map(|run| run[..run.len().min(TOKEN_MAX)].to_ascii_lowercase()).collect();
    }
    let folded = fold(value);
    let mut tokens = Vec::new();
    for run in folded.split(|c: char| !is_word(c)).filter(|run| !run.is_empty()) {
        let mut rest = run;
        while let Some(first) = rest.chars().next() {
            let unspaced = is_unspaced(first);
            let end = rest.find(|c| is_unspaced(c) != unspaced).unwrap_or(rest.len());
            let (part, tail) = rest.split_at(end);
            if unspaced {
                push_pairs(&mut tokens, part);
            } else {
                tokens.push(part.chars().take(TOKEN_MAX).collect());
            }
            rest = tail;
        }
    }
    tokens
}

fn push_pairs(tokens: &mut Vec<String>, run: &str) {
    let mut previous = None;
    for c in run.chars() {
        if let Some(previous) = previous {
            tokens.push(String::from_iter([previous, c]));
        }
        previous = Some(c);
    }
    if run.chars().nth(1).is_none() {
        tokens.push(run.to_owned());
    }
}

/// Whether a character belongs to a word: tokens are made of such characters alone.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c))
}

fn is_unspaced(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    let script = Script::for_char(c);
    let unspaced = [
        Script::Han,
        Script::Hiragana,
        Script::Katakana,
        Script::Bopomofo,
        Script::Hangul,
        Script::Thai,
        Script::Lao,
        Script::Khmer,
        Script::Myanmar,
    ];
    // The long-vowel mark and the voicing marks belong to both kana, and so to no script.
    unspaced.contains(&script) || matches!(c, 'ー' | '\u{3099}' | '\u{309a}')
}
