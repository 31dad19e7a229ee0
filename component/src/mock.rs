//! A made-up inbox for pages that are still being designed: it answers as a server would, and forgets everything.

mod preferences;

use notification_bell_protocol::{
    Action, ActionStyle, Counts, InboxPage, Item, Priority, Revision, Sync, Timestamp,
};

use crate::feed::{Answer, Change, Feed, List};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How old it is, category, title, body, state, and the labels of its actions.
type Sample = (i64, &'static str, &'static str, &'static str, State, &'static [&'static str]);

#[derive(Clone, Copy, PartialEq)]
enum State {
    Unread,
    Read,
    Archived,
}

const SAMPLES: &[Sample] = &[
    (
        4 * MINUTE_MS,
        "Design",
        "Design shared “Spring campaign” with you",
        "The first drafts are in. Have a look before the review on Thursday.",
        State::Unread,
        &["Open", "Later"],
    ),
    (
        26 * MINUTE_MS,
        "Billing",
        "Invoice 2041 was paid",
        "€ 1,240.00 by bank transfer. The receipt is in your documents.",
        State::Unread,
        &[],
    ),
    (
        2 * HOUR_MS,
        "Support",
        "Support replied to “Export stops at 90 %”",
        "We found the cause: a column with line breaks in it. The fix goes out tonight; until then, the export as JSON works.",
        State::Unread,
        &["Reply"],
    ),
    (
        5 * HOUR_MS,
        "Releases",
        "Version 4.2 is live",
        "Faster search, keyboard shortcuts, and a calmer sidebar.",
        State::Read,
        &[],
    ),
    (
        9 * HOUR_MS,
        "Security",
        "New sign-in from a device you have not used before",
        "If this was you, there is nothing to do.",
        State::Read,
        &["It was me", "Sign out"],
    ),
    (
        26 * HOUR_MS,
        "Design",
        "Design mentioned you in “Icon set”",
        "Could you check the contrast of the dark ones?",
        State::Read,
        &[],
    ),
    (30 * HOUR_MS, "Team", "Your access to “Archive 2024” was approved", "", State::Read, &[]),
    (
        2 * DAY_MS,
        "Billing",
        "Your plan renews in two weeks",
        "Nothing changes unless you want it to.",
        State::Read,
        &[],
    ),
    (
        3 * DAY_MS,
        "Reports",
        "The weekly report is ready",
        "Visits are up by 8 %, sign-ups by 3 %.",
        State::Read,
        &[],
    ),
    (5 * DAY_MS, "Support", "How did we do?", "Two questions, half a minute.", State::Read, &["Answer"]),
    (12 * DAY_MS, "Team", "Planning was moved to Monday, 10:00", "The room is the same.", State::Read, &[]),
    (40 * DAY_MS, "Releases", "Version 4.1 is live", "Dark mode, and a new editor.", State::Archived, &[]),
];

const ARRIVALS: &[Sample] = &[
    (
        0,
        "Support",
        "Support closed “Export stops at 90 %”",
        "The fix is out. Write back if it happens again.",
        State::Unread,
        &[],
    ),
    (
        0,
        "Design",
        "“Spring campaign” has a new version",
        "Two headlines changed, one picture was replaced.",
        State::Unread,
        &["Compare"],
    ),
    (0, "Reports", "Yesterday was your best day this month", "", State::Unread, &[]),
];

/// The inbox, as the server of one user would hold it.
#[derive(Debug)]
pub struct MockInbox {
    items: Vec<Item>,
    revision: u32,
    arrived: usize,
    /// The categories that are turned off.
    hidden: Vec<String>,
}

impl MockInbox {
    /// A believable inbox at this moment.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let items = SAMPLES
            .iter()
            .enumerate()
            .map(|(index, sample)| item_of(sample, &index.to_string(), now))
            .collect();
        Self { items, revision: 1, arrived: 0, hidden: Vec::new() }
    }

    /// The first page of a list, which is all of it.
    #[must_use]
    #[inline(never)]
    pub fn page(&self, list: &List, now: Timestamp) -> InboxPage {
        let mut all = Feed::default();
        all.apply(self.sync(self.items.clone(), now), now);
        let listed = all.listed(list, now);
        let items = listed.iter().filter_map(|id| all.item(id)).filter(|item| self.reaches(item)).collect();
        InboxPage { items, next: None, counts: self.counts(now), revision: self.revision() }
    }

    /// Makes a change as the server would.
    #[inline(never)]
    pub fn change(&mut self, change: &Change, now: Timestamp) -> Answer {
        self.revision += 1;
        let mut one = Feed::default();
        one.apply(self.sync(self.items.clone(), now), now);
        one.begin(change.clone(), now);
        self.items = self.items.iter().filter_map(|item| one.item(&item.id)).collect();
        let item = match change {
            Change::Patch(id, _) => self.items.iter().find(|item| item.id == *id).cloned(),
            _ => None,
        };
        Answer { item, counts: self.counts(now), changed: None }
    }

    /// Another one comes in, as long as there are any.
    pub fn arrive(&mut self, now: Timestamp) -> Option<Sync> {
        let sample = ARRIVALS.get(self.arrived)?;
        self.arrived += 1;
        self.revision += 1;
        let item = item_of(sample, &["new-", &self.arrived.to_string()].concat(), now);
        self.items.push(item.clone());
        let changed = if self.reaches(&item) { vec![item] } else { Vec::new() };
        Some(self.sync(changed, now))
    }

    /// The numbers of the view `all`.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> Counts {
        let mut counts = Counts::default();
        let is_in = |item: &&Item| {
            let is_put_away =
                item.archived_at.is_some() || item.snoozed_until.is_some_and(|until| until > now);
            !is_put_away && self.reaches(item)
        };
        for item in self.items.iter().filter(is_in) {
            counts.total += 1;
            counts.unseen += u64::from(item.seen_at.is_none());
            if item.read_at.is_none() {
                counts.unread += 1;
                *counts.categories.entry(item.category.clone().unwrap_or_default()).or_default() += 1;
            }
        }
        counts
    }

    /// The state the inbox is in.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision.to_string()
    }

    fn sync(&self, changed: Vec<Item>, now: Timestamp) -> Sync {
        Sync { changed, removed: Vec::new(), counts: self.counts(now), revision: self.revision() }
    }
}

fn item_of(&(age_ms, category, title, body, state, labels): &Sample, number: &str, now: Timestamp) -> Item {
    let created_at = now.plus_ms(-age_ms);
    let since = |reached: bool| reached.then_some(created_at);
    let actions = labels.iter().enumerate().map(|(index, label)| Action {
        id: index.to_string(),
        label: (*label).to_owned(),
        url: None,
        style: if index == 0 { ActionStyle::Primary } else { ActionStyle::Default },
        done: false,
    });
    Item {
        id: ["mock-", number].concat(),
        r#type: None,
        category: Some(category.to_owned()),
        title: title.to_owned(),
        body: Some(body.to_owned()).filter(|body| !body.is_empty()),
        url: None,
        icon: None,
        image: None,
        actions: actions.collect(),
        data: None,
        priority: Priority::Normal,
        group_key: None,
        group_count: 1,
        created_at,
        expires_at: None,
        seen_at: since(state != State::Unread),
        read_at: since(state != State::Unread),
        archived_at: since(state == State::Archived),
        snoozed_until: None,
        revision: "1".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::{ItemPatch, MarkRequest, MarkSet, Timestamp, View};

    use super::MockInbox;
    use crate::feed::Change;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_795_168_800_000);

    #[test]
    fn it_has_something_in_every_view() {
        let inbox = MockInbox::new(NOW);
        for view in [View::All, View::Unread, View::Archived] {
            assert!(!inbox.page(&view.into(), NOW).items.is_empty(), "{view:?}");
        }
        assert_eq!(inbox.counts(NOW).unread, 3);
    }

    #[test]
    fn it_does_what_it_is_told() {
        let mut inbox = MockInbox::new(NOW);
        let patch = ItemPatch { archived: Some(true), ..ItemPatch::default() };
        let answer = inbox.change(&Change::Patch("mock-0".to_owned(), patch), NOW);
        assert!(answer.item.unwrap().archived_at.is_some());
        assert_eq!(answer.counts.total, 10);
        inbox.change(&Change::Remove("mock-1".to_owned()), NOW);
        assert_eq!(inbox.counts(NOW).total, 9);
        let set = MarkSet { read: Some(true), ..MarkSet::default() };
        let all = Change::Mark(MarkRequest { set, ..MarkRequest::default() });
        assert_eq!(inbox.change(&all, NOW).counts.unread, 0);
    }

    #[test]
    fn a_few_more_come_in_and_then_there_is_peace() {
        let mut inbox = MockInbox::new(NOW);
        let mut came = 0;
        while let Some(sync) = inbox.arrive(NOW) {
            came += 1;
            assert_eq!(sync.counts.unread, 3 + came);
        }
        assert_eq!(came, 3);
    }
}
