//! Items: what they show, and what becomes of acting on them.

use notification_bell_tests::{
    ANSWER_LIMIT, Reply,
    browser::{Gate, browse},
    eventually,
};
use reqwest::Method;
use serde_json::json;

use crate::{
    scene::{Scene, USER},
    undo::use_button,
};

#[tokio::test]
async fn an_item_shows_title_body_and_time() {
    browse(async |page| {
        let scene = Scene::new().await;
        let members =
            json!({"title": "Invoice 12 was paid", "body": "By bank transfer.", "category": "Billing"});
        let id = scene.server.notify_with(USER, &members).await;
        scene.show_items(page, 1).await;
        page.assert("titles().join() === 'Invoice 12 was paid'").await;
        page.assert("textOf('body').join() === 'By bank transfer.'").await;
        page.assert("part('item').innerText.includes('Billing')").await;
        let created = scene.server.session(USER).await.inbox("").await["items"][0]["createdAt"].clone();
        page.assert(&format!("Date.parse(part('time').dateTime) === Date.parse({created})")).await;
        page.assert("part('time').innerText.trim() !== '' && part('time').title !== ''").await;
        page.click("part('item')").await;
        page.until(&format!("events('item-click')[0]?.detail.item.id === '{id}'")).await;
    })
    .await;
}

#[tokio::test]
async fn a_click_marks_as_read_and_follows_the_address() {
    browse(async |page| {
        let scene = Scene::new().await;
        let next = scene.site.page("/orders/7", "<p>The order</p>");
        scene.server.notify_with(USER, &json!({"title": "Order 7", "url": "/orders/7?from=bell#top"})).await;
        scene.show_items(page, 1).await;
        page.click("part('title')").await;
        page.until("document.body.innerText.includes('The order')").await;
        assert_eq!(page.url().await, format!("{next}?from=bell#top"), "it is resolved against the page");
        scene.has_unread(USER, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_prevented_click_marks_as_read_and_stays() {
    browse(async |page| {
        let scene = Scene::new().await;
        let _ = scene.site.page("/orders/7", "<p>The order</p>");
        scene.server.notify_with(USER, &json!({"title": "Order 7", "url": "/orders/7"})).await;
        scene.show_items(page, 1).await;
        page.run("addEventListener('notification-bell-item-click', (event) => event.preventDefault());")
            .await;
        page.click("part('title')").await;
        page.until("badge() === ''").await;
        scene.has_unread(USER, &[]).await;
        page.assert("location.pathname === '/'").await;
        page.assert(
            "events('item-click').length === 1 && events('item-click')[0].detail.item.url === '/orders/7'",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn an_action_fires_its_event_and_is_done() {
    browse(async |page| {
        let scene = Scene::new().await;
        let actions = json!([{"id": "approve", "label": "Approve"}, {"id": "reject", "label": "Reject"}]);
        scene.server.notify_with(USER, &json!({"title": "A proof", "actions": actions})).await;
        scene.show_items(page, 1).await;
        page.click("parts('action').find((action) => action.innerText.includes('Approve'))").await;
        page.until("events('action')[0]?.detail.action.id === 'approve'").await;
        page.assert("events('action')[0].detail.item.title === 'A proof'").await;
        page.assert("events('item-click').length === 0").await;
        scene.has_unread(USER, &[]).await;
        let items = scene.server.session(USER).await.inbox("").await;
        assert_eq!(items["items"][0]["actions"][0]["done"], true, "{items}");
    })
    .await;
}

#[tokio::test]
async fn mark_all_as_read_empties_the_badge_and_stays_so() {
    browse(async |page| {
        let scene = Scene::new().await;
        for title in ["One", "Two", "Three"] {
            scene.server.notify(USER, title).await;
        }
        scene.show_items(page, 3).await;
        page.click("button('Mark all as read')").await;
        page.until("badge() === ''").await;
        scene.has_unread(USER, &[]).await;
        page.reload().await;
        scene.is_live(page, 1).await;
        page.until("part('bell') && nameOf(part('bell')) === 'Notifications'").await;
    })
    .await;
}

#[tokio::test]
async fn mark_all_as_read_does_not_reach_what_came_in_meanwhile() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.server.notify(USER, "Shown").await;
        scene.show_bell_behind(page, &gate).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Shown'").await;
        // Sent, and on its way, while the reader has only the first before them.
        gate.hold_streams();
        scene.server.notify(USER, "Not shown yet").await;
        page.click("button('Mark all as read')").await;
        scene.has_unread(USER, &["Not shown yet"]).await;
        gate.open();
        page.until("badge() === '1' && titles().join() === 'Not shown yet,Shown'").await;
    })
    .await;
}

#[tokio::test]
async fn mark_all_as_read_after_another_mark_does_not_reach_what_came_in_meanwhile() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        for title in ["Second", "First"] {
            scene.server.notify(USER, title).await;
        }
        scene.show_bell_behind(page, &gate).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'First,Second'").await;
        gate.hold_streams();
        scene.server.notify(USER, "Not shown yet").await;
        // The answer to this names a revision beyond the notification that the page has not heard of.
        page.run("item('First').querySelector('[aria-label=\"Mark as read\"]').click();").await;
        scene.has_unread(USER, &["Not shown yet", "Second"]).await;
        page.until("item('First').querySelector('[aria-label=\"Mark as unread\"]')").await;
        page.until("events('counts').length > 1").await;
        page.click("button('Mark all as read')").await;
        scene.has_unread(USER, &["Not shown yet"]).await;
        gate.open();
        page.until("badge() === '1' && titles().join() === 'Not shown yet,First,Second'").await;
    })
    .await;
}

#[tokio::test]
async fn archive_and_delete_take_an_item_out_of_the_list() {
    browse(async |page| {
        let scene = Scene::new().await;
        for title in ["Kept", "Archived", "Deleted"] {
            scene.server.notify(USER, title).await;
        }
        scene.show_items(page, 3).await;
        page.hover("item('Deleted')").await;
        page.click("item('Deleted').querySelector('[aria-label=Delete]')").await;
        page.until("titles().join() === 'Archived,Kept'").await;
        page.hover("item('Archived')").await;
        page.click("item('Archived').querySelector('[aria-label=Archive]')").await;
        page.until("titles().join() === 'Kept' && badge() === '1'").await;
        page.click("parts('tab').find((tab) => tab.innerText.includes('Archived'))").await;
        page.until("titles().join() === 'Archived'").await;
        scene.has_unread(USER, &["Kept"]).await;
    })
    .await;
}

/// From now on, whatever the page wants changed is refused.
pub(crate) const REFUSE: &str = "\
    const own = window.fetch;\
    window.fetch = (url, init) => init.method === 'GET'\
      ? own(url, init)\
      : Promise.resolve(new Response('{\"code\": \"validation_failed\"}', { status: 422 }));";

#[tokio::test]
async fn a_change_that_the_server_does_not_take_is_taken_back_and_said() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.show_hello_behind(page, &gate).await;
        page.run(REFUSE).await;
        page.click("button('Mark all as read')").await;
        page.until("badge() === '1' && part('toast')?.innerText.includes('could not be saved')").await;
        page.until("events('error').some((event) => event.detail.code && event.detail.message)").await;
    })
    .await;
}

#[tokio::test]
async fn a_click_is_counted_for_whoever_sent_the_item() {
    browse(async |page| {
        let scene = Scene::new().await;
        let id = scene.server.notify(USER, "Hello").await;
        let _other = scene.server.notify(USER, "Only read").await;
        scene.show_items(page, 2).await;
        let clicked = async || {
            let call = scene.server.api().v1(Method::GET, &format!("/notifications/{id}"));
            let reply = Reply::to(call.bearer_auth(&scene.server.project().backend_key)).await;
            reply.json()["tallies"]["clicked"].clone()
        };
        use_button(page, "Hello", "Mark as read").await;
        scene.has_unread(USER, &["Only read"]).await;
        assert_eq!(clicked().await, 0, "to be read is not to be clicked");
        page.click("item('Hello')").await;
        page.until("events('item-click').length === 1").await;
        eventually(ANSWER_LIMIT, "the click being counted", async || (clicked().await == 1).then_some(()))
            .await;
    })
    .await;
}
