//! Strict JSON in, canonical JSON out.
//!
//! A body that can be read two ways is refused, because it will be signed and checked by programs
//! in other languages: duplicate keys, lone surrogates, numbers that change when they are read. It
//! never recurses deeper than it is told to, takes time linear in the input, and gives the same
//! answers whichever features of `serde_json` another crate turns on; that is why the reader is our
//! own.

use serde_json::{Map, Number, Value};

use crate::limits::JSON_CONTAINERS_MAX;

mod canonical;
mod reader;

pub use canonical::canonical;

/// Why a document was refused, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{message}", path, if path.is_empty() { "" } else { ": " })]
pub struct JsonError {
    /// The place, as in `files[3].path`; empty at the root.
    pub path: String,
    /// The reason, for people, with line and column where the text itself is at fault.
    pub message: String,
}

/// What is said of a key that stands twice.
const DUPLICATE_KEY: &str = "the key stands twice in one object";

impl JsonError {
    /// Whether the document was refused because a key stands twice in one object.
    pub fn is_duplicate_key(&self) -> bool {
        self.message.starts_with(DUPLICATE_KEY)
    }
}

/// Reads one JSON document.
///
/// Refused, with the path: text that is not UTF-8 or not JSON (RFC 8259), anything behind the
/// document, more than `max_depth` (256 where it is
/// larger) objects and arrays inside each other, more than 250,000 of them
/// in all, a key twice in one object, an unpaired surrogate, a number too large for a double, and
/// an integer that neither 64 bits nor a double holds exactly. Fractions become the nearest double.
pub fn parse(bytes: &[u8], max_depth: usize) -> Result<Value, JsonError> {
    parse_within(bytes, max_depth, JSON_CONTAINERS_MAX)
}

/// As [`parse`], with another limit on how many objects and arrays there are.
pub fn parse_within(bytes: &[u8], max_depth: usize, max_containers: usize) -> Result<Value, JsonError> {
    reader::read(bytes, max_depth, max_containers)
}

/// Characters of a key that a path shows before it is cut.
const KEY_SHOWN_MAX: usize = 64;

/// The path of a key in the object at `base`: `base.key`, or `base["a key"]` when the key is no
/// plain word. A long key is cut, and what is not printable is escaped: a path goes into messages.
pub fn path_join(base: &str, key: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let shown: String = key.chars().take(KEY_SHOWN_MAX).collect();
    let cut = if shown.len() < key.len() { "…" } else { "" };
    if key.is_empty() || !shown.chars().all(plain) {
        format!("{base}[\"{}{cut}\"]", shown.escape_debug())
    } else if base.is_empty() {
        format!("{shown}{cut}")
    } else {
        format!("{base}.{shown}{cut}")
    }
}

/// The path of an item in the array at `base`: `base[i]`.
pub fn index(base: &str, i: usize) -> String {
    format!("{base}[{i}]")
}

#[cfg(test)]
mod tests;
