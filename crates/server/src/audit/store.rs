//! SQL of the record.

use atom_marketplace_db::{Conn, Error, args};

use super::chain::{Hash, Link};

/// The number and the hash of a chain's last entry.
pub(super) fn end(c: &mut Conn<'_>, chain: i64) -> Result<Option<(i64, Vec<u8>)>, Error> {
    c.first("SELECT number, hash FROM audit_chain WHERE chain = $1", args![chain])
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
    c.execute(
        "INSERT INTO audit_chain (chain, number, hash) VALUES ($1, $2, $3)
         ON CONFLICT (chain) DO UPDATE SET number = excluded.number, hash = excluded.hash",
        args![chain, link.number, hash.as_slice()],
    )
    .map(|_| ())
}
