//! `sound` and `desktop`: a sound, and notifications by the browser, for readers who asked for them.

use notification_bell_tests::{
    ANSWER_LIMIT,
    browser::{Page, browse},
    eventually,
};
use serde_json::json;

use crate::{
    scene::{Scene, USER},
    settings::PREFERENCES,
};

/// A sound card whose notes are counted, with no end to the rest after a sound, and a browser whose notifications are kept. `says` is what its reader says.
const BROWSER: &str = "<script>(() => {\
    window.notes = 0;\
    window.shown = [];\
    window.questions = 0;\
    window.says = 'granted';\
    const set = setTimeout;\
    window.setTimeout = (act, ms, ...rest) => (ms === 4000 ? 0 : set(act, ms, ...rest));\
    const knob = () => ({ setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} });\
    window.AudioContext = class {\
      state = 'suspended'; currentTime = 0; destination = {};\
      resume() { this.state = 'running'; return Promise.resolve(); }\
      suspend() { this.state = 'suspended'; return Promise.resolve(); }\
      close() { return Promise.resolve(); }\
      createGain() { return { gain: knob(), connect: (next) => next }; }\
      createOscillator() { return { frequency: {}, connect: (next) => next, start() { notes += 1; }, stop() {} }; }\
    };\
    window.Notification = class {\
      static permission = sessionStorage.permission ?? 'default';\
      static async requestPermission() {\
        questions += 1;\
        return (sessionStorage.permission = Notification.permission = says);\
      }\
      constructor(title, options) { Object.assign(this, { title, options }); shown.push(this); }\
      close() { this.isClosed = true; }\
    };\
  })()</script>";

const HIDE: &str = "Object.defineProperty(document, 'hidden', { configurable: true, value: true });\
                    document.dispatchEvent(new Event('visibilitychange'));";
const SHOW: &str = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'));";

async fn with(page: &Page, before: &str, more: &str) -> Scene {
    let scene = Scene::new().await;
    show(&scene, page, before, more).await;
    scene
}

async fn show(scene: &Scene, page: &Page, before: &str, more: &str) {
    scene.show(page, &[PREFERENCES, BROWSER, before, &scene.tag_with(USER, more)].concat()).await;
    page.until("events('ready').length === 1").await;
}

async fn choose(scene: &Scene, page: &Page, name: &str) {
    scene.open_panel(page).await;
    page.click("button('Settings')").await;
    page.click(&format!("button('{name}')")).await;
}

#[tokio::test]
async fn only_what_the_page_offers_can_be_chosen() {
    browse(async |page| {
        let scene = with(page, "", "desktop").await;
        scene.open_panel(page).await;
        page.click("button('Settings')").await;
        page.until("button('Show desktop notifications') && !button('Play a sound')").await;
        page.run("bell.sound = true; bell.desktop = false;").await;
        page.until("!button('Show desktop notifications') && button('Play a sound')").await;
        page.assert("questions === 0 && notes === 0").await;
    })
    .await;
}

#[tokio::test]
async fn a_sound_is_off_until_it_is_chosen_and_is_remembered_for_the_user() {
    browse(async |page| {
        let scene = with(page, "", "sound").await;
        scene.server.notify(USER, "A").await;
        page.until("badge() === '1'").await;
        choose(&scene, page, "Play a sound").await;
        // It is heard when it is chosen.
        page.until("button('Play a sound').ariaChecked === 'true' && notes === 2").await;
        let kept = format!(
            "Object.entries(localStorage).filter(([name]) => name.startsWith('notification-bell:{}:'))",
            scene.server.project().api_key
        );
        page.assert(&format!("{kept}.map(([, wish]) => wish).join() === 'sound'")).await;
        page.assert(&format!("!JSON.stringify(localStorage).includes('{USER}')")).await;
        show(&scene, page, "", "sound").await;
        page.click("part('bell')").await;
        scene.server.notify_with(USER, &json!({"title": "Low", "priority": "low"})).await;
        page.until("badge() === '2'").await;
        page.assert("notes === 0").await;
        scene.server.notify(USER, "B").await;
        page.until("notes === 2").await;
        // Another one at once is not heard again.
        scene.server.notify(USER, "C").await;
        page.until("badge() === '4'").await;
        page.assert("notes === 2").await;
        page.click("button('Settings')").await;
        page.click("button('Play a sound')").await;
        page.until(&format!("{kept}.length === 0")).await;
    })
    .await;
}

#[tokio::test]
async fn where_nothing_can_be_stored_a_choice_holds_for_the_page() {
    browse(async |page| {
        let blocked = "<script>Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })</script>";
        let scene = with(page, blocked, "sound").await;
        choose(&scene, page, "Play a sound").await;
        page.until("button('Play a sound').ariaChecked === 'true' && notes === 2").await;
        page.assert("record.errors.length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn the_browser_is_asked_when_the_switch_is_used_and_shows_what_comes_in_behind() {
    browse(async |page| {
        let scene = with(page, "", "desktop").await;
        page.assert("questions === 0").await;
        choose(&scene, page, "Show desktop notifications").await;
        page.until("questions === 1 && button('Show desktop notifications').ariaChecked === 'true'").await;
        page.run("bell.hide();").await;
        scene.server.notify(USER, "Seen").await;
        page.until("badge() === '1'").await;
        page.run(HIDE).await;
        let members = json!({"title": "Behind", "body": "**Bold**", "icon": "/icon.png", "url": "/#there"});
        let id = scene.server.notify_with(USER, &members).await;
        page.until("shown.length === 1").await;
        page.assert(&format!(
            "shown[0].title === 'Behind' && shown[0].options.body === 'Bold' && shown[0].options.tag === '{id}'\
             && shown[0].options.icon === new URL('/icon.png', location).href"
        ))
        .await;
        page.run("shown[0].onclick();").await;
        page.until("events('item-click').length === 1 && badge() === '1' && location.hash === '#there'").await;
        page.assert("shown[0].isClosed").await;
        scene.server.notify(USER, "Another").await;
        page.until("shown.length === 2").await;
        page.run(SHOW).await;
        page.until("shown[1].isClosed").await;
        page.run(HIDE).await;
        scene.server.notify(USER, "Last").await;
        page.until("shown.length === 3").await;
        page.run("bell.remove();").await;
        page.until("shown[2].isClosed").await;
    })
    .await;
}

#[tokio::test]
async fn one_tab_shows_it_and_none_while_another_is_seen() {
    browse(async |page| {
        let scene = with(page, "", "desktop").await;
        choose(&scene, page, "Show desktop notifications").await;
        page.until("button('Show desktop notifications').ariaChecked === 'true'").await;
        page.run(&format!("bell.hide(); {HIDE}")).await;
        let first = page.tab().await;
        let second = page.open_tab().await;
        let permitted = "<script>Notification.permission = 'granted'</script>";
        show(&scene, page, permitted, "desktop").await;
        // This one is seen, and says so once it has read what the reader chose.
        page.until("!document.hidden").await;
        page.promised(
            "(async () => {\
            while (!(await navigator.locks.query()).held.some(({ name }) => name.endsWith('seen')))\
              await new Promise((next) => requestAnimationFrame(next));\
          })()",
        )
        .await;
        scene.server.notify(USER, "A").await;
        page.until("badge() === '1' && shown.length === 0").await;
        page.run(HIDE).await;
        page.promised(
            "(async () => {\
            while ((await navigator.locks.query()).held.some(({ name }) => name.endsWith('seen')))\
              await new Promise((next) => setTimeout(next));\
          })()",
        )
        .await;
        scene.server.notify(USER, "B").await;
        page.until("badge() === '2'").await;
        let titles = eventually(ANSWER_LIMIT, "a tab showing it", async || {
            let mut titles = Vec::new();
            for tab in [&second, &first] {
                page.show_tab(tab).await;
                page.until("badge() === '2'").await;
                let shown = page.value("shown.map(({ title }) => title)").await;
                titles.extend(shown.as_array().cloned().unwrap_or_default());
            }
            titles.contains(&json!("B")).then_some(titles)
        })
        .await;
        // A hidden tab may be slow, and hear of A when nobody sees anything any more.
        assert_eq!(titles.iter().filter(|title| **title == json!("B")).count(), 1, "{titles:?}");
    })
    .await;
}

#[tokio::test]
async fn what_the_browser_blocks_stays_off_and_says_why() {
    browse(async |page| {
        let scene = with(page, "<script>says = 'denied'</script>", "desktop").await;
        choose(&scene, page, "Show desktop notifications").await;
        page.until("part('settings').innerText.includes('Your browser blocks them for this site.')").await;
        page.assert(
            "button('Show desktop notifications').ariaChecked === 'false' && record.errors.length === 0",
        )
        .await;
        page.assert("localStorage.length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn the_sound_card_sleeps_but_for_the_sound() {
    browse(async |page| {
        let cards = "<script>window.cards = []; window.AudioContext = class extends AudioContext {\
            constructor() { super(); cards.push(this); this.wakes = 0; }\
            resume() { this.wakes += 1; return super.resume(); } };</script>";
        let scene = with(page, cards, "sound").await;
        choose(&scene, page, "Play a sound").await;
        page.until("notes === 2").await;
        // As it is when it was chosen on another page: the first touch shows whether a sound would be heard.
        show(&scene, page, cards, "sound").await;
        scene.open_panel(page).await;
        page.until("cards.length === 1 && cards[0].wakes > 0 && cards[0].state === 'suspended'").await;
        page.click("part('bell')").await;
        page.until("!isOpen()").await;
        page.assert("cards[0].wakes === 1 && notes === 0").await;
    })
    .await;
}
