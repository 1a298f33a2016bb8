//! Closure transactions over SQLite and PostgreSQL, with group commit, pools and migrations.
//!
//! ```no_run
//! # use atom_marketplace_db::{args, Db, Error, Options};
//! # async fn example() -> Result<(), Error> {
//! let db = Db::open("sqlite:shop.db", Options::default())?;
//! let name = "lamp";
//! let id = db
//!     .write(move |c| c.one::<i64>("INSERT INTO item (name) VALUES ($1) RETURNING id", args![name]))
//!     .await?;
//! let found: Option<String> = db
//!     .read(move |c| c.first("SELECT name FROM item WHERE id = $1", args![id]))
//!     .await?;
//! # Ok::<(), Error>(())
//! # }
//! ```
//!
//! The closure is the transaction: it cannot `.await`, so nothing slow ever holds a lock, and it may run more than once,
//! so it must not change anything outside of the database. `Err` rolls back.
//!
//! The same SQL serves both databases: parameters are `$1`, `$2`; integers are BIGINT; `sum()` is cast; times are
//! [`Timestamp`]; text that is sorted or compared by order is `{{text}}` in migrations. Constraints are checked at once
//! (not `DEFERRABLE`): a late refusal would take a whole group of SQLite's writes with it.
//!
//! This crate knows no table but `schema_migration`, reads no clock but for that, and never blocks an async thread.

mod conn;
mod error;
mod job;
mod migrate;
mod postgres;
mod row;
mod sqlite;
mod stats;
pub mod testing;
mod timestamp;
mod value;

use std::{
    any::Any,
    collections::hash_map::RandomState,
    future::Future,
    hash::{BuildHasher, Hasher},
    path::Path,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, JoinHandle, Thread},
    time::Duration,
};

pub use conn::Conn;
pub use error::Error;
pub use migrate::{Migration, MigrationReport};
pub use row::{FromRow, Row};
pub use stats::Stats;
pub use timestamp::{ParseTimestampError, Timestamp};
pub use value::{FromValue, Value, ValueRef};

use conn::Attached;
use job::{Isolation, Queue};
use stats::Counters;

/// Which database is behind a [`Db`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Embedded, one file, one node.
    Sqlite,
    /// A server, any number of nodes.
    Postgres,
}

/// Sizes and limits of a [`Db`].
#[derive(Debug, Clone)]
pub struct Options {
    /// Reading threads (SQLite); at least 1. By default the number of processors, from 2 to 8.
    pub readers: usize,
    /// Calls that may wait, in each of the two queues (reads, writes); one more is [`Error::Busy`]. By default 1,024.
    pub queue: usize,
    /// Connections (PostgreSQL), half for reads and half for writes; at least 2. Each [`Db::listen`] takes one more. By
    /// default 16.
    pub postgres_connections: usize,
    /// How long a statement may run (PostgreSQL) before the server ends it, and two seconds later, should the server stay
    /// silent, this side: [`Error::Unavailable`]. By default 30 s; zero is no limit.
    pub statement_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: thread::available_parallelism().map_or(2, |n| n.get().clamp(2, 8)),
            queue: 1024,
            postgres_connections: 16,
            statement_timeout: Duration::from_secs(30),
        }
    }
}

/// A database, open. Cheap to clone; the last clone dropped stops the threads once their queues are empty.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    backend: Backend,
    reads: Queue,
    writes: Queue,
    counters: Arc<Counters>,
    attached: Arc<Attached>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    closed: Arc<AtomicBool>,
}

enum Backend {
    Sqlite(sqlite::Location),
    Postgres(Arc<postgres::Server>),
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("dialect", &self.dialect()).finish_non_exhaustive()
    }
}

impl Db {
    /// Opens `sqlite:PATH` (created when missing, with its directories) or `postgres://user:password@host/database`.
    ///
    /// PostgreSQL takes `sslmode` (`disable`, `prefer`, `require`, `verify-full`), `sslrootcert` (a PEM file, or `system`)
    /// and `schema` (1 to 32 of a-z, 0-9 and _; created when missing) besides the usual parameters.
    ///
    /// Blocks: call it before the runtime starts or in `spawn_blocking`. [`Error::Unavailable`] when the file cannot be
    /// opened or the server does not answer within about 4 s; [`Error::Other`] when the URL makes no sense or the server
    /// is older than 15.
    pub fn open(url: &str, options: Options) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            Self::open_sqlite(sqlite::Location::new(path)?, &options)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url, &options)
        } else {
            Err(Error::other("a database URL starts with sqlite: or postgres://"))
        }
    }

    fn open_sqlite(location: sqlite::Location, options: &Options) -> Result<Self, Error> {
        let (reads, read_queue) = Queue::new(options.queue);
        let (writes, write_queue) = Queue::new(options.queue);
        let (counters, attached) = (Arc::new(Counters::default()), Arc::<Attached>::default());
        location.create()?;
        // First, because it makes the WAL that readers need.
        let db = location.writer()?;
        // Carries nothing: it disconnects when the last reader is gone, so that the writer is the last to close the file
        // and leaves no WAL behind.
        let (reading, readers_gone) = crossbeam_channel::bounded(0);
        let writer =
            sqlite::Writer::new(db, location.clone(), write_queue, readers_gone, counters.clone(), attached.clone());
        let mut threads = Vec::new();
        for _ in 0..options.readers.max(1) {
            let (db, queue, reading) = (location.reader()?, read_queue.clone(), reading.clone());
            threads.push(spawn("db-read", move || {
                sqlite::reader(db, queue);
                drop(reading);
            })?);
        }
        threads.push(spawn("db-write", move || writer.run())?);
        Ok(Self::new(Backend::Sqlite(location), reads, writes, counters, attached, threads))
    }

    fn open_postgres(url: &str, options: &Options) -> Result<Self, Error> {
        use postgres::{Access, Worker};
        let (reads, read_queue) = Queue::new(options.queue);
        let (writes, write_queue) = Queue::new(options.queue);
        let (counters, attached) = (Arc::new(Counters::default()), Arc::<Attached>::default());
        let server = Arc::new(postgres::Server::new(url, options.statement_timeout)?);
        on_own_thread(|| server.prepare())?;
        let mut threads = Vec::new();
        for number in 0..options.postgres_connections.max(2) {
            let (access, name, queue) = if number % 2 == 0 {
                (Access::Write, "db-write", &write_queue)
            } else {
                (Access::Read, "db-read", &read_queue)
            };
            let worker = Worker::new(server.clone(), access, queue.clone(), counters.clone(), attached.clone());
            threads.push(spawn(name, move || worker.run())?);
        }
        Ok(Self::new(Backend::Postgres(server), reads, writes, counters, attached, threads))
    }

    fn new(
        backend: Backend,
        reads: Queue,
        writes: Queue,
        counters: Arc<Counters>,
        attached: Arc<Attached>,
        threads: Vec<JoinHandle<()>>,
    ) -> Self {
        Self(Arc::new(Inner {
            backend,
            reads,
            writes,
            counters,
            attached,
            threads: Mutex::new(threads),
            closed: Arc::default(),
        }))
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match self.0.backend {
            Backend::Sqlite(_) => Dialect::Sqlite,
            Backend::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Keeps a value that closures which write find with [`Conn::attached`]: where they hand over what they wrote, after
    /// the commit. One value for each open database; a second one is not kept, and the answer is false.
    pub fn attach<T: Any + Send + Sync>(&self, value: Arc<T>) -> bool {
        self.0.attached.set(value).is_ok()
    }

    /// Runs a closure that reads. On SQLite it sees one snapshot; on PostgreSQL each statement sees the newest commits
    /// (one round trip each). Writing is [`Error::ReadOnly`].
    ///
    /// [`Error::Busy`] at once when the queue is full; a panic in the closure goes on in the caller.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.0.reads.call(Isolation::ReadCommitted, f).await
    }

    /// Runs a closure as one serializable transaction and answers after it is on disk. `Err` and panics roll back.
    ///
    /// It may run more than once (PostgreSQL repeats it after a conflict or a lost connection); only the last run counts.
    /// When the caller stops waiting, a closure that did not start is skipped and one that did is finished.
    ///
    /// [`Error::Busy`] at once when the queue is full, or after some 20 conflicts. [`Error::Unavailable`] when the disk is
    /// full or the server lost: nothing was written, except where the text says the outcome is unknown.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.0.writes.call(Isolation::Serializable, f).await
    }

    /// As [`write`](Self::write), but on PostgreSQL each statement sees the newest commits (READ COMMITTED), so that the
    /// transaction stands in no other's way, nor others in its. For writes each of whose statements decides by itself,
    /// by its own condition, whether it changes anything; on SQLite there is no difference.
    pub async fn write_by_statement<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.0.writes.call(Isolation::ReadCommitted, f).await
    }

    /// Applies the migrations the database does not have yet, each as a whole; of several nodes that start at once one
    /// does it and the others wait. Blocks.
    ///
    /// [`Error::Migration`] when one fails, when the text of an applied one changed, or when the database is newer than
    /// the series (a downgrade).
    pub fn migrate(&self, migrations: &[Migration]) -> Result<MigrationReport, Error> {
        self.check_open()?;
        match &self.0.backend {
            Backend::Sqlite(location) => migrate::migrate(&mut location.migrator()?, migrations),
            Backend::Postgres(server) => on_own_thread(|| {
                let mut session = server.connect(postgres::Access::Migrate)?;
                session.lock_migrations()?;
                // The lock ends with the session.
                migrate::migrate(&mut session, migrations)
            }),
        }
    }

    fn check_open(&self) -> Result<(), Error> {
        if self.0.closed.load(Relaxed) {
            return Err(Error::unavailable("the database is closed"));
        }
        Ok(())
    }

    /// The highest migration applied, 0 when there is none. Blocks.
    pub fn schema_version(&self) -> Result<i64, Error> {
        block_on(self.read(migrate::version))
    }

    /// Numbers for metrics.
    pub fn stats(&self) -> Stats {
        Stats {
            reads_queued: self.0.reads.depth() as u64,
            writes_queued: self.0.writes.depth() as u64,
            refused: self.0.reads.refused() + self.0.writes.refused(),
            ..self.0.counters.stats()
        }
    }

    /// Copies a SQLite database in use to a new file at `path`, with everything acknowledged before the call. The file
    /// appears whole, flushed to disk and readable by this user alone; an existing one is an error. Writers go on, but
    /// the WAL grows until the copy is done. Blocks. On PostgreSQL [`Error::Other`]: use `pg_dump`.
    pub fn backup_to(&self, path: &Path) -> Result<(), Error> {
        self.check_open()?;
        match &self.0.backend {
            Backend::Sqlite(location) => sqlite::backup(location, path),
            Backend::Postgres(_) => Err(Error::other("a PostgreSQL database is backed up with pg_dump")),
        }
    }

    /// Calls `on_notify` on a thread of its own with the payload of every [`Conn::notify`] on `channel`, from this node
    /// or another, and with an empty one after a lost connection, when some may have been missed. Goes on until
    /// [`close`](Self::close) or the last clone is dropped. Does nothing on SQLite.
    pub fn listen(&self, channel: &str, on_notify: impl Fn(&str) + Send + 'static) {
        self.listen_with(channel, None, on_notify);
    }

    /// The same, and holds a name (0 or more) all the while, so that other nodes see whether this process is there:
    /// [`Conn::is_held`]. The server lets go of it as soon as the process is gone, and for a moment when the connection is lost.
    pub fn listen_as(&self, channel: &str, name: i32, on_notify: impl Fn(&str) + Send + 'static) {
        self.listen_with(channel, Some(name), on_notify);
    }

    fn listen_with(&self, channel: &str, name: Option<i32>, on_notify: impl Fn(&str) + Send + 'static) {
        let Backend::Postgres(server) = &self.0.backend else {
            return;
        };
        let (server, channel, closed) = (server.clone(), channel.to_owned(), self.0.closed.clone());
        let started = spawn("db-listen", move || postgres::listen(&server, (&channel, name), &closed, &on_notify));
        if let Err(error) = started {
            tracing::error!(%error, "no thread to listen on");
        }
    }

    /// Finishes what is queued, refuses what comes later ([`Error::Unavailable`]) and stops the threads; on SQLite the
    /// WAL is emptied into the database. Blocks; a second call waits for the first.
    pub fn close(&self) {
        self.0.stop();
        let mut threads = self.0.threads.lock().expect("no panic under this lock");
        for thread in threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a database thread had panicked");
            }
        }
    }
}

impl Inner {
    fn stop(&self) {
        self.closed.store(true, Relaxed);
        self.reads.close();
        self.writes.close();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map_err(Error::unavailable)
}

/// The PostgreSQL client panics on a thread of an async runtime, where a test or a command may well be.
fn on_own_thread<T: Send>(work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    thread::scope(|scope| match scope.spawn(work).join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

/// Waits for a future that other threads complete; unlike a runtime's own, also inside of one.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// A number nobody needs to be unable to guess: for jitter and the names of test schemas.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
