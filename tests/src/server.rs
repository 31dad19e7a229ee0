//! Starts, stops and kills the server.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::ExitStatus,
    sync::{Arc, Mutex, PoisonError},
};

use reqwest::Method;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::Child,
    sync::oneshot,
};

use crate::{ANSWER_LIMIT, Api, Installation, Project, Reply, Session, within};

/// What the server prints on its standard output once it can be reached.
const READY_LINE: &str = "listening on http://";

/// A running server with its own data. Killed when dropped.
#[derive(Debug)]
pub struct Server {
    installation: Installation,
    arguments: Vec<String>,
    /// Where it is to listen: at any free port, if that is not said.
    listen: SocketAddr,
    projects: Vec<Project>,
    api: Api,
    process: Child,
    log: Arc<Mutex<Vec<u8>>>,
}

/// What a server is to be started with.
#[derive(Debug, Default)]
pub struct ServerBuilder {
    installation: Installation,
    arguments: Vec<String>,
    listen: Option<IpAddr>,
    projects: Vec<Vec<String>>,
    known: Vec<Project>,
}

impl ServerBuilder {
    /// Sets an environment variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.installation.set(name, value);
        self
    }

    /// Has it run on data that is kept, and that these projects were created in before.
    #[must_use]
    pub fn installation(mut self, installation: Installation, known: Vec<Project>) -> Self {
        (self.installation, self.known) = (installation, known);
        self
    }

    /// Adds an argument of `serve`.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Has it listen at this address, and after a restart at the same port. Where nobody else uses the address, it is free
    /// then.
    #[must_use]
    pub fn listening_at(mut self, address: IpAddr) -> Self {
        self.listen = Some(address);
        self
    }

    /// Creates a project before the start, with further options of `project create`. Without any, there is one.
    #[must_use]
    pub fn project(mut self, options: &[&str]) -> Self {
        self.projects.push(options.iter().map(|&option| option.to_owned()).collect());
        self
    }

    /// Creates the projects, starts the server and waits until it says that it listens.
    pub async fn start(mut self) -> Server {
        let mut projects = self.known;
        if self.projects.is_empty() && projects.is_empty() {
            self.projects.push(Vec::new());
        }
        for (number, options) in self.projects.iter().enumerate() {
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            projects.push(self.installation.create_project(&format!("Project {number}"), &options).await);
        }
        let (api, log) = (Api::new(), Arc::default());
        let address = SocketAddr::new(self.listen.unwrap_or(Ipv4Addr::LOCALHOST.into()), 0);
        let process = launch(&self.installation, address, &self.arguments, &api, &log).await;
        let listen = if self.listen.is_some() { api.address() } else { address };
        Server {
            installation: self.installation,
            arguments: self.arguments,
            listen,
            projects,
            api,
            process,
            log,
        }
    }
}

impl Server {
    /// A server with one project.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Says more about the server before it starts.
    #[must_use]
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// Where it answers.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Its folder, to run other subcommands on.
    #[must_use]
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// The first project.
    #[must_use]
    pub fn project(&self) -> &Project {
        &self.projects[0]
    }

    /// The projects in the order they were asked for.
    #[must_use]
    pub fn projects(&self) -> &[Project] {
        &self.projects
    }

    /// The id of its process, while it runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Everything it has printed and logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// `POST /session` with this body, whatever comes of it.
    pub async fn open_session(&self, body: &Value) -> Reply {
        Reply::to(self.api.v1(Method::POST, "/session").json(body)).await
    }

    /// A session of a user of the first project.
    pub async fn session(&self, user_id: &str) -> Session {
        self.session_in(self.project(), user_id).await
    }

    /// A session of a user of a project.
    pub async fn session_in(&self, project: &Project, user_id: &str) -> Session {
        let proof = project.proof(user_id);
        let body = json!({"apiKey": project.api_key, "userId": user_id, "userHmac": proof});
        Session::new(self.api.clone(), self.open_session(&body).await.expect(200))
    }

    /// `POST /notifications` for the first project with this body, whatever comes of it.
    pub async fn send(&self, body: &Value) -> Reply {
        self.send_in(self.project(), body).await
    }

    /// `POST /notifications` for a project with this body, whatever comes of it.
    pub async fn send_in(&self, project: &Project, body: &Value) -> Reply {
        Reply::to(self.api.v1(Method::POST, "/notifications").bearer_auth(&project.backend_key).json(body))
            .await
    }

    /// Sends a notification with this title to one user of the first project and gives its id.
    pub async fn notify(&self, user_id: &str, title: &str) -> String {
        self.notify_with(user_id, &json!({"title": title})).await
    }

    /// Sends a notification with these members to one user of the first project and gives its id.
    pub async fn notify_with(&self, user_id: &str, members: &Value) -> String {
        let mut body = members.clone();
        body["to"] = json!({"users": [user_id]});
        let sent = self.send(&body).await.expect(201);
        sent["id"].as_str().unwrap_or_else(|| panic!("no id: {sent}")).to_owned()
    }

    /// Asks it to stop (SIGTERM). [`Server::stopped`] waits for it.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Waits for its end.
    pub async fn stopped(&mut self) -> ExitStatus {
        within(ANSWER_LIMIT, "stopping the server", self.process.wait())
            .await
            .expect("a child can be waited for")
    }

    /// Asks it to stop and waits for its end.
    pub async fn stop(&mut self) -> ExitStatus {
        self.terminate();
        self.stopped().await
    }

    /// Kills it on the spot (SIGKILL), as a crash would. [`Server::stopped`] waits for it.
    pub fn kill_now(&self) {
        self.signal(Signal::KILL);
    }

    /// Kills it and waits for its end.
    pub async fn kill(&mut self) {
        self.kill_now();
        self.stopped().await;
    }

    /// Starts it again, after it was stopped or killed, on the same data and at another port, unless it was told where to
    /// listen.
    pub async fn restart(&mut self) {
        self.process = launch(&self.installation, self.listen, &self.arguments, &self.api, &self.log).await;
    }

    /// Sets an environment variable for the next start.
    pub fn set(&mut self, name: &str, value: &str) {
        self.installation.set(name, value);
    }

    fn signal(&self, signal: Signal) {
        let id = self.process.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let id = id.expect("the server runs");
        kill_process(id, signal).unwrap_or_else(|error| panic!("the server could not be signalled: {error}"));
    }
}

async fn launch(
    installation: &Installation,
    listen: SocketAddr,
    arguments: &[String],
    api: &Api,
    log: &Arc<Mutex<Vec<u8>>>,
) -> Child {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut process = installation
        .command(&[&["serve", "--listen", &listen.to_string()], arguments.as_slice()].concat())
        .spawn()
        .expect("the server can be started");
    let stderr = process.stderr.take().expect("it is piped");
    let stdout = process.stdout.take().expect("it is piped");
    tokio::spawn(keep(stderr, Arc::clone(log)));
    let (sender, ready) = oneshot::channel();
    tokio::spawn(announce(stdout, sender, Arc::clone(log)));
    let address = within(ANSWER_LIMIT, "starting the server", ready).await.unwrap_or_else(|_| {
        let log = String::from_utf8_lossy(&log.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
        panic!("the server ended before it printed `{READY_LINE}…`:\n{log}")
    });
    api.moved_to(address);
    process
}

/// Keeps what comes through a pipe, and keeps the pipe from filling up.
async fn keep(mut pipe: impl AsyncRead + Unpin, log: Arc<Mutex<Vec<u8>>>) {
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = pipe.read(&mut buffer).await {
        log.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..length]);
    }
}

/// Keeps the standard output and tells the address once it is printed.
async fn announce(
    pipe: impl AsyncRead + Unpin,
    sender: oneshot::Sender<SocketAddr>,
    log: Arc<Mutex<Vec<u8>>>,
) {
    let mut lines = BufReader::new(pipe).lines();
    let mut sender = Some(sender);
    while let Ok(Some(line)) = lines.next_line().await {
        log.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(format!("{line}\n").as_bytes());
        let address =
            line.strip_prefix(READY_LINE).and_then(|address| address.trim_end_matches('/').parse().ok());
        if let (Some(address), Some(sender)) = (address, sender.take_if(|_| address.is_some())) {
            // The receiver is gone only if the test is over.
            let _ = sender.send(address);
        }
    }
}
