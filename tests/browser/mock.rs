//! `mock`: a made-up inbox for a page that is still being designed.

use notification_bell_tests::browser::browse;

use crate::scene::{Scene, USER};

const NO_REQUEST: &str =
    "performance.getEntriesByType('resource').every(({ name }) => !name.includes('/api'))";

#[tokio::test]
async fn a_mock_shows_items_and_asks_nobody() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, "<notification-bell mock></notification-bell>").await;
        page.until("events('ready').length === 1 && Number(badge()) > 0").await;
        scene.open_panel(page).await;
        page.until("parts('item').length > 3").await;
        page.click("button('Mark all as read')").await;
        page.until("badge() === ''").await;
        page.hover("part('item')").await;
        page.click("part('item').querySelector('[aria-label=Delete]')").await;
        page.assert("events('error').length === 0").await;
        page.assert(NO_REQUEST).await;
    })
    .await;
}

#[tokio::test]
async fn a_mock_with_keys_still_asks_nobody() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &scene.tag_with(USER, "mock")).await;
        page.until("Number(badge()) > 0").await;
        page.assert(NO_REQUEST).await;
        page.run("bell.mock = false;").await;
        page.until("events('ready').length === 2 && badge() === ''").await;
        scene.has_streams(1).await;
    })
    .await;
}
