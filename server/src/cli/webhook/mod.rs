//! `webhook`: where a project's backend is told what its users do.

mod change;
mod deliveries;

use std::{sync::Arc, time::Duration};

use clap::Subcommand;
use serde_json::{Value, json};

use self::change::{Add, Set};
use super::{CommandError, office::Office, output};
use crate::{
    config::Settings,
    metrics::WebhookCounts,
    store::{Actor, Project, Webhook},
    webhooks::{MAX_PREVIOUS_VALID_FOR_SECONDS, WebhookView, Webhooks},
};

#[derive(Subcommand)]
pub(super) enum WebhookCommand {
    /// Add a webhook; its secret is shown this once
    #[command(after_help = "Example:
  notification-bell-server webhook add --project Shop --url https://shop.example/bell-events \\
    --event notification.read --event notification.action")]
    Add(Add),
    /// List the webhooks, never their secrets
    #[command(after_help = "Example:
  notification-bell-server webhook list --project Shop --json")]
    List {
        /// Only of this project: its id, name or apiKey
        #[arg(long)]
        project: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one webhook
    #[command(after_help = "Example:
  notification-bell-server webhook show 019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10")]
    Show {
        /// The webhook's id, as `webhook list` shows it
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Change a webhook: its address, its events, whether it is told of anything
    #[command(after_help = "Example:
  notification-bell-server webhook set 019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10 --enabled true")]
    Set(Set),
    /// Replace the secret of a webhook; the new one is shown this once
    #[command(after_help = "Example:
  notification-bell-server webhook rotate-secret 019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10 --previous-valid-for 2d")]
    RotateSecret {
        /// The webhook's id, as `webhook list` shows it
        id: String,
        /// How long the secret before it signs too, at most 7d
        #[arg(long, value_name = "DURATION", default_value = "1d", value_parser = humantime::parse_duration)]
        previous_valid_for: Duration,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove a webhook, with what it was still to be told
    #[command(after_help = "Example:
  notification-bell-server webhook remove 019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10")]
    Remove {
        /// The webhook's id, as `webhook list` shows it
        id: String,
    },
    /// List what a webhook was told within the last seven days, the newest first, and what came of it
    #[command(after_help = "Example:
  notification-bell-server webhook deliveries 019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10 --status failed --json")]
    Deliveries(deliveries::List),
    /// Have something delivered again, under the same id; a running server does so
    #[command(after_help = "Example:
  notification-bell-server webhook replay 019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10 019a9f31-0c2e-7d10-9a51-0d8f6e2b7c44")]
    Replay {
        /// The webhook's id, as `webhook list` shows it
        id: String,
        /// The delivery's id, as `webhook deliveries` shows it
        delivery: String,
    },
    /// Send a message now that says nothing but that it arrives, and say what came back
    #[command(after_help = "Example:
  notification-bell-server webhook test 019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10")]
    Test {
        /// The webhook's id, as `webhook list` shows it
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

impl WebhookCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        Office::work(settings, async |office| {
            let webhooks = Webhooks::new(
                Arc::clone(&office.store),
                Arc::clone(&office.master_key),
                Arc::clone(&office.clock),
                Arc::clone(&office.randomness),
                Arc::clone(&office.ids),
                settings,
                WebhookCounts::default(),
            );
            self.work(office, &webhooks).await
        })
        .await
    }

    async fn work(self, office: &Office, webhooks: &Webhooks) -> Result<(), CommandError> {
        match self {
            Self::Add(add) => add.run(office, webhooks).await,
            Self::List { project, json } => list(office, project.as_deref(), json).await,
            Self::Show { id, json } => {
                show(find(office, &id).await?.1.into(), json);
                Ok(())
            }
            Self::Set(set) => set.run(office, webhooks).await,
            Self::RotateSecret { id, previous_valid_for, json } => {
                let seconds = i64::try_from(previous_valid_for.as_secs()).unwrap_or(i64::MAX);
                if seconds > MAX_PREVIOUS_VALID_FOR_SECONDS {
                    return Err(CommandError::Usage("--previous-valid-for is at most 7d".to_owned()));
                }
                let (project, _) = find(office, &id).await?;
                let rotated = webhooks.rotate_secret(&project, &id, seconds, Actor::CommandLine).await?;
                show(WebhookView::with_secret(rotated.0, &rotated.1), json);
                Ok(())
            }
            Self::Remove { id } => {
                let (project, _) = find(office, &id).await?;
                Ok(webhooks.remove(&project, &id, Actor::CommandLine).await?)
            }
            Self::Deliveries(list) => list.run(office, webhooks).await,
            Self::Replay { id, delivery } => {
                let (project, _) = find(office, &id).await?;
                Ok(webhooks.replay(&project, &id, &delivery).await?)
            }
            Self::Test { id, json } => test(webhooks, &find(office, &id).await?.1, json).await,
        }
    }
}

async fn find(office: &Office, id: &str) -> Result<(Project, Webhook), CommandError> {
    for project in office.store.projects().await? {
        let webhooks = office.store.webhooks(project.key).await?;
        if let Some(webhook) = webhooks.into_iter().find(|webhook| webhook.id == id) {
            return Ok((project, webhook));
        }
    }
    Err(CommandError::Failed(format!("no webhook has the id {id}: see `webhook list`")))
}

async fn list(office: &Office, reference: Option<&str>, json: bool) -> Result<(), CommandError> {
    let projects = match reference {
        Some(_) => vec![office.project(reference).await?],
        None => office.store.projects().await?,
    };
    let (mut values, mut rows) = (Vec::new(), Vec::new());
    for project in projects {
        for webhook in office.store.webhooks(project.key).await? {
            let view = WebhookView::from(webhook);
            let mut value = json!(view);
            value["project"] = project.id.as_str().into();
            values.push(value);
            rows.push(vec![view.id.clone(), project.name.clone(), state(&view), events(&view), view.url]);
        }
    }
    if json {
        output::json(&Value::Array(values));
    } else {
        output::table(&["id", "project", "state", "events", "url"], &rows);
    }
    Ok(())
}

fn state(view: &WebhookView) -> String {
    match view.gone_at {
        Some(at) => format!("gone since {at}"),
        None if view.enabled => "enabled".to_owned(),
        None => "disabled".to_owned(),
    }
}

fn events(view: &WebhookView) -> String {
    view.events.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(" ")
}

/// Prints a webhook, with its secret if that was just made.
fn show(view: WebhookView, json: bool) {
    if json {
        output::json(&json!(view));
        return;
    }
    let mut fields = vec![
        ("id", view.id.clone()),
        ("url", view.url.clone()),
        ("description", view.description.clone().unwrap_or_default()),
        ("events", events(&view)),
        ("state", state(&view)),
    ];
    fields.extend(view.previous_secret_until.map(|until| ("previous secret until", until.to_string())));
    let has_secret = view.secret.is_some();
    fields.extend(view.secret.map(|secret| ("secret", secret)));
    output::fields(&fields);
    if has_secret {
        output::line("");
        output::line("The secret cannot be shown again.");
    }
}

async fn test(webhooks: &Webhooks, webhook: &Webhook, json: bool) -> Result<(), CommandError> {
    let answer = webhooks.try_now(webhook).await?;
    let is_success = answer.is_success();
    if json {
        let value = json!({
            "ok": is_success,
            "status": answer.status,
            "error": answer.error,
            "answer": answer.body,
        });
        output::json(&value);
    } else {
        let status = answer.status.map(|status| format!("answered with status {status}"));
        let said = [status, answer.error, answer.body].into_iter().flatten().collect::<Vec<_>>();
        output::line(&said.join(": "));
    }
    if is_success { Ok(()) } else { Err(CommandError::No) }
}
