//! The one error of this crate, and the private verdict the workers need beside it.

/// Why a database call failed.
///
/// Cloneable, so that the transaction can remember the failure while the closure turns it into an error of its own.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The queue is full, another process holds the database for too long, or a transaction kept conflicting. Try again shortly.
    #[error("the database is busy")]
    Busy,
    /// The server is lost, the disk is full or failing, or the handle is closed. Nothing was written, except where the
    /// text says that the outcome of a commit is unknown.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A unique index refused the row. `columns` reads `table.a, table.b` on both databases; on PostgreSQL it falls back
    /// to the constraint's name when the server does not say which columns.
    #[error("a unique value is taken: {columns}")]
    Unique {
        /// The columns of the index, each with its table.
        columns: String,
    },
    /// A foreign key refused the change: the row pointed to does not exist, or is still pointed to.
    #[error("a row is referenced or a reference is missing")]
    ForeignKey,
    /// A CHECK or NOT NULL constraint refused the row.
    #[error("a constraint refused the row: {0}")]
    Constraint(String),
    /// A `read` closure tried to write.
    #[error("a read may not write")]
    ReadOnly,
    /// `one` found no row.
    #[error("no row was found")]
    NotFound,
    /// `one` found more than one row.
    #[error("more than one row was found")]
    TooMany,
    /// A column is missing, or its value does not fit the type asked for.
    #[error("column {column}: {message}")]
    Column {
        /// The column's name, or its index.
        column: String,
        /// What was found and what was expected.
        message: String,
    },
    /// A migration was refused or failed; the database is as it was before that migration.
    #[error("migration: {0}")]
    Migration(String),
    /// Anything else: a mistake in the SQL, its arguments or the settings.
    #[error("{0}")]
    Other(String),
}

impl Error {
    /// Whether the same call may succeed later without anyone changing anything.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }

    /// Whether a unique index refused the row.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Unique { .. })
    }

    pub(crate) fn unavailable(reason: impl ToString) -> Self {
        Self::Unavailable(reason.to_string())
    }

    pub(crate) fn other(reason: impl ToString) -> Self {
        Self::Other(reason.to_string())
    }
}

/// A failed statement, with what it means for the transaction around it.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) error: Error,
    pub(crate) kind: FaultKind,
}

/// What a worker does about a failed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The transaction is rolled back and the error answered.
    Plain,
    /// The transaction lost a race it may win next time: roll back and run it again.
    Conflict,
    /// A prepared statement is outdated: roll back, forget the statements and run it again.
    Stale,
    /// The connection is of no more use.
    Lost,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self { error, kind: FaultKind::Plain }
    }
}
