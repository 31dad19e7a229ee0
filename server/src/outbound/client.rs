//! The client: what is sent, how long that may take, how much is read.

use std::{net::IpAddr, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use reqwest::{Client, StatusCode, header, redirect, retry};
use url::{Host, Url};

use super::{
    OutboundError,
    allowed::OutboundAllow,
    error::chain,
    freshness::max_age_seconds,
    resolver::{CheckingResolver, Reach, Resolver, SystemResolver},
};

const USER_AGENT: &str = concat!("notification-bell/", env!("CARGO_PKG_VERSION"));

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the answer was read to its end.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), total: Duration::from_secs(5) }
    }
}

/// What a call brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The body, as it was sent.
    pub body: Bytes,
    /// How many seconds it may be kept, if the sender says so (`Cache-Control`, RFC 9111).
    pub max_age_seconds: Option<u64>,
}

/// Calls addresses that somebody configured.
pub struct Outbound {
    https: Way,
    http: Way,
    timeouts: Timeouts,
}

/// A client and what it may reach. They go by scheme, because the resolver inside of the client does not learn it.
struct Way {
    reach: Reach,
    /// A machine without certificates of authorities has no TLS. That is no reason not to start, but to say so later.
    client: Result<Client, OutboundError>,
}

impl Outbound {
    /// With the names that the system knows, and the usual time limits.
    #[must_use]
    pub fn with_system_names(allow: OutboundAllow) -> Self {
        Self::new(allow, Arc::new(SystemResolver), Timeouts::default())
    }

    /// Calls public addresses over https, and what is allowed beyond that.
    #[must_use]
    pub fn new(allow: OutboundAllow, resolver: Arc<dyn Resolver>, timeouts: Timeouts) -> Self {
        let https = Way::new(allow.clone(), Arc::clone(&resolver), timeouts, true);
        Self { https, http: Way::new(allow, resolver, timeouts, false), timeouts }
    }

    /// Whether a URL could be called, as far as can be told without asking for addresses.
    ///
    /// # Errors
    /// Why it can never be.
    pub fn check_url(&self, url: &Url) -> Result<(), OutboundError> {
        self.way(url).map(|_| ())
    }

    /// Gets what is at a URL: at most `max_bytes` of it, and only with status 200.
    ///
    /// # Errors
    /// If the URL may not be called, or there is no such answer in time.
    pub async fn get(&self, url: &Url, accept: &str, max_bytes: usize) -> Result<Fetched, OutboundError> {
        let (host, client) = self.client(url)?;
        let request = client.get(url.clone()).header(header::ACCEPT, accept);
        let mut response = request.send().await.map_err(|error| self.failure(&host, error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(OutboundError::Redirect { host, status: status.as_u16() });
        }
        if status != StatusCode::OK {
            return Err(OutboundError::Status { host, status: status.as_u16() });
        }
        let max_age_seconds = max_age_seconds(response.headers());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(&host, error))? {
            if chunk.len() > max_bytes - body.len() {
                return Err(OutboundError::TooLarge { host, max_bytes });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Fetched { body: body.freeze(), max_age_seconds })
    }

    /// Who is called at a URL, and with what, if it may be.
    pub(super) fn client(&self, url: &Url) -> Result<(String, &Client), OutboundError> {
        let client = self.way(url)?.client.as_ref().map_err(Clone::clone)?;
        Ok((url.host_str().unwrap_or_default().to_owned(), client))
    }

    /// The way that a URL goes, if it may.
    fn way(&self, url: &Url) -> Result<&Way, OutboundError> {
        let way = match url.scheme() {
            "https" => &self.https,
            "http" => &self.http,
            other => return Err(OutboundError::Scheme(other.to_owned())),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::Credentials);
        }
        way.check_host(url)?;
        Ok(way)
    }

    pub(super) fn failure(&self, host: &str, error: reqwest::Error) -> OutboundError {
        let timeout = if error.is_connect() { self.timeouts.connect } else { self.timeouts.total };
        let timeout = error.is_timeout().then_some(timeout);
        // Logs have no business with the URL, which may have a secret in it.
        OutboundError::of_call(host, &error.without_url(), timeout)
    }
}

impl Way {
    fn new(allow: OutboundAllow, resolver: Arc<dyn Resolver>, timeouts: Timeouts, is_https: bool) -> Self {
        let reach = Reach { allow, is_public_in_reach: is_https };
        let builder = Client::builder()
            .dns_resolver(CheckingResolver { resolver, reach: reach.clone() })
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            // A proxy would look names up for itself.
            .no_proxy()
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.total)
            // Calls are rare; each is made to addresses that were checked for it.
            .pool_max_idle_per_host(0)
            .user_agent(USER_AGENT)
            .referer(false)
            // Nothing that grows while it is read. Said here, because other members of the workspace turn features on.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .http1_only()
            .https_only(is_https);
        // The system's certificates are read when the client is made; plain http has no use for them.
        let builder = if is_https { builder } else { builder.tls_certs_only([]) };
        Self { reach, client: builder.build().map_err(|error| OutboundError::NoTls(chain(&error))) }
    }

    /// Addresses are checked here, because for them no resolver is asked; of names, what can be said without one.
    fn check_host(&self, url: &Url) -> Result<(), OutboundError> {
        let host = url.host_str().unwrap_or_default();
        match url.host() {
            Some(Host::Ipv4(address)) => self.reach.check(host, address.into()),
            Some(Host::Ipv6(address)) => self.reach.check(host, address.into()),
            Some(Host::Domain(name)) if is_this_machine(name) => {
                let [v4, v6] = LOOPBACK.map(|address| self.reach.check(host, address));
                v4.or(v6)
            }
            Some(Host::Domain(name)) => {
                let could_be = self.reach.is_public_in_reach
                    || self.reach.allow.has_host(name)
                    || self.reach.allow.has_addresses();
                could_be.then_some(()).ok_or_else(|| OutboundError::NotHttps(host.to_owned()))
            }
            None => Err(OutboundError::Scheme(url.scheme().to_owned())),
        }
    }
}

const LOOPBACK: [IpAddr; 2] =
    [IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)];

/// The names that mean this machine everywhere (RFC 6761, section 6.3).
fn is_this_machine(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}
