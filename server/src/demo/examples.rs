//! What the examples of the description name, as far as no user of the demo has it anyway.
//!
//! Looked for at each start: what was removed by trying is there again.

use std::collections::BTreeMap;

use notification_bell_protocol::View;

use super::{Demo, USERS, commands::OF_ITEMS, seed};
use crate::{
    auth::user_id::UserId,
    error::Error,
    inbox::TemplateRequest,
    languages::Languages,
    store::{Actor, ListQuery, UserRef},
    webhooks::NewWebhookRequest,
};

const TYPE: &str = "invoice.paid";
const LOCALE: &str = "en";
const CATEGORY: &str = "invoices";
/// Nobody has a host of this name (RFC 2606): what the webhook is told goes nowhere.
const NOWHERE: &str = "https://shop.example/bell-events";

impl Demo {
    /// Makes what is missing.
    pub(super) async fn have_examples(&self) -> Result<(), Error> {
        self.have_items().await?;
        self.have_texts().await?;
        self.have_a_webhook().await
    }

    /// Each of the calls that name an item has one to itself.
    async fn have_items(&self) -> Result<(), Error> {
        let user = UserRef { project: self.project.key, user: UserId::trusted(USERS[0].0) };
        let query = ListQuery { view: View::All, category: None, limit: OF_ITEMS.len(), cursor: None };
        let found = self.app.inbox.list(&user, query, &Languages::ANY).await?.items.len();
        if found < OF_ITEMS.len() {
            seed::send_first_items(&self.app, &self.project).await?;
        }
        Ok(())
    }

    async fn have_texts(&self) -> Result<(), Error> {
        let inbox = &self.app.inbox;
        if let Err(Error::NotFound(_)) = inbox.template(&self.project, TYPE, LOCALE).await {
            let request = TemplateRequest {
                title: "Invoice {{ number }} was paid".to_owned(),
                body: None,
                actions: BTreeMap::from([("open".to_owned(), "Open".to_owned())]),
            };
            inbox.put_template(&self.project, TYPE.to_owned(), LOCALE, request, Actor::Server).await?;
        }
        if !inbox.categories(&self.project).await?.iter().any(|category| category.name == CATEGORY) {
            seed::declare_categories(&self.app, &self.project).await?;
        }
        Ok(())
    }

    /// One that is switched on, and something that it, or another one, was told.
    async fn have_a_webhook(&self) -> Result<(), Error> {
        let mut webhooks = self.app.webhooks.all(&self.project).await?;
        if !webhooks.iter().any(|webhook| webhook.enabled) {
            let request = NewWebhookRequest {
                url: NOWHERE.to_owned(),
                description: Some("An example, which leads nowhere".to_owned()),
                events: Some(vec!["notification.action".to_owned()]),
            };
            webhooks.push(self.app.webhooks.add(&self.project, request, Actor::Server).await?.0);
        }
        if self.last_told(&webhooks).await?.is_none()
            && let Some(webhook) = webhooks.iter().find(|webhook| webhook.enabled)
        {
            self.app.webhooks.test(&self.project, &webhook.id).await?;
        }
        Ok(())
    }
}
