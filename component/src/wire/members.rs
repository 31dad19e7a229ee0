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
    /// What is made of the members of an object, if nothing is wrong with them.
    pub(super) fn read<T>(value: &'value Value, make: impl FnOnce(&Self) -> T) -> Result<T, Fault> {
        let members = Self { value, fault: Cell::new(None) };
        let read = make(&members);
        members.fault.get().map_or(Ok(read), Err)
    }

    fn fault(&self, name: Fault) {
        self.fault.set(self.fault.get().or(Some(name)));
    }

    /// What was read, or something in its place.
    fn or_fault<T>(&self, name: Fault, read: Option<T>, otherwise: T) -> T {
        read.unwrap_or_else(|| {
            self.fault(name);
            otherwise
        })
    }

    /// What was read of a value inside it, if it could be.
    pub(super) fn part<T>(&self, read: Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.fault(fault)).ok()
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
        // One by one: to collect them is more code for each type.
        for value in self.or_fault(name, list, &[]) {
            if let Some(one) = self.part(read(value)) {
                all.push(one);
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
        let read = known.iter().find(|(own, _)| Some(*own) == text).map(|(_, value)| *value);
        self.or_fault(name, read, otherwise)
    }

    /// A member that is an object itself.
    pub(super) fn object<T: Default>(&self, name: Fault, read: fn(&Value) -> Result<T, Fault>) -> T {
        self.part(self.value.get(name).map_or(Err(name), read)).unwrap_or_default()
    }

    pub(super) fn counts(&self) -> Counts {
        self.object("counts", |value| Members::read(value, Members::own_counts))
    }

    fn own_counts(&self) -> Counts {
        let mut counts = Counts {
            unseen: self.number("unseen"),
            unread: self.number("unread"),
            total: self.number("total"),
            ..Counts::default()
        };
        let Some(categories) = self.value.get("categories").and_then(Value::as_object) else {
            self.fault("categories");
            return counts;
        };
        // One by one: to collect them would bring a sorting algorithm along.
        for (name, count) in categories {
            counts.categories.insert(name.clone(), self.or_fault("categories", count.as_u64(), 0));
        }
        counts
    }

    pub(super) fn set(&self) -> MarkSet {
        MarkSet {
            seen: self.optional_flag("seen"),
            read: self.optional_flag("read"),
            archived: self.optional_flag("archived"),
        }
    }
}
