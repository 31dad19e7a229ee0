//! The texts of the element in one language: `locales/<language>.json`, English built in.
//!
//! What differs by number is an object of the plural categories of Unicode CLDR (`one`, `few`, `other`, …); which
//! of them a number takes is the browser's knowledge (`Intl.PluralRules`) and comes in as an argument.

mod filling;
mod languages;

use std::rc::Rc;

use serde_json::{Map, Value};

use crate::json::parse;
pub use filling::filled;
pub use languages::{OTHER_LANGUAGES, language_of};

macro_rules! texts {
    ($($(#[$doc:meta])* $variant:ident = $key:literal;)+) => {
        /// Every text there is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Text {
            $($(#[$doc])* $variant,)+
        }

        impl Text {
            /// Every text there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its name in the files.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }
        }
    };
}

texts! {
    /// The name of the panel, and of the bell when nothing is unread.
    Notifications = "notifications";
    /// The name of the bell with `{count}` unread.
    BellUnread = "bellUnread";
    /// A button.
    MarkAllRead = "markAllRead";
    /// A button.
    Close = "close";
    /// The name of the row of tabs.
    Views = "views";
    /// A tab.
    ViewAll = "viewAll";
    /// A tab.
    ViewUnread = "viewUnread";
    /// A tab.
    ViewArchived = "viewArchived";
    /// What the dot of an item means.
    Unread = "unread";
    /// A button.
    MarkRead = "markRead";
    /// A button.
    MarkUnread = "markUnread";
    /// A button.
    Archive = "archive";
    /// A button: back from the archive.
    Unarchive = "unarchive";
    /// A button.
    Delete = "delete";
    /// What the tick on a used action means.
    ActionDone = "actionDone";
    /// Said when one item, `{title}`, came in.
    ArrivedOne = "arrivedOne";
    /// Said when `{count}` came in at once.
    ArrivedMany = "arrivedMany";
    /// On the button that leads back up to `{count}` new items.
    Pill = "pill";
    /// Said while the list loads.
    Loading = "loading";
    /// An empty view.
    EmptyAll = "emptyAll";
    /// Below it.
    EmptyAllHint = "emptyAllHint";
    /// An empty view.
    EmptyUnread = "emptyUnread";
    /// Below it.
    EmptyUnreadHint = "emptyUnreadHint";
    /// An empty view.
    EmptyArchived = "emptyArchived";
    /// Below it.
    EmptyArchivedHint = "emptyArchivedHint";
    /// The list could not be loaded.
    ErrorList = "errorList";
    /// A further page could not be loaded.
    ErrorMore = "errorMore";
    /// The proof is wrong.
    ErrorProof = "errorProof";
    /// What to do about it.
    ErrorProofHint = "errorProofHint";
    /// The proof has run out.
    ErrorExpired = "errorExpired";
    /// The key or the origin is not known.
    ErrorSetup = "errorSetup";
    /// Below it.
    ErrorSetupHint = "errorSetupHint";
    /// There was no answer.
    ErrorNetworkHint = "errorNetworkHint";
    /// The answer was an error.
    ErrorServerHint = "errorServerHint";
    /// A button.
    Retry = "retry";
    /// There is no proof.
    SignedOut = "signedOut";
    /// Below it.
    SignedOutHint = "signedOutHint";
    /// The thin line at the top.
    Offline = "offline";
    /// A change was taken back.
    NotSaved = "notSaved";
    /// A tab.
    ViewSnoozed = "viewSnoozed";
    /// An empty view.
    EmptySnoozed = "emptySnoozed";
    /// Below it.
    EmptySnoozedHint = "emptySnoozedHint";
    /// A button that takes the last thing back.
    Undo = "undo";
    /// An item was put into the archive.
    Archived = "archived";
    /// `{count}` items were put into the archive at once.
    ArchivedMany = "archivedMany";
    /// An item is back in the inbox.
    Unarchived = "unarchived";
    /// An item was deleted.
    Deleted = "deleted";
    /// An item comes back at `{time}`.
    SnoozedUntil = "snoozedUntil";
    /// A button that opens a menu, and the name of the menu.
    Snooze = "snooze";
    /// In the menu.
    SnoozeHour = "snoozeHour";
    /// In the menu: at 18:00 today.
    SnoozeEvening = "snoozeEvening";
    /// In the menu: at 8:00.
    SnoozeTomorrow = "snoozeTomorrow";
    /// In the menu: on Monday at 8:00.
    SnoozeNextWeek = "snoozeNextWeek";
    /// In the menu: leads to a field for day and time.
    SnoozeOwn = "snoozeOwn";
    /// The name of that field.
    SnoozeTime = "snoozeTime";
    /// Why a time cannot be chosen.
    SnoozePast = "snoozePast";
    /// The same for one beyond what may be chosen.
    SnoozeFar = "snoozeFar";
    /// A button of the header.
    ArchiveAllRead = "archiveAllRead";
    /// A tab: whatever its category.
    AllCategories = "allCategories";
    /// The name of the row of categories.
    Categories = "categories";
    /// On the button that shows `{count}` similar items under the first.
    MoreLikeThis = "moreLikeThis";
    /// A button under a text that is cut off.
    ShowMore = "showMore";
    /// A button that takes that back.
    ShowLess = "showLess";
    /// A button: has items chosen, to do something with all of them. Also the name of an item's box.
    Select = "select";
    /// A button: chooses all that are loaded.
    SelectAll = "selectAll";
    /// How many are chosen.
    SelectedMany = "selectedMany";
    /// A button: ends choosing.
    Cancel = "cancel";
    /// An item was marked as read.
    MarkedRead = "markedRead";
    /// An item was marked as unread.
    MarkedUnread = "markedUnread";
    /// `{count}` were marked as read at once.
    ReadMany = "readMany";
    /// `{count}` were marked as unread at once.
    UnreadMany = "unreadMany";
    /// `{count}` are back in the inbox.
    UnarchivedMany = "unarchivedMany";
    /// `{count}` were put off at once.
    SnoozedMany = "snoozedMany";
    /// `{count}` were deleted at once.
    DeletedMany = "deletedMany";
    /// A button, and the name of what it opens.
    Settings = "settings";
    /// Above the list of categories.
    SettingsHint = "settingsHint";
    /// In the place of that list when it is empty.
    NoCategories = "noCategories";
    /// They could not be loaded.
    ErrorSettings = "errorSettings";
    /// A button that leads back to the list.
    Back = "back";
    /// A switch.
    Sound = "sound";
    /// A switch.
    Desktop = "desktop";
    /// Below that switch.
    DesktopBlocked = "desktopBlocked";
    /// Below a category that reaches every inbox.
    AlwaysOn = "alwaysOn";
    /// On an item that stands for `{count}`.
    Repeats = "repeats";
    /// A button that takes what has just come in off the screen.
    Dismiss = "dismiss";
    /// The mark of an item of high priority.
    Important = "important";
    /// An action is on its way.
    ActionPending = "actionPending";
    /// The mark of an item that was not on screen yet.
    Unseen = "unseen";
    /// A change was made without a network.
    Queued = "queued";
}

thread_local! {
    static ENGLISH: Rc<Map<String, Value>> =
        Rc::new(members(include_str!("../locales/en.json")).unwrap_or_default());
}

/// The texts of one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Texts {
    own: Map<String, Value>,
    language: Rc<Map<String, Value>>,
    english: Rc<Map<String, Value>>,
}

impl Texts {
    /// English.
    #[must_use]
    pub fn english() -> Self {
        Self { own: Map::new(), language: Rc::default(), english: english() }
    }

    /// A language from its file; what it lacks is English. `None` if it is no JSON object.
    #[must_use]
    pub fn from_json(json: &str) -> Option<Self> {
        Some(Self { language: Rc::new(members(json)?), ..Self::english() })
    }

    /// The same with these texts of a page's own before all others, and no more with those it had before.
    #[must_use]
    pub fn with_own(self, own: Map<String, Value>) -> Self {
        Self { own, ..self }
    }

    /// A text that does not depend on a number.
    #[must_use]
    pub fn get(&self, text: Text) -> &str {
        self.find(text.key(), Value::as_str).unwrap_or(text.key())
    }

    /// A text for a number: `category` is its plural category, `count` the number as it is to be written.
    #[must_use]
    pub fn plural(&self, text: Text, category: &str, count: &str) -> String {
        let text = self.find(text.key(), |value| form(value, category)).unwrap_or(text.key());
        filled(text, "count", count)
    }

    fn find<'texts>(
        &'texts self,
        key: &str,
        read: impl Fn(&'texts Value) -> Option<&'texts str>,
    ) -> Option<&'texts str> {
        [&self.own, &*self.language, &*self.english].into_iter().find_map(|map| map.get(key).and_then(&read))
    }
}

/// Every text in English, by its name.
pub(crate) fn english() -> Rc<Map<String, Value>> {
    ENGLISH.with(Rc::clone)
}

fn members(json: &str) -> Option<Map<String, Value>> {
    match parse(json) {
        Some(Value::Object(members)) => Some(members),
        _ => None,
    }
}

fn form<'value>(value: &'value Value, category: &str) -> Option<&'value str> {
    match value {
        Value::Object(forms) => forms.get(category).or_else(|| forms.get("other")).and_then(Value::as_str),
        value => value.as_str(),
    }
}

#[cfg(test)]
mod tests;
