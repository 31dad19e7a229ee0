//! Which channels a process listens to: those that the users with streams here need.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::Channel;
use crate::{
    hub::{
        Seat,
        signal::{CHANGED, DOUBTED, UNHEARD},
    },
    store::UserRef,
};

/// The channels that streams here need, and whether they are heard.
#[derive(Default)]
pub(in crate::hub) struct Channels {
    state: Mutex<State>,
    /// There is something to listen to.
    pub(super) wished: Notify,
}

#[derive(Default)]
struct State {
    followed: HashMap<Channel, Followed>,
    wanted: Vec<Channel>,
    idle: Vec<Channel>,
    /// How many wishes there were. They are fulfilled in their order.
    wishes: u64,
    fulfilled: u64,
    /// Streams that wait for a wish to be fulfilled.
    waiting: Vec<(u64, Arc<Seat>)>,
    is_connected: bool,
}

struct Followed {
    streams: u32,
    wish: u64,
}

/// Channels to listen to from now on, and the last wish among them.
pub(super) struct Wanted {
    pub(super) channels: Vec<Channel>,
    pub(super) wish: u64,
}

impl Channels {
    /// A stream was opened, and has not looked yet. If its channels are not heard, it is told so, and told again when
    /// they are.
    pub(in crate::hub) fn follow(&self, user: &UserRef, seat: &Arc<Seat>) {
        let mut state = self.lock();
        let needed = [Channel::of_project(user.project), Channel::of_user(user.project, &user.user)];
        let wish = needed.map(|channel| state.follow(channel)).into_iter().max().unwrap_or_default();
        if !state.is_connected {
            // It was perhaps ended elsewhere meanwhile. What changes is for the sweeps.
            seat.signal.raise(DOUBTED);
        } else if wish > state.fulfilled {
            seat.signal.raise(UNHEARD);
            state.waiting.push((wish, Arc::clone(seat)));
            self.wished.notify_one();
        }
    }

    /// A stream has ended. Its channels are heard for a while longer: most of them come back.
    pub(in crate::hub) fn unfollow(&self, user: &UserRef) {
        let mut state = self.lock();
        for channel in [Channel::of_project(user.project), Channel::of_user(user.project, &user.user)] {
            let Some(followed) = state.followed.get_mut(&channel) else { continue };
            followed.streams = followed.streams.saturating_sub(1);
            if followed.streams == 0 {
                state.idle.push(channel);
            }
        }
    }

    /// A new connection, on which nothing is heard: all that is needed is wished for again.
    pub(super) fn connected(&self) {
        let mut state = self.lock();
        let State { followed, wanted, idle, wishes, .. } = &mut *state;
        idle.clear();
        followed.retain(|_, followed| followed.streams > 0);
        wanted.clear();
        for (channel, followed) in followed {
            *wishes += 1;
            followed.wish = *wishes;
            wanted.push(*channel);
        }
        state.is_connected = true;
        self.wished.notify_one();
    }

    /// Nothing is heard any more. Those who wait for it go on without.
    pub(super) fn cut(&self) {
        let mut state = self.lock();
        state.is_connected = false;
        state.waiting.clear();
    }

    /// What to listen to from now on.
    pub(super) fn wanted(&self) -> Wanted {
        let mut state = self.lock();
        Wanted { channels: mem::take(&mut state.wanted), wish: state.wishes }
    }

    /// All wishes up to this one are fulfilled: whoever waited looks at this moment of the hub.
    pub(super) fn fulfilled(&self, wish: u64, now_us: u32) {
        let mut state = self.lock();
        state.fulfilled = wish;
        state.waiting.retain(|(awaited, seat)| {
            let is_heard = *awaited <= wish;
            if is_heard {
                seat.wake(CHANGED | DOUBTED, now_us);
            }
            !is_heard
        });
    }

    /// What nobody here needs any more, and is forgotten with this.
    pub(super) fn idle(&self) -> Vec<Channel> {
        let mut state = self.lock();
        let State { idle, followed, wanted, .. } = &mut *state;
        let mut gone = Vec::new();
        for channel in mem::take(idle) {
            if followed.get(&channel).is_some_and(|followed| followed.streams == 0) {
                followed.remove(&channel);
                gone.push(channel);
            }
        }
        wanted.retain(|channel| followed.contains_key(channel));
        gone
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts a stream, and gives the wish that has to be fulfilled for it.
    fn follow(&mut self, channel: Channel) -> u64 {
        if let Some(followed) = self.followed.get_mut(&channel) {
            followed.streams += 1;
            return followed.wish;
        }
        self.wishes += 1;
        self.followed.insert(channel, Followed { streams: 1, wish: self.wishes });
        self.wanted.push(channel);
        self.wishes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Channel, Channels};
    use crate::{
        auth::user_id::UserId,
        hub::{Hub, Woken},
        metrics::streams::StreamCounts,
        store::{ProjectKey, UserRef},
    };

    fn user(id: &str) -> UserRef {
        UserRef { project: ProjectKey(1), user: UserId::trusted(id) }
    }

    fn of_user(id: &str) -> Channel {
        Channel::of_user(ProjectKey(1), &UserId::trusted(id))
    }

    fn hub() -> (Arc<Hub>, Arc<Channels>) {
        let channels = Arc::<Channels>::default();
        (Arc::new(Hub::listening(StreamCounts::default(), Arc::clone(&channels))), channels)
    }

    #[tokio::test]
    async fn a_stream_is_told_when_its_channels_are_heard() {
        let (hub, channels) = hub();
        channels.connected();
        let stream = hub.subscribe(&user("a"), "s").unwrap();
        assert!(stream.is_unheard());
        let wanted = channels.wanted();
        assert_eq!(wanted.channels, [Channel::of_project(ProjectKey(1)), of_user("a")]);
        // Wished for while the others are under way.
        let later = hub.subscribe(&user("b"), "s").unwrap();
        channels.fulfilled(wanted.wish, 0);
        assert_eq!(stream.troubled().await, Woken::Doubted);
        assert!(!later.seat.signal.is_raised(crate::hub::DOUBTED));
        let second = hub.subscribe(&user("a"), "s").unwrap();
        assert!(!second.is_unheard(), "its channels are heard already");
        channels.fulfilled(channels.wanted().wish, 0);
        assert_eq!(later.troubled().await, Woken::Doubted);
    }

    #[tokio::test]
    async fn a_stream_that_opens_while_nothing_is_heard_does_not_wait() {
        let (hub, channels) = hub();
        let stream = hub.subscribe(&user("a"), "s").unwrap();
        assert!(!stream.is_unheard());
        assert_eq!(stream.troubled().await, Woken::Doubted, "its session is looked at again");
        channels.connected();
        assert_eq!(channels.wanted().channels.len(), 2, "it is listened for once that is possible");
    }

    #[test]
    fn a_channel_is_left_when_its_last_stream_is_gone_for_a_while() {
        let (hub, channels) = hub();
        channels.connected();
        let (first, second) =
            (hub.subscribe(&user("a"), "s").unwrap(), hub.subscribe(&user("a"), "s").unwrap());
        channels.fulfilled(channels.wanted().wish, 0);
        drop(first);
        assert!(channels.idle().is_empty());
        drop(second);
        let back = hub.subscribe(&user("a"), "s").unwrap();
        assert!(!back.is_unheard() && channels.idle().is_empty(), "it has come back in time");
        drop(back);
        assert_eq!(channels.idle().len(), 2);
        assert!(hub.subscribe(&user("a"), "s").unwrap().is_unheard());
    }

    #[test]
    fn a_new_connection_listens_to_all_that_is_needed_and_no_more() {
        let (hub, channels) = hub();
        channels.connected();
        let _stays = hub.subscribe(&user("a"), "s").unwrap();
        drop(hub.subscribe(&user("b"), "s").unwrap());
        channels.fulfilled(channels.wanted().wish, 0);
        channels.cut();
        channels.connected();
        let mut again = channels.wanted().channels;
        again.sort_by_key(ToString::to_string);
        assert_eq!(again, [Channel::of_project(ProjectKey(1)), of_user("a")]);
        assert!(channels.idle().is_empty());
    }
}
