//! Pages (contract §2 "Pages"): the rules that every list keeps, and the form of those whose rows have keys.

use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::limits::{PAGE_DEPTH, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use atom_marketplace_protocol::page::Page;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::LINK;
use http::request::Parts;
use http::{HeaderValue, Uri};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::error::{ApiError, ApiResult};
use crate::extract::Query;

/// The query of a list without filters.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`.
    #[param(minimum = 1, default = 1)]
    pub(crate) page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) page_size: Option<u64>,
    /// `next_cursor` of the page before, in place of `page`.
    pub(crate) cursor: Option<String>,
}

/// The query of a federation list, whose pages are larger.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LargePageQuery {
    /// The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`.
    #[param(minimum = 1, default = 1)]
    pub(crate) page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 1_000, default = 20)]
    pub(crate) page_size: Option<u64>,
    /// `next_cursor` of the page before, in place of `page`.
    pub(crate) cursor: Option<String>,
}

/// The number and the size of the page asked for. What is out of bounds goes to `errors`; nothing is clamped.
pub(crate) fn bounds(
    page: Option<u64>,
    page_size: Option<u64>,
    cursor: bool,
    max: u32,
    errors: &mut Vec<FieldError>,
) -> (u64, u64) {
    let size = page_size.unwrap_or(PAGE_SIZE_DEFAULT.into());
    if !(1..=u64::from(max)).contains(&size) {
        errors.push(FieldError::new("page_size", format!("A page holds 1 to {max} items.")));
    }
    let number = page.unwrap_or(1);
    if number == 0 {
        errors.push(FieldError::new("page", "Pages count from 1."));
    } else if number.saturating_mul(size) > PAGE_DEPTH.into() {
        errors.push(FieldError::new(
            "page",
            format!("`page` reaches {PAGE_DEPTH} items deep; walk further with `cursor`."),
        ));
    }
    if cursor && number != 1 {
        errors.push(FieldError::new("cursor", "Send `page` or `cursor`, not both."));
    }
    (number, size)
}

/// Which rows of a list a page wants, where `K` is what the list is ordered by.
#[derive(Clone, Copy, Debug)]
pub struct Window<K> {
    page: u64,
    size: u64,
    /// The key of the last row before it, when it is reached by cursor.
    pub after: Option<K>,
}

impl<K> Window<K> {
    /// The first page.
    pub fn first(size: u64) -> Self {
        Self { page: 1, size, after: None }
    }

    /// The page behind a key.
    pub fn behind(key: K, size: u64) -> Self {
        Self { page: 1, size, after: Some(key) }
    }

    /// Rows to skip.
    pub fn offset(&self) -> u64 {
        (self.page - 1) * self.size
    }

    /// Rows to read: one more than the page holds tells whether another follows.
    pub fn limit(&self) -> u64 {
        self.size + 1
    }
}

impl<K: Serialize + DeserializeOwned> Window<K> {
    /// The window that a query asks for.
    pub fn new(page: Option<u64>, page_size: Option<u64>, cursor: Option<&str>) -> ApiResult<Self> {
        Self::up_to(PAGE_SIZE_MAX, page, page_size, cursor)
    }

    /// The same for a list whose pages hold up to `max` items.
    pub fn up_to(max: u32, page: Option<u64>, page_size: Option<u64>, cursor: Option<&str>) -> ApiResult<Self> {
        let mut errors = Vec::new();
        let (page, size) = bounds(page, page_size, cursor.is_some(), max, &mut errors);
        let after = cursor.and_then(decode);
        if cursor.is_some() && after.is_none() {
            errors.push(bad_cursor());
        }
        if errors.is_empty() { Ok(Self { page, size, after }) } else { Err(ApiError::invalid(errors)) }
    }

    /// The page of the rows read, of which `key` names each.
    pub fn page<R, T>(&self, mut rows: Vec<R>, total: u64, key: impl Fn(&R) -> K, item: impl Fn(R) -> T) -> Page<T> {
        let has_more = rows.len() as u64 > self.size;
        rows.truncate(self.size as usize);
        let next_cursor = rows.last().filter(|_| has_more).map(|last| encode(&key(last)));
        let items = rows.into_iter().map(item).collect();
        Page { items, page: self.page, page_size: self.size, total, has_more, next_cursor }
    }
}

/// A page's window over rows that are ordered by an integer key, as a handler's argument.
#[derive(Clone, Debug)]
pub struct Paging {
    /// What to read.
    pub window: Window<i64>,
    uri: Uri,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        let Query(query) = Query::<PageQuery>::from_request_parts(parts, state).await?;
        let window = Window::new(query.page, query.page_size, query.cursor.as_deref())?;
        let uri =
            parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.clone(), |original| original.0.clone());
        Ok(Self { window, uri })
    }
}

impl Paging {
    /// A page as the answer.
    pub fn page<T: Serialize>(&self, page: &Page<T>) -> Response {
        respond(page, &self.uri)
    }

    /// The answer. `rows` are what the window asked for, each with its key.
    pub fn respond<T: Serialize>(&self, rows: Vec<(i64, T)>, total: u64) -> Response {
        respond(&self.window.page(rows, total, |row| row.0, |row| row.1), &self.uri)
    }
}

/// A page as an answer to a request of `uri`.
pub(crate) fn respond<T: Serialize>(page: &Page<T>, uri: &Uri) -> Response {
    let links = links(uri, page.page, page.next_cursor.as_deref());
    (links.map(|links| [(LINK, links)]), axum::Json(page)).into_response()
}

/// The `Link` header: the same request for the pages around this one.
fn links(uri: &Uri, page: u64, next_cursor: Option<&str>) -> Option<HeaderValue> {
    let kept = uri.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !name.is_empty() && name != "page" && name != "cursor"
    });
    let kept: String = kept.flat_map(|pair| [pair, "&"]).collect();
    let to = |rest: &str, rel: &str| format!("<{}?{kept}{rest}>; rel=\"{rel}\"", uri.path());
    let mut links = vec![to("page=1", "first")];
    if page > 1 {
        links.push(to(&format!("page={}", page - 1), "prev"));
    }
    if let Some(cursor) = next_cursor {
        links.push(to(&format!("cursor={cursor}"), "next"));
    }
    HeaderValue::try_from(links.join(", ")).ok()
}

/// What is wrong with a cursor that no page gave.
pub(crate) fn bad_cursor() -> FieldError {
    FieldError::new("cursor", "This is no cursor of this list. Pass `next_cursor` as it was given.")
}

/// A cursor says where to go on, never what may be seen, so it needs no seal.
fn encode<K: Serialize>(key: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).expect("a key is JSON"))
}

fn decode<K: DeserializeOwned>(cursor: &str) -> Option<K> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    // No key holds one, and PostgreSQL takes none.
    if text.contains("\\u0000") { None } else { serde_json::from_str(&text).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows() {
        let cursor = encode(&77_i64);
        for (page, size, cursor, expected) in [
            (None, None, None, (None, 0, 21)),
            (Some(3), Some(10), None, (None, 20, 11)),
            (None, Some(100), Some(cursor.as_str()), (Some(77), 0, 101)),
            (Some(1), None, Some(cursor.as_str()), (Some(77), 0, 21)),
            (Some(100), Some(100), None, (None, 9900, 101)),
        ] {
            let window = Window::<i64>::new(page, size, cursor).unwrap();
            assert_eq!((window.after, window.offset(), window.limit()), expected);
        }
        for (page, size, cursor, named) in [
            (None, Some(0), None, "page_size:"),
            (None, Some(101), None, "page_size:"),
            (Some(0), None, None, "page:"),
            (Some(101), Some(100), None, "page:"),
            (Some(u64::MAX), Some(100), None, "page:"),
            (None, None, Some("abc"), "cursor:"),
            (None, None, Some(""), "cursor:"),
            (Some(2), None, Some(cursor.as_str()), "cursor:"),
            (Some(0), Some(0), Some("?"), "page_size:"),
        ] {
            let message = Window::<i64>::new(page, size, cursor).unwrap_err().message;
            assert!(message.starts_with(named), "{message}");
        }
    }

    #[test]
    fn links_keep_the_filters() {
        for (uri, page, next, expected) in [
            ("/api/tokens", 1, None, "</api/tokens?page=1>; rel=\"first\""),
            (
                "/api/installations?component_type=skill&page=2&page_size=5",
                2,
                Some("NQ"),
                "</api/installations?component_type=skill&page_size=5&page=1>; rel=\"first\", \
                 </api/installations?component_type=skill&page_size=5&page=1>; rel=\"prev\", \
                 </api/installations?component_type=skill&page_size=5&cursor=NQ>; rel=\"next\"",
            ),
            (
                "/api/x?cursor=MQ&&a=%3E",
                1,
                Some("Mg"),
                "</api/x?a=%3E&page=1>; rel=\"first\", </api/x?a=%3E&cursor=Mg>; rel=\"next\"",
            ),
        ] {
            assert_eq!(links(&uri.parse().unwrap(), page, next).unwrap(), expected);
        }
    }
}
