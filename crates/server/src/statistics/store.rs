//! SQL of statistics.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::statistics::StatisticsGroup;

use crate::catalog::model::kind_from;

/// Where a row's counts stop growing, so that sums of them never overflow.
const FULL: i64 = 1_000_000_000_000_000;

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amounts {
    pub(crate) installs: i64,
    pub(crate) uninstalls: i64,
    /// By how many more tenants have it, or how many.
    pub(crate) active: i64,
    pub(crate) executions: i64,
    pub(crate) successes: i64,
    pub(crate) duration_ms: i64,
}

impl Amounts {
    /// The two together.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            installs: self.installs + other.installs,
            uninstalls: self.uninstalls + other.uninstalls,
            active: self.active + other.active,
            executions: self.executions + other.executions,
            successes: self.successes + other.successes,
            duration_ms: self.duration_ms + other.duration_ms,
        }
    }
}

impl FromRow for Amounts {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            installs: row.get("installs")?,
            uninstalls: row.get("uninstalls")?,
            active: row.get("active")?,
            executions: row.get("executions")?,
            successes: row.get("successes")?,
            duration_ms: row.get("duration_ms")?,
        })
    }
}

/// The sums of [`Amounts`] over rows `s`; 0 where there are none.
const SUMS: &str = "CAST(COALESCE(sum(s.installs), 0) AS BIGINT) AS installs, CAST(COALESCE(sum(s.uninstalls), 0) AS BIGINT) AS uninstalls,
     CAST(COALESCE(sum(s.active), 0) AS BIGINT) AS active, CAST(COALESCE(sum(s.executions), 0) AS BIGINT) AS executions,
     CAST(COALESCE(sum(s.successes), 0) AS BIGINT) AS successes, CAST(COALESCE(sum(s.duration_ms), 0) AS BIGINT) AS duration_ms";

/// As what a tenant is counted for a component.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) version: String,
    pub(super) plan: i64,
    pub(super) active: bool,
    pub(super) has_left: bool,
}

impl FromRow for Counted {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            version: row.get("version")?,
            plan: row.get("plan")?,
            active: row.get("active")?,
            has_left: row.get("has_left")?,
        })
    }
}

/// As what a tenant is counted; none: it never had the component.
pub(super) fn counted(c: &mut Conn<'_>, component: i64, tenant: i64) -> Result<Option<Counted>, Error> {
    c.first(
        "SELECT version, plan, active, has_left FROM statistic_tenant WHERE component_id = $1 AND tenant_id = $2",
        args![component, tenant],
    )
}

/// Notes as what a tenant is counted.
pub(super) fn put_counted(c: &mut Conn<'_>, component: i64, tenant: i64, as_what: &Counted) -> Result<(), Error> {
    c.execute(
        "INSERT INTO statistic_tenant (component_id, tenant_id, version, plan, active, has_left) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (component_id, tenant_id) DO UPDATE SET version = excluded.version, plan = excluded.plan,
             active = excluded.active, has_left = excluded.has_left",
        args![component, tenant, &as_what.version, as_what.plan, as_what.active, as_what.has_left],
    )
    .map(|_| ())
}

/// Adds to a day and to what is kept for ever.
pub(super) fn add(
    c: &mut Conn<'_>,
    component: i64,
    day: i64,
    (version, plan): (&str, i64),
    by: Amounts,
) -> Result<(), Error> {
    let upsert = |table: &str, key: &str, values: &str| {
        let grown = |column: &str| {
            format!(
                "{column} = CASE WHEN {table}.{column} > {FULL} - excluded.{column} THEN {FULL} ELSE {table}.{column} + excluded.{column} END"
            )
        };
        let all = ["installs", "uninstalls", "active", "executions", "successes", "duration_ms"].map(grown).join(", ");
        format!(
            "INSERT INTO {table} ({key}, version, plan, installs, uninstalls, active, executions, successes, duration_ms)
             VALUES ({values}) ON CONFLICT ({key}, version, plan) DO UPDATE SET {all}"
        )
    };
    c.execute(
        &upsert("statistic", "component_id, day", "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10"),
        args![
            component,
            day,
            version,
            plan,
            by.installs,
            by.uninstalls,
            by.active,
            by.executions,
            by.successes,
            by.duration_ms
        ],
    )?;
    c.execute(
        &upsert("statistic_total", "component_id", "$1, $2, $3, $4, $5, $6, $7, $8, $9"),
        args![
            component,
            version,
            plan,
            by.installs,
            by.uninstalls,
            by.active,
            by.executions,
            by.successes,
            by.duration_ms
        ],
    )
    .map(|_| ())
}

/// Adds to the ratings of a day. A day that is forgotten stays so.
pub(super) fn add_rating(c: &mut Conn<'_>, component: i64, day: i64, count: i64, sum: i64) -> Result<(), Error> {
    if count > 0 {
        c.execute(
            "INSERT INTO statistic_rating (component_id, day, rating_count, rating_sum) VALUES ($1, $2, $3, $4)
             ON CONFLICT (component_id, day) DO UPDATE SET rating_count = statistic_rating.rating_count + excluded.rating_count,
                 rating_sum = statistic_rating.rating_sum + excluded.rating_sum",
            args![component, day, count, sum],
        )
    } else {
        c.execute(
            "UPDATE statistic_rating SET rating_count = rating_count + $3, rating_sum = rating_sum + $4
             WHERE component_id = $1 AND day = $2",
            args![component, day, count, sum],
        )
    }
    .map(|_| ())
}

/// Whose figures.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    /// One component's.
    Component(i64),
    /// All of a publisher's.
    Publisher(i64),
}

impl Of {
    fn tables(self, table: &str) -> (String, i64) {
        match self {
            Self::Component(id) => (format!("{table} s WHERE s.component_id = $1"), id),
            Self::Publisher(id) => {
                (format!("component c JOIN {table} s ON s.component_id = c.id WHERE c.tenant_id = $1"), id)
            }
        }
    }
}

/// A version, a plan or a day with its figures.
pub(super) struct Grouped {
    /// The version, or the number of the plan or the day.
    pub(super) key: String,
    /// Whether it lies behind the last day asked for.
    pub(super) later: bool,
    pub(super) amounts: Amounts,
}

impl FromRow for Grouped {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { key: row.get("key")?, later: row.get("later")?, amounts: Amounts::from_row(row)? })
    }
}

fn key(group: StatisticsGroup) -> &'static str {
    match group {
        StatisticsGroup::Day => "CAST(s.day AS TEXT)",
        StatisticsGroup::Version => "s.version",
        StatisticsGroup::Plan => "CAST(s.plan AS TEXT)",
    }
}

/// Figures from a day on, those behind the last day apart.
pub(super) fn days(
    c: &mut Conn<'_>,
    of: Of,
    group: StatisticsGroup,
    (from, to): (i64, i64),
) -> Result<Vec<Grouped>, Error> {
    let (tables, id) = of.tables("statistic");
    let key = key(group);
    c.all(
        &format!(
            "SELECT {key} AS key, s.day > $3 AS later, {SUMS} FROM {tables} AND s.day >= $2 GROUP BY {key}, s.day > $3"
        ),
        args![id, from, to],
    )
}

/// Figures since ever; `later` is false of all.
pub(super) fn totals(c: &mut Conn<'_>, of: Of, group: StatisticsGroup) -> Result<Vec<Grouped>, Error> {
    let (tables, id) = of.tables("statistic_total");
    let key = if group == StatisticsGroup::Day { "''" } else { key(group) };
    c.all(&format!("SELECT {key} AS key, 0 AS later, {SUMS} FROM {tables} GROUP BY 1"), args![id])
}

/// Number and sum of the ratings of each day on which there are any.
pub(super) fn ratings(c: &mut Conn<'_>, of: Of, (from, to): (i64, i64)) -> Result<Vec<(i64, i64, i64)>, Error> {
    let (tables, id) = of.tables("statistic_rating");
    c.all(
        &format!(
            "SELECT s.day, CAST(sum(s.rating_count) AS BIGINT), CAST(sum(s.rating_sum) AS BIGINT) FROM {tables}
             AND s.day BETWEEN $2 AND $3 GROUP BY s.day"
        ),
        args![id, from, to],
    )
}

/// One of a publisher's components with its figures.
pub(super) struct OneOf {
    pub(super) kind: Kind,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) amounts: Amounts,
    pub(super) active: i64,
    pub(super) rating_count: i64,
    pub(super) rating_sum: i64,
}

impl FromRow for OneOf {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            kind: kind_from(row.get("kind")?)?,
            slug: row.get("slug")?,
            name: row.get("name")?,
            amounts: Amounts::from_row(row)?,
            active: row.get("active_now")?,
            rating_count: row.get("ratings")?,
            rating_sum: row.get("rated")?,
        })
    }
}

/// A publisher's components with what was counted on these days, those that ran most often first.
pub(super) fn components(
    c: &mut Conn<'_>,
    publisher: i64,
    (from, to): (i64, i64),
    limit: u64,
) -> Result<Vec<OneOf>, Error> {
    c.all(
        &format!(
            "SELECT c.kind, c.slug, c.name, {SUMS},
                 (SELECT CAST(COALESCE(sum(t.active), 0) AS BIGINT) FROM statistic_total t WHERE t.component_id = c.id)
                 - (SELECT CAST(COALESCE(sum(l.active), 0) AS BIGINT) FROM statistic l WHERE l.component_id = c.id AND l.day > $3) AS active_now,
                 (SELECT CAST(COALESCE(sum(r.rating_count), 0) AS BIGINT) FROM statistic_rating r
                  WHERE r.component_id = c.id AND r.day BETWEEN $2 AND $3) AS ratings,
                 (SELECT CAST(COALESCE(sum(r.rating_sum), 0) AS BIGINT) FROM statistic_rating r
                  WHERE r.component_id = c.id AND r.day BETWEEN $2 AND $3) AS rated
             FROM component c LEFT JOIN statistic s ON s.component_id = c.id AND s.day BETWEEN $2 AND $3
             WHERE c.tenant_id = $1 GROUP BY c.id, c.kind, c.slug, c.name
             ORDER BY executions DESC, active_now DESC, c.id LIMIT $4"
        ),
        args![publisher, from, to, limit],
    )
}

/// How many components a publisher has.
pub(super) fn component_count(c: &mut Conn<'_>, publisher: i64) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM component WHERE tenant_id = $1", args![publisher])
}

/// Forgets the oldest day before `horizon`. Whether there was one.
pub(super) fn forget_a_day(c: &mut Conn<'_>, horizon: i64) -> Result<bool, Error> {
    let used =
        c.execute("DELETE FROM statistic WHERE day = (SELECT min(day) FROM statistic WHERE day < $1)", args![horizon])?;
    let rated = c.execute(
        "DELETE FROM statistic_rating WHERE day = (SELECT min(day) FROM statistic_rating WHERE day < $1)",
        args![horizon],
    )?;
    Ok(used + rated > 0)
}

/// Forgets an instance that was silent since `horizon`. Whether there was one.
pub(super) fn forget_an_instance(c: &mut Conn<'_>, horizon: Timestamp) -> Result<bool, Error> {
    let silent: Option<i64> =
        c.first("SELECT id FROM usage_instance WHERE reported_at < $1 ORDER BY reported_at LIMIT 1", args![horizon])?;
    let Some(silent) = silent else { return Ok(false) };
    c.execute("DELETE FROM usage_report WHERE instance_id = $1", args![silent])?;
    c.execute("DELETE FROM usage_instance WHERE id = $1", args![silent])?;
    Ok(true)
}
