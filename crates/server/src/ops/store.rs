//! SQL of the operator's questions: about the schema and about files, never about a tenant.

use atom_marketplace_db::{Conn, Dialect, Error, args};

/// The newest migration applied.
pub(super) fn schema_version(c: &mut Conn<'_>) -> Result<i64, Error> {
    c.one("SELECT coalesce(max(version), 0) FROM schema_migration", args![])
}

/// What SQLite finds wrong with a database file; nothing on PostgreSQL, which checks its own.
pub fn check_integrity(c: &mut Conn<'_>) -> Result<Vec<String>, Error> {
    if c.dialect() == Dialect::Postgres {
        return Ok(Vec::new());
    }
    let found: Vec<String> = c.all("SELECT integrity_check FROM pragma_integrity_check", args![])?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

/// A sealed value, to try the secret key on.
#[derive(Clone, Debug)]
pub struct SealedSample(pub Vec<u8>);

/// The newest sealed value there is. Only its first bytes are looked at: the id of the key.
pub fn sealed_sample(c: &mut Conn<'_>) -> Result<Option<SealedSample>, Error> {
    let newest = [
        "SELECT secrets FROM installation WHERE secrets IS NOT NULL ORDER BY id DESC LIMIT 1",
        "SELECT answer FROM idempotency WHERE answer IS NOT NULL ORDER BY created_at DESC LIMIT 1",
    ];
    for sql in newest {
        if let Some(sealed) = c.first::<Vec<u8>>(sql, args![])? {
            return Ok(Some(SealedSample(sealed)));
        }
    }
    Ok(None)
}
