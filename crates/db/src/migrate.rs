//! Brings a database to the version the program knows: one series of SQL files for both dialects.
//!
//! Each migration commits together with its row in `schema_migration`, or not at all. Never goes back: a database that is
//! newer than the program is refused.

use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::{Conn, Dialect, Error, args};

/// One step of the series.
///
/// The SQL is written for both databases, with this help: `{{id}}` is the type of an integer key that counts by itself,
/// `{{bytes}}` of binary data, `{{real}}` of floating-point numbers, `{{text}}` of text that sorts by its bytes (as
/// SQLite's always does); the lines `-- @sqlite`, `-- @postgres` and `-- @both` say which database the lines after them
/// are for.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its place in the series: above 0 and above the one before.
    pub version: i64,
    /// A short name, for people.
    pub name: &'static str,
    /// What it does.
    pub sql: &'static str,
}

/// What [`Db::migrate`](crate::Db::migrate) did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// The version found; 0 for an empty database.
    pub from: i64,
    /// The version now.
    pub to: i64,
    /// The versions applied by this call, in order.
    pub applied: Vec<i64>,
}

/// How a connection brackets one migration.
pub(crate) trait Transaction {
    /// Begins, holding off other writers.
    fn begin(&mut self) -> Result<(), Error>;
    fn commit(&mut self) -> Result<(), Error>;
    fn roll_back(&mut self);
    fn conn(&mut self) -> Conn<'_>;
}

/// Applies what is missing. Two nodes at once: the other one waits, then finds nothing to do.
pub(crate) fn migrate(db: &mut dyn Transaction, series: &[Migration]) -> Result<MigrationReport, Error> {
    check_order(series)?;
    let mut report: Option<MigrationReport> = None;
    loop {
        db.begin()?;
        let (version, applied) = step(&mut db.conn(), series).inspect_err(|_| db.roll_back())?;
        db.commit()?;
        let report = report.get_or_insert(MigrationReport { from: version, to: version, applied: Vec::new() });
        report.to = version;
        let Some(applied) = applied else {
            return Ok(report.clone());
        };
        tracing::info!(version = applied.version, name = applied.name, "migrated");
        report.applied.push(applied.version);
    }
}

/// Applies the first missing migration, if there is one. Answers the version before.
fn step<'a>(c: &mut Conn<'_>, series: &'a [Migration]) -> Result<(i64, Option<&'a Migration>), Error> {
    if !has_record(c)? {
        c.batch(
            "CREATE TABLE schema_migration (
                version BIGINT PRIMARY KEY,
                name TEXT NOT NULL,
                checksum TEXT NOT NULL,
                applied_at BIGINT NOT NULL
            )",
        )?;
    }
    let applied: Vec<(i64, String, String)> =
        c.all("SELECT version, name, checksum FROM schema_migration ORDER BY version", args![])?;
    let version = applied.last().map_or(0, |(version, ..)| *version);
    check_history(&applied, series)?;
    let Some(next) = series.get(applied.len()) else {
        return Ok((version, None));
    };
    let failed = |error: Error| match error {
        error @ (Error::Busy | Error::Unavailable(_)) => error,
        error => Error::Migration(format!("{} {}: {error}", next.version, next.name)),
    };
    let sql = render(next, c.dialect())?;
    c.batch(&sql).map_err(failed)?;
    if c.dialect() == Dialect::Sqlite {
        let broken: Option<String> = c.first("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1", args![])?;
        if let Some(table) = broken {
            return Err(failed(Error::Other(format!("a row of {table} refers to one that is not there"))));
        }
    }
    c.execute(
        "INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
        args![next.version, next.name, checksum(next.sql), now_micros()],
    )
    .map_err(failed)?;
    Ok((version, Some(next)))
}

fn check_order(series: &[Migration]) -> Result<(), Error> {
    let mut last = 0;
    for migration in series {
        if migration.version <= last {
            return Err(Error::Migration(format!(
                "{} {} is out of order after {last}",
                migration.version, migration.name
            )));
        }
        last = migration.version;
    }
    Ok(())
}

/// What was applied must be how the series begins, unchanged.
fn check_history(applied: &[(i64, String, String)], series: &[Migration]) -> Result<(), Error> {
    let newest = series.last().map_or(0, |migration| migration.version);
    if let Some((version, name, _)) = applied.last().filter(|(version, ..)| *version > newest) {
        return Err(Error::Migration(format!(
            "the database is at version {version} ({name}) and this program only knows {newest}: it was used by a newer \
             release. Run that release or a later one, or restore a backup made before the upgrade"
        )));
    }
    for (position, (version, name, sum)) in applied.iter().enumerate() {
        match series.get(position) {
            Some(known) if known.version == *version && checksum(known.sql) == *sum => {}
            Some(known) if known.version == *version => {
                return Err(Error::Migration(format!(
                    "{version} {name} was applied with another text than this program has: a migration must not change \
                     once released"
                )));
            }
            _ => {
                return Err(Error::Migration(format!(
                    "the database has {version} {name}, which this program's series does not have in that place"
                )));
            }
        }
    }
    Ok(())
}

/// The highest version applied, 0 when there is none.
pub(crate) fn version(c: &mut Conn<'_>) -> Result<i64, Error> {
    if !has_record(c)? {
        return Ok(0);
    }
    c.one("SELECT coalesce(max(version), 0) FROM schema_migration", args![])
}

/// Whether this schema was ever migrated. Only the one that new tables go to counts: the search path may lead on to
/// another with a table of this name.
fn has_record(c: &mut Conn<'_>) -> Result<bool, Error> {
    c.one(
        match c.dialect() {
            Dialect::Sqlite => "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'",
            Dialect::Postgres => {
                "SELECT count(*) FROM pg_tables \
                 WHERE schemaname = current_schema() AND tablename = 'schema_migration'"
            }
        },
        args![],
    )
}

/// The SQL for one database.
fn render(migration: &Migration, dialect: Dialect) -> Result<String, Error> {
    let mut sql = String::with_capacity(migration.sql.len());
    let mut audience = None;
    for line in migration.sql.lines() {
        match line.trim() {
            "-- @sqlite" => audience = Some(Dialect::Sqlite),
            "-- @postgres" => audience = Some(Dialect::Postgres),
            "-- @both" => audience = None,
            fence if fence.starts_with("-- @") => {
                return Err(Error::Migration(format!("{}: no such fence: {fence}", migration.name)));
            }
            _ if audience.is_none_or(|audience| audience == dialect) => {
                sql.push_str(line);
                sql.push('\n');
            }
            _ => {}
        }
    }
    for (word, sqlite, postgres) in [
        ("{{id}}", "INTEGER PRIMARY KEY", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
        ("{{bytes}}", "BLOB", "BYTEA"),
        ("{{real}}", "REAL", "DOUBLE PRECISION"),
        ("{{text}}", "TEXT", "TEXT COLLATE \"C\""),
    ] {
        let type_name = if dialect == Dialect::Sqlite { sqlite } else { postgres };
        sql = sql.replace(word, type_name);
    }
    match sql.split_once("{{") {
        Some((_, rest)) => Err(Error::Migration(format!(
            "{}: no such word: {{{{{}",
            migration.name,
            rest.lines().next().unwrap_or_default()
        ))),
        None => Ok(sql),
    }
}

/// Of the source text, whatever the line endings of the checkout it was built from.
fn checksum(sql: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(sql.replace("\r\n", "\n"));
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// For the record only; the application's time comes from its own clock.
fn now_micros() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "a migration's time is a record for people; no test moves it")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A SQLite connection as a migrator.
impl Transaction for rusqlite::Connection {
    fn begin(&mut self) -> Result<(), Error> {
        self.conn().batch("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.conn().batch("COMMIT")
    }

    fn roll_back(&mut self) {
        if !self.is_autocommit() {
            // The connection is dropped next, which rolls back too.
            let _ = self.conn().batch("ROLLBACK");
        }
    }

    fn conn(&mut self) -> Conn<'_> {
        Conn::writing(crate::conn::Session::Sqlite(self), None)
    }
}

/// A PostgreSQL connection as a migrator. The advisory lock is the session's, so it spans the transactions, and it is
/// taken outside of them: a snapshot must not be older than the lock.
impl Transaction for crate::postgres::Session {
    fn begin(&mut self) -> Result<(), Error> {
        self.conn().batch("BEGIN")
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.conn().batch("COMMIT")
    }

    fn roll_back(&mut self) {
        Self::roll_back(self);
    }

    fn conn(&mut self) -> Conn<'_> {
        Conn::writing(crate::conn::Session::Postgres(self), None)
    }
}
