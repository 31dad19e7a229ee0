//! What an item says of itself: new, important, cut off; its actions at work; and its end.

use notification_bell_tests::browser::{Gate, Page, browse};
use serde_json::json;

use crate::items::REFUSE;
use crate::scene::{Scene, USER};

/// An hour of this page's clock is over when the test says so: `pass()`.
pub(crate) const HOUR: &str = "<script>(() => {\
    const { now } = Date; const { setTimeout: set } = window;\
    let ahead = 0; const waits = [];\
    Date.now = () => now() + ahead;\
    window.setTimeout = (act, ms, ...rest) =>\
      (ms > 3_000_000 ? (waits.push(act), 1e9) : set(act, ms, ...rest));\
    window.pass = () => { ahead = 3_600_000; for (const act of waits.splice(0)) act(); };\
  })()</script>";

#[tokio::test]
async fn what_is_new_says_so_until_the_panel_is_opened_again() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show_items(page, 1).await;
        page.until("part('item').innerText.includes('New')").await;
        page.until("events('counts').at(-1)?.detail.counts.unseen === 0").await;
        page.assert("part('item').innerText.includes('New')").await;
        page.run("bell.hide(); bell.show();").await;
        page.until("part('item') && !part('item').innerText.includes('New')").await;
        page.assert("badge() === '1'").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_important_is_marked_for_eyes_and_ears() {
    browse(async |page| {
        let scene = Scene::new().await;
        for priority in ["low", "high"] {
            scene.server.notify_with(USER, &json!({"title": priority, "priority": priority})).await;
        }
        scene.show_items(page, 2).await;
        let label = "item('high').getAttribute('aria-labelledby').split(' ')\
                     .map((id) => root.getElementById(id)?.textContent).join(' ')";
        page.until(&format!("{label}.includes('Important')")).await;
        page.assert("item('high').querySelector('[title=Important] svg') !== null").await;
        page.assert("!item('low').innerText.includes('Important')").await;
        page.assert(
            "getComputedStyle(item('low').querySelector('[part~=title]')).color !== \
             getComputedStyle(item('high').querySelector('[part~=title]')).color",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn only_a_text_that_is_cut_can_be_shown_in_full() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify_with(USER, &json!({"title": "Short", "body": "One line."})).await;
        scene.server.notify_with(USER, &json!({"title": "Long", "body": "Many words. ".repeat(40)})).await;
        scene.show_items(page, 2).await;
        page.click("button('Show more')").await;
        let long = "item('Long').querySelector('[part~=body]')";
        page.until(&format!("button('Show less') && {long}.scrollHeight <= {long}.clientHeight + 1")).await;
        page.assert(
            "[...item('Short').querySelectorAll('button')].every((own) => !/Show/.test(own.innerText))",
        )
        .await;
        page.assert("events('item-click').length === 0").await;
        page.run("button('Show less').focus();").await;
        page.click("button('Show less')").await;
        page.until(&format!(
            "button('Show more') === focused() && {long}.scrollHeight > {long}.clientHeight"
        ))
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_title_that_is_cut_can_be_shown_in_full_without_a_body_too() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, &"Many words. ".repeat(20)).await;
        scene.show_items(page, 1).await;
        let title = "part('item').querySelector('[part~=title]')";
        page.assert(&format!("{title}.scrollHeight > {title}.clientHeight + 10")).await;
        page.click("button('Show more')").await;
        page.until(&format!("button('Show less') && {title}.scrollHeight <= {title}.clientHeight + 1")).await;
        page.assert("events('item-click').length === 0").await;
    })
    .await;
}

/// An item with one action in the opened panel, and what says something of its button.
async fn with_action(page: &Page, scene: &Scene, gate: &Gate) {
    let actions = json!([{"id": "approve", "label": "Approve"}]);
    scene.server.notify_with(USER, &json!({"title": "A proof", "actions": actions})).await;
    scene.show_bell_behind(page, gate).await;
    scene.open_panel(page).await;
    page.until("parts('action').length === 1").await;
}

#[tokio::test]
async fn an_action_works_then_is_done_and_is_used_once() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        with_action(page, &scene, &gate).await;
        gate.hold();
        page.run("part('action').focus(); part('action').click(); part('action').click();").await;
        page.until("part('action').ariaBusy === 'true' && part('action').textContent.includes('Working')")
            .await;
        page.assert("part('action').ariaDisabled === 'true' && focused() === part('action')").await;
        gate.open();
        page.until("part('action').ariaBusy === 'false' && part('action').textContent.includes('Done')")
            .await;
        page.assert("part('action').ariaDisabled === 'true' && focused() === part('action')").await;
        page.run("part('action').click();").await;
        page.assert("events('action').length === 1").await;
    })
    .await;
}

#[tokio::test]
async fn an_action_that_is_refused_can_be_used_again() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        with_action(page, &scene, &gate).await;
        page.run(REFUSE).await;
        page.click("part('action')").await;
        page.until("part('toast')?.innerText.includes('could not be saved')").await;
        page.until(
            "part('action').ariaDisabled === 'false' && part('action').innerText.trim() === 'Approve'",
        )
        .await;
        page.assert("part('item').innerText.includes('Unread')").await;
    })
    .await;
}

#[tokio::test]
async fn an_item_ends_at_its_moment_without_a_word_from_the_server() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.server.notify(USER, "Stays").await;
        let moment = page.value("new Date(Date.now() + 3_600_000).toISOString()").await;
        scene.server.notify_with(USER, &json!({"title": "Ends", "expiresAt": moment})).await;
        let attributes = scene.attributes_at(gate.origin(), USER);
        scene.show(page, &format!("{HOUR}<notification-bell {attributes}></notification-bell>")).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Ends,Stays' && badge() === '2'").await;
        gate.hold();
        page.run("pass();").await;
        page.until("titles().join() === 'Stays' && badge() === '1'").await;
        page.until("events('counts').at(-1).detail.counts.total === 1").await;
    })
    .await;
}
