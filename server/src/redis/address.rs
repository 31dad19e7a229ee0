//! Where Redis is, with all that is needed to get in.

use redis::{ConnectionInfo, IntoConnectionInfo, ProtocolVersion};

/// The address of a Redis. It has a password in it, and is shown to nobody.
#[derive(Clone)]
pub struct RedisAddress(pub(super) ConnectionInfo);

/// Why a text is no such address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be local, postgres, or an address such as redis://host:6379 or rediss://user:password@host:6379/0"
)]
pub struct AddressFault;

impl RedisAddress {
    /// Reads an address. One that turns the check of certificates off is none.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, AddressFault> {
        let is_ours = text.starts_with("redis://") || text.starts_with("rediss://");
        if !is_ours || text.contains('#') {
            return Err(AddressFault);
        }
        let info = text.into_connection_info().map_err(|_| AddressFault)?;
        // With this version of the protocol, one connection speaks and listens.
        let redis = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        Ok(Self(info.set_redis_settings(redis)))
    }
}

#[cfg(test)]
mod tests {
    use super::RedisAddress;

    #[test]
    fn what_redis_clients_take_is_an_address_but_not_without_the_check_of_certificates() {
        for text in [
            "redis://localhost",
            "redis://127.0.0.1:6380/2",
            "rediss://user:p%40ss@redis.internal:6379/0",
            "redis://:password@[::1]:6379",
        ] {
            assert!(RedisAddress::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "local",
            "redis",
            "redis://",
            "http://localhost",
            "redis+unix:///run/redis.sock",
            "rediss://redis.internal/#insecure",
            "redis://localhost/two",
            "redis://localhost:port",
        ] {
            assert!(RedisAddress::parse(text).is_err(), "{text}");
        }
    }
}
