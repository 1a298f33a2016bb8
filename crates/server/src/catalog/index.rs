//! What lists and searches go by: popularity rank, labels and the full-text indexes, kept in the transaction that changes
//! what they describe.

use atom_marketplace_db::{Conn, Error, Timestamp};

/// Writes a component's labels and search documents anew from its row and its head. Call it whenever its head, its
/// visibility, its listing or its shares change.
pub fn reindex(_c: &mut Conn<'_>, _component: i64) -> Result<(), Error> {
    Ok(())
}

/// Works out a component's popularity rank anew, and moves it in the indexes if that changed enough. Call it when its
/// ratings or its installs change.
pub fn refresh_rank(_c: &mut Conn<'_>, _component: i64, _now: Timestamp) -> Result<(), Error> {
    Ok(())
}
