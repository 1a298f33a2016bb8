//! A row of an answer and how it becomes a Rust value.

use std::cell::Cell;

use crate::{Error, FromValue, ValueRef, postgres, sqlite};

/// One row, read by name or by position.
#[derive(Debug)]
pub struct Row<'r> {
    source: Source<'r>,
    /// The column behind the one read last: rows are mostly read in the order of their columns, and to look for each name
    /// from the first column on would cost more than all else about a wide row.
    next: Cell<usize>,
}

#[derive(Debug)]
pub(crate) enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl<'r> Row<'r> {
    pub(crate) fn new(source: Source<'r>) -> Self {
        Self { source, next: Cell::new(0) }
    }

    /// The column called `name`; [`Error::Column`] when there is none or its value does not fit `T`.
    pub fn get<T: FromValue>(&self, name: &str) -> Result<T, Error> {
        let next = self.next.get();
        let at = if self.name_of(next) == Some(name) {
            next
        } else {
            let found = (0..self.columns()).find(|at| self.name_of(*at) == Some(name));
            found.ok_or_else(|| Error::Column { column: name.to_owned(), message: "no such column".to_owned() })?
        };
        self.next.set(at + 1);
        convert(name, self.value(at))
    }

    fn columns(&self) -> usize {
        match &self.source {
            Source::Sqlite(row) => row.as_ref().column_count(),
            Source::Postgres(row) => row.len(),
        }
    }

    fn name_of(&self, index: usize) -> Option<&str> {
        match &self.source {
            Source::Sqlite(row) => row.as_ref().column_name(index).ok(),
            Source::Postgres(row) => row.columns().get(index).map(|column| column.name()),
        }
    }

    /// The column behind the one read last, at first the first: for wide rows of which many are read.
    pub fn next<T: FromValue>(&self) -> Result<T, Error> {
        let at = self.next.get();
        self.next.set(at + 1);
        self.at(at)
    }

    /// The column at `index`, from 0; [`Error::Column`] when there is none or its value does not fit `T`.
    pub fn at<T: FromValue>(&self, index: usize) -> Result<T, Error> {
        convert(index, self.value(index))
    }

    fn value(&self, index: usize) -> Result<ValueRef<'_>, String> {
        match &self.source {
            Source::Sqlite(row) => sqlite::column(row, index),
            Source::Postgres(row) => postgres::column(row, index),
        }
    }
}

fn convert<T: FromValue>(column: impl ToString, value: Result<ValueRef<'_>, String>) -> Result<T, Error> {
    value.and_then(T::from_value).map_err(|message| Error::Column { column: column.to_string(), message })
}

/// A Rust value made of one row. Scalars take the only column they look at, the first; tuples take as many as they have.
pub trait FromRow: Sized {
    /// Reads the row.
    fn from_row(row: &Row<'_>) -> Result<Self, Error>;
}

impl<T: FromValue> FromRow for T {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        row.at(0)
    }
}

macro_rules! tuple {
    ($($type:ident $index:tt),+) => {
        impl<$($type: FromValue),+> FromRow for ($($type,)+) {
            fn from_row(row: &Row<'_>) -> Result<Self, Error> {
                Ok(($(row.at::<$type>($index)?,)+))
            }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
