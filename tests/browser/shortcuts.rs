//! Single keys on an item: `e`, `u`, `s`, `Delete`; and where they are none.

use notification_bell_tests::browser::{Key, Page, browse};
use serde_json::json;

use crate::scene::{Scene, USER};

/// An opened panel with three items, and the focus on the first.
async fn on_the_first(page: &Page) -> Scene {
    let scene = Scene::new().await;
    for title in ["Third", "Second", "First"] {
        scene.server.notify(USER, title).await;
    }
    scene.show_items(page, 3).await;
    // Keys that the page has a use of its own for.
    page.run("window.heard = []; addEventListener('keydown', (event) => heard.push(event.key));").await;
    page.press(Key::Down).await;
    page.until("focused() === item('First')").await;
    page.run("heard.length = 0;").await;
    scene
}

#[tokio::test]
async fn each_key_does_what_its_button_does_and_the_page_does_not_hear_of_it() {
    browse(async |page| {
        let scene = on_the_first(page).await;
        page.press('u').await;
        page.until("badge() === '2' && !item('First').innerText.includes('Unread')").await;
        scene.has_unread(USER, &["Second", "Third"]).await;
        page.press('u').await;
        page.until("badge() === '3'").await;
        page.press('e').await;
        page.until("titles().join() === 'Second,Third' && focused() === item('Second')").await;
        page.until("part('toast')?.innerText.includes('Archived')").await;
        page.press(Key::Delete).await;
        page.until("titles().join() === 'Third' && focused() === item('Third')").await;
        page.until("part('toast')?.innerText.includes('Deleted')").await;
        page.press('s').await;
        page.until("root.querySelector('[role=menu]')?.contains(focused())").await;
        page.press(Key::Escape).await;
        page.until("focused() === item('Third')").await;
        page.assert("isOpen()").await;
        assert_eq!(page.value("heard").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn the_same_key_brings_back_from_the_archive() {
    browse(async |page| {
        let scene = on_the_first(page).await;
        page.press('e').await;
        page.until("titles().join() === 'Second,Third'").await;
        page.click("parts('tab').find((tab) => tab.innerText.includes('Archived'))").await;
        page.until("titles().join() === 'First'").await;
        page.press(Key::Down).await;
        page.press('e').await;
        page.until("titles().join() === ''").await;
        scene.has_unread(USER, &["First", "Second", "Third"]).await;
    })
    .await;
}

#[tokio::test]
async fn with_a_modifier_it_is_another_key_and_none_of_ours() {
    browse(async |page| {
        let _scene = on_the_first(page).await;
        for modifier in [Key::Control, Key::Alt, Key::Shift].map(char::from) {
            for key in ['e', 'u', 's', char::from(Key::Delete)] {
                page.press_with(modifier, key).await;
            }
        }
        page.assert("titles().join() === 'First,Second,Third' && badge() === '3'").await;
        page.assert("!part('toast') && !root.querySelector('[role=menu]') && heard.includes('u')").await;
    })
    .await;
}

#[tokio::test]
async fn in_a_field_and_beside_the_items_keys_are_letters() {
    browse(async |page| {
        let _scene = on_the_first(page).await;
        page.press('s').await;
        page.until("root.querySelector('[role=menu]')?.contains(focused())").await;
        page.press(Key::End).await;
        page.press(Key::Enter).await;
        page.until("focused()?.type === 'datetime-local'").await;
        for key in ['e', 'u', 's', char::from(Key::Delete)] {
            page.press(key).await;
        }
        page.assert("titles().join() === 'First,Second,Third' && badge() === '3'").await;
        page.press(Key::Escape).await;
        page.run("part('tab').focus();").await;
        page.press('e').await;
        page.assert("titles().join() === 'First,Second,Third' && badge() === '3'").await;
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_held_down_acts_once() {
    browse(async |page| {
        let _scene = on_the_first(page).await;
        page.run(
            "focused().dispatchEvent(new KeyboardEvent('keydown', \
               { key: 'Delete', repeat: true, bubbles: true, composed: true, cancelable: true }));",
        )
        .await;
        page.assert("titles().join() === 'First,Second,Third'").await;
    })
    .await;
}

#[tokio::test]
async fn the_buttons_say_which_key_does_the_same() {
    browse(async |page| {
        let _scene = on_the_first(page).await;
        let keys = "[...item('First').querySelectorAll('[aria-keyshortcuts]')]\
                    .map((button) => [nameOf(button), button.getAttribute('aria-keyshortcuts')])";
        let expected =
            json!([["Mark as read", "u"], ["Snooze", "s"], ["Archive", "e"], ["Delete", "Delete"]]);
        assert_eq!(page.value(keys).await, expected);
    })
    .await;
}

#[tokio::test]
async fn z_and_what_undoes_elsewhere_take_back_what_was_done_last_while_its_message_is_there() {
    browse(async |page| {
        let scene = on_the_first(page).await;
        page.press(Key::Delete).await;
        page.until("titles().join() === 'Second,Third' && focused() === item('Second')").await;
        page.press('z').await;
        page.until("titles().join() === 'First,Second,Third' && focused() === item('First')").await;
        page.assert("!part('toast') && badge() === '3'").await;
        for modifier in [Key::Control, Key::Meta] {
            page.press('e').await;
            page.until("titles().join() === 'Second,Third' && part('toast') !== null").await;
            page.press_with(modifier, 'z').await;
            page.until("titles().join() === 'First,Second,Third' && !part('toast')").await;
            page.until("focused() === item('First')").await;
        }
        assert_eq!(scene.answers("DELETE", "/inbox/{id}", 200).await, 0);
        page.assert("heard.every((key) => key === 'Control' || key === 'Meta')").await;
        // There is nothing to take back: the key is the page's.
        page.press('z').await;
        page.assert("heard.at(-1) === 'z' && titles().length === 3").await;
    })
    .await;
}
