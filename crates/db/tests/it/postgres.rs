//! What only a server can do: conflict, go away, notify.

use std::{
    sync::{Mutex, mpsc},
    time::{Duration, Instant},
};

use atom_marketplace_db::{Error, Options, args, testing::TestDb};

use crate::{count, counters, insert};

#[tokio::test(flavor = "multi_thread")]
async fn conflicts_are_run_again_whatever_the_closure_makes_of_them() {
    let Some(t) = TestDb::postgres() else { return };
    counters(&t.db).await;
    insert(&t.db, 1).await.unwrap();
    let calls: Vec<_> = (0..4)
        .map(|_| {
            let db = t.db.clone();
            tokio::spawn(async move {
                for _ in 0..25 {
                    db.write(|c| {
                        let n: i64 = c.one("SELECT n FROM counter WHERE id = 1", args![])?;
                        // Hides the conflict in an error of its own.
                        c.execute("UPDATE counter SET n = $1 WHERE id = 1", args![n + 1]).map_err(|_| Error::NotFound)
                    })
                    .await
                    .unwrap();
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let n: i64 = t.db.read(|c| c.one("SELECT n FROM counter", args![])).await.unwrap();
    assert_eq!(n, 100);
    assert!(t.db.stats().retries > 0, "{:?}", t.db.stats());
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_that_all_conflict_all_get_through() {
    let Some(t) = TestDb::postgres() else { return };
    counters(&t.db).await;
    let other = t.another().unwrap();
    let calls: Vec<_> = (0..96_i64)
        .map(|call| {
            let db = if call % 2 == 0 { t.db.clone() } else { other.clone() };
            tokio::spawn(async move {
                db.write(move |c| {
                    // Everyone reads what everyone else changes.
                    let seen: i64 = c.one("SELECT count(*) FROM counter", args![])?;
                    c.execute("INSERT INTO counter (id, n) VALUES ($1, $1)", args![seen]).map(|_| ())
                })
                .await
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap().expect("nobody is turned away");
    }
    assert_eq!(count(&t.db).await, 96);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_other_rows_do_not_conflict() {
    let Some(t) = TestDb::postgres() else { return };
    counters(&t.db).await;
    for id in 0..4 {
        insert(&t.db, id).await.unwrap();
    }
    let before = t.db.stats().retries;
    let calls: Vec<_> = (0..2)
        .map(|id| {
            let db = t.db.clone();
            tokio::spawn(async move {
                for _ in 0..50 {
                    db.write(move |c| {
                        let n: i64 = c.one("SELECT n FROM counter WHERE id = $1", args![id])?;
                        c.execute("UPDATE counter SET n = $1 WHERE id = $2", args![n + 1, id])
                    })
                    .await
                    .unwrap();
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    // Index pages are shared by a table this small, so a few remain.
    let retries = t.db.stats().retries - before;
    assert!(retries < 50, "{retries} of 100 conflicted");
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_by_statement_stands_in_nobodys_way() {
    let Some(t) = TestDb::postgres() else { return };
    counters(&t.db).await;
    for id in 0..4 {
        insert(&t.db, id).await.unwrap();
    }
    let before = t.db.stats().retries;
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let db = t.db.clone();
            tokio::spawn(async move {
                for _ in 0..25 {
                    // Reads all, so that as serializable transactions no two could run side by side.
                    db.write_by_statement(|c| {
                        let _: i64 = c.one("SELECT CAST(sum(n) AS BIGINT) FROM counter", args![])?;
                        c.execute("UPDATE counter SET n = n + 1 WHERE id = 1", args![]).map(drop)
                    })
                    .await
                    .unwrap();
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let n: i64 = t.db.read(|c| c.one("SELECT n FROM counter WHERE id = 1", args![])).await.unwrap();
    assert_eq!(n, 200);
    assert_eq!(t.db.stats().retries, before);
}

/// Ends every other connection of this test's schema.
async fn terminate(t: &TestDb, name: &'static str) {
    let admin = t.another().unwrap();
    admin
        .read(move |c| {
            c.all::<bool>(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                 WHERE application_name = $1 AND pid <> pg_backend_pid()",
                args![name],
            )
        })
        .await
        .unwrap();
    admin.close();
}

/// A database whose connections can be told from those of other tests.
fn named(t: &TestDb, name: &str) -> atom_marketplace_db::Db {
    let options = Options { postgres_connections: 4, ..Options::default() };
    atom_marketplace_db::Db::open(&format!("{}&application_name={name}", t.url), options).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_connections_are_made_again_unnoticed() {
    let Some(t) = TestDb::postgres() else { return };
    let db = named(&t, "atom_reconnect");
    counters(&db).await;
    for id in 0..6 {
        insert(&db, id).await.unwrap();
        assert_eq!(count(&db).await, id + 1);
        terminate(&t, "atom_reconnect").await;
    }
    assert_eq!(count(&db).await, 6);
    assert!(db.stats().reconnects > 0);
    db.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_inside_a_transaction_runs_it_again() {
    let Some(t) = TestDb::postgres() else { return };
    let db = named(&t, "atom_inside");
    counters(&db).await;
    let runs = std::sync::Arc::new(Mutex::new(0));
    let (counted, runtime) = (runs.clone(), tokio::runtime::Handle::current());
    let t = std::sync::Arc::new(t);
    let other = t.clone();
    db.write(move |c| {
        c.execute("INSERT INTO counter (id) VALUES (1)", args![])?;
        let first = {
            let mut runs = counted.lock().unwrap();
            *runs += 1;
            *runs == 1
        };
        if first {
            runtime.block_on(terminate(&other, "atom_inside"));
        }
        c.execute("INSERT INTO counter (id) VALUES (2)", args![])
    })
    .await
    .unwrap();
    assert_eq!(*runs.lock().unwrap(), 2);
    assert_eq!(count(&db).await, 2);
    db.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_statement_is_stopped() {
    let options = Options { statement_timeout: Duration::from_millis(100), ..Options::default() };
    let Some(t) = TestDb::postgres_with(options) else { return };
    let started = Instant::now();
    let result = t.db.read(|c| c.one::<Option<String>>("SELECT pg_sleep(10)", args![])).await;
    assert!(matches!(result, Err(Error::Unavailable(_))), "{result:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
    let fine: i64 = t.db.read(|c| c.one("SELECT 1", args![])).await.unwrap();
    assert_eq!(fine, 1);
}

type Typed = (i64, i64, f64, String, String, String, bool, String);

#[tokio::test(flavor = "multi_thread")]
async fn values_take_the_types_the_server_inferred() {
    let Some(t) = TestDb::postgres() else { return };
    t.db.write(|c| {
        c.batch(
            "CREATE TYPE mood AS ENUM ('glad');
             CREATE TABLE typed (s SMALLINT, i INTEGER, f REAL, v VARCHAR(9), j JSON, jb JSONB, b BOOLEAN, m mood)",
        )?;
        c.execute(
            "INSERT INTO typed VALUES ($1, $1, $2, $3, $4, $4, $5, $6)",
            args![7, 0.5, "x", "{\"a\": 1}", true, "glad"],
        )
    })
    .await
    .unwrap_err();
    // One parameter has one type: SMALLINT and INTEGER cannot share it.
    t.db.write(|c| {
        c.batch(
            "CREATE TYPE mood AS ENUM ('glad');
             CREATE TABLE typed (s SMALLINT, i INTEGER, f REAL, v VARCHAR(9), j JSON, jb JSONB, b BOOLEAN, m mood)",
        )?;
        c.execute(
            "INSERT INTO typed VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![7, 8, 0.5, "x", "{\"a\": 1}", "{\"a\":1}", true, "glad"],
        )
    })
    .await
    .unwrap();
    let found: Typed = t.db.read(|c| c.one("SELECT * FROM typed", args![])).await.unwrap();
    let json = || "{\"a\": 1}".to_owned();
    assert_eq!(found, (7, 8, 0.5, "x".to_owned(), json(), json(), true, "glad".to_owned()));

    let wrong = |sql: &'static str, args: Vec<atom_marketplace_db::Value>| {
        let db = t.db.clone();
        async move { db.read(move |c| c.one::<i64>(sql, &args)).await.unwrap_err().to_string() }
    };
    let sum = wrong("SELECT sum(CAST(1 AS BIGINT))", vec![]).await;
    assert!(sum.contains("CAST it to BIGINT"), "{sum}");
    let text = wrong("SELECT CAST($1 AS BIGINT)", vec!["x".into()]).await;
    assert!(text.contains("text was given where PostgreSQL expects int8"), "{text}");
    let int = wrong("SELECT length($1)", vec![1.into()]).await;
    assert!(int.contains("an integer was given where PostgreSQL expects text"), "{int}");
    let large = wrong("SELECT i FROM typed WHERE s = $1", vec![70_000.into()]).await;
    assert!(large.contains("out of range"), "{large}");
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_outlive_a_change_of_their_table() {
    let Some(t) = TestDb::postgres() else { return };
    counters(&t.db).await;
    insert(&t.db, 1).await.unwrap();
    let everything = |c: &mut atom_marketplace_db::Conn<'_>| c.one::<i64>("SELECT * FROM counter", args![]);
    let other = t.another().unwrap();
    for column in ["a", "b"] {
        for _ in 0..8 {
            assert_eq!(t.db.read(everything).await.unwrap(), 1);
            assert_eq!(t.db.write(everything).await.unwrap(), 1);
        }
        other.write(move |c| c.batch(&format!("ALTER TABLE counter ADD COLUMN {column} BIGINT"))).await.unwrap();
    }
    assert_eq!(t.db.read(everything).await.unwrap(), 1);
    assert_eq!(t.db.write(everything).await.unwrap(), 1);
    other.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_reach_other_nodes_at_commit() {
    let Some(t) = TestDb::postgres() else { return };
    let db = named(&t, "atom_listen");
    let (heard, hears) = mpsc::channel();
    db.listen("news", move |payload| {
        // The test may be over.
        let _ = heard.send(payload.to_owned());
    });
    let next = || hears.recv_timeout(Duration::from_secs(10)).unwrap();
    // The listener is there once it hears something.
    loop {
        t.db.write(|c| c.notify("news", "hello?")).await.unwrap();
        if hears.recv_timeout(Duration::from_millis(50)).is_ok() {
            break;
        }
    }
    t.db.write(|c| {
        c.notify("other", "not this")?;
        c.notify("news", "not this")?;
        Err::<(), _>(Error::NotFound)
    })
    .await
    .unwrap_err();
    t.db.write(|c| c.notify("news", "lamp")).await.unwrap();
    let mut payload = next();
    while payload == "hello?" {
        payload = next();
    }
    assert_eq!(payload, "lamp");
    // After a lost connection: an empty one, then as before.
    terminate(&t, "atom_listen").await;
    assert_eq!(next(), "");
    t.db.write(|c| c.notify("news", "chair")).await.unwrap();
    assert_eq!(next(), "chair");
    db.close();
    let long = "x".repeat(60);
    let refused = t.db.write(move |c| c.notify(&long, "")).await;
    assert!(matches!(refused, Err(Error::Other(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_held_while_its_process_is_there() {
    let Some(t) = TestDb::postgres() else { return };
    let db = named(&t, "atom_hold");
    let held = async |name: i32| t.db.read(move |c| c.is_held(name)).await.unwrap();
    assert!(!held(7).await);
    db.listen_as("news", 7, |_| {});
    let until = async |wanted: bool| {
        for _ in 0..400 {
            if held(7).await == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it should be {wanted}");
    };
    until(true).await;
    assert!(!held(8).await);
    // Another schema has names of its own.
    if let Some(other) = TestDb::postgres() {
        assert!(!other.db.read(|c| c.is_held(7)).await.unwrap());
    }
    // Lost with the connection, and taken again with the next.
    terminate(&t, "atom_hold").await;
    until(true).await;
    db.close();
    until(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_takes_notifications_for_nothing() {
    let t = TestDb::sqlite();
    t.db.listen("news", |_| {});
    t.db.write(|c| c.notify("news", "lamp")).await.unwrap();
}
