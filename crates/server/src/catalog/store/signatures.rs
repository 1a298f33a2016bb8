//! SQL of signed bundles.

use atom_marketplace_db::{Conn, Error, args};

use crate::catalog::bundle::SignedVersion;

/// The signature of a version's bundle.
pub(in crate::catalog) fn find(c: &mut Conn<'_>, version: i64) -> Result<Option<SignedVersion>, Error> {
    c.first("SELECT sha256, size, keyid, signature FROM version_signature WHERE version_id = $1", args![version])
}

/// Notes a signature. One that is there stays.
pub(in crate::catalog) fn insert(c: &mut Conn<'_>, version: i64, signed: &SignedVersion) -> Result<(), Error> {
    c.execute(
        "INSERT INTO version_signature (version_id, sha256, size, keyid, signature) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        args![version, &signed.sha256, signed.size as i64, &signed.keyid, signed.signature.as_slice()],
    )
    .map(|_| ())
}

/// The bytes that a version of another instance came with.
pub(in crate::catalog) fn payload(c: &mut Conn<'_>, version: i64) -> Result<Option<Vec<u8>>, Error> {
    c.first("SELECT payload FROM version_bundle WHERE version_id = $1", args![version])
}

/// Keeps the bytes that a version of another instance came with.
pub(in crate::catalog) fn insert_payload(c: &mut Conn<'_>, version: i64, payload: &[u8]) -> Result<(), Error> {
    c.execute(
        "INSERT INTO version_bundle (version_id, payload) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        args![version, payload],
    )
    .map(|_| ())
}

/// Drops the bytes that a component's versions came with, but for what somebody has installed.
pub(in crate::catalog) fn drop_payloads(c: &mut Conn<'_>, component: i64) -> Result<(), Error> {
    c.execute(
        "DELETE FROM version_bundle WHERE version_id IN (SELECT v.id FROM component_version v WHERE v.component_id = $1
             AND NOT EXISTS (SELECT 1 FROM installation i WHERE i.version_id = v.id AND i.removed_at IS NULL))",
        args![component],
    )
    .map(|_| ())
}
