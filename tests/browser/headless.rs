//! The state and the actions for pages that draw the inbox themselves.

use notification_bell_tests::browser::{Gate, Page, browse};

use crate::{
    scene::{Scene, USER},
    undo::has_titles,
};

/// Draws the titles of what is unread as soon as there is anything, as a page would.
const DRAW: &str = "<ol></ol><script>\
    window.changes = 0;\
    document.addEventListener('notification-bell-change', ({ target }) => {\
      window.changes += 1;\
      const list = document.querySelector('ol');\
      list.replaceChildren(...target.state.items.map((item) => {\
        const line = document.createElement('li');\
        line.textContent = (item.readAt ? '' : '* ') + item.title;\
        return line;\
      }));\
    });\
  </script>";
const DRAWN: &str = "[...document.querySelectorAll('li')].map((line) => line.textContent).join()";

async fn show_two(page: &Page, more: &str) -> Scene {
    let scene = Scene::new().await;
    for title in ["Second", "First"] {
        scene.server.notify(USER, title).await;
    }
    let tag = scene.tag_with(USER, more).replace("></", "><p id=\"own\">Of the page</p></");
    scene.show(page, &[DRAW, &tag].concat()).await;
    page.until("events('ready').length === 1").await;
    scene
}

/// The id of an item of the state.
fn id(title: &str) -> String {
    format!("bell.state.items.find((item) => item.title === '{title}').id")
}

#[tokio::test]
async fn a_headless_bell_draws_nothing_and_shows_what_the_page_put_into_it() {
    browse(async |page| {
        let _scene = show_two(page, "headless").await;
        page.assert("root.querySelector('slot') && !part('bell') && !part('panel')").await;
        page.assert("document.querySelector('#own').offsetHeight > 0").await;
        page.assert("root.adoptedStyleSheets.length === 0").await;
        page.run("bell.show();").await;
        page.until(&format!("{DRAWN} === '* First,* Second'")).await;
        page.assert("root.textContent === '' && bell.open").await;
        page.run("bell.headless = false;").await;
        page.until("part('bell') && isOpen() && titles().join() === 'First,Second'").await;
        page.run("bell.headless = true;").await;
        page.until("!part('bell') && root.querySelector('slot') && root.adoptedStyleSheets.length === 0")
            .await;
    })
    .await;
}

#[tokio::test]
async fn the_list_is_loaded_when_it_is_opened_and_not_before() {
    browse(async |page| {
        let scene = show_two(page, "headless").await;
        page.until("bell.state.connection === 'live' && bell.state.counts.unread === 2").await;
        page.assert("bell.state.items.length === 0").await;
        assert_eq!(scene.answers("GET", "/inbox", 200).await, 0);
        page.run("bell.open = true;").await;
        page.until("bell.state.items.length === 2 && !bell.state.isLoading").await;
        assert_eq!(scene.answers("GET", "/inbox", 200).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_state_is_frozen_and_the_same_object_until_it_changes() {
    browse(async |page| {
        let scene = show_two(page, "headless open").await;
        page.until("bell.state.items.length === 2 && !bell.state.isLoading").await;
        page.run("window.before = bell.state; window.count = window.changes;").await;
        page.assert("bell.state === window.before && Object.isFrozen(bell.state)").await;
        page.assert("Object.isFrozen(bell.state.items) && Object.isFrozen(bell.state.items[0].actions)")
            .await;
        page.assert(
            "Object.keys(bell.state).join() === 'connection,counts,view,items,hasMore,isLoading,error'",
        )
        .await;
        page.assert("bell.state.view === 'all' && bell.state.error === null && !bell.state.hasMore").await;
        // Both in one task are one change.
        page.run(&format!(
            "bell.markRead({}); bell.markRead({}); window.now = bell.state;\
             window.both = window.now.items.every((item) => item.readAt);",
            id("First"),
            id("Second")
        ))
        .await;
        page.assert("window.both && window.now !== window.before").await;
        page.until("bell.state.counts.unread === 0").await;
        scene.has_unread(USER, &[]).await;
        page.until(&format!("{DRAWN} === 'First,Second'")).await;
        page.assert("window.before.items.every((item) => item.readAt === null)").await;
    })
    .await;
}

#[tokio::test]
async fn every_action_is_there_by_the_id_of_an_item() {
    browse(async |page| {
        let scene = show_two(page, "headless open").await;
        let session = scene.server.session(USER).await;
        page.until("bell.state.items.length === 2").await;
        page.run(&format!("bell.markRead({});", id("First"))).await;
        scene.has_unread(USER, &["Second"]).await;
        page.run(&format!("bell.markRead({}, false);", id("First"))).await;
        scene.has_unread(USER, &["First", "Second"]).await;
        page.run("bell.markAllRead();").await;
        scene.has_unread(USER, &[]).await;

        page.run(&format!("window.first = {}; bell.archive(window.first);", id("First"))).await;
        has_titles(&session, "archived", &["First"]).await;
        page.run("bell.setView('archived');").await;
        page.until("bell.state.view === 'archived' && bell.state.items.length === 1").await;
        page.run("bell.archive(window.first, false); bell.setView('all');").await;
        has_titles(&session, "all", &["First", "Second"]).await;
        page.until("bell.state.items.length === 2").await;

        page.run("bell.snooze(window.first, new Date(Date.now() + 3600000));").await;
        has_titles(&session, "snoozed", &["First"]).await;
        page.run("bell.snooze(window.first, null);").await;
        has_titles(&session, "snoozed", &[]).await;
        page.run("bell.snooze(window.first, new Date(Date.now() + 3600000).toISOString());").await;
        has_titles(&session, "snoozed", &["First"]).await;

        page.until("bell.state.items.length === 1").await;
        page.run(&format!("bell.act({});", id("Second"))).await;
        page.until("events('item-click')[0]?.detail.item.title === 'Second'").await;
        page.run(&format!("bell.removeItem({});", id("Second"))).await;
        has_titles(&session, "all", &[]).await;
        page.until(&format!("bell.state.items.length === 0 && {DRAWN} === ''")).await;
    })
    .await;
}

#[tokio::test]
async fn an_id_or_a_view_that_is_not_known_changes_nothing_and_throws_nothing() {
    browse(async |page| {
        let scene = show_two(page, "headless open").await;
        page.until("bell.state.items.length === 2 && !bell.state.isLoading").await;
        page.run(
            "window.before = bell.state;\
             for (const id of ['unknown', null, undefined, 7, {}]) {\
               bell.markRead(id); bell.archive(id); bell.removeItem(id); bell.act(id);\
               bell.snooze(id, null); bell.snooze(id, 'never'); bell.useAction(id, id); bell.setView(id);\
             }\
             bell.snooze(bell.state.items[0].id, 'never'); bell.snooze(bell.state.items[0].id);\
             bell.loadMore();",
        )
        .await;
        page.assert("bell.state === window.before && events('error').length === 0").await;
        scene.has_unread(USER, &["First", "Second"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_bell_that_is_drawn_has_the_same_state_and_actions() {
    browse(async |page| {
        let scene = show_two(page, "").await;
        scene.open_panel(page).await;
        page.until("titles().length === 2 && bell.state.items.length === 2").await;
        page.run(&format!("bell.archive({});", id("First"))).await;
        page.until("titles().join() === 'Second' && part('toast')?.innerText.includes('Archived')").await;
        page.run("bell.remove();").await;
        page.until("bells.length === 0").await;
        scene.has_streams(0).await;
    })
    .await;
}

#[tokio::test]
async fn marking_all_as_read_before_anything_is_known_marks_nothing() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.server.notify(USER, "Hello").await;
        let attributes = scene.attributes_at(gate.origin(), USER);
        // Held up by the page, so that the bell is there and has heard of nothing.
        let hold = "<script>(() => { const own = fetch; const way = new Promise((open) => (window.open = open));\
            window.fetch = async (url, init) => {\
              if (String(url).endsWith('/session')) await way;\
              return own(url, init); }; })()</script>";
        scene.show(page, &[hold, &format!("<notification-bell {attributes} headless></notification-bell>")].concat()).await;
        page.until("bell.state").await;
        page.run("bell.markAllRead(); window.open();").await;
        scene.is_live(page, 1).await;
        page.until("bell.state.counts.unread === 1").await;
        page.run("bell.show();").await;
        page.until("bell.state.items.length === 1 && !bell.state.isLoading").await;
        // A change of the bell's own comes after whatever it had still to send.
        page.run("bell.archive(bell.state.items[0].id);").await;
        has_titles(&scene.server.session(USER).await, "archived", &["Hello"]).await;
        assert_eq!(scene.answers("POST", "/inbox/mark", 200).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_drawn_when_headless_ends_is_what_the_other_attributes_say() {
    browse(async |page| {
        let _scene = show_two(page, "headless inline panelHeight=300px panelWidth=310px").await;
        page.run("bell.headless = false;").await;
        page.until("titles().join() === 'First,Second' && !part('bell')").await;
        page.assert("part('panel').role === 'region' && part('panel').offsetHeight > 0").await;
        page.run("bell.headless = true;").await;
        page.until("!part('panel')").await;
        page.run("bell.inline = false; bell.headless = false; bell.open = true;").await;
        page.until("part('bell') && isOpen() && part('panel').offsetWidth === 310").await;
        page.assert(
            "getComputedStyle(part('panel')).getPropertyValue('--nb-panel-height').trim() === '300px'",
        )
        .await;
    })
    .await;
}
