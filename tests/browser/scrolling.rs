//! Long lists: they come page by page, and stay where the reader is.

use notification_bell_tests::browser::{Gate, Key, browse};

use crate::scene::{Scene, USER};

const NUMBER: usize = 60;
/// So many of them are on the first page.
const FIRST_PAGE: usize = 25;
/// Neither the panel nor what is in it is still growing.
const STILL: &str = "[part('panel'), ...parts('item')].every((box) => box.getAnimations().length === 0)";
/// Until everything has its place.
const FRAMES: &str = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";

async fn with_sixty() -> Scene {
    let scene = Scene::new().await;
    for number in 1..=NUMBER {
        scene.server.notify(USER, &format!("Number {number}")).await;
    }
    scene
}

#[tokio::test]
async fn scrolling_reaches_every_item_and_doubles_none() {
    browse(async |page| {
        let scene = with_sixty().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.until("parts('item').length > 0").await;
        page.assert(&format!("parts('item').length < {NUMBER}")).await;
        // To the end, again and again, as far as it goes.
        let scroll = "(part('list').scrollTop = part('list').scrollHeight, parts('item').length >= 60)";
        page.until(scroll).await;
        let expected: Vec<_> = (1..=NUMBER).rev().map(|number| format!("Number {number}")).collect();
        assert_eq!(page.value("titles()").await, serde_json::json!(expected));
    })
    .await;
}

#[tokio::test]
async fn the_keyboard_reaches_every_item_too() {
    browse(async |page| {
        let scene = with_sixty().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.until("parts('item').length > 0").await;
        while page.value("item('Number 1') === undefined || parts('item').length < 60").await == true {
            let before = page.value("parts('item').length").await;
            page.press(Key::End).await;
            page.until(&format!("parts('item').length > {before} || parts('item').length >= 60")).await;
        }
        page.press(Key::End).await;
        page.until("focused()?.textContent.includes('Number 1')").await;
    })
    .await;
}

#[tokio::test]
async fn a_notification_does_not_move_what_is_being_read() {
    browse(async |page| {
        let scene = with_sixty().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.until(&format!("parts('item').length === {FIRST_PAGE}")).await;
        // A panel that is still growing moves what is in it.
        page.until(STILL).await;
        page.run("item('Number 50').focus();").await;
        page.until("part('list').scrollTop > 0").await;
        page.run("window.before = item('Number 50').getBoundingClientRect().top;").await;
        scene.server.notify(USER, "Incoming").await;
        page.until("titles()[0] === 'Incoming'").await;
        // After a frame, when everything has its place.
        page.promised(FRAMES).await;
        page.assert("Math.abs(item('Number 50').getBoundingClientRect().top - window.before) < 2").await;
        page.assert("focused() === item('Number 50')").await;
    })
    .await;
}

/// Tells nobody how high anything is until `tell()`.
const UNTOLD: &str = "<script>{
    const { ResizeObserver } = window;
    const waiting = [];
    window.tell = () => waiting.splice(0).forEach((tell) => tell());
    window.ResizeObserver = function (told) {
      return new ResizeObserver((entries) => waiting.push(() => told(entries)));
    };
  }</script>";

/// What was drawn above a reader had its own height from the start, whatever it was thought to have.
#[tokio::test]
async fn rows_that_are_measured_after_the_reader_has_scrolled_do_not_move_them() {
    browse(async |page| {
        let scene = with_sixty().await;
        scene.show(page, &[UNTOLD, &scene.tag_with(USER, "open")].concat()).await;
        page.until(&format!("isOpen() && parts('item').length === {FIRST_PAGE}")).await;
        page.until(STILL).await;
        page.run("item('Number 40').focus();").await;
        page.until("part('list').scrollTop > 0").await;
        page.promised(FRAMES).await;
        page.run("window.before = item('Number 40').getBoundingClientRect().top; tell();").await;
        page.promised(FRAMES).await;
        page.assert("Math.abs(item('Number 40').getBoundingClientRect().top - window.before) < 2").await;
    })
    .await;
}

#[tokio::test]
async fn a_page_of_the_list_that_does_not_come_can_be_asked_for_again() {
    browse(async |page| {
        let scene = with_sixty().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.show_bell_behind(page, &gate).await;
        scene.open_panel(page).await;
        page.until(&format!("parts('item').length === {FIRST_PAGE}")).await;
        gate.cut();
        // Until all is where it stays: an end that goes out of view and comes into it again has the page asked for again.
        let is_at_rest = "(() => {
            const list = part('list'), before = window.before;
            list.scrollTop = list.scrollHeight;
            window.before = button('Try again') && list.scrollTop;
            return window.before > 0 && window.before === before;
          })()";
        page.until(is_at_rest).await;
        page.assert("parts('item').length > 0 && parts('item').length < 60").await;
        gate.open();
        page.click("button('Try again')").await;
        page.until("(part('list').scrollTop = part('list').scrollHeight, parts('item').length === 60)").await;
    })
    .await;
}
