//! SQL of the instance's identity.

use atom_marketplace_bundle::{Envelope, KeyEntry, PublicKey};
use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};

use super::Present;

impl FromRow for Present {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            instance: row.get("uid")?,
            key: row.get("id")?,
            keyid: row.get("keyid")?,
            sealed: row.get::<Option<Vec<u8>>>("sealed")?.unwrap_or_default(),
        })
    }
}

/// The key that signs, with the instance's id.
pub(super) fn present(c: &mut Conn<'_>) -> Result<Option<Present>, Error> {
    c.first(
        "SELECT i.uid, k.id, k.keyid, k.sealed FROM instance i JOIN instance_key k ON k.retired_at IS NULL WHERE i.id = 1",
        args![],
    )
}

/// Notes the instance's id. Whether there was none.
pub(super) fn insert_instance(c: &mut Conn<'_>, uid: &str, now: Timestamp) -> Result<bool, Error> {
    let inserted = c.execute(
        "INSERT INTO instance (id, uid, created_at) VALUES (1, $1, $2) ON CONFLICT DO NOTHING",
        args![uid, now],
    )?;
    Ok(inserted == 1)
}

pub(super) fn insert_key(
    c: &mut Conn<'_>,
    keyid: &str,
    public: &[u8],
    sealed: &[u8],
    proof: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO instance_key (keyid, public, sealed, proof, created_at) VALUES ($1, $2, $3, $4, $5)",
        args![keyid, public, sealed, proof, now],
    )
    .map(|_| ())
}

/// Ends a key: what it signed stays good, and it signs nothing more.
pub(super) fn retire(c: &mut Conn<'_>, key: i64, now: Timestamp) -> Result<(), Error> {
    c.execute("UPDATE instance_key SET retired_at = $2, sealed = NULL WHERE id = $1", args![key, now]).map(|_| ())
}

/// A key as others read it.
struct KeyRow(KeyEntry);

impl FromRow for KeyRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let damaged = |why: String| Error::Other(format!("a key of this instance is damaged: {why}"));
        let public = PublicKey::from_bytes(&row.get::<Vec<u8>>("public")?).map_err(|why| damaged(why.to_string()))?;
        let proof: Option<Envelope> = row
            .get::<Option<String>>("proof")?
            .map(|proof| serde_json::from_str(&proof))
            .transpose()
            .map_err(|why| damaged(why.to_string()))?;
        let retired = row.get::<Option<Timestamp>>("retired_at")?.map(|at| at.to_string());
        Ok(Self(KeyEntry::new(public, row.get::<Timestamp>("created_at")?.to_string(), retired, proof)))
    }
}

/// All keys, the latest first.
pub(super) fn keys(c: &mut Conn<'_>) -> Result<Vec<KeyEntry>, Error> {
    let rows: Vec<KeyRow> =
        c.all("SELECT public, proof, created_at, retired_at FROM instance_key ORDER BY id DESC", args![])?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}
