//! Lists of components: what a request asks for, where a page begins, and what it shows.

use atom_marketplace_db::Conn;
use atom_marketplace_protocol::component::{MarketplaceType, MaturityLevel, SkillType};
use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::limits::{PAGE_DEPTH, PAGE_SIZE_MAX};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::text;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::model::ComponentRow;
use super::render;
use super::store::list::{self as store, Position, Scope, SortKey};
use crate::error::{ApiError, ApiResult};
use crate::extract::Audience;
use crate::paging;

/// A capability or a tag, folded as the junction keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Label {
    /// What it can do.
    Capability(String),
    /// What it is about.
    Tag(String),
}

impl Label {
    pub(crate) fn capability(value: &str) -> Self {
        Self::Capability(text::fold(value))
    }

    pub(crate) fn tag(value: &str) -> Self {
        Self::Tag(text::fold(value))
    }

    /// The number stored for the type of label.
    pub(crate) fn code(&self) -> i64 {
        match self {
            Self::Capability(_) => 1,
            Self::Tag(_) => 2,
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Capability(text) | Self::Tag(text) => text,
        }
    }
}

/// Which components; every part narrows.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) kind: Kind,
    pub(crate) marketplace_type: Option<MarketplaceType>,
    pub(crate) labels: Vec<Label>,
    pub(crate) category: Option<String>,
    pub(crate) min_rating: Option<f64>,
    pub(crate) pricing_tier: Option<Plan>,
    pub(crate) maturity_level: Option<MaturityLevel>,
    pub(crate) publisher: Option<String>,
    /// Of lists alone: searches do not know it.
    pub(crate) skill_type: Option<SkillType>,
}

impl Filter {
    /// Everything of a kind.
    pub(crate) fn of(kind: Kind) -> Self {
        Self {
            kind,
            marketplace_type: None,
            labels: Vec::new(),
            category: None,
            min_rating: None,
            pricing_tier: None,
            maturity_level: None,
            publisher: None,
            skill_type: None,
        }
    }
}

/// In which order. Every one ends in the newest first (by name: the oldest first), so that no two are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sort {
    /// By ratings, installs and freshness, the best first.
    #[default]
    Popular,
    /// By plain mean, the highest first; unrated ones last.
    Rating,
    /// The last changed first.
    Updated,
    /// The last published first.
    Created,
    /// By name, from A to Z.
    Name,
}

impl Sort {
    /// The word on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Popular => "popular",
            Self::Rating => "rating",
            Self::Updated => "updated",
            Self::Created => "created",
            Self::Name => "name",
        }
    }
}

/// Which part of a list. The cursor is read where the list's order is known.
#[derive(Clone, Debug)]
pub(crate) struct Paging {
    pub(crate) page: u32,
    pub(crate) size: u32,
    pub(crate) cursor: Option<String>,
    /// Items before it, without a cursor.
    skip: u32,
}

impl Paging {
    /// Any part, on no page's boundary.
    pub(crate) fn window(offset: u32, size: u32) -> Self {
        Self { page: offset / size.max(1) + 1, size, cursor: None, skip: offset }
    }

    /// Checks a page's parameters; what is wrong goes to `errors`.
    pub(crate) fn check(
        page: Option<u64>,
        page_size: Option<u64>,
        cursor: Option<&str>,
        errors: &mut Vec<FieldError>,
    ) -> Self {
        let (page, size) = paging::bounds(page, page_size, cursor.is_some(), PAGE_SIZE_MAX, errors);
        // Both are small, unless there are errors.
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let (page, size) = (small(page), small(size));
        let skip = page.saturating_sub(1).saturating_mul(size);
        Self { page, size, cursor: cursor.map(str::to_owned), skip }
    }

    /// Items before the page, without a cursor.
    pub(crate) fn offset(&self) -> u32 {
        if self.cursor.is_some() { 0 } else { self.skip }
    }

    /// Whether the page after this one can be had by its number.
    pub(crate) fn next_has_number(&self) -> bool {
        self.cursor.is_none() && u64::from(self.page + 1) * u64::from(self.size) <= u64::from(PAGE_DEPTH)
    }
}

/// A cursor is `order:key:seq`, made opaque. It says where to go on, never what may be seen, so it needs no seal.
pub(crate) fn encode_cursor(order: &str, key: &str, seq: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{order}:{seq}:{key}"))
}

/// The key and seq of a cursor of this order.
pub(crate) fn decode_cursor(order: &str, cursor: &str) -> ApiResult<(String, i64)> {
    let parts = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let mut parts = text.splitn(3, ':');
        let (known, seq, key) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        (known == order && !key.contains('\0')).then(|| (key.to_owned(), seq))
    };
    parts().ok_or_else(bad_cursor)
}

/// 400 for a cursor that no page gave.
pub(crate) fn bad_cursor() -> ApiError {
    ApiError::invalid(vec![paging::bad_cursor()])
}

fn encode_position(sort: Sort, (key, seq): &Position) -> String {
    let key = match key {
        SortKey::Int(int) => int.to_string(),
        // All its digits: a rounded mean would skip or repeat its ties.
        SortKey::Real(real) => format!("{:016x}", real.to_bits()),
        SortKey::Text(text) => text.clone(),
    };
    encode_cursor(sort.as_str(), &key, *seq)
}

fn decode_position(sort: Sort, cursor: &str) -> ApiResult<Position> {
    let (key, seq) = decode_cursor(sort.as_str(), cursor)?;
    let key = match sort {
        Sort::Name => Some(SortKey::Text(key)),
        Sort::Rating => {
            u64::from_str_radix(&key, 16).ok().map(f64::from_bits).filter(|mean| mean.is_finite()).map(SortKey::Real)
        }
        Sort::Popular | Sort::Updated | Sort::Created => key.parse().ok().map(SortKey::Int),
    };
    Ok((key.ok_or_else(bad_cursor)?, seq))
}

/// One page of JSON items.
#[derive(Debug)]
pub(crate) struct Items {
    pub(crate) items: Vec<String>,
    pub(crate) next_cursor: Option<String>,
}

/// The components that match, as `audience` sees them.
pub(crate) fn list(
    c: &mut Conn<'_>,
    audience: &Audience,
    filter: &Filter,
    sort: Sort,
    paging: &Paging,
) -> ApiResult<Items> {
    let after = paging.cursor.as_deref().map(|cursor| decode_position(sort, cursor)).transpose()?;
    let scope = Scope { filter, exact: None, tenant: audience.tenant_id() };
    let mut found = store::positions(c, scope, sort, after.as_ref(), paging.offset(), paging.size + 1)?;
    let next_cursor = cut(&mut found, paging.size).map(|last| encode_position(sort, last));
    let ids: Vec<i64> = found.iter().map(|(_, id)| *id).collect();
    let rows = in_order(c, &ids)?;
    let items = render::items_json(c, &rows.iter().collect::<Vec<_>>(), &[], audience)?;
    Ok(Items { items, next_cursor })
}

/// How many components match.
pub(crate) fn total(c: &mut Conn<'_>, audience: &Audience, filter: &Filter) -> ApiResult<u64> {
    Ok(store::count(c, Scope { filter, exact: None, tenant: audience.tenant_id() })?)
}

/// The categories of a kind and how many the caller sees in each, the fullest first.
pub(crate) fn categories(c: &mut Conn<'_>, audience: &Audience, kind: Kind) -> ApiResult<Vec<(String, u64)>> {
    let filter = Filter::of(kind);
    let mut found = store::categories(c, Scope { filter: &filter, exact: None, tenant: audience.tenant_id() })?;
    found.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
    Ok(found)
}

/// Components whose served version depends on `target`, the newest first.
pub(crate) fn dependents(
    c: &mut Conn<'_>,
    audience: &Audience,
    target: i64,
    paging: &Paging,
) -> ApiResult<(Items, u64)> {
    const ORDER: &str = "dependents";
    let before = paging.cursor.as_deref().map(|cursor| decode_cursor(ORDER, cursor)).transpose()?.map(|(_, seq)| seq);
    let tenant = audience.tenant_id();
    let mut ids = store::dependents(c, target, tenant, before, paging.offset(), paging.size + 1)?;
    let next_cursor = cut(&mut ids, paging.size).map(|last| encode_cursor(ORDER, "", *last));
    let rows = in_order(c, &ids)?;
    let items = render::items_json(c, &rows.iter().collect::<Vec<_>>(), &[], audience)?;
    Ok((Items { items, next_cursor }, store::dependents_count(c, target, tenant)?))
}

/// Takes the item beyond the page away; answers the page's last one if there was one beyond.
pub(crate) fn cut<T>(found: &mut Vec<T>, size: u32) -> Option<&T> {
    if found.len() <= size as usize {
        return None;
    }
    found.truncate(size as usize);
    found.last()
}

/// The components of these keys, in their order. One that went away in between is left out.
pub(crate) fn in_order(c: &mut Conn<'_>, ids: &[i64]) -> ApiResult<Vec<ComponentRow>> {
    let mut rows = store::components(c, ids)?;
    let place: std::collections::HashMap<i64, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    rows.sort_by_key(|row| place.get(&row.id));
    Ok(rows)
}
