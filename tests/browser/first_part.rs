//! The element's wasm comes in two parts. Opening the panel runs the first alone, and nothing depends on when the rest comes.

use std::{collections::BTreeSet, env, fs};

use notification_bell_tests::{
    Reply,
    browser::{Gate, Page, browse},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::{OTHER, Scene, USER};

/// More than the panel shows at once.
const NUMBER: usize = 30;
/// Keeps the rest from coming in the background, and notes who waits for it. What comes by itself a while later, when the
/// rest has come as well, does not: that what was shown is told to the server, and what the browser clears away. What is
/// under way is counted: answers whose heads have not come, and timers.
const BACKGROUND: &str = "<script>{
    const { fetch, setTimeout } = window, { send } = XMLHttpRequest.prototype;
    window.asked = [];
    window.underWay = new Set();
    window.fetch = (to, ...more) => {
      if (!String(to).includes('_rest') || window.isThere) {
        const answer = fetch(to, ...more), done = () => underWay.delete(answer);
        underWay.add(answer);
        answer.then(done, done);
        return answer;
      }
      window.asked.push(String(to));
      return Promise.reject(new Error('No'));
    };
    window.setTimeout = (then, ms, ...more) => {
      if (ms >= 500) return 0;
      const timer = setTimeout(() => { underWay.delete(timer); then(...more); }, ms);
      underWay.add(timer);
      return timer;
    };
    const { clearTimeout } = window;
    window.clearTimeout = (timer) => { underWay.delete(timer); clearTimeout(timer); };
    delete window.FinalizationRegistry;
    XMLHttpRequest.prototype.send = function () { window.waiter = new Error().stack; return send.call(this); };
  }</script>";
/// Until nothing more comes of what was done: in frames, sizes and what is on screen are told, and from that come timers.
const AT_REST: &str = "await (async () => {
    const frame = () => new Promise(requestAnimationFrame);
    do { await frame(); await frame(); } while (underWay.size > 0 || part('bell').querySelector('.swings'));
  })()";
/// And lets nothing of it come at all, until it `isThere`.
const NETWORK: &str = "<script>{
    const { send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.send = function () {
      if (!window.isThere) throw new DOMException('No', 'NetworkError');
      return send.call(this);
    };
  }</script>";
/// A server that was renewed since the page got the first part: the address has the rest of another version.
const RENEWED: &str = "<script>{
    const { fetch } = window, { open } = XMLHttpRequest.prototype;
    const other = (to) => String(to).replace(/_rest\\.wasm$/, '_bg.wasm');
    window.fetch = (to, ...more) => fetch(other(to), ...more);
    XMLHttpRequest.prototype.open = function (method, to, ...more) { return open.call(this, method, other(to), ...more); };
  }</script>";

/// Items of every common shape.
async fn with_items() -> Scene {
    let scene = Scene::new().await;
    for number in 1..=NUMBER {
        scene.server.notify(USER, &format!("Number {number}")).await;
    }
    let actions =
        json!([{"id": "approve", "label": "Approve", "style": "primary"}, {"id": "no", "label": "No"}]);
    for members in [
        json!({"title": "With a body", "body": "A **bold** word, a [link](https://example.com/) and `code`"}),
        json!({"title": "With pictures", "icon": "/icon.png", "image": "/image.png"}),
        json!({"title": "With actions", "url": "/next", "category": "Proofs", "actions": actions}),
        json!({"title": "High", "priority": "high", "category": "Invoices"}),
        json!({"title": "One of a group", "groupKey": "room", "type": "chat"}),
        json!({"title": "Another of the group", "groupKey": "room", "type": "chat"}),
    ] {
        scene.server.notify_with(USER, &members).await;
    }
    scene
}

/// Opens the panel, looks at what is in it, and sees something arrive.
async fn open_and_look(scene: &Scene, page: &Page, before: &str) {
    scene.show(page, &[before, &scene.tag(USER)].concat()).await;
    scene.is_live(page, 1).await;
    page.until("badge() !== ''").await;
    scene.open_panel(page).await;
    page.until("titles().includes('With a body')").await;
    page.run("part('list').scrollTop = 900;").await;
    page.until("titles().includes('Number 24')").await;
    page.run("part('list').scrollTop = 0;").await;
    page.until("titles().includes('With a body')").await;
    scene.server.notify(USER, "Arrived").await;
    page.until("events('received').length === 1 && titles()[0] === 'Arrived'").await;
}

/// The same, and nothing where the element is in one part: built without `cargo xtask`, or `--ordinary`.
async fn in_two_parts(page: &Page) -> Option<Scene> {
    let scene = with_items().await;
    let loader = Reply::to(scene.server.api().request(Method::GET, "/notification-bell.js")).await;
    let folder =
        loader.text().split('"').find_map(|word| word.strip_prefix("./v/")).expect("it names the version");
    let path = format!("/v/{folder}notification-bell-component_rest.wasm");
    if Reply::to(scene.server.api().request(Method::GET, &path)).await.status == 200 {
        return Some(scene);
    }
    println!("left out: this element's wasm is in one part");
    page.open(&scene.site.page("/", "<p>Nothing</p>")).await;
    None
}

/// The names of the functions that have run, once nothing is under way.
async fn ran(page: &Page) -> BTreeSet<String> {
    page.promised(AT_REST).await;
    let names = "Object.entries(window.__bellExports)\
        .filter(([name, ran]) => /^ran \\d+ ./.test(name) && ran.value)\
        .map(([name]) => name.replace(/^ran \\d+ /, ''))";
    let names: Vec<String> = serde_json::from_value(page.value(names).await).expect("each is a text");
    names.into_iter().collect()
}

/// What `cargo xtask first-part` keeps, of an element that counts: what ran so far, and on pages of other kinds.
async fn ran_on_all_pages(scene: &Scene, page: &Page) -> BTreeSet<String> {
    let mut names = ran(page).await;
    scene.show(page, &[BACKGROUND, &scene.tag(OTHER)].concat()).await;
    scene.is_live(page, 1).await;
    scene.open_panel(page).await;
    page.until("part('empty')").await;
    names.extend(ran(page).await);
    // One that is open from the start is drawn in another order. Over a slow line: what is asked for waits for its session.
    let gate = Gate::to(scene.server.api()).await;
    gate.hold();
    let attributes = scene.attributes_at(gate.origin(), USER);
    let tag = format!("<notification-bell open {attributes}></notification-bell>");
    scene.show(page, &[BACKGROUND, &tag].concat()).await;
    page.until("isOpen()").await;
    gate.open();
    scene.is_live(page, 1).await;
    page.until("titles().includes('With a body')").await;
    names.extend(ran(page).await);
    names
}

#[tokio::test]
async fn opening_the_panel_runs_the_first_part_alone() {
    browse(async |page| {
        let scene = with_items().await;
        open_and_look(&scene, page, BACKGROUND).await;
        assert_eq!(page.value("window.waiter").await, Value::Null);
        if let Ok(list) = env::var("BELL_FIRST_PART") {
            let names = ran_on_all_pages(&scene, page).await;
            let mut lines = names.into_iter().collect::<Vec<_>>().join("\n");
            lines.push('\n');
            fs::write(list, lines).expect("the list can be written");
        }
        // A server that goes away is more than the first part knows of.
        page.open(&scene.site.page("/done", "<p>Done</p>")).await;
    })
    .await;
}

#[tokio::test]
async fn whatever_else_is_wanted_before_the_rest_has_come_waits_for_it() {
    browse(async |page| {
        let Some(scene) = in_two_parts(page).await else { return };
        open_and_look(&scene, page, BACKGROUND).await;
        page.click("item('With a body').querySelector('[part~=title]')").await;
        page.until("badge() !== '' && events('item-click').length === 1").await;
        page.click("button('Mark all as read')").await;
        page.until("badge() === ''").await;
        page.assert("window.waiter && events('error').length === 0").await;
    })
    .await;
}

/// The rest is needed and cannot be had.
async fn fails(scene: &Scene, page: &Page) {
    page.expect_complaint("could not be loaded");
    open_and_look(scene, page, &[BACKGROUND, NETWORK].concat()).await;
    page.click("button('Mark all as read')").await;
    page.until("events('error').length === 1 && !part('panel')").await;
    let said = "events('error')[0].detail.code === 'wasm_failed' && nameOf(part('bell')) === 'Notifications'";
    page.assert(said).await;
    assert_eq!(page.value("bell.state").await, Value::Null);
    // It has tried again by itself; no more than that.
    page.until("window.asked.length === 2").await;
    page.assert("record.errors.length === 0 && events('error').length === 1").await;
}

/// The panel is opened and everything works, though nothing of what was at work before does.
async fn works_again(page: &Page) {
    page.until("titles().includes('With a body')").await;
    page.click("button('Mark all as read')").await;
    page.until("badge() === ''").await;
    assert_eq!(
        page.value("[parts('list').length, parts('bell').length, record.errors]").await,
        json!([1, 1, []])
    );
}

#[tokio::test]
async fn without_the_rest_the_element_says_so_and_a_click_tries_again() {
    browse(async |page| {
        let Some(scene) = in_two_parts(page).await else { return };
        fails(&scene, page).await;
        page.click("part('bell')").await;
        page.until("events('error').length === 2 && !bell.open").await;
        page.run("window.isThere = true;").await;
        page.click("part('bell')").await;
        page.until("isOpen()").await;
        works_again(page).await;
    })
    .await;
}

#[tokio::test]
async fn without_the_rest_the_element_comes_back_with_the_line() {
    browse(async |page| {
        let Some(scene) = in_two_parts(page).await else { return };
        fails(&scene, page).await;
        page.run("window.isThere = true; dispatchEvent(new Event('online'));").await;
        page.until("badge() !== ''").await;
        page.assert("!isOpen()").await;
        scene.open_panel(page).await;
        works_again(page).await;
    })
    .await;
}

#[tokio::test]
async fn a_rest_of_another_version_is_not_taken_and_all_begins_anew() {
    browse(async |page| {
        let Some(scene) = in_two_parts(page).await else { return };
        page.expect_complaint("could not be loaded");
        scene.show(page, &[RENEWED, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.until("titles().includes('With a body')").await;
        page.click("button('Mark all as read')").await;
        page.until("events('error').length === 1 && !isOpen()").await;
        page.until("badge() !== ''").await;
        scene.open_panel(page).await;
        works_again(page).await;
    })
    .await;
}
