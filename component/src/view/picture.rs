//! Pictures: loaded late, without saying where from, and replaced when they do not come.

use leptos::ev::Event;
use notification_bell_protocol::{AddressUse, Item};

use super::{
    dynamic::{heard, part},
    icons::{BELL, icon},
};
use crate::{
    draw::{AnyView, view},
    inbox::Handle,
    initials::{initials, tone},
    signal::RwSignal,
};

/// How many tones there are in the style sheet.
const TONES: u32 = 6;

/// The item's icon; the initials of its category, or else of its title, where there is none.
pub(super) fn avatar(inbox: Handle, item: &Item) -> AnyView {
    let name = item.category.as_deref().unwrap_or(&item.title).to_owned();
    let address = address(inbox, item.icon.as_deref());
    let is_broken = RwSignal::new(false);
    let class = ["avatar tone-", &tone(&name, TONES).to_string()].concat();
    let inner = part(move || {
        Some(match address.clone().filter(|_| !is_broken.get()) {
            Some(address) => view! {
                <img
                    src=address
                    alt=""
                    loading="lazy"
                    decoding="async"
                    referrerpolicy="no-referrer"
                    on:error=heard(move |_: Event| is_broken.set(true))
                />
            },
            None => match initials(&name) {
                letters if letters.is_empty() => icon(BELL),
                letters => view! { {letters} },
            },
        })
    });
    view! { <div class=class part="avatar" aria-hidden="true">{inner}</div> }
}

/// The picture of the item's content; nothing at all if it does not come.
pub(super) fn image(inbox: Handle, item: &Item) -> Option<AnyView> {
    let address = address(inbox, item.image.as_deref())?;
    let is_broken = RwSignal::new(false);
    let image = part(move || {
        (!is_broken.get()).then(|| {
            view! {
                <img
                    class="image"
                    src=address.clone()
                    alt=""
                    loading="lazy"
                    decoding="async"
                    referrerpolicy="no-referrer"
                    on:error=heard(move |_: Event| is_broken.set(true))
                />
            }
        })
    });
    Some(view! { {image} })
}

fn address(inbox: Handle, text: Option<&str>) -> Option<String> {
    inbox.try_get_value()?.address(text?, AddressUse::Picture)
}
