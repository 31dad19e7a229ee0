//! The operator's files for nginx, with a test's names, ports and paths.

use std::{fmt::Write as _, net::SocketAddr, path::Path};

pub(crate) const FILE: &str = include_str!("../../deploy/nginx.conf");
const ONE_SERVER: &str = include_str!("../../deploy/nginx/one-server.conf");
const TWO_SERVERS: &str = include_str!("../../deploy/nginx/two-servers.conf");
const MAIN: &str = include_str!("../../deploy/nginx/main.conf");

/// What is beside it, if the main file is somebody's. The operator's own may have any of this in its `http { }`; the file
/// has to hold its own.
pub(crate) const BESIDE: &str = "\
    gzip on;
    gzip_types *;
    gzip_min_length 0;
    gzip_proxied any;
    proxy_ignore_headers X-Accel-Buffering;
    include {folder}/bell.conf;";

/// What nginx may write, which is elsewhere for those who are not root.
const TEMPORARY: &str = "
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;";

/// What is around the operator's file.
pub(crate) struct Around {
    /// The main file, if it is the operator's too. `{folder}` is where everything is.
    pub(crate) main: Option<String>,
    /// The list of the servers.
    pub(crate) servers: String,
}

impl Around {
    /// Somebody's main file, and one server at this port.
    pub(crate) fn usual(port: u16) -> Self {
        let servers = changed(ONE_SERVER, &[("127.0.0.1:3001", 1, format!("127.0.0.1:{port}"))]);
        Self { main: None, servers }
    }

    /// The operator's main file, and two servers at these addresses.
    pub(crate) fn operators(servers: [SocketAddr; 2]) -> Self {
        let [one, other] = servers.map(|address| address.to_string());
        // Each is there once more, for when all are left out.
        let servers = [("172.30.84.11:3001", 2, one), ("172.30.84.12:3001", 2, other)];
        let main = [
            ("pid /run/nginx.pid;", 1, "daemon off;\npid {folder}/nginx.pid;".to_owned()),
            ("error_log /var/log/nginx/error.log notice;", 1, "error_log stderr notice;".to_owned()),
            // What a machine that tests can do with.
            ("worker_processes auto;", 1, "worker_processes 2;".to_owned()),
            ("worker_rlimit_nofile 131072;", 1, String::new()),
            ("worker_connections 65536;", 1, "worker_connections 512;".to_owned()),
            ("http {", 1, format!("http {{{TEMPORARY}")),
            ("include /etc/nginx/mime.types;", 1, String::new()),
            ("/etc/nginx/conf.d/*.conf", 1, "{folder}/bell.conf".to_owned()),
        ];
        Self { main: Some(changed(MAIN, &main)), servers: changed(TWO_SERVERS, &servers) }
    }
}

/// The operator's file with this test's names, ports and paths.
pub(crate) fn adapted(file: &str, folder: &Path, https: u16, http: u16) -> String {
    let in_folder = |name: &str| folder.join(name).display().to_string();
    let changes = [
        ("server_name bell.example;", 2, "server_name localhost;".to_owned()),
        ("https://bell.example$request_uri", 1, "https://localhost$request_uri".to_owned()),
        ("listen 443 ssl http2;", 1, format!("listen 127.0.0.1:{https} ssl http2;")),
        ("listen 80;", 1, format!("listen 127.0.0.1:{http};")),
        // The same in IPv6, which not every machine that tests has.
        ("listen [::]:443 ssl http2;", 1, String::new()),
        ("listen [::]:80;", 1, String::new()),
        ("/etc/nginx/notification-bell-servers.conf", 1, in_folder("servers.conf")),
        ("/etc/ssl/bell.example/fullchain.pem;", 1, format!("{};", in_folder("certificate.pem"))),
        ("/etc/ssl/bell.example/privkey.pem;", 1, format!("{};", in_folder("key.pem"))),
        ("/var/log/nginx/notification-bell.log", 1, in_folder("access.log")),
    ];
    changed(file, &changes)
}

/// The file with what its directives have so many times replaced; comments stay as they are.
fn changed(file: &str, changes: &[(&str, usize, String)]) -> String {
    let mut text = file.to_owned();
    for (original, number, ours) in changes {
        let is_directive = |line: &str| !line.trim_start().starts_with('#');
        let mut found = 0;
        let mut replaced = String::new();
        for line in text.lines() {
            if is_directive(line) {
                found += line.matches(original).count();
                writeln!(replaced, "{}", line.replace(original, ours)).unwrap();
            } else {
                writeln!(replaced, "{line}").unwrap();
            }
        }
        assert_eq!(found, *number, "a file in deploy/ no longer has {original:?} this often");
        text = replaced;
    }
    text
}
