//! Arguments and rows.

use atom_marketplace_db::{
    Conn, Dialect, Error, FromRow, FromValue, Row, Timestamp, Value, ValueRef, args, testing::each_db_async,
};

#[tokio::test(flavor = "multi_thread")]
async fn arguments_go_by_their_digits() {
    each_db_async(|t| async move {
        let found: (String, String, String) =
            t.db.read(|c| c.one("SELECT CAST($2 AS TEXT), CAST($1 AS TEXT), CAST($2 AS TEXT)", args!["one", "two"]))
                .await
                .unwrap();
        assert_eq!(found, ("two".into(), "one".into(), "two".into()));
        let eleventh: i64 =
            t.db.read(|c| {
                c.one(
                    "SELECT CAST($11 AS BIGINT) + 0 * (CAST($1 AS BIGINT) + CAST($2 AS BIGINT) + CAST($3 AS BIGINT)
                     + CAST($4 AS BIGINT) + CAST($5 AS BIGINT) + CAST($6 AS BIGINT) + CAST($7 AS BIGINT)
                     + CAST($8 AS BIGINT) + CAST($9 AS BIGINT) + CAST($10 AS BIGINT))",
                    args![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
                )
            })
            .await
            .unwrap();
        assert_eq!(eleventh, 11);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_of_arguments_is_an_error() {
    each_db_async(|t| async move {
        for args in [vec![], vec![Value::Int(1), Value::Int(2)]] {
            let result = t.db.read(move |c| c.one::<i64>("SELECT CAST($1 AS BIGINT)", &args)).await;
            assert!(matches!(result, Err(Error::Other(_))), "{result:?}");
        }
    })
    .await;
}

const KINDS: &str = "CREATE TABLE kind (id BIGINT PRIMARY KEY, i BIGINT, r DOUBLE PRECISION, t TEXT, b BYTEA)";

fn kinds(c: &mut Conn<'_>) -> Result<(), Error> {
    match c.dialect() {
        Dialect::Sqlite => c.batch(&KINDS.replace("BYTEA", "BLOB")),
        Dialect::Postgres => c.batch(KINDS),
    }
}

/// Every kind of value, and the two ways to write a row type.
#[derive(Debug, Clone, PartialEq)]
struct Kind {
    i: Option<i64>,
    r: Option<f64>,
    t: Option<String>,
    b: Option<Vec<u8>>,
}

impl FromRow for Kind {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { i: row.get("i")?, r: row.get("r")?, t: row.get("t")?, b: row.get("b")? })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_comes_back_as_it_went() {
    let cases = [
        (None, None, None, None),
        (Some(0), Some(0.0), Some(""), Some(&[][..])),
        (Some(i64::MAX), Some(f64::MAX), Some("ß 漢字 🦀 '; --\u{1}"), Some(&[0, 255, 10][..])),
        (Some(i64::MIN), Some(-0.1), Some(" $1 {{id}} "), Some(b"text".as_slice())),
    ];
    each_db_async(|t| async move {
        t.db.write(kinds).await.unwrap();
        for (id, (i, r, text, b)) in cases.into_iter().enumerate() {
            let kind = Kind { i, r, t: text.map(Into::into), b: b.map(Into::into) };
            let given = kind.clone();
            t.db.write(move |c| {
                c.execute(
                    "INSERT INTO kind (id, i, r, t, b) VALUES ($1, $2, $3, $4, $5)",
                    args![id, given.i, given.r, &given.t, &given.b],
                )
            })
            .await
            .unwrap();
            let found: Kind = t.db.read(move |c| c.one("SELECT * FROM kind WHERE id = $1", args![id])).await.unwrap();
            assert_eq!(found, kind);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rust_types_come_from_columns() {
    each_db_async(|t| async move {
        t.db.read(|c| {
            let time = Timestamp::from_micros(1_700_000_000_000_001);
            assert_eq!(c.one::<Timestamp>("SELECT CAST($1 AS BIGINT)", args![time])?, time);
            assert_eq!(
                c.one::<(bool, bool, Option<u64>)>(
                    "SELECT CAST($1 AS BIGINT), 1 = 2, CAST(NULL AS BIGINT)",
                    args![true]
                )?,
                (true, false, None)
            );
            let negative = c.one::<u64>("SELECT CAST(-1 AS BIGINT)", args![]);
            assert!(matches!(negative, Err(Error::Column { .. })), "{negative:?}");
            let null = c.one::<i64>("SELECT CAST(NULL AS BIGINT) AS missing", args![]);
            assert_eq!(null.unwrap_err().to_string(), "column 0: expected an integer, found NULL");
            let unknown = c.one::<Named>("SELECT 1 AS other", args![]);
            assert_eq!(unknown.unwrap_err().to_string(), "column name: no such column");
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
        let bytes = [7_u8; 32];
        t.db.write(kinds).await.unwrap();
        t.db.write(move |c| c.execute("INSERT INTO kind (id, b) VALUES (1, $1)", args![bytes])).await.unwrap();
        let found: [u8; 32] = t.db.read(|c| c.one("SELECT b FROM kind", args![])).await.unwrap();
        assert_eq!(found, bytes);
        let short = t.db.read(|c| c.one::<[u8; 16]>("SELECT b FROM kind", args![])).await;
        assert_eq!(short.unwrap_err().to_string(), "column 0: expected 16 bytes, found 32");
    })
    .await;
}

#[derive(Debug)]
struct Named;

impl FromRow for Named {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        row.get::<String>("name").map(|_| Self)
    }
}

/// A domain type needs one `From` and one `FromValue` to be an argument and a column.
#[derive(Debug, Clone, PartialEq)]
enum Colour {
    Red,
}

impl From<Colour> for Value {
    fn from(_: Colour) -> Self {
        "red".into()
    }
}

impl FromValue for Colour {
    fn from_value(value: ValueRef<'_>) -> Result<Self, String> {
        match value.text()? {
            "red" => Ok(Self::Red),
            other => Err(format!("{other} is no colour")),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn domain_types_take_part() {
    each_db_async(|t| async move {
        let sql = "SELECT CAST($1 AS TEXT), CAST($2 AS TEXT)";
        let found: (Colour, Option<Colour>) =
            t.db.read(move |c| c.one(sql, args![Colour::Red, None::<Colour>])).await.unwrap();
        assert_eq!(found, (Colour::Red, None));
        let wrong = t.db.read(move |c| c.one::<(Colour, i64)>(sql, args!["blue", ""])).await;
        assert_eq!(wrong.unwrap_err().to_string(), "column 0: blue is no colour");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_first_all_and_execute_count_rows() {
    each_db_async(|t| async move {
        crate::counters(&t.db).await;
        let changed =
            t.db.write(|c| {
                assert_eq!(
                    c.one::<i64>("SELECT id FROM counter", args![]).unwrap_err().to_string(),
                    "no row was found"
                );
                let inserted = c.execute("INSERT INTO counter (id) VALUES (1), (2), (3)", args![])?;
                let returned: i64 = c.one("INSERT INTO counter (id) VALUES (4) RETURNING id", args![])?;
                let counted = c.execute("UPDATE counter SET n = 1 WHERE id > $1 RETURNING id", args![1])?;
                Ok::<_, Error>((inserted, returned, counted))
            })
            .await
            .unwrap();
        assert_eq!(changed, (3, 4, 3));
        t.db.read(|c| {
            assert!(matches!(c.one::<i64>("SELECT id FROM counter", args![]), Err(Error::TooMany)));
            assert_eq!(c.first::<i64>("SELECT id FROM counter ORDER BY id DESC", args![])?, Some(4));
            assert_eq!(c.first::<i64>("SELECT id FROM counter WHERE id = 9", args![])?, None);
            assert_eq!(c.all::<i64>("SELECT id FROM counter ORDER BY id", args![])?, [1, 2, 3, 4]);
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_say_the_same_on_both() {
    each_db_async(|t| async move {
        t.db.write(|c| {
            c.batch(
                "CREATE TABLE parent (id BIGINT PRIMARY KEY, a TEXT, b TEXT NOT NULL, UNIQUE (a, b));
                 CREATE TABLE child (parent BIGINT NOT NULL REFERENCES parent (id), n BIGINT CHECK (n > 0));
                 INSERT INTO parent VALUES (1, 'x', 'y');",
            )
        })
        .await
        .unwrap();
        let refused = async |sql: &'static str| t.db.write(move |c| c.execute(sql, args![])).await.unwrap_err();
        let twice = refused("INSERT INTO parent VALUES (2, 'x', 'y')").await;
        assert!(twice.is_unique() && !twice.is_retryable());
        assert_eq!(twice.to_string(), "a unique value is taken: parent.a, parent.b");
        let key = refused("INSERT INTO parent VALUES (1, 'z', 'z')").await;
        assert_eq!(key.to_string(), "a unique value is taken: parent.id");
        assert!(matches!(refused("INSERT INTO child VALUES (9, 1)").await, Error::ForeignKey));
        assert!(matches!(refused("INSERT INTO child VALUES (1, 0)").await, Error::Constraint(_)));
        assert!(matches!(refused("INSERT INTO parent VALUES (3, 'q', NULL)").await, Error::Constraint(_)));
        assert!(matches!(refused("INSERT INTO nowhere VALUES (1)").await, Error::Other(_)));
    })
    .await;
}
