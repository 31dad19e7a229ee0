//! What stands in the commands of `/docs`: the demo's keys, and ids of items that are there.

use std::collections::BTreeMap;

use notification_bell_protocol::View;

use super::{Demo, USERS};
use crate::{
    auth::{
        grant::grant,
        proofs::{ProofKind, Proved, plain},
        user_id::UserId,
    },
    description::page::Values,
    error::Error,
    languages::Languages,
    store::{ListQuery, UserRef},
};

/// So many items have a part to play.
const ITEMS: usize = 2;

impl Demo {
    /// The values, for the first of the users. Tokens are made anew with each page: they do not live long.
    ///
    /// # Errors
    /// A user who was cut off, or a store that fails.
    pub(super) async fn values(&self) -> Result<Values, Error> {
        let (user_id, _) = USERS[0];
        let user = UserRef { project: self.project.key, user: UserId::trusted(user_id) };
        let query = ListQuery { view: View::All, category: None, limit: ITEMS, cursor: None };
        let items = self.app.inbox.list(&user, query, &Languages::ANY).await?.items;
        let mut of_call = BTreeMap::from([("endSession", ("YOUR_TOKEN", self.token(&user).await?))]);
        for (call, item) in ["changeItem", "removeItem"].into_iter().zip(items) {
            of_call.insert(call, ("YOUR_ID", item.id));
        }
        let everywhere = vec![
            ("YOUR_BACKEND_KEY", self.backend_key.clone()),
            ("YOUR_TOKEN", self.token(&user).await?),
            ("YOUR_API_PUBLIC_KEY", self.project.api_key.clone()),
            ("YOUR_USER_HMAC", plain::prove(&self.secret, user_id)),
            ("user@example.com", user_id.to_owned()),
        ];
        Ok(Values { everywhere, of_call, work: true })
    }

    async fn token(&self, user: &UserRef) -> Result<String, Error> {
        let proved = Proved { kind: ProofKind::Hmac, issued_at: None, expires_at: None };
        let grant = grant(&self.app, &self.project.id, user, proved, None).await?;
        Ok(grant.token.unwrap_or_default())
    }
}
