//! Which rows of the list are drawn, where they are, and that what is being read stays where it is.
//!
//! A long list has only the rows near what is on screen, and the one that has the focus. Each stands below a gap as high as
//! the rows before it that are not drawn, and the last above another: paddings, as what is in a row inherits custom properties.
//!
//! When rows come or go, or turn out higher than thought, the list is scrolled by as much as that moved what is being
//! read, before anything is painted. The browser would do that too, but not in `WebKit` and not where rows are taken
//! out, so its own way is switched off (`overflow-anchor`).

use std::{cell::RefCell, sync::Arc};

use notification_bell_protocol::ItemId;
use web_sys::Element;

use super::{sizes::Sizes, with_inbox};
use crate::{
    follow::follow,
    inbox::{Handle, State},
    signal::StoredValue,
    stretch::Stretch,
    task::{Task, sleep_ms},
};

/// What starts the id of a row's element; the rest is its item's.
pub(super) const ROW_ID: &str = "row-";
/// CSS keeps lengths in parts of a pixel; whole pixels would add up to steps that can be seen.
const PARTS: f64 = 64.0;

/// A scroller as the views hold it.
#[derive(Clone, Copy)]
pub(super) struct Scroller {
    inbox: Handle,
    state: State,
    drawing: StoredValue<RefCell<Drawing>>,
    sizes: StoredValue<Option<Sizes>>,
}

#[derive(Default)]
struct Drawing {
    stretch: Stretch,
    /// Waits for the rows to be drawn.
    settling: Option<Task>,
    /// The next look, where this moment is not the right one.
    later: Option<Task>,
    /// Draws the rows that were left out, where there are some.
    filling: Option<Task>,
}

/// What is on screen: the list, and from where to where in terms of its rows.
struct Sight {
    top: f64,
    bottom: f64,
    /// There, what comes in is to be seen.
    is_at_top: bool,
    /// The item that has the focus.
    focused: Option<ItemId>,
}

impl Scroller {
    pub(super) fn new(inbox: Handle, state: State) -> Self {
        let (drawing, sizes) = (StoredValue::new(RefCell::default()), StoredValue::new(None));
        let scroller = Self { inbox, state, drawing, sizes };
        sizes.set_value(Sizes::new(move |heights| scroller.measured(heights)));
        let mut is_first = true;
        follow(move || {
            state.listing.rows.track();
            state.listing.wanted.track();
            scroller.draw();
            if std::mem::take(&mut is_first) {
                with_inbox(inbox, |inbox| {
                    if let Some(list) = inbox.element("list") {
                        scroller.watch(&list);
                    }
                });
            }
        });
        scroller
    }

    pub(super) fn watch(self, element: &Element) {
        self.sizes.try_with_value(|sizes| sizes.as_ref().map(|sizes| sizes.watch(element)));
    }

    pub(super) fn forget(self, element: &Element) {
        self.sizes.try_with_value(|sizes| sizes.as_ref().map(|sizes| sizes.forget(element)));
    }

    pub(super) fn scrolled(self) {
        self.draw();
    }

    fn sight(self) -> Option<Sight> {
        let inbox = self.inbox.try_get_value()?;
        let (list, feed) = (inbox.element("list")?, inbox.element("feed")?);
        let scrolled = f64::from(list.scroll_top());
        let top = scrolled - f64::from(feed.offset_top());
        let bottom = top + f64::from(list.client_height());
        let focused = inbox.root.active_element().filter(|element| list.contains(Some(element)));
        let focused = focused.and_then(|_| self.state.current.try_get_untracked().flatten());
        Some(Sight { top, bottom, is_at_top: scrolled <= 0.0, focused })
    }

    /// Draws the rows that belong on screen now.
    fn draw(self) {
        let Some(sight) = self.sight() else { return };
        let Some(rows) = self.state.listing.rows.try_get_untracked() else { return };
        let listing = self.state.listing;
        let wanted = listing.wanted.get_untracked();
        let kept: Vec<usize> = [self.state.current.get_untracked(), wanted.clone()]
            .iter()
            .filter_map(|id| listing.row_of(self.state.feed, id.as_deref()?))
            .collect();
        let ids = self.drawing.try_with_value(|drawing| {
            let Drawing { stretch, filling, .. } = &mut *drawing.borrow_mut();
            if !Arc::ptr_eq(stretch.rows(), &rows) {
                let anchor = stretch.anchor(sight.top, sight.bottom, sight.focused.as_ref());
                stretch.follow(Arc::clone(&rows), anchor.filter(|_| !sight.is_at_top));
            }
            let moved = stretch.moved();
            stretch.choose(sight.top + moved, sight.bottom + moved, &kept);
            let is_begun = sight.is_at_top && wanted.is_none();
            let is_part = is_begun && listing.drawn.with_untracked(|there| stretch.ration(there));
            stretch.note_from_top(sight.is_at_top);
            *filling = self.inbox.try_get_value().filter(|_| is_part).map(|inbox| {
                Task::spawn(async move {
                    let _ = inbox.turn().await;
                    self.draw();
                })
            });
            stretch.drawn().iter().filter_map(|index| Some(rows.get(*index)?.id.clone())).collect::<Vec<_>>()
        });
        let Some(ids) = ids else { return };
        let is_other = listing.drawn.with_untracked(|own| *own != ids);
        if is_other {
            listing.drawn.set(ids);
        }
        let is_moved = self.drawing.with_value(|drawing| drawing.borrow().stretch.moved().abs() > 0.5);
        if is_other || wanted.is_some() || is_moved {
            // Behind what draws the rows, which waits for its turn already.
            let settling = Task::spawn(async move { self.settle() });
            self.drawing.with_value(|drawing| drawing.borrow_mut().settling = Some(settling));
        }
    }

    /// Puts the rows where they belong.
    fn settle(self) {
        let settled = self.drawing.try_with_value(|drawing| {
            let stretch = &mut drawing.borrow_mut().stretch;
            (stretch.gaps(), stretch.take_moved())
        });
        let Some(((gaps, below), moved)) = settled else { return };
        with_inbox(self.inbox, |inbox| {
            let pad = |id: &str, side: &str, pixels| {
                inbox.element(id).map(|element| element.style().set_property(side, &length(pixels)))
            };
            for (id, gap) in gaps {
                pad(&[ROW_ID, &id].concat(), "padding-block-start", gap);
            }
            pad("feed", "padding-block-end", below);
            if let Some(list) = inbox.element("list").filter(|_| moved != 0.0) {
                list.scroll_by_with_x_and_y(0.0, moved);
            }
            if let Some(id) = self.state.listing.wanted.get_untracked() {
                self.state.listing.wanted.set(None);
                inbox.focus_id(&["item-", &id].concat());
            }
        });
    }

    /// Rows have been laid out.
    fn measured(self, heights: &[(Element, f64)]) {
        let Some(sight) = self.sight() else { return };
        let is_filling = self.drawing.try_with_value(|drawing| {
            let Drawing { stretch, later, filling, .. } = &mut *drawing.borrow_mut();
            let rows = Arc::clone(stretch.rows());
            let index_of = |id: &str| {
                let is_it = |index: &usize| rows.get(*index).is_some_and(|row| row.id == id);
                stretch.drawn().iter().copied().find(is_it)
            };
            // One that is not displayed has none.
            let heights = heights.iter().filter(|(_, height)| *height > 0.0);
            let heights: Vec<_> = heights
                .filter_map(|(element, height)| {
                    Some((index_of(element.id().strip_prefix(ROW_ID)?)?, *height))
                })
                .collect();
            let anchor = stretch.anchor(sight.top, sight.bottom, sight.focused.as_ref());
            stretch.measure(&heights, anchor.filter(|_| !sight.is_at_top));
            // Rows that were drawn now would be measured in this very frame, which the browser takes for a circle.
            *later = Some(Task::spawn(async move {
                sleep_ms(0.0).await;
                self.draw();
            }));
            filling.is_some()
        });
        // Until all are there, that changes the height of a short list, which is measured in this very frame.
        if is_filling == Some(false) {
            self.settle();
        }
    }
}

fn length(pixels: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a list is lower than 30 million pixels")]
    let parts = (pixels * PARTS).round() as i32;
    ["calc(", &parts.to_string(), "px / 64)"].concat()
}
