//! Attacks through what notifications say, and through what answers in the server's place.

use notification_bell_tests::browser::{Page, browse};
use serde_json::{Value, json};

use crate::scene::{Scene, USER};

/// Each sets `window.__xss` if anything of it runs.
const SCRIPTS: [&str; 6] = [
    "<img src=x onerror=\"window.__xss='img'\">",
    "<script>window.__xss='script'</script>",
    "<svg onload=\"window.__xss='svg'\"><animate onbegin=\"window.__xss='animate'\">",
    "</h3></article></template><iframe srcdoc=\"<script>parent.__xss='iframe'</script>\"></iframe>",
    "{{constructor.constructor('window.__xss=1')()}} ${window.__xss=1} javascript:window.__xss=1",
    "<style>*{display:none!important}</style><slot name=x onslotchange=\"window.__xss='slot'\">",
];

async fn nothing_ran(page: &Page) {
    page.assert("window.__xss === undefined").await;
    page.assert("document.querySelectorAll('iframe, style').length === 0").await;
    page.assert("root.querySelectorAll('iframe, script, style, [onerror], [onload]').length === 0").await;
}

#[tokio::test]
async fn markup_in_title_body_and_category_is_shown_as_text() {
    browse(async |page| {
        let scene = Scene::new().await;
        for script in SCRIPTS {
            let actions = json!([{"id": "a", "label": "<img src=x onerror=window.__xss='action'>"}]);
            let members = json!({"title": script, "body": script, "actions": actions});
            scene.server.notify_with(USER, &members).await;
        }
        scene.show_items(page, SCRIPTS.len()).await;
        let expected: Vec<_> = SCRIPTS.iter().rev().collect();
        assert_eq!(page.value("titles()").await, json!(expected));
        assert_eq!(page.value("parts('body').map((body) => body.textContent)").await, json!(expected));
        // Live, too, where it is also read out.
        for script in SCRIPTS {
            scene.server.notify(USER, script).await;
        }
        page.until("parts('item').length === 12 && events('received').length === 6").await;
        nothing_ran(page).await;
    })
    .await;
}

#[tokio::test]
async fn a_right_to_left_override_in_a_title_stays_in_its_title() {
    browse(async |page| {
        let scene = Scene::new().await;
        let title = "Pay \u{202e}txt.exe\u{2067} now";
        scene.server.notify_with(USER, &json!({"title": title, "body": title})).await;
        scene.show_items(page, 1).await;
        // Around the text lies a box that no control character reaches out of (Unicode UAX #9, rule X6a).
        let isolated = "['title', 'body'].every((name) => {\
            const box = part(name).querySelector('bdi, [dir=auto]') ?? part(name);\
            const { unicodeBidi } = getComputedStyle(box);\
            return box.textContent.includes('txt.exe') && /isolate|plaintext/.test(unicodeBidi);\
          })";
        page.assert(isolated).await;
    })
    .await;
}

/// Asserts that everything in the panel is inside of it.
async fn nothing_sticks_out(page: &Page) {
    page.until("part('panel').getAnimations().length === 0").await;
    page.assert("document.documentElement.scrollWidth <= innerWidth").await;
    page.assert("part('panel').scrollWidth <= part('panel').clientWidth").await;
    page.assert("part('list').scrollWidth <= part('list').clientWidth").await;
    let inside = "(() => {\
        const panel = part('panel').getBoundingClientRect();\
        return ['item', 'title', 'body', 'time'].flatMap(parts).every((element) => {\
          const { left, right } = element.getBoundingClientRect();\
          return left >= panel.left - 1 && right <= panel.right + 1;\
        });\
      })()";
    page.assert(inside).await;
}

#[tokio::test]
async fn endless_words_stay_within_the_panel() {
    browse(async |page| {
        let scene = Scene::new().await;
        let (word, longest) = ("Donaudampf".repeat(8), "W".repeat(256));
        let zalgo = format!("Z{}", "\u{0335}\u{0321}\u{0489}".repeat(80));
        for title in [word.as_str(), &longest, &zalgo, &"🔔".repeat(256)] {
            let actions = json!([{"id": "a", "label": "Donaudampfschifffahrt".repeat(3)}]);
            let members =
                json!({"title": title, "body": longest, "category": "w".repeat(64), "actions": actions});
            scene.server.notify_with(USER, &members).await;
        }
        for (width, height) in [(1280, 800), (390, 844)] {
            page.resize(width, height).await;
            scene.show_items(page, 4).await;
            nothing_sticks_out(page).await;
        }
    })
    .await;
}

/// A server that is not one: whatever these files say, the element must take.
async fn show_with_answers(scene: &Scene, page: &Page, item: &Value) {
    let counts = json!({"unseen": 1, "unread": 1, "total": 1, "categories": {}});
    let grant = json!({"token": "t", "expiresAt": LATER, "refreshAt": LATER, "userId": USER, "counts": counts,
                       "revision": "1"});
    let list = json!({"items": [item], "next": null, "counts": counts, "revision": "1"});
    let sync = json!({"changed": [], "removed": [], "counts": counts, "revision": "1"});
    let content_type = "application/json";
    scene.site.file("/api/v1/session", content_type, &grant.to_string());
    scene.site.file("/api/v1/inbox", content_type, &list.to_string());
    let changed = json!({"item": item, "counts": counts, "revision": "1"});
    scene.site.file(&format!("/api/v1/inbox/{ID}"), content_type, &changed.to_string());
    scene.site.file(
        "/api/v1/inbox/mark",
        content_type,
        &json!({"counts": counts, "revision": "1"}).to_string(),
    );
    scene.site.file(
        "/api/v1/inbox/stream",
        "text/event-stream",
        &format!("event: sync\nid: 1\ndata: {sync}\n\nretry: 60000\n\n"),
    );
    scene.show(page, &format!("<notification-bell {MADE_UP}></notification-bell>")).await;
    page.until("badge() === '1'").await;
    scene.open_panel(page).await;
    page.until("parts('item').length === 1").await;
}

/// Attributes that lead to the files of the site itself.
const MADE_UP: &str = r#"apiUrl="/api" apiKey="k" userId="u" userHmac="h""#;
const LATER: &str = "2999-01-01T00:00:00.000Z";
const ID: &str = "0190163d-8694-739b-aea5-966c26f8ad91";

fn item(url: &str, picture: &str) -> Value {
    json!({"id": ID, "type": null, "category": null, "title": "Hello",
           "body": "Body", "url": url, "icon": picture, "image": picture,
           "actions": [{"id": "a", "label": "Act", "url": url, "style": "default", "done": false}],
           "data": null, "priority": "normal", "createdAt": "2026-01-01T00:00:00.000Z", "expiresAt": null,
           "seenAt": null, "readAt": null, "archivedAt": null, "snoozedUntil": null, "revision": "1"})
}

#[tokio::test]
async fn a_script_address_from_a_compromised_server_is_no_link() {
    browse(async |page| {
        let scene = Scene::new().await;
        for url in [
            "javascript:window.__xss=1",
            " java\nscript:window.__xss=1",
            "JaVaScRiPt:window.__xss=1//https://x",
            "data:text/html,<script>opener.__xss=1</script>",
            "vbscript:x",
            "blob:https://x/1",
            "file:///etc/passwd",
            "//evil.example/x",
            "/\\evil.example/x",
            "https://user:password@evil.example/",
        ] {
            show_with_answers(&scene, page, &item(url, url)).await;
            page.assert("[...root.querySelectorAll('a[href]')].length === 0").await;
            page.assert("[...root.querySelectorAll('img')].length === 0").await;
            page.click("part('title')").await;
            page.click("part('action')").await;
            page.until("events('item-click').length === 1 && events('action').length === 1").await;
            page.assert("location.pathname === '/' && window.__xss === undefined").await;
            assert_eq!(page.url().await, format!("{}/", scene.site.origin()), "{url:?} was followed");
        }
    })
    .await;
}

#[tokio::test]
async fn answers_that_make_no_sense_are_an_error_and_nothing_thrown() {
    browse(async |page| {
        let scene = Scene::new().await;
        for answer in
            ["", "null", "<!doctype html><title>Log in</title>", "{\"token\":1}", "[[[[[[[[", "\u{0}"]
        {
            scene.site.file("/api/v1/session", "application/json", answer);
            scene.show(page, &format!("<notification-bell {MADE_UP} open></notification-bell>")).await;
            page.until("events('error').length > 0 && part('error')").await;
            page.assert("record.errors.length === 0 && events('ready').length === 0").await;
        }
    })
    .await;
}

#[tokio::test]
async fn attributes_that_make_no_sense_do_no_harm() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        let long = "x".repeat(100_000);
        let values = json!(["", " ", "\u{0}", long, "javascript:window.__xss=1", "http://[::1", SCRIPTS[0]]);
        let names = json!(["apiUrl", "apiKey", "userId", "userHmac", "userToken", "locale", "theme", "placement", "view"]);
        let script = format!(
            "for (const value of {values}) for (const name of {names}) {{\
               bell[name] = value; bell.setAttribute(name, value); bell.removeAttribute(name); bell[name] = value;\
             }}"
        );
        page.run(&script).await;
        page.run("bell.show();").await;
        page.until("part('error') || part('empty')").await;
        nothing_ran(page).await;
    })
    .await;
}
