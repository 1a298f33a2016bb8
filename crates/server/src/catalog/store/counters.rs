//! SQL of what installs and ratings add up to on a component. Each change is also one of the component's revision, since its
//! answer shows the numbers; `updated_at` stays, since its publisher changed nothing.

use atom_marketplace_db::{Conn, Error, FromRow, Row, args};

/// Counts one more tenant that has installed the component.
pub fn count_install(c: &mut Conn<'_>, component: i64) -> Result<(), Error> {
    c.execute(
        "UPDATE component SET install_count = install_count + 1, revision = revision + 1 WHERE id = $1",
        args![component],
    )
    .map(|_| ())
}

/// What a rating changes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RatingsChange {
    /// Of the sum of all ratings.
    pub sum: i64,
    /// Of how many there are.
    pub count: i64,
    /// Of the sum of the tenants' means.
    pub tenant_mean_sum: f64,
    /// Of how many tenants have rated it.
    pub tenant_mean_count: i64,
}

/// What a component's ratings come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratings {
    /// Plain mean; none when unrated.
    pub average: Option<f64>,
    /// How many.
    pub count: i64,
}

impl FromRow for Ratings {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Ratings { average: row.get("average")?, count: row.get("rating_count")? })
    }
}

/// Adds a change of ratings to the component's sums. Every new value is worked out from the old ones of the row, so that
/// none is lost or counted twice.
pub fn count_rating(c: &mut Conn<'_>, component: i64, change: RatingsChange) -> Result<Ratings, Error> {
    c.one(
        "UPDATE component SET rating_sum = rating_sum + $2, rating_count = rating_count + $3,
             average = CASE WHEN rating_count + $3 > 0
                       THEN CAST(rating_sum + $2 AS DOUBLE PRECISION) / CAST(rating_count + $3 AS DOUBLE PRECISION) END,
             tenant_mean_sum = tenant_mean_sum + $4, tenant_mean_count = tenant_mean_count + $5, revision = revision + 1
         WHERE id = $1 RETURNING average, rating_count",
        args![component, change.sum, change.count, change.tenant_mean_sum, change.tenant_mean_count],
    )
}
