//! What is read from where, and what is not allowed.

use std::path::Path;

use super::{Database, Flags, Settings, variables::names};

#[test]
fn the_defaults_are_whole_and_allowed() {
    let settings = Settings::load(None, &Flags::default()).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:3001");
    assert!(matches!(settings.database(), Database::Sqlite(path) if path == Path::new("bell-data/bell.db")));
    assert_eq!(settings.public_url(settings.listen), "http://localhost:3001");
    assert_eq!(settings.issuer(), "notification-bell");
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
        ("database = \"postgres://bell@db.example/bell\"", "master_key"),
        ("bus = \"carrier pigeon\"", "bus"),
        ("bus = \"postgres\"", "bus"),
        ("bus = \"rediss://redis.internal/#insecure\"", "bus"),
        ("bus = \"redis://user:secret@redis.internal:seven\"", "bus"),
        ("bus_prefix = \"shop*\"", "bus_prefix"),
        ("public_url = \"bell.example\"", "public_url"),
        ("sesion_ttl = 60", "sesion_ttl"),
        ("session_encrypt = \"true\"", "session_encrypt"),
        ("[sesion]\nttl = 60", "sesion_ttl"),
        ("limits = \"sometimes\"", "limits"),
        ("sends_per_second = 0", "sends_per_second"),
        ("batched_sends_per_second = 999", "batched_sends_per_second"),
        ("webhook_retry = 0", "webhook_retry"),
        ("tls_cert = \"cert.pem\"", "tls_key"),
        ("trusted_proxies = \"proxy\"", "trusted_proxies"),
        ("jwks_allow = \"jwks internal\"", "jwks_allow"),
        ("outbound_allow = \"10.0.0.0/8, http://jwks.internal\"", "http://jwks.internal"),
    ] {
        let file = folder.path().join("bell.toml");
        std::fs::write(&file, line).unwrap();
        let error = Settings::load(Some(&file), &Flags::default()).err().unwrap().to_string();
        assert!(error.contains(word) && !error.contains("secret"), "{line}: {error}");
    }
    assert!(Settings::load(Some(Path::new("/nowhere/bell.toml")), &Flags::default()).is_err());
}

#[test]
fn what_is_allowed_for_keys_alone_is_not_allowed_for_webhooks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bell.toml");
    std::fs::write(&file, "jwks_allow = \"10.1.0.0/16\"\noutbound_allow = \"10.2.0.0/16\"\n").unwrap();
    let settings = Settings::load(Some(&file), &Flags::default()).unwrap();
    let (only_keys, both) = ("10.1.0.1".parse().unwrap(), "10.2.0.1".parse().unwrap());
    assert!(settings.jwks_allow().has_address(only_keys) && settings.jwks_allow().has_address(both));
    assert!(!settings.outbound_allow().has_address(only_keys) && settings.outbound_allow().has_address(both));
}
