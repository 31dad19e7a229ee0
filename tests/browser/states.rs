//! What stands in the panel when there are no items: loading, nothing, a reason, nobody.

use notification_bell_tests::{
    ANSWER_LIMIT,
    browser::{Gate, browse},
    eventually,
};
use serde_json::json;

use crate::scene::{Scene, USER};

#[tokio::test]
async fn an_empty_inbox_says_so() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.until("part('empty')?.innerText.includes('Nothing new')").await;
        scene.server.notify(USER, "Something").await;
        page.until("titles().join() === 'Something' && !part('empty')").await;
    })
    .await;
}

#[tokio::test]
async fn a_list_on_its_way_is_said_to_be_loading() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.server.notify(USER, "Hello").await;
        scene.show_bell_behind(page, &gate).await;
        gate.hold();
        scene.open_panel(page).await;
        page.until("part('panel').textContent.includes('Loading notifications')").await;
        page.assert("root.querySelector('[role=feed], [aria-busy]')?.ariaBusy === 'true'").await;
        gate.open();
        page.until("titles().join() === 'Hello'").await;
        page.assert("!part('panel').textContent.includes('Loading notifications')").await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_said_until_it_can() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.server.notify(USER, "Hello").await;
        gate.cut();
        let attributes = scene.attributes_at(gate.origin(), USER);
        scene.show(page, &format!("<notification-bell {attributes}></notification-bell>")).await;
        page.until("events('error').length > 0").await;
        page.assert("events('error')[0].detail.code !== '' && events('error')[0].detail.message !== ''")
            .await;
        scene.open_panel(page).await;
        page.until("part('error')?.innerText.includes('could not be loaded') && button('Try again')").await;
        gate.open();
        page.until("titles().join() === 'Hello' && badge() === '1' && !part('error')").await;
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn try_again_tries_again_what_was_given_up() {
    browse(async |page| {
        let scene = Scene::new().await;
        let (key, secret) = ("pk_which_comes_late", "sk_which_comes_late");
        let (origin, proof) = (scene.origin(), notification_bell_tests::hmac_base64(secret, USER));
        let body = format!(
            r#"<notification-bell apiUrl="{origin}/api" apiKey="{key}" userId="{USER}" userHmac="{proof}">
               </notification-bell>"#
        );
        scene.show(page, &body).await;
        page.until("events('error')[0]?.detail.code === 'unknown_api_key'").await;
        scene.open_panel(page).await;
        page.until("part('error')").await;
        let options = ["--api-key", key, "--api-secret-key", secret];
        let project = scene.server.installation().create_project("Late", &options).await;
        let message = json!({"to": {"users": [USER]}, "title": "Hello"});
        // The running server takes the project up within a second.
        eventually(ANSWER_LIMIT, "the new project", async || {
            (scene.server.send_in(&project, &message).await.status == 201).then_some(())
        })
        .await;
        page.click("button('Try again')").await;
        page.until("titles().join() === 'Hello' && badge() === '1' && !part('error')").await;
    })
    .await;
}

#[tokio::test]
async fn a_list_that_was_there_stays_while_the_server_is_away() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.show_hello_behind(page, &gate).await;
        gate.cut();
        page.until("events('error').length > 0").await;
        page.assert("titles().join() === 'Hello' && badge() === '1' && isOpen()").await;
    })
    .await;
}

#[tokio::test]
async fn without_a_user_nothing_is_asked_and_the_panel_says_why() {
    browse(async |page| {
        let scene = Scene::new().await;
        let key = &scene.server.project().api_key;
        let body = format!(
            r#"<notification-bell apiUrl="{}/api" apiKey="{key}"></notification-bell>"#,
            scene.origin()
        );
        scene.show(page, &body).await;
        scene.open_panel(page).await;
        page.until("part('empty')?.innerText.includes('You are not signed in')").await;
        page.assert("performance.getEntriesByType('resource').every(({ name }) => !name.includes('/api/'))")
            .await;
        page.assert("events('error').length === 0 && events('ready').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn an_unknown_key_is_an_error_with_its_code() {
    browse(async |page| {
        let scene = Scene::new().await;
        let tag = scene.tag(USER).replace(&scene.server.project().api_key, "pk_000000000000000000000000");
        scene.show(page, &tag).await;
        page.until("events('error')[0]?.detail.code === 'unknown_api_key'").await;
        scene.open_panel(page).await;
        page.until("part('error')?.innerText.includes('not set up')").await;
    })
    .await;
}
