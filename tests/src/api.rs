//! Addresses of a running server.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use reqwest::{Client, Method, RequestBuilder, redirect};

/// Where the server answers. Copies follow it when it comes back at another port.
#[derive(Clone, Debug)]
pub struct Api {
    client: Client,
    address: Arc<Mutex<SocketAddr>>,
}

impl Api {
    /// Where something else answers in its place, such as a proxy.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        let api = Self::new();
        api.moved_to(address);
        api
    }

    pub(crate) fn new() -> Self {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client without TLS needs nothing from the system");
        Self { client, address: Arc::new(Mutex::new((Ipv4Addr::LOCALHOST, 0).into())) }
    }

    pub(crate) fn moved_to(&self, address: SocketAddr) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }

    /// The address it listens on now.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request to any path of the server, with a query if need be.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address()))
    }

    /// A request to a path below `/api/v1`.
    pub fn v1(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, &format!("/api/v1{path}"))
    }
}
