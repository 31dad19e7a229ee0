//! Changes made without a line: they stay on screen, wait, and go out in their order.

use notification_bell_tests::browser::{Gate, Network, Page, browse};

use crate::{
    scene::{Scene, USER},
    undo::{TOAST, has_titles, use_button},
};

const QUEUED: &str = "It is sent as soon as the server can be reached.";

/// Notes what the page sends, and loses the answers to changes while `window.loses` says so: the server has had them.
const NOTEBOOK: &str = "<script>(() => {\
    const own = window.fetch;\
    window.sent = [];\
    window.fetch = async (url, init) => {\
      const isChange = (init?.method ?? 'GET') !== 'GET' && !String(url).endsWith('/session');\
      if (isChange) window.sent.push(`${init.method} ${init.body ?? ''}`);\
      const answer = await own(url, init);\
      if (isChange && window.loses) throw new TypeError('Failed to fetch');\
      return answer;\
    };\
  })()</script>";

/// An opened panel with the items "First" and "Second" behind a gate, on a page that keeps a notebook.
async fn with_two(page: &Page, gate: &Gate, scene: &Scene) {
    for title in ["Second", "First"] {
        scene.server.notify(USER, title).await;
    }
    let attributes = scene.attributes_at(gate.origin(), USER);
    scene.show(page, &format!("{NOTEBOOK}<notification-bell {attributes}></notification-bell>")).await;
    scene.is_live(page, 1).await;
    scene.open_panel(page).await;
    page.until("titles().join() === 'First,Second'").await;
    // Having seen them is a change as well, and is not to be in the way.
    scene.has_seen_all(USER).await;
    page.until("window.sent.length === 1").await;
    page.run("window.sent.length = 0;").await;
}

#[tokio::test]
async fn what_is_done_offline_stays_on_screen_and_goes_out_in_order() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        with_two(page, &gate, &scene).await;
        page.set_network(Network::Offline).await;
        page.until("part('panel').innerText.includes('You are offline')").await;
        use_button(page, "First", "Mark as read").await;
        page.until(&format!("badge() === '1' && {TOAST} === '{QUEUED}'")).await;
        use_button(page, "First", "Mark as unread").await;
        page.until("badge() === '2'").await;
        use_button(page, "First", "Mark as read").await;
        use_button(page, "Second", "Archive").await;
        page.until("badge() === '' && titles().join() === 'First'").await;
        scene.has_unread(USER, &["First", "Second"]).await;
        page.assert("window.sent.length === 0 && events('error').length === 0").await;

        page.set_network(Network::Online).await;
        scene.has_unread(USER, &[]).await;
        has_titles(&scene.server.session(USER).await, "archived", &["Second"]).await;
        let order = r#"["PATCH {\"read\":true}","PATCH {\"read\":false}","PATCH {\"read\":true}","PATCH {\"archived\":true}"]"#;
        page.until(&format!("JSON.stringify(window.sent) === JSON.stringify({order})")).await;
        page.until("badge() === '' && titles().join() === 'First'").await;
        page.assert("events('error').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_done_while_the_server_is_away_is_sent_when_it_is_back() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        with_two(page, &gate, &scene).await;
        gate.cut();
        scene.has_streams(0).await;
        page.click("button('Mark all as read')").await;
        page.until(&format!("badge() === '' && {TOAST} === '{QUEUED}'")).await;
        // The mark reaches what was shown when it was made, and not what comes before it is sent.
        scene.server.notify(USER, "Not shown yet").await;
        gate.open();
        scene.has_unread(USER, &["Not shown yet"]).await;
        page.until("titles().join() === 'Not shown yet,First,Second' && badge() === '1'").await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_lost_leads_to_a_repeat_that_does_no_harm() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        with_two(page, &gate, &scene).await;
        page.run("window.loses = true; bell.removeItem(bell.state.items[0].id); bell.hide();").await;
        scene.has_unread(USER, &["Second"]).await;
        page.until("window.sent.filter((line) => line.startsWith('DELETE')).length >= 2").await;
        page.run("window.loses = false; bell.show();").await;
        page.until("titles().join() === 'Second' && badge() === '1'").await;
        page.run("bell.markRead(bell.state.items[0].id);").await;
        scene.has_unread(USER, &[]).await;
        page.until("badge() === ''").await;
        page.assert("events('error').length === 0 && !part('toast')?.innerText.includes('could not')").await;
    })
    .await;
}

#[tokio::test]
async fn a_deletion_that_becomes_final_offline_waits_too() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        with_two(page, &gate, &scene).await;
        page.set_network(Network::Offline).await;
        page.until("part('panel').innerText.includes('You are offline')").await;
        use_button(page, "First", "Delete").await;
        page.until(&format!("{TOAST} === 'Deleted Undo' && badge() === '1'")).await;
        page.run("bell.hide();").await;
        page.until("!part('toast')").await;
        page.assert("badge() === '1' && window.sent.length === 0").await;
        page.set_network(Network::Online).await;
        scene.has_unread(USER, &["Second"]).await;
        page.until("window.sent.join() === 'DELETE '").await;
        // Between that and the answer, the server's own number may be seen.
        page.until("badge() === '1'").await;
    })
    .await;
}

#[tokio::test]
async fn another_user_drops_what_waits() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        with_two(page, &gate, &scene).await;
        page.set_network(Network::Offline).await;
        page.click("button('Mark all as read')").await;
        page.until("badge() === ''").await;
        let proof = scene.server.project().proof(crate::scene::OTHER);
        page.run(&format!("bell.userId = '{}'; bell.userHmac = '{proof}';", crate::scene::OTHER)).await;
        page.set_network(Network::Online).await;
        page.until("events('ready').length === 2").await;
        scene.has_unread(USER, &["First", "Second"]).await;
        page.assert("window.sent.length === 0").await;
    })
    .await;
}
