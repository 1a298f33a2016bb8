//! SQL of the record.

use atom_marketplace_db::{Conn, Error, args};

use super::chain::{Hash, Link};

/// Takes the next number of a chain, and the hash of its last entry; an empty one where there is none. The row is locked
/// first: of two writers that read the same end, PostgreSQL would refuse one as a duplicate, not as one to be tried again.
pub(super) fn next(c: &mut Conn<'_>, chain: i64) -> Result<(i64, Vec<u8>), Error> {
    c.one(
        "INSERT INTO audit_chain (chain, number, hash) VALUES ($1, 1, $2)
         ON CONFLICT (chain) DO UPDATE SET number = audit_chain.number + 1 RETURNING number, hash",
        args![chain, [].as_slice()],
    )
}

/// The id of the tenant that a chain belongs to.
pub(super) fn name_of(c: &mut Conn<'_>, chain: i64) -> Result<Option<String>, Error> {
    c.first("SELECT slug FROM tenant WHERE id = $1", args![chain])
}

/// Writes an entry and the new end of its chain.
pub(super) fn append(c: &mut Conn<'_>, chain: i64, link: &Link<'_>, hash: &Hash) -> Result<(), Error> {
    c.execute(
        "INSERT INTO audit_log (chain, number, at, actor, action, target, details, request_id, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            chain,
            link.number,
            link.at,
            link.actor,
            link.action,
            link.target,
            link.details,
            link.request_id,
            hash.as_slice()
        ],
    )?;
    c.execute("UPDATE audit_chain SET hash = $2 WHERE chain = $1", args![chain, hash.as_slice()]).map(|_| ())
}
