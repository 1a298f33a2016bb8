//! Words of the public catalog in memory, to guess what a mistyped one was meant to be. Private components never add to it:
//! what it guesses would tell of them. It is built by the first search that finds too little, told of changes as they
//! happen, and may be rebuilt in the background to forget what is gone.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use atom_marketplace_db::Error;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::text;
use serde::Deserialize;

use super::store::search::{self as store, Wording};
use crate::app::Marketplace;

/// Components of each kind whose words are known: the most popular ones.
const COMPONENTS_MAX: usize = 20_000;
/// Read at a time, so that no snapshot lasts.
const CHUNK: usize = 500;
/// Different words.
const WORDS_MAX: usize = 200_000;
/// Changes kept until somebody asks; after more, everything is read again.
const CHANGES_MAX: usize = 1_000;
/// Characters of a word that is worth knowing.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=32;

/// Words that occur in the catalog.
#[derive(Debug, Default)]
pub struct Vocabulary {
    state: Mutex<State>,
    /// One reads the catalog at a time; the others wait for what it finds.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether everything was read once.
    complete: bool,
    /// Whether changes are kept: from when reading begins.
    recording: bool,
    changes: Vec<(Kind, String)>,
    /// By length, since a guess looks at few lengths; with how many components have the word.
    words: HashMap<usize, HashMap<Box<str>, u32>>,
    count: usize,
}

impl State {
    fn add(&mut self, wording: &Wording) {
        #[derive(Default, Deserialize)]
        struct Labels {
            #[serde(default)]
            tags: Vec<String>,
            #[serde(default)]
            capabilities: Vec<String>,
        }
        let labels: Labels = serde_json::from_str(&wording.summary).unwrap_or_default();
        for text in [&wording.name].into_iter().chain(&labels.tags).chain(&labels.capabilities) {
            for word in text::tokens(text) {
                let length = word.chars().count();
                if !LENGTHS.contains(&length) {
                    continue;
                }
                let words = self.words.entry(length).or_default();
                if let Some(count) = words.get_mut(word.as_str()) {
                    *count += 1;
                } else if self.count < WORDS_MAX {
                    words.insert(word.into(), 1);
                    self.count += 1;
                }
            }
        }
    }
}

impl Vocabulary {
    /// Takes note that a component changed; its words are read when they are next needed.
    pub(crate) fn changed(&self, kind: Kind, id: &str) {
        let mut state = self.state();
        if state.recording && state.changes.len() <= CHANGES_MAX {
            state.changes.push((kind, id.to_owned()));
        }
    }

    /// The likeliest word that was meant, if this one is not known: the closest, of those the most frequent. `begins` takes
    /// a word as known that a known one begins with.
    pub(crate) fn correct(&self, word: &str, begins: bool) -> Option<String> {
        let letters: Vec<char> = word.chars().collect();
        let reach = match letters.len() {
            0..4 => return None,
            4..8 => 1,
            _ => 2,
        };
        let state = self.state();
        let known = |length: &usize| state.words.get(length);
        if known(&letters.len()).is_some_and(|words| words.contains_key(word)) {
            return None;
        }
        if begins && state.words.values().flat_map(HashMap::keys).any(|known| known.starts_with(word)) {
            return None;
        }
        let mut other = Vec::new();
        let mut best: Option<(usize, std::cmp::Reverse<u32>, &str)> = None;
        for length in letters.len() - reach..=letters.len() + reach {
            for (candidate, count) in known(&length).into_iter().flatten() {
                other.clear();
                other.extend(candidate.chars());
                let Some(distance) = distance(&letters, &other, reach) else { continue };
                let found = (distance, std::cmp::Reverse(*count), &**candidate);
                if best.is_none_or(|best| found < best) {
                    best = Some(found);
                }
            }
        }
        best.map(|(.., word)| word.to_owned())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic holds this lock")
    }
}

/// Brings the vocabulary up to date: reads what changed, or everything if that was never done.
pub(crate) async fn refresh(m: &Marketplace) -> Result<(), Error> {
    let _reading = m.vocabulary.reading.lock().await;
    let changes = {
        let mut state = m.vocabulary.state();
        if state.complete && state.changes.len() <= CHANGES_MAX {
            Some(std::mem::take(&mut state.changes))
        } else {
            None
        }
    };
    let Some(changes) = changes else { return read_all(m).await };
    if changes.is_empty() {
        return Ok(());
    }
    let wordings =
        m.db.read(move |c| {
            let mut found = Vec::new();
            for (kind, id) in &changes {
                found.extend(store::wordings_of(c, *kind, id)?);
            }
            Ok::<_, Error>(found)
        })
        .await?;
    let mut state = m.vocabulary.state();
    for wording in &wordings {
        state.add(wording);
    }
    Ok(())
}

/// Reads the whole vocabulary anew, which forgets the words that are gone, unless nobody has asked for it yet. For a job,
/// now and then.
pub async fn rebuild(m: &Marketplace) -> Result<(), Error> {
    let _reading = m.vocabulary.reading.lock().await;
    if m.vocabulary.state().complete { read_all(m).await } else { Ok(()) }
}

async fn read_all(m: &Marketplace) -> Result<(), Error> {
    {
        let mut state = m.vocabulary.state();
        state.recording = true;
        state.changes.clear();
    }
    let mut read = State { complete: true, recording: true, ..State::default() };
    for kind in Kind::ALL.iter().copied() {
        let mut place = (i64::MAX, i64::MAX);
        for _ in 0..COMPONENTS_MAX / CHUNK {
            let chunk = m.db.read(move |c| store::wordings(c, kind, place, CHUNK)).await?;
            for wording in &chunk {
                read.add(wording);
            }
            match chunk.last() {
                Some(last) if chunk.len() == CHUNK => place = (last.rank, last.seq),
                _ => break,
            }
        }
    }
    let mut state = m.vocabulary.state();
    read.changes = std::mem::take(&mut state.changes);
    *state = read;
    Ok(())
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour, if that is `reach` or less.
fn distance(a: &[char], b: &[char], reach: usize) -> Option<usize> {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i);
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        if row.iter().all(|steps| *steps > reach) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|steps| *steps <= reach)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, reach, expected) in [
            ("sales", "sales", 1, Some(0)),
            ("slaes", "sales", 1, Some(1)),
            ("sale", "sales", 1, Some(1)),
            ("saales", "sales", 1, Some(1)),
            ("sblfs", "sales", 1, None),
            ("autmoaiton", "automation", 2, Some(2)),
            ("kitten", "sitting", 2, None),
        ] {
            let letters = |word: &str| word.chars().collect::<Vec<_>>();
            assert_eq!(distance(&letters(a), &letters(b), reach), expected, "{a} {b}");
        }
    }

    #[test]
    fn the_closest_and_most_frequent_word_is_meant() {
        let vocabulary = Vocabulary::default();
        for (name, times) in [("sales", 2), ("salsa", 5), ("automation", 1), ("crm", 9)] {
            let wording = Wording { rank: 0, seq: 0, name: name.to_owned(), summary: "{}".to_owned() };
            for _ in 0..times {
                vocabulary.state().add(&wording);
            }
        }
        for (word, begins, expected) in [
            ("slaes", false, Some("sales")),
            ("salse", false, Some("salsa")),
            ("sales", false, None),
            ("automatoin", false, Some("automation")),
            ("autom", true, None),
            ("atuom", true, None),
            ("cmr", false, None),
            ("zzzzzz", false, None),
        ] {
            assert_eq!(vocabulary.correct(word, begins).as_deref(), expected, "{word}");
        }
    }
}
