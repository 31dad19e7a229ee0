//! The texts that a page gives the element itself.

use notification_bell_tests::browser::browse;
use serde_json::json;

use crate::scene::{Scene, USER};

/// Notes what the element says to whoever wrote the page.
const LISTEN: &str =
    "<script>window.warnings = []; console.warn = (...words) => warnings.push(words.join(' '));</script>";

#[tokio::test]
async fn own_texts_count_at_once_in_every_language_and_can_be_taken_back() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show_items(page, 1).await;
        page.run("bell.messages = { markAllRead: 'Seen it all', bellUnread: { one: 'One', other: '{count} of them' } };")
            .await;
        page.until("button('Seen it all') && nameOf(part('bell')) === 'One'").await;
        page.run("bell.locale = 'de';").await;
        page.until("part('panel').ariaLabel === 'Mitteilungen' && button('Seen it all')").await;
        scene.server.notify(USER, "Again").await;
        page.until("nameOf(part('bell')) === '2 of them'").await;
        page.assert("bell.messages.markAllRead === 'Seen it all'").await;
        page.run("bell.messages = null;").await;
        page.until("button('Alle als gelesen markieren') && nameOf(part('bell')) === 'Mitteilungen, 2 ungelesen'")
            .await;
        page.assert("bell.messages === null && !bell.hasAttribute('messages')").await;
    })
    .await;
}

#[tokio::test]
async fn own_texts_set_before_the_element_is_defined_count() {
    browse(async |page| {
        let scene = Scene::new().await;
        let early = "<script>document.querySelector('notification-bell').messages = { notifications: 'News' };</script>";
        scene.show(page, &[&scene.tag(USER), early].concat()).await;
        page.until("nameOf(part('bell')) === 'News'").await;
        page.assert("!Object.hasOwn(bell, 'messages')").await;
    })
    .await;
}

#[tokio::test]
async fn the_attribute_takes_the_names_of_other_bells_too() {
    browse(async |page| {
        let scene = Scene::new().await;
        let own = r#"messages='{"notifications":"Neues","markAllAsRead":"Weg damit","empty":"Leer","error":"Oje"}'"#;
        scene.show(page, &[LISTEN, &scene.tag_with(USER, own)].concat()).await;
        page.until("nameOf(part('bell')) === 'Neues'").await;
        scene.open_panel(page).await;
        page.until("part('empty')?.innerText.startsWith('Leer')").await;
        scene.server.notify(USER, "Hello").await;
        page.until("button('Weg damit')").await;
        assert_eq!(page.value("warnings").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_is_no_text_of_the_bells_is_left_out_and_complained_of_once() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &[LISTEN, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.run(
            "bell.messages = { emptyAll: 'Peace', emptyALl: 'x', close: 5, retry: () => 'x', offline: 1n };",
        )
        .await;
        page.until("part('empty')?.innerText.startsWith('Peace')").await;
        page.assert("warnings.length === 1").await;
        page.assert("['emptyALl', 'close', 'retry', 'offline'].every((name) => warnings[0].includes(name))")
            .await;
        page.run("const ring = {}; ring.ring = ring; bell.messages = ring;").await;
        page.until("part('empty')?.innerText.startsWith('Nothing new') && warnings.length === 2").await;
        for wrong in ["['close']", "'{'", "7"] {
            page.run(&format!("warnings.length = 0; bell.messages = {wrong};")).await;
            page.until("warnings.length === 1").await;
        }
        page.run("warnings.length = 0; bell.locale = 'de'; bell.messages = {};").await;
        page.until("part('empty')?.innerText.startsWith('Nichts Neues')").await;
        page.assert("warnings.length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn markup_in_an_own_text_is_text() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.run("bell.messages = { emptyAll: '<img src=x onerror=\"window.broken = true\">', notifications: '<u>N</u>' };")
            .await;
        page.until("part('empty')?.innerText.startsWith('<img src=x')").await;
        page.assert("nameOf(part('bell')) === '<u>N</u>' && !root.querySelector('img, u') && !window.broken").await;
    })
    .await;
}

#[tokio::test]
async fn texts_that_are_nested_too_deep_are_none_and_do_no_harm() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show(page, &[LISTEN, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        page.run("bell.setAttribute('messages', '[['.repeat(200000) + ']]'.repeat(200000));").await;
        page.until("warnings.some((words) => words.includes('messages is no JSON object'))").await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Hello' && nameOf(part('bell')) === 'Notifications, 1 unread'").await;
    })
    .await;
}
