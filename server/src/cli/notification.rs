//! `notification`: what was sent, and taking it back.

use clap::{Args, Subcommand};
use notification_bell_protocol::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{CommandError, office::Office, output};
use crate::{
    auth::user_id::UserId,
    config::Settings,
    error::Error,
    store::{NotificationQuery, NotificationRecord, Project},
};

#[derive(Subcommand)]
pub(super) enum NotificationCommand {
    /// Show a notification, and how many users received, saw and read it
    #[command(after_help = "Example:
  notification-bell-server notification show --project Shop 0199e3a0-7c1e-7000-8000-5f0d3c2b1a00")]
    Show {
        #[command(flatten)]
        which: Which,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List what was sent, the newest first
    #[command(after_help = "Examples:
  notification-bell-server notification search --project Shop --type invoice.paid --since 2027-01-01T00:00:00Z
  notification-bell-server notification search --project Shop --user user@example.com --json")]
    Search(Search),
    /// Take a notification out of every inbox, and out of open panels. Again, it changes nothing
    #[command(after_help = "Example:
  notification-bell-server notification withdraw --project Shop 0199e3a0-7c1e-7000-8000-5f0d3c2b1a00")]
    Withdraw {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Args)]
pub(super) struct Which {
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// The notification's id, as `send` and `notification search` print it
    id: String,
}

#[derive(Args)]
pub(super) struct Search {
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// Only what this user has, or has deleted within the last seven days
    #[arg(long, value_name = "USER_ID")]
    user: Option<String>,
    /// Only this category
    #[arg(long)]
    category: Option<String>,
    /// Only what was sent to this topic
    #[arg(long)]
    topic: Option<String>,
    /// Only this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only what was sent at this moment or later: RFC 3339, such as 2027-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Only what was sent before this moment
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// How many at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,
    /// After which page: what was printed as its next
    #[arg(long)]
    cursor: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl NotificationCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        Office::work(settings, async |office| match self {
            Self::Show { which, json } => {
                let (project, id) = which.find(office).await?;
                let notification = office.inbox().notification(project.key, id).await?;
                if json {
                    output::json(&json!(notification));
                } else {
                    print(notification);
                }
                Ok(())
            }
            Self::Search(search) => search.run(office).await,
            Self::Withdraw { which } => {
                let (project, id) = which.find(office).await?;
                Ok(office.inbox().withdraw(project.key, id).await?)
            }
        })
        .await
    }
}

impl Which {
    /// What is no id names no notification.
    async fn find(&self, office: &Office) -> Result<(Project, Uuid), CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        let id = Uuid::try_parse(&self.id)
            .map_err(|_| Error::NotFound("This project has no such notification."))?;
        Ok((project, id))
    }
}

impl Search {
    async fn run(self, office: &Office) -> Result<(), CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        let user = self.user.map(|user| UserId::parse(&user, project.user_id_rule)).transpose();
        let query = NotificationQuery {
            user: user.map_err(|fault| Error::invalid_user_id("/user", fault))?,
            category: self.category,
            topic: self.topic,
            r#type: self.kind,
            since: self.since,
            until: self.until,
            limit: usize::from(self.limit),
            cursor: self.cursor,
        };
        let page = office.inbox().notifications(project.key, query).await?;
        if self.json {
            output::json(&json!(page));
            return Ok(());
        }
        let row = |notification: &NotificationRecord| {
            vec![
                notification.id.clone(),
                notification.created_at.to_string(),
                to(notification),
                format!("{}/{}", notification.tallies.read, notification.tallies.recipients),
                notification.title.clone(),
            ]
        };
        let rows: Vec<_> = page.notifications.iter().map(row).collect();
        output::table(&["id", "created", "to", "read", "title"], &rows);
        if let Some(next) = page.next {
            output::line("");
            output::line(&format!("next page: --cursor {next}"));
        }
        Ok(())
    }
}

/// Whom it was sent to, in a word.
fn to(notification: &NotificationRecord) -> String {
    match &notification.topic {
        Some(topic) => format!("topic {topic}"),
        None if notification.everyone => "everyone".to_owned(),
        None => "users".to_owned(),
    }
}

fn print(notification: NotificationRecord) {
    let to = to(&notification);
    let NotificationRecord { id, title, body, category, r#type, url, created_at, expires_at, .. } =
        notification;
    let mut fields = vec![("id", id), ("created", created_at.to_string()), ("to", to), ("title", title)];
    for (name, text) in [("body", body), ("url", url), ("category", category), ("type", r#type)] {
        fields.extend(text.map(|text| (name, text)));
    }
    fields.extend(expires_at.map(|at| ("expires", at.to_string())));
    fields.extend(notification.withdrawn_at.map(|at| ("withdrawn", at.to_string())));
    let tallies = notification.tallies;
    for (name, number) in [
        ("recipients", tallies.recipients),
        ("seen", tallies.seen),
        ("read", tallies.read),
        ("clicked", tallies.clicked),
        ("archived", tallies.archived),
    ] {
        fields.push((name, number.to_string()));
    }
    fields.extend(tallies.actions.into_iter().map(|(id, number)| ("action", format!("{id}: {number}"))));
    output::fields(&fields);
}
