//! Hearing of changes: from the server's stream, or from the element in another tab that follows it for all.

use std::rc::Rc;

use futures_util::{
    FutureExt,
    future::{Either, select},
    pin_mut,
};
use notification_bell_protocol::{EVENT_SESSION_EXPIRING, SessionGrant};

use super::{Connection, Inbox, Loading};
use crate::{
    api::Fault,
    session::Session,
    sharing::{Heard, Sharing},
    sse::Read,
    stream::{SILENCE_MAX_MS, Stream},
    task::sleep_ms,
};

/// A refresh time that is further away than this comes from a clock that is wrong; the stream says when to renew.
const MAX_RENEWAL_MS: i64 = 3_600_000;

/// How following came to its end without a fault.
pub(super) enum End {
    /// Its session is about to end, or this element leads from now on.
    Again,
    /// Another element leads: this one takes part anew.
    TakenOver,
    /// The server closed the stream, and may have said how long to stay away.
    Closed { retry_ms: Option<f64> },
}

/// How an element follows.
#[derive(Default)]
pub(super) struct Following {
    sharing: Option<Sharing>,
    has_joined: bool,
    leads: bool,
    /// A grant that must not be used again.
    ended: Option<Rc<SessionGrant>>,
}

impl Inbox {
    /// Follows until something ends it.
    pub(super) async fn follow_changes(
        self: &Rc<Self>,
        session: &Session,
        following: &mut Following,
    ) -> Result<End, Fault> {
        let grant = session.grant(following.ended.as_ref()).await?;
        following.ended = None;
        if !std::mem::replace(&mut following.has_joined, true) {
            following.sharing = Sharing::join(session.shared_name(&grant.user_id));
        }
        if following.sharing.is_some() && !following.leads {
            self.listen_to_leader(session, following).await
        } else {
            self.follow_stream(session, grant, following).await
        }
    }

    /// Catches up by a stream of its own, and then goes by what the leader passes on. In this order nothing is missed:
    /// what the leader passes on meanwhile waits.
    async fn listen_to_leader(
        self: &Rc<Self>,
        session: &Session,
        following: &mut Following,
    ) -> Result<End, Fault> {
        let Some(sharing) = &following.sharing else { return Ok(End::Again) };
        self.catch_up(session).await?;
        loop {
            let heard = sharing.heard();
            pin_mut!(heard);
            match select(heard, sleep_ms(SILENCE_MAX_MS)).await {
                Either::Left((Heard::Events(events), _)) => {
                    let text = |index| events.get(index).as_string();
                    for index in (0..events.length()).step_by(2) {
                        if let (Some(name), Some(data)) = (text(index), text(index + 1)) {
                            self.take_event(&name, &data);
                        }
                    }
                }
                Either::Left((Heard::Leads, _)) => {
                    following.leads = true;
                    return Ok(End::Again);
                }
                // The request for the lock came to nothing.
                Either::Left((Heard::Lost, _)) => return Ok(End::TakenOver),
                // The leader's tab has gone to sleep, or its machine had. Whoever notices first takes over.
                Either::Right(_) => sharing.take_over(),
            }
        }
    }

    /// Asks the server once for what has changed.
    async fn catch_up(self: &Rc<Self>, session: &Session) -> Result<(), Fault> {
        let mut stream = self.open_stream(session).await?;
        loop {
            let Some(reads) = stream.next().await? else { return Ok(()) };
            let mut has_told = false;
            for read in reads {
                if let Read::Event(event) = read {
                    self.take_event(&event.name, &event.data);
                    has_told = true;
                }
            }
            if has_told {
                return Ok(());
            }
        }
    }

    async fn open_stream(self: &Rc<Self>, session: &Session) -> Result<Stream, Fault> {
        let from = self.state.feed.try_with_untracked(|feed| feed.stream_revision().cloned()).flatten();
        let stream = Stream::of(session.stream(from.as_deref()).await?)?;
        // A list that was asked for on a line that has held is on its way, and not to be asked for twice.
        let was_live = self.state.connection.try_get_untracked() == Some(Connection::Live);
        let is_on_its_way = was_live && self.state.loading.try_get_untracked() == Some(Loading::First);
        self.state.connection.set(Connection::Live);
        self.send_what_waits();
        drop(self.told_fault.take());
        if !is_on_its_way {
            self.load_if_needed();
        }
        Ok(stream)
    }

    /// Opens a stream and follows it to its end, for the elements in other tabs too.
    async fn follow_stream(
        self: &Rc<Self>,
        session: &Session,
        grant: Rc<SessionGrant>,
        following: &mut Following,
    ) -> Result<End, Fault> {
        let mut stream = self.open_stream(session).await?;
        let renewal_ms = grant.refresh_at.unix_ms() - self.environment.now().unix_ms();
        let sharing = following.sharing.as_ref();
        // Either way the stream is opened anew, or not at all.
        let interruption = async {
            let lost = async {
                match sharing {
                    Some(sharing) => while !matches!(sharing.heard().await, Heard::Lost) {},
                    None => std::future::pending().await,
                }
            };
            pin_mut!(lost);
            if !(1..=MAX_RENEWAL_MS).contains(&renewal_ms) {
                lost.await;
                return true;
            }
            #[expect(clippy::cast_precision_loss, reason = "at most an hour")]
            let renewal = sleep_ms(renewal_ms as f64);
            matches!(select(lost, renewal).await, Either::Left(_))
        }
        .fuse();
        pin_mut!(interruption);
        let mut retry_ms = None;
        loop {
            let next = stream.next();
            pin_mut!(next);
            let reads = match select(next, &mut interruption).await {
                Either::Left((reads, _)) => reads?,
                Either::Right((has_lost, _)) => {
                    if has_lost {
                        return Ok(End::TakenOver);
                    }
                    following.ended = Some(grant);
                    return Ok(End::Again);
                }
            };
            let Some(reads) = reads else { return Ok(End::Closed { retry_ms }) };
            if let Some(sharing) = sharing {
                sharing.pass_on(&reads);
            }
            for read in reads {
                match read {
                    Read::Retry(wait_ms) => retry_ms = Some(f64::from(wait_ms)),
                    Read::Event(event) if event.name == EVENT_SESSION_EXPIRING => {
                        following.ended = Some(grant);
                        return Ok(End::Again);
                    }
                    Read::Event(event) => self.take_event(&event.name, &event.data),
                }
            }
        }
    }
}
