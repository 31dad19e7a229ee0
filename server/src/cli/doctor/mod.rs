//! `doctor`: opens a stream the way browsers do, through whatever is in between, and says what stands in its way.

mod answers;
mod examination;
mod finding;
mod path;
mod watch;

use std::time::Duration;

use clap::Args;
use reqwest::Url;
use serde_json::json;

use self::{examination::Examination, finding::Finding};
use super::{CommandError, office::Office, output};
use crate::config::Settings;

/// A comment comes at least every 25 seconds.
const HEARTBEAT: Duration = Duration::from_secs(25);

/// Open a stream through your proxies and say what buffers, cuts, compresses or downgrades it
#[derive(Args)]
#[command(
    after_help = "It acts as a user of its own, notification-bell-doctor, and turns a category of that name off and on again.
Run it where the database and the master key are, with the address that browsers use.
Exit status 0 if nothing is wrong, 1 if something is.

Example:
  notification-bell-server doctor --project Shop --url https://bell.example"
)]
pub(super) struct DoctorCommand {
    /// The address that browsers reach the server at
    #[arg(long, value_name = "URL")]
    url: Url,
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// How long to watch the stream: 30s see one heartbeat, 5m also what is cut after minutes
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = humantime::parse_duration)]
    watch: Duration,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl DoctorCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        if !matches!(self.url.scheme(), "http" | "https") || !matches!(self.url.path(), "/" | "") {
            return Err(CommandError::Usage(
                "--url is http:// or https:// with a host, and without a path".to_owned(),
            ));
        }
        let findings = Office::work(settings, async |office| self.examine(office).await).await?;
        let is_well = !findings.iter().any(Finding::is_wrong);
        if self.json {
            let checks: Vec<_> = findings.iter().map(Finding::to_json).collect();
            output::json(&json!({ "url": self.url.as_str(), "ok": is_well, "checks": checks }));
        } else {
            for finding in &findings {
                output::line(&finding.to_text());
            }
            let wrong = findings.iter().filter(|finding| finding.is_wrong()).count();
            output::line(&match wrong {
                0 => "nothing is in the way of streams".to_owned(),
                1 => "one thing is wrong".to_owned(),
                _ => format!("{wrong} things are wrong"),
            });
        }
        if is_well { Ok(()) } else { Err(CommandError::No) }
    }

    async fn examine(&self, office: &Office) -> Result<Vec<Finding>, CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        Examination::new(office, &project, &self.url, self.watch)?.run().await
    }
}
