//! A closure on its way to a worker thread and its answer on the way back.
//!
//! Queues are bounded and refuse when full: a caller waits for its own work, never for room.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::{
        RwLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use crossbeam_channel::{Receiver, Sender, TrySendError};
use tokio::sync::oneshot;

use crate::{Conn, Error};

/// A closure with the types of its answer erased.
pub(crate) trait Job: Send {
    /// Whether nobody waits for the answer any more.
    fn abandoned(&self) -> bool;

    /// How it is kept apart from others on PostgreSQL.
    fn isolation(&self) -> Isolation;

    /// Runs the closure and keeps its answer; true when it returned `Ok`. May be called again: only the last run counts.
    fn run(&mut self, conn: &mut Conn<'_>) -> bool;

    /// Answers with what the last run returned, or with `outcome`'s error in its place. A panic is always answered with
    /// that panic: it is a bug the caller must see.
    fn answer(self: Box<Self>, outcome: Result<(), Error>);
}

/// What a transaction sees of others that run beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isolation {
    /// Nothing.
    Serializable,
    /// With each statement the newest commits.
    ReadCommitted,
}

struct Task<T, E, F> {
    closure: F,
    isolation: Isolation,
    outcome: Option<Outcome<T, E>>,
    reply: oneshot::Sender<Outcome<T, E>>,
}

/// What a closure returned, or its panic.
type Outcome<T, E> = Result<Result<T, E>, Box<dyn Any + Send>>;

impl<T, E, F> Job for Task<T, E, F>
where
    F: Fn(&mut Conn<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn isolation(&self) -> Isolation {
        self.isolation
    }

    fn run(&mut self, conn: &mut Conn<'_>) -> bool {
        // Unwind safety: the transaction is rolled back and the closure's captures are only ever seen through `&`.
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| (self.closure)(conn)));
        let ok = matches!(outcome, Ok(Ok(_)));
        self.outcome = Some(outcome);
        ok
    }

    fn answer(self: Box<Self>, outcome: Result<(), Error>) {
        let answer = match (self.outcome, outcome) {
            (Some(Err(panic)), _) => Err(panic),
            (_, Err(error)) => Ok(Err(E::from(error))),
            (Some(answer), Ok(())) => answer,
            (None, Ok(())) => Ok(Err(E::from(Error::unavailable("the work never ran")))),
        };
        // The caller may have gone away: then nobody is left to tell.
        let _ = self.reply.send(answer);
    }
}

/// The bounded way to a pool of worker threads.
pub(crate) struct Queue {
    /// None once closed: the workers finish what is queued and stop.
    sender: RwLock<Option<Sender<Box<dyn Job>>>>,
    refused: AtomicU64,
}

impl Queue {
    pub(crate) fn new(capacity: usize) -> (Self, Receiver<Box<dyn Job>>) {
        let (sender, receiver) = crossbeam_channel::bounded(capacity.max(1));
        let queue = Self { sender: RwLock::new(Some(sender)), refused: AtomicU64::new(0) };
        (queue, receiver)
    }

    /// Queues the closure and waits for its answer; a panic in it goes on in the caller.
    pub(crate) async fn call<T, E, F>(&self, isolation: Isolation, closure: F) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.send(Box::new(Task { closure, isolation, outcome: None, reply }))?;
        match answer.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(panic)) => panic::resume_unwind(panic),
            Err(_) => Err(E::from(Error::unavailable("a worker stopped"))),
        }
    }

    fn send(&self, job: Box<dyn Job>) -> Result<(), Error> {
        let sender = self.sender.read().expect("no panic under this lock");
        match sender.as_ref().map(|sender| sender.try_send(job)) {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => {
                self.refused.fetch_add(1, Relaxed);
                Err(Error::Busy)
            }
            Some(Err(TrySendError::Disconnected(_))) => Err(Error::unavailable("a worker stopped")),
            None => Err(Error::unavailable("the database is closed")),
        }
    }

    pub(crate) fn close(&self) {
        *self.sender.write().expect("no panic under this lock") = None;
    }

    /// How many closures wait, not counting those being run.
    pub(crate) fn depth(&self) -> usize {
        let sender = self.sender.read().expect("no panic under this lock");
        sender.as_ref().map_or(0, Sender::len)
    }

    /// How many closures were refused because the queue was full.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }
}
