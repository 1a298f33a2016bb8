//! Lists and details for other surfaces than the API's own: any window of a list, and a component with its files.

use atom_marketplace_db::Conn;
use atom_marketplace_protocol::component::{Bundle, Component, SkillType};
use atom_marketplace_protocol::ids::Kind;

use super::list::{self, Filter, Paging, Sort};
use super::model::ComponentRow;
use super::search::{Query as Words, Search};
use super::{bundle, read_api, render, search_api, store};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::Audience;

/// What is looked for, and which part of what is found.
#[derive(Clone, Debug)]
pub(crate) struct Browse {
    pub(crate) kind: Kind,
    /// Words; without any it is a list, the last published first.
    pub(crate) query: String,
    pub(crate) category: Option<String>,
    pub(crate) skill_type: Option<SkillType>,
    pub(crate) offset: u32,
    pub(crate) size: u32,
}

/// As many as a search finds.
const SEARCHED: u32 = 1_000;

/// The part of the list or search, as `audience` sees it, and how many there are. Words that say nothing find nothing.
pub(crate) async fn browse(m: &Marketplace, audience: &Audience, wanted: Browse) -> ApiResult<(Vec<Component>, u64)> {
    let filter = Filter { category: wanted.category, skill_type: wanted.skill_type, ..Filter::of(wanted.kind) };
    let paging = Paging::window(wanted.offset, wanted.size);
    if wanted.query.trim().is_empty() {
        let total = read_api::total(m, audience, &filter, m.generations.kind(wanted.kind)).await?;
        let eyes = audience.clone();
        let items = m.db.read(move |c| list::list(c, &eyes, &filter, Sort::Created, &paging)).await?;
        return Ok((components(&items.items)?, total));
    }
    let Ok(query) = Words::parse(&wanted.query) else { return Ok((Vec::new(), 0)) };
    let by_type = filter.skill_type;
    let search = Search { query, kinds: vec![wanted.kind], filter, audience: audience.clone() };
    let Some(skill_type) = by_type else {
        let (items, total) = search_api::find(m, search, &paging).await?;
        return Ok((components(&items.items)?, total));
    };
    // The search index knows no types of skills, and a search finds few enough to look at each.
    let (items, _) = search_api::find(m, search, &Paging::window(0, SEARCHED)).await?;
    let mut found = components(&items.items)?;
    found.retain(|component| component.manifest.skill_type == Some(skill_type));
    let total = found.len() as u64;
    let part = found.into_iter().skip(wanted.offset as usize).take(wanted.size as usize).collect();
    Ok((part, total))
}

fn components(items: &[String]) -> ApiResult<Vec<Component>> {
    items.iter().map(|item| serde_json::from_str(item)).collect::<Result<_, _>>().map_err(ApiError::internal)
}

/// A component in full, with its bundle where it has content that `audience` may fetch. `instance` is this one.
pub(crate) fn in_full(
    c: &mut Conn<'_>,
    instance: &str,
    audience: &Audience,
    row: &ComponentRow,
) -> ApiResult<(Component, Option<Bundle>)> {
    let component = render::component(c, row, audience, true)?;
    let bundle = match bundle::find(c, audience, row, None) {
        Ok(version) => {
            let bytes = bundle::payload(c, instance, row, &version)?;
            Some(serde_json::from_slice(&bytes).map_err(ApiError::internal)?)
        }
        Err(_) => None,
    };
    Ok((component, bundle))
}

/// A component as lists show it.
pub(crate) fn in_short(c: &mut Conn<'_>, audience: &Audience, row: &ComponentRow) -> ApiResult<Component> {
    Ok(render::component(c, row, audience, false)?)
}

/// The categories of a kind and how many components the caller sees in each, the fullest first.
pub(crate) fn categories(c: &mut Conn<'_>, audience: &Audience, kind: Kind) -> ApiResult<Vec<(String, u64)>> {
    list::categories(c, audience, kind)
}

/// To whom a component's bare id means another one, or none for sure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rivals {
    /// To everyone: another one is listed under it.
    Listed,
    /// To these tenants: another one that they may see, though not everyone, has it.
    Hidden(Vec<i64>),
}

impl Rivals {
    /// Whether the bare id means the component to a tenant.
    pub(crate) fn leave(&self, tenant: i64) -> bool {
        match self {
            Self::Listed => false,
            Self::Hidden(tenants) => !tenants.contains(&tenant),
        }
    }
}

/// With more rivals, a bare id is used for nobody.
const RIVALS_MAX: usize = 1_000;

/// The rivals of a component for its id.
pub(crate) fn rivals(c: &mut Conn<'_>, row: &ComponentRow) -> ApiResult<Rivals> {
    if !contested(c, row.kind, None, std::slice::from_ref(&row.slug))?.is_empty() {
        return Ok(Rivals::Listed);
    }
    let hidden = store::names::hidden_rivals(c, row.kind, &row.slug, row.id, RIVALS_MAX + 1)?;
    Ok(if hidden.len() > RIVALS_MAX { Rivals::Listed } else { Rivals::Hidden(hidden) })
}

/// Of these ids of a kind, those that may mean more than one component to a tenant, or to nobody in particular.
pub(crate) fn contested(c: &mut Conn<'_>, kind: Kind, tenant: Option<i64>, ids: &[String]) -> ApiResult<Vec<String>> {
    Ok(store::names::contested(c, kind, tenant.unwrap_or(0), ids)?)
}

/// Whether everyone could see a component once.
pub(crate) fn was_public(c: &mut Conn<'_>, row: &ComponentRow) -> ApiResult<bool> {
    Ok(store::versions::was_public(c, row.id)?)
}

/// Tenants that see a private component, its publisher's first.
pub(crate) fn seen_by(c: &mut Conn<'_>, row: &ComponentRow) -> ApiResult<Vec<i64>> {
    let mut tenants = vec![row.tenant_id];
    tenants.extend(store::write::shared_tenants(c, row.id)?);
    Ok(tenants)
}

/// Whether a component's category has come with it: it is the oldest one there, and was in no other version of its own.
pub(crate) fn opens_category(c: &mut Conn<'_>, row: &ComponentRow) -> ApiResult<bool> {
    let Some(category) = &row.category else { return Ok(false) };
    Ok(store::versions::opens_category(c, row.kind, row.id, row.head_version_id.unwrap_or(0), category)?)
}
