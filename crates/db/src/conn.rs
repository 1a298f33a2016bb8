//! What a closure holds: one transaction to write in, or one connection to read from.
//!
//! Remembers the first failed statement, so that neither a swallowed error can commit half a transaction nor an error
//! type of the caller's can hide a conflict worth retrying.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::{Dialect, Error, FromRow, Value, error::Fault, postgres, sqlite};

/// What a caller of this crate keeps beside its database; see [`Db::attach`](crate::Db::attach).
pub(crate) type Attached = OnceLock<Arc<dyn Any + Send + Sync>>;

/// What is to be done after a commit.
#[derive(Default)]
pub(crate) struct Hooks(Vec<Box<dyn FnOnce() + Send>>);

impl Hooks {
    /// Does it.
    pub(crate) fn run(self) {
        for hook in self.0 {
            hook();
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hooks({})", self.0.len())
    }
}

/// One transaction (`write`) or one reading connection (`read`).
///
/// After a failed statement a write is doomed on both databases: further statements answer the same error and nothing
/// is committed, whatever the closure returns. Write `INSERT … ON CONFLICT` where a conflict is expected.
/// ([`Error::NotFound`] and [`Error::TooMany`] are answers, not failures.)
#[derive(Debug)]
pub struct Conn<'a> {
    session: Session<'a>,
    writes: bool,
    fault: Option<Fault>,
    attached: Option<&'a Attached>,
    hooks: Hooks,
}

#[derive(Debug)]
pub(crate) enum Session<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut postgres::Session),
}

impl<'a> Conn<'a> {
    pub(crate) fn reading(session: Session<'a>) -> Self {
        Self { session, writes: false, fault: None, attached: None, hooks: Hooks::default() }
    }

    pub(crate) fn writing(session: Session<'a>, attached: Option<&'a Attached>) -> Self {
        Self { session, writes: true, fault: None, attached, hooks: Hooks::default() }
    }

    /// The first failure, if any statement failed, and what is to be done after the commit if there was none.
    pub(crate) fn finish(self) -> (Option<Fault>, Hooks) {
        (self.fault, self.hooks)
    }

    /// The first failure, if any statement failed.
    pub(crate) fn into_fault(self) -> Option<Fault> {
        self.fault
    }

    /// In a write, what was attached to the database, if it is a `T`; see [`Db::attach`](crate::Db::attach).
    pub fn attached<T: Any>(&self) -> Option<&'a T> {
        self.attached?.get()?.downcast_ref()
    }

    /// Does something once the transaction is committed and on disk, and only then: to wake whoever waits for what it
    /// wrote. It runs on the thread that commits for everybody, so it must be short and must not panic; after a crash, or
    /// when it is unknown whether the commit happened, it does not run at all.
    pub fn after_commit(&mut self, hook: impl FnOnce() + Send + 'static) {
        self.hooks.0.push(Box::new(hook));
    }

    /// Which database this is, for the rare statement that must differ.
    pub fn dialect(&self) -> Dialect {
        match self.session {
            Session::Sqlite(_) => Dialect::Sqlite,
            Session::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Exactly one row; [`Error::NotFound`] or [`Error::TooMany`] otherwise.
    pub fn one<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<T, Error> {
        let mut rows = self.rows(sql, args, 2)?;
        match (rows.pop(), rows.pop()) {
            (Some(row), None) => Ok(row),
            (None, _) => Err(Error::NotFound),
            (Some(_), Some(_)) => Err(Error::TooMany),
        }
    }

    /// The first row, if there is one. PostgreSQL sends them all: say `LIMIT 1`.
    pub fn first<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<Option<T>, Error> {
        Ok(self.rows(sql, args, 1)?.pop())
    }

    /// Every row, in memory: say `LIMIT`.
    pub fn all<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<Vec<T>, Error> {
        self.rows(sql, args, usize::MAX)
    }

    /// As [`all`](Self::all), planned anew for these very arguments: for the rare query that is best run in one way for
    /// some of them and in another for others. PostgreSQL otherwise settles for one plan after a few calls; SQLite's
    /// plans never hang on arguments.
    pub fn all_planned<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<Vec<T>, Error> {
        self.statement(|session| match session {
            Session::Sqlite(db) => sqlite::query(db, sql, args, usize::MAX),
            Session::Postgres(session) => session.query_planned(sql, args),
        })
    }

    /// Runs one statement and answers how many rows it changed (or, for one that answers rows, how many those were).
    pub fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64, Error> {
        self.statement(|session| match session {
            Session::Sqlite(db) => sqlite::execute(db, sql, args),
            Session::Postgres(session) => session.execute(sql, args),
        })
    }

    /// Runs several statements separated by `;`, without arguments. Neither cached nor counted: for set-up.
    pub fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.statement(|session| match session {
            Session::Sqlite(db) => sqlite::batch(db, sql),
            Session::Postgres(session) => session.batch(sql),
        })
    }

    /// Tells the listeners of `channel` on every node, when and if the transaction commits. Nothing on SQLite, where
    /// there is one node. At most 8,000 bytes of payload and about 60 of channel name.
    pub fn notify(&mut self, channel: &str, payload: &str) -> Result<(), Error> {
        self.statement(|session| match session {
            Session::Sqlite(_) => Ok(()),
            Session::Postgres(session) => session.notify(channel, payload),
        })
    }

    /// Whether a process that [listens under a name](crate::Db::listen_as) is there. On SQLite, where there is one process, no.
    pub fn is_held(&mut self, name: i32) -> Result<bool, Error> {
        self.statement(|session| match session {
            Session::Sqlite(_) => Ok(false),
            Session::Postgres(session) => session.is_held(name),
        })
    }

    /// At most `limit` rows, in order.
    fn rows<T: FromRow>(&mut self, sql: &str, args: &[Value], limit: usize) -> Result<Vec<T>, Error> {
        self.statement(|session| match session {
            Session::Sqlite(db) => sqlite::query(db, sql, args, limit),
            Session::Postgres(session) => session.query(sql, args, limit),
        })
    }

    fn statement<R>(&mut self, run: impl FnOnce(&mut Session<'a>) -> Result<R, Fault>) -> Result<R, Error> {
        if self.writes
            && let Some(fault) = &self.fault
        {
            return Err(fault.error.clone());
        }
        run(&mut self.session).map_err(|fault| {
            let error = fault.error.clone();
            self.fault.get_or_insert(fault);
            error
        })
    }
}
