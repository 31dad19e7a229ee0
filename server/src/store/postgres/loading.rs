//! Filling a database that is empty with all that was in another one.

use tokio::sync::mpsc;
use tokio_postgres::{
    binary_copy::BinaryCopyInWriter,
    types::{ToSql, Type},
};

use super::{
    PostgresStore, Role, audit,
    field::{Column, Field},
    rows,
    transaction::{Db, Lock},
};
use crate::{
    randomness::Randomness,
    store::{
        AuditAction, AuditEntry, StoreError,
        moving::{MoveProgress, Moved, Rows, TABLES},
        sqlite::Source,
    },
};

/// How many portions of rows may be on their way.
const UNDER_WAY: usize = 4;

/// The detail of the audit log that has the source's [state](Source::state).
const STATE: &str = "state";

/// How many rows there are, and the sum of each column: of its numbers, or of the length of what is in it.
#[derive(Debug, PartialEq, Eq)]
struct Sums {
    rows: u64,
    columns: Vec<i128>,
}

impl PostgresStore {
    /// Opens a database to fill it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub(in crate::store) async fn open_for_command(
        address: &str,
        randomness: &dyn Randomness,
    ) -> Result<Self, StoreError> {
        Self::open(address, Role::Command, randomness, Box::new(|_, _| ())).await
    }

    /// Takes over all that is in another database. This one has to be empty, or as it became when that one was taken over
    /// before: it is emptied then.
    ///
    /// # Errors
    /// If something else is in it, or something fails: then it is as it was.
    pub(in crate::store) async fn take_over(
        &self,
        source: Source,
        entry: &AuditEntry,
        progress: &(dyn Fn(MoveProgress) + Send + Sync),
    ) -> Result<Moved, StoreError> {
        let mut client = self.connections.client().await?;
        let db = Db::write(&mut client).await?;
        // It takes as long as it takes.
        db.script("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
            .await?;
        // Nobody opens the database meanwhile, and nobody else fills it.
        db.lock(Lock::Schema).await?;
        db.lock(Lock::Audit).await?;
        let source_state = source.state()?;
        if !is_empty(&db).await? {
            let present: String = db.one("SELECT text FROM incarnation", &[]).await?.try_get(0)?;
            if present != source.incarnation()? {
                let problem = "something else is in the new database: make an empty one";
                return Err(StoreError::Database(problem.into()));
            }
            // Nothing changes between the look at it and its removal.
            db.script(&format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", TABLES.join(", "))).await?;
            match moved_state(&db).await? {
                None => return Ok(Moved::Before),
                Some(moved) if moved == source_state => return Ok(Moved::Before),
                Some(moved) if !is_as_moved(&db, &moved).await? => return Ok(Moved::Outdated),
                Some(_) => db.script(&format!("TRUNCATE user_counts, {}", TABLES.join(", "))).await?,
            }
        }
        db.script("DELETE FROM incarnation").await?;
        let mut source = source;
        let mut moved = Vec::new();
        for table in TABLES {
            let rows;
            (source, rows) = fill(&db, source, table, progress).await?;
            moved.push((table, rows));
        }
        db.script(
            "INSERT INTO user_counts (project, part, users) SELECT project, 0, count(*) FROM users GROUP BY project",
        )
        .await?;
        let rows = moved.iter().map(|(_, rows)| rows).sum::<u64>();
        let entry = entry.clone().with("rows", rows).with(STATE, source_state);
        audit::record(&db, &entry).await?;
        db.commit(false).await?;
        // Its plans would be those for empty tables. It happens by itself as well, but later.
        client.batch_execute("SET statement_timeout = 0; ANALYZE").await?;
        Ok(Moved::Now(moved))
    }
}

/// What the source was when it was moved, as the audit log has it; `None` if it has been forgotten.
async fn moved_state(db: &Db<'_>) -> Result<Option<String>, StoreError> {
    let sql = "SELECT detail::json ->> $1 FROM audit WHERE action = $2 ORDER BY key DESC LIMIT 1";
    let entry = db.first(sql, &[&STATE, &AuditAction::DatabaseMoved.as_str()]).await?;
    Ok(entry.map(|row| row.try_get(0)).transpose()?.flatten())
}

/// Whether a database is what it became when a source of that [state](Source::state) was moved there. The entry of the
/// move is then the last one of the audit log, which so tells nothing by its number.
async fn is_as_moved(db: &Db<'_>, moved: &str) -> Result<bool, StoreError> {
    let sql = "SELECT (SELECT action FROM audit ORDER BY key DESC LIMIT 1) = $1 \
               AND json_build_array((SELECT count(*) FROM users), (SELECT coalesce(sum(revision), 0) FROM users), \
               (SELECT coalesce(sum(shared_revision), 0) FROM projects), $2::text::json -> 3, \
               (SELECT count(*) FROM notifications), (SELECT count(*) FROM subscriptions))::jsonb = $2::text::jsonb";
    Ok(db.one(sql, &[&AuditAction::DatabaseMoved.as_str(), &moved]).await?.try_get(0)?)
}

/// Whether nobody has done anything with a database yet.
async fn is_empty(db: &Db<'_>) -> Result<bool, StoreError> {
    for table in TABLES.into_iter().filter(|table| *table != "incarnation") {
        if db.is_any(&format!("SELECT 1 FROM {table} LIMIT 1"), &[]).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Moves one table, and looks at what has arrived; gives how many rows.
async fn fill(
    db: &Db<'_>,
    source: Source,
    table: &'static str,
    progress: &(dyn Fn(MoveProgress) + Send + Sync),
) -> Result<(Source, u64), StoreError> {
    let columns = columns(db, table).await?;
    let of = source.count(table)?;
    progress(MoveProgress { table, rows: 0, of });
    // What is reckoned by them comes along.
    db.script(&format!("ALTER TABLE {table} DISABLE TRIGGER USER")).await?;
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let (sender, mut portions) = mpsc::channel::<Rows>(UNDER_WAY);
    let reading = tokio::task::spawn_blocking(move || {
        let last_key = source.last_key(table)?;
        source.read(table, &names, |portion| sender.blocking_send(portion).is_ok())?;
        Ok::<_, StoreError>((source, last_key))
    });
    let kinds: Vec<Type> = columns.iter().map(|column| column.kind.clone()).collect();
    let quoted: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let sql = format!("COPY {table} ({}) FROM STDIN BINARY", quoted.join(", "));
    let mut writer = std::pin::pin!(BinaryCopyInWriter::new(db.copy_in(&sql).await?, &kinds));
    let mut sums = Sums { rows: 0, columns: vec![0; columns.len()] };
    while let Some(portion) = portions.recv().await {
        for row in portion {
            let fields =
                row.into_iter().zip(&columns).map(|(value, column)| Field::new(value, column, table));
            let fields: Vec<Field> = fields.collect::<Result<_, _>>()?;
            sums.rows += 1;
            for (sum, field) in sums.columns.iter_mut().zip(&fields) {
                *sum += field.weight();
            }
            let values: Vec<&(dyn ToSql + Sync)> = fields.iter().map(Field::as_sql).collect();
            writer.as_mut().write(&values).await?;
        }
        progress(MoveProgress { table, rows: sums.rows, of });
    }
    writer.finish().await?;
    let (source, last_key) = reading.await.map_err(|error| StoreError::Database(Box::new(error)))??;
    db.script(&format!("ALTER TABLE {table} ENABLE TRIGGER USER")).await?;
    if columns.iter().any(|column| column.name == "key") {
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', 'key'), \
             greatest({last_key}, coalesce(max(key), 0)) + 1, FALSE) FROM {table}"
        );
        db.script(&sql).await?;
    }
    let arrived = arrived(db, table, &columns).await?;
    if arrived != sums || sums.rows != of {
        let problem =
            format!("what has arrived of {table} is not what was read: {arrived:?} and {sums:?} of {of}");
        return Err(StoreError::Database(problem.into()));
    }
    Ok((source, sums.rows))
}

async fn columns(db: &Db<'_>, table: &str) -> Result<Vec<Column>, StoreError> {
    let sql = "SELECT attname::text, atttypid FROM pg_attribute \
               WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
    let column = |row: &tokio_postgres::Row| {
        let kind = Type::from_oid(row.try_get(1)?);
        let kind = kind.ok_or_else(|| StoreError::Database("a column of a type of somebody's own".into()))?;
        Ok(Column { name: row.try_get(0)?, kind })
    };
    db.all(sql, &[&table]).await?.iter().map(column).collect()
}

/// What is in a table now.
async fn arrived(db: &Db<'_>, table: &str, columns: &[Column]) -> Result<Sums, StoreError> {
    let weights = columns.iter().map(|Column { name, kind }| {
        let sum = match *kind {
            Type::INT8 => format!("sum(\"{name}\")"),
            Type::BOOL => format!("count(*) FILTER (WHERE \"{name}\")"),
            Type::UUID => format!("16 * count(\"{name}\")"),
            _ => format!("sum(octet_length(\"{name}\"))"),
        };
        format!(", coalesce({sum}, 0)::text")
    });
    let sql = format!("SELECT count(*){} FROM {table}", weights.collect::<String>());
    let row = db.one(&sql, &[]).await?;
    let sum = |column: usize| {
        let text: &str = row.try_get(column)?;
        text.parse().map_err(|error| StoreError::Database(Box::new(error)))
    };
    Ok(Sums {
        rows: rows::number(&row, "count")?,
        columns: (1..=columns.len()).map(sum).collect::<Result<_, StoreError>>()?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::test_server::Database;
    use crate::{
        randomness::test::CountedRandomness,
        store::{
            Store, StoreError,
            moving::TABLES,
            sqlite::{Source, SqliteStore},
        },
    };

    /// What PostgreSQL alone has: it is reckoned from the rest, counts its own steps, or is of the moment.
    const ITS_OWN: [&str; 5] = ["schema_steps", "edition", "user_counts", "lease", "cut_off"];

    #[tokio::test]
    async fn every_table_and_column_has_its_like_in_the_other_database() -> Result<(), StoreError> {
        let Some(database) = Database::new().await else { return Ok(()) };
        let folder = tempfile::tempdir().unwrap();
        let (file, randomness) = (folder.path().join("bell.db"), CountedRandomness::default());
        let store = SqliteStore::open_or_create(&file, &randomness, Box::new(|_, _| ()))?;
        store.close().await;
        drop(store);
        let source = Source::open(&file, &randomness)?;
        let client = database.connect().await;
        let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns \
                   JOIN information_schema.tables USING (table_schema, table_name) \
                   WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
        let mut tables = BTreeSet::new();
        for row in client.query(sql, &[]).await? {
            let (table, column): (String, String) = (row.get(0), row.get(1));
            if !ITS_OWN.contains(&table.as_str()) {
                let column = if column == "inbox" { "user".to_owned() } else { column };
                assert!(source.columns(&table)?.contains(&column), "{table}.{column}");
                tables.insert(table);
            }
        }
        assert_eq!(tables, BTreeSet::from(TABLES.map(str::to_owned)));
        assert_eq!(source.tables()?, tables);
        database.remove().await;
        Ok(())
    }
}
