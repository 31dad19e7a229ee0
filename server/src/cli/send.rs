//! `send`: a notification from the command line. A running server shows it within a second.

use std::sync::Arc;

use clap::Args;
use notification_bell_protocol::{Priority, Timestamp};
use serde_json::{Value, json};

use super::{CommandError, office::Office, output};
use crate::{
    config::Settings,
    hub::{Hub, LocalBus},
    inbox::{Inbox, Recipients, SendRequest, Text},
};

#[derive(Args)]
#[command(after_help = r#"Examples:
  notification-bell-server send --project Shop --to user@example.com --title 'Your order is on its way' --url /orders/7
  notification-bell-server send --project Shop --to user@example.com --type order.shipped --data '{"order": 7}'"#)]
pub(super) struct SendCommand {
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// A user id; may be repeated
    #[arg(long = "to", value_name = "USER_ID", required_unless_present_any = ["topic", "everyone"])]
    to: Vec<String>,
    /// Instead: to whoever is subscribed to this topic
    #[arg(long, conflicts_with = "to")]
    topic: Option<String>,
    /// Instead: to every user of the project
    #[arg(long, conflicts_with_all = ["to", "topic"])]
    everyone: bool,
    /// The title; a template of the type may have it instead
    #[arg(long, required_unless_present = "kind")]
    title: Option<String>,
    /// The text below it
    #[arg(long)]
    body: Option<String>,
    /// Where it leads
    #[arg(long)]
    url: Option<String>,
    /// The address of a small picture
    #[arg(long)]
    icon: Option<String>,
    /// The group it is counted in
    #[arg(long)]
    category: Option<String>,
    /// What kind of notification it is, such as invoice.paid
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// What the page has with it, and what its template is filled in with: a JSON object
    #[arg(long, value_name = "JSON", value_parser = object)]
    data: Option<Value>,
    /// low, normal or high
    #[arg(long, default_value = "normal", value_parser = priority)]
    priority: Priority,
    /// When to send it, within the year to come: RFC 3339, such as 2027-01-31T12:00:00Z. A server has to run then
    #[arg(long, value_name = "TIME")]
    send_at: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn object(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => Ok(object),
        Ok(_) => Err("it is an object, such as {\"order\": 7}".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn priority(text: &str) -> Result<Priority, String> {
    match text {
        "low" => Ok(Priority::Low),
        "normal" => Ok(Priority::Normal),
        "high" => Ok(Priority::High),
        _ => Err("it is low, normal or high".to_owned()),
    }
}

impl SendCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        Office::work(settings, async |office| self.send(office).await).await
    }

    async fn send(self, office: &Office) -> Result<(), CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        // No streams here: a running server notices that the database changed.
        let bus = Arc::new(LocalBus::new(Arc::new(Hub::default())));
        let inbox =
            Inbox::new(Arc::clone(&office.store), bus, Arc::clone(&office.clock), Arc::clone(&office.ids));
        let request = SendRequest {
            to: Recipients {
                users: (!self.to.is_empty()).then_some(self.to),
                topic: self.topic,
                everyone: self.everyone.then_some(true),
            },
            title: self.title,
            body: self.body,
            texts: None,
            group_key: None,
            url: self.url,
            icon: self.icon,
            image: None,
            actions: Vec::new(),
            category: self.category,
            r#type: self.kind,
            data: self.data,
            priority: Some(Text::Value(self.priority)),
            send_at: self.send_at.map(Text::Value),
            expires_at: None,
        };
        let sent = inbox.send(&project, request, None).await?;
        if self.json {
            output::json(&json!(sent));
        } else {
            output::fields(&[("id", sent.id), ("recipients", sent.recipients.to_string())]);
        }
        Ok(())
    }
}
