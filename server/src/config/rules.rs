//! What settings are not allowed, alone or together.

use url::Url;

use super::{ConfigError, Database, LOCAL_BUS, POSTGRES_BUS, Settings};
use crate::{edge::client::TrustedProxies, outbound::allowed::OutboundAllow, redis::RedisAddress};

/// As many notifications as one request may hold: with fewer a second, it would never be let through.
const WHOLE_BATCH: u32 = 1_000;

impl Settings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let not_allowed =
            |setting, problem: &str| Err(ConfigError::NotAllowed { setting, problem: problem.to_owned() });
        if self.bus == POSTGRES_BUS {
            if !matches!(self.database(), Database::Postgres(_)) {
                return not_allowed("bus", "is postgres: then the database has to be in PostgreSQL");
            }
        } else if self.bus != LOCAL_BUS
            && let Err(problem) = RedisAddress::parse(&self.bus)
        {
            return not_allowed("bus", &problem.to_string());
        }
        if self.bus_prefix.len() > 64 || !self.bus_prefix.bytes().all(is_in_prefix) {
            return not_allowed(
                "bus_prefix",
                "must be at most 64 letters, digits, hyphens, underscores and dots",
            );
        }
        if !(5..=3_600).contains(&self.session_ttl) {
            return not_allowed("session_ttl", "must be 5 to 3600 seconds");
        }
        if self.tls_cert.as_os_str().is_empty() != self.tls_key.as_os_str().is_empty() {
            return not_allowed("tls_cert", "and tls_key go together: name both files, or none");
        }
        if self.batched_sends_per_second.get() < WHOLE_BATCH {
            return not_allowed("batched_sends_per_second", "must be 1000 or more, as one batch may be");
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
        if Database::parse(&self.database).is_none() {
            return not_allowed(
                "database",
                "must be sqlite: and a path, such as sqlite:bell-data/bell.db, or the address of a PostgreSQL \
                 database, such as postgres://bell@db.example/bell",
            );
        }
        if self.is_postgres() && self.master_key.is_empty() && self.master_key_file.as_os_str().is_empty() {
            return not_allowed(
                "master_key",
                "or master_key_file has to be set with PostgreSQL: all servers of a database share one",
            );
        }
        if !(2..=1_000).contains(&self.database_connections) {
            return not_allowed("database_connections", "must be 2 to 1000");
        }
        if !self.public_url.is_empty()
            && !Url::parse(&self.public_url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
        {
            return not_allowed("public_url", "must be an http or https address");
        }
        Ok(())
    }
}

const fn is_in_prefix(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}
