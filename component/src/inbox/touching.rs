//! A finger on an item: swiping does what two of its buttons do, and a long press begins to choose.
//!
//! Listened to at the root, for all items at once. Going up and down is the browser's (`touch-action: pan-y`), which
//! says `pointercancel` when it scrolls.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use notification_bell_protocol::ItemId;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, Node, PointerEvent, UiEvent};

use super::{Inbox, handling::Swiped, opening::pixels};
use crate::{
    swipe::{Shift, Side, Step, Swipe},
    task::{Task, sleep_ms},
};

/// A finger that rests this long begins to choose: just before the browser opens a menu of its own.
const LONG_PRESS_MS: f64 = 450.0;
/// How long an item takes back to its place: as in the style sheet, and a frame more.
const SETTLE_MS: f64 = 200.0;

/// What is known of the finger.
#[derive(Default)]
pub(super) struct Touch {
    gesture: RefCell<Option<Gesture>>,
    /// The finger has done something, so that the click that may follow it is none.
    is_spent: Cell<bool>,
    settling: RefCell<Option<Task>>,
}

struct Gesture {
    pointer: i32,
    id: ItemId,
    row: HtmlElement,
    swipe: Swipe,
    last: Option<Shift>,
    scroll_top: i32,
    press: Option<Task>,
    /// A long press: nothing else comes of this finger.
    is_held: bool,
}

impl Inbox {
    /// Listens for as long as what it gives is kept.
    pub(crate) fn listen_to_touch(self: &Rc<Self>) -> Vec<EventListener> {
        let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
        let on = |kind: &'static str, act: fn(&Rc<Self>, &Event)| {
            let inbox = Rc::downgrade(self);
            EventListener::new_with_options(&self.root, kind, options, move |event| {
                if let Some(inbox) = inbox.upgrade() {
                    act(&inbox, event);
                }
            })
        };
        vec![
            on("pointerdown", |inbox, event| inbox.finger_down(event.unchecked_ref())),
            on("pointermove", |inbox, event| inbox.finger_moved(event.unchecked_ref())),
            on("pointerup", |inbox, event| inbox.finger_up(event.unchecked_ref(), true)),
            on("pointercancel", |inbox, event| inbox.finger_up(event.unchecked_ref(), false)),
            on("contextmenu", |inbox, event| {
                let is_ours = |gesture: &Gesture| gesture.press.is_some() || gesture.is_held;
                if inbox.touch.gesture.borrow().as_ref().is_some_and(is_ours) {
                    event.prevent_default();
                }
            }),
            on("click", |inbox, event| {
                // A click by a key or by assistive technology has no detail, and follows no finger.
                let is_by_pointer = event.dyn_ref::<UiEvent>().is_some_and(|event| event.detail() != 0);
                if is_by_pointer && inbox.touch.is_spent.take() {
                    event.prevent_default();
                    event.stop_propagation();
                }
            }),
        ]
    }

    fn finger_down(self: &Rc<Self>, event: &PointerEvent) {
        self.touch.is_spent.set(false);
        if event.pointer_type() == "touch" {
            self.touched(event);
        }
    }

    #[inline(never)]
    fn touched(self: &Rc<Self>, event: &PointerEvent) {
        // Two fingers are something else.
        if let Some(gesture) = self.touch.gesture.take() {
            self.settle(&gesture);
            return;
        }
        if !event.is_primary() || self.state.handling().selection.with_untracked(Option::is_some) {
            return;
        }
        let Some(Target { row, id, is_control }) = Target::of(&self.root, event) else { return };
        let list = self.element("list");
        let inbox = Rc::downgrade(self);
        let press = (!is_control).then(|| {
            Task::spawn(async move {
                sleep_ms(LONG_PRESS_MS).await;
                if let Some(inbox) = inbox.upgrade() {
                    inbox.hold();
                }
            })
        });
        let from = (event.client_x(), event.client_y());
        *self.touch.gesture.borrow_mut() = Some(Gesture {
            pointer: event.pointer_id(),
            swipe: Swipe::new(from, row.offset_width(), self.is_right_to_left()),
            id,
            row,
            last: None,
            scroll_top: list.map_or(0, |list| list.scroll_top()),
            press,
            is_held: false,
        });
    }

    /// The finger has rested long enough.
    fn hold(self: &Rc<Self>) {
        let held = self.touch.gesture.borrow_mut().as_mut().map(|gesture| {
            gesture.is_held = true;
            gesture.id.clone()
        });
        if let Some(id) = held {
            self.begin_selecting(Some(&id));
        }
    }

    fn finger_moved(&self, event: &PointerEvent) {
        let gesture = self.touch.gesture.take();
        if let Some(gesture) = gesture {
            self.go_on(gesture, event);
        }
    }

    #[inline(never)]
    fn go_on(&self, mut gesture: Gesture, event: &PointerEvent) {
        if gesture.pointer != event.pointer_id() || gesture.is_held {
            *self.touch.gesture.borrow_mut() = Some(gesture);
            return;
        }
        let is_scrolled = self.element("list").is_some_and(|list| list.scroll_top() != gesture.scroll_top);
        let step = if is_scrolled {
            Step::Elsewhere
        } else {
            gesture.swipe.moved((event.client_x(), event.client_y()))
        };
        match step {
            Step::Rest => {}
            Step::Elsewhere => {
                self.settle(&gesture);
                return;
            }
            Step::Moves(shift) => {
                if gesture.last.is_none() {
                    drop(gesture.press.take());
                    drop(self.touch.settling.take());
                    // Also where another element comes under the finger. Throws if the finger is gone already.
                    let _ = gesture.row.set_pointer_capture(gesture.pointer);
                }
                gesture.last = Some(shift);
                let _ = gesture.row.style().set_property("--_shift", &pixels(f64::from(shift.x)));
                self.show_swiped(&gesture, shift, false);
            }
        }
        *self.touch.gesture.borrow_mut() = Some(gesture);
    }

    fn show_swiped(&self, gesture: &Gesture, shift: Shift, is_settling: bool) {
        let swiped = Some(Swiped {
            id: gesture.id.clone(),
            side: shift.side,
            is_leftwards: shift.x < 0,
            is_far_enough: shift.is_far_enough,
            is_settling,
        });
        if self.state.handling().swiped.with_untracked(|own| *own != swiped) {
            self.state.handling().swiped.set(swiped);
        }
    }

    fn finger_up(self: &Rc<Self>, event: &PointerEvent, is_meant: bool) {
        let is_own = |gesture: &mut Gesture| gesture.pointer == event.pointer_id();
        let gesture = self.touch.gesture.borrow_mut().take_if(is_own);
        if let Some(gesture) = gesture {
            self.let_go(&gesture, is_meant);
        }
    }

    #[inline(never)]
    fn let_go(self: &Rc<Self>, gesture: &Gesture, is_meant: bool) {
        self.touch.is_spent.set(gesture.is_held);
        self.settle(gesture);
        if let Some(Shift { side, is_far_enough: true, .. }) = gesture.last.filter(|_| is_meant) {
            match side {
                Side::End => self.archive_or_bring_back(&gesture.id),
                Side::Start => self.toggle_read(&gesture.id),
            }
        }
    }

    /// Lets the item go back to its place.
    fn settle(&self, gesture: &Gesture) {
        let Some(shift) = gesture.last else { return };
        self.touch.is_spent.set(true);
        self.show_swiped(gesture, shift, true);
        let _ = gesture.row.style().set_property("--_shift", "0px");
        let (row, rows) = (gesture.row.clone(), self.state.handling());
        *self.touch.settling.borrow_mut() = Some(Task::spawn(async move {
            sleep_ms(SETTLE_MS).await;
            rows.swiped.set(None);
            let _ = row.style().remove_property("--_shift");
        }));
    }

    /// Forgets the finger.
    pub(super) fn end_touch(&self) {
        drop(self.touch.gesture.take());
        drop(self.touch.settling.take());
    }
}

/// What a finger was put on.
struct Target {
    row: HtmlElement,
    id: ItemId,
    /// A button or a link, for which a long press means what it means elsewhere.
    is_control: bool,
}

impl Target {
    fn of(root: &Node, event: &Event) -> Option<Self> {
        let mut is_control = false;
        for step in event.composed_path().iter() {
            let Some(element) = step.dyn_ref::<Element>() else { continue };
            // What the page has drawn may be called anything, and is not in the shadow tree.
            if element.class_list().contains("item") && root.contains(Some(element)) {
                let id = element.id().strip_prefix("item-")?.to_owned();
                return Some(Self { row: step.unchecked_into(), id, is_control });
            }
            is_control |= element.matches("button, input, .link").unwrap_or_default();
        }
        None
    }
}
