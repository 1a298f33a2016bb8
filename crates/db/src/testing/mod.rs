//! Databases for tests: a fresh one each, gone when dropped.
//!
//! SQLite in a temporary directory; PostgreSQL as a fresh schema of a throwaway cluster that all test processes of a
//! checkout share (see `cluster`). For tests only: panics where a program would return an error.

mod cluster;

use std::future::Future;

use tempfile::TempDir;

pub use cluster::postgres_url;

use crate::{Db, Dialect, Error, Options};

/// An open database of its own.
#[derive(Debug)]
pub struct TestDb {
    /// The database, without any table.
    pub db: Db,
    /// Its URL, to open it once more.
    pub url: String,
    rest: Rest,
}

/// What is left to clean up.
#[derive(Debug)]
enum Rest {
    Directory { _removed_on_drop: TempDir },
    Schema { cluster_url: String, name: String },
}

impl TestDb {
    /// A SQLite database in a temporary directory.
    pub fn sqlite() -> Self {
        Self::sqlite_with(small())
    }

    /// As [`sqlite`](Self::sqlite), with sizes of your own.
    pub fn sqlite_with(options: Options) -> Self {
        let directory = TempDir::with_prefix("atom-marketplace-").expect("a temporary directory");
        let url = format!("sqlite:{}", directory.path().join("test.db").display());
        Self {
            db: Db::open(&url, options).expect("a SQLite database opens"),
            url,
            rest: Rest::Directory { _removed_on_drop: directory },
        }
    }

    /// A fresh schema on PostgreSQL; None, with a line on standard error, when there is no PostgreSQL (a panic when `CI`
    /// or `ATOM_REQUIRE_POSTGRES` is set).
    pub fn postgres() -> Option<Self> {
        Self::postgres_with(small())
    }

    /// As [`postgres`](Self::postgres), with sizes of your own.
    pub fn postgres_with(options: Options) -> Option<Self> {
        Some(Self::in_schema(postgres_url()?, options))
    }

    /// A fresh schema of a cluster that flushes every commit to disk, for measurements; None, with a line on standard
    /// error, when there is no PostgreSQL.
    pub fn durable_postgres() -> Option<Self> {
        Some(Self::in_schema(cluster::durable_url()?, small()))
    }

    fn in_schema(cluster_url: String, options: Options) -> Self {
        let name = format!("t_{:016x}", crate::random());
        let separator = if cluster_url.contains('?') { '&' } else { '?' };
        let url = format!("{cluster_url}{separator}schema={name}");
        Self {
            db: Db::open(&url, options).expect("a PostgreSQL schema opens"),
            url,
            rest: Rest::Schema { cluster_url, name },
        }
    }

    /// Another fresh database of the same kind.
    #[must_use]
    pub fn beside(&self) -> Self {
        match &self.rest {
            Rest::Directory { .. } => Self::sqlite(),
            Rest::Schema { cluster_url, .. } => Self::in_schema(cluster_url.clone(), small()),
        }
    }

    /// Opens the same database once more, as another node would.
    pub fn another(&self) -> Result<Db, Error> {
        Db::open(&self.url, small())
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        self.db.close();
        if let Rest::Schema { cluster_url, name } = &self.rest {
            // A schema left behind does no harm: the cluster is thrown away.
            let dropped = crate::postgres::run_once(cluster_url, &format!("DROP SCHEMA IF EXISTS \"{name}\" CASCADE"));
            if let Err(error) = dropped {
                eprintln!("the schema {name} stays: {error}");
            }
        }
    }
}

/// Few threads and connections: many tests run at once on one cluster.
fn small() -> Options {
    Options { readers: 2, postgres_connections: 6, ..Options::default() }
}

/// Runs `test` on a fresh SQLite database, then on a fresh PostgreSQL schema if there can be one. A failure says which.
pub fn each_db(test: impl Fn(TestDb)) {
    for db in databases() {
        let _named = Named(db.db.dialect());
        test(db);
    }
}

/// As [`each_db`], for a test that awaits. Wants a runtime with several threads.
pub async fn each_db_async<F, Fut>(test: F)
where
    F: Fn(TestDb) -> Fut,
    Fut: Future<Output = ()>,
{
    for db in databases() {
        let _named = Named(db.db.dialect());
        test(db).await;
    }
}

/// One after the other, so that the second is not made when the first test fails.
fn databases() -> impl Iterator<Item = TestDb> {
    std::iter::once_with(|| Some(TestDb::sqlite())).chain(std::iter::once_with(TestDb::postgres)).flatten()
}

/// Says on which database a test failed, right after its panic.
struct Named(Dialect);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the test failed on {:?}", self.0);
        }
    }
}
