//! Pages by number or by cursor (contract §2 "Pages").

use atom_marketplace_protocol::limits::{PAGE_DEPTH, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use atom_marketplace_protocol::page::Page;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ApiResult};

/// Which page of a list is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Window<K> {
    /// Its number, from 1.
    pub(crate) page: u64,
    /// Items on a full page.
    pub(crate) size: u64,
    /// The key of the last item before it, when it is reached by cursor.
    pub(crate) after: Option<K>,
}

impl<K: Serialize + DeserializeOwned> Window<K> {
    /// The window that a query asks for; anything out of bounds is an error, never clamped.
    pub(crate) fn new(page: Option<u64>, page_size: Option<u64>, cursor: Option<&str>) -> ApiResult<Self> {
        let size = page_size.unwrap_or(PAGE_SIZE_DEFAULT.into());
        if !(1..=u64::from(PAGE_SIZE_MAX)).contains(&size) {
            return Err(ApiError::field("page_size", format!("page_size is 1–{PAGE_SIZE_MAX}")));
        }
        let page = page.unwrap_or(1);
        if page == 0 || page.saturating_mul(size) > PAGE_DEPTH.into() {
            return Err(ApiError::field(
                "page",
                format!("page begins at 1 and reaches {PAGE_DEPTH} items deep: walk further with cursor"),
            ));
        }
        let after = match cursor {
            None => None,
            Some(_) if page != 1 => return Err(ApiError::field("cursor", "Give page or cursor, not both.")),
            Some(cursor) => Some(read_cursor(cursor).ok_or_else(|| {
                ApiError::field("cursor", "This is no cursor of this list: pass next_cursor as it is.")
            })?),
        };
        Ok(Self { page, size, after })
    }

    /// Items to skip.
    pub(crate) fn offset(&self) -> i64 {
        (self.page.saturating_sub(1) * self.size) as i64
    }

    /// Rows to read: one more than the page holds tells whether another follows.
    pub(crate) fn limit(&self) -> i64 {
        self.size as i64 + 1
    }

    /// The page of the rows read, of which `key` names each.
    pub(crate) fn page<R, T>(
        &self,
        mut rows: Vec<R>,
        total: i64,
        key: impl Fn(&R) -> K,
        item: impl Fn(R) -> T,
    ) -> Page<T> {
        let has_more = rows.len() as u64 > self.size;
        rows.truncate(self.size as usize);
        let next_cursor = rows
            .last()
            .filter(|_| has_more)
            .map(|last| URL_SAFE_NO_PAD.encode(serde_json::to_vec(&key(last)).expect("a key is JSON")));
        Page {
            items: rows.into_iter().map(item).collect(),
            page: self.page,
            page_size: self.size,
            total: total.max(0) as u64,
            has_more,
            next_cursor,
        }
    }
}

fn read_cursor<K: DeserializeOwned>(cursor: &str) -> Option<K> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}

/// The `Link` header of a page, for a request of `path` (from the root) and `query`.
pub(crate) fn link<T>(page: &Page<T>, path: &str, query: Option<&str>) -> Option<http::HeaderValue> {
    let cursor = page.next_cursor.as_ref()?;
    let kept = query
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !["page", "cursor"].contains(&pair.split('=').next().unwrap_or_default()));
    let query: Vec<_> = kept.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
    http::HeaderValue::try_from(format!("<{path}?{}>; rel=\"next\"", query.join("&"))).ok()
}
