//! `health`: whether the server on this machine is ready. A container has no other program that could ask.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use clap::Args;
use reqwest::{Client, redirect};

use super::{CommandError, output};
use crate::{config::Settings, outbound::chain};

const TIMEOUT: Duration = Duration::from_secs(4);

/// Ask the server on this machine whether it is ready
#[derive(Args)]
#[command(
    after_help = "Exit status 0 if it is, 1 if not. It asks where the settings say that the server listens.

Example:
  notification-bell-server health"
)]
pub(super) struct HealthCommand {}

impl HealthCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let scheme = if settings.tls_files().is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}/readyz", reachable(settings.listen));
        let failed = |error: &reqwest::Error| CommandError::Failed(format!("{url}: {}", chain(error)));
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            // It is on this machine, and its certificate is for another name.
            .tls_danger_accept_invalid_certs(true)
            .build()
            .map_err(|error| failed(&error))?;
        let response = client.get(&url).send().await.map_err(|error| failed(&error))?;
        let is_ready = response.status().is_success();
        output::line(&response.text().await.unwrap_or_default());
        if is_ready { Ok(()) } else { Err(CommandError::No) }
    }
}

/// Where one can connect to what listens there.
fn reachable(listening: SocketAddr) -> SocketAddr {
    let address = match listening.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    (address, listening.port()).into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_server_that_listens_everywhere_is_asked_here() {
        for (listening, asked) in
            [("0.0.0.0:3001", "127.0.0.1:3001"), ("[::]:80", "[::1]:80"), ("10.0.0.1:3001", "10.0.0.1:3001")]
        {
            assert_eq!(super::reachable(listening.parse().unwrap()).to_string(), asked);
        }
    }
}
