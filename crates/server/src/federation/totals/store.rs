//! SQL of totals.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};

/// What a component comes to by one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Total {
    pub(super) installs: i64,
    pub(super) rating_sum: i64,
    pub(super) rating_count: i64,
}

impl FromRow for Total {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            installs: row.get("installs")?,
            rating_sum: row.get("rating_sum")?,
            rating_count: row.get("rating_count")?,
        })
    }
}

/// What a key told last of a component.
pub(super) fn total(c: &mut Conn<'_>, key: i64, component: i64) -> Result<Option<Total>, Error> {
    c.first(
        "SELECT installs, rating_sum, rating_count FROM federation_total WHERE key_id = $1 AND component_id = $2",
        args![key, component],
    )
}

/// Keeps what a key tells of a component.
pub(super) fn set_total(
    c: &mut Conn<'_>,
    key: i64,
    component: i64,
    total: &Total,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO federation_total (key_id, component_id, installs, rating_sum, rating_count, at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (key_id, component_id) DO UPDATE SET installs = excluded.installs, rating_sum = excluded.rating_sum,
             rating_count = excluded.rating_count, at = excluded.at",
        args![key, component, total.installs, total.rating_sum, total.rating_count, now],
    )?;
    Ok(())
}

/// Adds to a component's sums what is new.
pub(super) fn add(c: &mut Conn<'_>, component: i64, before: &Total, after: &Total) -> Result<(), Error> {
    c.execute(
        "UPDATE component SET federated_installs = federated_installs + $2, federated_rating_sum = federated_rating_sum + $3,
             federated_rating_count = federated_rating_count + $4, revision = revision + 1 WHERE id = $1",
        args![
            component,
            after.installs - before.installs,
            after.rating_sum - before.rating_sum,
            after.rating_count - before.rating_count
        ],
    )?;
    Ok(())
}

/// Takes back all that a key has told.
pub(in crate::federation) fn forget(c: &mut Conn<'_>, key: i64) -> Result<(), Error> {
    c.execute(
        "UPDATE component SET federated_installs = federated_installs - t.installs,
             federated_rating_sum = federated_rating_sum - t.rating_sum,
             federated_rating_count = federated_rating_count - t.rating_count, revision = revision + 1
         FROM federation_total t WHERE t.component_id = component.id AND t.key_id = $1",
        args![key],
    )?;
    c.execute("DELETE FROM federation_total WHERE key_id = $1", args![key])?;
    Ok(())
}
