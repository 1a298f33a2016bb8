//! PostgreSQL: pools of threads, each with a blocking client of its own.
//!
//! This module translates rows and errors; `url` reads the settings, `tls` encrypts, `client` and
//! `session` are one connection, `pool` the threads, `listen` the notifications. A blocking client panics inside an async
//! runtime, so it never leaves its thread.

mod client;
mod listen;
mod pool;
mod session;
mod tls;
mod types;
mod url;

pub(crate) use listen::listen;
pub(crate) use pool::{Access, Worker};
pub(crate) use session::{Server, Session, run_once};
pub(crate) use types::column;

use tokio_postgres::error::{DbError, SqlState};

use crate::{
    Error,
    error::{Fault, FaultKind},
};

/// What an error of the client means for the transaction and the connection.
fn fault(error: &tokio_postgres::Error) -> Fault {
    let Some(db) = error.as_db_error() else {
        let io = std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        return if error.is_closed() || io {
            lost(describe(error))
        } else {
            // A value that does not fit its parameter, most of all; the source says which.
            Error::Other(describe(error)).into()
        };
    };
    let code = db.code();
    let text = db.message().to_owned();
    let error = match *code {
        SqlState::UNIQUE_VIOLATION => Error::Unique { columns: columns(db) },
        SqlState::FOREIGN_KEY_VIOLATION => Error::ForeignKey,
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
            return Fault { error: Error::Busy, kind: FaultKind::Conflict };
        }
        SqlState::READ_ONLY_SQL_TRANSACTION => Error::ReadOnly,
        SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => Error::Unavailable(text),
        _ if is_stale_statement(db) => return Fault { error: Error::Busy, kind: FaultKind::Stale },
        _ => match &code.code()[..2] {
            "23" => Error::Constraint(text),
            // Connection exceptions, an administrator's shutdown, a session or a server in recovery.
            "08" | "57" => return lost(text),
            // No disk, memory or connection slot; I/O errors.
            "53" | "58" => Error::Unavailable(text),
            _ => Error::Other(format!("{text} ({})", code.code())),
        },
    };
    error.into()
}

fn lost(reason: String) -> Fault {
    Fault { error: Error::Unavailable(reason), kind: FaultKind::Lost }
}

/// A prepared statement that a migration of another node outdated, or that a proxy forgot.
fn is_stale_statement(error: &DbError) -> bool {
    error.routine() == Some("RevalidateCachedQuery") || *error.code() == SqlState::INVALID_SQL_STATEMENT_NAME
}

/// The client's errors keep the interesting part in their source.
fn describe(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// `table.a, table.b`, as SQLite says it, from "Key (a, b)=(…) already exists." Translated messages keep the brackets.
fn columns(error: &DbError) -> String {
    let listed = error
        .detail()
        .and_then(|detail| detail.split_once('('))
        .and_then(|(_, rest)| rest.split_once(")="))
        .map(|(columns, _)| columns);
    match (error.table(), listed) {
        (Some(table), Some(listed)) => {
            let columns: Vec<String> = listed.split(", ").map(|column| format!("{table}.{column}")).collect();
            columns.join(", ")
        }
        _ => error.constraint().unwrap_or_default().to_owned(),
    }
}
