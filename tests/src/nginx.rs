//! nginx with a file of a test's own, in a folder of its own.

use std::{
    env, fs,
    net::{Ipv4Addr, TcpListener},
    os::{fd::OwnedFd, unix::fs::PermissionsExt},
    path::{Path, PathBuf},
    process::Stdio,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{ANSWER_LIMIT, within};

/// What is around the part that serves.
const MAIN: &str = "\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr info;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{http}
}
";

/// An nginx, and its folder. It ends with the test.
#[derive(Debug)]
pub struct Nginx {
    folder: TempDir,
    process: Option<Child>,
}

impl Nginx {
    /// Its folder alone, for what its file is to name.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("the system's temporary folder can be written");
        // Started by root, nginx works as somebody else, who has to get at its own files in here.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("the folder is ours");
        Self { folder, process: None }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it with this between the brackets of `http { }`, on sockets that are open.
    pub async fn start(&mut self, http: &str, socket: TcpListener, second: Option<TcpListener>) {
        self.start_as(&MAIN.replace("{http}", http), socket, second).await;
    }

    /// The same with a main file of the test's own, in which `{folder}` is its folder.
    ///
    /// nginx takes no port 0. It is handed the sockets, as it hands them to its own successor: no port can be lost to
    /// somebody else in between, and whoever connects before it is ready just waits.
    pub async fn start_as(&mut self, main: &str, socket: TcpListener, second: Option<TcpListener>) {
        let folder = self.folder.path();
        let main = main.replace("{folder}", &folder.display().to_string());
        fs::write(folder.join("nginx.conf"), main).expect("the folder is ours");
        let checked = within(ANSWER_LIMIT, "nginx -t", command(folder).arg("-t").output()).await;
        let checked = checked.expect("nginx can be started");
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let log = fs::File::create(folder.join("error.log")).expect("the folder is ours");
        let sockets = if second.is_some() { "0;1;" } else { "0;" };
        let mut command = command(folder);
        command
            .env("NGINX", sockets)
            .stdin(Stdio::from(OwnedFd::from(socket)))
            .stdout(second.map_or_else(Stdio::null, |socket| Stdio::from(OwnedFd::from(socket))))
            .stderr(log);
        // Our own ends of the sockets go with the command.
        self.process = Some(command.spawn().expect("nginx can be started"));
    }

    /// An open socket on loopback, as nginx would have made it.
    #[must_use]
    pub fn listener() -> TcpListener {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
        listener.set_nonblocking(true).expect("it is a socket");
        listener
    }
}

impl Default for Nginx {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Nginx {
    /// Asks it to stop, instead of having it killed: a master that is killed leaves its workers behind.
    fn drop(&mut self) {
        let id = self.process.as_ref().and_then(Child::id);
        let id = id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        // It may have ended by itself, of which the test will have told.
        let _ = id.map(|id| kill_process(id, Signal::TERM));
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(program());
    command.arg("-p").arg(folder).args(["-c", "nginx.conf", "-e", "stderr"]);
    command
}

/// nginx: `BELL_NGINX`, else the one on the search path or where Debian has it, which is on root's path alone.
fn program() -> PathBuf {
    if let Some(named) = env::var_os("BELL_NGINX") {
        return named.into();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join("nginx")).find(|program| program.is_file()).expect(
        "these tests need nginx: install it (Debian: apt-get install nginx), or name it in BELL_NGINX",
    )
}
