//! A database with as much in it as a site gathers in years.

use std::{env, ops::Range};

use full_inboxes::{Filling, other};
use futures_util::{StreamExt, stream};
use notification_bell_protocol::View;
use notification_bell_server::{
    auth::user_id::UserId,
    languages::Languages,
    store::{Audience, InboxStore, ListQuery, StreamStore, TopicStore},
};

use crate::database::{Database, user};

/// How many rows are in the inboxes of others, unless `BELL_BENCH_ROWS` says it.
const ROWS: u64 = 1_000_000;
/// Sends at once: enough for the writer to put many into one transaction.
const AT_ONCE: usize = 256;

impl Database {
    /// Fills one, which takes minutes.
    pub(crate) fn filled() -> Self {
        let rows = env::var("BELL_BENCH_ROWS")
            .map_or(ROWS, |rows| rows.parse().expect("BELL_BENCH_ROWS is a number"));
        let database = Self::new();
        let filling = Filling { rows, inbox: 100_000, users: 1_000_000, subscribers: 100_000 };
        database.wait_for(database.fill(filling));
        database
    }

    /// The cursor after so many pages.
    pub(crate) fn deep_cursor(&self, pages: usize, limit: usize) -> String {
        self.wait_for(async {
            let mut cursor = None;
            for _ in 0..pages {
                let query = ListQuery { view: View::All, category: None, limit, cursor };
                let page = self.store.list(&self.reader, query, &Languages::ANY).await;
                cursor = page.expect("it can be read").next;
            }
            cursor.expect("the inbox is as deep as that")
        })
    }

    /// The reader's revision before so many more came, which come now.
    pub(crate) fn revision_before(&self, items: u64) -> String {
        self.wait_for(async {
            let (_, revision) = self.store.counts(&self.reader).await.expect("it can be read");
            for _ in 0..items {
                self.send(self.to_reader()).await;
            }
            revision
        })
    }

    async fn fill(&self, filling: Filling) {
        for (topic, names) in filling.subscriptions() {
            let users = names.iter().map(|name| user(name)).collect();
            self.store.subscribe(self.project, topic, users, 2).await.expect("they can be subscribed");
        }
        let users = |names: Vec<String>| Audience::Users(names.iter().map(|name| user(name)).collect());
        let to_others = filling.sends().map(users);
        let to_reader = (0..filling.inbox).map(|_| self.to_reader());
        stream::iter(to_others.chain(to_reader))
            .map(|audience| self.send(audience))
            .buffer_unordered(AT_ONCE)
            .for_each(async |()| ())
            .await;
    }
}

/// Some of the other users.
pub(crate) fn others(numbers: Range<u64>) -> Vec<UserId> {
    numbers.map(|number| user(&other(number))).collect()
}
