//! nginx in front of several servers, without sticky sessions: each request goes to the next one.

use std::net::SocketAddr;

use notification_bell_tests::{Api, Nginx, Server};

/// What does not answer is asked again a second later, and the next one meanwhile. A send that may have arrived is not
/// sent again by nginx: its sender does that, under the same key.
const FILE: &str = "\
    upstream nodes {
        {nodes}
        keepalive 32;
        keepalive_timeout 8s;
    }
    server {
        listen {address};
        proxy_http_version 1.1;
        proxy_set_header Connection \"\";
        proxy_set_header Host $host;
        proxy_connect_timeout 1s;
        proxy_read_timeout 3s;
        location / { proxy_pass http://nodes; }
        location = /api/v1/inbox/stream {
            proxy_buffering off;
            proxy_read_timeout 5m;
            proxy_pass http://nodes;
        }
    }";

/// It ends with the test.
pub(crate) struct Balancer {
    pub(crate) api: Api,
    _nginx: Nginx,
}

impl Balancer {
    pub(crate) async fn start(nodes: &[Server]) -> Self {
        let socket = Nginx::listener();
        let address = socket.local_addr().unwrap();
        let mut nginx = Nginx::new();
        nginx.start(&file(address, nodes), socket, None).await;
        Self { api: Api::at(address), _nginx: nginx }
    }
}

fn file(address: SocketAddr, nodes: &[Server]) -> String {
    let line = |node: &Server| format!("server {} max_fails=1 fail_timeout=1s;", node.api().address());
    FILE.replace("{address}", &address.to_string())
        .replace("{nodes}", &nodes.iter().map(line).collect::<Vec<_>>().join("\n        "))
}
