//! The settings that can be given for a single run.

use std::path::PathBuf;

use serde::Serialize;

use super::LogFormat;

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
