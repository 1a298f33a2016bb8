//! Pages of a list (contract §2 "Pages").

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items of this page; empty past the end.
    pub items: Vec<T>,
    /// The page's number, from 1. With `cursor` it stays 1.
    pub page: u64,
    /// How many items a full page holds.
    pub page_size: u64,
    /// How many items there are in all. A search counts up to 1,000.
    pub total: u64,
    /// Whether another page follows.
    pub has_more: bool,
    /// Opaque: pass it as `cursor` for the next page. Its cost does not grow with depth.
    pub next_cursor: Option<String>,
}
