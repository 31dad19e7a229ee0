//! `webhook add` and `webhook set`.

use clap::Args;

use super::{find, show};
use crate::{
    cli::{CommandError, office::Office},
    store::Actor,
    webhooks::{NewWebhookRequest, WebhookPatch, WebhookView, Webhooks},
};

#[derive(Args)]
pub(in crate::cli) struct Add {
    /// Its id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// What to call: https, on a public address unless `BELL_OUTBOUND_ALLOW` lists it
    #[arg(long)]
    url: String,
    /// What to tell it of; may be repeated. Without any, everything
    #[arg(long = "event", value_name = "EVENT")]
    events: Vec<String>,
    /// For people
    #[arg(long)]
    description: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Add {
    pub(super) async fn run(self, office: &Office, webhooks: &Webhooks) -> Result<(), CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        let request = NewWebhookRequest {
            url: self.url,
            description: self.description,
            events: (!self.events.is_empty()).then_some(self.events),
        };
        let (webhook, secret) = webhooks.add(&project, request, Actor::CommandLine).await?;
        show(WebhookView::with_secret(webhook, &secret), self.json);
        Ok(())
    }
}

#[derive(Args)]
pub(in crate::cli) struct Set {
    /// The webhook's id, as `webhook list` shows it
    id: String,
    /// What to call instead
    #[arg(long)]
    url: Option<String>,
    /// What to tell it of instead; may be repeated
    #[arg(long = "event", value_name = "EVENT")]
    events: Vec<String>,
    /// For people; an empty one takes it away
    #[arg(long)]
    description: Option<String>,
    /// Whether it is told of anything
    #[arg(long, value_name = "BOOL")]
    enabled: Option<bool>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Set {
    pub(super) async fn run(self, office: &Office, webhooks: &Webhooks) -> Result<(), CommandError> {
        let patch = WebhookPatch {
            url: self.url,
            description: self.description,
            events: (!self.events.is_empty()).then_some(self.events),
            enabled: self.enabled,
        };
        if patch == WebhookPatch::default() {
            return Err(CommandError::Usage("say what is to be different: see --help".to_owned()));
        }
        let (project, _) = find(office, &self.id).await?;
        let changed = webhooks.change(&project, &self.id, patch, Actor::CommandLine).await?;
        show(changed.into(), self.json);
        Ok(())
    }
}
