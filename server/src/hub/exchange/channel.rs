//! Where wake-ups are said and heard: one of a bounded number of channels that users and projects fall into by a hash, so
//! that a process hears little of what is for others, and nobody has to know which process a user is at.

use std::fmt;

use crate::{auth::user_id::UserId, store::ProjectKey};

/// With a hundred thousand users at a process, nine of ten wake-ups that it hears would be for others if there were a
/// tenth as many.
const USER_CHANNELS: u32 = 1 << 20;
const PROJECT_CHANNELS: u32 = 1 << 12;

/// Where wake-ups are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// By every process.
    All,
    /// By those with streams of one of these projects.
    Project(u32),
    /// By those with streams of one of these users.
    User(u32),
}

impl Channel {
    /// What all inboxes of a project share.
    #[must_use]
    pub fn of_project(project: ProjectKey) -> Self {
        Self::Project(crc32fast::hash(&project.0.to_le_bytes()) % PROJECT_CHANNELS)
    }

    /// What concerns one inbox.
    #[must_use]
    pub fn of_user(project: ProjectKey, user: &UserId) -> Self {
        let mut hash = crc32fast::Hasher::new();
        hash.update(&project.0.to_le_bytes());
        hash.update(user.as_str().as_bytes());
        Self::User(hash.finalize() % USER_CHANNELS)
    }

    /// The one that is written like this.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == "all" {
            return Some(Self::All);
        }
        let (kind, digits) = name.split_at_checked(1)?;
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        match kind {
            "p" => Some(Self::Project(number)),
            "u" => Some(Self::User(number)),
            _ => None,
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => formatter.write_str("all"),
            Self::Project(number) => write!(formatter, "p{number:03x}"),
            Self::User(number) => write!(formatter, "u{number:05x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Channel;
    use crate::{auth::user_id::UserId, store::ProjectKey};

    fn of_user(id: &str) -> Channel {
        Channel::of_user(ProjectKey(1), &UserId::trusted(id))
    }

    #[test]
    fn channels_are_the_same_for_every_process_and_every_build() {
        assert_eq!(of_user("user@example.com").to_string(), "u211f3");
        assert_eq!(Channel::of_project(ProjectKey(1)).to_string(), "pff7");
        assert_ne!(of_user("u"), Channel::of_user(ProjectKey(2), &UserId::trusted("u")));
        for channel in [Channel::All, Channel::Project(0), Channel::Project(0xff7), of_user("u")] {
            assert_eq!(Channel::named(&channel.to_string()), Some(channel));
        }
    }
}
