//! SQL of the full-text indexes. A lookup is "each of these, one word or facet of each"; the two databases are asked the
//! same thing in their own languages, and both answer in the order of the search key: the most popular first.

use atom_marketplace_db::{Conn, Dialect, Error, FromRow, Row, args};
use atom_marketplace_protocol::ids::Kind;

use crate::catalog::rank::Shelf;

/// What a document must hold.
#[derive(Clone, Debug)]
pub(in crate::catalog) struct Term {
    pub(in crate::catalog) word: String,
    /// Any word that begins so.
    pub(in crate::catalog) prefix: bool,
}

impl Term {
    pub(in crate::catalog) fn word(word: impl Into<String>) -> Self {
        Self { word: word.into(), prefix: false }
    }
}

/// Which of the two indexes.
#[derive(Clone, Copy, Debug)]
pub(in crate::catalog) enum Index {
    /// Names, ids, tags and capabilities.
    Head,
    /// Those and everything else.
    All,
}

/// Documents of a shelf that hold one term of every clause: their search keys, the most popular first. For a common word
/// PostgreSQL best reads the shelf from its beginning until it has enough, for a rare one its list of documents: its
/// statistics say which, so each query is planned for itself.
pub(in crate::catalog) fn lookup(
    c: &mut Conn<'_>,
    index: Index,
    shelf: Shelf,
    clauses: &[Vec<Term>],
    min_rating: Option<f64>,
    limit: usize,
) -> Result<Vec<i64>, Error> {
    let rated = |key: &str| match min_rating {
        Some(_) => {
            format!("AND EXISTS (SELECT 1 FROM component c WHERE c.id = ({key} & 1099511627775) AND c.average >= $5)")
        }
        None => String::new(),
    };
    let sql = match (c.dialect(), index) {
        (Dialect::Sqlite, index) => {
            let table = match index {
                Index::Head => "search_head",
                Index::All => "search_all",
            };
            let rated = rated(&format!("{table}.rowid"));
            format!(
                "SELECT rowid FROM {table} WHERE {table} MATCH $1 AND rowid BETWEEN $2 AND $3 {rated} ORDER BY rowid LIMIT $4"
            )
        }
        (Dialect::Postgres, index) => {
            let column = match index {
                Index::Head => "head",
                Index::All => "body",
            };
            let rated = rated("search_doc.search_key");
            format!(
                "SELECT search_key FROM search_doc WHERE {column} @@ CAST(CAST($1 AS TEXT) AS TSQUERY)
                   AND search_key BETWEEN $2 AND $3 {rated} ORDER BY search_key LIMIT $4"
            )
        }
    };
    let query = expression(c.dialect(), clauses);
    let (first, last) = shelf.range();
    match min_rating {
        Some(rating) => c.all_planned(&sql, args![query, first, last, limit, rating]),
        None => c.all_planned(&sql, args![query, first, last, limit]),
    }
}

/// The clauses in the database's query language. Words are letters, digits and marks, so quotes around them suffice.
fn expression(dialect: Dialect, clauses: &[Vec<Term>]) -> String {
    let (and, or) = match dialect {
        Dialect::Sqlite => (" AND ", " OR "),
        Dialect::Postgres => (" & ", " | "),
    };
    let term = |term: &Term| match (dialect, term.prefix) {
        (Dialect::Sqlite, false) => format!("\"{}\"", term.word),
        (Dialect::Sqlite, true) => format!("\"{}\" *", term.word),
        (Dialect::Postgres, false) => format!("'{}'", term.word),
        (Dialect::Postgres, true) => format!("'{}':*", term.word),
    };
    let clauses: Vec<String> = clauses
        .iter()
        .map(|terms| {
            let terms: Vec<String> = terms.iter().map(term).collect();
            format!("({})", terms.join(or))
        })
        .collect();
    clauses.join(and)
}

/// A public component's words, for the vocabulary.
#[derive(Debug)]
pub(in crate::catalog) struct Wording {
    pub(in crate::catalog) rank: i64,
    pub(in crate::catalog) seq: i64,
    pub(in crate::catalog) name: String,
    pub(in crate::catalog) summary: String,
}

impl FromRow for Wording {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { rank: row.at(0)?, seq: row.at(1)?, name: row.at(2)?, summary: row.at(3)? })
    }
}

/// The wording of public components of a kind, from the most popular on, behind this place.
pub(in crate::catalog) fn wordings(
    c: &mut Conn<'_>,
    kind: Kind,
    (rank, seq): (i64, i64),
    limit: usize,
) -> Result<Vec<Wording>, Error> {
    c.all(
        "SELECT c.rank, c.seq, c.name, c.summary FROM component c
         WHERE c.kind = $1 AND c.listed = 1 AND (c.rank, c.seq) < ($2, $3) ORDER BY c.rank DESC, c.seq DESC LIMIT $4",
        args![kind.code(), rank, seq, limit],
    )
}

/// The wording of the public components with this id.
pub(in crate::catalog) fn wordings_of(c: &mut Conn<'_>, kind: Kind, id: &str) -> Result<Vec<Wording>, Error> {
    c.all(
        "SELECT c.rank, c.seq, c.name, c.summary FROM component c WHERE c.kind = $1 AND c.slug = $2 AND c.listed = 1
         ORDER BY c.seq LIMIT 20",
        args![kind.code(), id],
    )
}
