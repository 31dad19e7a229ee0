//! What processes say to each other: who should look. Never what there is to see.
//!
//! Whoever can speak on the channels can have streams look into the database, and nothing else: a session that was
//! ended is doubted, and looked up.

use serde::{Deserialize, Serialize};

use super::channel::Channel;
use crate::{
    auth::user_id::UserId,
    hub::Wake,
    store::{ProjectKey, UserRef},
};

/// Raised when an older process could not read a message any more.
const VERSION: u32 = 1;
/// What fits into the smallest message that a bus passes on: `PostgreSQL`'s notifications have 8,000 bytes.
const MAX_BYTES: usize = 7_900;
/// The wake-ups in a message; what is around them is shorter than the rest.
const MAX_WAKES_BYTES: usize = 7_000;

/// Who should look.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Notice {
    /// The streams of a user.
    Changed(i64, UserId),
    /// The same, and whether their sessions have ended.
    Revoked(i64, UserId),
    /// The streams of a project.
    Project(i64),
    /// The same, and whether their sessions have ended.
    ProjectRevoked(i64),
    /// Everybody, at everything.
    Everybody,
}

/// A message that was understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// The process that sent it.
    pub(super) from: u64,
    /// It is about to end, and everything it had to say is said.
    pub(super) is_leaving: bool,
    pub(super) notices: Vec<Notice>,
}

/// Why a message is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("it is longer than any of ours")]
    TooLong,
    #[error("it is not in our form")]
    Form,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Wire {
    v: u32,
    from: String,
    #[serde(default, skip_serializing_if = "is_false")]
    leaving: bool,
    #[serde(default)]
    wakes: Vec<WireWake>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum WireWake {
    Changed(i64, String),
    Revoked(i64, String),
    Project(i64),
    ProjectRevoked(i64),
    Everybody,
}

/// All that is read of a version that is not ours.
#[derive(Deserialize)]
struct Version {
    v: u32,
}

impl Notice {
    /// What others are told of a wake-up: not what was received, which they read in the database, and not which of a user's
    /// sessions was ended.
    pub(super) fn of(wake: &Wake) -> Self {
        match wake {
            Wake::Changed(user) | Wake::Received(user, _) => Self::Changed(user.project.0, user.user.clone()),
            Wake::Revoked(user) | Wake::SessionEnded { user, .. } => {
                Self::Revoked(user.project.0, user.user.clone())
            }
            Wake::Project(project) | Wake::ReceivedByAll(project, _) => Self::Project(project.0),
            Wake::ProjectRevoked(project) => Self::ProjectRevoked(project.0),
            Wake::Everybody => Self::Everybody,
        }
    }

    /// The wake-up that comes of it at another process.
    pub(super) fn wake(&self) -> Wake {
        let user =
            |project: &i64, user: &UserId| UserRef { project: ProjectKey(*project), user: user.clone() };
        match self {
            Self::Changed(project, id) => Wake::Changed(user(project, id)),
            Self::Revoked(project, id) => Wake::Revoked(user(project, id)),
            Self::Project(project) => Wake::Project(ProjectKey(*project)),
            Self::ProjectRevoked(project) => Wake::ProjectRevoked(ProjectKey(*project)),
            Self::Everybody => Wake::Everybody,
        }
    }

    /// Where it is told.
    fn channel(&self) -> Channel {
        match self {
            Self::Changed(project, user) | Self::Revoked(project, user) => {
                Channel::of_user(ProjectKey(*project), user)
            }
            Self::Project(project) | Self::ProjectRevoked(project) => {
                Channel::of_project(ProjectKey(*project))
            }
            Self::Everybody => Channel::All,
        }
    }
}

/// The messages that tell this, each on its channel.
pub(super) fn messages<'a>(
    from: u64,
    notices: impl IntoIterator<Item = &'a Notice>,
) -> Vec<(Channel, Vec<u8>)> {
    let mut by_channel: Vec<_> =
        notices.into_iter().map(|notice| (notice.channel(), WireWake::of(notice))).collect();
    by_channel.sort_by_key(|(channel, _)| *channel);
    let mut messages = Vec::new();
    let mut wakes = Vec::new();
    let mut bytes = 0;
    let mut rest = by_channel.into_iter().peekable();
    while let Some((channel, wake)) = rest.next() {
        bytes += wake.bytes();
        wakes.push(wake);
        let ends =
            rest.peek().is_none_or(|(next, wake)| *next != channel || bytes + wake.bytes() > MAX_WAKES_BYTES);
        if ends {
            bytes = 0;
            messages.push((channel, encode(from, false, std::mem::take(&mut wakes))));
        }
    }
    messages
}

/// That this process is there, and hears itself; or that it is about to end.
pub(super) fn beat(from: u64, is_leaving: bool) -> Vec<(Channel, Vec<u8>)> {
    vec![(Channel::All, encode(from, is_leaving, Vec::new()))]
}

fn encode(from: u64, leaving: bool, wakes: Vec<WireWake>) -> Vec<u8> {
    let wire = Wire { v: VERSION, from: format!("{from:016x}"), leaving, wakes };
    serde_json::to_vec(&wire).unwrap_or_default()
}

impl Message {
    /// Reads a message of anybody.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refused> {
        if bytes.len() > MAX_BYTES {
            return Err(Refused::TooLong);
        }
        let Version { v } = serde_json::from_slice(bytes).map_err(|_| Refused::Form)?;
        if v > VERSION {
            // During an update: what a newer process wants is not known, so everybody looks.
            return Ok(Self { from: 0, is_leaving: false, notices: vec![Notice::Everybody] });
        }
        let wire: Wire = serde_json::from_slice(bytes).map_err(|_| Refused::Form)?;
        if wire.v != VERSION || wire.from.len() != 16 {
            return Err(Refused::Form);
        }
        Ok(Self {
            from: u64::from_str_radix(&wire.from, 16).map_err(|_| Refused::Form)?,
            is_leaving: wire.leaving,
            notices: wire.wakes.into_iter().map(WireWake::into_notice).collect(),
        })
    }
}

impl WireWake {
    fn of(notice: &Notice) -> Self {
        match notice {
            Notice::Changed(project, user) => Self::Changed(*project, user.as_str().to_owned()),
            Notice::Revoked(project, user) => Self::Revoked(*project, user.as_str().to_owned()),
            Notice::Project(project) => Self::Project(*project),
            Notice::ProjectRevoked(project) => Self::ProjectRevoked(*project),
            Notice::Everybody => Self::Everybody,
        }
    }

    fn into_notice(self) -> Notice {
        // Only ever looked for among those who are here.
        match self {
            Self::Changed(project, id) => Notice::Changed(project, UserId::trusted(&id)),
            Self::Revoked(project, id) => Notice::Revoked(project, UserId::trusted(&id)),
            Self::Project(project) => Notice::Project(project),
            Self::ProjectRevoked(project) => Notice::ProjectRevoked(project),
            Self::Everybody => Notice::Everybody,
        }
    }

    /// No fewer than it takes as JSON.
    fn bytes(&self) -> usize {
        match self {
            // Six bytes for what JSON escapes the longest.
            Self::Changed(_, id) | Self::Revoked(_, id) => 40 + id.len() + 5 * escaped(id),
            Self::Project(_) | Self::ProjectRevoked(_) | Self::Everybody => 48,
        }
    }
}

fn escaped(id: &str) -> usize {
    id.bytes().filter(|byte| byte.is_ascii_control() || matches!(byte, b'"' | b'\\')).count()
}

#[cfg(test)]
mod tests;
