//! nginx with nchan, where both are installed: what is measured beside this project's server, in the same run.

use std::{fs, net::SocketAddr, path::Path, process::Stdio, time::Duration};

use serde_json::json;
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::sleep,
};

use super::{
    crowd::{Request, title},
    target::Failure,
    wire::Wire,
};

const MODULE: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";
const STARTING: Duration = Duration::from_millis(50);
const STARTING_TRIES: u32 = 100;

/// A running nginx. Ended when dropped, and its worker with it.
pub(super) struct Nchan {
    pub(super) host: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl Nchan {
    /// Starts one, if it is installed.
    pub(super) async fn start() -> Result<Option<Self>, Failure> {
        if !Path::new(MODULE).exists() {
            return Ok(None);
        }
        let folder = tempfile::tempdir()?;
        // The kernel gives a port that is free, and it is most likely still free a moment later.
        let host = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
        let configuration = folder.path().join("nginx.conf");
        fs::write(&configuration, configured(host, folder.path()))?;
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder.path()).arg("-c").arg(&configuration);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let Ok(process) = command.spawn() else { return Ok(None) };
        for _ in 0..STARTING_TRIES {
            if TcpStream::connect(host).await.is_ok() {
                return Ok(Some(Self { host, process, _folder: folder }));
            }
            sleep(STARTING).await;
        }
        Err("nginx with nchan does not start".into())
    }

    pub(super) fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// A subscriber of its own channel.
    pub(super) fn own(number: usize) -> Request {
        Request { path: format!("/subscribe/{number}"), headers: "accept: text/event-stream\r\n".to_owned() }
    }

    /// A subscriber of the channel of all.
    pub(super) fn shared() -> Request {
        Request { path: "/subscribe/all".to_owned(), headers: "accept: text/event-stream\r\n".to_owned() }
    }

    /// Publishes what a stream of this project's would carry, in length.
    pub(super) async fn publish(
        &self,
        wire: &mut Wire,
        channel: &str,
        number: usize,
        body: &str,
    ) -> Result<(), Failure> {
        let event = json!({
            "changed": [{"id": "01930000-0000-7000-8000-000000000000", "title": title(number), "body": body,
                "actions": [], "priority": "normal", "createdAt": "2026-01-01T00:00:00.000Z", "revision": "00000000-1-1"}],
            "removed": [], "counts": {"unseen": 1, "unread": 1, "total": 1, "categories": {}}, "revision": "00000000-1-1",
        });
        let answer = wire.post(&format!("/publish/{channel}"), "", &event.to_string()).await?;
        if matches!(answer.status, 200..=202) {
            Ok(())
        } else {
            Err(format!("nchan: {}", answer.status).into())
        }
    }
}

fn configured(host: SocketAddr, folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "load_module {MODULE};
daemon off;
master_process off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 19000; }}
http {{
    access_log off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    keepalive_requests 1000000000;
    nchan_shared_memory_size 512M;
    server {{
        listen {host} backlog=4096;
        location ~ /subscribe/(\\w+)$ {{ nchan_subscriber eventsource; nchan_channel_id $1; nchan_subscriber_first_message newest; }}
        location ~ /publish/(\\w+)$ {{ nchan_publisher; nchan_channel_id $1; nchan_message_buffer_length 10; }}
    }}
}}
"
    )
}
