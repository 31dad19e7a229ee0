//! What is only on screen: which rows are chosen, opened up, moved by a finger, or at work.

use notification_bell_protocol::ItemId;

use crate::follow::memo;
use crate::{
    selection::Selection,
    signal::{Memo, RwSignal},
    swipe::Side,
};

/// An item under a finger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Swiped {
    pub(crate) id: ItemId,
    pub(crate) side: Side,
    /// The item goes to the left, whichever side of the text that is.
    pub(crate) is_leftwards: bool,
    pub(crate) is_far_enough: bool,
    /// The finger is gone, and the item on its way back.
    pub(crate) is_settling: bool,
}

/// All of it. A copy goes into each view.
#[derive(Clone, Copy)]
pub(crate) struct Handling {
    /// What is chosen, while items are being chosen.
    pub(crate) selection: RwSignal<Option<Selection>>,
    /// Whether items are being chosen.
    pub(crate) is_selecting: Memo<bool>,
    pub(crate) swiped: RwSignal<Option<Swiped>>,
    /// Those that were seen for the first time since the panel was opened: their mark stays while one looks.
    pub(crate) fresh: RwSignal<Vec<ItemId>>,
    /// Those whose body is shown in full.
    pub(crate) expanded: RwSignal<Vec<ItemId>>,
    /// The actions that the server has not answered yet: the ids of item and action.
    pub(crate) working: RwSignal<Vec<(ItemId, String)>>,
    /// Counts up with each `renderItem` that the page sets; 0 while it has set none.
    pub(crate) renderer: RwSignal<u32>,
}

impl Handling {
    pub(crate) fn new() -> Self {
        let selection = RwSignal::new(None);
        Self {
            selection,
            is_selecting: memo(move || selection.with(Option::is_some)),
            swiped: RwSignal::new(None),
            fresh: RwSignal::default(),
            expanded: RwSignal::default(),
            working: RwSignal::default(),
            renderer: RwSignal::default(),
        }
    }

    /// Nobody looks any more.
    pub(crate) fn end_look(&self) {
        self.selection.set(None);
        self.swiped.set(None);
        self.end_freshness();
        self.expanded.set(Vec::new());
    }

    /// What was new has been seen.
    pub(crate) fn end_freshness(&self) {
        self.fresh.set(Vec::new());
    }

    /// Everything of one user's is gone.
    pub(crate) fn forget(&self) {
        self.end_look();
        self.working.set(Vec::new());
    }
}
