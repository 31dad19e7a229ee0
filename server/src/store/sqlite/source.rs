//! A database that is moved into one of another kind: all its rows, table by table.

use std::path::Path;

use rusqlite::{
    Connection,
    types::{Type, ValueRef},
};

use super::{
    occupancy::{Occupancy, Occupied},
    schema,
};
use crate::{
    randomness::Randomness,
    store::{
        StoreError,
        moving::{Rows, Value},
    },
};

/// How many rows are given out together.
const PORTION: usize = 1_000;

/// A database that nobody else uses as long as this is there.
pub(in crate::store) struct Source {
    connection: Connection,
    _occupancy: Occupancy,
}

impl Source {
    /// Takes a file that is there, and brings its tables up to date.
    pub(in crate::store) fn open(path: &Path, randomness: &dyn Randomness) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing(path.to_owned()));
        }
        let failed = |problem: &str| StoreError::Database(format!("{}: {problem}", path.display()).into());
        let occupancy = Occupancy::alone(path).map_err(|occupied| match occupied {
            Occupied::ByOthers => failed("something uses it: stop the server first"),
            Occupied::Unknown(error) => StoreError::Database(Box::new(error)),
        })?;
        // Before anything is written into it.
        schema::recognise(&Connection::open(path)?).map_err(|problem| failed(&problem))?;
        let (connection, _) = schema::open(path, randomness)?;
        // Whoever does not know of the file beside it does not write either.
        connection.execute_batch("BEGIN IMMEDIATE")?;
        Ok(Self { connection, _occupancy: occupancy })
    }

    /// The incarnation that its revisions begin with.
    pub(in crate::store) fn incarnation(&self) -> Result<String, StoreError> {
        Ok(self.connection.query_row("SELECT text FROM incarnation", [], |row| row.get(0))?)
    }

    /// What is another one as soon as anything has changed that somebody could miss: each change of an inbox raises a
    /// revision, and each change of anything else is in the audit log.
    pub(in crate::store) fn state(&self) -> Result<String, StoreError> {
        let sql = "SELECT json_array((SELECT count(*) FROM users), (SELECT coalesce(sum(revision), 0) FROM users), \
             (SELECT coalesce(sum(shared_revision), 0) FROM projects), (SELECT coalesce(max(key), 0) FROM audit), \
             (SELECT count(*) FROM notifications), (SELECT count(*) FROM subscriptions))";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// How many rows a table has.
    pub(in crate::store) fn count(&self, table: &str) -> Result<u64, StoreError> {
        let count: i64 =
            self.connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// The last key that a table has given out, if it never gives one out twice.
    pub(in crate::store) fn last_key(&self, table: &str) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?1";
        Ok(self.connection.query_row(sql, [table], |row| row.get(0))?)
    }

    /// Gives out the rows of a table in portions, as long as somebody takes them.
    pub(in crate::store) fn read(
        &self,
        table: &str,
        columns: &[String],
        mut take: impl FnMut(Rows) -> bool,
    ) -> Result<(), StoreError> {
        let known = self.columns(table)?;
        let columns = columns.iter().map(|column| {
            // As in the tables of before there were others.
            let is_renamed = column == "inbox" && !known.contains(column);
            format!("\"{}\"", if is_renamed { "user" } else { column })
        });
        let columns: Vec<String> = columns.collect();
        let sql = format!("SELECT {} FROM {table}", columns.join(", "));
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut portion = Rows::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns.len()).map(|column| value(row.get_ref(column)?));
            portion.push(values.collect::<Result<_, StoreError>>()?);
            if portion.len() == PORTION && !take(std::mem::take(&mut portion)) {
                return Ok(());
            }
        }
        take(portion);
        Ok(())
    }

    /// The names of all tables.
    #[cfg(test)]
    pub(in crate::store) fn tables(&self) -> Result<std::collections::BTreeSet<String>, StoreError> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let mut statement = self.connection.prepare(sql)?;
        let names = statement.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// The names of a table's columns; none if there is no such table.
    pub(in crate::store) fn columns(&self, table: &str) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let names = statement.query_map([table], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }
}

fn value(value: ValueRef<'_>) -> Result<Value, StoreError> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(text) => Value::Text(
            std::str::from_utf8(text).map_err(|error| StoreError::Database(Box::new(error)))?.to_owned(),
        ),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_owned()),
        ValueRef::Real(_) => return Err(unexpected(value.data_type())),
    })
}

fn unexpected(kind: Type) -> StoreError {
    StoreError::Database(format!("a value of a kind that nothing here has: {kind}").into())
}
