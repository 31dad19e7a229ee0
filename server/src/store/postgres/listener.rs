//! Hearing that a command changed something.

use std::{future::poll_fn, time::Duration};

use tokio::{sync::watch, task::JoinHandle};
use tokio_postgres::{AsyncMessage, Config, Connection, Socket, tls::MakeTlsConnect};

use super::{tls::Tls, transaction::CHANNEL};
use crate::store::StoreError;

/// How long to wait before the next attempt to connect.
const PAUSE: Duration = Duration::from_secs(2);

type Stream = <Tls as MakeTlsConnect<Socket>>::Stream;

/// A connection that is told what commands change.
pub(super) struct Listener {
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens from now on; the number changes with each change that is heard of.
    pub(super) async fn start(
        config: Config,
        tls: Tls,
        changes: watch::Sender<u64>,
    ) -> Result<Self, StoreError> {
        let mut connected = Some(connect(&config, &tls).await?);
        let task = tokio::spawn(async move {
            loop {
                if let Some((client, connection)) = connected.take() {
                    hear(connection, &changes).await;
                    drop(client);
                }
                tokio::time::sleep(PAUSE).await;
                match connect(&config, &tls).await {
                    Ok(again) => {
                        connected = Some(again);
                        // Whoever follows looks for what was missed meanwhile.
                        changes.send_modify(|count| *count += 1);
                    }
                    Err(error) => tracing::warn!(%error, "cannot hear what commands change"),
                }
            }
        });
        Ok(Self { task })
    }

    /// Stops listening.
    pub(super) fn stop(&self) {
        self.task.abort();
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop();
    }
}

type Connected = (tokio_postgres::Client, Connection<Socket, Stream>);

async fn connect(config: &Config, tls: &Tls) -> Result<Connected, StoreError> {
    let (client, mut connection) = config.connect(tls.clone()).await?;
    {
        let listen = format!("LISTEN {CHANNEL}");
        let mut listening = std::pin::pin!(client.batch_execute(&listen));
        // The connection moves only while it is polled.
        loop {
            tokio::select! {
                listened = &mut listening => break listened?,
                message = poll_fn(|context| connection.poll_message(context)) => match message {
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error.into()),
                    None => return Err(StoreError::Closed),
                },
            }
        }
    }
    Ok((client, connection))
}

/// Hears until the connection ends.
async fn hear(mut connection: Connection<Socket, Stream>, changes: &watch::Sender<u64>) {
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        if matches!(message, AsyncMessage::Notification(_)) {
            changes.send_modify(|count| *count += 1);
        }
    }
}
