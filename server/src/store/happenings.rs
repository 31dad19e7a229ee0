//! What users do with notifications, as far as a site's backend is told: in numbers, and by webhooks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that a user did with a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Happening {
    /// It was on screen.
    #[serde(rename = "notification.seen")]
    Seen,
    /// It was marked as read, by acting on it or by hand.
    #[serde(rename = "notification.read")]
    Read,
    /// It was acted on: its address was followed, or the page was told.
    #[serde(rename = "notification.clicked")]
    Clicked,
    /// One of its actions was used.
    #[serde(rename = "notification.action")]
    Action,
    /// It was put into the archive.
    #[serde(rename = "notification.archived")]
    Archived,
}

impl Happening {
    /// Every one, in the order in which those of one moment are told.
    pub const ALL: [Self; 5] = [Self::Seen, Self::Read, Self::Clicked, Self::Action, Self::Archived];

    /// Its text: the type of its webhook event.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "notification.seen",
            Self::Read => "notification.read",
            Self::Clicked => "notification.clicked",
            Self::Action => "notification.action",
            Self::Archived => "notification.archived",
        }
    }

    /// How it is kept; released, so never another one.
    const fn bit(self) -> u8 {
        match self {
            Self::Seen => 1,
            Self::Read => 2,
            Self::Clicked => 4,
            Self::Archived => 8,
            Self::Action => 16,
        }
    }
}

/// Some of what may happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Happenings(u8);

impl Happenings {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// As they are kept.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// How they are kept.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, happening: Happening) -> bool {
        self.0 & happening.bit() != 0
    }

    /// These and one more.
    #[must_use]
    pub const fn with(self, happening: Happening) -> Self {
        Self(self.0 | happening.bit())
    }

    /// These and one more, if something is so.
    #[must_use]
    pub const fn with_if(self, happening: Happening, is_so: bool) -> Self {
        if is_so { self.with(happening) } else { self }
    }

    /// These but for others.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Happening, Happenings};

    #[test]
    fn each_has_a_bit_of_its_own() {
        let all = Happening::ALL.into_iter().fold(Happenings::NONE, Happenings::with);
        assert_eq!(all.bits().count_ones(), 5);
        assert!(all.without(all).is_empty());
        let but_seen = all.without(Happenings::NONE.with(Happening::Seen));
        assert!(Happening::ALL.into_iter().all(|one| but_seen.has(one) == (one != Happening::Seen)));
    }
}
