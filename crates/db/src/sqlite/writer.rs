//! The writing thread: runs the waiting closures each in a savepoint of one transaction and answers them all after one
//! commit, so that one disk flush serves many.
//!
//! Nothing is answered before the commit, not even a refusal: it may rest on what a neighbour wrote.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::Receiver;
use rusqlite::Connection;

use super::{Location, execute, translate};
use crate::{
    Conn, Error,
    conn::{Attached, Hooks, Session},
    error::Fault,
    job::Job,
    stats::Counters,
};

/// A group ends after this many closures or this much work, whichever comes first: later ones wait for the next.
const GROUP_JOBS: usize = 128;
const GROUP_TIME: Duration = Duration::from_millis(10);

/// SQLite restarts the WAL by itself only in a moment without readers. Above this size the writer makes such a moment,
/// waiting for readers at most so long and trying no more often than so.
const WAL_BYTES: u64 = 128 * 1024 * 1024;
const WAL_PAUSE: Duration = Duration::from_millis(250);
const WAL_INTERVAL: Duration = Duration::from_secs(5);

/// The writing thread's state.
pub(crate) struct Writer {
    db: Connection,
    location: Location,
    queue: Receiver<Box<dyn Job>>,
    readers_gone: Receiver<()>,
    counters: Arc<Counters>,
    attached: Arc<Attached>,
    wal_checked: Instant,
}

/// A job that ran, with what to answer, and what to do, once the group is committed.
type Ran = (Box<dyn Job>, Result<(), Error>, Hooks);

impl Writer {
    pub(crate) fn new(
        db: Connection,
        location: Location,
        queue: Receiver<Box<dyn Job>>,
        readers_gone: Receiver<()>,
        counters: Arc<Counters>,
        attached: Arc<Attached>,
    ) -> Self {
        Self { db, location, queue, readers_gone, counters, attached, wal_checked: Instant::now() }
    }

    /// Serves writes until the queue is closed and empty, then empties the WAL into the database.
    pub(crate) fn run(mut self) {
        while let Ok(job) = self.queue.recv() {
            self.group(job);
            self.bound_wal();
        }
        // Never a message, only the end of the last reader.
        let _ = self.readers_gone.recv();
        if let Err(error) = self.checkpoint() {
            tracing::warn!(%error, "the last checkpoint failed; the next start catches up");
        }
    }

    fn group(&mut self, first: Box<dyn Job>) {
        if let Err(error) = self.begin() {
            // The rest of the queue meets the same trouble in its turn, each within the busy timeout.
            return first.answer(Err(error));
        }
        let started = Instant::now();
        let mut ran: Vec<Ran> = Vec::new();
        let mut next = Some(first);
        let mut given_up = false;
        while let Some(job) = next.take() {
            if !job.abandoned() {
                ran.push(self.savepoint(job));
            }
            if self.db.is_autocommit() {
                given_up = true;
                break;
            }
            if ran.len() < GROUP_JOBS && started.elapsed() < GROUP_TIME {
                next = self.queue.try_recv().ok();
            }
        }
        let committed = if given_up {
            // On a full disk and the like SQLite rolls the whole transaction back, neighbours and all.
            let reason = ran.last().and_then(|(_, outcome, _)| outcome.clone().err());
            Err(reason
                .filter(Error::is_retryable)
                .unwrap_or_else(|| Error::unavailable("SQLite gave the transaction up")))
        } else {
            self.commit()
        };
        if committed.is_ok() {
            self.counters.committed(ran.len());
        }
        for (job, outcome, hooks) in ran {
            if committed.is_ok() {
                hooks.run();
            }
            job.answer(committed.clone().and(outcome));
        }
    }

    /// Starts a transaction, on a fresh connection if this one cannot.
    fn begin(&mut self) -> Result<(), Error> {
        if !self.db.is_autocommit() {
            // A rollback failed before: leave whatever is open to a connection that is thrown away.
            self.db = self.location.writer()?;
            self.counters.reconnected();
        }
        execute(&self.db, "BEGIN IMMEDIATE", &[]).map(drop).map_err(|fault| fault.error)
    }

    /// Runs one closure so that its failure or panic undoes its own work alone.
    fn savepoint(&self, mut job: Box<dyn Job>) -> Ran {
        if let Err(Fault { error, .. }) = execute(&self.db, "SAVEPOINT job", &[]) {
            return (job, Err(error), Hooks::default());
        }
        let mut conn = Conn::writing(Session::Sqlite(&self.db), Some(&self.attached));
        let ok = job.run(&mut conn);
        let (fault, mut hooks) = conn.finish();
        let outcome = match fault {
            None if ok => execute(&self.db, "RELEASE job", &[]).map(drop).map_err(|fault| {
                self.rollback();
                fault.error
            }),
            fault => {
                hooks = Hooks::default();
                if !self.db.is_autocommit() {
                    self.undo();
                }
                // The closure's own answer stands, unless it called a failed statement a success or SQLite gave up.
                match fault {
                    Some(fault) if ok || self.db.is_autocommit() => Err(fault.error),
                    _ => Ok(()),
                }
            }
        };
        let hooks = if outcome.is_ok() { hooks } else { Hooks::default() };
        (job, outcome, hooks)
    }

    /// Undoes the open savepoint; if even that fails, the whole group.
    fn undo(&self) {
        let undone = execute(&self.db, "ROLLBACK TO job", &[]).and_then(|_| execute(&self.db, "RELEASE job", &[]));
        if undone.is_err() {
            self.rollback();
        }
    }

    fn commit(&self) -> Result<(), Error> {
        execute(&self.db, "COMMIT", &[]).map(drop).map_err(|fault| {
            self.rollback();
            fault.error
        })
    }

    fn rollback(&self) {
        if !self.db.is_autocommit()
            && let Err(Fault { error, .. }) = execute(&self.db, "ROLLBACK", &[])
        {
            tracing::warn!(%error, "a rollback failed; the writer reconnects");
        }
    }

    /// Restarts the WAL when steady readers have kept SQLite from doing so.
    fn bound_wal(&mut self) {
        if self.wal_checked.elapsed() < WAL_INTERVAL {
            return;
        }
        self.wal_checked = Instant::now();
        if fs::metadata(self.location.wal()).is_ok_and(|wal| wal.len() > WAL_BYTES) {
            let restarted =
                self.db.busy_timeout(WAL_PAUSE).map_err(|error| translate(&error)).and_then(|()| self.checkpoint());
            if let Err(error) = restarted {
                tracing::debug!(%error, "the WAL stays long for now");
            }
            self.restore_busy_timeout();
        }
    }

    fn restore_busy_timeout(&self) {
        // Setting a number on an open connection does not fail.
        let _ = self.db.busy_timeout(super::open::BUSY_TIMEOUT);
    }

    fn checkpoint(&self) -> Result<(), Error> {
        let busy: bool = super::query(&self.db, "PRAGMA wal_checkpoint(TRUNCATE)", &[], 1)
            .map_err(|fault| fault.error)?
            .pop()
            .unwrap_or_default();
        if busy { Err(Error::Busy) } else { Ok(()) }
    }
}
