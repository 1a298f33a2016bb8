//! The worker threads, each with one session that is made when first needed and again when lost.

use std::{sync::Arc, thread, time::Duration};

use crossbeam_channel::Receiver;

use super::{Server, Session, session::Company};
use crate::{
    Conn, Error,
    conn::{Attached, Session as Either},
    error::{Fault, FaultKind},
    job::Job,
    stats::Counters,
};

/// Runs of a transaction beside others before it runs alone. PostgreSQL's predicate locks cover whole pages, so on a small
/// table unrelated writers conflict, and enough of them at once would keep one from ever getting through.
const RUNS_BESIDE_OTHERS: u32 = 4;

/// Runs of a conflicting transaction before it is given up as busy. Alone it can only meet what writes past this crate.
const RUNS: u32 = 20;

/// The longest pause before a run, reached after a few: enough for the others to get through.
const LONGEST_BACKOFF: Duration = Duration::from_millis(100);

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Read-only, each statement by itself: one round trip, no snapshot across statements.
    Read,
    /// Each closure a serializable transaction.
    Write,
    /// Without a statement timeout.
    Migrate,
}

/// A worker thread's state.
pub(crate) struct Worker {
    server: Arc<Server>,
    access: Access,
    queue: Receiver<Box<dyn Job>>,
    counters: Arc<Counters>,
    attached: Arc<Attached>,
    session: Option<Session>,
    connected_before: bool,
}

/// How a run of a job ended.
enum Ended {
    /// Answer this.
    Done(Result<(), Error>),
    /// Nothing was kept and another run may succeed.
    Conflict,
    /// Nothing was kept and the connection is gone.
    Lost(Error),
}

impl Worker {
    pub(crate) fn new(
        server: Arc<Server>,
        access: Access,
        queue: Receiver<Box<dyn Job>>,
        counters: Arc<Counters>,
        attached: Arc<Attached>,
    ) -> Self {
        Self { server, access, queue, counters, attached, session: None, connected_before: false }
    }

    /// Serves jobs until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        while let Ok(job) = self.queue.recv() {
            if !job.abandoned() {
                self.serve(job);
            }
        }
    }

    fn serve(&mut self, mut job: Box<dyn Job>) {
        let mut conflicts = 0;
        let mut lost = false;
        loop {
            let company = if conflicts < RUNS_BESIDE_OTHERS { Company::Others } else { Company::None };
            match self.attempt(job.as_mut(), company) {
                Ended::Done(outcome) => return job.answer(outcome),
                Ended::Conflict if conflicts + 1 < RUNS => {
                    conflicts += 1;
                    self.counters.retried();
                    thread::sleep(backoff(conflicts));
                }
                Ended::Conflict => return job.answer(Err(Error::Busy)),
                // An idle connection often dies unnoticed, so the first loss says little about the server.
                Ended::Lost(_) if !lost => lost = true,
                Ended::Lost(error) => return job.answer(Err(error)),
            }
        }
    }

    fn attempt(&mut self, job: &mut dyn Job, company: Company) -> Ended {
        let mut session = match self.session() {
            Ok(session) => session,
            Err(error) => return Ended::Done(Err(error)),
        };
        let ended = if self.access == Access::Read {
            read(&mut session, job)
        } else {
            write(&mut session, job, company, &self.counters, &self.attached)
        };
        if !session.is_broken() && !matches!(ended, Ended::Lost(_)) {
            self.session = Some(session);
        }
        ended
    }

    /// The session, or a new one.
    fn session(&mut self) -> Result<Session, Error> {
        if let Some(session) = self.session.take().filter(|session| !session.is_broken()) {
            return Ok(session);
        }
        let session = self.server.connect(self.access)?;
        if std::mem::replace(&mut self.connected_before, true) {
            self.counters.reconnected();
        }
        Ok(session)
    }
}

fn read(session: &mut Session, job: &mut dyn Job) -> Ended {
    let mut conn = Conn::reading(Either::Postgres(session));
    job.run(&mut conn);
    match conn.into_fault() {
        Some(Fault { kind: FaultKind::Conflict | FaultKind::Stale, .. }) => Ended::Conflict,
        Some(Fault { kind: FaultKind::Lost, error }) => Ended::Lost(error),
        _ => Ended::Done(Ok(())),
    }
}

fn write(
    session: &mut Session,
    job: &mut dyn Job,
    company: Company,
    counters: &Counters,
    attached: &Attached,
) -> Ended {
    if let Err(fault) = session.begin(company, job.isolation()) {
        return ended(fault);
    }
    let mut conn = Conn::writing(Either::Postgres(session), Some(attached));
    let ok = job.run(&mut conn);
    let (fault, hooks) = conn.finish();
    match fault {
        None if ok => {
            let ended = commit(session, counters);
            if matches!(ended, Ended::Done(Ok(()))) {
                hooks.run();
            }
            ended
        }
        None => {
            session.roll_back();
            Ended::Done(Ok(()))
        }
        Some(fault) => {
            session.roll_back();
            match fault.kind {
                // The closure's own error stands, unless it called a failed statement a success.
                FaultKind::Plain if !ok => Ended::Done(Ok(())),
                _ => ended(fault),
            }
        }
    }
}

fn commit(session: &mut Session, counters: &Counters) -> Ended {
    match session.commit() {
        Ok(()) => {
            counters.committed(1);
            Ended::Done(Ok(()))
        }
        // Running it again could do it twice.
        Err(Fault { kind: FaultKind::Lost, error }) => Ended::Done(Err(Error::Unavailable(format!(
            "the connection was lost at commit, so whether it happened is unknown ({error})"
        )))),
        Err(fault) => ended(fault),
    }
}

fn ended(fault: Fault) -> Ended {
    match fault.kind {
        FaultKind::Plain => Ended::Done(Err(fault.error)),
        FaultKind::Conflict | FaultKind::Stale => Ended::Conflict,
        FaultKind::Lost => Ended::Lost(fault.error),
    }
}

/// A random pause below a doubling bound, so that those who met do not meet again.
fn backoff(conflicts: u32) -> Duration {
    let bound = Duration::from_millis(1).saturating_mul(2_u32.saturating_pow(conflicts)).min(LONGEST_BACKOFF);
    let micros = bound.as_micros() as u64;
    Duration::from_micros(crate::random() % micros)
}
