//! Everything can be done with the keyboard.

use notification_bell_tests::browser::{Key, Page, browse};

use crate::scene::{OTHER, Scene, USER};

/// Title of the item that has the focus.
const FOCUSED_TITLE: &str =
    "focused()?.querySelector('[part~=title]')?.textContent.trim().replace(/^\\w+: /, '')";

/// More items than Tab is pressed.
const NUMBER: usize = 20;

async fn has_focus(page: &Page, title: &str) {
    page.until(&format!("{FOCUSED_TITLE} === '{title}'")).await;
}

#[tokio::test]
async fn enter_and_space_open_the_panel_and_escape_closes_it() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        for key in [Key::Enter, Key::Space] {
            page.run("bell.blur(); part('bell').focus();").await;
            page.press(key).await;
            page.until("isOpen() && part('panel').contains(focused())").await;
            page.press(Key::Escape).await;
            page.until("!isOpen()").await;
            page.assert("document.activeElement === bell && focused() === part('bell')").await;
        }
    })
    .await;
}

#[tokio::test]
async fn escape_that_the_page_has_used_does_not_close_the_panel() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.run(
            "addEventListener('keydown', (event) => event.preventDefault(), { capture: true, once: true });",
        )
        .await;
        page.press(Key::Escape).await;
        page.assert("isOpen()").await;
    })
    .await;
}

#[tokio::test]
async fn arrows_home_and_end_move_through_the_items() {
    browse(async |page| {
        let scene = Scene::new().await;
        for title in ["Third", "Second", "First"] {
            scene.server.notify(USER, title).await;
        }
        scene.show_items(page, 3).await;
        for (key, title) in [
            (Key::Down, "First"),
            (Key::Down, "Second"),
            (Key::Down, "Third"),
            (Key::Down, "Third"),
            (Key::Up, "Second"),
            (Key::Home, "First"),
            (Key::Up, "First"),
            (Key::End, "Third"),
        ] {
            page.press(key).await;
            has_focus(page, title).await;
        }
    })
    .await;
}

#[tokio::test]
async fn enter_and_space_act_on_an_item() {
    browse(async |page| {
        let scene = Scene::new().await;
        for title in ["Second", "First"] {
            scene.server.notify(USER, title).await;
        }
        scene.show_items(page, 2).await;
        page.press(Key::Down).await;
        page.press(Key::Enter).await;
        page.until("events('item-click').length === 1").await;
        page.press(Key::Down).await;
        page.press(Key::Space).await;
        page.until("events('item-click').length === 2").await;
        page.assert("events('item-click').map((event) => event.detail.item.title).join() === 'First,Second'")
            .await;
        scene.has_unread(USER, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_button_in_an_item_acts_by_itself_and_not_as_the_item() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show_items(page, 1).await;
        page.run("button('Mark as read').focus();").await;
        page.press(Key::Enter).await;
        page.until("badge() === ''").await;
        page.assert("events('item-click').length === 0").await;
        scene.has_unread(USER, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn tab_comes_to_one_items_buttons_and_then_leaves_the_panel() {
    browse(async |page| {
        let scene = Scene::new().await;
        for number in 0..NUMBER {
            scene.server.notify(USER, &format!("Number {number}")).await;
        }
        let body = [&scene.tag(USER), "<button id=after>After</button>"].concat();
        scene.show(page, &body).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.until(&format!("parts('item').length === {NUMBER}")).await;
        let mut passed = Vec::new();
        while page.value("document.activeElement.id").await != "after" {
            assert!(passed.len() < 30, "still in the panel: {passed:?}");
            page.press(Key::Tab).await;
            passed.push(page.value("focused() && (nameOf(focused()) || focused().textContent)").await);
        }
        let is_there = |name: &str| passed.iter().filter(|passed| passed.as_str() == Some(name)).count();
        assert_eq!(["Mark as read", "Snooze", "Archive", "Delete"].map(is_there), [1; 4], "{passed:?}");
    })
    .await;
}

#[tokio::test]
async fn deleting_the_focused_item_gives_the_focus_to_its_neighbour() {
    browse(async |page| {
        let scene = Scene::new().await;
        for title in ["Third", "Second", "First"] {
            scene.server.notify(USER, title).await;
        }
        scene.show_items(page, 3).await;
        page.run("item('Second').querySelector('[aria-label=Delete]').focus();").await;
        page.press(Key::Enter).await;
        page.until("parts('item').length === 2").await;
        has_focus(page, "Third").await;
        // It is deleted for good when it can no longer be undone.
        page.press(Key::Escape).await;
        scene.has_unread(USER, &["First", "Third"]).await;
    })
    .await;
}

#[tokio::test]
async fn escape_closes_the_bell_that_has_the_focus_and_no_other() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &[scene.tag(USER), scene.tag(OTHER)].concat()).await;
        page.until("events('ready').length === 2").await;
        // One after the other: each takes the focus as it opens, which waits until it has started.
        for bell in [0, 1] {
            page.run(&format!("bells[{bell}].show();")).await;
            page.until(&format!("of(bells[{bell}]).focused()")).await;
        }
        page.assert("bells[0].open").await;
        page.press(Key::Escape).await;
        page.until("!bells[1].open").await;
        page.assert("bells[0].open").await;
        page.press(Key::Escape).await;
        page.until("!bells[0].open").await;
    })
    .await;
}
