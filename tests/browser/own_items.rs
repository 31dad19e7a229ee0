//! Items that the page draws by its own function, also by one that means no good.

use notification_bell_tests::browser::{Key, Page, browse};
use serde_json::json;

use crate::{
    scene::{Scene, USER},
    undo::{TOAST, use_button},
};

/// An opened panel with "First" and "Second", which the page's function draws.
async fn drawn(page: &Page, function: &str) -> Scene {
    let scene = Scene::new().await;
    for title in ["Second", "First"] {
        scene.server.notify_with(USER, &json!({"title": title, "body": "Plain"})).await;
    }
    let script = format!(
        "<script>window.heard = [];\
           const log = console.error; console.error = (...said) => heard.push(said.map(String).join(' '));\
           document.querySelector('notification-bell').renderItem = {function};</script>"
    );
    scene.show(page, &[&scene.tag(USER), script.as_str()].concat()).await;
    scene.is_live(page, 1).await;
    page.run("bell.show();").await;
    page.until("parts('item').length === 2").await;
    scene
}

/// What the page's own nodes say, in the order of the items.
const SHOWN: &str = "parts('item').map((item) => [...item.querySelectorAll('slot')]\
    .flatMap((slot) => slot.assignedElements()).map((own) => own.textContent).join()).join()";
/// How many items the element has drawn.
const DEFAULTS: &str = "parts('body').filter((body) => body.innerText === 'Plain').length";

const CARD: &str = "(item) => { const card = document.createElement('b'); card.className = 'card';\
    card.textContent = `${item.title}!`; return card; }";

#[tokio::test]
async fn the_pages_node_stands_in_the_items_place_in_the_pages_style() {
    browse(async |page| {
        let scene = drawn(page, CARD).await;
        page.until(&format!("{SHOWN} === 'First!,Second!' && {DEFAULTS} === 0")).await;
        page.run(
            "const sheet = new CSSStyleSheet(); sheet.replaceSync('.card { color: rgb(1, 2, 3) }'); \
                  document.adoptedStyleSheets.push(sheet);",
        )
        .await;
        page.assert("getComputedStyle(document.querySelector('.card')).color === 'rgb(1, 2, 3)'").await;
        page.press(Key::Down).await;
        page.until("focused() === parts('item')[0]").await;
        page.press('u').await;
        page.until("badge() === '1'").await;
        page.click("document.querySelectorAll('.card')[1]").await;
        page.until("events('item-click')[0]?.detail.item.title === 'Second'").await;
        scene.has_unread(USER, &[]).await;
        page.press('e').await;
        page.until(&format!("parts('item').length === 1 && {TOAST} === 'Archived Undo'")).await;
        page.until("document.querySelectorAll('.card').length === 1").await;
        page.run("bell.hide();").await;
        page.until("bell.childElementCount === 0").await;
    })
    .await;
}

#[tokio::test]
async fn it_can_be_set_and_taken_back_at_any_time() {
    browse(async |page| {
        let scene = drawn(page, "null").await;
        page.until(&format!("{DEFAULTS} === 2")).await;
        page.run(&format!("bell.renderItem = {CARD};")).await;
        page.until(&format!("{SHOWN} === 'First!,Second!'")).await;
        page.run(
            "bell.renderItem = (item) => item.title === 'First' ? document.createTextNode('1') : undefined;",
        )
        .await;
        page.until(&format!("{SHOWN} === '1,' && {DEFAULTS} === 1")).await;
        page.run("bell.renderItem = null;").await;
        page.until(&format!("{DEFAULTS} === 2 && bell.childElementCount === 0")).await;
        page.assert("heard.length === 0").await;
        drop(scene);
    })
    .await;
}

#[tokio::test]
async fn it_is_called_afresh_when_the_item_changes() {
    browse(async |page| {
        let function = "(item) => Object.assign(document.createElement('p'),\
                          { textContent: item.title + (item.readAt ? ' read' : '') })";
        let _scene = drawn(page, function).await;
        page.until(&format!("{SHOWN} === 'First,Second'")).await;
        page.hover("parts('item')[0]").await;
        page.click("parts('item')[0].querySelector('[aria-label=\"Mark as read\"]')").await;
        page.until(&format!("{SHOWN} === 'First read,Second' && bell.childElementCount === 2")).await;
    })
    .await;
}

#[tokio::test]
async fn what_it_throws_or_gives_that_is_no_node_is_told_once_and_the_element_draws() {
    for function in
        ["() => { throw new Error('no') }", "() => '<img src=x onerror=alert(1)>'", "async () => null"]
    {
        browse(async |page| {
            let scene = drawn(page, function).await;
            page.until(&format!("{DEFAULTS} === 2")).await;
            page.until("events('error').length === 1").await;
            page.assert("events('error')[0].detail.code === 'render_failed' && heard.length === 1").await;
            page.assert("bell.childElementCount === 0").await;
            use_button(page, "First", "Archive").await;
            page.until("titles().join() === 'Second'").await;
            page.assert("events('error').length === 1").await;
            drop(scene);
        })
        .await;
    }
}

#[tokio::test]
async fn the_same_node_for_two_items_and_one_that_holds_the_bell_are_refused() {
    browse(async |page| {
        let _scene = drawn(page, "(() => { const one = document.createElement('p'); one.textContent = 'One'; return () => one; })()").await;
        page.until(&format!("{DEFAULTS} === 1 && {SHOWN}.includes('One')")).await;
        page.until("events('error').length === 1").await;
        page.run("bell.renderItem = () => document.body;").await;
        page.until(&format!("{DEFAULTS} === 2 && events('error').length === 2")).await;
        page.assert("bell.isConnected && bell.childElementCount === 0 && isOpen()").await;
    })
    .await;
}

#[tokio::test]
async fn it_may_remove_the_bell_and_nothing_is_left_behind() {
    browse(async |page| {
        let scene = drawn(page, "null").await;
        page.run(
            "window.gone = bell;\
             bell.renderItem = () => { gone.remove(); return document.createElement('p'); };",
        )
        .await;
        page.until("!gone.isConnected && gone.childElementCount === 0").await;
        page.run("gone.renderItem = null; document.body.append(gone); gone.show();").await;
        scene.is_live(page, 1).await;
        page.until(&format!("{DEFAULTS} === 2")).await;
    })
    .await;
}

#[tokio::test]
async fn a_field_in_it_takes_letters_and_a_button_in_it_is_the_pages() {
    browse(async |page| {
        // The same node for the same item: it changes when it was seen, and what is typed is to stay.
        let function = "(item) => { const cards = window.cards ??= {};\
            if (cards[item.id]) return cards[item.id];\
            const card = cards[item.id] = document.createElement('div');\
            const field = document.createElement('input'); field.className = 'field';\
            const button = document.createElement('button'); button.className = 'own'; button.textContent = 'Own';\
            card.append(field, button); return card; }";
        let _scene = drawn(page, function).await;
        page.until("document.querySelectorAll('.field').length === 2").await;
        page.click("document.querySelector('.field')").await;
        for key in ['e', 'u', 'x', ' '] {
            page.press(key).await;
        }
        page.until("document.querySelector('.field').value === 'eux '").await;
        page.click("document.querySelector('.own')").await;
        page.assert("parts('item').length === 2 && badge() === '2' && events('item-click').length === 0").await;
    })
    .await;
}
