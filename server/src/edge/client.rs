//! Who a request comes from: the other end of the connection, or, where that is a trusted proxy, whom it names.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};
use ipnet::IpNet;

/// The address of a client, as far as it can be believed. For limits alone: it is never logged or kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

/// The proxies in front of this server.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads a list of addresses and networks with commas between.
    ///
    /// # Errors
    /// The entry that is neither.
    pub fn parse(list: &str) -> Result<Self, String> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let parse = |entry: &str| {
            entry
                .parse::<IpNet>()
                .or_else(|_| entry.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| entry.to_owned())
        };
        entries.map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Who sent a request. Of the addresses that proxies noted, each in front of the one before it, the last counts
    /// that is no proxy of ours: anything further left is the client's own claim.
    ///
    /// Proxies write `Forwarded` (RFC 7239) or `X-Forwarded-For`, and most pass the other one through as the client sent
    /// it. So where both are there and say different things, neither counts.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return ClientAddress(peer);
        }
        let named = [forwarded(headers), forwarded_for(headers)]
            .map(|noted| noted.map(|noted| self.nearest(peer, &noted)));
        ClientAddress(match named {
            [Some(one), Some(other)] if one != other => peer,
            [Some(client), _] | [None, Some(client)] => client,
            [None, None] => peer,
        })
    }

    fn nearest(&self, peer: IpAddr, noted: &[Option<IpAddr>]) -> IpAddr {
        let mut client = peer;
        for noted in noted.iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = noted else { break };
            client = address.to_canonical();
        }
        client
    }

    /// Whether this is one of the proxies.
    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address.to_canonical()))
    }
}

/// The addresses in `Forwarded`; nothing without the header, `None` for an address that is unreadable.
fn forwarded(headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    let client = |entry: &str| {
        entry.split(';').find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            name.eq_ignore_ascii_case("for").then(|| address(value.trim_matches('"')))?
        })
    };
    entries(headers, header::FORWARDED.as_str(), client)
}

/// The addresses in `X-Forwarded-For`; nothing without the header, `None` for an address that is unreadable.
fn forwarded_for(headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    entries(headers, "x-forwarded-for", address)
}

fn entries(
    headers: &HeaderMap,
    name: &str,
    read: impl Fn(&str) -> Option<IpAddr>,
) -> Option<Vec<Option<IpAddr>>> {
    let texts = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    let entries: Vec<Option<IpAddr>> =
        texts.flat_map(|text| text.split(',')).map(|entry| read(entry.trim())).collect();
    (!entries.is_empty()).then_some(entries)
}

/// An address with or without a port, an IPv6 one with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split(']').next()?.parse().ok();
    }
    text.parse().ok().or_else(|| text.rsplit_once(':')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::TrustedProxies;

    fn client(peer: &str, headers: &[(&'static str, &'static str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let proxies = TrustedProxies::parse("10.0.0.0/8, ::1").unwrap();
        proxies.client(peer.parse().unwrap(), &map).0.to_string()
    }

    #[test]
    fn a_stranger_is_who_the_connection_says() {
        assert_eq!(client("192.0.2.1", &[("x-forwarded-for", "198.51.100.7")]), "192.0.2.1");
        assert_eq!(client("192.0.2.1", &[("forwarded", "for=198.51.100.7")]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_names_the_client() {
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "198.51.100.7")]), "198.51.100.7");
        assert_eq!(client("::1", &[("forwarded", "for=198.51.100.7;proto=https")]), "198.51.100.7");
        assert_eq!(
            client("10.0.0.1", &[("forwarded", "proto=https; for=\"[2001:db8::1]:4711\"")]),
            "2001:db8::1"
        );
        assert_eq!(client("::ffff:10.0.0.1", &[("x-forwarded-for", "198.51.100.7:80")]), "198.51.100.7");
    }

    #[test]
    fn a_forged_address_left_of_the_proxies_note_does_not_count() {
        let forged = [("x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.0.0.2")];
        assert_eq!(client("10.0.0.1", &forged), "198.51.100.7");
        let in_two = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "198.51.100.7")];
        assert_eq!(client("10.0.0.1", &in_two), "198.51.100.7");
    }

    #[test]
    fn a_header_that_the_proxy_passed_through_changes_nothing() {
        let forged = [("forwarded", "for=203.0.113.9"), ("x-forwarded-for", "198.51.100.7")];
        assert_eq!(client("10.0.0.1", &forged), "10.0.0.1");
        let agreed = [("forwarded", "for=198.51.100.7"), ("x-forwarded-for", "198.51.100.7")];
        assert_eq!(client("10.0.0.1", &agreed), "198.51.100.7");
    }

    #[test]
    fn an_unreadable_note_ends_the_trust() {
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "198.51.100.7, unknown")]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[("forwarded", "for=_hidden")]), "10.0.0.1");
    }

    #[test]
    fn a_list_with_something_else_in_it_is_refused() {
        assert_eq!(TrustedProxies::parse("10.0.0.0/8, proxy").err(), Some("proxy".to_owned()));
        assert!(TrustedProxies::parse("").is_ok());
    }
}
