//! SQL of lists: which components match, in which order, a page at a time.
//!
//! What a caller sees is up to three disjoint sets: what everyone sees, its own that are not listed, and those that others
//! share with it. Each is a bounded query that ends in the same unique order, and they are merged as one. SQLite has no
//! statistics to plan by, so it is told the index; PostgreSQL finds it.

use atom_marketplace_db::{Conn, Dialect, Error, FromRow, FromValue, Row, Value, ValueRef, args};
use atom_marketplace_protocol::component::MarketplaceType;

use super::select;
use crate::catalog::list::{Filter, Label, Sort};
use crate::catalog::model::ComponentRow;

/// The value an order sorts by.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::catalog) enum SortKey {
    Int(i64),
    Real(f64),
    Text(String),
}

impl FromValue for SortKey {
    fn from_value(value: ValueRef<'_>) -> Result<Self, String> {
        match value {
            ValueRef::Int(int) => Ok(Self::Int(int)),
            ValueRef::Real(real) => Ok(Self::Real(real)),
            other => other.text().map(|text| Self::Text(text.to_owned())),
        }
    }
}

impl From<&SortKey> for Value {
    fn from(key: &SortKey) -> Self {
        match key {
            SortKey::Int(int) => Self::Int(*int),
            SortKey::Real(real) => Self::Real(*real),
            SortKey::Text(text) => Self::Text(text.clone()),
        }
    }
}

/// A place in an order: the component it stands at.
pub(in crate::catalog) type Position = (SortKey, i64);

/// An exact match that narrows a list to a few rows.
#[derive(Clone, Copy, Debug)]
pub(in crate::catalog) enum Exact<'a> {
    /// The folded name.
    Name(&'a str),
    /// The publisher's id.
    Slug(&'a str),
}

/// A statement under construction.
struct Sql {
    dialect: Dialect,
    args: Vec<Value>,
}

impl Sql {
    fn new(c: &Conn<'_>) -> Self {
        Self { dialect: c.dialect(), args: Vec::new() }
    }

    /// Binds a value and answers its placeholder.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.args.push(value.into());
        format!("${}", self.args.len())
    }

    /// `component c` read by this index.
    fn component_by(&self, index: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => format!("component c INDEXED BY {index}"),
            Dialect::Postgres => "component c".to_owned(),
        }
    }

    fn name_key(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "c.name_key",
            Dialect::Postgres => "c.name_key COLLATE \"C\"",
        }
    }

    fn sort_key(&self, sort: Sort) -> &'static str {
        match sort {
            Sort::Popular => "c.rank",
            Sort::Rating => "c.rating_key",
            Sort::Updated => "c.updated_at",
            Sort::Created => "c.seq",
            Sort::Name => self.name_key(),
        }
    }
}

/// One of the disjoint sets: where its rows are, which of them, and the two columns of the order.
struct Arm {
    from: String,
    conditions: Vec<String>,
    key: String,
    seq: &'static str,
}

impl Arm {
    fn conditions(&self) -> String {
        self.conditions.join(" AND ")
    }
}

/// Everything that matches for the caller.
#[derive(Clone, Copy, Debug)]
pub(in crate::catalog) struct Scope<'a> {
    pub(in crate::catalog) filter: &'a Filter,
    pub(in crate::catalog) exact: Option<Exact<'a>>,
    /// Whose own and shared components are seen beside the public ones.
    pub(in crate::catalog) tenant: Option<i64>,
}

/// The places of up to `limit` components behind `after`, or behind the first `offset`.
pub(in crate::catalog) fn positions(
    c: &mut Conn<'_>,
    scope: Scope<'_>,
    sort: Sort,
    after: Option<&Position>,
    offset: u32,
    limit: u32,
) -> Result<Vec<Position>, Error> {
    let (text, args) = positions_sql(c.dialect(), scope, sort, after, offset, limit);
    if text.is_empty() { Ok(Vec::new()) } else { c.all(&text, &args) }
}

fn positions_sql(
    dialect: Dialect,
    scope: Scope<'_>,
    sort: Sort,
    after: Option<&Position>,
    offset: u32,
    limit: u32,
) -> (String, Vec<Value>) {
    let mut sql = Sql { dialect, args: Vec::new() };
    let (direction, beyond) = if sort == Sort::Name { ("ASC", ">") } else { ("DESC", "<") };
    let mut arms = arms(&mut sql, scope, sort);
    if let Some((key, seq)) = after {
        // Of two equal columns one is enough, and a range over both would not use the index.
        let key = (sort != Sort::Created).then(|| sql.bind(key));
        let seq = sql.bind(*seq);
        for arm in &mut arms {
            arm.conditions.push(match &key {
                Some(key) => format!("({}, {}) {beyond} ({key}, {seq})", arm.key, arm.seq),
                None => format!("{} {beyond} {seq}", arm.seq),
            });
        }
    }
    let order = |key: &str, seq: &str| {
        if sort == Sort::Created {
            format!("ORDER BY {seq} {direction}")
        } else {
            format!("ORDER BY {key} {direction}, {seq} {direction}")
        }
    };
    let (limit_at, offset_at) = (sql.bind(limit), sql.bind(offset));
    let text = match arms.as_slice() {
        [] => String::new(),
        [arm] => format!(
            "SELECT {}, {} FROM {} WHERE {} {} LIMIT {limit_at} OFFSET {offset_at}",
            arm.key,
            arm.seq,
            arm.from,
            arm.conditions(),
            order(&arm.key, arm.seq)
        ),
        many => {
            let reach = sql.bind(limit + offset);
            let parts: Vec<String> = many
                .iter()
                .enumerate()
                .map(|(number, arm)| {
                    format!(
                        "SELECT k, seq FROM (SELECT {} AS k, {} AS seq FROM {} WHERE {} {} LIMIT {reach}) AS arm{number}",
                        arm.key,
                        arm.seq,
                        arm.from,
                        arm.conditions(),
                        order(&arm.key, arm.seq)
                    )
                })
                .collect();
            let key = if sort == Sort::Name && sql.dialect == Dialect::Postgres { "k COLLATE \"C\"" } else { "k" };
            format!(
                "SELECT k, seq FROM ({}) AS merged {} LIMIT {limit_at} OFFSET {offset_at}",
                parts.join(" UNION ALL "),
                order(key, "seq")
            )
        }
    };
    (text, sql.args)
}

/// How many there are.
pub(in crate::catalog) fn count(c: &mut Conn<'_>, scope: Scope<'_>) -> Result<u64, Error> {
    let mut sql = Sql::new(c);
    let arms = arms(&mut sql, scope, Sort::Popular);
    if arms.is_empty() {
        return Ok(0);
    }
    let parts: Vec<String> =
        arms.iter().map(|arm| format!("SELECT count(*) AS n FROM {} WHERE {}", arm.from, arm.conditions())).collect();
    c.one(&format!("SELECT CAST(sum(n) AS BIGINT) FROM ({}) AS arms", parts.join(" UNION ALL ")), &sql.args)
}

/// How many there are in each category.
pub(in crate::catalog) fn categories(c: &mut Conn<'_>, scope: Scope<'_>) -> Result<Vec<(String, u64)>, Error> {
    let mut sql = Sql::new(c);
    // By name: whatever else the arms read, they have `c`.
    let parts: Vec<String> = arms(&mut sql, scope, Sort::Name)
        .iter()
        .map(|arm| {
            let from = arm.from.replace("component_by_name", "component_by_category");
            format!(
                "SELECT c.category AS category, count(*) AS n FROM {from} WHERE {} AND c.category IS NOT NULL GROUP BY c.category",
                arm.conditions()
            )
        })
        .collect();
    c.all(
        &format!(
            "SELECT category, CAST(sum(n) AS BIGINT) AS n FROM ({}) AS arms GROUP BY category",
            parts.join(" UNION ALL ")
        ),
        &sql.args,
    )
}

fn arms(sql: &mut Sql, scope: Scope<'_>, sort: Sort) -> Vec<Arm> {
    let only = scope.filter.marketplace_type;
    let mut arms = Vec::new();
    if only != Some(MarketplaceType::Private) {
        arms.push(public_arm(sql, scope, sort));
    }
    if let Some(tenant) = scope.tenant {
        arms.push(own_arm(sql, scope, sort, tenant));
        if only != Some(MarketplaceType::Public) {
            arms.push(shared_arm(sql, scope, sort, tenant));
        }
    }
    arms
}

/// What everyone sees, by whichever index narrows it most.
fn public_arm(sql: &mut Sql, scope: Scope<'_>, sort: Sort) -> Arm {
    let filter = scope.filter;
    let kind = sql.bind(filter.kind.code());
    if let (None, Some((first, rest))) = (scope.exact, filter.labels.split_first()) {
        return label_arm(sql, filter, &kind, first, rest, sort);
    }
    let index = match (scope.exact, &filter.publisher, &filter.category, sort) {
        (Some(Exact::Name(_)), ..) | (None, None, None, Sort::Name) => "component_by_name",
        (Some(Exact::Slug(_)), ..) => "component_slug",
        (None, Some(_), ..) => "component_tenant",
        (None, None, Some(_), _) => "component_by_category",
        (None, None, None, Sort::Popular) => "component_by_rank",
        (None, None, None, Sort::Rating) => "component_by_rating",
        (None, None, None, Sort::Updated) => "component_by_updated",
        (None, None, None, Sort::Created) => "component_by_created",
    };
    let mut conditions = vec![format!("c.kind = {kind}"), "c.listed = 1".to_owned()];
    row_conditions(sql, scope, &filter.labels, &mut conditions);
    Arm { from: sql.component_by(index), conditions, key: sql.sort_key(sort).to_owned(), seq: "c.seq" }
}

/// The public components with a label: the junction has them in the default order already.
fn label_arm(sql: &mut Sql, filter: &Filter, kind: &str, first: &Label, rest: &[Label], sort: Sort) -> Arm {
    let (label_type, label) = (sql.bind(first.code()), sql.bind(first.text()));
    let mut conditions = vec![
        format!("l.kind = {kind}"),
        format!("l.label_type = {label_type}"),
        format!("l.label = {label}"),
        "l.listed = 1".to_owned(),
    ];
    for other in rest {
        let (label_type, label) = (sql.bind(other.code()), sql.bind(other.text()));
        conditions.push(format!(
            "EXISTS (SELECT 1 FROM component_label o WHERE o.kind = l.kind AND o.label_type = {label_type} AND o.label = {label}
               AND o.listed = 1 AND o.rank = l.rank AND o.component_id = l.component_id)"
        ));
    }
    let alone = filter.category.is_none()
        && filter.min_rating.is_none()
        && filter.pricing_tier.is_none()
        && filter.maturity_level.is_none()
        && filter.publisher.is_none()
        && filter.skill_type.is_none();
    if alone && sort == Sort::Popular {
        let (from, key) = ("component_label l".to_owned(), "l.rank".to_owned());
        return Arm { from, conditions, key, seq: "l.component_id" };
    }
    conditions.push("c.id = l.component_id".to_owned());
    row_conditions(sql, Scope { filter, exact: None, tenant: None }, &[], &mut conditions);
    let from = "component_label l CROSS JOIN component c".to_owned();
    if sort == Sort::Popular {
        return Arm { from, conditions, key: "l.rank".to_owned(), seq: "l.component_id" };
    }
    Arm { from, conditions, key: sql.sort_key(sort).to_owned(), seq: "c.seq" }
}

/// The tenant's own that are not listed: private ones, and those that wait or were sent back.
fn own_arm(sql: &mut Sql, scope: Scope<'_>, sort: Sort, tenant: i64) -> Arm {
    let (tenant, kind) = (sql.bind(tenant), sql.bind(scope.filter.kind.code()));
    let mut conditions = vec![
        format!("c.tenant_id = {tenant}"),
        format!("c.kind = {kind}"),
        "c.listed = 0".to_owned(),
        "c.status <> 'withdrawn'".to_owned(),
    ];
    if let Some(only) = scope.filter.marketplace_type {
        let only = sql.bind(only.as_str());
        conditions.push(format!("c.visibility = {only}"));
    }
    row_conditions(sql, scope, &scope.filter.labels, &mut conditions);
    let key = sql.sort_key(sort).to_owned();
    Arm { from: sql.component_by("component_tenant"), conditions, key, seq: "c.seq" }
}

/// Those that other tenants share with it.
fn shared_arm(sql: &mut Sql, scope: Scope<'_>, sort: Sort, tenant: i64) -> Arm {
    let (tenant, kind) = (sql.bind(tenant), sql.bind(scope.filter.kind.code()));
    let mut conditions = vec![
        format!("s.tenant_id = {tenant}"),
        "c.id = s.component_id".to_owned(),
        format!("c.kind = {kind}"),
        "c.listed = 0".to_owned(),
        "c.visibility = 'private'".to_owned(),
        "c.status = 'published'".to_owned(),
        format!("c.tenant_id <> {tenant}"),
    ];
    row_conditions(sql, scope, &scope.filter.labels, &mut conditions);
    let from = "component_share s CROSS JOIN component c".to_owned();
    Arm { from, conditions, key: sql.sort_key(sort).to_owned(), seq: "c.seq" }
}

/// The filters that are columns of the row, and labels.
fn row_conditions(sql: &mut Sql, scope: Scope<'_>, labels: &[Label], conditions: &mut Vec<String>) {
    let filter = scope.filter;
    match scope.exact {
        Some(Exact::Name(name)) => {
            let name = sql.bind(name);
            conditions.push(format!("{} = {name}", sql.name_key()));
        }
        Some(Exact::Slug(slug)) => {
            let slug = sql.bind(slug);
            conditions.push(format!("c.slug = {slug}"));
        }
        None => {}
    }
    if let Some(publisher) = &filter.publisher {
        let publisher = sql.bind(publisher);
        conditions.push(format!("c.tenant_id = (SELECT t.id FROM tenant t WHERE t.slug = {publisher})"));
    }
    if let Some(category) = &filter.category {
        let category = sql.bind(category);
        conditions.push(format!("c.category = {category}"));
    }
    if let Some(rating) = filter.min_rating {
        let rating = sql.bind(rating);
        conditions.push(format!("c.average >= {rating}"));
    }
    if let Some(tier) = filter.pricing_tier {
        let tier = sql.bind(tier.code());
        conditions.push(format!("c.pricing_tier = {tier}"));
    }
    if let Some(level) = filter.maturity_level {
        let level = sql.bind(level.as_str());
        conditions.push(format!("c.maturity_level = {level}"));
    }
    if let Some(skill_type) = filter.skill_type {
        // In JSON a quotation mark within a text is escaped: only the field itself reads so.
        let field = sql.bind(format!("%\"skill_type\":\"{skill_type}\"%"));
        conditions.push(format!("c.summary LIKE {field}"));
    }
    for label in labels {
        let (label_type, text) = (sql.bind(label.code()), sql.bind(label.text()));
        conditions.push(format!(
            "EXISTS (SELECT 1 FROM component_label o WHERE o.kind = c.kind AND o.label_type = {label_type} AND o.label = {text}
               AND o.listed = c.listed AND o.rank = c.rank AND o.component_id = c.id)"
        ));
    }
}

/// Components by their keys, in no order.
pub(in crate::catalog) fn components(c: &mut Conn<'_>, ids: &[i64]) -> Result<Vec<ComponentRow>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (places, args) = places(ids);
    c.all(&select(&format!("WHERE c.id IN ({places})")), &args)
}

/// A dependency whose publisher was left open and fixed at publish.
#[derive(Debug)]
pub(in crate::catalog) struct ResolvedDependency {
    pub(in crate::catalog) version: i64,
    pub(in crate::catalog) position: usize,
    pub(in crate::catalog) tenant: String,
    /// What it is called now.
    pub(in crate::catalog) id: String,
}

impl FromRow for ResolvedDependency {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { version: row.at(0)?, position: row.at(1)?, tenant: row.at(2)?, id: row.at(3)? })
    }
}

/// Those of these versions.
pub(in crate::catalog) fn resolved_dependencies(
    c: &mut Conn<'_>,
    versions: &[i64],
) -> Result<Vec<ResolvedDependency>, Error> {
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    let (places, args) = places(versions);
    c.all(
        &format!(
            "SELECT d.version_id, d.position, p.slug, t.slug FROM component_dependency d
             JOIN component t ON t.id = d.target_id JOIN tenant p ON p.id = t.tenant_id
             WHERE d.version_id IN ({places}) AND d.target_tenant IS NULL"
        ),
        &args,
    )
}

/// `$1, $2, …` and their values.
fn places(ids: &[i64]) -> (String, Vec<Value>) {
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    (places.join(", "), ids.iter().map(Value::from).collect())
}

/// What the dependents of a component must meet to be seen by a tenant (`$2`, 0 for nobody).
const DEPENDENTS: &str =
    "component_dependency d JOIN component c ON c.id = d.component_id AND c.head_version_id = d.version_id
     WHERE d.target_id = $1 AND c.status <> 'withdrawn' AND (c.listed = 1 OR c.tenant_id = $2
       OR (c.visibility = 'private' AND c.status = 'published'
           AND EXISTS (SELECT 1 FROM component_share s WHERE s.tenant_id = $2 AND s.component_id = c.id)))";

/// Components whose served version depends on this one, the newest first: keys below `before`, or behind `offset`.
pub(in crate::catalog) fn dependents(
    c: &mut Conn<'_>,
    target: i64,
    tenant: Option<i64>,
    before: Option<i64>,
    offset: u32,
    limit: u32,
) -> Result<Vec<i64>, Error> {
    c.all(
        &format!("SELECT DISTINCT c.seq FROM {DEPENDENTS} AND c.seq < $3 ORDER BY c.seq DESC LIMIT $4 OFFSET $5"),
        args![target, tenant.unwrap_or(0), before.unwrap_or(i64::MAX), limit, offset],
    )
}

/// How many there are.
pub(in crate::catalog) fn dependents_count(c: &mut Conn<'_>, target: i64, tenant: Option<i64>) -> Result<u64, Error> {
    c.one(&format!("SELECT count(DISTINCT c.seq) FROM {DEPENDENTS}"), args![target, tenant.unwrap_or(0)])
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
