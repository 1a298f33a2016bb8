//! Search: words to components, the best first.
//!
//! In two looks. The indexes give keys in the order of popularity and stop early, so a common word costs no more than a
//! rare one; they say that a component matches, not how well. Then the components are read sixty at a time, scored by
//! their texts ([`super::matching`]) and put in order within their sixty. A page reads only the sixties it shows part of,
//! and every page of a search sees the same order.

use std::collections::HashSet;

use atom_marketplace_db::Conn;
use atom_marketplace_protocol::component::MarketplaceType;
use atom_marketplace_protocol::ids::{self, Kind};
use atom_marketplace_protocol::text;

use super::index::Facet;
use super::list::{self, Filter, Items, Sort};
use super::matching::{self, Texts, Wanted};
use super::model::ComponentRow;
use super::rank::{self, Shelf};
use super::render::{self, Hit};
use super::store;
use super::store::list::{Exact, Scope};
use super::store::search::{Index, Term, lookup};
use crate::error::ApiResult;
use crate::extract::Audience;

/// Characters of a query.
const QUERY_MAX: usize = 200;
/// Words of a query that are looked up.
const WORDS_MAX: usize = 12;
/// Components found at most.
const FOUND_MAX: usize = 1_000;
/// Of them, those found by name, id or label come first.
const HEAD_MAX: usize = 300;
/// Exact matches looked up by themselves, lest popularity hides them.
const EXACT_MAX: u32 = 20;
/// Read and scored together.
const BLOCK: usize = 60;
/// With so many whole words found, their beginnings are not looked for.
const ENOUGH: usize = 100;
/// With fewer found, beginnings are looked for in long texts too, then words are corrected; with none, words may be missing.
const FEW: usize = 3;

/// A query, read.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// All of it, folded: an exact name.
    folded: String,
    /// As it was typed: an exact id.
    typed: String,
    words: Vec<String>,
}

impl Query {
    /// Reads a query, or says what is wrong with it.
    pub(crate) fn parse(query: &str) -> Result<Self, String> {
        let typed = query.trim();
        if typed.chars().count() > QUERY_MAX {
            return Err(format!("A query has at most {QUERY_MAX} characters."));
        }
        let mut words = text::tokens(typed);
        let mut seen = HashSet::new();
        words.retain(|word| seen.insert(word.clone()));
        words.truncate(WORDS_MAX);
        if words.is_empty() {
            return Err("A query has at least one word.".to_owned());
        }
        Ok(Self { folded: text::fold(typed), typed: typed.to_owned(), words })
    }

    /// The words, each as it was typed.
    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }
}

/// What is searched, for whom.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    pub(crate) query: Query,
    /// The kinds searched; all of them when empty.
    pub(crate) kinds: Vec<Kind>,
    pub(crate) filter: Filter,
    pub(crate) audience: Audience,
}

impl Search {
    fn kinds(&self) -> &[Kind] {
        if self.kinds.is_empty() { Kind::ALL } else { &self.kinds }
    }
}

/// What was found, in the order of the first look.
#[derive(Debug, Default)]
struct Found {
    /// The component's key, and how far from the query it was found: 0 as typed, 1 corrected, 2 with words left out.
    ids: Vec<(i64, u8)>,
    seen: HashSet<i64>,
}

impl Found {
    fn push(&mut self, id: i64, distance: u8) {
        if self.ids.len() < FOUND_MAX && self.seen.insert(id) {
            self.ids.push((id, distance));
        }
    }
}

/// One page of a search, and how many it found; None when it found few and `corrections` (for each word, what may have
/// been meant) were not given.
pub(crate) fn search(
    c: &mut Conn<'_>,
    search: &Search,
    corrections: Option<&[Option<String>]>,
    offset: usize,
    size: usize,
) -> ApiResult<Option<(Items, u64)>> {
    let words = search.query.words();
    let mut wanted: Vec<Wanted> =
        words.iter().map(|word| Wanted { words: vec![word.clone()], begins: false }).collect();
    if let Some(last) = wanted.last_mut() {
        last.begins = last.words[0].chars().nth(1).is_some();
    }
    let mut found = Found::default();
    exact(c, search, &mut found)?;
    all_words(c, search, &wanted, 0, &mut found)?;
    if found.ids.len() < FEW {
        let Some(corrections) = corrections else { return Ok(None) };
        for (wanted, correction) in wanted.iter_mut().zip(corrections) {
            wanted.words.extend(correction.clone());
        }
        if corrections.iter().any(Option::is_some) {
            all_words(c, search, &wanted, 1, &mut found)?;
        }
        if found.ids.is_empty() && wanted.len() > 1 {
            any_word(c, search, &wanted, &mut found)?;
        }
    }
    let (items, more) = show(c, search, &wanted, &found.ids, offset, size)?;
    let next_cursor = more.then(|| list::encode_cursor(ORDER, "", (offset + size) as i64));
    Ok(Some((Items { items, next_cursor }, found.ids.len() as u64)))
}

/// The order of a search, in cursors.
pub(crate) const ORDER: &str = "search";

/// Components whose name or id is the query.
fn exact(c: &mut Conn<'_>, search: &Search, found: &mut Found) -> ApiResult<()> {
    let query = &search.query;
    let mut exact = vec![Exact::Name(&query.folded)];
    if ids::check_component_id(&query.typed).is_ok() {
        exact.push(Exact::Slug(&query.typed));
    }
    // No name holds a control character, and PostgreSQL refuses some.
    if query.folded.chars().any(char::is_control) {
        return Ok(());
    }
    for exact in exact {
        for &kind in search.kinds() {
            let filter = Filter { kind, ..search.filter.clone() };
            let scope = Scope { filter: &filter, exact: Some(exact), tenant: search.audience.tenant_id() };
            for (_, id) in store::list::positions(c, scope, Sort::Popular, None, 0, EXACT_MAX)? {
                found.push(id, 0);
            }
        }
    }
    Ok(())
}

/// Components with all the words: whole ones, then such that begin with the last, if there are not enough.
fn all_words(c: &mut Conn<'_>, search: &Search, wanted: &[Wanted], distance: u8, found: &mut Found) -> ApiResult<()> {
    let facets = facets(search);
    let clauses = |begins: bool| -> Vec<Vec<Term>> {
        let words = wanted.iter().map(|wanted| {
            let terms = wanted.words.iter().map(|word| Term { word: word.clone(), prefix: begins && wanted.begins });
            terms.collect()
        });
        words.chain(facets.iter().cloned()).collect()
    };
    look(c, search, Index::Head, &clauses(false), HEAD_MAX, distance, found)?;
    look(c, search, Index::All, &clauses(false), FOUND_MAX, distance, found)?;
    let Some(last) = wanted.last().filter(|last| last.begins && found.ids.len() < ENOUGH) else { return Ok(()) };
    look(c, search, Index::Head, &clauses(true), HEAD_MAX, distance, found)?;
    // The whole index has no lists of beginnings to stop early in, so it is asked last, and never for a short one.
    if found.ids.len() < FEW && last.words.iter().all(|word| word.chars().nth(3).is_some()) {
        look(c, search, Index::All, &clauses(true), FOUND_MAX, distance, found)?;
    }
    Ok(())
}

/// Components with any of the words.
fn any_word(c: &mut Conn<'_>, search: &Search, wanted: &[Wanted], found: &mut Found) -> ApiResult<()> {
    let words = wanted.iter().flat_map(|wanted| wanted.words.iter().map(Term::word)).collect();
    let clauses: Vec<Vec<Term>> = std::iter::once(words).chain(facets(search)).collect();
    look(c, search, Index::Head, &clauses, HEAD_MAX, 2, found)?;
    look(c, search, Index::All, &clauses, FOUND_MAX, 2, found)
}

fn look(
    c: &mut Conn<'_>,
    search: &Search,
    index: Index,
    clauses: &[Vec<Term>],
    limit: usize,
    distance: u8,
    found: &mut Found,
) -> ApiResult<()> {
    let filter = &search.filter;
    let mut keys = Vec::new();
    for &kind in search.kinds() {
        if filter.marketplace_type != Some(MarketplaceType::Private) {
            keys.extend(lookup(c, index, Shelf { kind, listed: true }, clauses, filter.min_rating, limit)?);
        }
        if let Some(tenant) = search.audience.tenant_id() {
            let only = [Some(Facet::Seen(tenant)), filter.marketplace_type.map(Facet::Visibility)];
            let only = only.into_iter().flatten().map(|facet| vec![Term::word(facet.word())]);
            let clauses: Vec<Vec<Term>> = clauses.iter().cloned().chain(only).collect();
            keys.extend(lookup(c, index, Shelf { kind, listed: false }, &clauses, filter.min_rating, limit)?);
        }
    }
    keys.sort_by_key(|key| rank::place(*key));
    for key in keys.into_iter().take(limit) {
        found.push(rank::component_of(key), distance);
    }
    Ok(())
}

/// What is asked for beside the words, as words of the index.
fn facets(search: &Search) -> Vec<Vec<Term>> {
    let filter = &search.filter;
    let facets = filter
        .labels
        .iter()
        .map(Facet::Label)
        .chain(filter.category.as_deref().map(Facet::Category))
        .chain(filter.pricing_tier.map(Facet::Tier))
        .chain(filter.maturity_level.map(Facet::Maturity))
        .chain(filter.publisher.as_deref().map(Facet::Publisher));
    facets.map(|facet| vec![Term::word(facet.word())]).collect()
}

/// The items from `offset` on, and whether more follow.
fn show(
    c: &mut Conn<'_>,
    search: &Search,
    wanted: &[Wanted],
    found: &[(i64, u8)],
    offset: usize,
    size: usize,
) -> ApiResult<(Vec<String>, bool)> {
    let end = (offset + size).min(found.len());
    let mut shown: Vec<(f64, ComponentRow, Texts)> = Vec::with_capacity(size);
    if offset < end {
        for block in offset / BLOCK..=(end - 1) / BLOCK {
            let scored = score_block(c, search, wanted, block, found)?;
            let first = block * BLOCK;
            shown.extend(
                scored.into_iter().enumerate().filter(|(at, _)| (offset..end).contains(&(first + at))).map(|(_, s)| s),
            );
        }
    }
    let rows: Vec<&ComponentRow> = shown.iter().map(|(_, row, _)| row).collect();
    let hits: Vec<Hit> = shown
        .iter()
        .map(|(score, row, texts)| Hit { score: *score, highlights: matching::highlights(row, texts, wanted) })
        .collect();
    Ok((render::items_json(c, &rows, &hits, &search.audience)?, end < found.len()))
}

/// Sixty of those found, scored, the best first. Every block's scores are below those of the block before it.
fn score_block(
    c: &mut Conn<'_>,
    search: &Search,
    wanted: &[Wanted],
    block: usize,
    found: &[(i64, u8)],
) -> ApiResult<Vec<(f64, ComponentRow, Texts)>> {
    let part: Vec<(i64, u8)> = found.iter().skip(block * BLOCK).take(BLOCK).copied().collect();
    let rows = list::in_order(c, &part.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
    let (high, low) = (1.0 / (1.0 + block as f64), 1.0 / (2.0 + block as f64));
    let mut scored = Vec::with_capacity(rows.len());
    for row in rows {
        if !visible(c, search, &row)? {
            continue;
        }
        let texts = Texts::of(&row);
        let distance = part.iter().find(|(id, _)| *id == row.id).map_or(2, |(_, distance)| *distance);
        let close = (matching::score(&row, &texts, &search.query.folded, wanted) + f64::from(2 - distance)) / 3.0;
        scored.push((low + close * (high - low), row, texts));
    }
    scored.sort_by(|(a, x, _), (b, y, _)| b.total_cmp(a).then_with(|| x.id.cmp(&y.id)));
    Ok(scored)
}

/// The index says so already; whoever may see a row is decided by the row.
fn visible(c: &mut Conn<'_>, search: &Search, row: &ComponentRow) -> ApiResult<bool> {
    let shared = match search.audience.tenant_id() {
        Some(tenant) if !row.listed && tenant != row.tenant_id => store::is_shared(c, row.id, tenant)?,
        _ => false,
    };
    Ok(row.visible_to(&search.audience, shared))
}
