//! `serve`: the server, from its start to its end.

use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{CommandError, output};
use crate::{
    app::{App, Foundation},
    clock::{Clock, CommonClock, SystemClock},
    config::{self, Database, Settings},
    demo::{self, Demo},
    edge::{listener, tls::Tls},
    logging,
    metrics::Metrics,
    randomness::{Randomness, SystemRandomness},
    router::router,
    routes::assets,
    store::{
        Store,
        postgres::{PostgresStore, Role},
        sqlite::SqliteStore,
    },
    traces::Traces,
};

/// Serve the API and the element.
#[derive(Args, Default)]
#[command(after_help = "Examples:
  notification-bell-server serve --demo
  BELL_PUBLIC_URL=https://bell.example notification-bell-server serve --listen 0.0.0.0:3001")]
pub(super) struct Serve {
    /// Also serve a demo page with users, items and a backend of its own; on loopback only
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub(super) async fn run(self, settings: Settings) -> Result<(), CommandError> {
        if self.demo && !settings.listen.ip().is_loopback() {
            return Err(CommandError::Usage(
                "the demo lets everybody who reaches it be any of its users: listen on loopback (127.0.0.1)"
                    .to_owned(),
            ));
        }
        logging::start(&settings).map_err(|error| CommandError::Usage(format!("log: {error}")))?;
        for name in config::unknown_variables() {
            tracing::warn!(name, "this variable is no setting of this program: is it mistyped?");
        }
        let traces = Traces::start().unwrap_or_else(|error| {
            // The environment of a whole cluster may say so, and a server without traces is better than none.
            tracing::warn!(%error, "no traces are sent");
            None
        });
        let failed =
            |what: &str, error: &dyn std::fmt::Display| CommandError::Failed(format!("{what}: {error}"));
        let tls = settings
            .tls_files()
            .map(|(certificate, key)| Tls::load(certificate, key))
            .transpose()
            .map_err(|error| CommandError::Failed(error.to_string()))?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let listener = listener::listen(settings.listen)
            .map_err(|error| failed(&format!("cannot listen on {}", settings.listen), &error))?;
        let address = listener.local_addr().map_err(|error| failed("cannot listen", &error))?;

        let randomness: Arc<dyn Randomness> = Arc::new(SystemRandomness);
        let metrics = Arc::new(Metrics::default());
        let observer = metrics.commit_observer();
        let store: Arc<dyn Store> = match settings.database() {
            Database::Sqlite(path) => {
                // Before it is examined, which takes a large one two seconds: then it is read when the first send comes.
                SqliteStore::read_ahead(path);
                SqliteStore::examine(path)?;
                metrics.watch_database(path);
                Arc::new(SqliteStore::open_or_create(path, &*randomness, observer)?)
            }
            Database::Postgres(address) => {
                let role = Role::Server { connections: settings.database_connections };
                Arc::new(PostgresStore::open(address, role, &*randomness, observer).await?)
            }
        };
        let clock = Arc::new(CommonClock::new(Arc::new(SystemClock)));
        clock.compare(&*store).await?;
        let foundation = Foundation {
            store,
            master_key: Arc::new(settings.master_key(&*randomness)?),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            randomness,
            metrics,
        };
        let app = App::new(foundation, &settings, address)
            .await
            .map_err(|error| failed("the keys of session tokens cannot be used", &error))?;
        let demo = if self.demo { Some(Demo::prepare(Arc::clone(&app)).await?) } else { None };
        if !assets::are_built_in() {
            tracing::warn!("this program was built without the element: /notification-bell.js is not there");
        }

        let listen = || StopSignal::listen().map_err(|error| failed("cannot listen for signals", &error));
        let (mut stop, mut stop_twice) = (listen()?, listen()?);
        output::line(&format!("listening on {scheme}://{address}"));
        if demo.is_some() {
            output::line(&format!("the demo is at {}", settings.public_url(address)));
            output::line(&format!("it can be used as {}", demo::USERS.map(|(id, _)| id).join(", ")));
        }
        tracing::info!(%address, "serving");

        let mut background = {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                tokio::join!(app.run_background_work(), clock.keep_comparing(&*app.store));
            })
        };
        let stopping = async {
            stop.wait().await;
            tracing::info!("stopping: streams end, requests are finished");
            app.hub.drain();
        };
        let asked_twice = async {
            stop_twice.wait().await;
            stop_twice.wait().await;
        };
        let ended = tokio::select! {
            () = listener::serve(listener, tls, router(&app, demo), &app.metrics, stopping, settings.drain()) => Ok(()),
            // Whoever asks twice does not want to wait. What was acknowledged is on disk.
            () = asked_twice => Err(CommandError::Failed("stopped before every connection had ended".to_owned())),
            // It only ends by a panic. Without it items would no longer expire, while everything else looked well.
            _ = &mut background => Err(CommandError::Failed("the work in the background ended".to_owned())),
        };
        app.lease.give_back().await;
        // Before what carries it ends.
        app.bus.close().await;
        app.leave_shared_limits().await;
        background.abort();
        app.failures.write().await;
        app.store.close().await;
        if let Some(traces) = traces.filter(|_| ended.is_ok()) {
            traces.finish().await;
        }
        tracing::info!("stopped");
        ended
    }
}

/// SIGTERM, as from a service manager, or SIGINT, as from Ctrl-C.
struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
