//! SQL of submissions.

use atom_marketplace_db::{Conn, Error, Timestamp, args};
use atom_marketplace_protocol::component::Status;

use crate::catalog::review::{SubmissionRow, Wanted};
use crate::paging::Window;

const SELECT: &str = "SELECT v.id, v.uid, c.kind, c.slug, p.slug AS publisher_slug, v.version, v.digest, v.status, v.risk, v.findings, \
     v.submitted_at, v.submitted_by, v.decided_at, v.decided_by, v.reason";
const TABLES: &str =
    "FROM component_version v JOIN component c ON c.id = v.component_id JOIN tenant p ON p.id = c.tenant_id";
/// With 0 and '' for any.
const WANTED: &str = "v.visibility = 'public' AND v.status = $1 AND ($2 = 0 OR c.kind = $2) AND ($3 = '' OR p.slug = $3) AND c.origin IS NULL";

/// A page of submissions and one more, the oldest first.
pub(in crate::catalog) fn list(
    c: &mut Conn<'_>,
    wanted: &Wanted,
    window: &Window<i64>,
) -> Result<Vec<SubmissionRow>, Error> {
    let (status, kind, tenant) = args_of(wanted);
    c.all(
        &format!("{SELECT} {TABLES} WHERE {WANTED} AND v.id > $4 ORDER BY v.id LIMIT $5 OFFSET $6"),
        args![status, kind, tenant, window.after.unwrap_or(0), window.limit(), window.offset()],
    )
}

/// How many there are.
pub(in crate::catalog) fn count(c: &mut Conn<'_>, wanted: &Wanted) -> Result<u64, Error> {
    let (status, kind, tenant) = args_of(wanted);
    c.one(&format!("SELECT COUNT(*) {TABLES} WHERE {WANTED}"), args![status, kind, tenant])
}

fn args_of(wanted: &Wanted) -> (&'static str, i64, &str) {
    let kind = wanted.kind.map_or(0, atom_marketplace_protocol::ids::Kind::code);
    (wanted.status.as_str(), kind, wanted.tenant.as_deref().unwrap_or_default())
}

/// A submission by its id on the wire. What was never submitted to the public is none.
pub(in crate::catalog) fn find(c: &mut Conn<'_>, uid: &str) -> Result<Option<SubmissionRow>, Error> {
    c.first(&format!("{SELECT} {TABLES} WHERE v.uid = $1 AND v.visibility = 'public'"), args![uid])
}

/// The component a version is of.
pub(in crate::catalog) fn component_of(c: &mut Conn<'_>, version: i64) -> Result<i64, Error> {
    c.one("SELECT component_id FROM component_version WHERE id = $1", args![version])
}

/// Notes a decision.
pub(in crate::catalog) fn decide(
    c: &mut Conn<'_>,
    version: i64,
    status: Status,
    actor: &str,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    let available = (status == Status::Published).then_some(now);
    c.execute(
        "UPDATE component_version SET status = $2, decided_by = $3, decided_at = $4, reason = $5, published_at = $6 WHERE id = $1",
        args![version, status.as_str(), actor, now, reason, available],
    )?;
    Ok(())
}

/// The private version of the same number and content.
pub(in crate::catalog) fn private_twin(c: &mut Conn<'_>, version: i64) -> Result<Option<i64>, Error> {
    c.first(
        "SELECT t.id FROM component_version v JOIN component_version t
             ON t.component_id = v.component_id AND t.version = v.version AND t.digest = v.digest
         WHERE v.id = $1 AND t.visibility = 'private' AND t.status = 'published' LIMIT 1",
        args![version],
    )
}

/// Makes an approved submission and its private twin one row: the twin's, since installations name it. Returns the bytes
/// that are free then.
pub(in crate::catalog) fn become_twin(c: &mut Conn<'_>, version: i64, twin: i64) -> Result<i64, Error> {
    let freed = c.one("SELECT size FROM component_version WHERE id = $1", args![version])?;
    let uid: String = c.one("SELECT uid FROM component_version WHERE id = $1", args![version])?;
    c.execute("DELETE FROM component_dependency WHERE version_id = $1", args![twin])?;
    c.execute("UPDATE component_dependency SET version_id = $2 WHERE version_id = $1", args![version, twin])?;
    c.execute("DELETE FROM component_file WHERE version_id = $1", args![version])?;
    // The id on the wire and the public number are the submission's. They are free only once that row has let go of them.
    c.execute(
        "UPDATE component_version SET uid = $2, status = 'superseded' WHERE id = $1",
        args![version, format!("{uid}-merged")],
    )?;
    c.execute(
        "UPDATE component_version AS t SET uid = $3, visibility = 'public', findings = v.findings, risk = v.risk,
             submitted_by = v.submitted_by, submitted_at = v.submitted_at, published_at = v.published_at,
             decided_by = v.decided_by, decided_at = v.decided_at, reason = v.reason
         FROM component_version v WHERE t.id = $2 AND v.id = $1",
        args![version, twin, uid],
    )?;
    super::checks::move_runs(c, version, twin)?;
    c.execute("DELETE FROM component_version WHERE id = $1", args![version])?;
    Ok(freed)
}
