//! SQL of ratings. What they add up to on a component is the catalog's.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::ids::Kind;

use super::sums::TenantSums;
use crate::catalog::model::kind_from;
use crate::extract::TenantScope;
use crate::paging::Window;

/// A rating with its author.
#[derive(Clone, Debug)]
pub(super) struct RatingRow {
    pub(super) id: i64,
    /// `rate_…`
    pub(super) uid: String,
    pub(super) component_id: i64,
    pub(super) tenant_id: i64,
    pub(super) author: String,
    pub(super) rating: i64,
    pub(super) review: Option<String>,
    /// Why it is hidden, if it is.
    pub(super) hidden_reason: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

impl FromRow for RatingRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(RatingRow {
            id: row.get("id")?,
            uid: row.get("uid")?,
            component_id: row.get("component_id")?,
            tenant_id: row.get("tenant_id")?,
            author: row.get("author")?,
            rating: row.get("rating")?,
            review: row.get("review")?,
            hidden_reason: row.get("hidden_reason")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

impl RatingRow {
    /// The rating, if it counts.
    pub(super) fn counted(&self) -> Option<i64> {
        self.hidden_reason.is_none().then_some(self.rating)
    }
}

const COLUMNS: &str = "r.id, r.uid, r.component_id, r.tenant_id, r.author, r.rating, r.review, h.reason AS hidden_reason, r.created_at, r.updated_at";
const HIDDEN: &str = "LEFT JOIN rating_hidden h ON h.component_id = r.component_id AND h.tenant_id = r.tenant_id AND h.author = r.author";

/// An author's rating of a component.
pub(super) fn of_author(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    author: &str,
    component: i64,
) -> Result<Option<RatingRow>, Error> {
    c.first(
        &format!(
            "SELECT {COLUMNS} FROM rating r {HIDDEN} WHERE r.component_id = $1 AND r.tenant_id = $2 AND r.author = $3"
        ),
        args![component, scope.id(), author],
    )
}

/// A rating by its id on the wire.
pub(super) fn by_uid(c: &mut Conn<'_>, uid: &str) -> Result<Option<RatingRow>, Error> {
    c.first(&format!("SELECT {COLUMNS} FROM rating r {HIDDEN} WHERE r.uid = $1"), args![uid])
}

/// Whether what an author says of a component is hidden, though it may not be there at present.
pub(super) fn is_hidden(c: &mut Conn<'_>, scope: &TenantScope, author: &str, component: i64) -> Result<bool, Error> {
    c.one(
        "SELECT count(*) > 0 FROM rating_hidden WHERE component_id = $1 AND tenant_id = $2 AND author = $3",
        args![component, scope.id(), author],
    )
}

/// The authors of a tenant that rated a component.
pub(super) fn authors(c: &mut Conn<'_>, scope: &TenantScope, component: i64) -> Result<Vec<String>, Error> {
    c.all(
        "SELECT author FROM rating WHERE component_id = $1 AND tenant_id = $2 ORDER BY id",
        args![component, scope.id()],
    )
}

/// Writes an author's rating, in place of the one before.
pub(super) fn put(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    author: &str,
    component: i64,
    (uid, rating, review): (&str, i64, Option<&str>),
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO rating (uid, component_id, tenant_id, author, rating, review, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
         ON CONFLICT (component_id, tenant_id, author) DO UPDATE
         SET rating = excluded.rating, review = excluded.review, updated_at = excluded.updated_at",
        args![uid, component, scope.id(), author, rating, review, now],
    )
    .map(|_| ())
}

/// Deletes a rating, with its flags.
pub(super) fn delete(c: &mut Conn<'_>, id: i64) -> Result<(), Error> {
    clear_flags(c, id)?;
    c.execute("DELETE FROM rating WHERE id = $1", args![id]).map(|_| ())
}

/// Whether a tenant has a component installed now.
pub(super) fn installed(c: &mut Conn<'_>, component: i64, tenant: i64) -> Result<bool, Error> {
    c.one(
        "SELECT count(*) > 0 FROM installation WHERE tenant_id = $1 AND component_id = $2 AND removed_at IS NULL",
        args![tenant, component],
    )
}

/// What a tenant's ratings of a component come to.
pub(super) fn of_tenant(c: &mut Conn<'_>, component: i64, tenant: i64) -> Result<Option<TenantSums>, Error> {
    let sums = c.first::<(i64, i64, bool)>(
        "SELECT rating_sum, rating_count, installed FROM rating_tenant WHERE component_id = $1 AND tenant_id = $2",
        args![component, tenant],
    )?;
    Ok(sums.map(|(sum, count, installed)| TenantSums { sum, count, installed }))
}

/// Writes what a tenant's ratings of a component come to.
pub(super) fn put_tenant(c: &mut Conn<'_>, component: i64, tenant: i64, sums: TenantSums) -> Result<(), Error> {
    c.execute(
        "INSERT INTO rating_tenant (component_id, tenant_id, rating_sum, rating_count, installed) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (component_id, tenant_id) DO UPDATE
         SET rating_sum = excluded.rating_sum, rating_count = excluded.rating_count, installed = excluded.installed",
        args![component, tenant, sums.sum, sums.count, sums.installed],
    )
    .map(|_| ())
}

/// How often each rating was given, and sum and number of those that are verified.
pub(super) struct TotalRow {
    pub(super) stars: [u64; 5],
    pub(super) verified_sum: i64,
    pub(super) verified_count: u64,
}

impl FromRow for TotalRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let stars =
            [row.get("stars_1")?, row.get("stars_2")?, row.get("stars_3")?, row.get("stars_4")?, row.get("stars_5")?];
        Ok(TotalRow { stars, verified_sum: row.get("verified_sum")?, verified_count: row.get("verified_count")? })
    }
}

/// The totals of a component; none: it was never rated.
pub(super) fn total_of(c: &mut Conn<'_>, component: i64) -> Result<Option<TotalRow>, Error> {
    c.first(
        "SELECT stars_1, stars_2, stars_3, stars_4, stars_5, verified_sum, verified_count FROM rating_total WHERE component_id = $1",
        args![component],
    )
}

/// Adds to the totals of a component.
pub(super) fn add_total(
    c: &mut Conn<'_>,
    component: i64,
    stars: [i64; 5],
    (verified_sum, verified_count): (i64, i64),
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO rating_total (component_id, stars_1, stars_2, stars_3, stars_4, stars_5, verified_sum, verified_count)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (component_id) DO UPDATE SET
             stars_1 = rating_total.stars_1 + excluded.stars_1, stars_2 = rating_total.stars_2 + excluded.stars_2,
             stars_3 = rating_total.stars_3 + excluded.stars_3, stars_4 = rating_total.stars_4 + excluded.stars_4,
             stars_5 = rating_total.stars_5 + excluded.stars_5,
             verified_sum = rating_total.verified_sum + excluded.verified_sum,
             verified_count = rating_total.verified_count + excluded.verified_count",
        args![component, stars[0], stars[1], stars[2], stars[3], stars[4], verified_sum, verified_count],
    )
    .map(|_| ())
}

/// A rating that says something, as it is read.
#[derive(Clone, Debug)]
pub(super) struct ReviewRow {
    pub(super) rating: RatingRow,
    /// The name of the author's tenant.
    pub(super) tenant_name: String,
    pub(super) installed: bool,
    pub(super) reply: Option<String>,
    pub(super) replied_at: Option<Timestamp>,
}

impl FromRow for ReviewRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(ReviewRow {
            rating: RatingRow::from_row(row)?,
            tenant_name: row.get("tenant_name")?,
            installed: row.get("installed")?,
            reply: row.get("reply")?,
            replied_at: row.get("replied_at")?,
        })
    }
}

/// Whose eyes reviews are read with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Eyes<'a> {
    /// A tenant and an author within it, who sees what is its own though it is hidden.
    pub(super) own: Option<(i64, &'a str)>,
    /// Whether everything is seen.
    pub(super) all: bool,
}

const REVIEWS: &str = "r.component_id = $1 AND r.review IS NOT NULL
     AND (h.reason IS NULL OR CAST($2 AS BIGINT) = 1 OR (r.tenant_id = $3 AND r.author = $4))";

fn reviews(rest: &str) -> String {
    format!(
        "SELECT {COLUMNS}, t.name AS tenant_name, i.id IS NOT NULL AS installed, r.reply, r.replied_at
         FROM rating r JOIN tenant t ON t.id = r.tenant_id {HIDDEN}
         LEFT JOIN installation i ON i.tenant_id = r.tenant_id AND i.component_id = r.component_id AND i.removed_at IS NULL
         WHERE {rest}"
    )
}

/// A page of the ratings that say something, latest first.
pub(super) fn page(
    c: &mut Conn<'_>,
    component: i64,
    eyes: Eyes<'_>,
    window: &Window<(i64, i64)>,
) -> Result<Vec<ReviewRow>, Error> {
    let (time, id) = window.after.unwrap_or((i64::MAX, i64::MAX));
    let (tenant, author) = eyes.own.unwrap_or((0, ""));
    c.all(
        &reviews(&format!(
            "{REVIEWS} AND (r.updated_at, r.id) < ($5, $6) ORDER BY r.updated_at DESC, r.id DESC LIMIT $7 OFFSET $8"
        )),
        args![component, eyes.all, tenant, author, time, id, window.limit(), window.offset()],
    )
}

/// How many ratings of a component say something.
pub(super) fn total(c: &mut Conn<'_>, component: i64, eyes: Eyes<'_>) -> Result<u64, Error> {
    let (tenant, author) = eyes.own.unwrap_or((0, ""));
    c.one(
        &format!("SELECT count(*) FROM rating r {HIDDEN} WHERE {REVIEWS}"),
        args![component, eyes.all, tenant, author],
    )
}

/// One review by its id on the wire.
pub(super) fn review(c: &mut Conn<'_>, uid: &str) -> Result<Option<ReviewRow>, Error> {
    c.first(&reviews("r.uid = $1"), args![uid])
}

/// Writes the publisher's reply, or takes it back.
pub(super) fn set_reply(c: &mut Conn<'_>, id: i64, text: Option<&str>, now: Timestamp) -> Result<(), Error> {
    let at = text.map(|_| now.as_micros());
    c.execute("UPDATE rating SET reply = $2, replied_at = CAST($3 AS BIGINT) WHERE id = $1", args![id, text, at])
        .map(|_| ())
}

/// Writes what a member finds wrong with a rating, in place of what they said before.
pub(super) fn flag(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    author: &str,
    rating: i64,
    reason: &str,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO rating_flag (rating_id, tenant_id, author, reason, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (rating_id, tenant_id, author) DO UPDATE SET reason = excluded.reason",
        args![rating, scope.id(), author, reason, now],
    )?;
    c.execute(
        "UPDATE rating SET flag_count = (SELECT count(*) FROM rating_flag WHERE rating_id = $1) WHERE id = $1",
        args![rating],
    )
    .map(|_| ())
}

/// Takes the flags of a rating as dealt with.
pub(super) fn clear_flags(c: &mut Conn<'_>, rating: i64) -> Result<(), Error> {
    c.execute("DELETE FROM rating_flag WHERE rating_id = $1", args![rating])?;
    c.execute("UPDATE rating SET flag_count = 0 WHERE id = $1 AND flag_count > 0", args![rating]).map(|_| ())
}

/// Hides what a rating's author says of its component.
pub(super) fn hide(c: &mut Conn<'_>, rating: &RatingRow, reason: &str, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "INSERT INTO rating_hidden (component_id, tenant_id, author, reason, hidden_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (component_id, tenant_id, author) DO UPDATE SET reason = excluded.reason",
        args![rating.component_id, rating.tenant_id, &rating.author, reason, now],
    )
    .map(|_| ())
}

/// Shows it again.
pub(super) fn show(c: &mut Conn<'_>, rating: &RatingRow) -> Result<(), Error> {
    c.execute(
        "DELETE FROM rating_hidden WHERE component_id = $1 AND tenant_id = $2 AND author = $3",
        args![rating.component_id, rating.tenant_id, &rating.author],
    )
    .map(|_| ())
}

/// A rating as the platform reads it.
#[derive(Clone, Debug)]
pub(super) struct ModeratedRow {
    pub(super) rating: RatingRow,
    pub(super) kind: Kind,
    /// The component's id.
    pub(super) slug: String,
    pub(super) publisher: String,
    /// The author's tenant.
    pub(super) tenant: String,
    pub(super) flag_count: u64,
}

impl FromRow for ModeratedRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(ModeratedRow {
            rating: RatingRow::from_row(row)?,
            kind: kind_from(row.get("kind")?)?,
            slug: row.get("slug")?,
            publisher: row.get("publisher")?,
            tenant: row.get("tenant")?,
            flag_count: row.get("flag_count")?,
        })
    }
}

/// What the platform wants to see.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) flagged: Option<bool>,
    pub(crate) hidden: Option<bool>,
}

impl Wanted {
    fn conditions(self) -> String {
        let flagged =
            self.flagged.map(|flagged| if flagged { " AND r.flag_count > 0" } else { " AND r.flag_count = 0" });
        let hidden =
            self.hidden.map(|hidden| if hidden { " AND h.reason IS NOT NULL" } else { " AND h.reason IS NULL" });
        [flagged, hidden].into_iter().flatten().collect()
    }
}

fn moderated(rest: &str) -> String {
    format!(
        "SELECT {COLUMNS}, c.kind, c.slug, p.slug AS publisher, t.slug AS tenant, r.flag_count
         FROM rating r JOIN component c ON c.id = r.component_id JOIN tenant p ON p.id = c.tenant_id
         JOIN tenant t ON t.id = r.tenant_id {HIDDEN} WHERE {rest}"
    )
}

/// A page of ratings, latest first.
pub(super) fn moderated_page(
    c: &mut Conn<'_>,
    wanted: Wanted,
    window: &Window<i64>,
) -> Result<Vec<ModeratedRow>, Error> {
    c.all(
        &moderated(&format!("r.id < $1{} ORDER BY r.id DESC LIMIT $2 OFFSET $3", wanted.conditions())),
        args![window.after.unwrap_or(i64::MAX), window.limit(), window.offset()],
    )
}

/// How many ratings such a list has.
pub(super) fn moderated_total(c: &mut Conn<'_>, wanted: Wanted) -> Result<u64, Error> {
    c.one(&format!("SELECT count(*) FROM rating r {HIDDEN} WHERE r.id > 0{}", wanted.conditions()), args![])
}

/// One rating by its key.
pub(super) fn moderated_one(c: &mut Conn<'_>, id: i64) -> Result<ModeratedRow, Error> {
    c.one(&moderated("r.id = $1"), args![id])
}

/// What members find wrong with a rating: tenant, reason and time, the first `limit`.
pub(super) fn flags(c: &mut Conn<'_>, rating: i64, limit: u64) -> Result<Vec<(String, String, Timestamp)>, Error> {
    c.all(
        "SELECT t.slug, f.reason, f.created_at FROM rating_flag f JOIN tenant t ON t.id = f.tenant_id
         WHERE f.rating_id = $1 ORDER BY f.created_at, f.tenant_id, f.author LIMIT $2",
        args![rating, limit],
    )
}
