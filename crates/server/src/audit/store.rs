//! SQL of the record.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, Value, args};
use atom_marketplace_protocol::audit::AuditLine;

use super::chain::{Hash, Link};
use super::verify::hex;
use super::{Filter, Of};
use crate::paging::Window;

/// Takes the next number of a chain, and the hash of its last entry; an empty one where there is none. The row is locked
/// first: of two writers that read the same end, PostgreSQL would refuse one as a duplicate, not as one to be tried again.
pub(super) fn next(c: &mut Conn<'_>, chain: i64) -> Result<(i64, Vec<u8>), Error> {
    c.one(
        "INSERT INTO audit_chain (chain, number, hash) VALUES ($1, 1, $2)
         ON CONFLICT (chain) DO UPDATE SET number = audit_chain.number + 1 RETURNING number, hash",
        args![chain, [].as_slice()],
    )
}

/// The id of the tenant that a chain belongs to.
pub(super) fn name_of(c: &mut Conn<'_>, chain: i64) -> Result<Option<String>, Error> {
    c.first("SELECT slug FROM tenant WHERE id = $1", args![chain])
}

/// Writes an entry and the new end of its chain.
pub(super) fn append(c: &mut Conn<'_>, chain: i64, link: &Link<'_>, hash: &Hash) -> Result<(), Error> {
    c.execute(
        "INSERT INTO audit_log (chain, number, at, actor, action, target, details, request_id, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            chain,
            link.number,
            link.at,
            link.actor,
            link.action,
            link.target,
            link.details,
            link.request_id,
            hash.as_slice()
        ],
    )?;
    c.execute("UPDATE audit_chain SET hash = $2 WHERE chain = $1", args![chain, hash.as_slice()]).map(|_| ())
}

/// Columns of an entry, with the name of its chain.
const LINE: &str =
    "SELECT a.chain, t.slug, a.number, a.at, a.actor, a.action, a.target, a.details, a.request_id, a.hash
     FROM audit_log a LEFT JOIN tenant t ON t.id = a.chain";

impl FromRow for Numbered {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let at: Timestamp = row.get("at")?;
        let line = AuditLine {
            tenant_id: row.get("slug")?,
            number: row.get("number")?,
            at: at.to_string(),
            at_us: at.as_micros(),
            actor: row.get("actor")?,
            action: row.get("action")?,
            target: row.get("target")?,
            details: row.get("details")?,
            request_id: row.get("request_id")?,
            hash: hex(&row.get::<Vec<u8>>("hash")?),
        };
        Ok(Self { chain: row.get("chain")?, line })
    }
}

/// An entry with the key of its chain.
pub(super) struct Numbered {
    pub(super) chain: i64,
    pub(super) line: AuditLine,
}

impl Numbered {
    /// Its place among all.
    pub(super) fn key(&self) -> (i64, i64, i64) {
        (self.line.at_us, self.chain, self.line.number as i64)
    }
}

/// The key of a tenant's chain; a tenant that was deleted keeps it.
pub(super) fn chain_of(c: &mut Conn<'_>, tenant: &str) -> Result<Option<i64>, Error> {
    c.first("SELECT id FROM tenant WHERE slug = $1", args![tenant])
}

/// Where a chain ends: number and hash.
pub(super) fn end(c: &mut Conn<'_>, chain: i64) -> Result<Option<(i64, Vec<u8>)>, Error> {
    c.first("SELECT number, hash FROM audit_chain WHERE chain = $1", args![chain])
}

/// The keys of chains that have an end, or should: those of tenants.
pub(super) fn ends(c: &mut Conn<'_>) -> Result<Vec<i64>, Error> {
    c.all("SELECT chain FROM audit_chain UNION SELECT id FROM tenant", args![])
}

/// Whether there are entries behind the chain's end.
pub(super) fn reaches_beyond(c: &mut Conn<'_>, chain: i64) -> Result<bool, Error> {
    // In one statement, so that an entry and the end that it moves are seen together.
    let beyond: Option<i64> = c.first(
        "SELECT a.number FROM audit_log a WHERE a.chain = $1
             AND a.number > COALESCE((SELECT e.number FROM audit_chain e WHERE e.chain = $1), 0) LIMIT 1",
        args![chain],
    )?;
    Ok(beyond.is_some())
}

/// Entries of a chain behind a number, up to another, in order.
pub(super) fn lines(c: &mut Conn<'_>, chain: i64, after: i64, upto: i64, limit: u64) -> Result<Vec<AuditLine>, Error> {
    let sql = format!("{LINE} WHERE a.chain = $1 AND a.number > $2 AND a.number <= $3 ORDER BY a.number LIMIT $4");
    let rows: Vec<Numbered> = c.all(&sql, args![chain, after, upto, limit])?;
    Ok(rows.into_iter().map(|row| row.line).collect())
}

/// A page of entries, latest first: of one chain by their numbers, of all by their times.
pub(super) fn page(
    c: &mut Conn<'_>,
    of: Of,
    filter: &Filter,
    window: &Window<(i64, i64, i64)>,
) -> Result<Vec<Numbered>, Error> {
    let (mut conditions, mut arguments) = conditions(of, filter);
    if let Some((at, chain, number)) = window.after {
        match of {
            Of::Chain(_) => conditions.push(format!("a.number < {}", put(&mut arguments, number))),
            Of::All => {
                let (at, chain, number) =
                    (put(&mut arguments, at), put(&mut arguments, chain), put(&mut arguments, number));
                conditions.push(format!("(a.at, a.chain, a.number) < ({at}, {chain}, {number})"));
            }
        }
    }
    let order = match of {
        Of::Chain(_) => "a.number DESC",
        Of::All => "a.at DESC, a.chain DESC, a.number DESC",
    };
    let (limit, offset) = (put(&mut arguments, window.limit()), put(&mut arguments, window.offset()));
    let sql = format!("{LINE} WHERE {} ORDER BY {order} LIMIT {limit} OFFSET {offset}", conditions.join(" AND "));
    c.all(&sql, &arguments)
}

/// How many entries there are.
pub(super) fn total(c: &mut Conn<'_>, of: Of, filter: &Filter) -> Result<u64, Error> {
    if *filter == Filter::default() {
        // The numbers of a chain have no gaps, so its last one counts it.
        return match of {
            Of::Chain(chain) => Ok(end(c, chain)?.map_or(0, |(number, _)| number as u64)),
            Of::All => c.one("SELECT CAST(COALESCE(sum(number), 0) AS BIGINT) FROM audit_chain", args![]),
        };
    }
    let (conditions, arguments) = conditions(of, filter);
    c.one(&format!("SELECT count(*) FROM audit_log a WHERE {}", conditions.join(" AND ")), &arguments)
}

fn conditions(of: Of, filter: &Filter) -> (Vec<String>, Vec<Value>) {
    let (mut conditions, mut arguments) = (Vec::new(), Vec::new());
    match of {
        Of::Chain(chain) => conditions.push(format!("a.chain = {}", put(&mut arguments, chain))),
        Of::All => conditions.push("a.chain >= 0".to_owned()),
    }
    for (column, value) in [("actor", &filter.actor), ("target", &filter.target)] {
        if let Some(value) = value {
            conditions.push(format!("a.{column} = {}", put(&mut arguments, value)));
        }
    }
    if let Some(action) = &filter.action {
        let value = put(&mut arguments, action);
        // `component.` stands for all that is done to components.
        conditions.push(if action.ends_with('.') {
            format!("substr(a.action, 1, length({value})) = {value}")
        } else {
            format!("a.action = {value}")
        });
    }
    for (comparison, at) in [(">=", filter.from), ("<", filter.to)] {
        if let Some(at) = at {
            conditions.push(format!("a.at {comparison} {}", put(&mut arguments, at)));
        }
    }
    (conditions, arguments)
}

/// Adds an argument and returns how the statement names it.
fn put(arguments: &mut Vec<Value>, value: impl Into<Value>) -> String {
    arguments.push(value.into());
    format!("${}", arguments.len())
}
