//! The settings: flags over `BELL_*` variables over a file over the defaults, which are a file too (`default.toml`).

mod error;
mod file;
mod flags;
mod variables;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};
use url::Url;

pub use error::ConfigError;
use file::SettingsFile;
pub use flags::Flags;
pub use variables::unknown_variables;
use variables::variables;

use crate::{
    auth::master_key::{MasterKey, MasterKeyError},
    edge::client::TrustedProxies,
    outbound::allowed::OutboundAllow,
    randomness::Randomness,
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
    bus: BusKind,
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

/// How servers learn of each other's changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum BusKind {
    /// There is one server.
    Local,
}

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

    fn check(&self) -> Result<(), ConfigError> {
        let not_allowed =
            |setting, problem: &str| Err(ConfigError::NotAllowed { setting, problem: problem.to_owned() });
        // The one bus there is; another value was refused when the settings were read.
        let BusKind::Local = self.bus;
        if !(5..=3_600).contains(&self.session_ttl) {
            return not_allowed("session_ttl", "must be 5 to 3600 seconds");
        }
        if self.tls_cert.as_os_str().is_empty() != self.tls_key.as_os_str().is_empty() {
            return not_allowed("tls_cert", "and tls_key go together: name both files, or none");
        }
        if self.drain_seconds > 60 {
            return not_allowed("drain_seconds", "must be at most 60");
        }
        if !(1..=60).contains(&self.webhook_retry) {
            return not_allowed("webhook_retry", "must be 1 to 60 seconds");
        }
        if let Err(entry) = TrustedProxies::parse(&self.trusted_proxies) {
            return not_allowed("trusted_proxies", &format!("{entry} is neither an address nor a network"));
        }
        for (setting, list) in [("outbound_allow", &self.outbound_allow), ("jwks_allow", &self.jwks_allow)] {
            if let Err(entry) = OutboundAllow::parse(list) {
                let problem = format!("{entry} is neither a host nor an address nor a network");
                return not_allowed(setting, &problem);
            }
        }
        if self.database.strip_prefix("sqlite:").is_none_or(str::is_empty) {
            return not_allowed("database", "must be sqlite: and a path, such as sqlite:bell-data/bell.db");
        }
        if !self.public_url.is_empty()
            && !Url::parse(&self.public_url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
        {
            return not_allowed("public_url", "must be an http or https address");
        }
        Ok(())
    }

    /// The file of the database.
    #[must_use]
    pub fn database_path(&self) -> &Path {
        Path::new(self.database.strip_prefix("sqlite:").unwrap_or(&self.database))
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

    /// The files of the certificate and its key, if this server speaks https.
    #[must_use]
    pub fn tls_files(&self) -> Option<(&Path, &Path)> {
        (!self.tls_cert.as_os_str().is_empty()).then_some((self.tls_cert.as_path(), self.tls_key.as_path()))
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

    /// Whether the limits on how often something is done are on.
    #[must_use]
    pub fn limits(&self) -> bool {
        self.limits == Switch::On
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
        if self.master_key_file.as_os_str().is_empty() {
            return self.database_path().with_file_name("master.key");
        }
        self.master_key_file.clone()
    }
}

#[cfg(test)]
mod tests;
