//! SQLite: one file, one writer thread that commits in groups, a pool of readers.
//!
//! This module translates statements, rows and errors; `open` makes connections, `writer` and `reader` are the threads,
//! `backup` copies the file while it is in use.

mod backup;
mod open;
mod reader;
mod writer;

use rusqlite::{
    Connection, ErrorCode, Statement, ffi,
    types::{ToSqlOutput, ValueRef as SqliteRef},
};

pub(crate) use backup::backup;
pub(crate) use open::Location;
pub(crate) use reader::reader;
pub(crate) use writer::Writer;

use crate::{
    Error, FromRow, Row, Value, ValueRef,
    error::{Fault, FaultKind},
    row::Source,
};

pub(crate) fn query<T: FromRow>(db: &Connection, sql: &str, args: &[Value], limit: usize) -> Result<Vec<T>, Fault> {
    let mut statement = db.prepare_cached(sql).map_err(fault)?;
    bind(&mut statement, args)?;
    // A statement that writes is always run to its end: SQLite checks foreign keys there.
    let stop_early = statement.readonly();
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(fault)? {
        if found.len() < limit {
            found.push(T::from_row(&Row::new(Source::Sqlite(row)))?);
        }
        if stop_early && found.len() == limit {
            break;
        }
    }
    Ok(found)
}

pub(crate) fn execute(db: &Connection, sql: &str, args: &[Value]) -> Result<u64, Fault> {
    let mut statement = db.prepare_cached(sql).map_err(fault)?;
    bind(&mut statement, args)?;
    if statement.column_count() == 0 {
        return statement.raw_execute().map(|rows| rows as u64).map_err(fault);
    }
    let mut rows = statement.raw_query();
    let mut count = 0;
    while rows.next().map_err(fault)?.is_some() {
        count += 1;
    }
    Ok(count)
}

pub(crate) fn batch(db: &Connection, sql: &str) -> Result<(), Fault> {
    db.execute_batch(sql).map_err(fault)
}

pub(crate) fn column<'r>(row: &'r rusqlite::Row<'_>, index: usize) -> Result<ValueRef<'r>, String> {
    match row.get_ref(index) {
        Ok(SqliteRef::Null) => Ok(ValueRef::Null),
        Ok(SqliteRef::Integer(int)) => Ok(ValueRef::Int(int)),
        Ok(SqliteRef::Real(real)) => Ok(ValueRef::Real(real)),
        Ok(SqliteRef::Text(text)) => std::str::from_utf8(text).map(ValueRef::Text).map_err(|error| error.to_string()),
        Ok(SqliteRef::Blob(bytes)) => Ok(ValueRef::Bytes(bytes)),
        Err(_) => Err("no such column".to_owned()),
    }
}

/// Binds by the digits of the names: SQLite numbers `$2` by where it first appears, PostgreSQL by its digit.
fn bind(statement: &mut Statement<'_>, args: &[Value]) -> Result<(), Fault> {
    let count = statement.parameter_count();
    for position in 1..=count {
        let name = statement.parameter_name(position).unwrap_or("?");
        let number = name.strip_prefix('$').and_then(|digits| digits.parse::<usize>().ok());
        let Some(number) = number.filter(|number| *number > 0) else {
            let message = format!("parameter {name}: parameters are written $1, $2, … (and casts with CAST)");
            return Err(Error::Other(message).into());
        };
        let Some(value) = args.get(number - 1) else {
            return Err(wrong_count(number, args.len()));
        };
        statement.raw_bind_parameter(position, Bound(value)).map_err(fault)?;
    }
    // Distinct names, each within the arguments: fewer of them leaves an argument without a use, as on PostgreSQL.
    if count == args.len() { Ok(()) } else { Err(wrong_count(count, args.len())) }
}

fn wrong_count(wanted: usize, given: usize) -> Fault {
    Error::Other(format!("the statement takes {wanted} arguments, {given} were given")).into()
}

struct Bound<'a>(&'a Value);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => SqliteRef::Null,
            Value::Int(int) => SqliteRef::Integer(*int),
            Value::Real(real) => SqliteRef::Real(*real),
            Value::Text(text) => SqliteRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => SqliteRef::Blob(bytes),
        }))
    }
}

/// Every failure is plain here: SQLite itself says, through `is_autocommit`, when it gave the transaction up.
fn fault(error: rusqlite::Error) -> Fault {
    Fault { error: translate(&error), kind: FaultKind::Plain }
}

pub(crate) fn translate(error: &rusqlite::Error) -> Error {
    let Some(code) = error.sqlite_error() else {
        return Error::other(error);
    };
    let text = error.to_string();
    match (code.code, code.extended_code) {
        (
            ErrorCode::ConstraintViolation,
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID,
        ) => Error::Unique {
            columns: text.split_once("failed: ").map_or(text.as_str(), |(_, columns)| columns).to_owned(),
        },
        (ErrorCode::ConstraintViolation, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Error::ForeignKey,
        (ErrorCode::ConstraintViolation, _) => Error::Constraint(text),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Error::Busy,
        // `query_only` answers so; a file system turned read-only has extended codes of its own.
        (ErrorCode::ReadOnly, ffi::SQLITE_READONLY) => Error::ReadOnly,
        (
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::OutOfMemory
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly,
            _,
        ) => Error::Unavailable(text),
        _ => Error::Other(text),
    }
}
