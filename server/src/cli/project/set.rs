//! `project set`: what a project accepts, changed after it was made. A running server goes by it within a second.

use clap::Args;

use super::{UserIds, retention, show};
use crate::{
    auth::{origin::AllowedOrigin, proofs::ProofKind},
    cli::{CommandError, office::Office, output},
    languages::Locale,
    project,
    store::{AuditAction, ProjectChange, Retention},
};

#[derive(Args)]
pub(in crate::cli) struct Set {
    /// Its id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// A new name, which no other project has
    #[arg(long)]
    name: Option<String>,
    /// Allow pages of this origin, and of no others than those named here; may be repeated
    #[arg(long = "origin", value_name = "ORIGIN", conflicts_with = "any_origin")]
    origins: Vec<AllowedOrigin>,
    /// Allow pages of any origin
    #[arg(long)]
    any_origin: bool,
    /// Accept this kind of proof, and no others than those named here; may be repeated. Sessions that another kind
    /// opened end
    #[arg(long = "proof", value_enum, value_name = "KIND")]
    proofs: Vec<ProofKind>,
    /// How its user ids are written. Who has an id that breaks the new rule can open no session any more
    #[arg(long, value_enum)]
    user_ids: Option<UserIds>,
    /// The language of those whose own a notification does not have, such as pt-BR. What was sent before stays as it is
    #[arg(long)]
    locale: Option<Locale>,
    /// For how long what was sent is kept: whole days, such as 90d, or off. What is older goes at once
    #[arg(long, value_name = "DAYS", value_parser = retention::parse)]
    retention: Option<Retention>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Set {
    pub(super) async fn run(self, office: &Office) -> Result<(), CommandError> {
        let some = |given: bool| given.then_some(());
        let change = ProjectChange {
            origins: some(self.any_origin || !self.origins.is_empty()).map(|()| self.origins),
            proofs: some(!self.proofs.is_empty()).map(|()| self.proofs),
            user_id_rule: self.user_ids.map(Into::into),
            name: self.name,
            locale: self.locale,
            retention: self.retention,
        };
        let ProjectChange { name, proofs, user_id_rule, origins, locale, retention } = &change;
        if name.is_none()
            && proofs.is_none()
            && user_id_rule.is_none()
            && origins.is_none()
            && locale.is_none()
            && retention.is_none()
        {
            return Err(CommandError::Usage(
                "there is nothing to change: give --name, --origin, --any-origin, --proof, --user-ids, --locale or --retention"
                    .to_owned(),
            ));
        }
        name.as_deref().map_or(Ok(()), project::check_name)?;
        let project = office.project(self.project.as_deref()).await?;
        let mut audit = office.audit(AuditAction::ProjectChanged).in_project(&project.id).about(&project.id);
        let members = [
            ("name", name.as_ref().map(|name| serde_json::json!(name))),
            ("proofs", proofs.as_ref().map(|proofs| serde_json::json!(proofs))),
            ("userIds", user_id_rule.map(|rule| serde_json::json!(rule))),
            ("origins", origins.as_ref().map(|origins| serde_json::json!(origins))),
            ("locale", locale.as_ref().map(|locale| serde_json::json!(locale))),
            ("retentionDays", retention.map(|retention| serde_json::json!(retention.days()))),
        ];
        for (member, value) in members {
            if let Some(value) = value {
                audit = audit.with(member, value);
            }
        }
        office.store.change_project(project.key, change, audit).await?;
        let changed = office.project(Some(&project.id)).await?;
        if self.json {
            output::json(&show::describe(&changed));
        } else {
            show::print(&changed, None);
        }
        Ok(())
    }
}
