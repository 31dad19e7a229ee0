//! One item: who or what, title, body, when; its own buttons, and the quick ones at its end.

mod actions;
mod body;
mod check;
pub(super) mod controls;
mod drawn;
mod quick;
mod swiped;
mod unfolding;

use leptos::ev::{Event, KeyboardEvent, MouseEvent};
use notification_bell_protocol::{AddressUse, Item, ItemId, Priority};
use web_sys::Element;

use super::{
    dynamic::{When, clicked, flag, heard, part, pressed, said, when, words},
    icons::{IMPORTANT, icon},
    list::{ITEM_ID, Watcher},
    picture::{avatar, image},
    row::{self, Place},
    visibility::Visibility,
    with_inbox,
};
use crate::{
    draw::{AnyView, at_end, view},
    follow::memo,
    inbox::{Handle, State},
    signal::{Memo, StoredValue},
    texts::{Text, filled},
};
use controls::{is_check, is_control_of_page};
use drawn::{By, drawn, drawn_by};
use unfolding::Unfolding;

pub(super) fn item(inbox: Handle, state: State, watcher: Watcher, place: Place, id: ItemId) -> AnyView {
    let of = id.clone();
    let item = memo(move || state.feed.with(|feed| feed.item(&of)));
    // What does not change when it is read, so that the text is not drawn again.
    let content = memo(move || {
        item.get().map(|item| Item {
            seen_at: None,
            read_at: None,
            archived_at: None,
            actions: Vec::new(),
            revision: String::new(),
            ..item
        })
    });

    let watch = move |element: &Element| {
        let with_watcher = move |act: &dyn Fn(&Visibility)| {
            watcher.try_with_value(|watcher| watcher.as_ref().map(act));
        };
        with_watcher(&|watcher| watcher.watch(element));
        let element = element.clone();
        at_end(move || with_watcher(&|watcher| watcher.forget(&element)));
    };

    let own = StoredValue::new(id);
    let element_id = ITEM_ID.to_owned() + &own.get_value();
    let is_current = move || {
        own.with_value(|own| {
            state.current.with(|current| match current {
                Some(current) => current == own,
                None => state.listing.drawn.with(|ids| ids.first() == Some(own)),
            })
        })
    };
    let labels = own.with_value(|own| ["mark-", own, " title-", own, " time-", own].concat());
    let act = move |is_followed: bool| {
        with_inbox(inbox, |inbox| inbox.act(&own.get_value(), None, is_followed));
    };
    let is_unread = move || item.with(|item| item.as_ref().is_some_and(|item| item.read_at.is_none()));
    let is_low = move || item.with(|item| item.as_ref().is_some_and(|item| item.priority == Priority::Low));
    let tabindex = move || (if is_current() { "0" } else { "-1" }).to_owned();
    let by = drawn_by(inbox, state, own, item);
    let is_own = memo(move || by.get() == By::Element);
    let inner = move || {
        if is_own.get() {
            content.get().map(|content| text(inbox, state, own, &content, item))
        } else {
            Some(drawn(state, own, item))
        }
    };
    // Of what the page draws, nothing is known.
    let described = move || {
        let has_body = content.with(|item| item.as_ref().is_some_and(|item| item.body.is_some()));
        let ids = |own: &ItemId| {
            if has_body { ["body-", own, " moment-", own] } else { ["moment-", own, "", ""] }.concat()
        };
        if is_own.get() { own.with_value(ids) } else { String::new() }
    };
    let is_selecting = move || state.handling().is_selecting.get();
    let is_choosing = move || {
        state.snoozing.with(|snoozing| {
            own.with_value(|own| snoozing.as_ref().is_some_and(|snoozing| snoozing.id == *own))
        })
    };
    view! {
        <article
            id=element_id
            class="item"
            class:unread=flag(is_unread)
            class:low=flag(is_low)
            class:choosing=flag(is_choosing)
            class:chosen=flag(move || check::is_chosen(state, own))
            class:swiped=flag(move || swiped::is_swiped(state, own, None))
            class:settling=flag(move || swiped::is_swiped(state, own, Some(true)))
            part="item"
            node_ref=watch
            tabindex=words(tabindex)
            aria-labelledby=labels
            aria-describedby=words(described)
            aria-posinset=row::position(place)
            aria-setsize=row::set_size(state)
            on:focusin=heard(move |_: Event| state.current.set(Some(own.get_value())))
            on:click=clicked(move |event| click(inbox, state, own, &event, &act))
            on:keydown=pressed(move |event| {
                press(inbox, state, own, &event, &act);
                quick::shortcut(inbox, state, own, &event);
            })
        >
            {row::spoken_day(state, place)}
            {when(is_selecting, move || check::check(state, own, tabindex))}
            {part(inner)}
            {when(move || !is_selecting(), move || quick::quick(inbox, state, own, item, tabindex))}
            {actions::actions(inbox, state, own, item)}
            {row::group(inbox, state, own, place)}
            {swiped::swiped(state, own, item)}
        </article>
    }
}

/// A click anywhere on the item acts on it, or chooses it; its buttons keep theirs to themselves.
fn click(inbox: Handle, state: State, own: StoredValue<ItemId>, event: &MouseEvent, act: &impl Fn(bool)) {
    if state.handling().is_selecting.get_untracked() {
        choose(inbox, own, event);
    } else if !is_control_of_page(event) {
        let is_aside = is_aside(event);
        if !is_aside {
            event.prevent_default();
        }
        act(is_aside);
    }
}

/// To a new tab, which the browser does by itself, and the link is what it does it with.
fn is_aside(event: &MouseEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.shift_key()
}

/// While items are chosen, a click anywhere on one chooses it or gives it up, and with Shift all up to it.
fn choose(inbox: Handle, own: StoredValue<ItemId>, event: &MouseEvent) {
    event.prevent_default();
    with_inbox(inbox, |inbox| {
        let id = own.get_value();
        if event.shift_key() { inbox.extend_selection(&id) } else { inbox.toggle_selected(&id) }
    });
}

/// Enter and Space on the item itself or its box, not on a button in it.
fn press(inbox: Handle, state: State, own: StoredValue<ItemId>, event: &KeyboardEvent, act: &impl Fn(bool)) {
    let is_selecting = state.handling().is_selecting.get_untracked();
    let is_own = event.target() == event.current_target() || (is_selecting && is_check(event));
    if !is_own || !matches!(event.key().as_str(), "Enter" | " ") {
        return;
    }
    event.prevent_default();
    if is_selecting {
        with_inbox(inbox, |inbox| inbox.toggle_selected(&own.get_value()));
    } else {
        act(false);
    }
}

/// What a screen reader says before the title.
fn mark(state: State, id: &str, item: Memo<Option<Item>>) -> AnyView {
    let said = words(move || {
        let (is_important, is_unread) = item.with(|item| {
            item.as_ref()
                .map_or((false, false), |item| (item.priority == Priority::High, item.read_at.is_none()))
        });
        match (is_important, is_unread) {
            (true, true) => [&state.text(Text::Important), " · ", &state.text(Text::Unread)].concat(),
            (true, false) => state.text(Text::Important),
            (false, true) => state.text(Text::Unread),
            (false, false) => String::new(),
        }
    });
    view! { <span id=["mark-", id].concat() class="spoken">{said}</span> }
}

/// Says that an item is new here: not seen before the panel was opened, and not read.
fn fresh(state: State, own: StoredValue<ItemId>, item: Memo<Option<Item>>) -> When {
    let is_fresh = move || {
        let known =
            item.with(|item| item.as_ref().map(|item| (item.read_at.is_none(), item.seen_at.is_none())));
        known.is_some_and(|(is_unread, is_unseen)| {
            let was_unseen =
                || own.with_value(|own| state.handling().fresh.with(|fresh| fresh.contains(own)));
            is_unread && (is_unseen || was_unseen())
        })
    };
    when(is_fresh, move || view! { <span class="fresh">{said(state, Text::Unseen)}</span> })
}

/// A mark beside the title of what matters more than the rest.
fn important(state: State) -> AnyView {
    view! {
        <span class="important" title=said(state, Text::Important) aria-hidden="true">
            {icon(IMPORTANT)}
        </span>
    }
}

/// For how many it stands, before the title, of whose end there may be nothing to see.
fn repeats(state: State, count: u64) -> AnyView {
    let said = words(move || filled(&state.text(Text::Repeats), "count", &state.number(count)));
    view! {
        <span class="repeats" role="img" aria-label=said>
            {words(move || state.number(count) + "×")}
        </span>
    }
}

fn text(
    inbox: Handle,
    state: State,
    own: StoredValue<ItemId>,
    item: &Item,
    live: Memo<Option<Item>>,
) -> AnyView {
    let unfolding = Unfolding::new(state, own);
    let title_id = ["title-", &item.id].concat();
    let time_id = ["time-", &item.id].concat();
    let created_at = item.created_at;
    // While it is put off, until when is what matters.
    let until = item.snoozed_until.filter(|until| *until > state.now.get_untracked());
    let ago = words(move || {
        let Some(locale) = state.locale.get() else { return String::new() };
        let now = state.now.get();
        match until {
            Some(until) => filled(&locale.text(Text::SnoozedUntil), "time", &locale.ahead(now, until)),
            None => locale.ago(now, created_at).0,
        }
    });
    let shown = until.unwrap_or(created_at);
    let time_class = if until.is_some() { "time until" } else { "time" };
    let moment = move || state.locale.get().map(|locale| locale.moment(shown)).unwrap_or_default();
    let href = item.url.as_deref().and_then(|url| inbox.try_get_value()?.address(url, AddressUse::Link));
    let title = item.title.clone();
    // A link for the mouse's other button and for screen readers; the keyboard has the item itself.
    let title = if let Some(href) = href {
        view! { <a href=href rel="noopener noreferrer" tabindex="-1" dir="auto">{title}</a> }
    } else {
        view! { <bdi>{title}</bdi> }
    };
    view! {
        {avatar(inbox, item)}
        <div class="text" class:whole=flag(move || unfolding.is_expanded())>
            {mark(state, &item.id, live)}
            <h4 id=title_id class="title" part="title" node_ref=move |element: &Element| unfolding.watch(element)>
                {(item.priority == Priority::High).then(|| important(state))}
                {(item.group_count > 1).then(|| repeats(state, item.group_count.into()))}
                {title}
            </h4>
            {item.body.as_deref().map(|body| body::body(inbox, own, unfolding, body))}
            {unfolding.button()}
            {image(inbox, item)}
            <p class="meta">
                {fresh(state, own, live)}
                <time id=time_id class=time_class part="time" dir="auto" datetime=shown.to_string() title=words(moment)>{ago}</time>
                <span id=["moment-", &item.id].concat() class="spoken">{words(moment)}</span>
                {item.category.clone().map(|category| view! { <span class="category"><bdi>{words(move || state.around.label(&category))}</bdi></span> })}
            </p>
        </div>
    }
}
