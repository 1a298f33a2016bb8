//! HTTP of search: within a kind, with the filters of its list, and across kinds.

use atom_marketplace_protocol::component::{Component, MarketplaceType, MaturityLevel};
use atom_marketplace_protocol::error::{ErrorEnvelope, FieldError};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::plan::Plan;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::HeaderMap;

use super::list::{Filter, Items, Paging, bad_cursor, decode_cursor};
use super::read_api::{Links, answer, filtered_query, is_public, page};
use super::search::{self, ORDER, Query as Words, Search};
use super::vocabulary;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, OfKind, Query, Reader};

filtered_query! {
    /// What to look for, and in which components.
    SearchQuery {
        /// Words, up to 200 characters. All must match; the last one may be the beginning of one.
        #[param(example = "sales automation")]
        query: String,
    }
}

filtered_query! {
    /// What to look for, and in which components of which kinds.
    SearchAllQuery {
        /// Words, up to 200 characters. All must match; the last one may be the beginning of one.
        #[param(example = "sales automation")]
        query: String,
        /// Only this kind; repeat it to ask for several.
        #[serde(default)]
        kind: Vec<Kind>,
    }
}

/// Search @kinds
///
/// Ranked by how well the words match, ratings, installs and freshness; an exact name comes first. Few matches bring in
/// corrected words; none, components with some of the words.
#[utoipa::path(
    get,
    path = "@base/@collection/search",
    operation_id = "search_@kinds",
    tag = "components",
    params(SearchQuery),
    responses(
        (status = 200, description = "One page; each item has `score` and `highlights`, `total` counts up to 1,000.", body = Page<Component>),
        (status = 304, description = "What `If-None-Match` names is still so."),
        (status = 400, description = "A parameter is wrong.", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
pub(crate) async fn search_kind(
    State(m): State<Marketplace>,
    Reader(audience): Reader,
    OfKind(kind): OfKind,
    Query(query): Query<SearchQuery>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let mut errors = Vec::new();
    let (filter, paging) = query.check(kind, &mut errors);
    let search = checked(&query.query, vec![kind], filter, &audience, errors)?;
    respond(&m, search, paging, |paging| Links::of(uri.path(), &query, paging), &headers).await
}

/// Search components of every kind
///
/// As the search within a kind, over all of them or those named.
#[utoipa::path(
    get,
    path = "/search",
    operation_id = "search_components",
    tag = "components",
    params(SearchAllQuery),
    responses(
        (status = 200, description = "One page; each item has `score` and `highlights`, `total` counts up to 1,000.", body = Page<Component>),
        (status = 304, description = "What `If-None-Match` names is still so."),
        (status = 400, description = "A parameter is wrong.", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
pub(crate) async fn search_components(
    State(m): State<Marketplace>,
    Reader(audience): Reader,
    Query(query): Query<SearchAllQuery>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let mut errors = Vec::new();
    let mut kinds = query.kind.clone();
    kinds.sort_unstable();
    kinds.dedup();
    // The filter's own kind stands for each of the kinds in turn.
    let (filter, paging) = query.check(Kind::Agent, &mut errors);
    let search = checked(&query.query, kinds, filter, &audience, errors)?;
    respond(&m, search, paging, |paging| Links::of(uri.path(), &query, paging), &headers).await
}

fn checked(
    query: &str,
    kinds: Vec<Kind>,
    filter: Filter,
    audience: &Audience,
    mut errors: Vec<FieldError>,
) -> ApiResult<Search> {
    match Words::parse(query) {
        Ok(query) if errors.is_empty() => Ok(Search { query, kinds, filter, audience: audience.clone() }),
        Ok(_) => Err(ApiError::invalid(errors)),
        Err(message) => {
            errors.insert(0, FieldError::new("query", message));
            Err(ApiError::invalid(errors))
        }
    }
}

async fn respond(
    m: &Marketplace,
    search: Search,
    paging: Paging,
    links: impl FnOnce(&Paging) -> Links,
    headers: &HeaderMap,
) -> ApiResult<Response> {
    let audience = search.audience.clone();
    let links = links(&paging);
    let kinds = if search.kinds.is_empty() { Kind::ALL } else { &search.kinds };
    let generation = kinds.iter().map(|kind| m.generations.kind(*kind)).sum();
    let answer = answer(m, &audience, links.own.clone(), generation, async {
        let (items, total) = find(m, search, &paging).await?;
        Ok(page(&items, &paging, total, &links))
    })
    .await?;
    Ok(answer.respond(headers, is_public(&audience)))
}

/// One page of a search. Only one that finds few asks the vocabulary.
pub(super) async fn find(m: &Marketplace, search: Search, paging: &Paging) -> ApiResult<(Items, u64)> {
    let offset = match &paging.cursor {
        None => paging.offset() as usize,
        Some(cursor) => usize::try_from(decode_cursor(ORDER, cursor)?.1).map_err(|_| bad_cursor())?,
    };
    let size = paging.size as usize;
    let first = search.clone();
    let found = m.db.read(move |c| search::search(c, &first, None, offset, size)).await?;
    if let Some(found) = found {
        return Ok(found);
    }
    vocabulary::refresh(m).await?;
    let words = search.query.words();
    let corrections: Vec<Option<String>> =
        words.iter().enumerate().map(|(at, word)| m.vocabulary.correct(word, at + 1 == words.len())).collect();
    let found = m.db.read(move |c| search::search(c, &search, Some(&corrections), offset, size)).await?;
    found.ok_or_else(|| ApiError::internal("a search with corrections always finds a page"))
}
