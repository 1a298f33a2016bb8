//! Where a SQLite database is and how its connections are set up.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::translate;
use crate::Error;

/// How long to wait for another process (a backup tool, a shell) that holds the write lock.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Migrations wait longer: another process may be in the middle of its own.
const MIGRATION_BUSY_TIMEOUT: Duration = Duration::from_mins(2);

/// Page caches in KiB. With the default pool an idle server stays small and a busy one under about 32 MiB of cache; the
/// operating system caches the file besides. Memory-mapped reads are left off: an I/O error in one would be a crash.
const WRITER_CACHE_KIB: u32 = 8 * 1024;
const READER_CACHE_KIB: u32 = 4 * 1024;

/// Prepared statements kept per connection.
const STATEMENTS: usize = 256;

/// Pages of WAL after which the writer copies them into the database: 16 MiB, so that a burst of commits is not
/// interrupted by a checkpoint each.
const CHECKPOINT_PAGES: u32 = 4096;

/// What is kept of the WAL file when it is reset.
const WAL_KEPT_BYTES: u32 = 32 * 1024 * 1024;

/// The path of a SQLite database.
#[derive(Debug, Clone)]
pub(crate) struct Location(PathBuf);

impl Location {
    /// From what follows `sqlite:` in the URL.
    pub(crate) fn new(path: &str) -> Result<Self, Error> {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(":memory:") {
            return Err(Error::other(
                "a SQLite URL names a file: sqlite:PATH (a database in memory cannot be shared by threads)",
            ));
        }
        Ok(Self(PathBuf::from(path)))
    }

    /// Where SQLite keeps the write-ahead log.
    pub(super) fn wal(&self) -> PathBuf {
        let mut name = self.0.clone().into_os_string();
        name.push("-wal");
        name.into()
    }

    /// Creates the file and its directories when missing, readable by this user alone: it holds hashes and secrets. The
    /// WAL takes the file's permissions.
    pub(crate) fn create(&self) -> Result<(), Error> {
        let failed = |error: io::Error| Error::Unavailable(format!("{}: {error}", self.0.display()));
        if self.0.exists() {
            return Ok(());
        }
        if let Some(directory) = self.0.parent() {
            fs::create_dir_all(directory).map_err(failed)?;
        }
        private_file(&self.0).map(drop).map_err(failed)
    }

    /// The connection of the writer thread.
    pub(crate) fn writer(&self) -> Result<Connection, Error> {
        self.open(OpenFlags::SQLITE_OPEN_READ_WRITE, BUSY_TIMEOUT, WRITER_CACHE_KIB, "ON")
    }

    /// A connection for migrations, which may rebuild tables: foreign keys are checked at their end instead.
    pub(crate) fn migrator(&self) -> Result<Connection, Error> {
        self.open(OpenFlags::SQLITE_OPEN_READ_WRITE, MIGRATION_BUSY_TIMEOUT, WRITER_CACHE_KIB, "OFF")
    }

    /// A connection that can only read.
    pub(crate) fn reader(&self) -> Result<Connection, Error> {
        let db = self.open(OpenFlags::SQLITE_OPEN_READ_ONLY, BUSY_TIMEOUT, READER_CACHE_KIB, "ON")?;
        db.execute_batch("PRAGMA query_only = ON;").map_err(|error| translate(&error))?;
        Ok(db)
    }

    fn open(
        &self,
        access: OpenFlags,
        busy_timeout: Duration,
        cache_kib: u32,
        foreign_keys: &str,
    ) -> Result<Connection, Error> {
        // Each connection stays on one thread, so SQLite's own mutexes would only cost time.
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || {
            let db = Connection::open_with_flags(&self.0, flags)?;
            db.busy_timeout(busy_timeout)?;
            db.set_prepared_statement_cache_capacity(STATEMENTS);
            // Else SQLite prepares a statement anew whenever the argument of its LIMIT is bound.
            db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            if access.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
                db.execute_batch("PRAGMA journal_mode = WAL;")?;
            }
            db.execute_batch(&format!(
                "PRAGMA synchronous = FULL;
                 PRAGMA foreign_keys = {foreign_keys};
                 PRAGMA cache_size = -{cache_kib};
                 PRAGMA mmap_size = 0;
                 PRAGMA temp_store = MEMORY;
                 PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
                 PRAGMA journal_size_limit = {WAL_KEPT_BYTES};",
            ))?;
            // Finds a broken file now rather than at the first request, and opens the WAL: a checkpoint that has to do so
            // itself waits for its own read lock.
            db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            Ok(db)
        };
        open().map_err(|error| match translate(&error) {
            Error::Unavailable(reason) => Error::Unavailable(format!("{}: {reason}", self.0.display())),
            other => other,
        })
    }
}

/// Creates a file that only this user can read; an error if it exists.
pub(super) fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
