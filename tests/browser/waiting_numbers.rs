//! What waited for a line is in the number from the beginning: the server's own, which does not know of it, never shows.

use notification_bell_tests::browser::{Gate, Network, Page, browse};

use crate::{
    scene::{Scene, USER},
    undo::use_button,
};

/// The user's bell with two unread items, "First" and "Second", in its opened panel, behind a gate and after a script.
async fn with_two(page: &Page, script: &str, more: &str) -> (Scene, Gate) {
    let scene = Scene::new().await;
    for title in ["Second", "First"] {
        scene.server.notify(USER, title).await;
    }
    let gate = Gate::to(scene.server.api()).await;
    let attributes = scene.attributes_at(gate.origin(), USER);
    let bell = format!("<notification-bell {attributes} {more}></notification-bell>");
    scene.show(page, &format!("<script>(() => {{ const own = fetch; {script} }})()</script>{bell}")).await;
    scene.is_live(page, 1).await;
    scene.open_panel(page).await;
    page.until("titles().join() === 'First,Second'").await;
    // Having seen them is a change as well, and is not to be among those that wait.
    scene.has_seen_all(USER).await;
    (scene, gate)
}

#[tokio::test]
async fn the_next_page_shows_the_number_with_what_waited_on_the_one_before() {
    /// Keeps changes back where the tab says so, until they are let go.
    const HOLDING: &str = "window.fetch = async (url, init) => {\
        if (init?.method === 'PATCH' && sessionStorage.holds) await new Promise((go) => (window.letGo = go));\
        return own(url, init); };";
    browse(async |page| {
        let (scene, gate) = with_two(page, HOLDING, "cache").await;
        gate.cut();
        use_button(page, "First", "Mark as read").await;
        page.until("badge() === '1'").await;
        page.run("sessionStorage.holds = true;").await;
        page.reload().await;
        page.until("badge() === '1'").await;
        gate.open();
        scene.is_live(page, 1).await;
        page.until("window.letGo && badge() === '1'").await;
        scene.server.notify(USER, "Third").await;
        page.until("events('received').length === 1").await;
        page.assert("badge() === '1'").await;
        page.run("window.letGo();").await;
        scene.has_unread(USER, &["Third", "Second"]).await;
        page.until("badge() === '2'").await;
        let numbers = "[...new Set(events('counts').map(({ detail }) => detail.counts.unread))].join()";
        page.assert(&format!("{numbers} === '1,2'")).await;
    })
    .await;
}

#[tokio::test]
async fn a_line_that_is_back_does_not_show_the_number_without_what_waited() {
    /// Once it is to be watched: the first change goes out after the stream's first word, and the stream says nothing
    /// more before the second goes out. By then, what the first was answered has been taken.
    const ORDER: &str = "const until = {}, is = (name) => new Promise((go) => (until[name] = go));\
        const word = is('word'), second = is('second'); let changes = 0; window.fetch = async (url, init) => {\
        if (!window.isWatched) return own(url, init);\
        if (init?.method === 'PATCH') { changes += 1; if (changes === 2) until.second(); await word; }\
        const answer = await own(url, init);\
        if (!String(url).includes('/stream')) return answer;\
        let hasSpoken = false;\
        const body = answer.body.pipeThrough(new TransformStream({ async transform(piece, into) {\
          if (hasSpoken) await second;\
          into.enqueue(piece);\
          if (new TextDecoder().decode(piece).includes('event: sync')) { hasSpoken = true; setTimeout(until.word); }\
        } }));\
        return new Response(body, answer); };";
    browse(async |page| {
        let (scene, _gate) = with_two(page, ORDER, "").await;
        page.set_network(Network::Offline).await;
        page.until("part('panel').innerText.includes('You are offline')").await;
        use_button(page, "First", "Mark as read").await;
        page.until("badge() === '1'").await;
        use_button(page, "Second", "Mark as read").await;
        page.until("badge() === ''").await;
        page.run("window.isWatched = true; record.events.length = 0;").await;
        page.set_network(Network::Online).await;
        scene.has_unread(USER, &[]).await;
        page.assert("badge() === '' && events('counts').every(({ detail }) => detail.counts.unread === 0)")
            .await;
    })
    .await;
}
