//! The bell that is there before the wasm is: it looks and feels like the real one, which takes over unnoticed.

use notification_bell_tests::browser::{Gate, Key, Page, browse};
use serde_json::Value;

use crate::scene::{Scene, USER};

/// A page with the early bell, whose wasm waits at the gate.
async fn show_early(scene: &Scene, page: &Page, more: &str, content: &str) -> Gate {
    let gate = Gate::to(scene.server.api()).await;
    gate.hold_wasm();
    let attributes = scene.attributes_at(gate.origin(), USER);
    let script = format!(r#"<script type="module" src="{}/notification-bell.js"></script>"#, gate.origin());
    let body = format!(
        "{script}<p>Before <notification-bell {attributes} {more}>{content}</notification-bell> after</p>"
    );
    page.open(&scene.site.page("/", &body)).await;
    page.until("part('bell')").await;
    page.assert("!part('panel') && nameOf(part('bell')) === 'Notifications'").await;
    gate
}

/// Lets the wasm come, and waits for what it draws.
async fn take_over(page: &Page, gate: &Gate) {
    gate.open();
    page.until("part('panel')").await;
}

/// Lets the wasm come while the early bell is held down. Another bell of the page tells when it is there.
async fn come(page: &Page, gate: &Gate) {
    page.run("document.body.append(bell.cloneNode());").await;
    gate.open();
    page.until("of(bells[1]).part('panel')").await;
}

/// Where the bell and what is around it is, and how it is drawn.
async fn look(page: &Page) -> Value {
    let properties = "['color', 'background-color', 'border-radius', 'cursor', 'display', 'outline', 'outline-offset', \
        'padding', 'margin', 'font', 'fill', 'stroke', 'stroke-width', 'color-scheme', 'opacity']";
    let elements = "[bell, part('bell'), root.querySelector('svg'), root.querySelector('slot[name=bell]'), \
        bell.firstElementChild, document.querySelector('p')].filter(Boolean)";
    let of_one = format!(
        "(element) => [element.getBoundingClientRect().toJSON(), \
         {properties}.map((name) => getComputedStyle(element).getPropertyValue(name))]"
    );
    page.value(&format!("{elements}.map({of_one})")).await
}

#[tokio::test]
async fn before_the_wasm_is_there_the_bell_is_a_button_that_says_what_it_opens() {
    browse(async |page| {
        let scene = Scene::new().await;
        let _gate = show_early(&scene, page, "", "").await;
        page.assert("part('bell').localName === 'button' && part('bell').offsetWidth === 40").await;
        page.assert("part('bell').getAttribute('aria-haspopup') === 'dialog'").await;
        page.assert("part('bell').getAttribute('aria-expanded') === 'false'").await;
        page.press(Key::Tab).await;
        page.assert("focused() === part('bell') && part('bell').matches(':focus-visible')").await;
    })
    .await;
}

#[tokio::test]
async fn a_click_on_the_early_bell_opens_the_panel_when_there_is_one() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        let gate = show_early(&scene, page, "", "").await;
        page.click("part('bell')").await;
        page.assert("bell.open && part('bell').getAttribute('aria-expanded') === 'true'").await;
        take_over(page, &gate).await;
        page.until("isOpen() && titles().join() === 'Hello'").await;
        page.assert("events('open').length === 1 && focused() === part('panel')").await;
    })
    .await;
}

#[tokio::test]
async fn a_key_and_every_other_way_to_open_are_kept_too() {
    browse(async |page| {
        let scene = Scene::new().await;
        let ways = ["bell.show()", "bell.toggle()", "bell.open = true", "bell.setAttribute('open', '')"];
        for way in ways {
            let gate = show_early(&scene, page, "", "").await;
            page.run(way).await;
            page.assert("part('bell').getAttribute('aria-expanded') === 'true'").await;
            take_over(page, &gate).await;
            page.until("isOpen()").await;
        }
        let gate = show_early(&scene, page, "", "").await;
        page.press(Key::Tab).await;
        page.press(Key::Enter).await;
        take_over(page, &gate).await;
        page.until("isOpen()").await;
    })
    .await;
}

#[tokio::test]
async fn a_second_click_on_the_early_bell_takes_the_first_one_back() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = show_early(&scene, page, "open", "").await;
        page.assert("part('bell').getAttribute('aria-expanded') === 'true'").await;
        page.click("part('bell')").await;
        page.assert("part('bell').getAttribute('aria-expanded') === 'false'").await;
        take_over(page, &gate).await;
        page.until("events('ready').length === 1").await;
        page.assert("!isOpen() && !bell.open && events('open').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn nothing_moves_when_the_real_bell_takes_over() {
    browse(async |page| {
        let scene = Scene::new().await;
        let picture = r#"<img slot="bell" width="26" height="20" alt="" src="data:,">"#;
        for (more, content) in [
            ("", ""),
            (r#"theme="dark" style="--nb-bell-size: 30px; color: rgb(200, 30, 90); font: 19px/2 serif""#, ""),
            (r#"theme="light" style="--nb-accent: rgb(10, 120, 60)""#, picture),
            (r#"dir="rtl" style="position: absolute; inset: 30px auto auto 70px""#, ""),
        ] {
            let gate = show_early(&scene, page, more, content).await;
            // So that the outline, too, is there to be compared.
            page.press(Key::Tab).await;
            page.assert("focused() === part('bell')").await;
            let early = look(page).await;
            take_over(page, &gate).await;
            assert_eq!(early, look(page).await, "{more}");
            page.until("events('ready').length === 1").await;
            assert_eq!(early, look(page).await, "{more}, signed in");
        }
    })
    .await;
}

#[tokio::test]
async fn the_focus_stays_on_the_bell_when_the_real_one_takes_over() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = show_early(&scene, page, "", "").await;
        page.press(Key::Tab).await;
        page.assert("focused() === part('bell')").await;
        take_over(page, &gate).await;
        page.assert("focused() === part('bell') && document.activeElement === bell").await;
        page.assert("part('bell').matches(':focus-visible')").await;
        page.press(Key::Enter).await;
        page.until("isOpen()").await;
    })
    .await;
}

#[tokio::test]
async fn an_early_bell_in_a_frame_is_styled_there() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = show_early(&scene, page, "", "").await;
        let script = "const frame = document.body.appendChild(document.createElement('iframe'));\
                      window.moved = bell; frame.contentDocument.body.append(bell);";
        page.run(script).await;
        page.until("of(window.moved).part('bell')?.offsetWidth === 40").await;
        page.assert("window.moved.shadowRoot.adoptedStyleSheets.length === 1").await;
        gate.open();
        page.until("of(window.moved).part('panel')").await;
    })
    .await;
}

#[tokio::test]
async fn a_click_where_the_wasm_cannot_come_says_so_and_opens_nothing() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = show_early(&scene, page, "", "").await;
        page.click("part('bell')").await;
        gate.cut();
        page.until("events('error').length === 1 && events('error')[0].detail.code === 'wasm_failed'").await;
        page.assert("!bell.open && part('bell').getAttribute('aria-expanded') === 'false'").await;
        page.click("part('bell')").await;
        page.until("events('error').length === 2 && !bell.open").await;
        page.assert("focused() === part('bell') && record.errors.length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn a_press_of_the_mouse_that_the_wasm_comes_into_opens_the_panel() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = show_early(&scene, page, "", "").await;
        page.hold("part('bell')").await;
        come(page, &gate).await;
        page.let_go().await;
        page.until("isOpen()").await;
        page.assert("bell.open && events('open').length === 1").await;
    })
    .await;
}

#[tokio::test]
async fn a_tap_that_the_wasm_comes_into_opens_the_panel() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = show_early(&scene, page, "", "").await;
        // By hand: a finger of the driver's that stays for as long as a busy machine may need is no tap any more.
        let finger = "pointerId: 9, pointerType: 'touch', isPrimary: true, bubbles: true, composed: true";
        let touch = format!("new PointerEvent('pointerdown', {{ {finger} }})");
        page.run(&format!("window.early = part('bell'); window.early.dispatchEvent({touch});")).await;
        come(page, &gate).await;
        let lift = format!(
            "const {{ early }} = window, press = {{ {finger} }};\
             for (const end of ['pointerup', 'pointerout', 'pointerleave'])\
               early.dispatchEvent(new PointerEvent(end, press));\
             setTimeout(() => early.isConnected && early.click());"
        );
        page.run(&lift).await;
        page.until("isOpen()").await;
        page.assert("bell.open && events('open').length === 1").await;
    })
    .await;
}

#[tokio::test]
async fn the_space_bar_that_the_wasm_comes_into_opens_the_panel() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = show_early(&scene, page, "", "").await;
        page.press(Key::Tab).await;
        page.assert("focused() === part('bell')").await;
        page.hold_key(' ').await;
        come(page, &gate).await;
        page.let_go_of_key(' ').await;
        page.until("isOpen()").await;
        page.assert("bell.open && events('open').length === 1 && focused() === part('panel')").await;
    })
    .await;
}

#[tokio::test]
async fn a_press_that_is_taken_elsewhere_opens_nothing_and_the_real_bell_comes() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = show_early(&scene, page, "", "").await;
        page.hold("part('bell')").await;
        come(page, &gate).await;
        page.drag_by(200, 200).await;
        page.until("part('panel')").await;
        page.let_go().await;
        page.assert("!isOpen() && !bell.open && events('open').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn a_press_whose_end_nobody_tells_keeps_the_real_bell_away_for_some_seconds_only() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = show_early(&scene, page, "", "").await;
        page.run("part('bell').dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));").await;
        come(page, &gate).await;
        page.until("part('panel')").await;
    })
    .await;
}
