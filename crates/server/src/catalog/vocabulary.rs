//! Words that occur in the catalog.

/// Words.
#[derive(Debug, Default)]
pub struct Vocabulary {}
