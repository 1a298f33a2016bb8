//! Answers kept with their `ETag`, so that what did not change is not sent again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::call::Answer;

/// The answers of one client, whose credential never changes. The oldest goes when there are too many.
#[derive(Debug)]
pub(crate) struct Cache {
    entries: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    answers: HashMap<String, Answer>,
    order: VecDeque<String>,
}

/// An answer larger than this is not worth its place.
const LARGEST: usize = 1 << 20;

impl Cache {
    pub(crate) fn new(entries: usize) -> Self {
        Self { entries, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer kept for this URL.
    pub(crate) fn get(&self, url: &str) -> Option<Answer> {
        self.state().answers.get(url).cloned()
    }

    /// Keeps an answer that has an `ETag`.
    pub(crate) fn put(&self, url: &str, answer: &Answer) {
        if self.entries == 0 || answer.header("etag").is_none() || answer.bytes.len() > LARGEST {
            return;
        }
        let mut state = self.state();
        if state.answers.insert(url.to_owned(), answer.clone()).is_none() {
            state.order.push_back(url.to_owned());
        }
        while state.order.len() > self.entries {
            let oldest = state.order.pop_front().expect("not empty");
            state.answers.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::{ETAG, HeaderMap, HeaderValue};

    use super::*;

    #[test]
    fn bounded() {
        let cache = Cache::new(2);
        let mut headers = HeaderMap::new();
        let answer =
            |headers: &HeaderMap| Answer { status: StatusCode::OK, headers: headers.clone(), bytes: "{}".into() };
        cache.put("/0", &answer(&headers));
        assert!(cache.get("/0").is_none(), "without an ETag it cannot be asked about");
        headers.insert(ETAG, HeaderValue::from_static("\"1\""));
        for url in ["/1", "/2", "/2", "/3"] {
            cache.put(url, &answer(&headers));
        }
        assert!(cache.get("/1").is_none() && cache.get("/2").is_some() && cache.get("/3").is_some());
    }
}
