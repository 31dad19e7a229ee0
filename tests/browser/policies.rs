//! Pages with a strict Content-Security-Policy (W3C CSP 3) and Trusted Types.

use notification_bell_tests::browser::{Page, browse};
use serde_json::json;

use crate::scene::{Scene, USER};

async fn show_under(scene: &Scene, page: &Page, policy: &str) {
    let body = format!("{}{}", scene.script(), scene.tag(USER));
    page.open(&scene.site.page_with_policy("/strict", policy, &body)).await;
}

/// What a careful site has: nothing but what the element needs. `data:` is for the page's own icon.
fn strict(scene: &Scene, wasm: &str) -> String {
    let (server, site) = (scene.origin(), scene.site.origin());
    format!(
        "default-src 'none'; script-src {server} {wasm}; style-src 'self'; connect-src {server}; \
         img-src {site} data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
}

#[tokio::test]
async fn a_strict_policy_is_violated_by_nothing_the_element_does() {
    browse(async |page| {
        let scene = Scene::new().await;
        let actions = json!([{"id": "approve", "label": "Approve", "style": "primary"}]);
        let members = json!({"title": "Hello", "body": "Body", "url": "/next", "category": "Proofs",
                             "icon": "/icon.png", "image": "/image.png", "actions": actions});
        scene.server.notify_with(USER, &members).await;
        let _ = scene.site.page("/next", "<p>Next</p>");
        show_under(&scene, page, &strict(&scene, "'wasm-unsafe-eval'")).await;
        page.until("badge() === '1'").await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Hello'").await;
        scene.server.notify(USER, "Another").await;
        page.until("badge() === '2' && titles()[0] === 'Another'").await;
        // Every state and every text that can be drawn.
        for locale in ["de", "en"] {
            page.run(&format!("bell.locale = '{locale}'; bell.theme = 'dark';")).await;
        }
        page.click("button('Mark all as read')").await;
        page.until("badge() === ''").await;
        for tab in ["Unread", "Archived", "All"] {
            page.click(&format!("parts('tab').find((tab) => tab.innerText.includes('{tab}'))")).await;
        }
        page.until("titles().join() === 'Another,Hello'").await;
        page.run("bell.userHmac = 'nonsense';").await;
        page.until("part('error')").await;
        page.run("bell.userHmac = null;").await;
        page.until("part('empty')").await;
        page.run("bell.mock = true;").await;
        page.until("parts('item').length > 3").await;
        assert_eq!(page.value("record.violations").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_click_follows_its_address_under_a_strict_policy() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify_with(USER, &json!({"title": "Hello", "url": "/next"})).await;
        let _ = scene.site.page("/next", "<p>Next</p>");
        show_under(&scene, page, &strict(&scene, "'wasm-unsafe-eval'")).await;
        scene.open_panel(page).await;
        page.click("part('title')").await;
        page.until("location.pathname === '/next'").await;
    })
    .await;
}

#[tokio::test]
async fn without_the_keyword_for_wasm_the_element_says_what_is_missing_and_works_all_the_same() {
    browse(async |page| {
        let scene = Scene::new().await;
        let _ = scene.site.page("/next", "<p>Next</p>");
        scene.server.notify_with(USER, &json!({"title": "Hello", "url": "/next"})).await;
        // The browser reports the blocked compilation itself; that is the policy at work.
        page.expect_complaint("WebAssembly");
        page.expect_complaint("wasm-unsafe-eval");
        show_under(&scene, page, &strict(&scene, "")).await;
        page.until("events('error').length === 1").await;
        page.assert("events('error')[0].detail.code === 'wasm_blocked'").await;
        page.assert("events('error')[0].detail.message.includes(\"'wasm-unsafe-eval'\")").await;
        // The translation to JavaScript stands in: it has the number, the list and the stream, and keeps up.
        page.until("badge() === '1'").await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Hello'").await;
        scene.server.notify(USER, "Another").await;
        page.until("badge() === '2' && titles()[0] === 'Another'").await;
        page.assert("events('error').length === 1 && record.errors.length === 0").await;
        let only_wasm = "record.violations.every((violation) => violation.includes('wasm-eval'))";
        page.assert(only_wasm).await;
        page.click("item('Hello').querySelector('[part=title]')").await;
        page.until("location.pathname === '/next'").await;
    })
    .await;
}

#[tokio::test]
async fn a_policy_that_blocks_the_server_is_an_error_and_nothing_thrown() {
    browse(async |page| {
        let scene = Scene::new().await;
        page.expect_complaint("connect-src");
        page.expect_complaint("Content Security Policy");
        let server = scene.origin();
        // The files of the element may come, and the calls to the server may not.
        let scripts = format!("script-src {server} 'wasm-unsafe-eval'");
        let policy = format!("default-src 'none'; {scripts}; connect-src {server}/v/; img-src data:");
        show_under(&scene, page, &policy).await;
        page.until("events('error').length > 0").await;
        scene.open_panel(page).await;
        page.until("part('error')").await;
        page.assert("record.errors.length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn files_that_do_not_load_are_an_error_and_nothing_thrown() {
    browse(async |page| {
        let scene = Scene::new().await;
        page.expect_complaint("connect-src");
        page.expect_complaint("Content Security Policy");
        let server = scene.origin();
        let policy = format!(
            "default-src 'none'; script-src {server} 'wasm-unsafe-eval'; connect-src 'none'; img-src data:"
        );
        show_under(&scene, page, &policy).await;
        page.until("events('error').length === 1").await;
        page.assert("events('error')[0].detail.message.includes('could not be loaded')").await;
        page.assert("record.errors.length === 0 && nameOf(part('bell')) === 'Notifications'").await;
    })
    .await;
}
