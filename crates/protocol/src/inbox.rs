//! A tenant's inbox: the events that ask for somebody's attention.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::Event;

/// An event in the inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InboxItem {
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// Whether the caller has marked it as read.
    pub read: bool,
}

/// A page of the inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Inbox {
    /// What happened, the latest first.
    pub items: Vec<InboxItem>,
    /// How many in the whole inbox are not read yet.
    pub unread: u64,
    /// Whether there are older ones.
    pub has_more: bool,
    /// For the page of older ones.
    pub next_cursor: Option<String>,
}

/// Marks what is in the inbox as read.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"up_to": "evt_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f"}))]
pub struct InboxRead {
    /// The latest event that was read: `evt_…`. All before it are read too.
    pub up_to: String,
}

/// What is left in the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboxState {
    /// How many are not read yet.
    pub unread: u64,
}
