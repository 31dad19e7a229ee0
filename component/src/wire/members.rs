//! What is asked of an object, so that whatever is wrong with it is found out once, at the end.

use std::cell::Cell;

use notification_bell_protocol::{Counts, MarkSet, Timestamp};
use serde_json::Value;

/// The name of the member that is missing, or not what it should be.
pub type Fault = &'static str;

/// The members of an object, asked for one after the other. The first that is missing, or not what it should be, is
/// remembered, and whatever is given then is to be thrown away: what read on with `?` would be twice as much code.
pub(super) struct Members<'value> {
    value: &'value Value,
    fault: Cell<Option<Fault>>,
}

impl<'value> Members<'value> {
    pub(super) const fn of(value: &'value Value) -> Self {
        Self { value, fault: Cell::new(None) }
    }

    /// What was made of them, if nothing was wrong.
    pub(super) fn make<T>(self, made: T) -> Result<T, Fault> {
        self.fault.get().map_or(Ok(made), Err)
    }

    fn fault(&self, name: Fault) {
        self.fault.set(self.fault.get().or(Some(name)));
    }

    /// What was read, or something in its place.
    pub(super) fn or_fault<T>(&self, name: Fault, read: Option<T>, otherwise: T) -> T {
        read.unwrap_or_else(|| {
            self.fault(name);
            otherwise
        })
    }

    /// A member that may be left out or null.
    pub(super) fn optional(&self, name: &str) -> Option<&'value Value> {
        self.value.get(name).filter(|member| !member.is_null())
    }

    fn str(&self, name: &str) -> Option<&'value str> {
        self.value.get(name).and_then(Value::as_str)
    }

    pub(super) fn text(&self, name: Fault) -> String {
        self.or_fault(name, self.str(name), "").to_owned()
    }

    pub(super) fn optional_text(&self, name: Fault) -> Option<String> {
        self.optional(name).map(|_| self.text(name))
    }

    pub(super) fn moment(&self, name: Fault) -> Timestamp {
        let read = self.str(name).and_then(|text| text.parse().ok());
        self.or_fault(name, read, Timestamp::from_unix_ms(0))
    }

    pub(super) fn optional_moment(&self, name: Fault) -> Option<Timestamp> {
        self.optional(name).map(|_| self.moment(name))
    }

    fn number(&self, name: Fault) -> u64 {
        self.or_fault(name, self.value.get(name).and_then(Value::as_u64), 0)
    }

    pub(super) fn flag(&self, name: Fault) -> bool {
        self.or_fault(name, self.value.get(name).and_then(Value::as_bool), false)
    }

    pub(super) fn optional_flag(&self, name: Fault) -> Option<bool> {
        self.optional(name).map(|_| self.flag(name))
    }

    pub(super) fn list<T>(&self, name: Fault, read: fn(&Value) -> Result<T, Fault>) -> Vec<T> {
        let list = self.value.get(name).and_then(Value::as_array).map(Vec::as_slice);
        let mut all = Vec::new();
        for value in self.or_fault(name, list, &[]) {
            match read(value) {
                Ok(one) => all.push(one),
                Err(fault) => self.fault(fault),
            }
        }
        all
    }

    pub(super) fn ids(&self, name: Fault) -> Vec<String> {
        self.list(name, |value| value.as_str().map(ToOwned::to_owned).ok_or("id"))
    }

    /// What a member of a few known values stands for.
    pub(super) fn one_of<T: Copy>(&self, name: Fault, known: &[(&str, T)], otherwise: T) -> T {
        let text = self.str(name);
        let read = known.iter().find(|(name, _)| Some(*name) == text).map(|(_, value)| *value);
        self.or_fault(name, read, otherwise)
    }

    pub(super) fn counts(&self) -> Counts {
        let read = self.value.get("counts").map(counts);
        match read.unwrap_or(Err("counts")) {
            Ok(counts) => counts,
            Err(fault) => {
                self.fault(fault);
                Counts::default()
            }
        }
    }

    pub(super) fn set(&self) -> MarkSet {
        MarkSet {
            seen: self.optional_flag("seen"),
            read: self.optional_flag("read"),
            archived: self.optional_flag("archived"),
        }
    }
}

fn counts(value: &Value) -> Result<Counts, Fault> {
    let members = Members::of(value);
    let mut counts = Counts {
        unseen: members.number("unseen"),
        unread: members.number("unread"),
        total: members.number("total"),
        ..Counts::default()
    };
    let categories = value.get("categories").and_then(Value::as_object).ok_or("categories")?;
    // One by one: to collect them would bring a sorting algorithm along.
    for (name, count) in categories {
        counts.categories.insert(name.clone(), members.or_fault("categories", count.as_u64(), 0));
    }
    members.make(counts)
}
