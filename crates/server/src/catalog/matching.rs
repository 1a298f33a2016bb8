//! How well a component matches the words of a search, and where: the second look, at few components, with their texts.

use atom_marketplace_protocol::component::Highlights;
use atom_marketplace_protocol::text;
use serde::Deserialize;

use super::model::ComponentRow;
use super::rank;

/// Characters of a description that are shown, and how many of them before the first match.
const PASSAGE: usize = 200;
const PASSAGE_BEFORE: usize = 60;

/// One word of a search: as it was typed, and as it may have been meant.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Any of these.
    pub(crate) words: Vec<String>,
    /// Whether a word that begins so will do.
    pub(crate) begins: bool,
}

impl Wanted {
    /// How well `found` fits: 1 when it is the word, less when it begins with it.
    fn fit(&self, found: &str) -> f64 {
        if self.words.iter().any(|word| word == found) {
            1.0
        } else if self.begins && self.words.iter().any(|word| found.starts_with(word.as_str())) {
            0.85
        } else {
            0.0
        }
    }

    fn best(&self, found: &[String]) -> f64 {
        found.iter().map(|word| self.fit(word)).fold(0.0, f64::max)
    }
}

/// The fields of a summary that are looked at.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Texts {
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    #[serde(default)]
    capabilities: Vec<String>,
}

impl Texts {
    /// Of a component; nothing, if its summary cannot be read: the search still finds it.
    pub(crate) fn of(row: &ComponentRow) -> Self {
        serde_json::from_str(&row.summary).unwrap_or_default()
    }
}

/// How well it matches, from 0 to 1. `folded` is the whole query. An exact name comes before an exact id, and both before
/// everything else; then it is where the words stand, weighed by popularity.
pub(crate) fn score(row: &ComponentRow, texts: &Texts, folded: &str, wanted: &[Wanted]) -> f64 {
    let popularity = row.rank as f64 / rank::MAX as f64;
    if text::fold(&row.name) == folded {
        return 0.95 + 0.05 * popularity;
    }
    if text::fold(&row.slug) == folded {
        return 0.90 + 0.05 * popularity;
    }
    let name = text::tokens(&row.name);
    let slug = text::tokens(&row.slug);
    let mut fits: Vec<f64> = Vec::with_capacity(wanted.len());
    let mut in_name = 0;
    for wanted in wanted {
        let named = wanted.best(&name);
        in_name += usize::from(named > 0.0);
        fits.push(named.max(0.85 * wanted.best(&slug)).max(0.1));
    }
    // The longer texts are only taken apart for words that could still gain by them.
    let mut look_in = |weight: f64, text: &mut dyn FnMut() -> Vec<String>| {
        if fits.iter().any(|fit| *fit < weight) {
            let found = text();
            for (fit, wanted) in fits.iter_mut().zip(wanted) {
                *fit = fit.max(weight * wanted.best(&found));
            }
        }
    };
    look_in(0.6, &mut || texts.tags.iter().chain(&texts.capabilities).flat_map(|label| text::tokens(label)).collect());
    look_in(0.35, &mut || text::tokens(&texts.description));
    let sum: f64 = fits.iter().sum();
    let words = wanted.len().max(1) as f64;
    // A name that is little else than the words, and one that begins with them.
    let whole = if in_name == wanted.len() { in_name as f64 / name.len().max(1) as f64 } else { 0.0 };
    let begins = match (wanted.first(), name.first()) {
        (Some(wanted), Some(first)) => wanted.fit(first),
        _ => 0.0,
    };
    let text = (sum / words + 0.25 * whole.min(1.0) + 0.1 * begins) / 1.35;
    0.9 * text * (0.7 + 0.3 * popularity)
}

/// Where the words stand.
pub(crate) fn highlights(row: &ComponentRow, texts: &Texts, wanted: &[Wanted]) -> Highlights {
    Highlights {
        name: marked(&row.name, wanted),
        description: passage(&texts.description, wanted),
        tags: texts.tags.iter().filter_map(|tag| marked(tag, wanted)).collect(),
    }
}

/// The text with its matches between `<em>` and `</em>` and all else escaped, if there is a match.
fn marked(value: &str, wanted: &[Wanted]) -> Option<String> {
    let matches = matches(value, wanted);
    if matches.is_empty() {
        return None;
    }
    let mut html = String::with_capacity(value.len() + 9 * matches.len());
    let mut at = 0;
    for (start, end) in matches {
        escape(&value[at..start], &mut html);
        html.push_str("<em>");
        escape(&value[start..end], &mut html);
        html.push_str("</em>");
        at = end;
    }
    escape(&value[at..], &mut html);
    Some(html)
}

/// The part of a text around its first match.
fn passage(value: &str, wanted: &[Wanted]) -> Option<String> {
    let &(first, _) = matches(value, wanted).first()?;
    let before = value[..first].char_indices().rev().nth(PASSAGE_BEFORE).map_or(0, |(at, _)| at);
    let start = match value[before..first].find(char::is_whitespace) {
        Some(space) if before > 0 => before + space + 1,
        _ => before,
    };
    let rest = &value[start..];
    let end = match rest.char_indices().nth(PASSAGE) {
        Some((cut, _)) => rest[..cut].rfind(char::is_whitespace).filter(|end| start + end > first).unwrap_or(cut),
        None => rest.len(),
    };
    let html = marked(&rest[..end], wanted)?;
    let (head, tail) = (if start > 0 { "…" } else { "" }, if end < rest.len() { "…" } else { "" });
    Some(format!("{head}{html}{tail}"))
}

/// Byte ranges of the matches, in order, none touching the next.
fn matches(value: &str, wanted: &[Wanted]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut rest = 0;
    while let Some(start) = value[rest..].find(text::is_word).map(|at| rest + at) {
        let end = value[start..].find(|c| !text::is_word(c)).map_or(value.len(), |at| start + at);
        let run = &value[start..end];
        let tokens = text::tokens(run);
        if tokens.len() < 2 {
            if tokens.iter().any(|token| wanted.iter().any(|wanted| wanted.fit(token) > 0.0)) {
                found.push((start, end));
            }
        } else {
            pairs(run, start, wanted, &mut found);
        }
        rest = end;
    }
    found
}

/// Matches within a run of a script without spaces, which is searched by every two characters.
fn pairs(run: &str, start: usize, wanted: &[Wanted], found: &mut Vec<(usize, usize)>) {
    let places: Vec<usize> = run.char_indices().map(|(at, _)| at).chain([run.len()]).collect();
    for window in places.windows(3) {
        let tokens = text::tokens(&run[window[0]..window[2]]);
        if !tokens.iter().any(|token| wanted.iter().any(|wanted| wanted.fit(token) > 0.0)) {
            continue;
        }
        let (from, to) = (start + window[0], start + window[2]);
        match found.last_mut() {
            Some(last) if last.1 >= from => last.1 = to,
            _ => found.push((from, to)),
        }
    }
}

fn escape(value: &str, html: &mut String) {
    for c in value.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(query: &str) -> Vec<Wanted> {
        let words = text::tokens(query);
        let last = words.len() - 1;
        words.into_iter().enumerate().map(|(at, word)| Wanted { words: vec![word], begins: at == last }).collect()
    }

    #[test]
    fn matches_are_marked_and_all_else_is_escaped() {
        for (value, query, expected) in [
            ("Sales <b>Agent</b>", "sales", Some("<em>Sales</em> &lt;b&gt;Agent&lt;/b&gt;")),
            ("Automation", "auto", Some("<em>Automation</em>")),
            ("Café & Crème", "cafe", Some("<em>Café</em> &amp; Crème")),
            ("a_b", "b", Some("a_<em>b</em>")),
            ("東京都の天気", "京都", Some("東<em>京都</em>の天気")),
            ("東京都の天気", "東京都", Some("<em>東京都</em>の天気")),
            ("nothing", "sales", None),
            ("<em>", "em", Some("&lt;<em>em</em>&gt;")),
        ] {
            assert_eq!(marked(value, &wanted(query)).as_deref(), expected, "{value} {query}");
        }
    }

    #[test]
    fn a_passage_is_cut_at_words_around_the_first_match() {
        let long = format!("{}needle {}", "before ".repeat(40), "after ".repeat(60));
        let shown = passage(&long, &wanted("needle")).expect("a match");
        assert!(shown.starts_with("…before ") && shown.ends_with(" after…"), "{shown}");
        assert!(shown.contains("<em>needle</em>") && shown.chars().count() < 220, "{shown}");
        assert_eq!(passage("short needle", &wanted("needle")).as_deref(), Some("short <em>needle</em>"));
        let unbroken = format!("{}é needle", "é".repeat(500));
        assert!(passage(&unbroken, &wanted("needle")).is_some());
    }
}
