//! What stands in the place of the header while items are chosen: how many, and what can be done with all of them.

use std::rc::Rc;

use leptos::{
    ev::{Event, KeyboardEvent},
    prelude::untrack,
};
use notification_bell_protocol::{Item, View};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    dynamic::{clicked, heard, part, pressed, said, spelled, words},
    icons::{ARCHIVE, CLOCK, CLOSE, DELETE, DOT, INBOX, Path, SELECT, SELECT_ALL, TICK, icon},
    with_inbox,
};
use crate::{
    draw::{AnyView, view},
    follow::{follow, memo},
    inbox::{CHOSEN, Handle, Inbox, State},
    signal::{Memo, RwSignal, StoredValue},
    texts::Text,
};

type Act = fn(&Rc<Inbox>);
type Face = Box<dyn Fn() -> (Text, Path)>;

/// Begins it.
pub(super) fn begin(inbox: Handle, state: State) -> AnyView {
    let select = |inbox: &Rc<Inbox>| {
        inbox.begin_selecting(None);
        // The button goes, and would take the focus along.
        inbox.focus_current();
    };
    view! {
        <button
            class="quiet"
            type="button"
            aria-label=said(state, Text::Select)
            title=said(state, Text::Select)
            on:click=clicked(move |_| with_inbox(inbox, select))
        >
            {icon(SELECT)}
        </button>
    }
}

pub(super) fn toolbar(inbox: Handle, state: State) -> AnyView {
    follow(move || {
        let listed = state.listed.get();
        with_inbox(inbox, |inbox| inbox.keep_selected(&listed));
    });
    let number = memo(move || {
        state.handling().selection.with(|selection| selection.as_ref().map_or(0, |chosen| chosen.ids().len()))
    });
    let is_all_read = memo(move || {
        let ids = state.handling().selection.with(|selection| Some(selection.as_ref()?.ids().to_vec()));
        let is_read = |item: Option<Item>| item.is_some_and(|item| item.read_at.is_some());
        ids.is_some_and(|ids| {
            !ids.is_empty() && state.feed.with(|feed| ids.iter().all(|id| is_read(feed.item(id))))
        })
    });
    let how_many = move || state.count(Text::SelectedMany, number.get() as u64);
    let current = RwSignal::new(0);
    let read = move || if is_all_read.get() { (Text::MarkUnread, DOT) } else { (Text::MarkRead, TICK) };
    let archive = move || match state.view.get() {
        View::All | View::Unread => (Text::Archive, ARCHIVE),
        View::Archived | View::Snoozed => (Text::Unarchive, INBOX),
    };
    let tool = Tool { inbox, state, current, number };
    view! {
        <div
            class="header toolbar"
            part="header"
            role="toolbar"
            aria-label=words(how_many)
            on:keydown=pressed(move |event| step(inbox, current, &event))
        >
            {tool.button(0, "", Box::new(|| (Text::Cancel, CLOSE)), |inbox| {
                inbox.end_selecting();
            })}
            <span class="heading" role="status">{words(how_many)}</span>
            {tool.button(1, "", Box::new(|| (Text::SelectAll, SELECT_ALL)), |inbox| inbox.select_all())}
            {tool.button(2, "", Box::new(read), Inbox::toggle_selected_read)}
            {tool.button(3, "snooze-", Box::new(|| (Text::Snooze, CLOCK)), |inbox| inbox.toggle_snoozing(CHOSEN))}
            {tool.button(4, "", Box::new(archive), Inbox::archive_or_bring_back_selected)}
            {tool.button(5, "", Box::new(|| (Text::Delete, DELETE)), Inbox::remove_selected)}
        </div>
    }
}

/// What the buttons have in common.
#[derive(Clone, Copy)]
struct Tool {
    inbox: Handle,
    state: State,
    /// The one that Tab leads to.
    current: RwSignal<u32>,
    number: Memo<usize>,
}

impl Tool {
    /// The first two are always of use, the others only when something is chosen.
    fn button(self, index: u32, id: &'static str, face: Face, act: Act) -> AnyView {
        let Self { inbox, state, current, number } = self;
        let face = StoredValue::new(face);
        let label = move || state.text(face.with_value(|face| face().0));
        let is_idle = move || index > 1 && number.get() == 0;
        let opens_menu = !id.is_empty();
        let is_open = move || {
            state.snoozing.with(|snoozing| snoozing.as_ref().is_some_and(|snoozing| snoozing.id == CHOSEN))
        };
        view! {
            <button
                id=opens_menu.then_some(id)
                class="quiet"
                type="button"
                aria-label=words(label)
                title=words(label)
                aria-disabled=spelled(is_idle)
                aria-haspopup=opens_menu.then_some("menu")
                aria-expanded=opens_menu.then(|| spelled(is_open))
                tabindex=words(move || (if current.get() == index { "0" } else { "-1" }).to_owned())
                on:click=clicked(move |_| if !untrack(is_idle) { with_inbox(inbox, act) })
                on:focus=heard(move |_: Event| current.set(index))
            >
                {part(move || Some(icon(face.with_value(|face| face().1))))}
            </button>
        }
    }
}

/// Left and Right go through the buttons, in the direction of the text; Home and End to the ends.
fn step(inbox: Handle, current: RwSignal<u32>, event: &KeyboardEvent) {
    let toolbar = event.current_target().and_then(|toolbar| toolbar.dyn_into::<Element>().ok());
    let Some(buttons) = toolbar.and_then(|toolbar| toolbar.query_selector_all("button").ok()) else { return };
    let (index, length) = (current.get_untracked(), buttons.length());
    let is_right_to_left = inbox.try_get_value().is_some_and(|inbox| inbox.is_right_to_left());
    let next = match event.key().as_str() {
        "ArrowRight" | "ArrowLeft" if (event.key() == "ArrowLeft") == is_right_to_left => index + 1,
        "ArrowRight" | "ArrowLeft" => index + length - 1,
        "Home" => 0,
        "End" => length - 1,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    let button = buttons.get(next % length).and_then(|button| button.dyn_into::<HtmlElement>().ok());
    if let Some(button) = button {
        let _ = button.focus();
    }
}
