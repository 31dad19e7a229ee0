//! What the views show, as signals.

use std::{ops::Deref, rc::Rc};

use notification_bell_protocol::{Counts, ItemId, Timestamp, View};

use super::{around::Around, handling::Handling, listing::Listing, marking::Marked, starting::Stage};
use crate::{
    api::Fault,
    feed::{Change, ChangeNumber, Feed, List},
    follow::memo,
    locale::Locale,
    signal::{Memo, RwSignal},
    texts::Text,
};

/// How things stand with the server.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Connection {
    /// There is no proof of a user.
    #[default]
    SignedOut,
    /// On the way.
    Connecting,
    /// The stream is open.
    Live,
    /// The browser says there is no network.
    Offline,
    /// It failed and is tried again.
    Waiting(Fault),
    /// It failed for good: something has to change first.
    Stopped(Fault),
}

/// How things stand with the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Loading {
    #[default]
    Idle,
    /// The first page is on its way.
    First,
    /// A further page is on its way.
    More,
    /// The first page did not come.
    Failed(Fault),
    /// A further page did not come.
    MoreFailed,
}

/// Something a screen reader says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Announcement {
    #[default]
    Nothing,
    /// One item, with its title.
    One(String),
    /// So many at once.
    Many(u64),
}

/// What was just done, at the foot of the panel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Toast {
    pub(crate) words: String,
    pub(crate) undo: Option<Undo>,
}

/// How what was done is taken back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Undo {
    /// By other changes. The item, if there is one, gets the focus.
    Changes { id: Option<ItemId>, back: Vec<Change> },
    /// Of everything, by what the server says it was.
    Mark(Rc<Marked>),
    /// By not telling the server, which cannot bring back what is deleted.
    Removals(Vec<(ItemId, ChangeNumber)>),
}

/// The menu of times that is open on an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snoozing {
    pub(crate) id: ItemId,
    /// In the place of the menu, a field for day and time.
    pub(crate) is_own: bool,
}

/// All of it, as each view has it: in every closure, a copy of the signals would be a third of a kilobyte.
///
/// The place where it is is never given back, so that a copy is no more than where that is.
#[derive(Clone, Copy)]
pub(crate) struct State(&'static Signals);

impl Deref for State {
    type Target = Signals;

    fn deref(&self) -> &Signals {
        self.0
    }
}

/// What there is to read and to follow.
pub(crate) struct Signals {
    pub(crate) feed: RwSignal<Feed>,
    pub(crate) view: RwSignal<View>,
    pub(crate) open: RwSignal<bool>,
    pub(crate) stage: RwSignal<Stage>,
    /// The panel is to be open from the start, and is not there yet.
    pub(crate) is_opening: RwSignal<bool>,
    /// Nothing is drawn: the page does that.
    pub(crate) is_headless: RwSignal<bool>,
    pub(crate) connection: RwSignal<Connection>,
    pub(crate) loading: RwSignal<Loading>,
    pub(crate) now: RwSignal<Timestamp>,
    /// `None` until the first language is there, for a moment.
    pub(crate) locale: RwSignal<Option<Rc<Locale>>>,
    /// Counts up with each announcement, so that the same words are said again.
    pub(crate) announcement: RwSignal<(u64, Announcement)>,
    pub(crate) toast: RwSignal<Option<Toast>>,
    pub(crate) snoozing: RwSignal<Option<Snoozing>>,
    handling: Handling,
    pub(crate) is_swinging: RwSignal<bool>,
    /// Those that came in above what is in view.
    pub(crate) above: RwSignal<Vec<ItemId>>,
    /// The item that Tab leads to.
    pub(crate) current: RwSignal<Option<ItemId>>,
    /// The panel's colours follow the system, because neither page nor `theme` says which.
    pub(crate) follows_system: RwSignal<bool>,
    /// What is around the list.
    pub(crate) around: Around,
    /// Only this category is shown.
    pub(crate) category: RwSignal<Option<String>>,
    /// What stands where in the list.
    pub(crate) listing: Listing,
    /// What is listed, the newest first.
    pub(crate) listed: Memo<Vec<ItemId>>,
    /// The numbers.
    pub(crate) counts: Memo<Option<Counts>>,
    pub(crate) unread: Memo<u64>,
    /// How many of what may be listed are unread.
    pub(crate) unread_here: Memo<u64>,
    /// How much of the view `all` is read; of one category, how much of what is loaded.
    pub(crate) archivable: Memo<u64>,
}

/// How many are unread of a category, or of all.
pub(crate) fn unread_of(counts: Option<&Counts>, category: Option<&str>) -> u64 {
    counts.map_or(0, |counts| match category {
        Some(name) => counts.categories.get(name).copied().unwrap_or_default(),
        None => counts.unread,
    })
}

impl State {
    pub(crate) fn new(now: Timestamp) -> Self {
        let feed = RwSignal::new(Feed::default());
        let view = RwSignal::new(View::All);
        let now = RwSignal::new(now);
        let open = RwSignal::new(false);
        let category = RwSignal::new(None);
        let list = move || List { view: view.get(), category: category.get() };
        let listed = memo(move || feed.with(|feed| feed.listed(&list(), now.get())));
        let counts = memo(move || feed.with(Feed::counts));
        Self(Box::leak(Box::new(Signals {
            feed,
            view,
            open,
            stage: RwSignal::new(Stage::Nothing),
            is_opening: RwSignal::new(false),
            is_headless: RwSignal::new(false),
            connection: RwSignal::default(),
            loading: RwSignal::default(),
            now,
            locale: RwSignal::new(Locale::english("en").map(Rc::new)),
            announcement: RwSignal::default(),
            toast: RwSignal::new(None),
            snoozing: RwSignal::new(None),
            handling: Handling::new(),
            is_swinging: RwSignal::new(false),
            above: RwSignal::default(),
            current: RwSignal::new(None),
            follows_system: RwSignal::new(false),
            around: Around::default(),
            category,
            listing: Listing::new(feed, listed, list, now),
            listed,
            archivable: memo(move || {
                if category.with(Option::is_none) {
                    return counts.with(|counts| {
                        counts.as_ref().map_or(0, |counts| counts.total.saturating_sub(counts.unread))
                    });
                }
                let list = List { view: View::All, ..list() };
                feed.with(|feed| feed.read(&list, now.get()).len() as u64)
            }),
            counts,
            unread: memo(move || counts.with(|counts| unread_of(counts.as_ref(), None))),
            unread_here: memo(move || {
                category.with(|name| counts.with(|counts| unread_of(counts.as_ref(), name.as_deref())))
            }),
        })))
    }

    /// Whether so much is drawn by now.
    pub(crate) fn has_drawn(self, stage: Stage) -> bool {
        self.stage.get() >= stage
    }

    /// Everything of one user's is gone.
    pub(crate) fn forget(self) {
        self.feed.set(Feed::default());
        self.connection.set(Connection::SignedOut);
        self.loading.set(Loading::Idle);
        self.announcement.set((0, Announcement::Nothing));
        self.toast.set(None);
        self.snoozing.set(None);
        self.handling().forget();
        self.above.set(Vec::new());
        self.current.set(None);
        self.category.set(None);
        self.listing.forget();
        self.is_swinging.set(false);
        self.around.forget();
    }

    /// What is to be listed.
    pub(crate) fn list(self) -> List {
        List { view: self.view.get(), category: self.category.get() }
    }

    /// The same for those who do not follow it.
    pub(crate) fn list_untracked(self) -> List {
        List { view: self.view.get_untracked(), category: self.category.get_untracked() }
    }

    /// Whether the list is of the inbox, which the numbers are of too.
    pub(crate) fn is_inbox(self) -> bool {
        matches!(self.view.get(), View::All | View::Unread)
    }

    /// What is only on screen.
    pub(crate) fn handling(self) -> &'static Handling {
        &self.0.handling
    }

    /// A text in the language of the element.
    pub(crate) fn text(self, text: Text) -> String {
        self.locale.try_get().flatten().map(|locale| locale.text(text)).unwrap_or_default()
    }

    /// A number as it is written in the language of the element.
    pub(crate) fn number(self, number: u64) -> String {
        self.locale.try_get().flatten().map(|locale| locale.number(number)).unwrap_or_default()
    }

    /// The text there is now, for what is said once.
    pub(crate) fn words(self, read: impl FnOnce(&Locale) -> String) -> String {
        self.locale.try_get_untracked().flatten().map(|locale| read(&locale)).unwrap_or_default()
    }

    /// A text for a number.
    pub(crate) fn count(self, text: Text, count: u64) -> String {
        self.locale.try_get().flatten().map(|locale| locale.count(text, count)).unwrap_or_default()
    }
}
