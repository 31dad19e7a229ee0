//! One stream for all tabs of a browser.

use notification_bell_tests::browser::{Engine, Page, WindowHandle, browse};
use serde_json::json;

use crate::{
    live::AT_ONCE,
    scene::{OTHER, Scene, USER},
};

const WITHOUT_LOCKS: &str =
    "<script>Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })</script>";

/// Leaves the page by a link, as its reader would: the browser keeps it, to come back to it.
async fn follow_link(page: &Page, address: &str) {
    let script = "const link = document.createElement('a'); document.body.append(link);";
    page.go_by(&format!("{script} link.href = '{address}'; link.click();"), address).await;
}

/// Shows the bell of a user in so many tabs; the first of them is the one that was there.
async fn tabs(scene: &Scene, page: &Page, users: &[&str]) -> Vec<WindowHandle> {
    let mut tabs = Vec::new();
    for (number, user) in users.iter().enumerate() {
        tabs.push(if number == 0 { page.tab().await } else { page.open_tab().await });
        scene.show(page, &scene.tag(user)).await;
        page.until("events('ready').length === 1").await;
    }
    tabs
}

#[tokio::test]
async fn five_tabs_have_one_stream_and_all_of_them_hear() {
    browse(async |page| {
        let scene = Scene::new().await;
        let tabs = tabs(&scene, page, &[USER; 5]).await;
        scene.has_streams(1).await;
        scene.server.notify(USER, "Everywhere").await;
        for tab in &tabs {
            page.show_tab(tab).await;
            page.until("badge() === '1' && events('received').length === 1").await;
            page.assert(AT_ONCE).await;
        }
    })
    .await;
}

#[tokio::test]
async fn when_the_tab_that_leads_is_closed_another_takes_over_and_nothing_is_missed() {
    browse(async |page| {
        let scene = Scene::new().await;
        let tabs = tabs(&scene, page, &[USER; 3]).await;
        scene.has_streams(1).await;
        // The first one was alone, and so it leads.
        page.show_tab(&tabs[0]).await;
        page.close_tab().await;
        scene.server.notify(USER, "Meanwhile").await;
        for tab in &tabs[1..] {
            page.show_tab(tab).await;
            page.until("badge() === '1' && events('received').length === 1").await;
        }
        scene.has_streams(1).await;
        scene.server.notify(USER, "Afterwards").await;
        for tab in &tabs[1..] {
            page.show_tab(tab).await;
            page.until("badge() === '2' && events('received').length === 2").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_tab_that_leads_and_goes_on_to_another_page_has_the_others_hear_at_once_and_may_come_back() {
    browse(async |page| {
        let scene = Scene::new().await;
        let tabs = tabs(&scene, page, &[USER; 2]).await;
        scene.has_streams(1).await;
        page.show_tab(&tabs[0]).await;
        page.run("window.isTheSame = true;").await;
        let here = page.url().await;
        follow_link(page, &scene.site.page("/elsewhere", "")).await;
        page.show_tab(&tabs[1]).await;
        scene.server.notify(USER, "Meanwhile").await;
        page.until("badge() === '1' && events('received').length === 1").await;
        page.assert(AT_ONCE).await;
        scene.has_streams(1).await;
        page.show_tab(&tabs[0]).await;
        page.go_by("history.back();", &here).await;
        page.until("badge() === '1'").await;
        // Another engine may load it anew.
        let is_the_same = page.engine() == Engine::Chromium;
        page.assert(&format!("window.isTheSame === true || !{is_the_same}")).await;
        let told = "events('ready').length === 1 && (!window.isTheSame || events('received').length === 1)";
        page.until(told).await;
        scene.server.notify(USER, "Afterwards").await;
        for tab in &tabs {
            page.show_tab(tab).await;
            page.until("badge() === '2'").await;
        }
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn a_page_that_comes_back_alone_shows_what_came_meanwhile_and_leads() {
    browse(async |page| {
        for more in ["", "cache"] {
            let scene = Scene::new().await;
            scene.server.notify(USER, "Before").await;
            scene.show(page, &scene.tag_with(USER, more)).await;
            scene.is_live(page, 1).await;
            let here = page.url().await;
            follow_link(page, &scene.site.page("/elsewhere", "")).await;
            scene.has_streams(0).await;
            scene.server.notify(USER, "Meanwhile").await;
            page.go_by("history.back();", &here).await;
            page.until("badge() === '2'").await;
            scene.has_streams(1).await;
            scene.server.notify(USER, "Afterwards").await;
            page.until("badge() === '3'").await;
            // Another engine may load the page anew.
            if page.engine() == Engine::Chromium {
                scene.open_panel(page).await;
                page.until("titles().join() === 'Afterwards,Meanwhile,Before'").await;
                page.until("events('ready').length === 1 && events('received').length === 2").await;
                page.assert("events('error').length === 0").await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn pages_that_were_left_keep_no_stream_where_there_are_no_locks() {
    browse(async |page| {
        let scene = Scene::new().await;
        let body = [&scene.script(), WITHOUT_LOCKS, &scene.tag(USER)].concat();
        page.open(&scene.site.page("/0", &body)).await;
        // A browser has six connections to a server at most, and none is left if each page keeps one.
        for number in 1..=7 {
            page.until("events('ready').length === 1").await;
            scene.has_streams(1).await;
            follow_link(page, &scene.site.page(&format!("/{number}"), &body)).await;
        }
        page.until("events('ready').length === 1").await;
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn a_tab_that_comes_later_knows_what_came_before() {
    browse(async |page| {
        let scene = Scene::new().await;
        let mut tabs = tabs(&scene, page, &[USER]).await;
        scene.server.notify(USER, "Before").await;
        page.until("badge() === '1'").await;
        tabs.push(page.open_tab().await);
        scene.show(page, &scene.tag(USER)).await;
        page.until("badge() === '1'").await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Before'").await;
        page.click("button('Mark all as read')").await;
        page.show_tab(&tabs[0]).await;
        page.until("badge() === ''").await;
    })
    .await;
}

#[tokio::test]
async fn the_tabs_of_two_users_hear_only_of_their_own() {
    browse(async |page| {
        let scene = Scene::new().await;
        let tabs = tabs(&scene, page, &[USER, OTHER]).await;
        scene.has_streams(2).await;
        scene.server.notify(USER, "For one").await;
        page.show_tab(&tabs[0]).await;
        page.until("badge() === '1'").await;
        scene.server.notify(OTHER, "For the other").await;
        page.show_tab(&tabs[1]).await;
        page.until("badge() === '1'").await;
        page.assert("events('received').map(({ detail }) => detail.item.title).join() === 'For the other'")
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_browser_without_locks_has_a_stream_for_each_tab() {
    browse(async |page| {
        let scene = Scene::new().await;
        let first = page.tab().await;
        scene.show(page, &[WITHOUT_LOCKS, &scene.tag(USER)].concat()).await;
        page.open_tab().await;
        scene.show(page, &[WITHOUT_LOCKS, &scene.tag(USER)].concat()).await;
        scene.has_streams(2).await;
        scene.server.notify(USER, "Both").await;
        page.until("badge() === '1'").await;
        page.show_tab(&first).await;
        page.until("badge() === '1'").await;
    })
    .await;
}

#[tokio::test]
async fn two_bells_of_a_page_share_a_stream_and_the_second_leads_when_the_first_is_removed() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &[scene.tag(USER), scene.tag(USER)].concat()).await;
        page.until("events('ready').length === 2").await;
        scene.has_streams(1).await;
        page.run("document.querySelector('notification-bell').remove();").await;
        scene.server.notify(USER, "Still here").await;
        page.until("badge() === '1'").await;
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn tabs_of_two_languages_have_a_stream_each_and_hear_in_their_own() {
    browse(async |page| {
        let scene = Scene::new().await;
        let first = page.tab().await;
        scene.show(page, &scene.tag_with(USER, r#"locale="de""#)).await;
        page.until("events('ready').length === 1").await;
        page.open_tab().await;
        scene.show(page, &scene.tag_with(USER, r#"locale="fr""#)).await;
        page.until("events('ready').length === 1").await;
        scene.has_streams(2).await;
        let texts = json!({"texts": {"de": {"title": "Hallo"}, "fr": {"title": "Salut"}}});
        scene.server.notify_with(USER, &texts).await;
        page.until("events('received')[0]?.detail.item.title === 'Salut'").await;
        page.show_tab(&first).await;
        page.until("events('received')[0]?.detail.item.title === 'Hallo'").await;
    })
    .await;
}
