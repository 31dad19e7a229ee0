//! What is done with everything reaches everything, loaded or not, and its undo exactly that.

use std::iter;

use notification_bell_tests::{
    ANSWER_LIMIT, Session,
    browser::{Gate, Network, Page, browse},
    eventually,
};
use serde_json::json;

use crate::{
    scene::{Scene, USER},
    undo::{PATIENCE, TOAST, has_titles},
};

/// More than a panel loads by itself.
const NUMBER: usize = 60;

/// An inbox of sixty unread items, and below them one that was read before.
async fn with_sixty(scene: &Scene) -> Session {
    let session = scene.server.session(USER).await;
    let read = scene.server.notify(USER, "Read before").await;
    let _ = session.patch(&read, &json!({"read": true})).await.expect(200);
    for number in 0..NUMBER {
        scene.server.notify(USER, &format!("Item {number}")).await;
    }
    // Having seen them is a change as well, and is not to be in the way.
    let _ = session.mark(&json!({"set": {"seen": true}})).await.expect(200);
    session
}

async fn opened(scene: &Scene, page: &Page, gate: &Gate) {
    let attributes = scene.attributes_at(gate.origin(), USER);
    scene.show(page, &format!("{PATIENCE}<notification-bell {attributes}></notification-bell>")).await;
    scene.is_live(page, 1).await;
    scene.open_panel(page).await;
    page.until(&format!("parts('item').length > 0 && !item('Read before') && badge() === '{NUMBER}'")).await;
}

async fn has_unread(session: &Session, number: usize) {
    eventually(ANSWER_LIMIT, format!("{number} being unread"), async || {
        (session.inbox("?limit=1").await["counts"]["unread"] == number).then_some(())
    })
    .await;
}

#[tokio::test]
async fn nothing_is_offered_that_reaches_what_nobody_has_seen() {
    browse(async |page| {
        let scene = Scene::new().await;
        let session = with_sixty(&scene).await;
        // The list is refused for as long as the page says so; the session and its numbers are there.
        let refuse = "<script>(() => { const own = fetch; window.refuses = true;\
            window.fetch = (url, init) => window.refuses && /\\/inbox\\?/.test(url)\
              ? Promise.resolve(Response.json({ status: 503, code: 'storage_unavailable' }, { status: 503 }))\
              : own(url, init); })()</script>";
        scene.show(page, &[refuse, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.until("button('Try again')").await;
        page.assert(&format!("badge() === '{NUMBER}'")).await;
        page.assert("!button('Mark all as read') && !button('Archive all read')").await;
        page.run("window.refuses = false;").await;
        page.click("button('Try again')").await;
        page.until("button('Mark all as read') && button('Archive all read')").await;
        has_unread(&session, NUMBER).await;
    })
    .await;
}

#[tokio::test]
async fn marking_all_as_read_is_undone_for_what_was_never_loaded_too() {
    browse(async |page| {
        let scene = Scene::new().await;
        let session = with_sixty(&scene).await;
        let gate = Gate::to(scene.server.api()).await;
        opened(&scene, page, &gate).await;
        page.click("button('Mark all as read')").await;
        page.until(&format!("{TOAST} === '60 marked as read Undo' && badge() === ''")).await;
        has_unread(&session, 0).await;
        page.click("button('Undo')").await;
        page.until("badge() === '60' && !part('toast')").await;
        has_unread(&session, NUMBER).await;
        let items = session.all_items("all").await;
        let read = items.iter().filter(|item| item["readAt"].is_string());
        assert_eq!(read.map(|item| &item["title"]).collect::<Vec<_>>(), ["Read before"]);
    })
    .await;
}

#[tokio::test]
async fn an_undo_that_is_quicker_than_the_answer_takes_back_all_of_it() {
    browse(async |page| {
        let scene = Scene::new().await;
        let session = with_sixty(&scene).await;
        let gate = Gate::to(scene.server.api()).await;
        opened(&scene, page, &gate).await;
        page.run(
            "const own = fetch; window.fetch = async (url, init) => {\
               const answer = await own(url, init);\
               if (String(url).endsWith('/mark')) await new Promise((go) => (window.letGo = go));\
               return answer;\
             };\
             button('Mark all as read').click(); button('Mark all as read').click();",
        )
        .await;
        has_unread(&session, 0).await;
        page.click("button('Undo')").await;
        page.until("!part('toast')").await;
        page.run("letGo();").await;
        has_unread(&session, NUMBER).await;
        page.until("badge() === '60'").await;
        page.assert("events('error').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn what_was_done_offline_and_undone_offline_was_never_done() {
    browse(async |page| {
        let scene = Scene::new().await;
        let session = with_sixty(&scene).await;
        let gate = Gate::to(scene.server.api()).await;
        opened(&scene, page, &gate).await;
        page.set_network(Network::Offline).await;
        page.until("part('panel').innerText.includes('You are offline')").await;
        page.click("button('Mark all as read')").await;
        page.until(&format!("{TOAST} === '60 marked as read Undo' && badge() === ''")).await;
        page.click("button('Undo')").await;
        page.until("badge() === '60'").await;
        page.click("button('Archive all read')").await;
        page.until(&format!("{TOAST} === '1 archived Undo'")).await;
        page.set_network(Network::Online).await;
        has_titles(&session, "archived", &["Read before"]).await;
        has_unread(&session, NUMBER).await;
        page.until("badge() === '60'").await;
    })
    .await;
}

#[tokio::test]
async fn archiving_all_that_is_read_reaches_what_was_never_loaded_and_so_does_its_undo() {
    browse(async |page| {
        let scene = Scene::new().await;
        let session = with_sixty(&scene).await;
        let before = scene.server.notify(USER, "Archived before").await;
        let _ = session.patch(&before, &json!({"read": true, "archived": true})).await.expect(200);
        session.mark_all_read().await;
        scene.server.notify(USER, "Unread").await;
        let first = page.tab().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.until("titles().length > 3").await;
        page.open_tab().await;
        scene.show(page, &[PATIENCE, &scene.tag(USER)].concat()).await;
        page.until("badge() === '1'").await;
        scene.open_panel(page).await;
        page.until("titles().length > 3").await;
        page.click("button('Archive all read')").await;
        page.until(&format!("{TOAST} === '61 archived Undo' && titles().join() === 'Unread'")).await;
        has_titles(&session, "all", &["Unread"]).await;
        page.click("button('Undo')").await;
        page.until("titles().length > 3 && !part('toast')").await;
        has_titles(&session, "archived", &["Archived before"]).await;
        assert_eq!(session.all_items("all").await.len(), NUMBER + 2);
        page.show_tab(&first).await;
        page.until("titles().length > 3").await;
    })
    .await;
}

#[tokio::test]
async fn archiving_all_that_is_read_reaches_no_further_than_what_was_seen() {
    browse(async |page| {
        let scene = Scene::new().await;
        let session = with_sixty(&scene).await;
        let gate = Gate::to(scene.server.api()).await;
        opened(&scene, page, &gate).await;
        gate.hold_streams();
        let newcomer = scene.server.notify(USER, "Newcomer").await;
        let _ = session.patch(&newcomer, &json!({"read": true})).await.expect(200);
        page.click("button('Archive all read')").await;
        page.until(&format!("{TOAST} === '1 archived Undo'")).await;
        has_titles(&session, "archived", &["Read before"]).await;
        gate.open();
        page.until("titles()[0] === 'Newcomer'").await;
    })
    .await;
}

#[tokio::test]
async fn a_mark_of_everything_that_is_refused_is_taken_back_and_said() {
    browse(async |page| {
        let scene = Scene::new().await;
        let session = with_sixty(&scene).await;
        session.mark_all_read().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.until("titles().length > 3").await;
        page.run(
            "const own = fetch; window.fetch = (url, init) => init?.body?.includes('archived')\
               ? Promise.resolve(Response.json({ code: 'validation_failed' }, { status: 422 }))\
               : own(url, init);",
        )
        .await;
        page.click("button('Archive all read')").await;
        page.until(&format!("{TOAST}?.startsWith('That could not be saved') && titles().length > 3")).await;
        let expected = (0..NUMBER).rev().map(|number| format!("Item {number}"));
        let expected: Vec<_> = expected.chain(iter::once("Read before".to_owned())).collect();
        has_titles(&session, "all", &expected.iter().map(String::as_str).collect::<Vec<_>>()).await;
    })
    .await;
}
