//! From names to addresses that may be called.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{OutboundError, allowed::OutboundAllow, public_address::is_public};

/// Says which addresses a name has.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// All addresses of a host.
    ///
    /// # Errors
    /// If they cannot be found out.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver, with its hosts file and search domains.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// What may be called.
#[derive(Clone)]
pub(super) struct Reach {
    pub(super) allow: OutboundAllow,
    /// Whether public addresses are in reach too: not over plain http.
    pub(super) is_public_in_reach: bool,
}

impl Reach {
    /// Whether an address of a host may be called.
    ///
    /// # Errors
    /// Why it may not.
    pub(super) fn check(&self, host: &str, address: IpAddr) -> Result<(), OutboundError> {
        let host = host.to_owned();
        if self.allow.has_host(&host) || self.allow.has_address(address) {
            return Ok(());
        }
        match (self.is_public_in_reach, is_public(address)) {
            (true, true) => Ok(()),
            (true, false) => Err(OutboundError::NotPublic { host, address }),
            (false, _) => Err(OutboundError::NotHttps(host)),
        }
    }
}

/// Hands out addresses that were checked, and nothing else. The connection is made to one of them without asking again,
/// so a name cannot have a public address while it is checked and a private one afterwards (DNS rebinding).
pub(super) struct CheckingResolver {
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) reach: Reach,
}

impl Resolve for CheckingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = Arc::clone(&self.resolver);
        let reach = self.reach.clone();
        Box::pin(async move {
            let host = name.as_str();
            let failed = |cause: String| OutboundError::Name { host: host.to_owned(), cause };
            let addresses = resolver.resolve(host).await.map_err(|error| failed(error.to_string()))?;
            let mut refusal = failed("the name has no addresses".to_owned());
            let mut checked = Vec::new();
            for address in addresses {
                match reach.check(host, address) {
                    // The client puts the port of the URL in the place of 0.
                    Ok(()) => checked.push(SocketAddr::new(address, 0)),
                    Err(reason) => refusal = reason,
                }
            }
            if checked.is_empty() {
                return Err(refusal.into());
            }
            Ok::<Addrs, _>(Box::new(checked.into_iter()))
        })
    }
}
