//! `user revoke`.

use clap::Args;
use notification_bell_protocol::Timestamp;
use serde_json::json;

use super::Whom;
use crate::{
    cli::{CommandError, office::Office},
    routes::users::revoke::RevokeRequest,
    store::{AuditAction, Revocation},
};

#[derive(Args)]
pub(in crate::cli) struct Revoke {
    #[command(flatten)]
    whom: Whom,
    /// Only the sessions that were issued before this moment: RFC 3339, such as 2027-01-31T12:00:00Z. One in the future
    /// counts as the present
    #[arg(long, value_name = "TIME")]
    issued_before: Option<Timestamp>,
    /// Whether the user may open no session any more; false lets the user in again
    #[arg(long, value_name = "BOOL")]
    block: Option<bool>,
    /// Whether the plain userHmac of this user is accepted no more; false accepts it again
    #[arg(long, value_name = "BOOL")]
    disable_plain_hmac: Option<bool>,
}

impl Revoke {
    pub(super) async fn run(self, office: &Office) -> Result<(), CommandError> {
        let (project, user) = self.whom.find(office).await?;
        let request = RevokeRequest {
            issued_before: self.issued_before.map(|moment| moment.min(office.clock.now())),
            block: self.block,
            disable_plain_hmac: self.disable_plain_hmac,
        };
        let members = [
            ("issuedBefore", request.issued_before.map(|at| json!(at))),
            ("block", request.block.map(|on| json!(on))),
            ("disablePlainHmac", request.disable_plain_hmac.map(|on| json!(on))),
        ];
        let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let audit = office
            .audit(AuditAction::UserRevoked)
            .in_project(&project.id)
            .about(user.user.as_str())
            .with("request", given.collect::<serde_json::Map<_, _>>());
        Ok(office.store.revoke_user(&user, Revocation::from(request), audit).await?)
    }
}
