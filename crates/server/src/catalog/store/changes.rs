//! SQL of the log of public changes.

use atom_marketplace_db::{Conn, Error, Timestamp, args};
use atom_marketplace_protocol::federation::ChangeAction;

/// A change of a component that is listed now.
pub(in crate::catalog) fn insert_if_listed(
    c: &mut Conn<'_>,
    component: i64,
    action: ChangeAction,
    version: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO component_change (component_id, version_id, action, at)
         SELECT c.id, CAST($2 AS BIGINT), $3, CAST($4 AS BIGINT) FROM component c WHERE c.id = $1 AND c.listed = 1",
        args![component, version, action.as_str(), now],
    )?;
    Ok(())
}

/// A change of a component that the log knows.
pub(in crate::catalog) fn insert_if_logged(
    c: &mut Conn<'_>,
    component: i64,
    action: ChangeAction,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO component_change (component_id, action, at)
         SELECT c.id, $2, CAST($3 AS BIGINT) FROM component c
         WHERE c.id = $1 AND EXISTS (SELECT 1 FROM component_change x WHERE x.component_id = c.id)",
        args![component, action.as_str(), now],
    )?;
    Ok(())
}
