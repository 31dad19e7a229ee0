//! What stands in the commands of `/docs` and in the examples of `/openapi.json`: the demo's keys, and ids of what is there.

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
    store::{DeliveryQuery, ListQuery, UserRef, Webhook},
};

const ID: &str = "YOUR_ID";

/// The calls that name an item, or the notification that it is of: each has one to itself, and those that look share.
pub(super) const OF_ITEMS: [&[&str]; 3] =
    [&["changeItem", "showNotification"], &["removeItem"], &["withdrawNotification"]];

/// The calls that name a webhook, and nothing that it was told.
const OF_WEBHOOKS: [&str; 6] =
    ["showWebhook", "changeWebhook", "rotateWebhookSecret", "testWebhook", "listDeliveries", "removeWebhook"];

impl Demo {
    /// The values, for the first of the users. Tokens are made anew with each page: they do not live long.
    ///
    /// # Errors
    /// A user who was cut off, or a store that fails.
    pub(super) async fn values(&self) -> Result<Values, Error> {
        let (user_id, _) = USERS[0];
        let user = UserRef { project: self.project.key, user: UserId::trusted(user_id) };
        let query = ListQuery { view: View::All, category: None, limit: OF_ITEMS.len(), cursor: None };
        let items = self.app.inbox.list(&user, query, &Languages::ANY).await?.items;
        let mut of_call = BTreeMap::from([("endSession", vec![("YOUR_TOKEN", self.token(&user).await?)])]);
        for (calls, item) in OF_ITEMS.into_iter().zip(items) {
            of_call.extend(calls.iter().map(|call| (*call, vec![(ID, item.id.clone())])));
        }
        // The others are to go on having somebody to be about.
        of_call.insert("eraseUser", vec![("user@example.com", "former@example.com".to_owned())]);
        // The one that was made last: one that was switched off cannot be tested.
        let mut webhooks = self.app.webhooks.all(&self.project).await?;
        webhooks.sort_by_key(|webhook| webhook.enabled);
        if let Some(webhook) = webhooks.last() {
            of_call.extend(OF_WEBHOOKS.map(|call| (call, vec![(ID, webhook.id.clone())])));
        }
        if let Some((webhook, delivery)) = self.last_told(&webhooks).await? {
            of_call.insert("replayDelivery", vec![(ID, webhook), ("YOUR_DELIVERY", delivery)]);
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

    /// The last of these webhooks that was told something, and what it was told last.
    pub(super) async fn last_told(&self, webhooks: &[Webhook]) -> Result<Option<(String, String)>, Error> {
        for webhook in webhooks.iter().rev() {
            let query = DeliveryQuery { status: None, limit: 1, before: None };
            let told = self.app.webhooks.deliveries(&self.project, &webhook.id, query).await?;
            if let Some(delivery) = told.first() {
                return Ok(Some((webhook.id.clone(), delivery.id.to_string())));
            }
        }
        Ok(None)
    }

    async fn token(&self, user: &UserRef) -> Result<String, Error> {
        let proved = Proved { kind: ProofKind::Hmac, issued_at: None, expires_at: None };
        let grant = grant(&self.app, &self.project.id, user, proved, None).await?;
        Ok(grant.token.unwrap_or_default())
    }
}
