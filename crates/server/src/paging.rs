//! Pages of the lists that are ordered by a row's key (contract §2 "Pages"). The catalog's lists have orders of their own.

use atom_marketplace_protocol::limits::{PAGE_DEPTH, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use atom_marketplace_protocol::page::Page;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::LINK;
use http::request::Parts;
use http::{HeaderValue, Uri};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::error::{ApiError, ApiResult};
use crate::extract::Query;

/// The query of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The page, from 1. It reaches 10,000 items deep; beyond, use `cursor`.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which rows a page wants: those behind `after`, without the first `skip`, at most `take`. One more than fit are taken,
/// so as to know whether another page follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The key behind which the page begins.
    pub after: i64,
    /// Rows to skip.
    pub skip: u64,
    /// Rows to read: the page and one.
    pub take: u64,
}

/// A list's page, as asked for and checked.
#[derive(Clone, Debug)]
pub struct Paging {
    /// What to read.
    pub window: Window,
    page: u64,
    size: u64,
    uri: Uri,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        let Query(query) = Query::<PageQuery>::from_request_parts(parts, state).await?;
        let uri =
            parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.clone(), |original| original.0.clone());
        Self::check(&query, PAGE_SIZE_MAX, uri)
    }
}

impl Paging {
    /// Checks a query whose pages hold up to `max` items.
    pub fn check(query: &PageQuery, max: u32, uri: Uri) -> ApiResult<Self> {
        let size = query.page_size.unwrap_or(u64::from(PAGE_SIZE_DEFAULT));
        if !(1..=u64::from(max)).contains(&size) {
            return Err(ApiError::field("page_size", format!("It must be between 1 and {max}.")));
        }
        let page = query.page.unwrap_or(1);
        let depth = u64::from(PAGE_DEPTH);
        if page == 0 || page.saturating_mul(size) > depth.max(size) {
            let message =
                format!("It must be at least 1 and reach at most {depth} items deep; walk further by cursor.");
            return Err(ApiError::field("page", message));
        }
        let after = match &query.cursor {
            None => 0,
            Some(_) if page > 1 => return Err(ApiError::field("cursor", "Send either page or cursor.")),
            Some(cursor) => {
                decode(cursor).ok_or_else(|| ApiError::field("cursor", "It must be the next_cursor of a page."))?
            }
        };
        Ok(Self { window: Window { after, skip: (page - 1) * size, take: size + 1 }, page, size, uri })
    }

    /// The answer. `rows` are what [`Window`] asked for, each with its key.
    pub fn respond<T: Serialize>(&self, rows: Vec<(i64, T)>, total: u64) -> Response {
        let page = self.page_of(rows, total);
        let links = self.links(page.next_cursor.as_deref());
        let mut response = axum::Json(page).into_response();
        if let Some(links) = links {
            response.headers_mut().insert(LINK, links);
        }
        response
    }

    fn page_of<T>(&self, mut rows: Vec<(i64, T)>, total: u64) -> Page<T> {
        let has_more = rows.len() as u64 > self.size;
        rows.truncate(self.size as usize);
        let next_cursor = rows.last().filter(|_| has_more).map(|(key, _)| encode(*key));
        let items = rows.into_iter().map(|(_, item)| item).collect();
        Page { items, page: self.page, page_size: self.size, total, has_more, next_cursor }
    }

    /// `first`, and `next` where there is one, relative to the server.
    fn links(&self, next: Option<&str>) -> Option<HeaderValue> {
        let path = self.uri.path();
        let first = format!("<{path}?page_size={}>; rel=\"first\"", self.size);
        let next = next.map(|next| format!(", <{path}?page_size={}&cursor={next}>; rel=\"next\"", self.size));
        HeaderValue::try_from(first + &next.unwrap_or_default()).ok()
    }
}

fn encode(key: i64) -> String {
    URL_SAFE_NO_PAD.encode(key.to_be_bytes())
}

fn decode(cursor: &str) -> Option<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    Some(i64::from_be_bytes(bytes.try_into().ok()?)).filter(|key| *key >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: Option<u64>, page_size: Option<u64>, cursor: Option<&str>) -> Result<Window, String> {
        let query = PageQuery { page, page_size, cursor: cursor.map(str::to_owned) };
        Paging::check(&query, 100, Uri::from_static("/api/tokens"))
            .map(|paging| paging.window)
            .map_err(|error| error.message)
    }

    #[test]
    fn windows() {
        let cursor = encode(77);
        for (page, size, cursor, expected) in [
            (None, None, None, (0, 0, 21)),
            (Some(3), Some(10), None, (0, 20, 11)),
            (None, Some(100), Some(cursor.as_str()), (77, 0, 101)),
            (Some(100), Some(100), None, (0, 9900, 101)),
        ] {
            let window = check(page, size, cursor).unwrap();
            assert_eq!((window.after, window.skip, window.take), expected);
        }
        for (page, size, cursor, named) in [
            (None, Some(0), None, "page_size"),
            (None, Some(101), None, "page_size"),
            (Some(0), None, None, "page:"),
            (Some(101), Some(100), None, "page:"),
            (Some(u64::MAX), Some(100), None, "page:"),
            (None, None, Some("abc"), "cursor"),
            (Some(2), None, Some(cursor.as_str()), "cursor"),
        ] {
            let message = check(page, size, cursor).unwrap_err();
            assert!(message.starts_with(named), "{message}");
        }
    }
}
