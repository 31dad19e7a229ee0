//! One item: who or what, title, body, when; its own buttons, and the quick ones at its end.

mod body;
mod quick;

use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html::Article,
    prelude::*,
};
use notification_bell_protocol::{ActionStyle, AddressUse, Item, ItemId};

use super::{
    dynamic::{clicked, flag, part, pressed, words},
    icons::{TICK, icon},
    list::{ITEM_ID, Watcher},
    picture::{avatar, image},
    with_inbox,
};
use crate::{
    inbox::{Handle, State},
    texts::Text,
};

pub(super) fn item(inbox: Handle, state: State, watcher: Watcher, id: ItemId) -> AnyView {
    let of = id.clone();
    let item = Memo::new(move |_| state.feed.with(|feed| feed.item(&of)));
    let is_unread =
        Memo::new(move |_| item.with(|item| item.as_ref().is_some_and(|item| item.read_at.is_none())));
    // What does not change when it is read, so that the text is not drawn again.
    let content = Memo::new(move |_| {
        item.get().map(|item| Item {
            seen_at: None,
            read_at: None,
            archived_at: None,
            actions: Vec::new(),
            revision: String::new(),
            ..item
        })
    });

    let row = NodeRef::<Article>::new();
    row.on_load(move |element| {
        watcher.try_with_value(|watcher| {
            if let Some(watcher) = watcher {
                watcher.watch(&element);
            }
        });
    });
    on_cleanup(move || {
        if let Some(element) = row.try_get_untracked().flatten() {
            watcher.try_with_value(|watcher| {
                if let Some(watcher) = watcher {
                    watcher.forget(&element);
                }
            });
        }
    });

    let own = StoredValue::new(id);
    let element_id = ITEM_ID.to_owned() + &own.get_value();
    let is_current = move || {
        own.with_value(|own| {
            state.current.with(|current| match current {
                Some(current) => current == own,
                None => state.listed.with(|ids| ids.first() == Some(own)),
            })
        })
    };
    let place = words(move || {
        let index = own.with_value(|own| state.listed.with(|ids| ids.iter().position(|id| id == own)));
        index.map_or(0, |index| index + 1).to_string()
    });
    // -1: there are more than are loaded, and how many is not known.
    let size = words(move || {
        let has_more = state.feed.with(|feed| feed.next_cursor(state.view.get()).is_some());
        if has_more { "-1".to_owned() } else { state.listed.with(Vec::len).to_string() }
    });
    let labels = own.with_value(|own| ["mark-", own, " title-", own, " time-", own].concat());
    let act = move |is_followed: bool| {
        with_inbox(inbox, |inbox| inbox.act(&own.get_value(), None, is_followed));
    };
    let is_choosing = move || {
        state.snoozing.with(|snoozing| {
            own.with_value(|own| snoozing.as_ref().is_some_and(|snoozing| snoozing.id == *own))
        })
    };
    view! {
        <article
            id=element_id
            class="item"
            class:unread=flag(move || is_unread.get())
            class:choosing=flag(is_choosing)
            part="item"
            node_ref=row
            tabindex=words(move || (if is_current() { "0" } else { "-1" }).to_owned())
            aria-labelledby=labels
            aria-posinset=place
            aria-setsize=size
            on:focusin=move |_| state.current.set(Some(own.get_value()))
            on:click=clicked(move |event| click(&event, &act))
            on:keydown=pressed(move |event| {
                press(&event, &act);
                quick::shortcut(inbox, own, &event);
            })
        >
            {part(move || content.get().map(|content| text(inbox, state, &content, is_unread)))}
            {quick::quick(inbox, state, own, item)}
            {part(move || actions(inbox, own, &item.get()?.actions, state))}
        </article>
    }
    .into_any()
}

/// A click anywhere on the item acts on it; its buttons keep theirs to themselves.
fn click(event: &MouseEvent, act: &impl Fn(bool)) {
    let is_aside = is_aside(event);
    if !is_aside {
        event.prevent_default();
    }
    act(is_aside);
}

/// To a new tab, which the browser does by itself, and the link is what it does it with.
fn is_aside(event: &MouseEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.shift_key()
}

/// Enter and Space on the item itself, not on a button in it.
fn press(event: &KeyboardEvent, act: &impl Fn(bool)) {
    let is_own = event.target() == event.current_target();
    if is_own && matches!(event.key().as_str(), "Enter" | " ") {
        event.prevent_default();
        act(false);
    }
}

fn text(inbox: Handle, state: State, item: &Item, is_unread: Memo<bool>) -> AnyView {
    let mark_id = ["mark-", &item.id].concat();
    let title_id = ["title-", &item.id].concat();
    let time_id = ["time-", &item.id].concat();
    let created_at = item.created_at;
    // While it is put off, until when is what matters.
    let until = item.snoozed_until.filter(|until| *until > state.now.get_untracked());
    let ago = words(move || {
        let Some(locale) = state.locale.get() else { return String::new() };
        let now = state.now.get();
        match until {
            Some(until) => locale.text(Text::SnoozedUntil).replace("{time}", &locale.ahead(now, until)),
            None => locale.ago(now, created_at).0,
        }
    });
    let shown = until.unwrap_or(created_at);
    let moment = words(move || state.locale.get().map(|locale| locale.moment(shown)).unwrap_or_default());
    let href = item.url.as_deref().and_then(|url| inbox.try_get_value()?.address(url, AddressUse::Link));
    let title = item.title.clone();
    // A link for the mouse's other button and for screen readers; the keyboard has the item itself.
    let title = match href {
        Some(href) => {
            view! { <a href=href rel="noopener noreferrer" tabindex="-1" dir="auto">{title}</a> }.into_any()
        }
        None => view! { <bdi>{title}</bdi> }.into_any(),
    };
    view! {
        {avatar(inbox, item)}
        <div class="text">
            <span id=mark_id class="spoken">
                {words(move || if is_unread.get() { state.text(Text::Unread) } else { String::new() })}
            </span>
            <h3 id=title_id class="title" part="title">{title}</h3>
            {item.body.as_deref().map(|body| body::body(inbox, &item.id, body))}
            {image(inbox, item)}
            <p class="meta">
                <time id=time_id class="time" part="time" dir="auto" datetime=shown.to_string() title=moment>{ago}</time>
                {item.category.clone().map(|category| view! { <span class="category"><bdi>{category}</bdi></span> })}
            </p>
        </div>
    }
    .into_any()
}

/// A word for screen readers, in front of what it is about.
fn spoken(state: State, text: Text) -> AnyView {
    view! { <span class="spoken">{state.text(text) + ": "}</span> }.into_any()
}

/// The buttons that the sender gave the item.
fn actions(
    inbox: Handle,
    own: StoredValue<ItemId>,
    actions: &[notification_bell_protocol::Action],
    state: State,
) -> Option<AnyView> {
    if actions.is_empty() {
        return None;
    }
    let buttons: Vec<_> = actions
        .iter()
        .map(|action| {
            let class = match action.style {
                ActionStyle::Primary => "plain primary",
                ActionStyle::Default => "plain",
                ActionStyle::Danger => "plain danger",
            };
            let id = action.id.clone();
            let use_it = move |event: MouseEvent| {
                event.stop_propagation();
                with_inbox(inbox, |inbox| inbox.use_action(&own.get_value(), &id));
            };
            let done = action.done.then(|| {
                (icon(TICK), spoken(state, Text::ActionDone)).into_any()
            });
            view! {
                <button class=class class:done=action.done part="action" type="button" on:click=clicked(use_it)>
                    {done}
                    {action.label.clone()}
                </button>
            }
        })
        .collect();
    Some(view! { <div class="actions">{buttons}</div> }.into_any())
}
