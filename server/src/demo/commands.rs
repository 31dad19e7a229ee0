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
    store::{DeliveryQuery, ListQuery, UserRef},
};

const ID: &str = "YOUR_ID";

/// The calls that name an item, or the notification that it is of: each has one to itself, and those that look share.
const OF_ITEMS: [&[&str]; 3] =
    [&["changeItem", "showNotification"], &["removeItem"], &["withdrawNotification"]];

/// The calls that name a webhook.
const OF_WEBHOOKS: [&str; 7] = [
    "showWebhook",
    "changeWebhook",
    "rotateWebhookSecret",
    "testWebhook",
    "listDeliveries",
    "replayDelivery",
    "removeWebhook",
];

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
        // The one that was made last, and what it was told last.
        if let Some(webhook) = self.app.webhooks.all(&self.project).await?.pop() {
            of_call.extend(OF_WEBHOOKS.map(|call| (call, vec![(ID, webhook.id.clone())])));
            let query = DeliveryQuery { status: None, limit: 1, before: None };
            let told = self.app.webhooks.deliveries(&self.project, &webhook.id, query).await?;
            if let (Some(delivery), Some(words)) = (told.first(), of_call.get_mut("replayDelivery")) {
                words.push(("YOUR_DELIVERY", delivery.id.to_string()));
            }
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
