//! The little markup of a body: shown by elements, with links that act as their items do.

use notification_bell_tests::browser::{Page, browse};
use serde_json::json;

use crate::scene::{Scene, USER};

async fn show_body(scene: &Scene, page: &Page, body: &str) {
    scene.server.notify_with(USER, &json!({"title": "Hello", "body": body, "url": "/item"})).await;
    scene.show_items(page, 1).await;
}

#[tokio::test]
async fn marks_become_elements() {
    browse(async |page| {
        let scene = Scene::new().await;
        let body = "**Two** of *three* pass, `cargo test` **[says *so*](/log)**, 2 * 3 ** 4";
        show_body(&scene, page, body).await;
        page.assert("textOf('body').join() === 'Two of three pass, cargo test says so, 2 * 3 ** 4'").await;
        let elements = "[...part('body').querySelectorAll('strong, em, code, a')]\
                        .map((element) => [element.localName, element.textContent])";
        let expected = json!([
            ["strong", "Two"],
            ["em", "three"],
            ["code", "cargo test"],
            ["strong", "says so"],
            ["a", "says so"],
            ["em", "so"],
        ]);
        assert_eq!(page.value(elements).await, expected);
        page.assert("part('body').querySelector('a').rel === 'noopener noreferrer'").await;
        page.assert("part('body').querySelector('a').href === `${location.origin}/log`").await;
    })
    .await;
}

#[tokio::test]
async fn a_link_in_a_body_marks_as_read_and_leads_to_its_own_address() {
    browse(async |page| {
        let scene = Scene::new().await;
        let next = scene.site.page("/log", "<p>The log</p>");
        show_body(&scene, page, "See [the log](/log?a=1#end).").await;
        page.click("part('body').querySelector('a')").await;
        page.until("document.body.innerText.includes('The log')").await;
        assert_eq!(page.url().await, format!("{next}?a=1#end"));
        scene.has_unread(USER, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_router_learns_which_address_is_meant_and_can_prevent_it() {
    browse(async |page| {
        let scene = Scene::new().await;
        show_body(&scene, page, "See [the log](/log).").await;
        page.run("addEventListener('notification-bell-item-click', (event) => event.preventDefault());")
            .await;
        page.click("part('body').querySelector('a')").await;
        page.until("badge() === ''").await;
        page.click("part('title')").await;
        page.until("events('item-click').length === 2").await;
        let addresses = "events('item-click').map(({ detail }) => [detail.item.url, detail.url])";
        assert_eq!(page.value(addresses).await, json!([["/item", "/log"], ["/item", "/item"]]));
        page.assert("location.pathname === '/'").await;
    })
    .await;
}

#[tokio::test]
async fn a_link_with_a_script_in_it_is_text() {
    browse(async |page| {
        let scene = Scene::new().await;
        let bodies = [
            "[a](javascript:window.__xss=1)",
            "[a](JaVaScRiPt:window.__xss=1)",
            "[a](data:text/html,<script>parent.__xss=1</script>)",
            "[a](vbscript:x) [b](//evil.example/) [c](\\\\evil.example)",
            "[a](https://user:password@evil.example/)",
            "[a](/\t/evil.example) [b](java\nscript:window.__xss=1)",
        ];
        for body in bodies {
            scene.server.notify_with(USER, &json!({"title": "Hello", "body": body})).await;
        }
        scene.show_items(page, bodies.len()).await;
        page.assert("root.querySelectorAll('[part~=body] a').length === 0").await;
        let expected: Vec<_> = bodies.iter().rev().collect();
        assert_eq!(page.value("parts('body').map((body) => body.textContent)").await, json!(expected));
    })
    .await;
}

#[tokio::test]
async fn html_within_marks_is_text() {
    browse(async |page| {
        let scene = Scene::new().await;
        let html = "<img src=x onerror=\"window.__xss=1\">";
        let body = format!("**{html}** *{html}* `{html}` [{html}](/a\"onclick=\"window.__xss=1) [b](/b'<b>)");
        show_body(&scene, page, &body).await;
        page.assert("root.querySelectorAll('[part~=body] :is(img, b), [onerror], [onclick]').length === 0")
            .await;
        page.assert(&format!("part('body').querySelector('strong').textContent === {}", json!(html))).await;
        page.assert("window.__xss === undefined").await;
    })
    .await;
}

#[tokio::test]
async fn a_body_of_nothing_but_marks_is_shown_and_soon() {
    browse(async |page| {
        let scene = Scene::new().await;
        let bodies = [
            "*".repeat(4_096),
            "[".repeat(4_096),
            "`".repeat(4_095),
            "[a](".repeat(1_024),
            "*a ".repeat(1_365),
        ];
        for body in &bodies {
            scene.server.notify_with(USER, &json!({"title": "Hello", "body": body})).await;
        }
        scene.show_items(page, bodies.len()).await;
        let expected: Vec<_> = bodies.iter().rev().map(|body| body.trim_end()).collect();
        assert_eq!(
            page.value("parts('body').map((body) => body.textContent.trimEnd())").await,
            json!(expected)
        );
    })
    .await;
}
