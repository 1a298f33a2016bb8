//! SQL of submissions.

use atom_marketplace_db::{Conn, Error, Timestamp, args};
use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::review::{Message, SubmissionSort};

use crate::catalog::messages::MessageRow;
use crate::catalog::review::{QueuePlace, SubmissionRow, Wanted};
use crate::extract::TenantScope;
use crate::paging::Window;

const SELECT: &str = "SELECT v.id, v.uid, c.tenant_id, c.kind, c.slug, p.slug AS publisher_slug, v.version, v.digest, v.status, v.risk, v.findings, \
     v.submitted_at, v.submitted_by, v.decided_at, v.decided_by, v.reason, k.reviewer, k.until, \
     (SELECT COUNT(*) FROM submission_message m WHERE m.version_id = v.id) AS messages";
const TABLES: &str = "FROM component_version v JOIN component c ON c.id = v.component_id JOIN tenant p ON p.id = c.tenant_id \
     LEFT JOIN submission_claim k ON k.version_id = v.id";
/// What was once submitted to the public, also if it was made private since.
const SUBMITTED: &str = "(v.visibility = 'public' OR v.decided_by IS NOT NULL)";
/// With 0 and '' for any.
const WANTED: &str =
    "v.visibility = 'public' AND v.status = $1 AND ($2 = 0 OR c.kind = $2) AND ($3 = '' OR p.slug = $3)";

/// A page of submissions and one more.
pub(in crate::catalog) fn list(
    c: &mut Conn<'_>,
    wanted: &Wanted,
    window: &Window<QueuePlace>,
) -> Result<Vec<SubmissionRow>, Error> {
    let (status, kind, tenant) = args_of(wanted);
    let (after, order) = match wanted.sort {
        SubmissionSort::Age => ("v.id > $5 AND CAST($4 AS BIGINT) IS NOT NULL", "v.id"),
        SubmissionSort::Risk => ("v.risk <= $4 AND (v.risk < $4 OR v.id > $5)", "v.risk DESC, v.id"),
    };
    let (risk, id) = window.after.unwrap_or((i64::MAX, 0));
    c.all(
        &format!("{SELECT} {TABLES} WHERE {WANTED} AND {after} ORDER BY {order} LIMIT $6 OFFSET $7"),
        args![status, kind, tenant, risk, id, window.limit(), window.offset()],
    )
}

/// How many there are, as far as `most`.
pub(in crate::catalog) fn count(c: &mut Conn<'_>, wanted: &Wanted, most: u64) -> Result<u64, Error> {
    let (status, kind, tenant) = args_of(wanted);
    c.one(
        &format!("SELECT COUNT(*) FROM (SELECT 1 {TABLES} WHERE {WANTED} LIMIT $4) AS counted"),
        args![status, kind, tenant, most],
    )
}

/// A page of what a tenant has submitted and one more, the latest first.
pub(in crate::catalog) fn own(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    window: &Window<i64>,
) -> Result<Vec<SubmissionRow>, Error> {
    c.all(
        &format!(
            "{SELECT} {TABLES} WHERE c.tenant_id = $1 AND {SUBMITTED} AND v.id < $2 ORDER BY v.id DESC LIMIT $3 OFFSET $4"
        ),
        args![scope.id(), window.after.unwrap_or(i64::MAX), window.limit(), window.offset()],
    )
}

/// How many there are, as far as `most`.
pub(in crate::catalog) fn count_own(c: &mut Conn<'_>, scope: &TenantScope, most: u64) -> Result<u64, Error> {
    c.one(
        &format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM component_version v JOIN component c ON c.id = v.component_id
                 WHERE c.tenant_id = $1 AND {SUBMITTED} LIMIT $2) AS counted"
        ),
        args![scope.id(), most],
    )
}

fn args_of(wanted: &Wanted) -> (&'static str, i64, &str) {
    let kind = wanted.kind.map_or(0, atom_marketplace_protocol::ids::Kind::code);
    (wanted.status.as_str(), kind, wanted.tenant.as_deref().unwrap_or_default())
}

/// A submission by its id on the wire. What was never submitted to the public is none.
pub(in crate::catalog) fn find(c: &mut Conn<'_>, uid: &str) -> Result<Option<SubmissionRow>, Error> {
    c.first(&format!("{SELECT} {TABLES} WHERE v.uid = $1 AND {SUBMITTED}"), args![uid])
}

/// The version of a component that was approved last, before this one.
pub(in crate::catalog) fn approved_before(
    c: &mut Conn<'_>,
    component: i64,
    version: i64,
) -> Result<Option<i64>, Error> {
    c.first(
        "SELECT b.id FROM component_version b JOIN component_version v ON v.id = $2
         WHERE b.component_id = $1 AND b.id <> $2 AND b.visibility = 'public' AND b.status = 'published'
           AND COALESCE(b.decided_at, 0) <= COALESCE(v.decided_at, $3)
         ORDER BY COALESCE(b.decided_at, 0) DESC, b.id DESC LIMIT 1",
        args![component, version, i64::MAX],
    )
}

/// Notes who looks at a submission.
pub(in crate::catalog) fn claim(c: &mut Conn<'_>, version: i64, reviewer: &str, until: Timestamp) -> Result<(), Error> {
    c.execute(
        "INSERT INTO submission_claim (version_id, reviewer, until) VALUES ($1, $2, $3)
         ON CONFLICT (version_id) DO UPDATE SET reviewer = excluded.reviewer, until = excluded.until",
        args![version, reviewer, until],
    )?;
    Ok(())
}

/// Nobody looks at it any more.
pub(in crate::catalog) fn unclaim(c: &mut Conn<'_>, version: i64) -> Result<(), Error> {
    c.execute("DELETE FROM submission_claim WHERE version_id = $1", args![version])?;
    Ok(())
}

/// A page of a submission's messages and one more, the oldest first.
pub(in crate::catalog) fn messages(
    c: &mut Conn<'_>,
    version: i64,
    window: &Window<i64>,
) -> Result<Vec<MessageRow>, Error> {
    c.all(
        "SELECT id, uid, side, author, body, created_at FROM submission_message
         WHERE version_id = $1 AND id > $2 ORDER BY id LIMIT $3 OFFSET $4",
        args![version, window.after.unwrap_or(0), window.limit(), window.offset()],
    )
}

/// Adds one.
pub(in crate::catalog) fn insert_message(
    c: &mut Conn<'_>,
    version: i64,
    message: &Message,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO submission_message (uid, version_id, side, author, body, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![&message.id, version, message.from.as_str(), &message.author, &message.text, now],
    )?;
    Ok(())
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
    c.execute("DELETE FROM submission_claim WHERE version_id = $1", args![version])?;
    c.execute("UPDATE submission_message SET version_id = $2 WHERE version_id = $1", args![version, twin])?;
    // The id on the wire and the public number are the submission's. They are free only once that row has let go of them.
    c.execute(
        "UPDATE component_version SET uid = $2, status = 'superseded' WHERE id = $1",
        args![version, format!("{uid}-merged")],
    )?;
    // Its bundle is as it was: so is when it became available.
    c.execute(
        "UPDATE component_version AS t SET uid = $3, visibility = 'public', findings = v.findings, risk = v.risk,
             submitted_by = v.submitted_by, submitted_at = v.submitted_at,
             decided_by = v.decided_by, decided_at = v.decided_at, reason = v.reason
         FROM component_version v WHERE t.id = $2 AND v.id = $1",
        args![version, twin, uid],
    )?;
    super::checks::move_runs(c, version, twin)?;
    c.execute("DELETE FROM component_version WHERE id = $1", args![version])?;
    Ok(freed)
}
