//! The demo page: what `serve --demo` shows to somebody who sees all this for the first time.

use notification_bell_tests::{
    Reply, Server,
    browser::{Key, Page, browse},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::Scene;

pub(crate) async fn demo(page: &Page) -> Scene {
    let scene = Scene::with(Server::builder().argument("--demo").start().await).await;
    page.open(&scene.origin()).await;
    page.until("events('ready').length === 1").await;
    scene
}

/// What the demo backend says of a user.
pub(crate) async fn state(scene: &Scene, user: &str) -> Value {
    let path = format!("/demo/state?user={user}");
    Reply::to(scene.server.api().request(Method::GET, &path)).await.expect(200)
}

/// Chooses the language of the bell.
async fn choose_language(page: &Page, language: &str) {
    let choose = format!(
        "const languages = document.querySelector('[name=lang]'); languages.value = '{language}';\
         languages.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    );
    page.run(&choose).await;
}

#[tokio::test]
async fn the_page_has_a_bell_with_items_and_keeps_its_own_policy() {
    browse(async |page| {
        let scene = demo(page).await;
        page.until("Number(badge()) > 0").await;
        scene.open_panel(page).await;
        page.until("parts('item').length > 0").await;
        page.assert("document.getElementById('no-backend').hidden").await;
        assert_eq!(page.value("record.violations").await, json!([]));
        let reply = Reply::to(scene.server.api().request(Method::GET, "/")).await;
        let policy = reply.header("content-security-policy").unwrap();
        for part in ["default-src 'none'", "require-trusted-types-for 'script'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_user_has_their_own_items() {
    browse(async |page| {
        let scene = demo(page).await;
        scene.open_panel(page).await;
        page.until("parts('item').length > 0").await;
        let first = page.value("titles()").await;
        page.press(Key::Escape).await;
        let switch = "const users = document.getElementById('user'); users.value = 'support@example.com';\
                      users.dispatchEvent(new Event('change', { bubbles: true }));";
        page.run(switch).await;
        page.until("events('ready').length === 2").await;
        scene.open_panel(page).await;
        page.until("parts('item').length > 0").await;
        assert_ne!(page.value("titles()").await, first);
        page.assert("document.getElementById('tag').textContent.includes('support@example.com')").await;
        // A tab keeps its user.
        page.reload().await;
        page.until("events('ready').length === 1 && bell.userId === 'support@example.com'").await;
        assert_eq!(page.value("record.violations").await, json!([]));
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn the_bell_has_on_what_a_page_may_ask_for() {
    browse(async |page| {
        let scene = demo(page).await;
        page.until("document.title.startsWith('(')").await;
        page.click("document.querySelector('#composer [type=submit]')").await;
        page.until("textOf('toast-item').join().includes('The catalogue is ready to check')").await;
        scene.open_panel(page).await;
        page.until("item('Proof 1042 waits for you').innerText.includes('Proofs')").await;
        choose_language(page, "de").await;
        page.until("item('Proof 1042 waits for you').innerText.includes('Abzüge')").await;
        page.click("button('Einstellungen')").await;
        page.until("button('Ton abspielen')").await;
        assert_eq!(page.value("record.violations").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_the_form_sends_arrives() {
    browse(async |page| {
        let scene = demo(page).await;
        scene.open_panel(page).await;
        page.until("parts('item').length > 0").await;
        page.run("document.getElementById('compose-title').scrollIntoView();").await;
        page.type_into("document.getElementById('compose-title')", "Sent with the form").await;
        page.click("document.querySelector('#composer [type=submit]')").await;
        page.until("events('received').some(({ detail }) => detail.item.title === 'Sent with the form')")
            .await;
        page.until("document.getElementById('composer-outcome').textContent.startsWith('Sent as ')").await;
        page.until("document.getElementById('log').textContent.includes('notification-bell-received')").await;
    })
    .await;
}

#[tokio::test]
async fn the_form_says_at_the_field_what_is_wrong() {
    browse(async |page| {
        let scene = demo(page).await;
        page.type_into("document.getElementById('compose-url')", "javascript:alert(1)").await;
        page.click("document.querySelector('#composer [type=submit]')").await;
        page.until("!document.getElementById('compose-url-problem').hidden").await;
        page.assert("document.getElementById('compose-url-problem').textContent.length > 10").await;
        page.assert("events('received').length === 0").await;
        assert_eq!(scene.answers("POST", "/notifications", 201).await, 0);
    })
    .await;
}

#[tokio::test]
async fn theme_language_and_direction_reach_the_bell() {
    browse(async |page| {
        let scene = demo(page).await;
        choose_language(page, "de").await;
        for choice in ["[name=theme][value=dark]", "[name=dir][value=rtl]"] {
            page.click(&format!("document.querySelector('{choice}').labels[0]")).await;
        }
        page.until("nameOf(part('bell')).startsWith('Mitteilungen')").await;
        page.assert("bell.theme === 'dark' && getComputedStyle(bell).direction === 'rtl'").await;
        scene.open_panel(page).await;
        page.until(
            "(({ left, right }) => left >= 0 && right <= innerWidth)(part('panel').getBoundingClientRect())",
        )
        .await;
        page.reload().await;
        page.until(
            "nameOf(part('bell')).startsWith('Mitteilungen') && document.documentElement.dir === 'rtl'",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn every_language_of_the_bell_is_offered() {
    browse(async |page| {
        let _scene = demo(page).await;
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../component/locales");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let mut languages: Vec<_> =
            files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        languages.sort();
        let offered = "[...document.querySelector('[name=lang]').options].map(({ value }) => value).sort()";
        assert_eq!(page.value(offered).await, json!(languages));
        page.assert(
            "[...document.querySelector('[name=lang]').options].every((own) => own.lang === own.value)",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_language_from_right_to_left_turns_the_page() {
    browse(async |page| {
        let _scene = demo(page).await;
        choose_language(page, "he").await;
        page.until("nameOf(part('bell')).startsWith('התראות')").await;
        page.assert("document.documentElement.dir === 'rtl'").await;
        choose_language(page, "ja").await;
        page.until("nameOf(part('bell')).startsWith('通知')").await;
        page.assert("document.documentElement.dir === 'ltr'").await;
    })
    .await;
}

#[tokio::test]
async fn the_page_fits_a_phone() {
    browse(async |page| {
        page.resize(390, 844).await;
        let _scene = demo(page).await;
        page.assert("document.documentElement.scrollWidth <= innerWidth").await;
        page.assert("part('bell').getBoundingClientRect().right <= innerWidth").await;
    })
    .await;
}

#[tokio::test]
async fn the_address_with_the_machines_number_works_as_well() {
    browse(async |page| {
        let scene = Scene::with(Server::builder().argument("--demo").start().await).await;
        let port = scene.server.api().address().port();
        for host in ["localhost", "127.0.0.1"] {
            page.open(&format!("http://{host}:{port}/")).await;
            page.until("Number(badge()) > 0").await;
        }
        let _ = state(&scene, "design@example.com").await;
    })
    .await;
}
