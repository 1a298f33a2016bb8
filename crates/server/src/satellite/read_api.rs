//! What satellites read.

use atom_marketplace_protocol::component::{Component, SkillType};
use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::limits::{FEDERATION_PAGE_SIZE_MAX, PAGE_SIZE_DEFAULT};
use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use http::HeaderMap;
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::names::{self, Name};
use super::{BASE, OLDER, forms, store};
use crate::app::Marketplace;
use crate::catalog::browse::{self, Browse};
use crate::catalog::resolve::resolve;
use crate::catalog::{finished, kept_answer};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, Path, Query, Satellite, TenantReader};
use crate::instance;

/// How deep a list goes: a satellite knows pages alone, and walks all of them.
const DEPTH: u64 = 100_000;
/// Instances with one token whose looks are kept apart.
const LOOKS_MAX: u64 = 1_000;

/// The kind a path is about, by its first part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of(pub(super) Kind);

impl<S: Sync> FromRequestParts<S> for Of {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let path = parts.uri.path();
        let part = path.strip_prefix(BASE).and_then(|rest| rest.trim_start_matches('/').split('/').next());
        let kind = Kind::ALL.iter().find(|kind| Some(kind.collection()) == part || path.starts_with(OLDER));
        kind.copied().map(Of).ok_or_else(|| ApiError::internal("a path that names no kind"))
    }
}

/// What a list asks for. Satellites of other releases send more, so what is unknown is no error here.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    query: String,
    page: Option<u64>,
    page_size: Option<u64>,
    limit: Option<u64>,
    offset: Option<u64>,
    category: Option<String>,
    skill_type: Option<String>,
}

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) offset: u32,
    pub(super) size: u32,
}

impl ListQuery {
    /// Pages, or an offset and a limit; an offset says more.
    pub(super) fn part(&self) -> ApiResult<Part> {
        let size = self.page_size.or(self.limit).unwrap_or(PAGE_SIZE_DEFAULT.into());
        let mut errors = Vec::new();
        if !(1..=u64::from(FEDERATION_PAGE_SIZE_MAX)).contains(&size) {
            let field = if self.page_size.is_some() { "page_size" } else { "limit" };
            errors.push(FieldError::new(field, format!("A page holds 1 to {FEDERATION_PAGE_SIZE_MAX} items.")));
        }
        let offset = self.offset.unwrap_or_else(|| self.page.unwrap_or(1).saturating_sub(1).saturating_mul(size));
        if offset > DEPTH {
            let field = if self.offset.is_some() { "offset" } else { "page" };
            errors.push(FieldError::new(field, format!("A list reaches {DEPTH} items deep.")));
        }
        if errors.is_empty() {
            Ok(Part { offset: offset as u32, size: size as u32 })
        } else {
            Err(ApiError::invalid(errors))
        }
    }

    /// What is looked for; none where nothing can be of that type.
    fn browse(&self, kind: Kind, part: Part) -> Option<Browse> {
        let named = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let skill_type = match named(&self.skill_type).filter(|_| kind == Kind::Skill) {
            Some(text) => Some(text.parse::<SkillType>().ok()?),
            None => None,
        };
        let category = named(&self.category);
        Some(Browse { kind, query: self.query.clone(), category, skill_type, offset: part.offset, size: part.size })
    }
}

/// Components as an answer to a list.
pub(super) fn listed(key: &str, items: Vec<Map<String, Value>>, total: u64, part: Part) -> Value {
    let shown = items.len() as u64;
    json!({
        key: items,
        "total": total,
        "page": part.offset / part.size + 1,
        "page_size": part.size,
        "limit": part.size,
        "offset": part.offset,
        "has_more": u64::from(part.offset) + shown < total,
    })
}

/// That the server is there.
pub(super) async fn health() -> axum::Json<Value> {
    axum::Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// Components of a kind.
pub(super) async fn list(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
    Of(kind): Of,
    Query(query): Query<ListQuery>,
) -> ApiResult<Response> {
    let part = query.part()?;
    let audience = Audience::of(&scope);
    let Some(wanted) = query.browse(kind, part) else {
        return json_answer(&listed(kind.collection(), Vec::new(), 0, part));
    };
    let request = format!("satellite list {wanted:?}");
    let answer = kept_answer(&m, &audience, request, m.generations.kind(kind), async {
        let (components, total) = browse::browse(&m, &audience, wanted).await?;
        let items = shorts(&m, kind, audience.tenant_id(), components).await?;
        Ok(finished(listed(kind.collection(), items, total, part).to_string(), None))
    });
    Ok(answer.await?.respond(&HeaderMap::new(), false))
}

/// Components in a satellite's words, by the names that they have to a tenant.
pub(super) async fn shorts(
    m: &Marketplace,
    kind: Kind,
    tenant: Option<i64>,
    components: Vec<Component>,
) -> ApiResult<Vec<Map<String, Value>>> {
    let named = components.clone();
    let names = m.db.read(move |c| names::of(c, kind, tenant, &named)).await?;
    Ok(components.iter().zip(&names).map(|(component, name)| forms::short(component, name)).collect())
}

/// One component in full. The name it is asked for by is the one it is given back.
pub(super) async fn detail(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
    satellite: Satellite,
    Of(kind): Of,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    let name = Name::read(kind, &id)?;
    let audience = Audience::of(&scope);
    let instance = instance::id(&m).await?;
    let found = m.db.read(move |c| {
        let row = resolve(c, &audience, kind, &name.id, name.source.as_deref())?;
        let (component, bundle) = browse::in_full(c, &instance, &audience, &row)?;
        Ok::<_, ApiError>((row.id, forms::full(&component, bundle.as_ref(), &id)))
    });
    let (component, form) = found.await?;
    if kind == Kind::Domain {
        remember(&m, satellite, component).await?;
    }
    json_answer(&Value::Object(form))
}

/// Takes down what was looked at: an install of a domain does not say of which.
async fn remember(m: &Marketplace, satellite: Satellite, component: i64) -> ApiResult<()> {
    let now = m.now();
    let written = m.write(move |c| {
        let (token, instance) = (satellite.token, satellite.instance.as_deref().unwrap_or_default());
        if store::count_looks(c, token)? > LOOKS_MAX {
            store::forget_looks(c, token)?;
        }
        Ok::<_, ApiError>(store::look(c, token, instance, component, now)?)
    });
    written.await
}

/// The categories of skills, as a bare list.
pub(super) async fn categories(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
) -> ApiResult<axum::Json<Value>> {
    let audience = Audience::of(&scope);
    let found = m.db.read(move |c| browse::categories(c, &audience, Kind::Skill)).await?;
    let found = found.into_iter().map(|(name, count)| category(&name, count));
    Ok(axum::Json(found.collect()))
}

/// A category in a satellite's words.
pub(super) fn category(name: &str, count: u64) -> Value {
    json!({ "id": name, "name": name, "category": name, "count": count, "skill_count": count })
}

/// There are no workflows here.
pub(super) async fn workflows(_: TenantReader, Query(query): Query<ListQuery>) -> ApiResult<axum::Json<Value>> {
    Ok(axum::Json(listed("workflows", Vec::new(), 0, query.part()?)))
}

/// Nor is one.
pub(super) async fn workflow(_: TenantReader) -> ApiError {
    ApiError::not_found("workflow")
}

/// A JSON answer without a validator: satellites keep nothing.
pub(super) fn json_answer(value: &Value) -> ApiResult<Response> {
    let body = serde_json::to_vec(value).map_err(ApiError::internal)?;
    let json = [(http::header::CONTENT_TYPE, "application/json")];
    Ok(axum::response::IntoResponse::into_response((json, body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_list() {
        for (query, expected) in [
            ("", Ok((0, 20))),
            ("page=3&page_size=100", Ok((200, 100))),
            ("page=2&limit=20&offset=20", Ok((20, 20))),
            ("limit=50&offset=7", Ok((7, 50))),
            ("page=0", Ok((0, 20))),
            ("page_size=1000", Ok((0, 1000))),
            ("page_size=0", Err("page_size")),
            ("limit=1001", Err("limit")),
            ("offset=100001", Err("offset")),
            ("page=1000000", Err("page")),
        ] {
            let query: ListQuery = serde_html_form::from_str(query).expect("a query");
            match (query.part(), expected) {
                (Ok(part), expected) => assert_eq!(Ok((part.offset, part.size)), expected, "{query:?}"),
                (Err(error), Err(field)) => assert!(error.message.starts_with(field), "{}", error.message),
                (Err(error), Ok(_)) => panic!("{query:?}: {error}"),
            }
        }
    }
}
