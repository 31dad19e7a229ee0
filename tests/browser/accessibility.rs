//! For those who use a keyboard or a screen reader: names, focus, order; and what axe-core finds, where it is
//! installed.

use std::{fs, path::Path};

use notification_bell_tests::browser::{Key, Page, browse};
use serde_json::json;

use crate::scene::{Scene, USER};

/// Every button and link has a name, and none takes a place of its own in the order of Tab.
pub(crate) async fn everything_is_named(page: &Page) {
    let nameless = "[...root.querySelectorAll('button, a, [role=button], [role=tab], [role=dialog]')]\
                    .filter((element) => element.role !== 'none' && nameOf(element) === '')\
                    .map((element) => element.outerHTML)";
    assert_eq!(page.value(nameless).await, json!([]), "without a name");
    let positive =
        "[...root.querySelectorAll('[tabindex]')].filter((element) => element.tabIndex > 0).length";
    assert_eq!(page.value(positive).await, json!(0), "positive tabindex");
    let ids = "['aria-labelledby', 'aria-controls', 'aria-describedby'].flatMap((name) =>\
                 [...root.querySelectorAll(`[${name}]`)].flatMap((element) => element.getAttribute(name).split(' ')))\
               .filter((id) => id && !root.getElementById(id))";
    assert_eq!(page.value(ids).await, json!([]), "ids that name nothing");
    let doubled = "[...root.querySelectorAll('[id]')].filter(({ id }, index, all) =>\
                     all.findIndex((other) => other.id === id) !== index).length";
    assert_eq!(page.value(doubled).await, json!(0), "ids given twice");
}

/// What axe-core has against the page in front.
pub(crate) async fn axe_finds_nothing(page: &Page, context: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/axe-core/axe.min.js");
    let Ok(axe) = fs::read_to_string(&path) else {
        println!("skipped: there is no axe-core at {}", path.display());
        return;
    };
    page.run(&axe).await;
    // It leaves the contrast of a text of one letter to people, and the numbers of categories are such.
    page.run(
        "axe.configure({ checks: [{ id: 'color-contrast', options: {\
           ...axe._audit.checks['color-contrast'].options, ignoreLength: true } }] });",
    )
    .await;
    let found = page
        .promised(&format!(
            "(await axe.run({context})).violations.flatMap(({{ id, nodes }}) =>\
               nodes.map(({{ html, failureSummary }}) => ({{ id, html, failureSummary }})))"
        ))
        .await;
    assert_eq!(found, json!([]));
}

async fn with_items() -> Scene {
    let scene = Scene::new().await;
    let actions = json!([
        {"id": "a", "label": "Approve", "style": "primary"},
        {"id": "b", "label": "Reject", "style": "danger"},
    ]);
    for number in 0..4 {
        let title = format!("Number {number}");
        let members = json!({"title": title, "body": "Body", "url": "/next", "category": "Proofs",
                             "actions": actions});
        scene.server.notify_with(USER, &members).await;
    }
    scene
}

#[tokio::test]
async fn every_control_has_a_name_and_no_place_of_its_own() {
    browse(async |page| {
        let scene = with_items().await;
        scene.show_bell(page).await;
        everything_is_named(page).await;
        scene.open_panel(page).await;
        page.until("parts('item').length === 4").await;
        everything_is_named(page).await;
        page.run("bell.userHmac = null;").await;
        page.until("part('empty')").await;
        everything_is_named(page).await;
    })
    .await;
}

#[tokio::test]
async fn the_focus_can_be_seen_wherever_the_keyboard_takes_it() {
    browse(async |page| {
        let scene = with_items().await;
        scene.show_bell(page).await;
        page.press(Key::Tab).await;
        page.until("focused() === part('bell')").await;
        let ring = "(() => {\
            const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(focused());\
            const isRinged = (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';\
            return focused().matches(':focus-visible') && isRinged;\
          })()";
        page.assert(ring).await;
        page.press(Key::Enter).await;
        page.until("isOpen() && parts('item').length === 4").await;
        let mut seen = 0;
        for key in [Key::Tab, Key::Tab, Key::Tab, Key::Down, Key::Tab, Key::Tab, Key::Tab, Key::Tab] {
            page.press(key).await;
            if page.value("focused() !== null").await == true {
                let what = page.value("focused().outerHTML.slice(0, 200)").await;
                assert_eq!(page.value(ring).await, true, "no ring around {what}");
                let is_visible = page.value("focused().checkVisibility({ visibilityProperty: true })").await;
                assert_eq!(is_visible, true, "the focus is on what cannot be seen: {what}");
                seen += 1;
            }
        }
        assert!(seen >= 6, "only {seen} places of the panel had the focus");
    })
    .await;
}

#[tokio::test]
async fn axe_finds_nothing_in_any_state_of_the_element() {
    browse(async |page| {
        let scene = with_items().await;
        let heading = "<main><h1>A site</h1></main>";
        for theme in ["light", "dark"] {
            let tag = scene.tag_with(USER, &format!(r#"theme="{theme}""#));
            scene.show(page, &[heading, "<header>", &tag, "</header>"].concat()).await;
            scene.is_live(page, 1).await;
            axe_finds_nothing(page, "'notification-bell'").await;
            scene.open_panel(page).await;
            page.until("parts('item').length === 4 && part('panel').getAnimations().length === 0").await;
            axe_finds_nothing(page, "'notification-bell'").await;
            page.run("bell.userHmac = 'wrong';").await;
            page.until("part('error')").await;
            axe_finds_nothing(page, "'notification-bell'").await;
            page.run("bell.userHmac = null;").await;
            page.until("part('empty')").await;
            axe_finds_nothing(page, "'notification-bell'").await;
        }
    })
    .await;
}

#[tokio::test]
async fn axe_finds_nothing_in_what_is_done_with_items() {
    browse(async |page| {
        let scene = with_items().await;
        let body = "**Bold**, *italic*, `code` and [a link](/next)";
        scene.server.notify_with(USER, &json!({"title": "Marked", "body": body})).await;
        // What fades in has too little contrast on its way.
        let snooze_rests = "moving(root.getElementById('snooze')).length === 0";
        for theme in ["light", "dark"] {
            let tag = scene.tag_with(USER, &format!(r#"theme="{theme}""#));
            scene.show(page, &["<main><h1>A site</h1></main><header>", &tag, "</header>"].concat()).await;
            scene.is_live(page, 1).await;
            scene.open_panel(page).await;
            page.until("item('Marked') && moving(part('panel')).length === 0").await;
            page.run("item('Marked').focus();").await;
            page.press('s').await;
            page.until("root.querySelector('[role=menu]')?.contains(focused())").await;
            page.until(snooze_rests).await;
            everything_is_named(page).await;
            axe_finds_nothing(page, "'notification-bell'").await;
            page.press(Key::End).await;
            page.press(Key::Enter).await;
            page.until("focused()?.type === 'datetime-local'").await;
            page.until(snooze_rests).await;
            everything_is_named(page).await;
            axe_finds_nothing(page, "'notification-bell'").await;
            page.press(Key::Enter).await;
            page.until("part('toast') && !item('Marked')").await;
            // With the focus on it the message stays, however long axe takes.
            page.run("button('Undo').focus();").await;
            page.run("parts('tab').find((tab) => tab.innerText.includes('Snoozed')).click();").await;
            page.until("item('Marked') && moving(part('panel')).length === 0").await;
            everything_is_named(page).await;
            axe_finds_nothing(page, "'notification-bell'").await;
            page.click("button('Undo')").await;
            page.until("!item('Marked')").await;
        }
    })
    .await;
}

#[tokio::test]
async fn axe_finds_nothing_on_the_demo_page() {
    browse(async |page| {
        let server = notification_bell_tests::Server::builder().argument("--demo").start().await;
        let scene = Scene::with(server).await;
        // The policy of the page has no room for a tool; what it checks is the same without.
        page.ignore_policies().await;
        page.open(&scene.origin()).await;
        page.until("Number(badge()) > 0").await;
        for theme in ["light", "dark"] {
            page.click(&format!("document.querySelector('[name=theme][value={theme}]').labels[0]")).await;
            axe_finds_nothing(page, "document").await;
        }
    })
    .await;
}

#[tokio::test]
async fn with_reduced_motion_nothing_moves() {
    browse(async |page| {
        let scene = with_items().await;
        page.set_media("prefers-reduced-motion", "reduce").await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.until("parts('item').length === 4").await;
        scene.server.notify(USER, "Another").await;
        page.until("parts('item').length === 5").await;
        let moving =
            "root.getAnimations().filter(({ effect }) => effect.getComputedTiming().duration > 1).length";
        assert_eq!(page.value(moving).await, json!(0));
    })
    .await;
}
