//! HTTP of reading the catalog: detail, lists, categories and dependents. Every answer is finished bytes from
//! [`crate::answers`], made anew only when what it shows has changed.

use std::fmt::Write as _;

use atom_marketplace_protocol::component::{CategoryCount, Component, MarketplaceType, MaturityLevel, Status};
use atom_marketplace_protocol::error::{ErrorEnvelope, FieldError};
use atom_marketplace_protocol::ids::{self, Kind};
use atom_marketplace_protocol::limits::LABEL_MAX;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::text::{self, TextRule};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue};
use semver::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;

use super::list::{self, Filter, Items, Label, Paging, Sort};
use super::model::{ComponentRow, VersionRow};
use super::{names_api, render, resolve, store};
use crate::answers::{Answer, Key};
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Audience, OfKind, Path, Query, Reader};

/// Labels in one request: each is a lookup for every candidate.
const LABELS_MAX: usize = 20;

/// Which component, where its id alone does not say, and which version of it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetQuery {
    /// The publisher, where several have the id.
    #[param(example = "acme")]
    pub(crate) source_tenant_id: Option<String>,
    /// This version in place of the latest.
    #[param(example = "1.0.0")]
    pub(crate) version: Option<String>,
}

/// Which dependents.
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DependentsQuery {
    /// The publisher, where several have the id.
    #[param(example = "acme")]
    pub(crate) source_tenant_id: Option<String>,
    /// The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`.
    #[param(minimum = 1)]
    pub(crate) page: Option<u64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) page_size: Option<u64>,
    /// `next_cursor` of the page before, in place of `page`.
    pub(crate) cursor: Option<String>,
}

/// A request with the filters of a list, beside fields of its own.
macro_rules! filtered_query {
    ($(#[$doc:meta])* $name:ident { $($(#[$meta:meta])* $field:ident : $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub(crate) struct $name {
            $($(#[$meta])* pub(crate) $field: $ty,)*
            /// Public or private ones only. Left out: public ones and what else the caller may see.
            pub marketplace_type: Option<MarketplaceType>,
            /// Can do this; repeat it to ask for several.
            #[serde(default)]
            pub capability: Vec<String>,
            /// In this category.
            pub category: Option<String>,
            /// Has this tag; repeat it to ask for several.
            #[serde(default)]
            pub tag: Vec<String>,
            /// Rated at least so, 0 to 5, by the plain mean; an unrated component never matches.
            #[param(minimum = 0, maximum = 5)]
            pub min_rating: Option<f64>,
            /// Needs exactly this plan.
            pub pricing_tier: Option<Plan>,
            /// Agents: acts on its own this far.
            pub maturity_level: Option<MaturityLevel>,
            /// Published by this tenant.
            #[param(example = "acme")]
            pub publisher: Option<String>,
            /// The page's number, from 1. It reaches 10,000 items deep; beyond, use `cursor`.
            #[param(minimum = 1)]
            pub page: Option<u64>,
            /// Items on a page.
            #[param(minimum = 1, maximum = 100, default = 20)]
            pub page_size: Option<u64>,
            /// `next_cursor` of the page before, in place of `page`.
            pub cursor: Option<String>,
        }

        impl $name {
            /// The filter and the page, checked; what is wrong goes to `errors`.
            pub(crate) fn check(&self, kind: Kind, errors: &mut Vec<FieldError>) -> (Filter, Paging) {
                let raw = $crate::catalog::read_api::RawFilter {
                    marketplace_type: self.marketplace_type,
                    capability: &self.capability,
                    category: self.category.as_deref(),
                    tag: &self.tag,
                    min_rating: self.min_rating,
                    pricing_tier: self.pricing_tier,
                    maturity_level: self.maturity_level,
                    publisher: self.publisher.as_deref(),
                };
                let filter = raw.check(kind, errors);
                (filter, Paging::check(self.page, self.page_size, self.cursor.as_deref(), errors))
            }
        }
    };
}
pub(crate) use filtered_query;

filtered_query! {
    /// Which components, in which order.
    ListQuery {
        /// The order.
        #[serde(default)]
        #[param(inline)]
        sort: Sort,
    }
}

/// The filters as they came.
pub(crate) struct RawFilter<'a> {
    pub(crate) marketplace_type: Option<MarketplaceType>,
    pub(crate) capability: &'a [String],
    pub(crate) category: Option<&'a str>,
    pub(crate) tag: &'a [String],
    pub(crate) min_rating: Option<f64>,
    pub(crate) pricing_tier: Option<Plan>,
    pub(crate) maturity_level: Option<MaturityLevel>,
    pub(crate) publisher: Option<&'a str>,
}

impl RawFilter<'_> {
    pub(crate) fn check(&self, kind: Kind, errors: &mut Vec<FieldError>) -> Filter {
        const RULE: TextRule = TextRule { max_chars: LABEL_MAX, multiline: false, required: true };
        let mut cleaned = |field: &str, value: &str| match text::clean(value, RULE) {
            Ok(value) => Some(value),
            Err(message) => {
                errors.push(FieldError::new(field, message));
                None
            }
        };
        let mut labels: Vec<Label> = self
            .capability
            .iter()
            .filter_map(|value| cleaned("capability", value))
            .map(|v| Label::capability(&v))
            .collect();
        labels.extend(self.tag.iter().filter_map(|value| cleaned("tag", value)).map(|value| Label::tag(&value)));
        let category = self.category.and_then(|value| cleaned("category", value));
        labels.sort();
        labels.dedup();
        if labels.len() > LABELS_MAX {
            let field = if self.capability.len() > self.tag.len() { "capability" } else { "tag" };
            errors.push(FieldError::new(field, format!("Ask for at most {LABELS_MAX} capabilities and tags at once.")));
        }
        if self.min_rating.is_some_and(|rating| !(0.0..=5.0).contains(&rating)) {
            errors.push(FieldError::new("min_rating", "A rating is a number from 0 to 5."));
        }
        if let Some(Err(message)) = self.publisher.map(ids::check_tenant_ref) {
            errors.push(FieldError::new("publisher", message));
        }
        Filter {
            kind,
            marketplace_type: self.marketplace_type,
            labels,
            category,
            min_rating: self.min_rating,
            pricing_tier: self.pricing_tier,
            maturity_level: self.maturity_level,
            publisher: self.publisher.map(str::to_owned),
            skill_type: None,
        }
    }
}

/// Get one @kind
///
/// An id that several publishers have means the caller's own, else what the caller has installed under it, else the only
/// one; otherwise 409 lists the candidates. Its publisher also sees what waits for review. By a former id, or a former
/// publisher's, the answer has the present ones, and `Content-Location`.
#[utoipa::path(
    get,
    path = "@base/@collection/{id}",
    operation_id = "get_@kind",
    tag = "components",
    params(("id" = String, Path, description = "The publisher's id", example = "atom_main"), GetQuery),
    responses(
        (status = 200, description = "The component. `ETag` is what `If-Match` takes.", body = Component, headers(("Content-Location", description = "Where it is by its present name, if it was asked for by a former one"))),
        (status = 304, description = "What `If-None-Match` names is still so."),
        (status = 400, description = "A parameter is wrong.", body = ErrorEnvelope),
        (status = 404, description = "There is none, or none the caller may see.", body = ErrorEnvelope),
        (status = 409, description = "Several publishers have that id.", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
pub(crate) async fn get_component(
    State(m): State<Marketplace>,
    Reader(audience): Reader,
    OfKind(kind): OfKind,
    Path(id): Path<String>,
    Query(query): Query<GetQuery>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let wanted = Wanted::check(kind, id, query)?;
    let request = format!("{}?{}&{}", uri.path(), wanted.source(), wanted.version());
    let generation = m.generations.component(kind, &wanted.id);
    let (eyes, path) = (audience.clone(), uri.path().to_owned());
    let rest = wanted.version.as_ref().map(|version| format!("&version={version}")).unwrap_or_default();
    let answer = answer(&m, &audience, request, generation, async {
        m.db.read(move |c| {
            let row = resolve::resolve(c, &eyes, wanted.kind, &wanted.id, wanted.source.as_deref())?;
            let version = wanted.version.as_ref().map(|number| visible_version(c, &row, &eyes, number)).transpose()?;
            let etag = match &version {
                Some(version) => render::version_etag(&row, &eyes, version),
                None => render::etag(&row, &eyes),
            };
            let moved = names_api::moved(&row, &wanted.id, wanted.source.as_deref(), &path, &rest);
            Ok(Answer { body: render::detail_json(c, &row, &eyes, version)?.into(), etag, link: None, moved })
        })
        .await
    })
    .await?;
    Ok(answer.respond(&headers, is_public(&audience)))
}

/// A component that a request names, checked as far as that goes without the database.
#[derive(Clone)]
struct Wanted {
    kind: Kind,
    id: String,
    source: Option<String>,
    version: Option<Version>,
}

impl Wanted {
    fn check(kind: Kind, id: String, query: GetQuery) -> ApiResult<Self> {
        check_name(kind, &id, query.source_tenant_id.as_deref())?;
        let version = query.version.map(|text| text.parse()).transpose();
        let version = version.map_err(|error| ApiError::field("version", format!("A version is semver: {error}.")))?;
        Ok(Self { kind, id, source: query.source_tenant_id, version })
    }

    fn source(&self) -> &str {
        self.source.as_deref().unwrap_or_default()
    }

    fn version(&self) -> String {
        self.version.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

/// A name that breaks the rules names nothing.
fn check_name(kind: Kind, id: &str, source: Option<&str>) -> ApiResult<()> {
    let possible = ids::check_component_id(id).is_ok() && source.is_none_or(|s| ids::check_tenant_ref(s).is_ok());
    if possible { Ok(()) } else { Err(ApiError::component_not_found(kind, id)) }
}

/// One version that `audience` may see: its publisher every one, others what was ever available to them.
fn visible_version(
    c: &mut atom_marketplace_db::Conn<'_>,
    row: &ComponentRow,
    audience: &Audience,
    number: &Version,
) -> ApiResult<VersionRow> {
    let all = render::sees_all(row, audience);
    // A number that was refused may be there again: the one that is served comes first, then the last submitted.
    let found = store::version_numbers(c, row.id)?
        .into_iter()
        .filter(|version| version.version == *number)
        .filter(|version| {
            let public = version.visibility == MarketplaceType::Public || row.visibility == MarketplaceType::Private;
            all || (version.status == Status::Published && public && !version.raw)
        })
        .max_by_key(|version| (version.status == Status::Published, version.id))
        .ok_or_else(|| ApiError::not_found("version"))?;
    Ok(store::version_by_key(c, found.id)?)
}

/// List @kinds
///
/// Public ones and, for a tenant, its own and those shared with it, as one list.
#[utoipa::path(
    get,
    path = "@base/@collection",
    operation_id = "list_@kinds",
    tag = "components",
    params(ListQuery),
    responses(
        (status = 200, description = "One page; the `Link` header names the others.", body = Page<Component>),
        (status = 304, description = "What `If-None-Match` names is still so."),
        (status = 400, description = "A parameter is wrong.", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
pub(crate) async fn list_components(
    State(m): State<Marketplace>,
    Reader(audience): Reader,
    OfKind(kind): OfKind,
    Query(query): Query<ListQuery>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let mut errors = Vec::new();
    let (filter, paging) = query.check(kind, &mut errors);
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let links = Links::of(uri.path(), &query, &paging);
    let generation = m.generations.kind(kind);
    let answer = answer(&m, &audience, links.own.clone(), generation, async {
        let total = total(&m, &audience, &filter, generation).await?;
        let (eyes, sort, part) = (audience.clone(), query.sort, paging.clone());
        let items = m.db.read(move |c| list::list(c, &eyes, &filter, sort, &part)).await?;
        Ok(page(&items, &paging, total, &links))
    })
    .await?;
    Ok(answer.respond(&headers, is_public(&audience)))
}

/// How many components match, kept apart from the pages: they all state it and any order has the same.
pub(super) async fn total(m: &Marketplace, audience: &Audience, filter: &Filter, generation: u64) -> ApiResult<u64> {
    let (eyes, wanted) = (audience.clone(), filter.clone());
    let counted = answer(m, audience, format!("total {filter:?}"), generation, async {
        let total: u64 = m.db.read(move |c| list::total(c, &eyes, &wanted)).await?;
        Ok(Answer { body: total.to_string().into(), etag: HeaderValue::from_static("\"\""), link: None, moved: None })
    })
    .await?;
    std::str::from_utf8(&counted.body)
        .ok()
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| ApiError::internal("a total"))
}

/// List the categories of @kinds
///
/// With the number of components the caller sees in each, the fullest first.
#[utoipa::path(
    get,
    path = "@base/categories",
    operation_id = "list_@kind_categories",
    tag = "components",
    responses(
        (status = 200, description = "Every category that is in use.", body = Vec<CategoryCount>),
        (status = 304, description = "What `If-None-Match` names is still so."),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
pub(crate) async fn list_categories(
    State(m): State<Marketplace>,
    Reader(audience): Reader,
    OfKind(kind): OfKind,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let eyes = audience.clone();
    let request = format!("categories {}", kind.as_str());
    let answer = answer(&m, &audience, request, m.generations.kind(kind), async {
        let found = m.db.read(move |c| list::categories(c, &eyes, kind)).await?;
        let found: Vec<_> = found.into_iter().map(|(category, count)| CategoryCount { category, count }).collect();
        Ok(finished(serde_json::to_string(&found).map_err(ApiError::internal)?, None))
    })
    .await?;
    Ok(answer.respond(&headers, is_public(&audience)))
}

/// List what depends on a @kind
///
/// Components of any kind, visible to the caller, whose served version depends on it; the newest first.
#[utoipa::path(
    get,
    path = "@base/@collection/{id}/dependents",
    operation_id = "list_@kind_dependents",
    tag = "components",
    params(("id" = String, Path, description = "The publisher's id", example = "salesforce_integration"), DependentsQuery),
    responses(
        (status = 200, description = "One page; the `Link` header names the others.", body = Page<Component>),
        (status = 304, description = "What `If-None-Match` names is still so."),
        (status = 400, description = "A parameter is wrong.", body = ErrorEnvelope),
        (status = 404, description = "There is no such component, or none the caller may see.", body = ErrorEnvelope),
        (status = 409, description = "Several publishers have that id.", body = ErrorEnvelope),
    ),
    security((), ("token" = []), ("admin" = [])),
)]
pub(crate) async fn list_dependents(
    State(m): State<Marketplace>,
    Reader(audience): Reader,
    OfKind(kind): OfKind,
    Path(id): Path<String>,
    Query(query): Query<DependentsQuery>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let mut errors = Vec::new();
    let paging = Paging::check(query.page, query.page_size, query.cursor.as_deref(), &mut errors);
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    check_name(kind, &id, query.source_tenant_id.as_deref())?;
    let links = Links::of(uri.path(), &query, &paging);
    // What the id means hangs on its own generation, what depends on it on those of every kind.
    let generation = m.generations.component(kind, &id) + every_kind(&m);
    let (eyes, part) = (audience.clone(), paging.clone());
    let answer = answer(&m, &audience, links.own.clone(), generation, async {
        let source = query.source_tenant_id.clone();
        let (items, total) =
            m.db.read(move |c| {
                let target = resolve::resolve(c, &eyes, kind, &id, source.as_deref())?;
                list::dependents(c, &eyes, target.id, &part)
            })
            .await?;
        Ok(page(&items, &paging, total, &links))
    })
    .await?;
    Ok(answer.respond(&headers, is_public(&audience)))
}

/// A number that moves with the public lists of any kind: counters that only grow may be added up.
pub(crate) fn every_kind(m: &Marketplace) -> u64 {
    Kind::ALL.iter().map(|kind| m.generations.kind(*kind)).sum()
}

/// Whether anyone may keep the answer.
pub(crate) fn is_public(audience: &Audience) -> bool {
    audience.tenant_id().is_none() && !audience.is_admin()
}

/// The finished answer for `audience`: everyone without a tenant shares one, a tenant has its own. The admin's are not
/// kept: they are few, and see more than any tenant's.
pub(crate) async fn answer(
    m: &Marketplace,
    audience: &Audience,
    request: String,
    generation: u64,
    make: impl Future<Output = ApiResult<Answer>>,
) -> ApiResult<Answer> {
    if audience.is_admin() {
        return make.await;
    }
    let tenant = audience.tenant_id();
    let generation = (generation, tenant.map_or(0, |tenant| m.generations.tenant(tenant)));
    let key = Key { request: request.into(), audience: tenant.unwrap_or(0), generation };
    m.answers.get_or_make(key, make).await
}

/// An answer with a validator of its bytes.
pub(crate) fn finished(body: String, link: Option<HeaderValue>) -> Answer {
    let digest = Sha256::digest(body.as_bytes());
    let mut etag = String::with_capacity(34);
    etag.push('"');
    for byte in &digest[..16] {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    Answer { body: body.into(), etag: HeaderValue::try_from(etag).expect("hex digits"), link, moved: None }
}

/// One page, finished.
pub(crate) fn page(items: &Items, paging: &Paging, total: u64, links: &Links) -> Answer {
    let bytes: usize = items.items.iter().map(|item| item.len() + 1).sum();
    let mut body = String::with_capacity(bytes + 256);
    body.push_str("{\"items\":[");
    for (at, item) in items.items.iter().enumerate() {
        if at > 0 {
            body.push(',');
        }
        body.push_str(item);
    }
    let (next, more) = match &items.next_cursor {
        // A cursor is base64url: nothing in it needs escaping.
        Some(cursor) => (format!("\"{cursor}\""), true),
        None => ("null".to_owned(), false),
    };
    let _ = write!(
        body,
        "],\"page\":{},\"page_size\":{},\"total\":{total},\"has_more\":{more},\"next_cursor\":{next}}}",
        paging.page, paging.size
    );
    finished(body, links.header(items, paging))
}

/// The canonical form of a list's request, and the pages around it.
pub(crate) struct Links {
    /// Path and canonical query: what the answer is kept under.
    pub(crate) own: String,
    path: String,
    query: String,
}

impl Links {
    /// Of a request whose query reads as `query`.
    pub(crate) fn of<Q: Serialize>(path: &str, query: &Q, paging: &Paging) -> Self {
        let pairs: Vec<(String, String)> = serde_html_form::to_string(query)
            .ok()
            .and_then(|text| serde_html_form::from_str(&text).ok())
            .unwrap_or_default();
        let mut pairs: Vec<_> = pairs
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && !["page", "page_size", "cursor"].contains(&name.as_str()))
            .collect();
        pairs.sort();
        pairs.dedup();
        pairs.push(("page_size".to_owned(), paging.size.to_string()));
        let query = serde_html_form::to_string(&pairs).unwrap_or_default();
        let own = match &paging.cursor {
            Some(cursor) => format!("{path}?{query}&cursor={cursor}"),
            None => format!("{path}?{query}&page={}", paging.page),
        };
        Self { own, path: path.to_owned(), query }
    }

    fn header(&self, items: &Items, paging: &Paging) -> Option<HeaderValue> {
        let to = |rest: String, rel: &str| format!("<{}?{}&{rest}>; rel=\"{rel}\"", self.path, self.query);
        let mut links = vec![to("page=1".to_owned(), "first")];
        if paging.cursor.is_none() && paging.page > 1 {
            links.push(to(format!("page={}", paging.page - 1), "prev"));
        }
        if let Some(cursor) = &items.next_cursor {
            links.push(if paging.next_has_number() {
                to(format!("page={}", paging.page + 1), "next")
            } else {
                to(format!("cursor={cursor}"), "next")
            });
        }
        HeaderValue::try_from(links.join(", ")).ok()
    }
}
