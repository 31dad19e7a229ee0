//! `user erase`.

use clap::Args;
use serde_json::json;

use super::Whom;
use crate::{
    cli::{CommandError, office::Office, output},
    store::AuditAction,
};

#[derive(Args)]
pub(in crate::cli) struct Erase {
    #[command(flatten)]
    whom: Whom,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Erase {
    pub(super) async fn run(self, office: &Office) -> Result<(), CommandError> {
        let (project, user) = self.whom.find(office).await?;
        let pseudonym = office.master_key.pseudonym(&project.id, user.user.as_str());
        let audit = office.audit(AuditAction::UserErased).in_project(&project.id).about(&pseudonym);
        office.store.erase_user(&user, &pseudonym, audit).await?;
        if self.json {
            output::json(&json!({ "auditSubject": pseudonym }));
        } else {
            output::fields(&[("named in the audit log as", pseudonym)]);
        }
        Ok(())
    }
}
