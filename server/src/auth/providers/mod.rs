//! Providers: who else may say, by a signed token (JWT), who a user is or that a backend may send.
//!
//! A token is judged by the provider's rules, its keys and the time, all passed in (`token`); `verifier` finds these, and
//! `cache` keeps the keys.

pub mod algorithm;
pub mod cache;
mod claims;
mod compact;
pub mod excerpt;
mod fault;
pub mod inspection;
mod key;
mod key_fault;
pub mod key_set;
mod remarks;
mod shared_issuers;
#[cfg(test)]
mod tests;
pub mod token;
pub mod verifier;

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

pub use verifier::{Providers, Refusal};

/// What a provider's tokens are for. One provider never serves both: a visitor's log-in token must not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// They say who a user is.
    Users,
    /// They allow a backend to send.
    Sending,
}

impl Purpose {
    /// Its text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Sending => "sending",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a provider's tokens have to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderRules {
    /// `iss`, exactly.
    pub issuer: String,
    /// What `aud` has to be or contain; without one, `aud` may be anything.
    pub audience: Option<String>,
    /// The claim that names the user or who sends, usually `sub`.
    pub user_claim: String,
    /// Further claims of the top level and what they have to say: a string or one word of `scope`, equal; a list with
    /// the string in it; `true`, `false` or an integer as JSON writes it.
    pub required: BTreeMap<String, String>,
    /// What the tokens are for.
    pub purpose: Purpose,
}

/// Why a provider with these rules is not set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderRulesFault {
    /// Nothing can be equal to it, or everything could be meant.
    #[error("the {0} is empty, begins or ends with white space, or contains a control character")]
    Text(&'static str),
    /// The issuer signs for everybody.
    #[error(
        "{0} signs tokens for everybody's applications: without an audience (--audience), each of them would be accepted"
    )]
    AudienceRequired(String),
    /// Sending, with nothing that tells a backend's token from a visitor's.
    #[error(
        "a provider for sending needs an audience (--audience) or a required claim (--require claim=value): else \
         every token it signs could send, a visitor's too"
    )]
    AudienceOrClaimRequired,
    /// Sending, with an audience that says nothing about who holds the token.
    #[error(
        "an audience does not tell who may send with a token of {0}: any visitor or stranger can have one with it. \
         Require a claim that only your backend has (--require claim=value)"
    )]
    ClaimRequired(String),
    /// Two providers of one project, for different purposes, that accept the same tokens.
    #[error(
        "the tokens of the provider \"{0}\", which is for the other purpose, would be accepted by this one too: give them \
         different audiences (--audience), or require a claim that only your backend has (--require claim=value)"
    )]
    Overlaps(String),
}

impl ProviderRules {
    /// Checks the rules themselves, when a provider is added.
    ///
    /// # Errors
    /// The first rule that cannot be meant, or that would let strangers in.
    pub fn check(&self) -> Result<(), ProviderRulesFault> {
        check_text("issuer", &self.issuer)?;
        check_text("user claim", &self.user_claim)?;
        if let Some(audience) = &self.audience {
            check_text("audience", audience)?;
        }
        for (claim, value) in &self.required {
            check_text("name of a required claim", claim)?;
            check_text("value of a required claim", value)?;
        }
        let shared = shared_issuers::is_shared(&self.issuer);
        if shared && self.audience.is_none() {
            return Err(ProviderRulesFault::AudienceRequired(self.issuer.clone()));
        }
        if self.purpose == Purpose::Users {
            return Ok(());
        }
        // Issuer and audience have their own members; requiring them here says nothing more.
        let claim_required = self.required.keys().any(|claim| claim != "iss" && claim != "aud");
        // A build job at GitHub or GitLab, and a service account at Google, write the audience that they like.
        let audience_says_nothing =
            shared || shared_issuers::gives_one_audience_to_every_visitor(&self.issuer);
        if audience_says_nothing && !claim_required {
            return Err(ProviderRulesFault::ClaimRequired(self.issuer.clone()));
        }
        if self.audience.is_none() && !claim_required {
            return Err(ProviderRulesFault::AudienceOrClaimRequired);
        }
        Ok(())
    }
}

impl ProviderRules {
    /// Whether a token that opens sessions with one of the two could send with the other: nothing tells them apart.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let (sending, users) = match (self.purpose, other.purpose) {
            (Purpose::Sending, Purpose::Users) => (self, other),
            (Purpose::Users, Purpose::Sending) => (other, self),
            _ => return false,
        };
        let same_audience = match (&sending.audience, &users.audience) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        let told_apart = sending.required.iter().any(|(claim, value)| {
            claim != "iss" && claim != "aud" && users.required.get(claim) != Some(value)
        });
        sending.issuer == users.issuer && same_audience && !told_apart
    }
}

fn check_text(what: &'static str, text: &str) -> Result<(), ProviderRulesFault> {
    if text.is_empty() || text.trim() != text || text.chars().any(char::is_control) {
        return Err(ProviderRulesFault::Text(what));
    }
    Ok(())
}
