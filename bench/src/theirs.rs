//! A server that runs already, which an operator wants to know the measure of.

use std::{error::Error, net::SocketAddr, path::PathBuf};

use clap::Args;
use notification_bell_tests::Project;
use tokio::net::lookup_host;

/// Where it is, and what for.
#[derive(Clone, Debug, Args)]
pub(crate) struct Theirs {
    /// Measure the server at this address (http://host:port, without a proxy that ends TLS), whose quotas have to be off
    /// (`BELL_LIMITS=off`). What is sent is really sent: take a project that was made for it
    #[arg(long, requires = "project")]
    url: Option<String>,
    /// Its project: the file that `project create --json` printed
    #[arg(long, requires = "url")]
    project: Option<PathBuf>,
    /// The process id of that server if it is on this machine, for its memory and its processor time
    #[arg(long, requires = "url")]
    pub(crate) process: Option<u32>,
}

impl Theirs {
    /// The server's address and the project; `None` if the load is to start a server of its own.
    ///
    /// # Errors
    /// If the address is not plain HTTP or not to be found, or the file cannot be read.
    pub(crate) async fn named(&self) -> Result<Option<(SocketAddr, Project)>, Box<dyn Error>> {
        let (Some(url), Some(file)) = (&self.url, &self.project) else { return Ok(None) };
        let host =
            host(url).ok_or_else(|| format!("{url} is not an address such as http://10.0.0.7:3001"))?;
        let address = lookup_host(&host).await?.next().ok_or_else(|| format!("{host} has no address"))?;
        Ok(Some((address, Project::from_file(file)?)))
    }
}

/// Host and port of an address.
fn host(url: &str) -> Option<String> {
    let host = url.strip_prefix("http://")?.trim_end_matches('/');
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let is_bare = !host.is_empty() && !host.contains('/');
    is_bare.then(|| if has_port { host.to_owned() } else { format!("{host}:80") })
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn an_address_is_plain_http_with_or_without_a_port() {
        assert_eq!(host("http://10.0.0.7:3001/").as_deref(), Some("10.0.0.7:3001"));
        assert_eq!(host("http://bell.internal").as_deref(), Some("bell.internal:80"));
        assert_eq!(host("http://[::1]").as_deref(), Some("[::1]:80"));
        for wrong in ["https://bell.example", "bell.example:80", "http://", "http://a/b"] {
            assert_eq!(host(wrong), None, "{wrong}");
        }
    }
}
