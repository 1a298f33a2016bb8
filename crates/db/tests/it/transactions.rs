//! What a closure commits, and what it does to its neighbours.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use atom_marketplace_db::{Error, args, testing::each_db_async};
use tokio::task::JoinSet;

use crate::{count, counters, insert};

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_closure_undoes_its_own_work_alone() {
    each_db_async(|t| async move {
        counters(&t.db).await;
        let mut tasks = JoinSet::new();
        for id in 0..50 {
            let db = t.db.clone();
            tasks.spawn(async move {
                db.write(move |c| {
                    c.execute("INSERT INTO counter (id) VALUES ($1)", args![id])?;
                    // One refuses by itself, one runs into the database, one panics.
                    match id {
                        10 => Err(Error::NotFound),
                        20 => c.execute("INSERT INTO counter (id) VALUES ($1)", args![id]).map(drop),
                        30 => panic!("on purpose"),
                        _ => Ok(()),
                    }
                })
                .await
            });
        }
        let (mut failed, mut panicked) = (0, 0);
        while let Some(joined) = tasks.join_next().await {
            match joined {
                Ok(Ok(())) => {}
                Ok(Err(_)) => failed += 1,
                Err(error) => {
                    assert_eq!(error.into_panic().downcast_ref(), Some(&"on purpose"));
                    panicked += 1;
                }
            }
        }
        assert_eq!((failed, panicked), (2, 1));
        let missing: Vec<i64> =
            t.db.read(|c| c.all("SELECT id FROM counter ORDER BY id", args![]))
                .await
                .map(|found: Vec<i64>| (0..50).filter(|id| !found.contains(id)).collect())
                .unwrap();
        assert_eq!(missing, [10, 20, 30]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swallowed_failure_commits_nothing() {
    each_db_async(|t| async move {
        counters(&t.db).await;
        insert(&t.db, 1).await.unwrap();
        let result =
            t.db.write(|c| {
                c.execute("INSERT INTO counter (id) VALUES (2)", args![])?;
                let _ = c.execute("INSERT INTO counter (id) VALUES (1)", args![]);
                // Refused from here on, with the reason.
                let after = c.execute("INSERT INTO counter (id) VALUES (3)", args![]);
                assert!(after.unwrap_err().is_unique());
                Ok::<_, Error>(())
            })
            .await;
        assert!(result.unwrap_err().is_unique());
        assert_eq!(count(&t.db).await, 1);
        insert(&t.db, 2).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_may_not_write() {
    each_db_async(|t| async move {
        counters(&t.db).await;
        for sql in ["INSERT INTO counter (id) VALUES (1)", "DELETE FROM counter", "CREATE TABLE other (id BIGINT)"] {
            let result = t.db.read(move |c| c.execute(sql, args![])).await;
            assert!(matches!(result, Err(Error::ReadOnly)), "{sql}: {result:?}");
        }
        assert_eq!(count(&t.db).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panicking_read_leaves_the_reader_well() {
    each_db_async(|t| async move {
        counters(&t.db).await;
        for _ in 0..8 {
            let db = t.db.clone();
            let task = tokio::spawn(async move {
                db.read(|c| -> Result<(), Error> {
                    c.one::<i64>("SELECT count(*) FROM counter", args![])?;
                    panic!("on purpose")
                })
                .await
            });
            assert!(task.await.unwrap_err().is_panic());
        }
        assert_eq!(count(&t.db).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn increments_are_never_lost() {
    each_db_async(|t| async move {
        counters(&t.db).await;
        insert(&t.db, 1).await.unwrap();
        let mut tasks = JoinSet::new();
        for _ in 0..2 {
            let db = t.db.clone();
            tasks.spawn(async move {
                for _ in 0..200 {
                    db.write(|c| {
                        let n: i64 = c.one("SELECT n FROM counter WHERE id = 1", args![])?;
                        c.execute("UPDATE counter SET n = $1 WHERE id = 1", args![n + 1])
                    })
                    .await
                    .unwrap();
                }
            });
        }
        tasks.join_all().await;
        let n: i64 = t.db.read(|c| c.one("SELECT n FROM counter", args![])).await.unwrap();
        assert_eq!(n, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_writers_are_all_there_after_reopening() {
    each_db_async(|t| async move {
        counters(&t.db).await;
        let mut tasks = JoinSet::new();
        for writer in 0..32 {
            let db = t.db.clone();
            tasks.spawn(async move {
                for n in 0..10 {
                    assert_eq!(insert(&db, writer * 10 + n).await.unwrap(), 1);
                }
            });
        }
        tasks.join_all().await;
        t.db.close();
        let again = t.another().unwrap();
        assert_eq!(count(&again).await, 320);
        again.close();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_caller_never_leaves_half() {
    each_db_async(|t| async move {
        counters(&t.db).await;
        let runs = Arc::new(AtomicU32::new(0));
        for pair in 0..40 {
            let (db, runs) = (t.db.clone(), runs.clone());
            let call = tokio::spawn(async move {
                db.write(move |c| {
                    runs.fetch_add(1, Relaxed);
                    c.execute("INSERT INTO counter (id) VALUES ($1)", args![pair * 2])?;
                    c.execute("INSERT INTO counter (id) VALUES ($1)", args![pair * 2 + 1])
                })
                .await
            });
            if pair % 2 == 0 {
                tokio::task::yield_now().await;
            }
            call.abort();
        }
        // Behind all of them.
        t.db.close();
        let again = t.another().unwrap();
        let halves: i64 = again
            .read(|c| {
                c.one(
                    "SELECT count(*) FROM (SELECT id / 2 FROM counter GROUP BY id / 2 HAVING count(*) <> 2) AS half",
                    args![],
                )
            })
            .await
            .unwrap();
        assert_eq!(halves, 0);
        assert!(count(&again).await <= i64::from(runs.load(Relaxed)) * 2);
        again.close();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_sees_what_was_acknowledged() {
    each_db_async(|t| async move {
        counters(&t.db).await;
        for id in 0..100 {
            insert(&t.db, id).await.unwrap();
            assert_eq!(count(&t.db).await, id + 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_a_commit_follows_no_rollback() {
    each_db_async(|t| async move {
        counters(&t.db).await;
        assert!(t.db.attach(Arc::new(AtomicU32::new(0))));
        assert!(!t.db.attach(Arc::new(AtomicU32::new(9))), "one value a database");
        for (id, succeeds, expected) in [(1, true, 1), (2, false, 1), (1, true, 1), (3, true, 2)] {
            let done = t.db.write(move |c| {
                let found = c.attached::<AtomicU32>().expect("attached above");
                assert!(c.attached::<String>().is_none(), "of another type");
                assert!(found.load(Relaxed) < 9);
                let reached = Arc::new(AtomicU32::new(0));
                let counted = reached.clone();
                c.execute("INSERT INTO counter (id) VALUES ($1)", args![id])?;
                c.after_commit(move || {
                    counted.fetch_add(1, Relaxed);
                });
                assert_eq!(reached.load(Relaxed), 0, "not before the commit");
                if succeeds { Ok(reached) } else { Err(Error::NotFound) }
            });
            // The hook has run by the time that the caller is answered.
            if let Ok(reached) = done.await {
                assert_eq!(reached.load(Relaxed), 1);
                t.db.write(|c| {
                    let total = c.attached::<AtomicU32>().expect("attached above");
                    total.fetch_add(1, Relaxed);
                    Ok::<_, Error>(())
                })
                .await
                .unwrap();
            }
            let total = t.db.write(|c| Ok::<_, Error>(c.attached::<AtomicU32>().unwrap().load(Relaxed))).await;
            assert_eq!(total.unwrap(), expected, "{id}");
        }
    })
    .await;
}
