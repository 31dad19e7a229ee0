//! `topic`: who receives what is sent to a topic.

use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{CommandError, office::Office, output};
use crate::{
    config::Settings,
    hub::{Hub, LocalBus},
    inbox::Inbox,
};

/// Subscribers are listed in pages of so many.
const PAGE: usize = 1_000;

#[derive(Subcommand)]
pub(super) enum TopicCommand {
    /// Put users into a topic: they receive what is sent to it from now on
    #[command(after_help = "Example:
  notification-bell-server topic add --project Shop --topic releases -- user@example.com other@example.com")]
    Add(Change),
    /// Take users out of a topic: they keep what they have received
    #[command(after_help = "Example:
  notification-bell-server topic remove --project Shop --topic releases -- user@example.com")]
    Remove(Change),
    /// List who is in a topic
    #[command(after_help = "Example:
  notification-bell-server topic list --project Shop --topic releases --json")]
    List {
        /// The project's id, name or apiKey; with one project it may be left out
        #[arg(long)]
        project: Option<String>,
        /// The topic
        #[arg(long)]
        topic: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub(super) struct Change {
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// The topic
    #[arg(long)]
    topic: String,
    /// User ids
    #[arg(required = true, value_name = "USER_ID")]
    users: Vec<String>,
}

impl TopicCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        Office::work(settings, async |office| self.work(office).await).await
    }

    async fn work(self, office: &Office) -> Result<(), CommandError> {
        let bus = Arc::new(LocalBus::new(Arc::new(Hub::default())));
        let inbox =
            Inbox::new(Arc::clone(&office.store), bus, Arc::clone(&office.clock), Arc::clone(&office.ids));
        match self {
            Self::Add(change) => {
                let project = office.project(change.project.as_deref()).await?;
                inbox.subscribe(&project, &change.topic, &change.users).await?;
            }
            Self::Remove(change) => {
                let project = office.project(change.project.as_deref()).await?;
                inbox.unsubscribe(&project, &change.topic, &change.users).await?;
            }
            Self::List { project, topic, json } => {
                let project = office.project(project.as_deref()).await?;
                let (mut users, mut cursor) = (Vec::new(), None);
                loop {
                    let page = inbox.subscribers(&project, &topic, PAGE, cursor).await?;
                    users.extend(page.users.iter().map(|user| user.as_str().to_owned()));
                    cursor = page.next;
                    if cursor.is_none() {
                        break;
                    }
                }
                if json {
                    output::json(&json!({ "users": users }));
                } else {
                    for user in users {
                        output::line(&user);
                    }
                }
            }
        }
        Ok(())
    }
}
