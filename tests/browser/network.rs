//! Networks and servers that go away and come back: nothing is missed, nothing comes twice.

use notification_bell_tests::browser::{Gate, Network, browse};

use crate::scene::{Scene, USER};

/// Takes the browser's word that there is a network, and not the network, so that what is tried can be counted.
const NOT_ONLINE: &str = "Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });";
const RECEIVED: &str = "events('received').map(({ detail }) => detail.item.title).join()";

#[tokio::test]
async fn after_a_crash_of_the_server_the_bell_misses_nothing() {
    browse(async |page| {
        let mut scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.server.notify(USER, "Before").await;
        scene.show_bell_behind(page, &gate).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Before'").await;
        scene.server.kill().await;
        scene.server.restart().await;
        scene.server.notify(USER, "Meanwhile").await;
        page.until("titles().join() === 'Meanwhile,Before' && badge() === '2'").await;
        scene.server.notify(USER, "After").await;
        page.until("titles().join() === 'After,Meanwhile,Before' && badge() === '3'").await;
        page.assert(&format!("{RECEIVED} === 'Meanwhile,After'")).await;
        page.assert("isOpen() && events('ready').length === 1").await;
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn after_a_restart_of_the_server_the_bell_misses_nothing() {
    browse(async |page| {
        let mut scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.show_bell_behind(page, &gate).await;
        scene.server.stop().await;
        scene.server.restart().await;
        scene.server.notify(USER, "Meanwhile").await;
        page.until("badge() === '1'").await;
        page.assert(&format!("{RECEIVED} === 'Meanwhile'")).await;
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn what_was_read_elsewhere_while_the_line_was_down_is_read_here() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.server.notify(USER, "Hello").await;
        scene.show_bell_behind(page, &gate).await;
        page.until("badge() === '1'").await;
        gate.cut();
        scene.has_streams(0).await;
        scene.server.session(USER).await.mark_all_read().await;
        gate.open();
        page.until("badge() === ''").await;
    })
    .await;
}

#[tokio::test]
async fn offline_the_bell_waits_and_online_it_catches_up() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Before").await;
        scene.show_items(page, 1).await;
        page.set_network(Network::Offline).await;
        page.until("!navigator.onLine && part('panel').innerText.includes('You are offline')").await;
        scene.has_streams(0).await;
        page.assert("titles().join() === 'Before' && badge() === '1'").await;
        scene.server.notify(USER, "Meanwhile").await;
        page.set_network(Network::Online).await;
        page.until("titles().join() === 'Meanwhile,Before' && badge() === '2'").await;
        page.until("!part('panel').innerText.includes('You are offline')").await;
        scene.has_streams(1).await;
        page.assert(&format!("{RECEIVED} === 'Meanwhile'")).await;
    })
    .await;
}

#[tokio::test]
async fn offline_nothing_is_tried() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        page.run(&format!("{NOT_ONLINE} window.dispatchEvent(new Event('offline'));")).await;
        scene.has_streams(0).await;
        let before = scene.answers("GET", "/inbox/stream", 200).await;
        // Longer than the first tries of a bell that goes on would have taken.
        page.run("window.since = performance.now();").await;
        page.until("performance.now() - window.since > 2000").await;
        assert_eq!(scene.answers("GET", "/inbox/stream", 200).await, before);
        page.run("delete navigator.onLine; window.dispatchEvent(new Event('online'));").await;
        scene.has_streams(1).await;
        page.assert("events('error').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn a_page_that_loads_offline_signs_in_once_there_is_a_network() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        let body = format!("<script>{NOT_ONLINE}</script>{}", scene.tag(USER));
        scene.show(page, &body).await;
        page.until("part('panel')").await;
        // Longer than a bell would have taken that does not wait.
        page.until("performance.now() > 1500").await;
        assert_eq!(scene.answers("POST", "/session", 200).await, 0);
        page.run("delete navigator.onLine; window.dispatchEvent(new Event('online'));").await;
        page.until("badge() === '1'").await;
        scene.has_streams(1).await;
    })
    .await;
}
