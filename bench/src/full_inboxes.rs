//! A site as it is after years: who its users are, and what they were sent. What fills a database over HTTP and what fills
//! one below it read it here, so that both measure the same.

/// Whose inbox is full, and is read.
pub const READER: &str = "reader@example.com";
/// The topic with many subscribers.
pub const TOPIC: &str = "releases";

/// Users of one call.
const PART: u64 = 100_000;
/// Recipients of one send.
const RECIPIENTS: u64 = 1_000;
/// Other users' inboxes have as many items as there are rounds over all of them.
const OTHERS: u64 = 10_000;
const CATEGORIES: [&str; 4] = ["billing", "news", "orders", "security"];

/// How full it is.
#[derive(Clone, Copy, Debug)]
pub struct Filling {
    /// Items in the inboxes of others.
    pub rows: u64,
    /// Items in the reader's inbox.
    pub inbox: u64,
    /// Users that are known, whom a broadcast reaches.
    pub users: u64,
    /// How many of them are in the topic.
    pub subscribers: u64,
}

/// The words of a notification of the usual size.
#[derive(Clone, Debug)]
pub struct Words {
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: &'static str,
    /// Where it leads.
    pub url: String,
    /// Its category.
    pub category: &'static str,
}

impl Words {
    /// Of the notification with this number.
    #[must_use]
    pub fn of(number: u64) -> Self {
        let category = usize::try_from(number).map_or(0, |number| number % CATEGORIES.len());
        Self {
            title: format!("Invoice {number} was paid"),
            body: "Business cards, 96.00 EUR, by card. The receipt is attached to the order.",
            url: format!("/invoices/{number}"),
            category: CATEGORIES[category],
        }
    }
}

/// The name of one of the other users.
#[must_use]
pub fn other(number: u64) -> String {
    format!("user-{number}")
}

impl Filling {
    /// Topics, each with users to subscribe in one call. Whoever is subscribed is known.
    pub fn subscriptions(self) -> impl Iterator<Item = (&'static str, Vec<String>)> {
        (0..self.users).step_by(usize::try_from(PART).unwrap_or(usize::MAX)).map(move |from| {
            let topic = if from < self.subscribers { TOPIC } else { "others" };
            (topic, (from..self.users.min(from + PART)).map(other).collect())
        })
    }

    /// The recipients of each send that fills the inboxes of others.
    pub fn sends(self) -> impl Iterator<Item = Vec<String>> {
        (0..self.rows.div_ceil(RECIPIENTS))
            .map(|send| (0..RECIPIENTS).map(|user| other((send * RECIPIENTS + user) % OTHERS)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Filling, TOPIC};

    #[test]
    fn a_site_is_as_full_as_asked_for() {
        let filling = Filling { rows: 20_000, inbox: 0, users: 250_000, subscribers: 100_000 };
        let subscriptions: Vec<_> = filling.subscriptions().collect();
        assert_eq!(subscriptions.iter().map(|(_, users)| users.len()).sum::<usize>(), 250_000);
        assert_eq!(subscriptions.iter().filter(|(topic, _)| *topic == TOPIC).count(), 1);
        assert_eq!(filling.sends().map(|recipients| recipients.len()).sum::<usize>(), 20_000);
    }
}
