//! SQL of the automated checks: what was found, run by run, and what they ask the catalog.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::error::{Finding, Severity};
use atom_marketplace_protocol::ids::Kind;

use crate::catalog::checks::Surface;

/// An id that many have installed a component of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::catalog) struct Established {
    pub(in crate::catalog) tenant: String,
    pub(in crate::catalog) id: String,
    /// How it reads.
    pub(in crate::catalog) key: String,
}

impl FromRow for Established {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { tenant: row.get("publisher_slug")?, id: row.get("slug")?, key: row.get("id_key")? })
    }
}

/// Candidates read for one id.
const CANDIDATES: i64 = 500;

/// Other tenants' established ids that begin or end like this, up to a number of each. The words of the partial indexes.
pub(in crate::catalog) fn established_like(
    c: &mut Conn<'_>,
    kind: Kind,
    tenant: i64,
    beginning: &str,
    end: &str,
) -> Result<Vec<Established>, Error> {
    let mut found = Vec::new();
    for (column, part) in [("id_key", beginning), ("id_key_back", end)] {
        let sql = format!(
            "SELECT p.slug AS publisher_slug, c.slug, c.id_key FROM component c JOIN tenant p ON p.id = c.tenant_id
             WHERE c.kind = $1 AND c.{column} >= $2 AND c.{column} < $3 AND c.listed = 1 AND c.install_count >= 5
                 AND c.tenant_id <> $4
             ORDER BY c.{column} LIMIT $5"
        );
        let past = format!("{part}\u{7f}");
        found.extend(c.all::<Established>(&sql, args![kind.code(), part, past, tenant, CANDIDATES])?);
    }
    Ok(found)
}

/// What the version approved last reaches, if one was.
pub(in crate::catalog) fn approved_surface(c: &mut Conn<'_>, component: i64) -> Result<Option<Surface>, Error> {
    let surface: Option<String> = c.first(
        "SELECT r.surface FROM component_version v JOIN check_run r ON r.version_id = v.id
         WHERE v.component_id = $1 AND v.visibility = 'public' AND v.status = 'published'
         ORDER BY v.published_at DESC, v.id DESC, r.id DESC LIMIT 1",
        args![component],
    )?;
    surface.map(|json| serde_json::from_str(&json).map_err(|error| Error::Other(error.to_string()))).transpose()
}

/// The gravest of findings as a number.
pub(in crate::catalog) fn gravest(findings: &[Finding]) -> i64 {
    let number = |finding: &Finding| match finding.severity {
        Severity::Note => 1,
        Severity::Queue => 2,
        Severity::Block => 3,
    };
    findings.iter().map(number).max().unwrap_or(0)
}

/// One run of the checks over one version.
pub(in crate::catalog) struct Run<'a> {
    pub(in crate::catalog) version: i64,
    pub(in crate::catalog) sweep: Option<i64>,
    pub(in crate::catalog) rules: &'a str,
    pub(in crate::catalog) findings: &'a [Finding],
    pub(in crate::catalog) surface: &'a Surface,
}

/// Records a run.
pub(in crate::catalog) fn insert_run(c: &mut Conn<'_>, run: &Run<'_>, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "INSERT INTO check_run (version_id, sweep_id, at, rules, gravest, findings, surface)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            run.version,
            run.sweep,
            now,
            run.rules,
            gravest(run.findings),
            serde_json::json!(run.findings).to_string(),
            serde_json::json!(run.surface).to_string()
        ],
    )?;
    Ok(())
}

/// Gives the runs of one version to another, which it becomes.
pub(in crate::catalog) fn move_runs(c: &mut Conn<'_>, from: i64, to: i64) -> Result<(), Error> {
    c.execute("UPDATE check_run SET version_id = $2 WHERE version_id = $1", args![from, to])?;
    Ok(())
}
