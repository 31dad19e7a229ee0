//! What a backend's key may do.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One permission of a backend's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Send and withdraw notifications.
    #[serde(rename = "notifications:write")]
    NotificationsWrite,
    /// Read what was sent and what became of it.
    #[serde(rename = "notifications:read")]
    NotificationsRead,
    /// Look into inboxes, cut users off, erase them.
    #[serde(rename = "users:manage")]
    UsersManage,
    /// Change who is subscribed to a topic.
    #[serde(rename = "topics:write")]
    TopicsWrite,
    /// Change templates.
    #[serde(rename = "templates:write")]
    TemplatesWrite,
    /// Change webhooks, and see what they were told.
    #[serde(rename = "webhooks:manage")]
    WebhooksManage,
}

impl Scope {
    /// Every scope: what a key has that was made without naming any.
    pub const ALL: [Self; 6] = [
        Self::NotificationsWrite,
        Self::NotificationsRead,
        Self::UsersManage,
        Self::TopicsWrite,
        Self::TemplatesWrite,
        Self::WebhooksManage,
    ];

    /// Its text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotificationsWrite => "notifications:write",
            Self::NotificationsRead => "notifications:read",
            Self::UsersManage => "users:manage",
            Self::TopicsWrite => "topics:write",
            Self::TemplatesWrite => "templates:write",
            Self::WebhooksManage => "webhooks:manage",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| format!("no such scope; there are {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}
