//! Two lines of what an item says, or all of it: one button for its title and its body.

use std::cell::RefCell;

use leptos::ev::MouseEvent;
use notification_bell_protocol::ItemId;
use web_sys::Element;

use crate::{
    draw::view,
    follow::memo,
    inbox::State,
    signal::{Memo, RwSignal, StoredValue},
    task::{Task, sleep_ms},
    texts::Text,
    view::{
        dynamic::{When, clicked, when, words},
        sizes::Sizes,
    },
};

/// What a line may have too much without being cut: a mark that is higher than its text.
const TOLERANCE: i32 = 4;

/// What one item says, and how much of it is shown.
#[derive(Clone, Copy)]
pub(super) struct Unfolding {
    state: State,
    own: StoredValue<ItemId>,
    is_expanded: Memo<bool>,
    is_cut: RwSignal<bool>,
    texts: StoredValue<RefCell<Vec<Element>>>,
    sizes: StoredValue<Option<Sizes>>,
}

impl Unfolding {
    pub(super) fn new(state: State, own: StoredValue<ItemId>) -> Self {
        let is_expanded =
            memo(move || own.with_value(|own| state.handling().expanded.with(|ids| ids.contains(own))));
        let (texts, sizes) = (StoredValue::new(RefCell::default()), StoredValue::new(None));
        let unfolding = Self { state, own, is_expanded, is_cut: RwSignal::new(false), texts, sizes };
        let measuring = StoredValue::new(None);
        sizes.set_value(Sizes::new(move |_| {
            // Not from within: the button changes the sizes that are being told, and the page would hear of an error.
            let soon = Task::spawn(async move {
                sleep_ms(0.0).await;
                unfolding.measure();
            });
            measuring.set_value(Some(soon));
        }));
        unfolding
    }

    /// Looks at whether this text is cut off, now and whenever its size is another.
    pub(super) fn watch(self, text: &Element) {
        self.texts.with_value(|texts| texts.borrow_mut().push(text.clone()));
        self.sizes.with_value(|sizes| sizes.as_ref().map(|sizes| sizes.watch(text)));
    }

    /// Whether all of it is shown.
    pub(super) fn is_expanded(self) -> bool {
        self.is_expanded.get()
    }

    /// The button, where there is more than is shown.
    pub(super) fn button(self) -> When {
        let label =
            move || self.state.text(if self.is_expanded.get() { Text::ShowLess } else { Text::ShowMore });
        let toggle = move |event: MouseEvent| {
            event.stop_propagation();
            self.toggle();
        };
        when(
            move || self.is_cut.get() || self.is_expanded.get(),
            move || view! { <button class="unfold" type="button" on:click=clicked(toggle)>{words(label)}</button> },
        )
    }

    fn measure(self) {
        // In full, nothing is cut, and nothing can be said of how it would be otherwise.
        if self.is_expanded.try_get_untracked() != Some(false) {
            return;
        }
        let is_cut = |text: &Element| text.scroll_height() > text.client_height() + TOLERANCE;
        let is_now = self.texts.try_with_value(|texts| texts.borrow().iter().any(is_cut));
        if let Some(is_now) = is_now
            && self.is_cut.try_get_untracked() != Some(is_now)
        {
            self.is_cut.set(is_now);
        }
    }

    fn toggle(self) {
        let id = self.own.get_value();
        let is_whole = self.is_expanded.get_untracked();
        self.state
            .handling()
            .expanded
            .update(|ids| if is_whole { ids.retain(|own| *own != id) } else { ids.push(id) });
    }
}
