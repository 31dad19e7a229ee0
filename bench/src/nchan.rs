//! nginx with nchan, where both are installed: what is measured beside this project's server, in the same run. It keeps
//! messages in memory, and passes them on without putting them on disk.

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Stdio,
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::sleep,
};

/// Where Debian has them.
const NGINX: &str = "/usr/sbin/nginx";
const MODULE: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";

const STARTING: Duration = Duration::from_millis(50);
const STARTING_TRIES: u32 = 100;

/// One process, which is killed with whoever started it; messages nobody asks for go after a while.
const FILE: &str = "\
load_module {module};
daemon off;
master_process off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 19000; }
http {
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    nchan_shared_memory_size 512M;
    server {
        listen 127.0.0.1:{port} backlog=4096;
        location ~ ^/subscribe/(.+)$ {
            nchan_subscriber eventsource;
            nchan_channel_id $1;
            nchan_subscriber_first_message newest;
        }
        location ~ ^/publish/(.+)$ {
            nchan_publisher;
            nchan_channel_id $1;
            nchan_message_buffer_length 10;
            nchan_message_timeout 10s;
        }
    }
}
";

/// A running nginx.
pub(crate) struct Nchan {
    pub(crate) address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl Nchan {
    /// Starts it; `None` where nginx or nchan is not installed.
    pub(crate) async fn start() -> io::Result<Option<Self>> {
        if !Path::new(NGINX).is_file() || !Path::new(MODULE).is_file() {
            return Ok(None);
        }
        let folder = tempfile::tempdir()?;
        // Started by root, nginx works as somebody else, who has to get at its own files in here.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711))?;
        // It takes no port 0. The system gives one that is free, and most likely still is a moment later.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?;
        let file = FILE
            .replace("{module}", MODULE)
            .replace("{folder}", &folder.path().display().to_string())
            .replace("{port}", &address.port().to_string());
        fs::write(folder.path().join("nginx.conf"), file)?;
        let process = Command::new(NGINX)
            .arg("-p")
            .arg(folder.path())
            .args(["-c", "nginx.conf", "-e", "stderr"])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        for _ in 0..STARTING_TRIES {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(Some(Self { address, process, _folder: folder }));
            }
            sleep(STARTING).await;
        }
        Err(io::Error::other("nginx with nchan does not start"))
    }

    /// The id of its process.
    pub(crate) fn process_id(&self) -> Option<u32> {
        self.process.id()
    }
}
