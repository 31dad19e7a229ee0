//! `user export`.

use std::{pin::pin, sync::Arc};

use clap::Args;
use futures_util::TryStreamExt;

use super::Whom;
use crate::{
    cli::{CommandError, office::Office, output},
    inbox::export,
    store::AuditAction,
};

#[derive(Args)]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    whom: Whom,
    /// Print JSON, which it does in any case
    #[arg(long)]
    json: bool,
}

impl Export {
    pub(super) async fn run(self, office: &Office) -> Result<(), CommandError> {
        let Self { whom, json: _ } = self;
        let (project, user) = whom.find(office).await?;
        let audit = office.audit(AuditAction::UserExported).in_project(&project.id).about(user.user.as_str());
        let pieces = export::of_user(Arc::clone(&office.store), user, audit).await?;
        let mut pieces = pin!(pieces);
        while let Some(piece) = pieces.try_next().await? {
            output::piece(&piece);
        }
        output::line("");
        Ok(())
    }
}
