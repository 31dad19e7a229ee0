//! What is sent arrives: at once, once, in every tab, and without disturbing anybody.

use notification_bell_tests::browser::browse;

use crate::scene::{OTHER, Scene, USER};

/// It is pushed: whoever asks now and then would not know of it yet. A second is what it may take, and a machine that
/// is busy with other tests may take that for anything.
pub(crate) const AT_ONCE: &str =
    "events('received').every(({ time, detail }) => time - Date.parse(detail.item.createdAt) < 8000)";

#[tokio::test]
async fn a_notification_appears_in_an_open_panel_at_once() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Before").await;
        scene.show_items(page, 1).await;
        page.run("item('Before').focus();").await;
        scene.server.notify(USER, "Now").await;
        page.until("titles().join() === 'Now,Before' && badge() === '2'").await;
        page.until("events('received').length === 1").await;
        page.assert(AT_ONCE).await;
        page.assert("focused() === item('Before')").await;
    })
    .await;
}

#[tokio::test]
async fn a_notification_appears_in_every_tab_at_once() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        let first = page.tab().await;
        let second = page.open_tab().await;
        scene.show(page, &scene.tag(USER)).await;
        page.until("events('ready').length === 1").await;
        scene.open_panel(page).await;
        scene.server.notify(USER, "Everywhere").await;
        for tab in [second, first] {
            page.show_tab(&tab).await;
            page.until("events('received').length === 1 && badge() === '1'").await;
            page.assert(AT_ONCE).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_read_in_one_tab_is_read_in_the_other() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show_bell(page).await;
        let first = page.tab().await;
        page.open_tab().await;
        scene.show(page, &scene.tag(USER)).await;
        page.until("badge() === '1'").await;
        scene.open_panel(page).await;
        page.click("button('Mark all as read')").await;
        page.show_tab(&first).await;
        page.until("badge() === ''").await;
        page.assert("events('received').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn a_notification_is_announced_and_told_once() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        page.assert("live().length === 1 && live()[0].textContent === ''").await;
        let watch = "window.said = [];\
                     new MutationObserver(() => window.said.push(live()[0].textContent.trim()))\
                       .observe(live()[0], { childList: true, characterData: true, subtree: true });";
        page.run(watch).await;
        scene.server.notify(USER, "The first").await;
        page.until("badge() === '1' && window.said.length > 0").await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'The first'").await;
        scene.server.notify(USER, "The second").await;
        page.until("window.said.some((said) => said.includes('The second'))").await;
        page.assert("window.said.length === 2").await;
        page.assert("window.said[0].includes('The first') && window.said[1].includes('The second')").await;
        page.assert(
            "events('received').map(({ detail }) => detail.item.title).join() === 'The first,The second'",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn the_same_words_a_second_time_are_announced_again() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        scene.server.notify(USER, "Again").await;
        page.until("live()[0].textContent.includes('Again')").await;
        page.run("window.before = live()[0].textContent;").await;
        scene.server.notify(USER, "Again").await;
        page.until("badge() === '2' && live()[0].textContent !== window.before").await;
    })
    .await;
}

#[tokio::test]
async fn what_was_there_before_is_not_announced() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Old").await;
        scene.show_items(page, 1).await;
        page.assert("live()[0].textContent === '' && events('received').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn what_another_user_gets_does_not_arrive() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        scene.server.notify(OTHER, "Not yours").await;
        scene.server.notify(USER, "Yours").await;
        page.until("events('received').length > 0").await;
        page.assert("events('received').map(({ detail }) => detail.item.title).join() === 'Yours'").await;
    })
    .await;
}

#[tokio::test]
async fn hundreds_at_once_all_arrive_and_none_twice() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        let sends = (0..200).map(|number| {
            let server = &scene.server;
            async move { server.notify(USER, &format!("Number {number}")).await }
        });
        futures_util::future::join_all(sends).await;
        page.until("events('received').length >= 200 && badge() === '99+'").await;
        page.assert("new Set(events('received').map(({ detail }) => detail.item.id)).size === 200").await;
        page.assert("events('received').length === 200").await;
        page.assert("events('counts').at(-1).detail.counts.unread === 200").await;
    })
    .await;
}
