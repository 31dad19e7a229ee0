//! One notification that came, told to whoever knows the inbox as it was right before.

use std::sync::Arc;

use notification_bell_protocol::{Counts, Item, Revision, Sync};

use super::{
    NewNotification,
    revision::{Incarnation, StateNumbers},
};

/// What a notification raised when it came, and to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Raised {
    /// The own revision of its one recipient's inbox.
    Own(i64),
    /// The shared revision of the project, of everyone.
    Shared(i64),
}

/// From one state of an inbox to the next, by a notification that is new in it and nothing else. Whoever knows the
/// numbers of the one state knows the other without asking for it.
///
/// There is one only if the notification is the same for all to whom it is told: in one language, in the place of no
/// other, and turned off by nobody.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    incarnation: Incarnation,
    raised: Raised,
    notification: Arc<NewNotification>,
}

impl Step {
    pub(crate) const fn new(
        incarnation: Incarnation,
        raised: Raised,
        notification: Arc<NewNotification>,
    ) -> Self {
        Self { incarnation, raised, notification }
    }

    /// What is to be told to who is at a state and knows its numbers: what a look would find, if nothing else has
    /// changed. `None` if this is not the next step from there: what lies between has to be asked for.
    #[must_use]
    pub fn from(&self, revision: &Revision, counts: &Counts) -> Option<Sync> {
        let before = self.incarnation.state_numbers(revision)?;
        let (after, item) = match self.raised {
            Raised::Own(own) if before.own.checked_add(1) == Some(own) => {
                (StateNumbers { own, ..before }, StateNumbers { own, shared: 0 })
            }
            Raised::Shared(shared) if before.shared.checked_add(1) == Some(shared) => {
                (StateNumbers { shared, ..before }, StateNumbers { own: 0, shared })
            }
            Raised::Own(_) | Raised::Shared(_) => return None,
        };
        let mut counts = counts.clone();
        counts.unseen += 1;
        counts.unread += 1;
        counts.total += 1;
        if let Some(category) = &self.notification.category {
            *counts.categories.entry(category.clone()).or_default() += 1;
        }
        Some(Sync {
            changed: vec![self.item(self.incarnation.revision(item))],
            removed: Vec::new(),
            counts,
            revision: self.incarnation.revision(after),
        })
    }

    fn item(&self, revision: Revision) -> Item {
        let new = &*self.notification;
        Item {
            id: new.id.to_string(),
            r#type: new.r#type.clone(),
            category: new.category.clone(),
            title: new.title.clone(),
            body: new.body.clone(),
            url: new.url.clone(),
            icon: new.icon.clone(),
            image: new.image.clone(),
            actions: new.actions.clone(),
            data: new.data.clone(),
            priority: new.priority,
            group_key: None,
            group_count: 1,
            created_at: new.created_at,
            expires_at: new.expires_at,
            seen_at: None,
            read_at: None,
            archived_at: None,
            snoozed_until: None,
            revision,
        }
    }
}

#[cfg(test)]
pub(crate) mod test {
    use std::sync::Arc;

    use notification_bell_protocol::{Counts, Priority, Timestamp};
    use uuid::Uuid;

    use super::{Incarnation, Raised, StateNumbers, Step};
    use crate::store::{NewNotification, TextsByLocale};

    /// One that raises the own revision of an inbox to this.
    pub(crate) fn step(own: i64) -> Step {
        of(Raised::Own(own))
    }

    fn of(raised: Raised) -> Step {
        let notification = NewNotification {
            id: Uuid::from_u128(7),
            r#type: None,
            category: Some("news".to_owned()),
            title: "Title".to_owned(),
            body: None,
            url: None,
            icon: None,
            image: None,
            actions: Vec::new(),
            texts: TextsByLocale::new(),
            group_key: None,
            data: None,
            priority: Priority::Normal,
            created_at: Timestamp::from_unix_ms(0),
            send_at: None,
            expires_at: None,
        };
        Step::new(Incarnation::from_random(1), raised, Arc::new(notification))
    }

    #[test]
    fn it_is_told_to_who_is_right_before_it_and_to_nobody_else() {
        let (here, elsewhere) = (Incarnation::from_random(1), Incarnation::from_random(2));
        let counts = Counts::default();
        for (raised, after) in [
            (Raised::Own(5), StateNumbers { own: 5, shared: 3 }),
            (Raised::Shared(5), StateNumbers { own: 3, shared: 5 }),
        ] {
            let step = of(raised);
            for number in 0..9 {
                let before = match raised {
                    Raised::Own(_) => StateNumbers { own: number, ..after },
                    Raised::Shared(_) => StateNumbers { shared: number, ..after },
                };
                let told = step.from(&here.revision(before), &counts);
                assert_eq!(told.map(|sync| sync.revision), (number == 4).then(|| here.revision(after)));
                assert_eq!(step.from(&elsewhere.revision(before), &counts), None);
            }
            assert_eq!(step.from(&String::new(), &counts), None);
        }
    }
}
