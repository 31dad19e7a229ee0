//! TLS (RFC 8446 and 5246, by rustls) with the operator's certificate. It names the version of HTTP too (ALPN, RFC 7301):
//! HTTP/2 frees a browser of its six connections to one host.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
    },
    server::TlsStream,
};

/// For the whole handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
const HTTP_2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is not what it should be.
    #[error("{0} cannot be read as PEM: {1}")]
    Pem(PathBuf, #[source] pem::Error),
    /// There is no certificate in the file.
    #[error("there is no certificate in {0}")]
    NoCertificate(PathBuf),
    /// The key is not the certificate's, or of a kind that is not supported.
    #[error("the certificate and the key cannot be used: {0}")]
    Unusable(#[source] tokio_rustls::rustls::Error),
}

/// Accepts handshakes.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl Tls {
    /// TLS with the chain of certificates in one PEM file and the private key in another.
    ///
    /// # Errors
    /// If the files cannot be read or do not fit.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |error| TlsError::Pem(path, error)
        };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect)
            .map_err(unreadable(certificate))?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate(certificate.to_owned()));
        }
        let private_key = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, private_key)
            .map_err(TlsError::Unusable)?;
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1_1.to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Shakes hands.
    ///
    /// # Errors
    /// If the client does not, or not in time.
    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        timeout(HANDSHAKE_TIMEOUT, self.0.accept(stream)).await?
    }
}

/// Whether a client and this server agreed on HTTP/2.
pub(super) fn is_http_2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(HTTP_2)
}
