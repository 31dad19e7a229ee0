//! `audit`: who changed what, and how often proofs failed.

use std::time::Duration;

use clap::{Args, Subcommand};
use notification_bell_protocol::Timestamp;
use serde_json::{Map, Value, json};

use super::{CommandError, office::Office, output};
use crate::{
    config::Settings,
    store::{AuditQuery, AuditRecord, FailedProofs},
};

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// List the changes of keys, projects, providers and users, and the numbers of proofs that failed, by hour and
    /// reason; the latest last
    #[command(after_help = "Example:
  notification-bell-server audit list --since 7d --json")]
    List(List),
}

#[derive(Args)]
pub(super) struct List {
    /// Only of this project: its id, name or apiKey
    #[arg(long)]
    project: Option<String>,
    /// Only what happened within this time, such as 7d or 12h
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    since: Option<Duration>,
    /// How many at most: the latest
    #[arg(long, default_value_t = 1_000)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An entry, or a number of failed proofs, as it is shown.
struct Line {
    at: Timestamp,
    project: Option<String>,
    actor: String,
    action: String,
    subject: String,
    detail: Map<String, Value>,
}

impl AuditCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let Self::List(list) = self;
        Office::work(settings, async |office| list.run(office).await).await
    }
}

impl List {
    async fn run(&self, office: &Office) -> Result<(), CommandError> {
        let project = match &self.project {
            Some(reference) => Some(office.project(Some(reference)).await?.id),
            None => None,
        };
        let since = self.since.map(|since| {
            office.clock.now().plus_ms(i64::try_from(since.as_millis()).map_or(i64::MIN, |ms| -ms))
        });
        let query = AuditQuery { project, since, after_key: None, limit: self.limit };
        let mut lines: Vec<Line> =
            office.store.audit_records(query.clone()).await?.into_iter().map(Line::from).collect();
        lines.extend(office.store.failed_proofs(query).await?.into_iter().map(Line::from));
        lines.sort_by_key(|line| line.at);
        let lines = &lines[lines.len().saturating_sub(self.limit)..];
        if self.json {
            output::json(&lines.iter().map(Line::describe).collect());
        } else {
            let rows: Vec<Vec<String>> = lines.iter().map(Line::cells).collect();
            output::table(&["at", "actor", "action", "subject", "detail"], &rows);
        }
        Ok(())
    }
}

impl Line {
    fn describe(&self) -> Value {
        json!({
            "at": self.at,
            "project": self.project,
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "detail": self.detail,
        })
    }

    fn cells(&self) -> Vec<String> {
        let details: Vec<String> = self
            .detail
            .iter()
            .map(|(name, value)| {
                format!("{name}={}", value.as_str().map_or(value.to_string(), str::to_owned))
            })
            .collect();
        vec![
            self.at.to_string(),
            self.actor.clone(),
            self.action.clone(),
            self.subject.clone(),
            details.join(" "),
        ]
    }
}

impl From<AuditRecord> for Line {
    fn from(record: AuditRecord) -> Self {
        let AuditRecord { key: _, at, project, actor, action, subject, detail } = record;
        Self { at, project, actor, action, subject, detail }
    }
}

impl From<FailedProofs> for Line {
    fn from(failed: FailedProofs) -> Self {
        let mut detail = Map::new();
        detail.insert("count".to_owned(), failed.count.into());
        Self {
            at: failed.hour,
            project: Some(failed.project),
            actor: "stranger".to_owned(),
            action: "proof.failed".to_owned(),
            subject: failed.reason,
            detail,
        }
    }
}
