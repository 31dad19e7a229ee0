//! Similar neighbours: the newest stands for all until the reader wants the others.

use notification_bell_tests::browser::{Key, Page, browse};
use serde_json::json;

use crate::scene::{Scene, USER};

async fn send(scene: &Scene, title: &str, kind: &str) {
    scene.server.notify_with(USER, &json!({"title": title, "type": kind})).await;
}

/// Three similar ones between two others.
async fn with_group(page: &Page) -> Scene {
    let scene = Scene::new().await;
    // All that is drawn is on screen.
    page.resize(1000, 1000).await;
    send(&scene, "Below", "other").await;
    for number in 1..=3 {
        send(&scene, &format!("Sign-in {number}"), "sign-in").await;
    }
    send(&scene, "Above", "other").await;
    scene.show_items(page, 3).await;
    page.assert("titles().join() === 'Above,Sign-in 3,Below'").await;
    scene
}

#[tokio::test]
async fn similar_ones_are_shown_and_put_back() {
    browse(async |page| {
        with_group(page).await;
        let name = "part('more').textContent === '2 more like this · Unread'";
        page.assert(&format!("part('more').ariaExpanded === 'false' && {name}")).await;
        page.assert(
            "parts('item').map((item) => item.ariaPosInSet + item.ariaSetSize).join() === '13,23,33'",
        )
        .await;
        page.click("part('more')").await;
        page.until("titles().join() === 'Above,Sign-in 3,Sign-in 2,Sign-in 1,Below'").await;
        page.assert("part('more').ariaExpanded === 'true' && nameOf(part('more')) === 'Show less'").await;
        page.assert("parts('item').at(-1).ariaPosInSet === '5'").await;
        page.click("part('more')").await;
        page.until("titles().join() === 'Above,Sign-in 3,Below'").await;
        page.assert("events('item-click').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn a_closed_group_says_whether_something_under_it_is_to_be_read() {
    browse(async |page| {
        with_group(page).await;
        page.assert("part('more').querySelector('.hidden-unread').offsetWidth === 8").await;
        page.run(
            "for (const { id, title } of bell.state.items) if (title !== 'Sign-in 1') bell.markRead(id);",
        )
        .await;
        page.until("badge() === '1' && part('more').querySelector('.hidden-unread')").await;
        page.run("for (const { id } of bell.state.items) bell.markRead(id);").await;
        page.until("badge() === '' && nameOf(part('more')) === '2 more like this'").await;
    })
    .await;
}

#[tokio::test]
async fn the_keyboard_opens_a_group_and_goes_on_from_its_button() {
    browse(async |page| {
        with_group(page).await;
        page.run("part('more').focus();").await;
        page.press(Key::Down).await;
        page.until("focused() === item('Below')").await;
        page.run("part('more').focus();").await;
        page.press(Key::Enter).await;
        page.until("parts('item').length === 5").await;
        page.assert("focused() === part('more')").await;
        page.press(Key::Down).await;
        page.until("focused() === item('Sign-in 2')").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_under_another_is_not_seen_until_it_is_shown() {
    browse(async |page| {
        let scene = with_group(page).await;
        let session = scene.server.session(USER).await;
        page.until("events('counts').at(-1)?.detail.counts.unseen === 2").await;
        let items = session.inbox("").await["items"].clone();
        let unseen = items.as_array().expect("items").iter().filter(|item| item["seenAt"].is_null());
        let titles: Vec<_> = unseen.filter_map(|item| item["title"].as_str()).collect();
        assert_eq!(titles, ["Sign-in 2", "Sign-in 1"]);
        page.click("part('more')").await;
        page.until("events('counts').at(-1).detail.counts.unseen === 0").await;
    })
    .await;
}

#[tokio::test]
async fn what_comes_in_takes_nothing_in_that_is_being_read() {
    browse(async |page| {
        let scene = Scene::new().await;
        send(&scene, "Sign-in 1", "sign-in").await;
        send(&scene, "Sign-in 2", "sign-in").await;
        scene.show_items(page, 2).await;
        for number in 3..=4 {
            send(&scene, &format!("Sign-in {number}"), "sign-in").await;
            page.until(&format!("titles()[0] === 'Sign-in {number}'")).await;
        }
        page.assert("titles().join() === 'Sign-in 4,Sign-in 3,Sign-in 2,Sign-in 1'").await;
        // Whoever looks anew has them together.
        page.press(Key::Escape).await;
        page.until("!isOpen()").await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Sign-in 4' && nameOf(part('more')).startsWith('3 more like this')")
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_repeat_takes_the_place_of_the_one_before_and_says_how_many() {
    browse(async |page| {
        let scene = Scene::new().await;
        let send = async |title: &str| {
            let members = json!({"title": title, "groupKey": "room", "type": "chat"});
            scene.server.notify_with(USER, &members).await;
        };
        send("First").await;
        scene.show_items(page, 1).await;
        page.assert("!root.querySelector('.repeats')").await;
        send("Second").await;
        page.until("parts('item').length === 1 && item('Second')").await;
        send("Third").await;
        page.until("parts('item').length === 1 && item('Third')").await;
        page.assert("root.querySelector('.repeats').innerText === '3×' && badge() === '1'").await;
        page.assert("root.querySelector('.repeats').ariaLabel === 'Count: 3'").await;
        page.assert("events('received').length === 2").await;
    })
    .await;
}
