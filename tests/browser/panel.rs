//! The panel and the mouse: what opens it, what closes it, and what it says of itself.

use notification_bell_tests::browser::browse;

use crate::scene::{Scene, USER};

#[tokio::test]
async fn a_click_opens_the_panel_and_moves_the_focus_in() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show_bell(page).await;
        page.assert("part('bell').ariaExpanded === 'false' && !isOpen() && !bell.open").await;
        page.click("part('bell')").await;
        page.until("isOpen() && part('bell').ariaExpanded === 'true'").await;
        page.assert("bell.open && bell.hasAttribute('open')").await;
        page.assert("document.activeElement === bell && part('panel').contains(focused())").await;
    })
    .await;
}

#[tokio::test]
async fn the_panel_is_a_named_dialog_that_the_bell_controls() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.assert("part('panel').role === 'dialog' || part('panel').getAttribute('role') === 'dialog'")
            .await;
        page.assert("root.getElementById(part('bell').getAttribute('aria-controls')) === part('panel')")
            .await;
        page.assert("part('panel').ariaLabel === 'Notifications'").await;
    })
    .await;
}

#[tokio::test]
async fn a_second_click_on_the_bell_closes_the_panel() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.click("part('bell')").await;
        page.until("!isOpen() && !bell.open && part('bell').ariaExpanded === 'false'").await;
        page.assert("events('open').length === 1 && events('close').length === 1").await;
    })
    .await;
}

#[tokio::test]
async fn on_a_small_screen_a_close_button_closes_and_gives_the_focus_back() {
    browse(async |page| {
        let scene = Scene::new().await;
        page.resize(390, 844).await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.click("button('Close')").await;
        page.until("!isOpen() && focused() === part('bell')").await;
    })
    .await;
}

#[tokio::test]
async fn a_click_elsewhere_closes_the_panel_and_still_counts_there() {
    browse(async |page| {
        let scene = Scene::new().await;
        let body =
            ["<button id=elsewhere onclick='window.clicked = true'>Elsewhere</button>", &scene.tag(USER)];
        scene.show(page, &body.concat()).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.click("document.getElementById('elsewhere')").await;
        page.until("!isOpen()").await;
        page.assert("window.clicked && document.activeElement.id === 'elsewhere'").await;
    })
    .await;
}

#[tokio::test]
async fn a_click_into_the_panel_does_not_close_it() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.click("part('header')").await;
        page.click("part('list')").await;
        page.assert("isOpen() && events('close').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn the_pages_own_button_can_toggle_the_panel() {
    browse(async |page| {
        let scene = Scene::new().await;
        let button =
            "<button id=own onclick=\"document.querySelector('notification-bell').toggle()\">Own</button>";
        scene.show(page, &[button, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        page.click("document.getElementById('own')").await;
        page.until("isOpen()").await;
        page.click("document.getElementById('own')").await;
        page.until("!isOpen()").await;
        page.assert("events('open').length === 1 && events('close').length === 1").await;
    })
    .await;
}
