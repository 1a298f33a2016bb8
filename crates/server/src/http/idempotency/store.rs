//! SQL of idempotency keys.

use atom_marketplace_db::{Conn, Dialect, Error, Timestamp, args};

use super::{InFlight, Name};

/// How long another node's claim stands on PostgreSQL: 10 s. It may be short, since a node that lives after all finds
/// that its claim is gone, and its effect is rolled back.
const LEASE_MICROS: i64 = 10_000_000;

/// What is known of a key.
pub(super) enum Known {
    /// Nothing that stands: it is claimed now.
    Claimed,
    Running,
    Answered(Vec<u8>),
    AnswerLost,
    OtherRequest,
}

/// The request that claims a key.
pub(super) struct Ask {
    /// SHA-256 of what is asked.
    pub(super) request: [u8; 32],
    /// Whether doing it again changes nothing.
    pub(super) repeatable: bool,
    /// The claiming process.
    pub(super) process: String,
    pub(super) now: Timestamp,
}

type Row = (Vec<u8>, String, Option<Vec<u8>>, String, Timestamp);

pub(super) fn claim(c: &mut Conn<'_>, name: &Name, ask: &Ask, in_flight: &InFlight) -> Result<Known, Error> {
    let sql = "SELECT request, state, answer, owner, created_at FROM idempotency WHERE caller = $1 AND key = $2";
    let row: Option<Row> = c.first(sql, args![&name.caller, &name.key])?;
    let mut state = "running";
    if let Some((request, known_state, answer, owner, at)) = row
        && at > ask.now.minus(super::KEPT_FOR)
    {
        if request != ask.request {
            return Ok(Known::OtherRequest);
        }
        if let Some(answer) = answer {
            return Ok(Known::Answered(answer));
        }
        let own = owner.split_once('/').is_some_and(|(process, _)| process == ask.process);
        let runs = match c.dialect() {
            _ if own => in_flight.contains(&owner),
            // One process has the file: a claim that is not its own is a dead one's.
            Dialect::Sqlite => false,
            Dialect::Postgres => ask.now.as_micros() - at.as_micros() <= LEASE_MICROS,
        };
        if runs {
            return Ok(Known::Running);
        }
        if known_state == "applied" {
            if !ask.repeatable {
                return Ok(Known::AnswerLost);
            }
            state = "applied";
        }
    }
    c.execute(
        "INSERT INTO idempotency (caller, key, request, state, answer, owner, created_at) VALUES ($1, $2, $3, $4, NULL, $5, $6)
         ON CONFLICT (caller, key) DO UPDATE
         SET request = excluded.request, state = excluded.state, answer = NULL, owner = excluded.owner, created_at = excluded.created_at",
        args![&name.caller, &name.key, ask.request, state, &name.claim, ask.now],
    )?;
    Ok(Known::Claimed)
}

/// Notes that the effect is part of this transaction. Without the claim there must be no effect.
pub(super) fn applied(c: &mut Conn<'_>, name: &Name) -> Result<(), Error> {
    let sql = "UPDATE idempotency SET state = 'applied' WHERE caller = $1 AND key = $2 AND owner = $3";
    match c.execute(sql, args![&name.caller, &name.key, &name.claim])? {
        0 => Err(Error::Busy),
        _ => Ok(()),
    }
}

pub(super) fn answer(c: &mut Conn<'_>, name: &Name, sealed: &[u8]) -> Result<(), Error> {
    c.execute(
        "UPDATE idempotency SET state = 'answered', answer = $4 WHERE caller = $1 AND key = $2 AND owner = $3",
        args![&name.caller, &name.key, &name.claim, sealed],
    )
    .map(|_| ())
}

/// Gives a claim up that had no effect. One that had, and was then refused an answer, stays as it is.
pub(super) fn free(c: &mut Conn<'_>, name: &Name) -> Result<(), Error> {
    c.execute(
        "DELETE FROM idempotency WHERE caller = $1 AND key = $2 AND owner = $3 AND state = 'running'",
        args![&name.caller, &name.key, &name.claim],
    )
    .map(|_| ())
}

pub(super) fn sweep(c: &mut Conn<'_>, before: Timestamp) -> Result<(), Error> {
    c.execute("DELETE FROM idempotency WHERE created_at < $1", args![before]).map(|_| ())
}
