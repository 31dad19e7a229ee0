//! A value of another database, as a column of this one takes it, and what it adds to the sums by which a move is checked.

use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use crate::store::{StoreError, moving::Value};

/// A column, as it is written and summed up.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Type,
}

/// A value as its column takes it.
pub(super) enum Field {
    Integer(Option<i64>),
    Flag(Option<bool>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Id(Option<Uuid>),
}

impl Field {
    /// # Errors
    /// If it is of another type than the column.
    pub(super) fn new(value: Value, column: &Column, table: &str) -> Result<Self, StoreError> {
        Ok(match (&column.kind, value) {
            (&Type::INT8, Value::Null) => Self::Integer(None),
            (&Type::INT8, Value::Integer(number)) => Self::Integer(Some(number)),
            (&Type::BOOL, Value::Null) => Self::Flag(None),
            (&Type::BOOL, Value::Integer(number)) => Self::Flag(Some(number != 0)),
            (&Type::TEXT, Value::Null) => Self::Text(None),
            // An answer of somebody else's server may have such a character in it, and PostgreSQL takes none.
            (&Type::TEXT, Value::Text(text)) => Self::Text(Some(text.replace('\0', "\u{fffd}"))),
            (&Type::BYTEA, Value::Null) => Self::Bytes(None),
            (&Type::BYTEA, Value::Bytes(bytes)) => Self::Bytes(Some(bytes)),
            (&Type::UUID, Value::Null) => Self::Id(None),
            (&Type::UUID, Value::Bytes(bytes)) => Self::Id(Some(
                Uuid::from_slice(&bytes).map_err(|error| StoreError::Database(Box::new(error)))?,
            )),
            (kind, _) => {
                let problem = format!("there is something in {table}.{} that is no {kind}", column.name);
                return Err(StoreError::Database(problem.into()));
            }
        })
    }

    pub(super) fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Integer(value) => value,
            Self::Flag(value) => value,
            Self::Text(value) => value,
            Self::Bytes(value) => value,
            Self::Id(value) => value,
        }
    }

    /// What it adds to the sum of its column.
    pub(super) fn weight(&self) -> i128 {
        match self {
            Self::Integer(value) => value.unwrap_or(0).into(),
            Self::Flag(value) => (*value == Some(true)).into(),
            Self::Text(value) => value.as_ref().map_or(0, String::len) as i128,
            Self::Bytes(value) => value.as_ref().map_or(0, Vec::len) as i128,
            Self::Id(value) => {
                if value.is_some() {
                    16
                } else {
                    0
                }
            }
        }
    }
}
