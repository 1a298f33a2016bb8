//! A row of an answer and how it becomes a Rust value.

use crate::{Error, FromValue, ValueRef, postgres, sqlite};

/// One row, read by name or by position.
#[derive(Debug)]
pub struct Row<'r>(pub(crate) Source<'r>);

#[derive(Debug)]
pub(crate) enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r ::postgres::Row),
}

impl Row<'_> {
    /// The column called `name`; [`Error::Column`] when there is none or its value does not fit `T`.
    pub fn get<T: FromValue>(&self, name: &str) -> Result<T, Error> {
        Self::convert(
            name,
            match &self.0 {
                Source::Sqlite(row) => sqlite::column(row, name),
                Source::Postgres(row) => postgres::column(row, name),
            },
        )
    }

    /// The column at `index`, from 0; [`Error::Column`] when there is none or its value does not fit `T`.
    pub fn at<T: FromValue>(&self, index: usize) -> Result<T, Error> {
        Self::convert(
            index,
            match &self.0 {
                Source::Sqlite(row) => sqlite::column(row, index),
                Source::Postgres(row) => postgres::column(row, index),
            },
        )
    }

    fn convert<T: FromValue>(column: impl ToString, value: Result<ValueRef<'_>, String>) -> Result<T, Error> {
        value.and_then(T::from_value).map_err(|message| Error::Column { column: column.to_string(), message })
    }
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
