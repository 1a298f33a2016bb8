//! Values to and from PostgreSQL's types: a value takes the type the server inferred for its parameter.

use std::error::Error as StdError;

use tokio_postgres::{
    Row,
    types::{FromSql, IsNull, Kind, ToSql, Type, private::BytesMut, to_sql_checked},
};

use crate::{Value, ValueRef};

type BoxError = Box<dyn StdError + Sync + Send>;

/// A value as a parameter.
#[derive(Debug)]
pub(super) struct Param<'a>(pub(super) &'a Value);

impl Param<'_> {
    /// The type it has where the server is not asked.
    pub(super) fn own_type(&self) -> Type {
        match self.0 {
            Value::Null | Value::Text(_) => Type::TEXT,
            Value::Int(_) => Type::INT8,
            Value::Real(_) => Type::FLOAT8,
            Value::Bytes(_) => Type::BYTEA,
        }
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(int) => match *ty {
                Type::INT8 => int.to_sql(ty, out),
                Type::INT4 => i32::try_from(*int)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*int)?.to_sql(ty, out),
                Type::BOOL => (*int != 0).to_sql(ty, out),
                Type::FLOAT8 => (*int as f64).to_sql(ty, out),
                Type::FLOAT4 => (*int as f32).to_sql(ty, out),
                _ => Err(unfit("an integer", ty)),
            },
            Value::Real(real) => match *ty {
                Type::FLOAT8 => real.to_sql(ty, out),
                Type::FLOAT4 => (*real as f32).to_sql(ty, out),
                _ => Err(unfit("a floating-point number", ty)),
            },
            Value::Text(text) => match *ty {
                Type::JSONB => {
                    // The version of the binary format; the text follows.
                    out.extend_from_slice(&[1]);
                    out.extend_from_slice(text.as_bytes());
                    Ok(IsNull::No)
                }
                _ if is_text(ty) => {
                    out.extend_from_slice(text.as_bytes());
                    Ok(IsNull::No)
                }
                _ => Err(unfit("text", ty)),
            },
            Value::Bytes(bytes) => match *ty {
                Type::BYTEA => bytes.as_slice().to_sql(ty, out),
                _ => Err(unfit("bytes", ty)),
            },
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// Types whose binary form is their text.
fn is_text(ty: &Type) -> bool {
    let named = [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME, Type::JSON, Type::UNKNOWN];
    named.contains(ty) || matches!(ty.kind(), Kind::Enum(_))
}

fn unfit(given: &str, ty: &Type) -> BoxError {
    format!("{given} was given where PostgreSQL expects {ty}; write CAST($n AS …) in the statement to say what it is")
        .into()
}

pub(crate) fn column(row: &Row, index: usize) -> Result<ValueRef<'_>, String> {
    match row.try_get::<_, Cell<'_>>(index) {
        Ok(Cell(value)) => Ok(value),
        Err(error) => Err(match StdError::source(&error) {
            Some(source) => source.to_string(),
            None => "no such column".to_owned(),
        }),
    }
}

struct Cell<'a>(ValueRef<'a>);

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        Ok(Self(match *ty {
            Type::INT8 => ValueRef::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => ValueRef::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => ValueRef::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => ValueRef::Int(bool::from_sql(ty, raw)?.into()),
            Type::OID => ValueRef::Int(u32::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => ValueRef::Real(f64::from_sql(ty, raw)?),
            Type::FLOAT4 => ValueRef::Real(f32::from_sql(ty, raw)?.into()),
            Type::BYTEA => ValueRef::Bytes(raw),
            Type::VOID => ValueRef::Null,
            Type::JSONB => ValueRef::Text(std::str::from_utf8(raw.get(1..).unwrap_or_default())?),
            Type::NUMERIC => {
                return Err("numeric has no Rust counterpart here: CAST it to BIGINT or DOUBLE PRECISION".into());
            }
            _ if is_text(ty) => ValueRef::Text(std::str::from_utf8(raw)?),
            _ => return Err(format!("{ty} is not read here: CAST it to TEXT or BIGINT").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, BoxError> {
        Ok(Self(ValueRef::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
