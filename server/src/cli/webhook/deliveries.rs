//! `webhook deliveries`.

use clap::Args;
use serde_json::json;

use super::find;
use crate::{
    cli::{CommandError, office::Office, output},
    store::{DeliveryQuery, DeliveryStatus},
    webhooks::{DeliveryView, Webhooks, status_named},
};

#[derive(Args)]
pub(in crate::cli) struct List {
    /// The webhook's id, as `webhook list` shows it
    id: String,
    /// Only those that are pending, delivered or failed
    #[arg(long, value_parser = status)]
    status: Option<DeliveryStatus>,
    /// How many at most
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn status(text: &str) -> Result<DeliveryStatus, String> {
    status_named(text).ok_or_else(|| "it is pending, delivered or failed".to_owned())
}

impl List {
    pub(super) async fn run(self, office: &Office, webhooks: &Webhooks) -> Result<(), CommandError> {
        let (project, _) = find(office, &self.id).await?;
        let query = DeliveryQuery { status: self.status, limit: self.limit, before: None };
        let deliveries = webhooks.deliveries(&project, &self.id, query).await?;
        let deliveries: Vec<DeliveryView> = deliveries.into_iter().map(Into::into).collect();
        if self.json {
            output::json(&json!(deliveries));
            return Ok(());
        }
        let row = |delivery: DeliveryView| {
            let answered = delivery.last_status.map(|status| status.to_string());
            vec![
                delivery.id,
                delivery.r#type,
                delivery.status.to_owned(),
                delivery.attempts.to_string(),
                answered.or(delivery.last_error).unwrap_or_default(),
                delivery.next_attempt_at.map(|at| at.to_string()).unwrap_or_default(),
            ]
        };
        let rows: Vec<Vec<String>> = deliveries.into_iter().map(row).collect();
        output::table(&["id", "type", "status", "attempts", "last", "next"], &rows);
        Ok(())
    }
}
