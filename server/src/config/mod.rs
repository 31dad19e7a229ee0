//! The settings: flags over `BELL_*` variables over a file over the defaults, which are a file too (`default.toml`).

mod error;
mod file;
mod flags;
mod rules;
mod variables;

use std::{
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

pub use error::ConfigError;
use file::SettingsFile;
pub use flags::Flags;
pub use variables::unknown_variables;
use variables::variables;

use crate::{
    auth::master_key::{MasterKey, MasterKeyError},
    edge::{client::TrustedProxies, quotas::SendRates},
    hub::exchange::Network,
    outbound::allowed::OutboundAllow,
    randomness::Randomness,
    redis::{RedisAddress, RedisNetwork},
    store::{Store, postgres::PostgresNetwork},
};

/// The annotated defaults, which document every setting.
pub const DEFAULT: &str = include_str!("default.toml");

/// Everything that can be set. See `default.toml` for what each means.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    database: String,
    /// How many connections a server has to PostgreSQL at most, without the one that it listens on.
    pub database_connections: usize,
    bus: String,
    bus_prefix: String,
    tls_cert: PathBuf,
    tls_key: PathBuf,
    public_url: String,
    master_key: String,
    master_key_file: PathBuf,
    session_ttl: u64,
    /// Whether session tokens are encrypted, so that they do not show who they are for.
    pub session_encrypt: bool,
    drain_seconds: u64,
    limits: Switch,
    sends_per_second: NonZeroU32,
    batched_sends_per_second: NonZeroU32,
    webhook_retry: u64,
    trusted_proxies: String,
    outbound_allow: String,
    jwks_allow: String,
    /// What to log.
    pub log: String,
    /// How to log.
    pub log_format: LogFormat,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Where everything is kept.
#[derive(Clone, Copy)]
pub enum Database<'a> {
    /// In this file.
    Sqlite(&'a Path),
    /// In PostgreSQL, at this address, which may have a password in it.
    Postgres(&'a str),
}

impl<'a> Database<'a> {
    /// What a setting names; `None` if it is neither.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Some(Self::Postgres(text));
        }
        text.strip_prefix("sqlite:").filter(|path| !path.is_empty()).map(|path| Self::Sqlite(Path::new(path)))
    }
}

/// The bus of a server that has no others beside it.
const LOCAL_BUS: &str = "local";
/// The one through the database itself.
const POSTGRES_BUS: &str = "postgres";

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Switch {
    On,
    Off,
}

impl Settings {
    /// Gathers the settings.
    ///
    /// # Errors
    /// If one cannot be read or is not allowed, or the file cannot be read.
    pub fn load(file: Option<&Path>, flags: &Flags) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Toml::string(DEFAULT));
        if let Some(file) = file {
            figment = figment.merge(SettingsFile(file));
        }
        let settings: Self = figment
            .merge(Serialized::defaults(variables()))
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|error| ConfigError::Unreadable(Box::new(error)))?;
        settings.check()?;
        Ok(settings)
    }

    /// Where everything is kept.
    #[must_use]
    pub fn database(&self) -> Database<'_> {
        // What is neither was refused when the settings were read.
        Database::parse(&self.database).unwrap_or(Database::Sqlite(Path::new(&self.database)))
    }

    fn is_postgres(&self) -> bool {
        matches!(self.database(), Database::Postgres(_))
    }

    /// The address that browsers reach this server at, without a slash at its end.
    #[must_use]
    pub fn public_url(&self, listening_on: SocketAddr) -> String {
        if !self.public_url.is_empty() {
            return self.public_url.trim_end_matches('/').to_owned();
        }
        let scheme = if self.tls_files().is_some() { "https" } else { "http" };
        if listening_on.ip().is_loopback() {
            // Browsers treat this name as a secure context, whatever the address.
            return format!("{scheme}://localhost:{}", listening_on.port());
        }
        format!("{scheme}://{listening_on}")
    }

    /// What session tokens name as their issuer (RFC 7519, 4.1.1): the public address; without one, the same for every
    /// server on a database, wherever it listens, since whoever is sent to another one keeps the token.
    #[must_use]
    pub fn issuer(&self) -> &str {
        match self.public_url.trim_end_matches('/') {
            "" => "notification-bell",
            address => address,
        }
    }

    /// The files of the certificate and its key, if this server speaks https.
    #[must_use]
    pub fn tls_files(&self) -> Option<(&Path, &Path)> {
        (!self.tls_cert.as_os_str().is_empty()).then_some((self.tls_cert.as_path(), self.tls_key.as_path()))
    }

    /// The way to other servers, if there may be any.
    #[must_use]
    pub fn network(&self, store: &dyn Store) -> Option<Box<dyn Network>> {
        match self.database() {
            Database::Postgres(address) if self.bus == POSTGRES_BUS => {
                Some(Box::new(PostgresNetwork::new(address)))
            }
            _ => self.redis(store).map(|redis| Box::new(redis) as Box<dyn Network>),
        }
    }

    /// Redis, if other servers are reached through it; by default under the name of the database.
    #[must_use]
    pub fn redis(&self, store: &dyn Store) -> Option<RedisNetwork> {
        // An address that is none was refused with the settings.
        let address = RedisAddress::parse(&self.bus).ok().filter(|_| self.bus != LOCAL_BUS)?;
        let prefix = if self.bus_prefix.is_empty() { store.installation() } else { &self.bus_prefix };
        Some(RedisNetwork::new(address, prefix))
    }

    /// The life of a session token, in seconds.
    #[must_use]
    pub fn session_ttl_seconds(&self) -> i64 {
        i64::try_from(self.session_ttl).unwrap_or(600)
    }

    /// Over how long streams end when the server stops.
    #[must_use]
    pub const fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }

    /// How fast a backend's key may send; `None` if the limits on how often something is done are off.
    #[must_use]
    pub fn send_rates(&self) -> Option<SendRates> {
        (self.limits == Switch::On).then_some(SendRates {
            sends_per_second: self.sends_per_second,
            batched_sends_per_second: self.batched_sends_per_second,
        })
    }

    /// After how many milliseconds a webhook that failed is tried again for the first time.
    #[must_use]
    pub fn webhook_retry_ms(&self) -> i64 {
        i64::try_from(self.webhook_retry * 1_000).unwrap_or(5_000)
    }

    /// The proxies that are believed.
    #[must_use]
    pub fn trusted_proxies(&self) -> TrustedProxies {
        TrustedProxies::parse(&self.trusted_proxies).unwrap_or_default()
    }

    /// What may be called although it is not public, by whoever may configure an address: by webhooks.
    #[must_use]
    pub fn outbound_allow(&self) -> OutboundAllow {
        OutboundAllow::parse(&self.outbound_allow).unwrap_or_default()
    }

    /// What may be called for the keys of providers, which the operator configures alone.
    #[must_use]
    pub fn jwks_allow(&self) -> OutboundAllow {
        let both = format!("{},{}", self.outbound_allow, self.jwks_allow);
        OutboundAllow::parse(&both).unwrap_or_default()
    }

    /// The master key: the one given, else the one in the file.
    ///
    /// # Errors
    /// If there is none that can be used.
    pub fn master_key(&self, randomness: &dyn Randomness) -> Result<MasterKey, MasterKeyError> {
        if !self.master_key.is_empty() {
            return MasterKey::from_base64(&self.master_key);
        }
        MasterKey::from_file(&self.master_key_path(), randomness)
    }

    /// The same, if there is one: none is made.
    ///
    /// # Errors
    /// If there is one that cannot be used.
    pub fn present_master_key(
        &self,
        randomness: &dyn Randomness,
    ) -> Result<Option<MasterKey>, MasterKeyError> {
        let is_there = !self.master_key.is_empty() || self.master_key_path().exists();
        is_there.then(|| self.master_key(randomness)).transpose()
    }

    /// The file of the master key, unless it is given.
    #[must_use]
    pub fn master_key_path(&self) -> PathBuf {
        if self.master_key_file.as_os_str().is_empty()
            && let Database::Sqlite(path) = self.database()
        {
            return path.with_file_name("master.key");
        }
        self.master_key_file.clone()
    }
}

#[cfg(test)]
mod tests;
