//! The series of migrations.

use atom_marketplace_db::{
    Dialect, Error, Migration, args,
    testing::{each_db, each_db_async},
};

const FIRST: Migration = Migration {
    version: 1,
    name: "items",
    sql: "CREATE TABLE item (id {{id}}, name {{text}} NOT NULL UNIQUE, picture {{bytes}}, weight {{real}});
-- @sqlite
CREATE TABLE dialect AS SELECT 'sqlite' AS name;
-- @postgres
CREATE TABLE dialect AS SELECT 'postgres' AS name;
-- @both
CREATE INDEX item_weight ON item (weight);",
};
const SECOND: Migration =
    Migration { version: 2, name: "more items", sql: "INSERT INTO item (name) VALUES ('lamp'), ('Lamp');" };
const BROKEN: Migration = Migration {
    version: 3,
    name: "broken",
    sql: "INSERT INTO item (name) VALUES ('chair'); INSERT INTO nowhere VALUES (1);",
};

fn refusal(result: Result<impl std::fmt::Debug, Error>) -> String {
    match result {
        Err(Error::Migration(text)) => text,
        other => panic!("not a refused migration: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_series_serves_both() {
    each_db_async(|t| async move {
        assert_eq!(t.db.schema_version().unwrap(), 0);
        let report = t.db.migrate(&[FIRST]).unwrap();
        assert_eq!((report.from, report.to, report.applied), (0, 1, vec![1]));
        let report = t.db.migrate(&[FIRST, SECOND]).unwrap();
        assert_eq!((report.from, report.to, report.applied), (1, 2, vec![2]));
        let report = t.db.migrate(&[FIRST, SECOND]).unwrap();
        assert_eq!((report.from, report.to, report.applied), (2, 2, vec![]));
        assert_eq!(t.db.schema_version().unwrap(), 2);
        let name = match t.db.dialect() {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        };
        let found: Vec<String> = t.db.read(|c| c.all("SELECT name FROM dialect", args![])).await.unwrap();
        assert_eq!(found, [name]);
        let sorted: Vec<(i64, String)> =
            t.db.read(|c| c.all("SELECT id, name FROM item ORDER BY name", args![])).await.unwrap();
        assert_eq!(sorted, [(2, "Lamp".to_owned()), (1, "lamp".to_owned())]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_migration_leaves_nothing() {
    each_db_async(|t| async move {
        let text = refusal(t.db.migrate(&[FIRST, SECOND, BROKEN]));
        assert!(text.starts_with("3 broken: "), "{text}");
        assert_eq!(t.db.schema_version().unwrap(), 2);
        let names: i64 = t.db.read(|c| c.one("SELECT count(*) FROM item", args![])).await.unwrap();
        assert_eq!(names, 2);
    })
    .await;
}

#[test]
fn history_must_agree_with_the_series() {
    each_db(|t| {
        t.db.migrate(&[FIRST, SECOND]).unwrap();
        let text = refusal(t.db.migrate(&[FIRST]));
        assert!(text.contains("version 2") && text.contains("newer release"), "{text}");
        let changed = Migration { sql: "SELECT 1;", ..SECOND };
        assert!(refusal(t.db.migrate(&[FIRST, changed])).contains("another text"));
        let renumbered = Migration { version: 7, ..SECOND };
        assert!(refusal(t.db.migrate(&[FIRST, renumbered])).contains("does not have"));
        let between = Migration { version: 1, ..FIRST };
        assert!(refusal(t.db.migrate(&[FIRST, between])).contains("out of order"));
        // Line endings are the checkout's.
        let sql: &'static str = FIRST.sql.replace('\n', "\r\n").leak();
        t.db.migrate(&[Migration { sql, ..FIRST }, SECOND]).unwrap();
    });
}

#[test]
fn misspelt_help_is_refused() {
    each_db(|t| {
        for (sql, reason) in [("-- @mysql\nSELECT 1;", "@mysql"), ("CREATE TABLE x (y {{blob}});", "{{blob}}")] {
            let text = refusal(t.db.migrate(&[Migration { version: 1, name: "x", sql }]));
            assert!(text.contains(reason), "{text}");
            assert_eq!(t.db.schema_version().unwrap(), 0);
        }
    });
}

#[test]
fn of_nodes_that_start_at_once_one_migrates() {
    each_db(|t| {
        let applied: usize = std::thread::scope(|scope| {
            let nodes: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let db = t.another().unwrap();
                        let report = db.migrate(&[FIRST, SECOND]).unwrap();
                        db.close();
                        assert_eq!(report.to, 2);
                        report.applied.len()
                    })
                })
                .collect();
            nodes.into_iter().map(|node| node.join().unwrap()).sum()
        });
        assert_eq!(applied, 2);
    });
}

/// Rebuilding a table others point to is the SQLite way to change it.
#[test]
fn tables_can_be_rebuilt_but_references_must_hold() {
    each_db(|t| {
        if t.db.dialect() == Dialect::Postgres {
            return;
        }
        let base = Migration {
            version: 1,
            name: "base",
            sql: "CREATE TABLE p (id {{id}}); CREATE TABLE c (p BIGINT REFERENCES p (id));
                  INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);",
        };
        let loses = Migration { version: 2, name: "loses", sql: "DELETE FROM p;" };
        assert!(refusal(t.db.migrate(&[base, loses])).contains("a row of c refers"));
        let rebuilds = Migration {
            version: 2,
            name: "rebuilds",
            sql: "CREATE TABLE q (id {{id}}, name TEXT); INSERT INTO q (id) SELECT id FROM p;
                  DROP TABLE p; ALTER TABLE q RENAME TO p;",
        };
        t.db.migrate(&[base, rebuilds]).unwrap();
    });
}
