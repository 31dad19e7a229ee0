//! The settings: flags over `BELL_*` variables over a file over the defaults, which are a file too (`default.toml`).

mod error;
mod file;
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
    /// What to log.
    pub log: String,
    /// How to log.
    pub log_format: LogFormat,
}

/// What was given as flags. What was not given is `None`, and counts for nothing.
#[derive(Clone, Debug, Default, Serialize, clap::Args)]
pub struct Flags {
    /// Where to listen: an address and a port [default: 127.0.0.1:3001] [env: `BELL_LISTEN`]
    #[arg(long, global = true, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// Where everything is kept [default: sqlite:bell-data/bell.db] [env: `BELL_DATABASE`]
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The address that browsers reach this server at [env: `BELL_PUBLIC_URL`]
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// The file with the master key [default: master.key beside the database] [env: `BELL_MASTER_KEY_FILE`]
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key_file: Option<PathBuf>,
    /// The life of a session token in seconds, 5 to 3600 [default: 600] [env: `BELL_SESSION_TTL`]
    #[arg(long, global = true, value_name = "SECONDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_ttl: Option<u64>,
    /// Encrypt session tokens: nobody who sees one learns who it is for [default: false] [env: `BELL_SESSION_ENCRYPT`]
    #[arg(long, global = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_encrypt: Option<bool>,
    /// What to log [default: info] [env: `BELL_LOG`]
    #[arg(long, global = true, value_name = "FILTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// How to log: text or json [default: text] [env: `BELL_LOG_FORMAT`]
    #[arg(long, global = true, value_name = "FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<LogFormat>,
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
        if let Err(entry) = OutboundAllow::parse(&self.outbound_allow) {
            return not_allowed(
                "outbound_allow",
                &format!("{entry} is neither a host nor an address nor a network"),
            );
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

    /// What may be called although it is not public.
    #[must_use]
    pub fn outbound_allow(&self) -> OutboundAllow {
        OutboundAllow::parse(&self.outbound_allow).unwrap_or_default()
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
mod tests {
    use std::path::Path;

    use super::{Flags, Settings, variables::names};

    #[test]
    fn the_defaults_are_whole_and_allowed() {
        let settings = Settings::load(None, &Flags::default()).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:3001");
        assert_eq!(settings.database_path(), Path::new("bell-data/bell.db"));
        assert_eq!(settings.public_url(settings.listen), "http://localhost:3001");
        assert!(names().contains(&"session_ttl".to_owned()));
    }

    #[test]
    fn a_flag_counts_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bell.toml");
        std::fs::write(&file, "session_ttl = 60\nlisten = \"127.0.0.1:1\"\n").unwrap();
        let flags = Flags { listen: Some("127.0.0.1:2".to_owned()), ..Flags::default() };
        let settings = Settings::load(Some(&file), &flags).unwrap();
        assert_eq!((settings.listen.port(), settings.session_ttl), (2, 60));
    }

    #[test]
    fn what_is_not_allowed_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for (line, word) in [
            ("session_ttl = 4", "session_ttl"),
            ("session_ttl = \"soon\"", "session_ttl"),
            ("database = \"mysql://x\"", "database"),
            ("bus = \"carrier pigeon\"", "bus"),
            ("public_url = \"bell.example\"", "public_url"),
            ("sesion_ttl = 60", "sesion_ttl"),
            ("session_encrypt = \"true\"", "session_encrypt"),
            ("[sesion]\nttl = 60", "sesion_ttl"),
            ("limits = \"sometimes\"", "limits"),
            ("webhook_retry = 0", "webhook_retry"),
            ("tls_cert = \"cert.pem\"", "tls_key"),
            ("trusted_proxies = \"proxy\"", "trusted_proxies"),
            ("outbound_allow = \"10.0.0.0/8, http://jwks.internal\"", "http://jwks.internal"),
        ] {
            let file = folder.path().join("bell.toml");
            std::fs::write(&file, line).unwrap();
            let error = Settings::load(Some(&file), &Flags::default()).err().unwrap().to_string();
            assert!(error.contains(word), "{line}: {error}");
        }
        assert!(Settings::load(Some(Path::new("/nowhere/bell.toml")), &Flags::default()).is_err());
    }
}
