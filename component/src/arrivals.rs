//! What has just come in and is shown on the screen for a while: which, and in which order.
//!
//! In three places that keep what they have. What is drawn in one of them stays as it is, with the focus and the mouse
//! upon it, while others come and go.

use notification_bell_protocol::{Item, ItemId, Priority};

/// How many are on screen at once.
pub const PLACES: usize = 3;

/// One that is on screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The item's id.
    pub id: ItemId,
    /// Whether it stays until somebody takes it away.
    pub stays: bool,
    /// Higher came later.
    turn: u64,
}

/// All that are on screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    places: [Option<Arrival>; PLACES],
    last_turn: u64,
}

impl Arrivals {
    /// Takes one in. Where there is no room, the oldest that would go by itself makes some, else the oldest of all.
    ///
    /// What can wait is not shown.
    pub fn take(&mut self, item: &Item) {
        if item.priority == Priority::Low {
            return;
        }
        self.last_turn += 1;
        let arrival =
            Arrival { id: item.id.clone(), stays: item.priority == Priority::High, turn: self.last_turn };
        // An empty place is the oldest of all: `None` is less than anything.
        let age = |place: &&mut Option<Arrival>| place.as_ref().map(|other| (other.stays, other.turn));
        if let Some(place) = self.places.iter_mut().min_by_key(age) {
            *place = Some(arrival);
        }
    }

    /// Keeps those that this says.
    pub fn retain(&mut self, keep: impl Fn(&Arrival) -> bool) {
        for place in &mut self.places {
            *place = place.take().filter(&keep);
        }
    }

    /// What is at a place.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<&Arrival> {
        self.places.get(place)?.as_ref()
    }

    /// How many of the others came before it.
    #[must_use]
    pub fn rank(&self, place: usize) -> usize {
        let turn = self.at(place).map_or(0, |arrival| arrival.turn);
        self.iter().filter(|other| other.turn < turn).count()
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arrival> {
        self.places.iter().flatten()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::{Item, Priority, Timestamp};

    use super::{Arrivals, PLACES};

    fn item(id: &str, priority: Priority) -> Item {
        Item {
            id: id.to_owned(),
            r#type: None,
            category: None,
            title: String::new(),
            body: None,
            url: None,
            icon: None,
            image: None,
            actions: Vec::new(),
            data: None,
            priority,
            group_key: None,
            group_count: 1,
            created_at: Timestamp::from_unix_ms(0),
            expires_at: None,
            seen_at: None,
            read_at: None,
            archived_at: None,
            snoozed_until: None,
            revision: String::new(),
        }
    }

    fn with(ids: &[(&str, Priority)]) -> Arrivals {
        let mut arrivals = Arrivals::default();
        for (id, priority) in ids {
            arrivals.take(&item(id, *priority));
        }
        arrivals
    }

    /// Their ids, the oldest first.
    fn ordered(arrivals: &Arrivals) -> String {
        let mut ids = [""; PLACES];
        for place in 0..PLACES {
            if let Some(arrival) = arrivals.at(place) {
                ids[arrivals.rank(place)] = &arrival.id;
            }
        }
        ids.concat()
    }

    #[test]
    fn what_can_wait_is_not_shown() {
        assert!(with(&[("a", Priority::Low)]).is_empty());
    }

    #[test]
    fn the_oldest_makes_room() {
        use Priority::Normal;
        let arrivals = with(&[("a", Normal), ("b", Normal), ("c", Normal), ("d", Normal)]);
        assert_eq!(ordered(&arrivals), "bcd");
    }

    #[test]
    fn what_stays_makes_room_last() {
        use Priority::{High, Normal};
        let mut arrivals = with(&[("a", High), ("b", Normal), ("c", High), ("d", Normal)]);
        assert_eq!(ordered(&arrivals), "acd");
        arrivals.take(&item("e", High));
        arrivals.take(&item("f", High));
        assert_eq!(ordered(&arrivals), "cef");
    }

    #[test]
    fn those_that_stay_keep_their_places() {
        use Priority::Normal;
        let mut arrivals = with(&[("a", Normal), ("b", Normal), ("c", Normal)]);
        let place = (0..PLACES).find(|place| arrivals.at(*place).is_some_and(|one| one.id == "b")).unwrap();
        arrivals.retain(|arrival| arrival.id != "a");
        arrivals.take(&item("d", Normal));
        assert_eq!(arrivals.at(place).map(|one| one.id.as_str()), Some("b"));
        assert_eq!(ordered(&arrivals), "bcd");
    }
}
