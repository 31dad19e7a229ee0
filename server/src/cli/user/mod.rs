//! `user`: look into an inbox, give out what is held, forget somebody, cut somebody off.

mod erase;
mod export;
mod inbox;
mod revoke;

use clap::{Args, Subcommand};

use self::{erase::Erase, export::Export, inbox::ShowInbox, revoke::Revoke};
use super::{CommandError, office::Office};
use crate::{
    auth::user_id::UserId,
    config::Settings,
    store::{Project, UserRef},
};

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Show what a user sees. Looking marks nothing as seen
    #[command(after_help = "Example:
  notification-bell-server user inbox --project Shop --view unread -- user@example.com")]
    Inbox(ShowInbox),
    /// Print everything that is held about a user, as JSON
    #[command(after_help = "Example:
  notification-bell-server user export --project Shop -- user@example.com > user.json")]
    Export(Export),
    /// Forget a user: inbox, choices, and what is still to be sent. Backups keep them until they are removed
    #[command(after_help = "Example:
  notification-bell-server user erase --project Shop -- user@example.com")]
    Erase(Erase),
    /// End a user's sessions; with --block, let the user open no more
    #[command(after_help = "Examples:
  notification-bell-server user revoke --project Shop -- user@example.com
  notification-bell-server user revoke --project Shop --block true -- user@example.com")]
    Revoke(Revoke),
}

impl UserCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        Office::work(settings, async |office| match self {
            Self::Inbox(inbox) => inbox.run(office).await,
            Self::Export(export) => export.run(office).await,
            Self::Erase(erase) => erase.run(office).await,
            Self::Revoke(revoke) => revoke.run(office).await,
        })
        .await
    }
}

/// Who is meant.
#[derive(Args)]
struct Whom {
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// The user's id; after -- it may begin with a dash
    user_id: String,
}

impl Whom {
    async fn find(&self, office: &Office) -> Result<(Project, UserRef), CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        let user = UserId::parse(&self.user_id, project.user_id_rule)
            .map_err(|fault| CommandError::Failed(fault.to_string()))?;
        let user = UserRef { project: project.key, user };
        Ok((project, user))
    }
}
