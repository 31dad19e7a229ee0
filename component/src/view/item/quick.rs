//! What a reader does most with an item: read, snooze, archive, delete; by a button, or by a key on the item.

use std::rc::Rc;

use leptos::ev::KeyboardEvent;
use notification_bell_protocol::{Item, ItemId, Timestamp};

use super::controls::is_field;
use crate::{
    draw::{AnyView, view},
    follow::memo,
    inbox::{CHOSEN, Handle, Inbox, State},
    signal::{Memo, StoredValue},
    texts::Text,
    view::{
        dynamic::{clicked, part, said, spelled, words},
        icons::{ARCHIVE, CLOCK, DELETE, DOT, INBOX, Path, TICK, icon},
        with_inbox,
    },
};

type Act = fn(&Rc<Inbox>, &str);

const READ: (&str, Act) = ("u", |inbox, id| inbox.toggle_read(id));
const SNOOZE: (&str, Act) = ("s", |inbox, id| inbox.toggle_snoozing(id));
const ARCHIVE_IT: (&str, Act) = ("e", |inbox, id| inbox.archive_or_bring_back(id));
const DELETE_IT: (&str, Act) = ("Delete", |inbox, id| inbox.remove(id));
const CHOOSE: (&str, Act) = ("x", |inbox, id| inbox.toggle_selected(id));
/// While items are chosen, the same keys are of all of them.
const OF_CHOSEN: [(&str, Act); 4] = [
    (READ.0, |inbox, _| inbox.toggle_selected_read()),
    (SNOOZE.0, |inbox, _| inbox.toggle_snoozing(CHOSEN)),
    (ARCHIVE_IT.0, |inbox, _| inbox.archive_or_bring_back_selected()),
    (DELETE_IT.0, |inbox, _| inbox.remove_selected()),
];

/// What the button of reading says.
pub(super) fn read_face(item: &Item) -> (Text, Path) {
    if item.read_at.is_some() { (Text::MarkUnread, DOT) } else { (Text::MarkRead, TICK) }
}

/// What the button of the archive says.
pub(super) fn archive_face(item: &Item, now: Timestamp) -> (Text, Path) {
    if item.archived_at.is_some() || item.snoozed_until.is_some_and(|until| until > now) {
        (Text::Unarchive, INBOX)
    } else {
        (Text::Archive, ARCHIVE)
    }
}

/// A key on the item, or on a button in it. The page hears nothing of one that was used: it may have its own.
pub(super) fn shortcut(inbox: Handle, state: State, own: StoredValue<ItemId>, event: &KeyboardEvent) {
    let is_modified = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
    // Held down, Delete would empty the list.
    if is_modified || event.repeat() || event.is_composing() || event.default_prevented() || is_field(event) {
        return;
    }
    let key = event.key();
    let is_selecting = state.handling().is_selecting.get_untracked();
    let acts = if is_selecting { OF_CHOSEN } else { [READ, SNOOZE, ARCHIVE_IT, DELETE_IT] };
    let used = acts.into_iter().chain([CHOOSE]).find(|(own, _)| own.eq_ignore_ascii_case(&key));
    if let Some((_, act)) = used {
        event.prevent_default();
        event.stop_propagation();
        with_inbox(inbox, |inbox| act(inbox, &own.get_value()));
    }
}

/// The buttons: shown on hover and focus, and always where there is no mouse. The Tab key comes to those of the item that
/// it comes to: in a long list it would never get to the end of them all.
pub(super) fn quick(
    inbox: Handle,
    state: State,
    own: StoredValue<ItemId>,
    item: Memo<Option<Item>>,
    tabindex: impl Fn() -> String + Copy + 'static,
) -> AnyView {
    // As it is drawn, and not at each change of the item.
    let face = move |face: fn(&Item, Timestamp) -> (Text, Path)| {
        let face = memo(move || item.with(|item| item.as_ref().map(|item| face(item, state.now.get()))));
        move || face.get().unwrap_or((Text::Archive, ARCHIVE))
    };
    let read = face(|item, _| read_face(item));
    let archive = face(archive_face);
    let press = move |act: Act| {
        clicked(move |event| {
            event.stop_propagation();
            with_inbox(inbox, |inbox| act(inbox, &own.get_value()));
        })
    };
    let button = move |face: Box<dyn Fn() -> (Text, Path)>, (key, act): (&'static str, Act)| {
        let face = StoredValue::new(face);
        let label = move || state.text(face.with_value(|face| face().0));
        view! {
            <button
                class="quiet"
                type="button"
                tabindex=words(tabindex)
                aria-label=words(label)
                title=words(label)
                aria-keyshortcuts=key
                on:click=press(act)
            >
                {part(move || Some(icon(face.with_value(|face| face().1))))}
            </button>
        }
    };
    let opens_menu = {
        let is_open = move || {
            state.snoozing.with(|snoozing| {
                own.with_value(|own| snoozing.as_ref().is_some_and(|snoozing| snoozing.id == *own))
            })
        };
        view! {
            <button
                id=["snooze-", &own.get_value()].concat()
                class="quiet"
                type="button"
                tabindex=words(tabindex)
                aria-label=said(state, Text::Snooze)
                title=said(state, Text::Snooze)
                aria-keyshortcuts=SNOOZE.0
                aria-haspopup="menu"
                aria-expanded=spelled(is_open)
                on:click=press(SNOOZE.1)
            >
                {icon(CLOCK)}
            </button>
        }
    };
    view! {
        <div class="menu" part="menu">
            {button(Box::new(read), READ)}
            {opens_menu}
            {button(Box::new(archive), ARCHIVE_IT)}
            {button(Box::new(|| (Text::Delete, DELETE)), DELETE_IT)}
        </div>
    }
}
