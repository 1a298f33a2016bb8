//! What an instance signs of its feed of changes: the end of each page, and the hint that there is something new.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::{Document, check_time, is_sha256, typed};
use crate::refusal::Refusal;

/// Bytes of a page of the feed; one entry may exceed it alone.
pub const PAGE_MAX: usize = 16 << 20;
/// Bytes of a line of the feed.
pub const LINE_MAX: usize = 32 << 20;

/// The end of a page of the feed, signed by the instance that serves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// `atom-page/1`.
    pub format: String,
    /// The instance whose feed it is.
    pub instance: String,
    /// The sequence behind which the page begins.
    pub from: u64,
    /// The sequence it reaches.
    pub to: u64,
    /// How many entries stand on it.
    pub entries: u64,
    /// SHA-256 of all bytes in front of the line that holds this, 64 hex digits.
    pub sha256: String,
    /// The latest sequence there is.
    pub head: u64,
    /// Whether the page reaches it.
    pub complete: bool,
    /// When it was served.
    pub at: String,
}

impl Document for Page {
    const TYPE: &'static str = "application/vnd.atom.page+json";
    const FORMAT: &'static str = "atom-page/1";
    const LIMIT: usize = 4 << 10;

    fn instance(&self) -> &str {
        &self.instance
    }

    fn read(payload: Value) -> Result<Self, Refusal> {
        let page: Self = typed(payload)?;
        check_time("at", &page.at)?;
        if !is_sha256(&page.sha256) {
            return Err(Refusal::Malformed("sha256 is not 64 hex digits".to_owned()));
        }
        if page.from > page.to || page.to > page.head || page.complete != (page.to == page.head) {
            return Err(Refusal::Malformed("from, to and head do not fit together".to_owned()));
        }
        Ok(page)
    }
}

/// The hint that the feed has grown, signed by the instance whose feed it is. Worth a pull, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// `atom-federation-event/1`.
    pub format: String,
    /// The instance whose feed has grown.
    pub instance: String,
    /// The latest sequence there is.
    pub sequence: u64,
    /// When it was sent.
    pub at: String,
    /// Names it: the same one again is no news.
    pub id: String,
}

impl Document for Event {
    const TYPE: &'static str = "application/vnd.atom.event+json";
    const FORMAT: &'static str = "atom-federation-event/1";
    const LIMIT: usize = 4 << 10;

    fn instance(&self) -> &str {
        &self.instance
    }

    fn read(payload: Value) -> Result<Self, Refusal> {
        let event: Self = typed(payload)?;
        check_time("at", &event.at)?;
        Ok(event)
    }
}
