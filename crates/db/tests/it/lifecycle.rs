//! Opening, full queues, full disks, closing.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant},
};

use atom_marketplace_db::{
    Db, Error, Options, args,
    testing::{TestDb, each_db_async},
};

use crate::{count, counters, insert};

#[test]
fn urls_that_make_no_sense_are_named() {
    for url in ["", "mysql://x", "sqlite:", "sqlite::memory:", "postgres://h:port/x"] {
        let error = Db::open(url, Options::default()).unwrap_err();
        assert!(matches!(error, Error::Other(_)), "{url}: {error:?}");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_unavailable() {
    let error = Db::open("sqlite:/dev/null/x.db", Options::default()).unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    let started = Instant::now();
    let error = Db::open("postgres://nobody@127.0.0.1:1/x", Options::default()).unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(4));
}

/// A server that takes connections and then says `greeting` and nothing more.
fn silent_server(greeting: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut connections = Vec::new();
        for mut connection in listener.incoming().flatten() {
            // The start-up message: its length, then the rest.
            let mut length = [0; 4];
            connection.read_exact(&mut length).unwrap();
            let mut rest = vec![0; u32::from_be_bytes(length) as usize - 4];
            connection.read_exact(&mut rest).unwrap();
            connection.write_all(greeting).unwrap();
            connections.push(connection);
        }
    });
    port
}

#[test]
fn a_server_that_falls_silent_is_unavailable() {
    // "Authenticated" and "ready for queries".
    let greeted: &[u8] = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
    let open = |greeting, said: &str| {
        let port = silent_server(greeting);
        let url = format!("postgres://me@127.0.0.1:{port}/x?sslmode=disable&connect_timeout=1");
        let options = Options { statement_timeout: Duration::from_millis(10), ..Options::default() };
        let started = Instant::now();
        let error = Db::open(&url, options).unwrap_err();
        assert!(matches!(&error, Error::Unavailable(text) if text.contains(said)), "{error:?}");
        assert!(started.elapsed() < Duration::from_secs(4));
    };
    thread::scope(|scope| {
        scope.spawn(|| open(b"", "does not answer"));
        scope.spawn(|| open(greeted, "did not answer in"));
    });
}

#[test]
fn sqlite_takes_both_spellings_and_makes_directories() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a/b/shop.db");
    for url in [format!("sqlite:{}", path.display()), format!("sqlite://{}", path.display())] {
        Db::open(&url, Options::default()).unwrap().close();
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_is_busy_at_once() {
    let options = || Options { readers: 1, queue: 2, postgres_connections: 2, ..Options::default() };
    for t in [Some(TestDb::sqlite_with(options())), TestDb::postgres_with(options())].into_iter().flatten() {
        counters(&t.db).await;
        let gate = Arc::new(Barrier::new(2));
        let entered = Arc::new(Barrier::new(2));
        let held = {
            let (db, gate, entered) = (t.db.clone(), gate.clone(), entered.clone());
            tokio::spawn(async move {
                db.write(move |c| {
                    entered.wait();
                    gate.wait();
                    c.execute("INSERT INTO counter (id) VALUES (0)", args![])
                })
                .await
            })
        };
        tokio::task::spawn_blocking(move || entered.wait()).await.unwrap();
        let waiting: Vec<_> = (1..=2)
            .map(|id| {
                let db = t.db.clone();
                tokio::spawn(async move { insert(&db, id).await })
            })
            .collect();
        while t.db.stats().writes_queued < 2 {
            tokio::task::yield_now().await;
        }
        let refused = insert(&t.db, 3).await.unwrap_err();
        assert!(matches!(refused, Error::Busy) && refused.is_retryable());
        assert_eq!(t.db.stats().refused, 1);
        // Reads have their own way.
        assert_eq!(count(&t.db).await, 0);
        tokio::task::spawn_blocking(move || gate.wait()).await.unwrap();
        held.await.unwrap().unwrap();
        for task in waiting {
            task.await.unwrap().unwrap();
        }
        assert_eq!(count(&t.db).await, 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn closing_finishes_what_is_queued_and_refuses_the_rest() {
    each_db_async(|t| async move {
        counters(&t.db).await;
        let calls: Vec<_> = (0..100)
            .map(|id| {
                let db = t.db.clone();
                tokio::spawn(async move { insert(&db, id).await })
            })
            .collect();
        let db = t.db.clone();
        tokio::task::spawn_blocking(move || db.close()).await.unwrap();
        let mut kept = 0;
        for call in calls {
            match call.await.unwrap() {
                Ok(_) => kept += 1,
                Err(error) => assert!(matches!(error, Error::Unavailable(_)), "{error:?}"),
            }
        }
        t.db.close();
        assert!(matches!(insert(&t.db, 1000).await, Err(Error::Unavailable(_))));
        assert!(matches!(t.db.schema_version(), Err(Error::Unavailable(_))));
        let again = t.another().unwrap();
        assert_eq!(count(&again).await, kept);
        again.close();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_sqlite_empties_the_wal() {
    let t = TestDb::sqlite();
    counters(&t.db).await;
    let path = t.url.strip_prefix("sqlite:").unwrap().to_owned();
    assert!(std::fs::metadata(format!("{path}-wal")).unwrap().len() > 0);
    t.db.close();
    assert!(!std::fs::exists(format!("{path}-wal")).unwrap());
}

/// A limit on the file's pages is SQLite's own full disk.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_unavailable_and_passes() {
    let t = TestDb::sqlite();
    t.db.write(|c| c.batch("CREATE TABLE blob (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")).await.unwrap();
    let limit = async |pages: i64| {
        t.db.write(move |c| c.batch(&format!("PRAGMA max_page_count = {pages}"))).await.unwrap();
    };
    let fill = || {
        let db = t.db.clone();
        async move { db.write(|c| c.execute("INSERT INTO blob (bytes) VALUES (zeroblob(1000000))", args![])).await }
    };
    limit(50).await;
    for _ in 0..3 {
        let error = fill().await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
        let rows: i64 = t.db.read(|c| c.one("SELECT count(*) FROM blob", args![])).await.unwrap();
        assert_eq!(rows, 0);
    }
    // A small write still fits, beside one that does not.
    let (large, small) = tokio::join!(fill(), async {
        t.db.write(|c| c.execute("INSERT INTO blob (bytes) VALUES (zeroblob(10))", args![])).await
    });
    assert!(large.is_err());
    let expected = i64::from(small.is_ok());
    let rows: i64 = t.db.read(|c| c.one("SELECT count(*) FROM blob", args![])).await.unwrap();
    assert_eq!(rows, expected);
    limit(10_000).await;
    fill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_share_commits_on_sqlite() {
    let t = TestDb::sqlite();
    counters(&t.db).await;
    let before = t.db.stats();
    let calls: Vec<_> = (0..200)
        .map(|id| {
            let db = t.db.clone();
            tokio::spawn(async move { insert(&db, id).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let after = t.db.stats();
    assert!(after.commits - before.commits < 200, "{after:?}");
    assert!(after.grouped_writes > 0, "{after:?}");
}
