//! SQL of the checks' runs over what is published.

use atom_marketplace_db::{Conn, Error, Timestamp, args};
use atom_marketplace_protocol::check::CheckRunState;

use crate::catalog::recheck::{Found, Sweep, Target};
use crate::paging::Window;

const SELECT: &str = "SELECT id, uid, rules, state, reached, last, total, checked, blocked, queued, noted, started_by, started_at, finished_at \
     FROM check_sweep";
/// What everyone is served, of components that were published here.
const PUBLIC: &str = "v.visibility = 'public' AND v.status = 'published' AND v.size > 0 AND c.origin IS NULL";

/// The run that is under way.
pub(in crate::catalog) fn running(c: &mut Conn<'_>) -> Result<Option<Sweep>, Error> {
    c.first(&format!("{SELECT} WHERE state = 'running'"), args![])
}

/// A run by its id on the wire.
pub(in crate::catalog) fn find(c: &mut Conn<'_>, uid: &str) -> Result<Option<Sweep>, Error> {
    c.first(&format!("{SELECT} WHERE uid = $1"), args![uid])
}

/// A new run, over what is there now.
pub(in crate::catalog) fn insert(
    c: &mut Conn<'_>,
    uid: &str,
    rules: &str,
    by: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let inserted = c.execute(
        &format!(
            "INSERT INTO check_sweep (uid, rules, state, reached, last, total, started_by, started_at)
             SELECT $1, $2, $3, 0, COALESCE(MAX(v.id), 0), COUNT(*), $4, $5
             FROM component_version v JOIN component c ON c.id = v.component_id WHERE {PUBLIC}
             ON CONFLICT DO NOTHING"
        ),
        args![uid, rules, CheckRunState::Running.as_str(), by, now],
    )?;
    // Of two that start at once, one is told of the other.
    if inserted == 0 { Err(Error::Busy) } else { Ok(()) }
}

/// The next versions to look at.
pub(in crate::catalog) fn targets(c: &mut Conn<'_>, reached: i64, last: i64, limit: i64) -> Result<Vec<Target>, Error> {
    c.all(
        &format!(
            "SELECT v.id, v.component_id, c.kind, c.slug, c.tenant_id FROM component_version v JOIN component c ON c.id = v.component_id
             WHERE {PUBLIC} AND v.id > $1 AND v.id <= $2 ORDER BY v.id LIMIT $3"
        ),
        args![reached, last, limit],
    )
}

/// How far a run has come, and what is added to its counts.
pub(in crate::catalog) struct Advance {
    pub(in crate::catalog) reached: i64,
    pub(in crate::catalog) state: CheckRunState,
    pub(in crate::catalog) checked: i64,
    pub(in crate::catalog) blocked: i64,
    pub(in crate::catalog) queued: i64,
    pub(in crate::catalog) noted: i64,
}

/// Notes it, if the run stands as it was read.
pub(in crate::catalog) fn advance(
    c: &mut Conn<'_>,
    sweep: &Sweep,
    by: &Advance,
    now: Timestamp,
) -> Result<bool, Error> {
    let finished = (by.state == CheckRunState::Finished).then_some(now);
    let changed = c.execute(
        "UPDATE check_sweep SET reached = $3, state = $4, checked = checked + $5, blocked = blocked + $6, queued = queued + $7,
             noted = noted + $8, finished_at = $9
         WHERE id = $1 AND reached = $2 AND state = 'running'",
        args![
            sweep.id,
            sweep.reached,
            by.reached,
            by.state.as_str(),
            by.checked,
            by.blocked,
            by.queued,
            by.noted,
            finished
        ],
    )?;
    Ok(changed == 1)
}

/// A page of versions with grave findings and one more, in the order in which they were published.
pub(in crate::catalog) fn found(c: &mut Conn<'_>, sweep: i64, window: &Window<i64>) -> Result<Vec<Found>, Error> {
    c.all(
        "SELECT r.id, c.kind, c.slug, p.slug AS publisher_slug, v.version, v.digest, r.findings
         FROM check_run r JOIN component_version v ON v.id = r.version_id JOIN component c ON c.id = v.component_id
             JOIN tenant p ON p.id = c.tenant_id
         WHERE r.sweep_id = $1 AND r.gravest >= 2 AND r.id > $2 ORDER BY r.id LIMIT $3 OFFSET $4",
        args![sweep, window.after.unwrap_or(0), window.limit(), window.offset()],
    )
}

/// How many there are.
pub(in crate::catalog) fn count_found(c: &mut Conn<'_>, sweep: i64) -> Result<u64, Error> {
    c.one("SELECT COUNT(*) FROM check_run WHERE sweep_id = $1 AND gravest >= 2", args![sweep])
}
