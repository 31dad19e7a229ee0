//! What may be called although it is not public: the operator's list.

use std::net::IpAddr;

use ipnet::IpNet;
use url::Host;

/// Hosts and networks that may be called although they are private, and over plain http too.
#[derive(Clone, Debug, Default)]
pub struct OutboundAllow {
    hosts: Vec<String>,
    networks: Vec<IpNet>,
}

impl OutboundAllow {
    /// Reads a list of hosts, addresses and networks with commas between. There are no wildcards: a host on the list
    /// may be anything, so each is named.
    ///
    /// # Errors
    /// The entry that is none of these.
    pub fn parse(list: &str) -> Result<Self, String> {
        let mut allow = Self::default();
        for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let network = entry.parse::<IpNet>().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            if let Ok(network) = network {
                allow.networks.push(network);
                continue;
            }
            match Host::parse(entry) {
                Ok(Host::Domain(name)) if !name.contains('*') => {
                    allow.hosts.push(without_dot(&name).to_owned());
                }
                Ok(Host::Ipv4(address)) => allow.networks.push(IpAddr::from(address).into()),
                Ok(Host::Ipv6(address)) => allow.networks.push(IpAddr::from(address).into()),
                Ok(Host::Domain(_)) | Err(_) => return Err(entry.to_owned()),
            }
        }
        Ok(allow)
    }

    /// Whether a name, as a URL has it, is listed: then every address that it has is allowed.
    pub(super) fn has_host(&self, name: &str) -> bool {
        self.hosts.iter().any(|host| host == without_dot(name))
    }

    /// Whether an address is listed, by itself or in a network.
    pub(crate) fn has_address(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address.to_canonical()))
    }

    /// Whether a name that is not listed could have an address that is.
    pub(super) fn has_addresses(&self) -> bool {
        !self.networks.is_empty()
    }
}

/// A name with a dot at its end is the same name, said to be whole.
fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::OutboundAllow;

    #[test]
    fn hosts_addresses_and_networks_are_told_apart() {
        let allow =
            OutboundAllow::parse("10.0.0.0/8, Jwks.Internal, localhost,127.0.0.1,[::1], fd00::/8,").unwrap();
        for host in ["jwks.internal", "jwks.internal.", "localhost"] {
            assert!(allow.has_host(host), "{host}");
        }
        for address in ["10.255.255.255", "127.0.0.1", "::1", "fdff::1", "::ffff:10.0.0.1"] {
            assert!(allow.has_address(address.parse().unwrap()), "{address}");
        }
        for host in ["internal", "evil.jwks.internal", "jwks.internal.evil.example"] {
            assert!(!allow.has_host(host), "{host}");
        }
        for address in ["11.0.0.0", "127.0.0.2", "::2", "fe00::"] {
            assert!(!allow.has_address(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_empty_list_allows_nothing() {
        let allow = OutboundAllow::parse(" , ").unwrap();
        assert!(!allow.has_host("") && !allow.has_addresses());
    }

    #[test]
    fn what_is_no_host_is_refused_by_name() {
        for entry in
            ["http://jwks.internal", "jwks.internal:8080", "*.corp.example", "10.0.0.0/33", "a b", "[::1"]
        {
            let list = format!("localhost, {entry}");
            assert_eq!(OutboundAllow::parse(&list).err(), Some(entry.to_owned()));
        }
    }
}
