//! `user inbox`.

use clap::Args;
use notification_bell_protocol::{InboxPage, Item, View};
use serde_json::json;

use super::Whom;
use crate::{
    cli::{CommandError, office::Office, output},
    languages::Languages,
    store::ListQuery,
};

#[derive(Args)]
pub(in crate::cli) struct ShowInbox {
    #[command(flatten)]
    whom: Whom,
    /// all, unread, archived or snoozed
    #[arg(long, default_value = "all", value_parser = view)]
    view: View,
    /// Only this category
    #[arg(long)]
    category: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
    /// After which page: what was printed as its next
    #[arg(long)]
    cursor: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn view(text: &str) -> Result<View, String> {
    View::named(text).ok_or_else(|| "it is all, unread, archived or snoozed".to_owned())
}

impl ShowInbox {
    pub(super) async fn run(self, office: &Office) -> Result<(), CommandError> {
        let (_, user) = self.whom.find(office).await?;
        let query = ListQuery {
            view: self.view,
            category: self.category,
            limit: usize::from(self.limit),
            cursor: self.cursor,
        };
        let page = office.store.list(&user, query, &Languages::ANY).await?;
        if self.json {
            output::json(&json!(page));
        } else {
            print(&page);
        }
        Ok(())
    }
}

fn print(page: &InboxPage) {
    let row = |item: &Item| {
        let state = match (item.read_at, item.seen_at) {
            (Some(_), _) => "read",
            (None, Some(_)) => "seen",
            (None, None) => "new",
        };
        vec![
            item.id.clone(),
            item.created_at.to_string(),
            state.to_owned(),
            item.category.clone().unwrap_or_default(),
            item.title.clone(),
        ]
    };
    output::table(
        &["id", "created", "state", "category", "title"],
        &page.items.iter().map(row).collect::<Vec<_>>(),
    );
    output::line("");
    output::line(&format!("{} in the inbox, {} unread", page.counts.total, page.counts.unread));
    if let Some(next) = &page.next {
        output::line(&format!("next page: --cursor {next}"));
    }
}
