//! nginx in front of several servers, without sticky sessions, which knows them as the files in `deploy/` have it.

use std::net::SocketAddr;

use notification_bell_tests::{Api, Nginx, Reply, Server};

/// The upstream: how connections are kept, and who gets the next request.
const SHIPPED: &str = include_str!("../../deploy/nginx.conf");
/// The servers in it: when one is left out, and what happens when all are.
const SERVERS: &str = include_str!("../../deploy/nginx/two-servers.conf");
/// The line of the one that names the other.
const INCLUDED: &str = "include /etc/nginx/notification-bell-servers.conf;";
/// The first of two servers in their list.
const FIRST: &str = "172.30.84.11:3001";

/// Plain, and with less patience than the file that is shipped: what a server that is cut off was asked is asked again by
/// whoever asked, after three seconds instead of forty. A send that may have arrived is not sent again by nginx: its
/// sender does that, under the same key. A DELETE is, which is idempotent (RFC 9110, section 9.2.2): the answer names whom
/// it was sent to.
const FILE: &str = "\
    {upstream}
    server {
        listen {address};
        proxy_http_version 1.1;
        proxy_set_header Connection \"\";
        proxy_set_header Host $host;
        proxy_connect_timeout 1s;
        proxy_read_timeout 3s;
        add_header X-Sent-To $upstream_addr always;
        location / { proxy_pass http://notification_bell; }
        location = /api/v1/inbox/stream {
            proxy_buffering off;
            proxy_read_timeout 5m;
            proxy_pass http://notification_bell;
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

/// Whether nginx has sent on to another server what one had not answered, which may have done it.
pub(crate) fn is_repeated(reply: &Reply) -> bool {
    reply.header("x-sent-to").is_some_and(|servers| servers.contains(','))
}

fn file(address: SocketAddr, nodes: &[Server]) -> String {
    let lines = SERVERS.lines().filter(|line| line.starts_with("server ") && line.contains(FIRST));
    let of_node = |line: &str| {
        let named = |node: &Server| line.replace(FIRST, &node.api().address().to_string());
        nodes.iter().map(named).collect::<Vec<_>>().join("\n")
    };
    let servers: Vec<_> = lines.map(of_node).collect();
    assert_eq!(servers.len(), 2, "each is named twice");
    let (_, upstream) = SHIPPED.split_once("upstream notification_bell {").unwrap();
    let (upstream, _) = upstream.split_once("\n}").unwrap();
    assert!(upstream.contains(INCLUDED));
    let upstream = upstream.replace(INCLUDED, &servers.join("\n"));
    FILE.replace("{address}", &address.to_string())
        .replace("{upstream}", &format!("upstream notification_bell {{{upstream}\n}}"))
}
