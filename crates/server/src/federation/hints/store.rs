//! SQL of subscriptions to hints.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};

use super::Due;

impl FromRow for Due {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            key: row.get("key_id")?,
            url: row.get("url")?,
            since: row.get("due_at")?,
            failures: row.get("failures")?,
        })
    }
}

/// Up to a hundred that have not heard of a position.
pub(super) fn due(c: &mut Conn<'_>, head: i64, now: Timestamp) -> Result<Vec<Due>, Error> {
    c.all(
        "SELECT key_id, url, due_at, failures FROM federation_subscription
         WHERE told < $1 AND due_at <= $2 ORDER BY due_at, key_id LIMIT 100",
        args![head, now],
    )
}

/// Takes one, unless somebody else did.
pub(super) fn claim(c: &mut Conn<'_>, key: i64, seen: Timestamp, until: Timestamp) -> Result<bool, Error> {
    let changed = c.execute(
        "UPDATE federation_subscription SET due_at = $3 WHERE key_id = $1 AND due_at = $2",
        args![key, seen, until],
    )?;
    Ok(changed > 0)
}

/// What came of it.
pub(super) fn note(
    c: &mut Conn<'_>,
    key: i64,
    told: Option<i64>,
    due_at: Timestamp,
    failures: i64,
) -> Result<(), Error> {
    c.execute(
        "UPDATE federation_subscription SET told = COALESCE($2, told), due_at = $3, failures = $4 WHERE key_id = $1",
        args![key, told, due_at, failures],
    )?;
    Ok(())
}

/// Subscribes a key from here on, in place of what it was subscribed to.
pub(super) fn subscribe(c: &mut Conn<'_>, key: i64, url: &str, head: i64, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "INSERT INTO federation_subscription (key_id, url, told, due_at, created_at) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (key_id) DO UPDATE SET url = excluded.url, failures = 0",
        args![key, url, head, now],
    )?;
    Ok(())
}

/// Ends the subscription of a key, if it has one.
pub(in crate::federation) fn forget(c: &mut Conn<'_>, key: i64) -> Result<(), Error> {
    c.execute("DELETE FROM federation_subscription WHERE key_id = $1", args![key])?;
    Ok(())
}
