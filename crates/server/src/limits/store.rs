//! Leases of quota, one row per caller and window.

use atom_marketplace_db::{Conn, Error, Timestamp, args};

/// What a node asks for.
#[derive(Clone, Copy)]
pub(super) struct Ask {
    pub(super) now: Timestamp,
    pub(super) window_micros: i64,
    pub(super) limit: u32,
    pub(super) block: u32,
    /// Requests already served on the node's own word.
    pub(super) debt: u32,
}

/// What it gets.
pub(super) struct Lease {
    pub(super) start: Timestamp,
    pub(super) leased: u32,
    pub(super) granted: u32,
}

pub(super) fn lease(c: &mut Conn<'_>, caller: &str, ask: &Ask) -> Result<Lease, Error> {
    let row: Option<(Timestamp, i64)> =
        c.first("SELECT window_start, leased FROM rate_window WHERE caller = $1", args![caller])?;
    let (start, leased) = match row {
        Some((start, leased)) if ask.now.as_micros() < start.as_micros() + ask.window_micros => (start, leased),
        _ => (ask.now, 0),
    };
    let owed = leased + i64::from(ask.debt);
    let granted = (i64::from(ask.limit) - owed).clamp(0, i64::from(ask.block));
    c.execute(
        "INSERT INTO rate_window (caller, window_start, leased) VALUES ($1, $2, $3)
         ON CONFLICT (caller) DO UPDATE SET window_start = excluded.window_start, leased = excluded.leased",
        args![caller, start, owed + granted],
    )?;
    Ok(Lease {
        start,
        leased: u32::try_from(owed + granted).unwrap_or(u32::MAX),
        granted: u32::try_from(granted).unwrap_or(0),
    })
}

pub(super) fn give_back(c: &mut Conn<'_>, unused: &[(String, Timestamp, i64)]) -> Result<(), Error> {
    for (caller, start, left) in unused {
        c.execute(
            "UPDATE rate_window SET leased = leased - $3 WHERE caller = $1 AND window_start = $2",
            args![caller, *start, *left],
        )?;
    }
    Ok(())
}

pub(super) fn delete_ended(c: &mut Conn<'_>, ended: Timestamp) -> Result<(), Error> {
    c.execute("DELETE FROM rate_window WHERE window_start <= $1", args![ended]).map(|_| ())
}

pub(super) fn delete_all(c: &mut Conn<'_>) -> Result<(), Error> {
    c.execute("DELETE FROM rate_window", args![]).map(|_| ())
}
