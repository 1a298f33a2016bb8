//! A reading thread: each closure sees one consistent snapshot.

use crossbeam_channel::Receiver;
use rusqlite::Connection;

use super::execute;
use crate::{Conn, conn::Session, error::Fault, job::Job};

/// Serves reads until the queue is closed and empty.
pub(crate) fn reader(db: Connection, queue: Receiver<Box<dyn Job>>) {
    for job in queue {
        if !job.abandoned() {
            serve(&db, job);
        }
    }
}

fn serve(db: &Connection, mut job: Box<dyn Job>) {
    if let Err(Fault { error, .. }) = rollback(db).and_then(|()| execute(db, "BEGIN DEFERRED", &[])) {
        return job.answer(Err(error));
    }
    job.run(&mut Conn::reading(Session::Sqlite(db)));
    if let Err(Fault { error, .. }) = rollback(db) {
        // Nothing was written, so nothing is lost; the next job tries again.
        tracing::warn!(%error, "a snapshot could not be ended");
    }
    job.answer(Ok(()));
}

/// Ends the snapshot, if one is open.
fn rollback(db: &Connection) -> Result<(), Fault> {
    if db.is_autocommit() {
        return Ok(());
    }
    execute(db, "ROLLBACK", &[]).map(drop)
}
