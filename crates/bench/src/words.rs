//! Texts that look like a catalog's: words as often as people use them, the same in every run.

/// A sequence of numbers that is the same for the same seed (SplitMix64).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Small numbers far more often than large ones, as the ranks of words in a text.
    fn rank(&mut self, limit: usize) -> usize {
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((limit as f64).powf(uniform) - 1.0) as usize
    }
}

const SYLLABLES: &[&str] = &[
    "sal", "mar", "ket", "in", "voi", "ce", "re", "port", "ana", "ly", "tic", "sup", "lead", "flow", "sync", "crm",
    "data", "pipe", "con", "tract", "bud", "get", "fore", "cast", "tick", "et", "mail", "plan", "ner", "audit", "risk",
    "score",
];

/// How many different words there are.
const VOCABULARY: usize = 8_000;

/// The word of a rank. The first ones are short and common.
fn word(rank: usize) -> String {
    let count = SYLLABLES.len();
    let mut rest = rank;
    let mut word = SYLLABLES[rest % count].to_owned();
    rest /= count;
    word.push_str(SYLLABLES[(rest * 7 + rank) % count]);
    rest /= count;
    if rest > 0 {
        word.push_str(SYLLABLES[(rest * 11 + rank) % count]);
    }
    word
}

/// Some words.
pub(crate) fn text(numbers: &mut Numbers, words: usize) -> String {
    let words: Vec<_> = (0..words).map(|_| word(numbers.rank(VOCABULARY))).collect();
    words.join(" ")
}

/// What a query is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Class {
    /// A word, as often as texts have it.
    OneWord,
    /// Two of them.
    TwoWords,
    /// The beginning of one, as somebody types it.
    Prefix,
    /// A word of few components.
    Rare,
    /// A word with two letters swapped.
    Typo,
    /// Each of the others in turn.
    Mixed,
}

/// A query, the same for the same number.
pub(crate) fn query(class: Class, number: u64) -> String {
    let mut numbers = Numbers::new(number ^ 0x5eed);
    match class {
        Class::OneWord => text(&mut numbers, 1),
        Class::TwoWords => text(&mut numbers, 2),
        Class::Prefix => {
            let length = 2 + numbers.below(4) as usize;
            text(&mut numbers, 1).chars().take(length).collect()
        }
        Class::Rare => word(VOCABULARY / 2 + numbers.below(VOCABULARY as u64 / 2) as usize),
        Class::Typo => {
            let mut letters: Vec<char> = text(&mut numbers, 1).chars().collect();
            let at = 1 + numbers.below(letters.len() as u64 - 2) as usize;
            letters.swap(at, at + 1);
            letters.into_iter().collect()
        }
        Class::Mixed => {
            const CLASSES: [Class; 5] = [Class::OneWord, Class::TwoWords, Class::Prefix, Class::Rare, Class::Typo];
            query(CLASSES[number as usize % CLASSES.len()], number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_repeat_from_run_to_run_and_queries_differ() {
        assert_eq!(text(&mut Numbers::new(1), 5), text(&mut Numbers::new(1), 5));
        let queries: std::collections::BTreeSet<_> = (0..1000).map(|number| query(Class::Mixed, number)).collect();
        assert!(queries.len() > 500, "{}", queries.len());
    }
}
