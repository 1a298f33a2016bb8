//! SQL of what lists and searches go by: labels, search documents, ranks.

use atom_marketplace_db::{Conn, Dialect, Error, FromRow, Row, Timestamp, Value, args};
use atom_marketplace_protocol::component::MaturityLevel;

use crate::catalog::index::Entry;
use crate::catalog::rank::Shelf;

/// What the indexes know of a component, and what only they need to know.
#[derive(Debug)]
pub(in crate::catalog) struct Indexed {
    /// Digest of what they hold; none when they hold nothing.
    pub(in crate::catalog) digest: Option<String>,
    pub(in crate::catalog) tenant_mean_sum: f64,
    pub(in crate::catalog) tenant_mean_count: i64,
    pub(in crate::catalog) maturity_level: Option<MaturityLevel>,
}

impl FromRow for Indexed {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            digest: row.get("indexed")?,
            tenant_mean_sum: row.get("tenant_mean_sum")?,
            tenant_mean_count: row.get("tenant_mean_count")?,
            maturity_level: row
                .get::<Option<String>>("maturity_level")?
                .map(|word| word.parse())
                .transpose()
                .map_err(Error::Other)?,
        })
    }
}

/// What is known of a component.
pub(in crate::catalog) fn indexed(c: &mut Conn<'_>, id: i64) -> Result<Indexed, Error> {
    c.one("SELECT indexed, tenant_mean_sum, tenant_mean_count, maturity_level FROM component WHERE id = $1", args![id])
}

/// Takes a component out of the labels and the documents.
pub(in crate::catalog) fn remove(c: &mut Conn<'_>, id: i64, search_key: i64) -> Result<(), Error> {
    c.execute("DELETE FROM component_label WHERE component_id = $1", args![id])?;
    match c.dialect() {
        Dialect::Sqlite => {
            c.execute("DELETE FROM search_head WHERE rowid = $1", args![search_key])?;
            c.execute("DELETE FROM search_all WHERE rowid = $1", args![search_key])?;
        }
        Dialect::Postgres => {
            c.execute("DELETE FROM search_doc WHERE search_key = $1", args![search_key])?;
        }
    }
    Ok(())
}

/// Puts a component into the labels and the documents.
pub(in crate::catalog) fn insert(
    c: &mut Conn<'_>,
    shelf: Shelf,
    rank: i64,
    id: i64,
    search_key: i64,
    entry: &Entry,
) -> Result<(), Error> {
    if !entry.labels.is_empty() {
        let mut args: Vec<Value> = args![shelf.kind.code(), shelf.listed, rank, id].to_vec();
        let mut places = Vec::with_capacity(entry.labels.len());
        for label in &entry.labels {
            args.push(label.code().into());
            args.push(label.text().into());
            places.push(format!("($1, ${}, ${}, $2, $3, $4)", args.len() - 1, args.len()));
        }
        c.execute(
            &format!(
                "INSERT INTO component_label (kind, label_type, label, listed, rank, component_id) VALUES {}",
                places.join(", ")
            ),
            &args,
        )?;
    }
    match c.dialect() {
        Dialect::Sqlite => {
            c.execute("INSERT INTO search_head (rowid, body) VALUES ($1, $2)", args![search_key, &entry.head])?;
            c.execute("INSERT INTO search_all (rowid, body) VALUES ($1, $2)", args![search_key, &entry.all])?;
        }
        Dialect::Postgres => {
            c.execute(
                "INSERT INTO search_doc (search_key, head, body) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')),
                   array_to_tsvector(string_to_array($3, ' ')))",
                args![search_key, &entry.head, &entry.all],
            )?;
        }
    }
    Ok(())
}

/// Notes what the indexes hold.
pub(in crate::catalog) fn set_indexed(
    c: &mut Conn<'_>,
    id: i64,
    rank: i64,
    search_key: i64,
    digest: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "UPDATE component SET rank = $2, search_key = $3, indexed = $4, ranked_at = $5 WHERE id = $1",
        args![id, rank, search_key, digest, now],
    )?;
    Ok(())
}

/// Notes when the rank was worked out last.
pub(in crate::catalog) fn set_ranked_at(c: &mut Conn<'_>, id: i64, now: Timestamp) -> Result<(), Error> {
    c.execute("UPDATE component SET ranked_at = $2 WHERE id = $1", args![id, now])?;
    Ok(())
}

/// Components whose rank was worked out before `time`, the longest ago first.
pub(in crate::catalog) fn ranked_before(c: &mut Conn<'_>, time: Timestamp, limit: u32) -> Result<Vec<i64>, Error> {
    c.all("SELECT id FROM component WHERE ranked_at < $1 ORDER BY ranked_at LIMIT $2", args![time, limit])
}

/// Tenants a component is shared with.
pub(in crate::catalog) fn shared_with(c: &mut Conn<'_>, id: i64) -> Result<Vec<i64>, Error> {
    c.all("SELECT tenant_id FROM component_share WHERE component_id = $1", args![id])
}

/// A version's manifest.
pub(in crate::catalog) fn manifest(c: &mut Conn<'_>, version: i64) -> Result<String, Error> {
    c.one("SELECT manifest FROM component_version WHERE id = $1", args![version])
}

/// SQLite's full-text tables.
pub(in crate::catalog) const TABLES: [&str; 2] = ["search_head", "search_all"];

/// Rewrites about so many pages of a full-text table towards one list for each word, without what was removed; a negative
/// number begins anew with all of it. Whether there was something to do.
pub(in crate::catalog) fn merge(c: &mut Conn<'_>, table: &str, pages: i64) -> Result<bool, Error> {
    // So FTS5 says how far it came.
    let changes = "SELECT total_changes()";
    let before: i64 = c.one(changes, args![])?;
    c.execute(&format!("INSERT INTO {table} ({table}, rank) VALUES ('merge', $1)"), args![pages])?;
    let after: i64 = c.one(changes, args![])?;
    Ok(after - before >= 2)
}
