//! SQL of ratings. What they add up to on a component is the catalog's.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};

use crate::extract::TenantScope;
use crate::paging::Window;

/// A rating as it is read.
#[derive(Clone, Debug)]
pub(crate) struct ReviewRow {
    pub(super) id: i64,
    pub(super) uid: String,
    pub(super) rating: i64,
    pub(super) review: String,
    /// The name of the author's tenant.
    pub(super) tenant_name: String,
    pub(super) tenant_id: i64,
    pub(super) author: String,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

impl FromRow for ReviewRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(ReviewRow {
            id: row.get("id")?,
            uid: row.get("uid")?,
            rating: row.get("rating")?,
            review: row.get("review")?,
            tenant_name: row.get("tenant_name")?,
            tenant_id: row.get("tenant_id")?,
            author: row.get("author")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// An author's rating of a component.
pub(super) fn of_author(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    author: &str,
    component: i64,
) -> Result<Option<i64>, Error> {
    c.first(
        "SELECT rating FROM rating WHERE component_id = $1 AND tenant_id = $2 AND author = $3",
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

/// Takes an author's rating back.
pub(super) fn delete(c: &mut Conn<'_>, scope: &TenantScope, author: &str, component: i64) -> Result<(), Error> {
    c.execute(
        "DELETE FROM rating WHERE component_id = $1 AND tenant_id = $2 AND author = $3",
        args![component, scope.id(), author],
    )
    .map(|_| ())
}

/// The sum and number of a tenant's ratings of a component.
pub(super) fn of_tenant(c: &mut Conn<'_>, scope: &TenantScope, component: i64) -> Result<(i64, i64), Error> {
    let sums = c.first(
        "SELECT rating_sum, rating_count FROM rating_tenant WHERE component_id = $1 AND tenant_id = $2",
        args![component, scope.id()],
    )?;
    Ok(sums.unwrap_or((0, 0)))
}

/// Writes the sum and number of a tenant's ratings of a component.
pub(super) fn put_tenant(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    component: i64,
    (sum, count): (i64, i64),
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO rating_tenant (component_id, tenant_id, rating_sum, rating_count) VALUES ($1, $2, $3, $4)
         ON CONFLICT (component_id, tenant_id) DO UPDATE
         SET rating_sum = excluded.rating_sum, rating_count = excluded.rating_count",
        args![component, scope.id(), sum, count],
    )
    .map(|_| ())
}

/// A page of the ratings that say something, latest first.
pub(super) fn page(c: &mut Conn<'_>, component: i64, window: &Window<(i64, i64)>) -> Result<Vec<ReviewRow>, Error> {
    let (time, id) = window.after.unwrap_or((i64::MAX, i64::MAX));
    c.all(
        "SELECT r.id, r.uid, r.rating, r.review, t.name AS tenant_name, r.tenant_id, r.author, r.created_at, r.updated_at
         FROM rating r JOIN tenant t ON t.id = r.tenant_id
         WHERE r.component_id = $1 AND r.review IS NOT NULL AND (r.updated_at, r.id) < ($2, $3)
         ORDER BY r.updated_at DESC, r.id DESC LIMIT $4 OFFSET $5",
        args![component, time, id, window.limit(), window.offset()],
    )
}

/// How many ratings of a component say something.
pub(super) fn total(c: &mut Conn<'_>, component: i64) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM rating WHERE component_id = $1 AND review IS NOT NULL", args![component])
}
