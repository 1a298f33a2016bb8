//! The promises of the crate, each on SQLite and on PostgreSQL.

mod backup;
mod lifecycle;
mod migrations;
mod postgres;
mod transactions;
mod values;

use atom_marketplace_db::{Db, Error, args};

/// A table of numbered counters.
async fn counters(db: &Db) {
    db.write(|c| c.batch("CREATE TABLE counter (id BIGINT PRIMARY KEY, n BIGINT NOT NULL DEFAULT 0)")).await.unwrap();
}

async fn count(db: &Db) -> i64 {
    db.read(|c| c.one::<i64>("SELECT count(*) FROM counter", args![])).await.unwrap()
}

/// Inserts one counter; an error when it is there.
async fn insert(db: &Db, id: i64) -> Result<u64, Error> {
    db.write(move |c| c.execute("INSERT INTO counter (id) VALUES ($1)", args![id])).await
}
