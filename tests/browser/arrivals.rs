//! `toasts`: what comes in while the panel is closed is shown in a corner of the screen for a while.

use notification_bell_tests::browser::{Key, Page, browse};
use serde_json::json;

use crate::{
    accessibility::{axe_finds_nothing, everything_is_named},
    details::HOUR,
    scene::{Scene, USER},
    undo::PATIENCE,
};

/// The titles on screen, from top to bottom.
const SHOWN: &str = "parts('toast-item')\
    .toSorted((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)\
    .map((toast) => toast.querySelector('[part~=title]').textContent).join()";

/// A page whose patience is the test's, with a bell that shows what comes in.
async fn with_toasts(page: &Page, more: &str) -> Scene {
    let scene = Scene::new().await;
    scene.show(page, &[PATIENCE, &scene.tag_with(USER, more)].concat()).await;
    scene.is_live(page, 1).await;
    scene
}

async fn shows(page: &Page, titles: &str) {
    page.until(&format!("{SHOWN} === '{titles}'")).await;
}

async fn send(scene: &Scene, title: &str, priority: &str) {
    scene.server.notify_with(USER, &json!({"title": title, "priority": priority})).await;
}

#[tokio::test]
async fn what_comes_in_is_shown_and_goes_by_itself() {
    browse(async |page| {
        let scene = with_toasts(page, "toasts").await;
        let body = json!({"title": "Hello", "body": "**Very** [good](/news)", "category": "News"});
        scene.server.notify_with(USER, &body).await;
        shows(page, "Hello").await;
        page.assert("part('toast-item').querySelector('[part~=body]').textContent === 'Very good'").await;
        page.assert("part('toasts').matches(':popover-open') && document.activeElement === document.body")
            .await;
        // Said once, by the live region that says all that comes in.
        page.assert(
            "live().length === 1 && !part('toast-item').closest('[role=status], [role=alert], [aria-live]')",
        )
        .await;
        everything_is_named(page).await;
        page.until("moving(root).length === 0").await;
        axe_finds_nothing(page, "'notification-bell'").await;
        page.assert("badge() === '1'").await;
        page.until("timeIsUp() > 0").await;
        page.until("!part('toast-item') && !part('toasts').matches(':popover-open')").await;
    })
    .await;
}

#[tokio::test]
async fn without_the_attribute_nothing_is_shown() {
    browse(async |page| {
        let scene = with_toasts(page, "").await;
        scene.server.notify(USER, "Hello").await;
        page.until("badge() === '1'").await;
        page.assert("!part('toast-item')").await;
        page.run("bell.toasts = '';").await;
        scene.server.notify(USER, "Another").await;
        shows(page, "Another").await;
        page.run("bell.toasts = null;").await;
        page.until("!part('toast-item')").await;
    })
    .await;
}

#[tokio::test]
async fn three_are_shown_at_most_and_the_newest_is_at_the_edge() {
    browse(async |page| {
        let scene = with_toasts(page, "toasts=bottom-end").await;
        for (title, shown) in [("A", "A"), ("B", "A,B"), ("C", "A,B,C"), ("D", "B,C,D")] {
            scene.server.notify(USER, title).await;
            shows(page, shown).await;
        }
        page.run("bell.toasts = 'top-start';").await;
        shows(page, "D,C,B").await;
        page.until("part('toast-item').getBoundingClientRect().right < innerWidth / 2").await;
        page.run("document.documentElement.dir = 'rtl';").await;
        page.until("part('toast-item').getBoundingClientRect().left > innerWidth / 2").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_important_stays_and_what_can_wait_is_not_shown() {
    browse(async |page| {
        let scene = with_toasts(page, "toasts").await;
        send(&scene, "Low", "low").await;
        send(&scene, "High", "high").await;
        send(&scene, "Normal", "normal").await;
        shows(page, "High,Normal").await;
        page.assert("badge() === '3'").await;
        page.until("timeIsUp() > 0").await;
        shows(page, "High").await;
        page.click("button('Dismiss')").await;
        page.until("!part('toast-item') && badge() === '3'").await;
    })
    .await;
}

#[tokio::test]
async fn all_of_them_stay_while_the_mouse_or_the_focus_is_on_one() {
    browse(async |page| {
        let scene = with_toasts(page, "toasts").await;
        scene.server.notify(USER, "A").await;
        shows(page, "A").await;
        page.hover("part('toast-item')").await;
        page.until("part('toasts').matches(':hover')").await;
        scene.server.notify(USER, "B").await;
        shows(page, "A,B").await;
        page.assert("timeIsUp() === 0").await;
        page.run("button('Dismiss').focus();").await;
        page.hover("part('bell')").await;
        page.until("!part('toasts').matches(':hover')").await;
        page.assert("timeIsUp() === 0").await;
        page.run("focused().blur();").await;
        page.until("timeIsUp() === 2").await;
        page.until("!part('toast-item')").await;
    })
    .await;
}

#[tokio::test]
async fn a_click_acts_as_one_on_the_item() {
    browse(async |page| {
        let scene = with_toasts(page, "toasts").await;
        scene.server.notify_with(USER, &json!({"title": "Hello", "url": "/next#there"})).await;
        shows(page, "Hello").await;
        page.run("addEventListener('notification-bell-item-click', (event) => event.preventDefault());")
            .await;
        page.click("part('toast-item').querySelector('button')").await;
        page.until("events('item-click').length === 1 && badge() === '' && !part('toast-item')").await;
        page.assert("events('item-click')[0].detail.url === '/next#there'").await;
        scene.has_unread(USER, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn escape_takes_away_the_one_with_the_focus_and_the_next_one_gets_it() {
    browse(async |page| {
        let scene = with_toasts(page, "toasts").await;
        for (title, shown) in [("A", "A"), ("B", "A,B")] {
            send(&scene, title, "high").await;
            shows(page, shown).await;
        }
        page.run("part('toast-item').querySelector('button').focus();").await;
        page.press(Key::Escape).await;
        shows(page, "B").await;
        page.until("part('toast-item').contains(focused())").await;
        page.press(Key::Escape).await;
        page.until("!part('toast-item') && focused() === part('bell')").await;
        page.assert("badge() === '2'").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_read_or_withdrawn_elsewhere_is_not_shown_any_more() {
    browse(async |page| {
        let scene = with_toasts(page, "toasts").await;
        let session = scene.server.session(USER).await;
        let first = scene.server.notify(USER, "A").await;
        let second = scene.server.notify(USER, "B").await;
        shows(page, "A,B").await;
        session.patch(&first, &json!({"read": true})).await;
        shows(page, "B").await;
        session.remove(&second).await;
        page.until("!part('toast-item')").await;
    })
    .await;
}

#[tokio::test]
async fn an_opened_panel_takes_their_place() {
    browse(async |page| {
        let scene = with_toasts(page, "toasts").await;
        scene.server.notify(USER, "A").await;
        shows(page, "A").await;
        scene.open_panel(page).await;
        page.until("!part('toast-item') && titles().join() === 'A'").await;
        scene.server.notify(USER, "B").await;
        page.until("titles().join() === 'B,A'").await;
        page.assert("!part('toast-item')").await;
    })
    .await;
}

#[tokio::test]
async fn a_page_that_nobody_looks_at_shows_none() {
    browse(async |page| {
        let scene = with_toasts(page, "toasts").await;
        page.run("Object.defineProperty(document, 'hidden', { configurable: true, value: true });").await;
        scene.server.notify(USER, "A").await;
        page.until("badge() === '1'").await;
        page.assert("!part('toast-item')").await;
    })
    .await;
}

#[tokio::test]
async fn on_a_phone_they_are_as_wide_as_the_screen() {
    browse(async |page| {
        page.resize(390, 844).await;
        let scene = with_toasts(page, "toasts=top-end").await;
        scene.server.notify(USER, &"Long ".repeat(40)).await;
        page.until("part('toast-item')?.getAnimations().length === 0").await;
        page.assert(
            "(({ left, right, top }) => left >= 0 && left <= 16 && right <= innerWidth && right >= innerWidth - 16\
               && top >= 0 && top < 40)(part('toast-item').getBoundingClientRect())",
        )
        .await;
        page.assert("document.documentElement.scrollWidth <= innerWidth").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_snoozed_elsewhere_or_has_ended_is_not_shown_any_more() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &[PATIENCE, HOUR, &scene.tag_with(USER, "toasts")].concat()).await;
        scene.is_live(page, 1).await;
        let session = scene.server.session(USER).await;
        let first = scene.server.notify(USER, "A").await;
        let ends = page.value("new Date(Date.now() + 3600000).toISOString()").await;
        scene.server.notify_with(USER, &json!({"title": "B", "expiresAt": ends})).await;
        shows(page, "A,B").await;
        let until = page.value("new Date(Date.now() + 7200000).toISOString()").await;
        session.patch(&first, &json!({"snoozedUntil": until})).await;
        shows(page, "B").await;
        page.run("pass();").await;
        page.until("!part('toast-item')").await;
    })
    .await;
}
