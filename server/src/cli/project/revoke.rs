//! `project revoke`: ends the sessions of all users of a project.

use clap::Args;
use notification_bell_protocol::Timestamp;

use crate::{
    cli::{CommandError, office::Office},
    store::AuditAction,
};

#[derive(Args)]
pub(in crate::cli) struct Revoke {
    /// Its id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// Only the sessions that were issued before this moment: RFC 3339, such as 2027-01-31T12:00:00Z. One in the future
    /// counts as the present
    #[arg(long, value_name = "TIME")]
    issued_before: Option<Timestamp>,
}

impl Revoke {
    pub(super) async fn run(self, office: &Office) -> Result<(), CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        let mut audit = office.audit(AuditAction::ProjectRevoked).in_project(&project.id).about(&project.id);
        let issued_before = self.issued_before.map(|moment| moment.min(office.clock.now()));
        if let Some(issued_before) = issued_before {
            audit = audit.with("issuedBefore", issued_before.to_string());
        }
        Ok(office.store.revoke_project(project.key, issued_before, audit).await?)
    }
}
