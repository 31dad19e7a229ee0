//! `inline`: the panel stands in the page. And how wide and high a panel is.

use notification_bell_tests::browser::{Gate, Key, Page, browse};

use crate::{
    accessibility::{axe_finds_nothing, everything_is_named},
    scene::{Scene, USER},
    undo::use_button,
};

async fn with_inline(page: &Page, style: &str, more: &str) -> Scene {
    let scene = Scene::new().await;
    scene.server.notify(USER, "Hello").await;
    let style = format!("<style>body {{ margin: 0 }} notification-bell {{ {style} }}</style><h1>A site</h1>");
    scene.show(page, &[style, scene.tag_with(USER, &["inline ", more].concat())].concat()).await;
    page.until("titles().join() === 'Hello'").await;
    scene
}

#[tokio::test]
async fn an_inline_panel_stands_in_the_page_and_is_always_open() {
    browse(async |page| {
        let scene = with_inline(page, "", "").await;
        page.assert("!part('bell') && !part('panel').matches('[popover]')").await;
        page.assert("part('panel').role === 'region' && part('panel').ariaLabel === 'Notifications'").await;
        page.assert("document.activeElement === document.body && !button('Close')").await;
        page.assert("bell.offsetWidth === document.body.clientWidth && part('panel').offsetWidth === bell.offsetWidth")
            .await;
        page.run("bell.show(); bell.hide(); bell.toggle(); bell.open = true; bell.open = false;").await;
        page.click("document.querySelector('h1')").await;
        page.run("item('Hello').focus();").await;
        page.press(Key::Escape).await;
        scene.server.notify(USER, "Another").await;
        page.until("titles().join() === 'Another,Hello'").await;
        page.assert("focused() === item('Hello') && events('open').length + events('close').length === 0").await;
        everything_is_named(page).await;
        page.run("bell.toasts = '';").await;
        scene.server.notify(USER, "Third").await;
        page.until("titles()[0] === 'Third'").await;
        page.assert("!part('toast-item')").await;
        axe_finds_nothing(page, "'notification-bell'").await;
    })
    .await;
}

#[tokio::test]
async fn an_inline_panel_is_as_high_as_its_content_or_as_the_page_says() {
    browse(async |page| {
        page.resize(1000, 1000).await;
        let scene = with_inline(page, "", "").await;
        let height = "part('panel').offsetHeight";
        page.until(&format!("{height} > 100 && {height} < 400 && bell.offsetHeight === {height}")).await;
        for number in 0..25 {
            scene.server.notify(USER, &format!("Number {number}")).await;
        }
        page.until(&format!("parts('item').length >= 25 && {height} <= 720 && {height} > 400")).await;
        page.assert("part('list').scrollHeight > part('list').clientHeight").await;
        for wish in ["1200px", "300px"] {
            page.run(&format!("bell.style.cssText = 'display: block; height: {wish}';")).await;
            page.until(&format!("{height} + 'px' === '{wish}'")).await;
        }
        page.run("bell.style.cssText = ''; bell.panelHeight = '410px';").await;
        page.until(&format!("{height} === 410")).await;
        page.run("bell.panelHeight = 'nonsense';").await;
        page.until(&format!("{height} > 410")).await;
    })
    .await;
}

#[tokio::test]
async fn inline_can_be_switched_on_and_off() {
    browse(async |page| {
        let scene = with_inline(page, "", "").await;
        page.run("bell.inline = false;").await;
        page.until("part('bell') && badge() === '1' && part('panel').offsetWidth === 0").await;
        scene.open_panel(page).await;
        page.assert("part('panel').role === 'dialog'").await;
        page.run("bell.inline = true;").await;
        page.until("!part('bell') && part('panel').offsetWidth > 0 && titles().join() === 'Hello'").await;
        page.press(Key::Escape).await;
        page.run("bell.inline = false;").await;
        // The attribute has kept that it was open.
        page.until("isOpen() && titles().join() === 'Hello'").await;
        page.press(Key::Escape).await;
        page.until("!isOpen() && !bell.open").await;
    })
    .await;
}

#[tokio::test]
async fn an_inline_and_a_headless_element_have_no_early_bell() {
    browse(async |page| {
        let scene = Scene::new().await;
        for attribute in ["inline", "headless"] {
            let gate = Gate::to(scene.server.api()).await;
            gate.hold_wasm();
            let attributes = scene.attributes_at(gate.origin(), USER);
            let body = format!(
                r#"<script type="module" src="{}/notification-bell.js"></script>
                   <notification-bell {attributes} {attribute}></notification-bell><notification-bell></notification-bell>"#,
                gate.origin()
            );
            page.open(&scene.site.page("/", &body)).await;
            page.until("of(bells[1]).part('bell')").await;
            // Where the page draws, its own children have a slot from the beginning.
            page.assert("!part('bell') && root.querySelectorAll(':not(slot)').length === 0").await;
            page.run(&format!("bells[1].toggleAttribute('{attribute}');")).await;
            page.until("!of(bells[1]).part('bell')").await;
            page.run(&format!("for (const bell of bells) bell.removeAttribute('{attribute}');")).await;
            page.until("bells.every((bell) => of(bell).part('bell')?.offsetWidth === 40)").await;
            gate.open();
        }
    })
    .await;
}

#[tokio::test]
async fn a_panel_takes_the_width_and_the_height_it_is_told_and_ignores_what_is_none() {
    browse(async |page| {
        let scene = Scene::new().await;
        for number in 0..20 {
            scene.server.notify(USER, &format!("Number {number}")).await;
        }
        page.resize(1280, 800).await;
        let style = "<style>notification-bell { position: fixed; top: 8px; right: 8px }</style>";
        scene
            .show(page, &[style, &scene.tag_with(USER, "open panel-width=30rem panelHeight=300px")].concat())
            .await;
        page.until("parts('item').length === 20 && part('panel').offsetWidth === 480").await;
        page.until("part('panel').offsetHeight === 300").await;
        let fits =
            "(({ left, right }) => left >= 0 && right <= innerWidth)(part('panel').getBoundingClientRect())";
        for (width, pixels) in
            [("5000px", 1264), ("nonsense", 400), ("50vw", 640), ("auto", 400), ("28rem", 448)]
        {
            page.run(&format!("bell.panelWidth = '{width}';")).await;
            page.until(&format!("part('panel').offsetWidth === {pixels} && {fits}")).await;
        }
        page.run("bell.panelHeight = '1px; color: red';").await;
        page.until("part('panel').offsetHeight > 300").await;
        page.resize(390, 844).await;
        page.until("part('panel').offsetWidth === innerWidth && part('panel').offsetHeight === innerHeight")
            .await;
    })
    .await;
}

#[tokio::test]
async fn on_a_phone_the_panel_is_all_of_the_screen_and_tab_stays_in_it() {
    browse(async |page| {
        page.resize(390, 844).await;
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        let outside = "<button id=before>Before</button>";
        let body = [outside, &scene.tag(USER), "<button id=after>After</button>"].concat();
        scene.show(page, &body).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Hello' && part('panel').ariaModal === 'true'").await;
        for _ in 0..14 {
            page.press(Key::Tab).await;
            page.until("part('panel').contains(focused())").await;
        }
        page.click("button('Close')").await;
        page.until("!isOpen() && focused() === part('bell')").await;
    })
    .await;
}

#[tokio::test]
async fn the_menu_of_times_of_an_inline_panel_closes_when_the_page_is_scrolled() {
    browse(async |page| {
        let _scene = with_inline(page, "", "").await;
        page.run("document.body.append(Object.assign(document.createElement('div'), { style: 'height: 3000px' }));")
            .await;
        use_button(page, "Hello", "Snooze").await;
        page.until("root.querySelector('#snooze')?.matches(':popover-open')").await;
        page.run("scrollTo({ top: 200, behavior: 'instant' });").await;
        page.until("!root.querySelector('#snooze')?.matches(':popover-open')").await;
    })
    .await;
}
