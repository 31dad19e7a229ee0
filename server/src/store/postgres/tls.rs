//! Encryption on the way to the database: rustls, and the certificate authorities that this machine trusts, or those in a
//! file.

use std::{
    fmt::Display,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::store::StoreError;

/// How connections are made.
pub(super) type Tls = MakeRustlsConnect;

/// An address of a database, understood.
pub(super) struct Address {
    pub(super) config: Config,
    /// A file with the certificates of authorities, which count in the place of the machine's.
    authorities: Option<PathBuf>,
}

impl Address {
    /// Reads an address, with `sslmode` and `sslrootcert` as PostgreSQL's own programs take them.
    ///
    /// A connection that is not said to be either way is encrypted, unless it stays on this machine; and one that is said
    /// to be encrypted if possible is as well: a stranger on the way could otherwise say that it is not possible. A
    /// certificate is always checked, and for whom it is.
    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut mode, mut authorities, mut rest) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match url::form_urlencoded::parse(pair.as_bytes()).next() {
                Some((name, value)) if name == "sslmode" => mode = Some(value.into_owned()),
                Some((name, value)) if name == "sslrootcert" => {
                    authorities = Some(PathBuf::from(value.into_owned()));
                }
                _ => rest.push(pair),
            }
        }
        let plain = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
        let mut config: Config = plain.parse()?;
        config.ssl_mode(match mode.as_deref() {
            Some("disable") => SslMode::Disable,
            None if is_local(&config) => SslMode::Disable,
            None | Some("allow" | "prefer" | "require" | "verify-ca" | "verify-full") => SslMode::Require,
            Some(_) => return Err(StoreError::Database("its sslmode is neither disable nor require".into())),
        });
        Ok(Self { config, authorities })
    }

    /// The connector. It is asked for only where connections are encrypted.
    pub(super) fn connector(&self) -> Result<Tls, StoreError> {
        let failed =
            |error| StoreError::Database(Box::new(error) as Box<dyn std::error::Error + Send + Sync>);
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(failed)?;
        let is_encrypted = self.config.get_ssl_mode() != SslMode::Disable;
        let settings = match &self.authorities {
            // Nobody's certificate is needed, so this machine need not have any.
            _ if !is_encrypted => builder.with_root_certificates(RootCertStore::empty()),
            Some(file) => builder.with_root_certificates(read_authorities(file)?),
            None => builder.with_platform_verifier().map_err(failed)?,
        };
        Ok(MakeRustlsConnect::new(settings.with_no_client_auth()))
    }
}

/// Whether all of its hosts are this machine.
fn is_local(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Host::Unix(_) => true,
    })
}

fn read_authorities(file: &Path) -> Result<RootCertStore, StoreError> {
    let unusable = |error: &dyn Display| StoreError::Database(format!("{}: {error}", file.display()).into());
    let mut authorities = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unusable(&error))? {
        let certificate = certificate.map_err(|error| unusable(&error))?;
        authorities.add(certificate).map_err(|error| unusable(&error))?;
    }
    if authorities.is_empty() {
        return Err(unusable(&"there is no certificate in it"));
    }
    Ok(authorities)
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::SslMode;

    use super::Address;

    #[test]
    fn what_leaves_this_machine_is_encrypted_unless_somebody_said_otherwise() {
        for (address, mode) in [
            ("postgres://bell@db.example/bell", SslMode::Require),
            ("postgres://bell@db.example/bell?sslmode=prefer", SslMode::Require),
            ("postgres://bell@db.example/bell?connect_timeout=3&sslmode=verify-full", SslMode::Require),
            ("postgres://bell@db.example/bell?sslmode=disable", SslMode::Disable),
            ("postgres://bell@localhost,db.example/bell", SslMode::Require),
            ("postgres://bell@127.0.0.1/bell", SslMode::Disable),
            ("postgres://bell@127.0.0.1/bell?sslmode=require", SslMode::Require),
            ("postgres://bell@%2Frun%2Fpostgresql/bell", SslMode::Disable),
        ] {
            let address = Address::parse(address).unwrap_or_else(|error| panic!("{address}: {error}"));
            assert_eq!(address.config.get_ssl_mode(), mode);
            assert!(address.connector().is_ok());
        }
        for address in ["postgres://db.example/bell?sslmode=off", "postgres://db.example/bell?ssl=yes"] {
            assert!(Address::parse(address).is_err(), "{address}");
        }
    }

    #[test]
    fn authorities_of_ones_own_are_read_from_their_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own.pem");
        let address = format!("postgres://bell@db.example/bell?sslrootcert={}", file.display());
        let address = Address::parse(&address).unwrap();
        let connector = || address.connector().map(drop).map_err(|error| error.to_string());
        assert!(connector().unwrap_err().contains("own.pem"));
        std::fs::write(&file, "").unwrap();
        assert!(connector().unwrap_err().contains("no certificate"));
        let own = rcgen::generate_simple_self_signed(["db.example".to_owned()]).unwrap();
        std::fs::write(&file, own.cert.pem()).unwrap();
        connector().unwrap();
    }
}
