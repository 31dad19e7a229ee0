//! `send`: a notification, or a batch of them, from the command line. A running server shows it within a second.

use clap::Args;
use notification_bell_protocol::Timestamp;
use serde_json::{Map, Value, json};

use super::{CommandError, input, office::Office, output};
use crate::{
    config::Settings,
    edge::shape::shape,
    error::Error,
    inbox::{BatchRequest, SendRequest, idempotency},
    store::{Idempotency, Project},
    strict_json,
};

#[derive(Args)]
#[command(after_help = r#"Examples:
  notification-bell-server send --project Shop --to user@example.com --title 'Your order is on its way' --url /orders/7
  notification-bell-server send --project Shop --to user@example.com --type order.shipped --data '{"order": 7}'
  notification-bell-server send --project Shop --file notification.json --idempotency-key order-7
  echo '[{"to": {"everyone": true}, "title": "Hello"}]' | notification-bell-server send --project Shop --file -"#)]
pub(super) struct SendCommand {
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// What POST /notifications takes, or a list of it or what POST /notifications/batch takes: a file with JSON, or - for
    /// standard input
    #[arg(long, value_name = "FILE", conflicts_with = "member")]
    file: Option<String>,
    #[command(flatten)]
    members: Members,
    /// What you call this: sent again under the same name within 24 hours, it is sent once
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A notification in words of the command line: what has members of its own is in a file.
#[derive(Args)]
#[group(id = "member", multiple = true)]
struct Members {
    /// A user id; may be repeated
    #[arg(long = "to", value_name = "USER_ID", required_unless_present_any = ["topic", "everyone", "file"])]
    to: Vec<String>,
    /// Instead: to whoever is subscribed to this topic
    #[arg(long, conflicts_with = "to")]
    topic: Option<String>,
    /// Instead: to every user of the project
    #[arg(long, conflicts_with_all = ["to", "topic"])]
    everyone: bool,
    /// The title; a template of the type may have it instead
    #[arg(long, required_unless_present_any = ["kind", "file"])]
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
    /// The address of a picture
    #[arg(long)]
    image: Option<String>,
    /// The group it is counted in
    #[arg(long)]
    category: Option<String>,
    /// What kind of notification it is, such as invoice.paid
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// What the page has with it, and what its template is filled in with: a JSON object
    #[arg(long, value_name = "JSON", value_parser = object)]
    data: Option<Value>,
    /// It takes the place of what is unread of the same key
    #[arg(long, value_name = "KEY")]
    group_key: Option<String>,
    /// low, normal or high; normal unless given
    #[arg(long, value_parser = ["low", "normal", "high"])]
    priority: Option<String>,
    /// When to send it, within the year to come: RFC 3339, such as 2027-01-31T12:00:00Z. A server has to run then
    #[arg(long, value_name = "TIME")]
    send_at: Option<Timestamp>,
    /// When it leaves the inboxes by itself
    #[arg(long, value_name = "TIME")]
    expires_at: Option<Timestamp>,
}

fn object(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => Ok(object),
        Ok(_) => Err("it is an object, such as {\"order\": 7}".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl Members {
    /// The body that a backend would send: from here on, it is the same.
    fn into_body(self) -> Value {
        let mut to = Map::new();
        let mut body = Map::new();
        let named = |members: &mut Map<String, Value>, name: &str, value: Option<Value>| {
            members.extend(value.map(|value| (name.to_owned(), value)));
        };
        named(&mut to, "users", (!self.to.is_empty()).then(|| json!(self.to)));
        named(&mut to, "topic", self.topic.map(Value::from));
        named(&mut to, "everyone", self.everyone.then_some(Value::Bool(true)));
        named(&mut body, "to", Some(Value::Object(to)));
        for (name, text) in [
            ("title", self.title),
            ("body", self.body),
            ("url", self.url),
            ("icon", self.icon),
            ("image", self.image),
            ("category", self.category),
            ("type", self.kind),
            ("groupKey", self.group_key),
            ("priority", self.priority),
        ] {
            named(&mut body, name, text.map(Value::from));
        }
        named(&mut body, "data", self.data);
        named(&mut body, "sendAt", self.send_at.map(|at| json!(at)));
        named(&mut body, "expiresAt", self.expires_at.map(|at| json!(at)));
        Value::Object(body)
    }
}

impl SendCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let Self { project, file, members, idempotency_key, json } = self;
        let body = match file {
            None => members.into_body(),
            Some(file) => {
                let text = input::file_or_standard_input(&file)?;
                match strict_json::parse(&text).map_err(Error::MalformedJson)? {
                    Value::Array(entries) => json!({ "notifications": entries }),
                    one => one,
                }
            }
        };
        let key = idempotency_key.map(|key| idempotency(key.as_bytes(), &body)).transpose()?;
        Office::work(settings, async |office| {
            let project = office.project(project.as_deref()).await?;
            if body.get("notifications").is_some() {
                send_batch(office, &project, &body, key, json).await
            } else {
                send_one(office, &project, &body, key, json).await
            }
        })
        .await
    }
}

async fn send_one(
    office: &Office,
    project: &Project,
    body: &Value,
    key: Option<Idempotency>,
    as_json: bool,
) -> Result<(), CommandError> {
    let sent = office.inbox().send(project, shape::<SendRequest>(body)?, key).await?;
    if as_json {
        output::json(&json!(sent));
        return Ok(());
    }
    let mut fields = vec![("id", sent.id), ("recipients", sent.recipients.to_string())];
    if sent.repeated {
        fields.push(("sent", "before, under the same key".to_owned()));
    }
    output::fields(&fields);
    Ok(())
}

/// Each for itself: those that are in order are sent, whatever is wrong with the others.
async fn send_batch(
    office: &Office,
    project: &Project,
    body: &Value,
    key: Option<Idempotency>,
    as_json: bool,
) -> Result<(), CommandError> {
    let batch = shape::<BatchRequest>(body)?;
    let requests = batch.entries()?.iter().map(shape).collect();
    let answer = office.inbox().send_batch(project, requests, key).await?;
    let answer: Value =
        serde_json::from_str(&answer.json).map_err(|error| CommandError::Failed(error.to_string()))?;
    let results = answer["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    if as_json {
        output::json(&answer);
    } else {
        let row = |(position, result): (usize, &Value)| {
            let text = |member: &Value| member.as_str().unwrap_or_default().to_owned();
            let became = if result["error"].is_object() {
                text(&result["error"]["detail"])
            } else {
                format!("sent to {}", result["recipients"])
            };
            vec![position.to_string(), text(&result["id"]), became]
        };
        output::table(&["entry", "id", "result"], &results.iter().enumerate().map(row).collect::<Vec<_>>());
    }
    let is_whole = results.iter().all(|result| result["error"].is_null());
    if is_whole { Ok(()) } else { Err(CommandError::No) }
}
