//! Categories: one of them is shown, or all, each with its own number.

use notification_bell_tests::{
    Reply,
    browser::{Key, Page, browse},
};
use reqwest::Method;
use serde_json::json;

use crate::{
    scene::{Scene, USER},
    undo::show_view,
};

async fn send(scene: &Scene, title: &str, category: &str) {
    scene.server.notify_with(USER, &json!({"title": title, "category": category})).await;
}

async fn with_two(page: &Page) -> Scene {
    let scene = Scene::new().await;
    send(&scene, "Invoice 1", "Billing").await;
    send(&scene, "Invoice 2", "Billing").await;
    send(&scene, "Release 1", "Releases").await;
    scene.show_items(page, 3).await;
    page.until("parts('category').length === 3").await;
    scene
}

/// The buttons, with what they count.
async fn has_categories(page: &Page, expected: &str) {
    page.until(&format!(
        "textOf('category').map((text) => text.replace(/\\s+/g, ' ')).join() === '{expected}'"
    ))
    .await;
}

#[tokio::test]
async fn one_category_alone_is_no_choice() {
    browse(async |page| {
        let scene = Scene::new().await;
        send(&scene, "Invoice 1", "Billing").await;
        scene.show_items(page, 1).await;
        page.assert("parts('category').length === 0").await;
        send(&scene, "Release 1", "Releases").await;
        has_categories(page, "All categories 2,Billing 1,Releases 1").await;
    })
    .await;
}

#[tokio::test]
async fn a_category_shows_its_items_and_its_number() {
    browse(async |page| {
        let scene = with_two(page).await;
        has_categories(page, "All categories 3,Billing 2,Releases 1").await;
        page.click("parts('category')[1]").await;
        page.until("titles().join() === 'Invoice 2,Invoice 1'").await;
        page.assert("parts('category').map((one) => one.ariaChecked).join() === 'false,true,false'").await;
        send(&scene, "Release 2", "Releases").await;
        has_categories(page, "All categories 4,Billing 2,Releases 2").await;
        page.assert("titles().join() === 'Invoice 2,Invoice 1'").await;
        send(&scene, "Invoice 3", "Billing").await;
        page.until("titles().join() === 'Invoice 3,Invoice 2,Invoice 1'").await;
        page.click("parts('category')[0]").await;
        page.until("titles().join() === 'Invoice 3,Release 2,Release 1,Invoice 2,Invoice 1'").await;
    })
    .await;
}

#[tokio::test]
async fn beside_the_archive_no_numbers_of_the_inbox_are_shown() {
    browse(async |page| {
        let scene = with_two(page).await;
        has_categories(page, "All categories 3,Billing 2,Releases 1").await;
        for view in ["Archived", "Snoozed"] {
            show_view(page, view).await;
            has_categories(page, "All categories,Billing,Releases").await;
        }
        show_view(page, "Unread").await;
        has_categories(page, "All categories 3,Billing 2,Releases 1").await;
        drop(scene);
    })
    .await;
}

#[tokio::test]
async fn the_server_is_asked_for_a_category_by_its_name() {
    browse(async |page| {
        let scene = Scene::new().await;
        send(&scene, "Old", "A & B? <b>").await;
        for number in 0..30 {
            send(&scene, &format!("Number {number}"), "Others").await;
        }
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.until("parts('category').length === 3").await;
        page.assert("item('Old') === undefined").await;
        page.click("parts('category')[1]").await;
        page.until("titles().join() === 'Old'").await;
        page.assert("parts('category')[1].querySelector('bdi').textContent === 'A & B? <b>'").await;
    })
    .await;
}

#[tokio::test]
async fn marking_all_as_read_reaches_the_category_that_is_shown() {
    browse(async |page| {
        let scene = with_two(page).await;
        page.click("parts('category')[1]").await;
        page.until("titles().join() === 'Invoice 2,Invoice 1'").await;
        page.click("button('Mark all as read')").await;
        page.until("badge() === '1'").await;
        scene.has_unread(USER, &["Release 1"]).await;
        has_categories(page, "All categories 1,Billing,Releases 1").await;
        page.click("button('Archive all read')").await;
        page.until("titles().length === 0").await;
        page.click("parts('category')[0]").await;
        page.until("titles().join() === 'Release 1'").await;
    })
    .await;
}

#[tokio::test]
async fn left_and_right_home_and_end_go_through_the_categories() {
    browse(async |page| {
        with_two(page).await;
        page.assert(
            "part('categories').role === 'radiogroup' && nameOf(part('categories')) === 'Categories'",
        )
        .await;
        page.assert("parts('category').filter((one) => one.tabIndex === 0).length === 1").await;
        page.run("parts('category')[0].focus();").await;
        for (key, index, titles) in [
            (Key::Right, 1, "Invoice 2,Invoice 1"),
            (Key::Right, 2, "Release 1"),
            (Key::Right, 0, "Release 1,Invoice 2,Invoice 1"),
            (Key::Left, 2, "Release 1"),
            (Key::Home, 0, "Release 1,Invoice 2,Invoice 1"),
            (Key::End, 2, "Release 1"),
        ] {
            page.press(key).await;
            page.until(&format!(
                "focused() === parts('category')[{index}] && titles().join() === '{titles}'"
            ))
            .await;
        }
        page.run("bell.dir = 'rtl';").await;
        page.press(Key::Right).await;
        page.until("focused() === parts('category')[1]").await;
    })
    .await;
}

#[tokio::test]
async fn a_category_is_called_what_its_readers_call_it() {
    browse(async |page| {
        let scene = with_two(page).await;
        has_categories(page, "All categories 3,Billing 2,Releases 1").await;
        let names = json!({"names": {"en": "Invoices", "de": "Rechnungen"}});
        let declare = scene.server.api().v1(Method::PUT, "/categories/Billing").json(&names);
        let reply = Reply::to(declare.bearer_auth(&scene.server.project().backend_key)).await;
        assert_eq!(reply.status, 204);
        page.reload().await;
        scene.open_panel(page).await;
        has_categories(page, "All categories 3,Invoices 2,Releases 1").await;
        page.assert("item('Invoice 1').innerText.includes('Invoices')").await;
        page.run("bell.locale = 'de';").await;
        has_categories(page, "Alle Kategorien 3,Rechnungen 2,Releases 1").await;
        page.click("parts('category')[1]").await;
        page.until("titles().join() === 'Invoice 2,Invoice 1'").await;
    })
    .await;
}

#[tokio::test]
async fn a_category_that_is_turned_off_is_no_choice_any_more() {
    browse(async |page| {
        let scene = with_two(page).await;
        send(&scene, "Survey", "Others").await;
        has_categories(page, "All categories 4,Billing 2,Others 1,Releases 1").await;
        page.click("parts('category')[1]").await;
        page.until("titles().join() === 'Invoice 2,Invoice 1'").await;
        page.click("button('Settings')").await;
        page.click("button('Billing')").await;
        page.until("button('Billing').ariaChecked === 'false'").await;
        page.click("button('Back')").await;
        has_categories(page, "All categories 2,Others 1,Releases 1").await;
        page.until("titles().join() === 'Survey,Release 1' && parts('category')[0].ariaChecked === 'true'")
            .await;
        page.click("button('Settings')").await;
        page.click("button('Billing')").await;
        page.click("button('Back')").await;
        has_categories(page, "All categories 4,Billing 2,Others 1,Releases 1").await;
    })
    .await;
}
