//! What is measured: this project's server, or another one that is measured beside it.

use std::{error::Error, net::SocketAddr};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use notification_bell_tests::Project;
use serde_json::{Value, json};

use super::{
    crowd::{Request, title},
    wire::Wire,
};

pub(crate) type Failure = Box<dyn Error>;

const SESSIONS_AT_ONCE: usize = 16;
/// Long after the load. A project has no more than so many broadcasts at a time, and one that is measured again and again
/// would come to it.
const BROADCAST_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// A running Notification Bell.
#[derive(Clone)]
pub(crate) struct Bell {
    pub(crate) host: SocketAddr,
    pub(crate) project: Project,
}

/// To whom something is sent.
#[derive(Clone, Copy)]
pub(crate) enum To {
    One(usize),
    Everyone,
}

/// The name of a user.
pub(crate) fn user(number: usize) -> String {
    format!("reader-{number}@example.com")
}

impl Bell {
    /// Sessions of the users with these numbers, each as the request for its stream.
    pub(crate) async fn requests(
        &self,
        numbers: impl Iterator<Item = usize>,
    ) -> Result<Vec<Request>, Failure> {
        let numbers: Vec<usize> = numbers.collect();
        let share = numbers.len().div_ceil(SESSIONS_AT_ONCE).max(1);
        let parts: Vec<Vec<Request>> = stream::iter(numbers.chunks(share).map(<[usize]>::to_vec))
            .map(|part| async move {
                let mut wire = Wire::connect(self.host).await?;
                let mut requests = Vec::with_capacity(part.len());
                for number in part {
                    requests.push(self.request(&mut wire, number).await?);
                }
                Ok::<_, Failure>(requests)
            })
            .buffer_unordered(SESSIONS_AT_ONCE)
            .try_collect()
            .await?;
        Ok(parts.into_iter().flatten().collect())
    }

    async fn request(&self, wire: &mut Wire, number: usize) -> Result<Request, Failure> {
        let id = user(number);
        let body = json!({"apiKey": self.project.api_key, "userId": id, "userHmac": self.project.proof(&id)});
        let answer = wire.post("/api/v1/session", "", &body.to_string()).await?;
        if answer.status != 200 {
            return Err(
                format!("no session: {} {}", answer.status, String::from_utf8_lossy(&answer.body)).into()
            );
        }
        let grant: Value = serde_json::from_slice(&answer.body)?;
        let member = |name: &str| grant[name].as_str().unwrap_or_default().to_owned();
        let headers = format!(
            "authorization: Bearer {}\r\naccept: text/event-stream\r\nlast-event-id: {}\r\n\
             accept-language: en-GB,en;q=0.9,de;q=0.8\r\n",
            member("token"),
            member("revision")
        );
        Ok(Request { path: "/api/v1/inbox/stream".to_owned(), headers })
    }

    /// Sends, and has it stored.
    pub(crate) async fn send(
        &self,
        wire: &mut Wire,
        to: To,
        number: usize,
        body: &str,
    ) -> Result<(), Failure> {
        let (to, expires_at) = match to {
            To::One(number) => (json!({"users": [user(number)]}), None),
            To::Everyone => {
                (json!({"everyone": true}), Some((Timestamp::now() + BROADCAST_LASTS).to_string()))
            }
        };
        let headers = format!("authorization: Bearer {}\r\n", self.project.backend_key);
        let body = json!({"to": to, "title": title(number), "body": body, "expiresAt": expires_at});
        let answer = wire.post("/api/v1/notifications", &headers, &body.to_string()).await?;
        if answer.status == 201 {
            return Ok(());
        }
        Err(format!("not sent: {} {}", answer.status, String::from_utf8_lossy(&answer.body)).into())
    }
}
