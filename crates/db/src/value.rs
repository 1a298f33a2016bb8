//! Values on their way into a statement and out of a row, the same five kinds on both databases.
//!
//! Knows nothing of either driver: they translate in their own modules.

/// An argument of a statement.
///
/// Anything with `Into<Value>` can stand in [`args!`](crate::args); a domain type needs only `From<Type> for Value`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// BIGINT, and booleans as 0 and 1.
    Int(i64),
    /// DOUBLE PRECISION.
    Real(f64),
    /// TEXT.
    Text(String),
    /// BLOB or BYTEA.
    Bytes(Vec<u8>),
}

/// A value of a row, borrowed from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueRef<'a> {
    /// SQL NULL.
    Null,
    /// Any integer or boolean column.
    Int(i64),
    /// Any floating-point column.
    Real(f64),
    /// Any text or JSON column.
    Text(&'a str),
    /// BLOB or BYTEA.
    Bytes(&'a [u8]),
}

impl<'a> ValueRef<'a> {
    /// The integer, or what was found in its place.
    pub fn int(self) -> Result<i64, String> {
        match self {
            Self::Int(value) => Ok(value),
            other => Err(other.instead_of("an integer")),
        }
    }

    /// The text, or what was found in its place.
    pub fn text(self) -> Result<&'a str, String> {
        match self {
            Self::Text(value) => Ok(value),
            other => Err(other.instead_of("text")),
        }
    }

    /// The bytes, or what was found in their place.
    pub fn bytes(self) -> Result<&'a [u8], String> {
        match self {
            Self::Bytes(value) => Ok(value),
            other => Err(other.instead_of("bytes")),
        }
    }

    fn instead_of(self, expected: &str) -> String {
        let found = match self {
            Self::Null => "NULL",
            Self::Int(_) => "an integer",
            Self::Real(_) => "a floating-point number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        };
        format!("expected {expected}, found {found}")
    }
}

/// A Rust value made of one column.
pub trait FromValue: Sized {
    /// Converts the value, or says in a few words why it does not fit; the column's name is added by the caller.
    fn from_value(value: ValueRef<'_>) -> Result<Self, String>;
}

impl FromValue for i64 {
    fn from_value(value: ValueRef<'_>) -> Result<Self, String> {
        value.int()
    }
}

macro_rules! smaller_integer {
    ($($type:ty),*) => {$(
        impl FromValue for $type {
            fn from_value(value: ValueRef<'_>) -> Result<Self, String> {
                let int = value.int()?;
                Self::try_from(int).map_err(|_| format!("{int} does not fit {}", stringify!($type)))
            }
        }
    )*};
}
smaller_integer!(u8, u16, u32, u64, usize, i32);

impl FromValue for bool {
    fn from_value(value: ValueRef<'_>) -> Result<Self, String> {
        value.int().map(|int| int != 0)
    }
}

impl FromValue for f64 {
    /// Takes integers too: SQLite stores `2.0` in a column without a declared type as it was given.
    fn from_value(value: ValueRef<'_>) -> Result<Self, String> {
        match value {
            ValueRef::Real(real) => Ok(real),
            ValueRef::Int(int) => Ok(int as Self),
            other => Err(other.instead_of("a number")),
        }
    }
}

impl FromValue for String {
    fn from_value(value: ValueRef<'_>) -> Result<Self, String> {
        value.text().map(str::to_owned)
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: ValueRef<'_>) -> Result<Self, String> {
        value.bytes().map(<[u8]>::to_vec)
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: ValueRef<'_>) -> Result<Self, String> {
        let bytes = value.bytes()?;
        bytes.try_into().map_err(|_| format!("expected {N} bytes, found {}", bytes.len()))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: ValueRef<'_>) -> Result<Self, String> {
        match value {
            ValueRef::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

macro_rules! lossless_integer {
    ($($type:ty),*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::Int(i64::from(value))
            }
        }
        impl From<&$type> for Value {
            fn from(value: &$type) -> Self {
                Self::Int(i64::from(*value))
            }
        }
    )*};
}
lossless_integer!(i64, i32, i16, u32, u16, u8, bool);

macro_rules! wide_integer {
    ($($type:ty),*) => {$(
        impl From<$type> for Value {
            /// # Panics
            /// Above `i64::MAX`: no column can hold it, and a silently changed number would be worse.
            fn from(value: $type) -> Self {
                Self::Int(i64::try_from(value).expect("an integer argument fits BIGINT"))
            }
        }
        impl From<&$type> for Value {
            fn from(value: &$type) -> Self {
                Self::from(*value)
            }
        }
    )*};
}
wide_integer!(u64, usize);

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<&f64> for Value {
    fn from(value: &f64) -> Self {
        Self::Real(*value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&&str> for Value {
    fn from(value: &&str) -> Self {
        Self::Text((*value).to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<std::borrow::Cow<'_, str>> for Value {
    fn from(value: std::borrow::Cow<'_, str>) -> Self {
        Self::Text(value.into_owned())
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<&Vec<u8>> for Value {
    fn from(value: &Vec<u8>) -> Self {
        Self::Bytes(value.clone())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<T> From<Option<T>> for Value
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

// Spelled out: a blanket implementation over references would send the compiler round in circles.
macro_rules! optional_reference {
    ($($type:ty),*) => {$(
        impl From<&Option<$type>> for Value {
            fn from(value: &Option<$type>) -> Self {
                value.as_ref().map_or(Self::Null, Self::from)
            }
        }
    )*};
}
optional_reference!(i64, i32, u32, u64, usize, bool, f64, String, Vec<u8>, [u8; 32], crate::Timestamp);

impl From<&Self> for Value {
    fn from(value: &Self) -> Self {
        value.clone()
    }
}

/// The arguments of a statement, each through `Value::from`: `c.execute(sql, args![id, &name, None::<i64>])`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        &[$($crate::Value::from($value)),*] as &[$crate::Value]
    };
}
