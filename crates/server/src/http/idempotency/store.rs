//! SQL of idempotency keys.

use atom_marketplace_db::{Conn, Error, Timestamp, args};

/// How long a node that may have died keeps a key from being claimed by another node: 60 s, twice the statement timeout.
const LEASE_MICROS: i64 = 60_000_000;

/// What is known of a key.
pub(super) enum Known {
    New,
    Running,
    Answered(Vec<u8>),
    AppliedUnanswered,
    OtherRequest,
}

type Row = (Vec<u8>, String, Option<Vec<u8>>, String, Timestamp);

pub(super) fn claim(
    c: &mut Conn<'_>,
    caller: &str,
    key: &str,
    request: &[u8; 32],
    owner: &str,
    now: Timestamp,
) -> Result<Known, Error> {
    let sql = "SELECT request, state, answer, owner, created_at FROM idempotency WHERE caller = $1 AND key = $2";
    let row: Option<Row> = c.first(sql, args![caller, key])?;
    let fresh_after = now.minus(super::KEPT_FOR);
    let known = match row {
        Some((known, state, answer, last_owner, at)) if at > fresh_after => {
            if known != request {
                return Ok(Known::OtherRequest);
            }
            if let Some(answer) = answer {
                return Ok(Known::Answered(answer));
            }
            // SQLite has one process, so a claim of another owner is a dead one's.
            let abandoned = match c.dialect() {
                atom_marketplace_db::Dialect::Sqlite => last_owner != owner,
                atom_marketplace_db::Dialect::Postgres => now.as_micros() - at.as_micros() > LEASE_MICROS,
            };
            if !abandoned {
                return Ok(Known::Running);
            }
            if state == "applied" { Known::AppliedUnanswered } else { Known::New }
        }
        _ => Known::New,
    };
    let state = if matches!(known, Known::AppliedUnanswered) { "applied" } else { "running" };
    c.execute(
        "INSERT INTO idempotency (caller, key, request, state, answer, owner, created_at) VALUES ($1, $2, $3, $4, NULL, $5, $6)
         ON CONFLICT (caller, key) DO UPDATE
         SET request = excluded.request, state = excluded.state, answer = NULL, owner = excluded.owner, created_at = excluded.created_at",
        args![caller, key, request, state, owner, now],
    )?;
    Ok(known)
}

pub(super) fn applied(c: &mut Conn<'_>, caller: &str, key: &str) -> Result<(), Error> {
    c.execute("UPDATE idempotency SET state = 'applied' WHERE caller = $1 AND key = $2", args![caller, key]).map(|_| ())
}

pub(super) fn answer(c: &mut Conn<'_>, caller: &str, key: &str, sealed: &[u8]) -> Result<(), Error> {
    c.execute(
        "UPDATE idempotency SET state = 'answered', answer = $3 WHERE caller = $1 AND key = $2",
        args![caller, key, sealed],
    )
    .map(|_| ())
}

pub(super) fn free(c: &mut Conn<'_>, caller: &str, key: &str) -> Result<(), Error> {
    c.execute("DELETE FROM idempotency WHERE caller = $1 AND key = $2 AND state <> 'answered'", args![caller, key])
        .map(|_| ())
}

pub(super) fn sweep(c: &mut Conn<'_>, before: Timestamp) -> Result<(), Error> {
    c.execute("DELETE FROM idempotency WHERE created_at < $1", args![before]).map(|_| ())
}
