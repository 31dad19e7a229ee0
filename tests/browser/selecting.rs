//! Choosing several items, and doing something with all of them at once.

use notification_bell_tests::browser::{Key, Page, browse};

use crate::{
    scene::{Scene, USER},
    undo::{TOAST, has_titles, use_button, with_two},
};

/// Titles of what is chosen, as the boxes say it.
const CHOSEN: &str = "[...root.querySelectorAll('[role=checkbox]')]\
    .filter((box) => box.getAttribute('aria-checked') === 'true')\
    .map((box) => root.getElementById(box.getAttribute('aria-labelledby')).textContent.trim()).join()";
const TOOLBAR: &str = "root.querySelector('[role=toolbar]')";

/// An opened panel with five items, the first of which is chosen by its key.
async fn with_five(page: &Page) -> Scene {
    let scene = Scene::new().await;
    for title in ["E", "D", "C", "B", "A"] {
        scene.server.notify(USER, title).await;
    }
    scene.show_items(page, 5).await;
    page.press(Key::Down).await;
    page.until("focused() === item('A')").await;
    page.press('x').await;
    page.until(&format!("{CHOSEN} === 'A'")).await;
    scene
}

#[tokio::test]
async fn the_key_begins_and_space_and_clicks_choose() {
    browse(async |page| {
        let _scene = with_five(page).await;
        page.assert(&format!("nameOf({TOOLBAR}) === '1 selected'")).await;
        page.assert("root.querySelectorAll('[role=checkbox]').length === 5").await;
        page.press(Key::Down).await;
        page.press(' ').await;
        page.until(&format!("{CHOSEN} === 'A,B' && nameOf({TOOLBAR}) === '2 selected'")).await;
        page.click("item('D')").await;
        page.until(&format!("{CHOSEN} === 'A,B,D'")).await;
        page.click("item('D').querySelector('[role=checkbox]')").await;
        page.press('x').await;
        page.until(&format!("{CHOSEN} === 'A,B,D'")).await;
        page.assert("events('item-click').length === 0 && badge() === '5'").await;
    })
    .await;
}

#[tokio::test]
async fn in_the_readers_own_colours_the_focus_shows_among_what_is_chosen() {
    browse(async |page| {
        let _scene = with_five(page).await;
        page.set_media("forced-colors", "active").await;
        page.press(Key::Down).await;
        page.press(' ').await;
        page.until(&format!("{CHOSEN} === 'A,B' && focused() === item('B')")).await;
        let width = |title: &str| format!("parseFloat(getComputedStyle(item('{title}')).outlineWidth)");
        page.assert(&format!("{} === 1 && {} >= 2", width("A"), width("B"))).await;
        page.set_media("forced-colors", "none").await;
    })
    .await;
}

#[tokio::test]
async fn with_shift_a_range_is_chosen_by_arrows_and_by_the_mouse() {
    browse(async |page| {
        let _scene = with_five(page).await;
        for _ in 0..2 {
            page.press_with(Key::Shift, Key::Down).await;
        }
        page.until(&format!("{CHOSEN} === 'A,B,C' && focused() === item('C')")).await;
        page.press_with(Key::Shift, Key::Up).await;
        page.until(&format!("{CHOSEN} === 'A,B'")).await;
        page.run(
            "item('E').dispatchEvent(new MouseEvent('click', \
               { bubbles: true, composed: true, cancelable: true, shiftKey: true, detail: 1 }));",
        )
        .await;
        page.until(&format!("{CHOSEN} === 'A,B,C,D,E'")).await;
    })
    .await;
}

#[tokio::test]
async fn escape_ends_choosing_and_only_then_closes_the_panel() {
    browse(async |page| {
        let _scene = with_five(page).await;
        page.press(Key::Escape).await;
        page.until(&format!("!{TOOLBAR} && !root.querySelector('[role=checkbox]')")).await;
        page.assert("isOpen() && focused() === item('A')").await;
        page.press(Key::Escape).await;
        page.until("!isOpen()").await;
    })
    .await;
}

#[tokio::test]
async fn the_button_begins_with_nothing_and_all_can_be_chosen() {
    browse(async |page| {
        let scene = with_two(page).await;
        page.click("button('Select')").await;
        page.until(&format!("nameOf({TOOLBAR}) === '0 selected' && focused() !== null")).await;
        page.assert("button('Delete').getAttribute('aria-disabled') === 'true'").await;
        page.click("button('Delete')").await;
        page.assert("titles().join() === 'First,Second' && !part('toast')").await;
        page.click("button('Select all')").await;
        page.until(&format!("{CHOSEN} === 'First,Second'")).await;
        page.click("button('Cancel')").await;
        page.until(&format!("!{TOOLBAR}")).await;
        scene.has_unread(USER, &["First", "Second"]).await;
    })
    .await;
}

#[tokio::test]
async fn what_had_been_read_stays_read_when_reading_many_is_undone() {
    browse(async |page| {
        let scene = with_two(page).await;
        use_button(page, "Second", "Mark as read").await;
        page.until("badge() === '1'").await;
        page.click("button('Select')").await;
        page.click("button('Select all')").await;
        page.click("button('Mark as read')").await;
        page.until(&format!("{TOAST} === '1 marked as read Undo' && badge() === '' && !{TOOLBAR}")).await;
        scene.has_unread(USER, &[]).await;
        page.click("button('Undo')").await;
        page.until("badge() === '1'").await;
        scene.has_unread(USER, &["First"]).await;
    })
    .await;
}

#[tokio::test]
async fn many_are_archived_with_one_request_and_come_back() {
    browse(async |page| {
        let scene = with_two(page).await;
        let session = scene.server.session(USER).await;
        page.click("button('Select')").await;
        page.click("button('Select all')").await;
        page.click("button('Archive')").await;
        page.until(&format!("{TOAST} === '2 archived Undo' && titles().length === 0")).await;
        has_titles(&session, "archived", &["First", "Second"]).await;
        assert_eq!(scene.answers("PATCH", "/inbox/{id}", 200).await, 0);
        page.click("button('Undo')").await;
        page.until("titles().join() === 'First,Second' && badge() === '2'").await;
        has_titles(&session, "all", &["First", "Second"]).await;
    })
    .await;
}

#[tokio::test]
async fn many_are_snoozed_by_the_same_menu_and_come_back() {
    browse(async |page| {
        let scene = with_two(page).await;
        let session = scene.server.session(USER).await;
        page.click("button('Select')").await;
        page.click("button('Select all')").await;
        page.click("button('Snooze')").await;
        page.until("root.querySelector('[role=menu]')?.contains(focused())").await;
        page.press(Key::Enter).await;
        page.until(&format!("{TOAST} === '2 snoozed Undo' && titles().length === 0")).await;
        has_titles(&session, "snoozed", &["First", "Second"]).await;
        page.click("button('Undo')").await;
        page.until("titles().join() === 'First,Second'").await;
        has_titles(&session, "all", &["First", "Second"]).await;
    })
    .await;
}

#[tokio::test]
async fn many_are_deleted_when_it_can_no_longer_be_undone() {
    browse(async |page| {
        let scene = with_two(page).await;
        let session = scene.server.session(USER).await;
        let delete_all = async || {
            page.click("button('Select')").await;
            page.click("button('Select all')").await;
            page.click("button('Delete')").await;
            page.until(&format!("{TOAST} === '2 deleted Undo' && titles().length === 0 && badge() === ''"))
                .await;
        };
        delete_all().await;
        page.click("button('Undo')").await;
        page.until("titles().join() === 'First,Second' && badge() === '2'").await;
        has_titles(&session, "all", &["First", "Second"]).await;
        delete_all().await;
        page.hover("part('bell')").await;
        page.until("timeIsUp() === 1").await;
        has_titles(&session, "all", &[]).await;
    })
    .await;
}

#[tokio::test]
async fn what_leaves_the_list_is_no_longer_chosen_and_another_view_ends_it() {
    browse(async |page| {
        let scene = with_five(page).await;
        page.click("button('Select all')").await;
        page.until(&format!("nameOf({TOOLBAR}) === '5 selected'")).await;
        let session = scene.server.session(USER).await;
        let items = session.all_items("all").await;
        let id = items[0]["id"].as_str().expect("an id is a text");
        let _ = session.remove(id).await.expect(200);
        page.until(&format!("nameOf({TOOLBAR}) === '4 selected' && {CHOSEN} === 'B,C,D,E'")).await;
        page.click("parts('tab').find((tab) => tab.innerText.includes('Unread'))").await;
        page.until(&format!("!{TOOLBAR} && parts('item').length === 4")).await;
        page.assert("!root.querySelector('[role=checkbox]')").await;
    })
    .await;
}

#[tokio::test]
async fn the_toolbar_is_one_stop_and_arrows_go_through_it() {
    browse(async |page| {
        let _scene = with_five(page).await;
        page.run(&format!("{TOOLBAR}.querySelector('button').focus();")).await;
        page.assert(&format!("{TOOLBAR}.querySelectorAll('[tabindex=\"0\"]').length === 1")).await;
        for name in ["Select all", "Mark as read", "Snooze", "Archive", "Delete", "Cancel"] {
            page.press(Key::Right).await;
            page.until(&format!("nameOf(focused()) === '{name}'")).await;
        }
        page.press(Key::End).await;
        page.until("nameOf(focused()) === 'Delete'").await;
        page.press(Key::Enter).await;
        page.until(
            "titles().join() === 'B,C,D,E' && root.querySelector('[part~=panel]').contains(focused())",
        )
        .await;
    })
    .await;
}
