//! A reading thread: each closure sees one consistent snapshot.

use crossbeam_channel::Receiver;
use rusqlite::Connection;

use super::{batch, execute};
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
    if let Err(Fault { error, .. }) = execute(db, "BEGIN DEFERRED", &[]) {
        return job.answer(Err(error));
    }
    job.run(&mut Conn::reading(Session::Sqlite(db)));
    // Nothing was written: ending the snapshot cannot lose anything, so the answer need not know how it went.
    if !db.is_autocommit() && execute(db, "ROLLBACK", &[]).is_err() {
        let _ = batch(db, "ROLLBACK");
    }
    job.answer(Ok(()));
}
