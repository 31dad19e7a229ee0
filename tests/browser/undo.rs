//! What was done to an item can be undone for a while.

use notification_bell_tests::{
    ANSWER_LIMIT, Session,
    browser::{Key, Page, browse},
    eventually,
};

use crate::scene::{Scene, USER};

/// Keeps the waits of six seconds until the test says that they are over. `timeIsUp()` tells how many there were.
pub(crate) const PATIENCE: &str = "<script>(() => {\
    const { setTimeout: set, clearTimeout: clear } = window;\
    const waits = new Map();\
    let last = 1e9;\
    window.setTimeout = (act, ms, ...rest) => {\
      if (ms !== 6000) return set(act, ms, ...rest);\
      waits.set(++last, act);\
      return last;\
    };\
    window.clearTimeout = (id) => { if (!waits.delete(id)) clear(id); };\
    window.timeIsUp = () => {\
      const due = [...waits.values()];\
      waits.clear();\
      for (const act of due) act();\
      return due.length;\
    };\
  })()</script>";

pub(crate) const TOAST: &str = "part('toast')?.innerText.replace(/\\s+/g, ' ').trim()";

/// An opened panel with the items "First" and "Second", and a page whose patience is the test's.
pub(crate) async fn with_two(page: &Page) -> Scene {
    let scene = Scene::new().await;
    for title in ["Second", "First"] {
        scene.server.notify(USER, title).await;
    }
    scene.show(page, &[PATIENCE, &scene.tag(USER)].concat()).await;
    scene.is_live(page, 1).await;
    scene.open_panel(page).await;
    page.until("titles().join() === 'First,Second'").await;
    scene
}

pub(crate) async fn use_button(page: &Page, title: &str, name: &str) {
    page.hover(&format!("item('{title}')")).await;
    page.click(&format!("item('{title}').querySelector('[aria-label=\"{name}\"]')")).await;
}

pub(crate) async fn show_view(page: &Page, name: &str) {
    page.click(&format!("parts('tab').find((tab) => tab.innerText.includes('{name}'))")).await;
}

/// Waits until a view of the server has these titles.
pub(crate) async fn has_titles(session: &Session, view: &str, titles: &[&str]) {
    eventually(ANSWER_LIMIT, format!("{view} having {titles:?}"), async || {
        let items = session.all_items(view).await;
        let own: Vec<_> = items.iter().filter_map(|item| item["title"].as_str()).collect();
        (own == titles).then_some(())
    })
    .await;
}

#[tokio::test]
async fn archiving_can_be_undone() {
    browse(async |page| {
        let scene = with_two(page).await;
        let session = scene.server.session(USER).await;
        use_button(page, "First", "Archive").await;
        page.until(&format!(
            "{TOAST} === 'Archived Undo' && titles().join() === 'Second' && badge() === '1'"
        ))
        .await;
        page.assert("part('toast').closest('[role=status]') !== null").await;
        has_titles(&session, "archived", &["First"]).await;
        page.click("button('Undo')").await;
        page.until("titles().join() === 'First,Second' && badge() === '2' && !part('toast')").await;
        page.until("focused() === item('First')").await;
        has_titles(&session, "all", &["First", "Second"]).await;
    })
    .await;
}

#[tokio::test]
async fn coming_back_from_the_archive_can_be_undone() {
    browse(async |page| {
        let scene = with_two(page).await;
        let session = scene.server.session(USER).await;
        use_button(page, "First", "Archive").await;
        show_view(page, "Archived").await;
        use_button(page, "First", "Move to inbox").await;
        page.until(&format!("{TOAST} === 'Moved to inbox Undo' && titles().join() === ''")).await;
        has_titles(&session, "all", &["First", "Second"]).await;
        page.click("button('Undo')").await;
        page.until("titles().join() === 'First'").await;
        has_titles(&session, "archived", &["First"]).await;
    })
    .await;
}

#[tokio::test]
async fn the_message_stays_while_the_mouse_or_the_focus_is_on_it() {
    browse(async |page| {
        let _scene = with_two(page).await;
        use_button(page, "First", "Archive").await;
        page.hover("part('toast')").await;
        page.until("part('toast').matches(':hover')").await;
        page.assert("timeIsUp() === 0 && part('toast') !== null").await;
        page.run("button('Undo').focus();").await;
        page.hover("part('header')").await;
        page.until("!part('toast').matches(':hover')").await;
        page.assert("timeIsUp() === 0 && part('toast') !== null").await;
        page.run("item('Second').focus();").await;
        page.until("timeIsUp() === 1").await;
        page.until("!part('toast')").await;
    })
    .await;
}

#[tokio::test]
async fn escape_in_the_message_leads_back_to_the_list_first() {
    browse(async |page| {
        let _scene = with_two(page).await;
        use_button(page, "First", "Archive").await;
        page.until("part('toast')").await;
        page.run("button('Undo').focus();").await;
        page.press(Key::Escape).await;
        page.until("focused() === item('Second')").await;
        page.assert("isOpen() && part('toast') !== null").await;
        page.press(Key::Escape).await;
        page.until("!isOpen()").await;
    })
    .await;
}

#[tokio::test]
async fn the_focus_goes_on_to_the_next_item_and_back_with_undo() {
    browse(async |page| {
        let _scene = with_two(page).await;
        for name in ["Archive", "Delete"] {
            page.run(&format!("item('First').querySelector('[aria-label={name}]').focus();")).await;
            page.press(Key::Enter).await;
            page.until("titles().join() === 'Second' && focused() === item('Second')").await;
            page.run("button('Undo').focus();").await;
            page.press(Key::Enter).await;
            page.until("titles().join() === 'First,Second' && focused() === item('First')").await;
        }
    })
    .await;
}

#[tokio::test]
async fn archiving_all_that_is_read_can_be_undone() {
    browse(async |page| {
        let scene = with_two(page).await;
        let session = scene.server.session(USER).await;
        page.assert("!button('Archive all read')").await;
        use_button(page, "First", "Mark as read").await;
        page.click("button('Archive all read')").await;
        page.until(&format!("{TOAST} === '1 archived Undo' && titles().join() === 'Second'")).await;
        has_titles(&session, "archived", &["First"]).await;
        has_titles(&session, "all", &["Second"]).await;
        page.click("button('Undo')").await;
        page.until("titles().join() === 'First,Second'").await;
        has_titles(&session, "all", &["First", "Second"]).await;
    })
    .await;
}

#[tokio::test]
async fn marking_all_as_read_can_be_undone_for_what_was_unread() {
    browse(async |page| {
        let scene = with_two(page).await;
        use_button(page, "Second", "Mark as read").await;
        page.until("badge() === '1'").await;
        page.click("button('Mark all as read')").await;
        page.until(&format!("{TOAST} === '1 marked as read Undo' && badge() === ''")).await;
        page.click("button('Undo')").await;
        page.until("badge() === '1' && !part('toast')").await;
        scene.has_unread(USER, &["First"]).await;
    })
    .await;
}

#[tokio::test]
async fn reading_in_the_view_of_unread_ones_can_be_undone() {
    browse(async |page| {
        let scene = with_two(page).await;
        use_button(page, "First", "Mark as read").await;
        page.until("badge() === '1'").await;
        page.assert("!part('toast')").await;
        show_view(page, "Unread").await;
        page.until("titles().join() === 'Second'").await;
        use_button(page, "Second", "Mark as read").await;
        page.until(&format!("{TOAST} === 'Marked as read Undo' && titles().length === 0")).await;
        page.click("button('Undo')").await;
        page.until("titles().join() === 'Second' && focused() === item('Second')").await;
        scene.has_unread(USER, &["Second"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_refused_leaves_the_way_back_of_another() {
    browse(async |page| {
        let scene = with_two(page).await;
        let refuse = "const own = fetch; window.held = [];\
            window.fetch = async (url, init) => {\
              if (init?.method !== 'PATCH' || !String(url).endsWith(window.refused)) return own(url, init);\
              await new Promise((go) => held.push(go));\
              return Response.json({ code: 'validation_failed', detail: 'No.' }, { status: 422 });\
            };";
        page.run(&format!("{refuse} window.refused = bell.state.items[1].id; bell.markRead(refused);")).await;
        page.until("held.length === 1").await;
        use_button(page, "First", "Delete").await;
        page.until(&format!("{TOAST} === 'Deleted Undo'")).await;
        page.run("held[0]();").await;
        page.until("events('error').length === 1").await;
        page.assert(&format!("{TOAST} === 'Deleted Undo'")).await;
        page.click("button('Undo')").await;
        page.until("titles().join() === 'First,Second' && badge() === '2'").await;
        // What there was no room for is said now.
        page.until(&format!("{TOAST}?.startsWith('That could not be saved')")).await;
        scene.has_unread(USER, &["First", "Second"]).await;
        assert_eq!(scene.answers("DELETE", "/inbox/{id}", 200).await, 0);
    })
    .await;
}
