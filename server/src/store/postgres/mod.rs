//! PostgreSQL, for those who outgrow one machine: any number of processes work on one database.
//!
//! `tokio-postgres` with `deadpool-postgres`: both are old, released often, and do no more than is needed here. `sqlx`
//! was rejected: it takes longer to compile, its checked queries want a database while building, which nobody should
//! need, and its lock file brings another SQLite than the one that is embedded.

mod audit;
mod batches;
mod categories;
#[cfg(test)]
mod commits;
mod connection;
mod counts;
mod cut_off;
mod deliveries;
#[cfg(test)]
mod everybody_at_once;
mod field;
mod gathered;
mod gathering;
mod groups;
mod happenings;
mod held;
mod idempotency;
mod inbox;
mod inbox_reads;
mod items;
mod keys;
mod lease;
mod listener;
mod lists;
mod loading;
mod looks;
mod marks;
mod network;
mod notifications;
#[cfg(test)]
mod plans;
mod preferences;
mod projects;
mod providers;
mod retention;
mod retries;
mod rows;
mod schedule;
mod schema;
mod sends;
mod shared;
mod streams;
mod templates;
#[cfg(test)]
mod test_server;
#[cfg(test)]
mod tests;
mod time;
mod tls;
mod transaction;
mod user_data;
mod users;
mod webhooks;
mod withdrawals;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use notification_bell_protocol::Timestamp;
use tokio::sync::watch;
use tokio_postgres::Config;

pub use self::network::PostgresNetwork;
use self::{
    connection::{Connections, PATIENCE},
    gathering::Gathering,
    listener::Listener,
    tls::Address,
    transaction::{Db, reading, writing},
};
use super::{Store, StoreError, revision::Incarnation, sqlite::CommitObserver};
use crate::randomness::Randomness;

/// A command does one thing after the other, and a send with others.
const COMMAND_CONNECTIONS: usize = 4;
/// A request that waits longer than this for a connection is one that a load balancer should send elsewhere.
const WAIT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Nobody rests for so long within a transaction: a process that does is cut off or stands still, and others wait for the
/// rows that it has locked.
const REST: Duration = Duration::from_secs(5);
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// What a process is to the others that use its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It follows what commands change, with one connection more than these.
    Server {
        /// How many it has at most.
        connections: usize,
    },
    /// It does something and ends. Servers are told of what it changes.
    Command,
}

impl Role {
    const fn connections(self) -> usize {
        match self {
            Self::Server { connections } => connections,
            Self::Command => COMMAND_CONNECTIONS,
        }
    }
}

/// A database on a server.
pub struct PostgresStore {
    connections: Arc<Connections>,
    gathering: Gathering,
    incarnation: Incarnation,
    turn: lease::Turn,
    listener: Option<Listener>,
    foreign_changes: watch::Receiver<u64>,
}

impl PostgresStore {
    /// Opens the database at an address such as `postgres://bell@db.example/bell`, and makes its tables or brings them up to
    /// date. The database itself has to be there.
    ///
    /// # Errors
    /// If the address cannot be understood, the database cannot be reached, read or written, or a newer program made it.
    pub async fn open(
        address: &str,
        role: Role,
        randomness: &dyn Randomness,
        observer: CommitObserver,
    ) -> Result<Self, StoreError> {
        let address = Address::parse(address)?;
        let tls = address.connector()?;
        let config = configured(address.config);
        let manager = Manager::from_config(
            config.clone(),
            tls.clone(),
            // What ended with a restart of the database is noticed and replaced.
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let pool = Pool::builder(manager)
            .max_size(role.connections())
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(CONNECT_TIMEOUT))
            .build()
            .map_err(|error| StoreError::Database(Box::new(error)))?;
        let (sender, foreign_changes) = watch::channel(0);
        let announces = role == Role::Command;
        let connections = Arc::new(Connections::new(pool, observer, announces, sender.clone()));
        let incarnation = {
            let mut client = connections.client().await?;
            let incarnation = schema::prepare(&mut client, randomness).await?;
            connections.learn(audit::edition(&Db::read(&mut client).await?).await?);
            incarnation
        };
        let listener = match role {
            Role::Server { .. } => Some(Listener::start(config, tls, sender).await?),
            Role::Command => None,
        };
        let gathering = Gathering::start(Arc::clone(&connections));
        Ok(Self {
            connections,
            gathering,
            incarnation,
            turn: lease::Turn::default(),
            listener,
            foreign_changes,
        })
    }
}

/// What an address says, with what this program needs besides.
fn configured(mut config: Config) -> Config {
    let (patience_ms, rest_ms) = (PATIENCE.as_millis(), REST.as_millis());
    // What was answered is on disk, whatever the server was set up for. A process that died or cannot be reached keeps
    // nobody waiting for good.
    let options = format!(
        "-c synchronous_commit=on -c jit=off -c client_min_messages=warning -c statement_timeout={patience_ms} \
         -c lock_timeout={patience_ms} -c idle_in_transaction_session_timeout={rest_ms} {}",
        config.get_options().unwrap_or_default()
    );
    config.options(options.trim_end());
    config.connect_timeout(CONNECT_TIMEOUT).tcp_user_timeout(PATIENCE).keepalives_idle(PATIENCE);
    if config.get_application_name().is_none() {
        config.application_name("notification-bell-server");
    }
    config
}

/// Fails where the database can only be read.
async fn is_writable(db: &Db<'_>) -> Result<(), StoreError> {
    let is_standby: bool = db.one("SELECT pg_is_in_recovery()", &[]).await?.try_get(0)?;
    if is_standby {
        Err(StoreError::Database("it is a standby, and can only be read".into()))
    } else {
        Ok(())
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(Box::new(error))
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn ping(&self) -> Result<(), StoreError> {
        let asked = async { writing!(self, db => is_writable(db).await) };
        tokio::time::timeout(PING_TIMEOUT, asked).await.unwrap_or(Err(StoreError::Overloaded))
    }

    async fn now(&self) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now";
        reading!(self, db => async { rows::moment(&db.one(sql, &[]).await?, "now") }.await).map(Some)
    }

    async fn close(&self) {
        self.gathering.close().await;
        if let Some(listener) = &self.listener {
            listener.stop();
        }
        self.connections.pool.close();
    }

    fn installation(&self) -> &str {
        self.incarnation.as_str()
    }

    fn foreign_changes(&self) -> watch::Receiver<u64> {
        self.foreign_changes.clone()
    }
}
