//! The panel is on screen, wherever the bell is and whatever is around it.

use notification_bell_tests::browser::{Page, browse};

use crate::scene::{Scene, USER};

/// Waits until the whole panel is on screen and nothing lies on top of it.
async fn is_on_screen(page: &Page, what: &str) {
    let condition = format!(
        "/* {what} */ (() => {{\
            const panel = part('panel');\
            if (!isOpen() || panel.getAnimations().length > 0) return false;\
            const {{ left, top, right, bottom, width, height }} = panel.getBoundingClientRect();\
            const corners = [left + 16, right - 16].flatMap((x) => [[x, top + 16], [x, bottom - 16]]);\
            const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;\
            return isInside && width > 200 && height > 100 && corners.every(([x, y]) => document.elementFromPoint(x, y) === bell);\
          }})()"
    );
    page.until(&condition).await;
}

#[tokio::test]
async fn in_each_corner_the_whole_panel_is_on_screen() {
    browse(async |page| {
        let scene = Scene::new().await;
        for number in 0..8 {
            scene.server.notify(USER, &format!("Number {number}")).await;
        }
        for (width, height) in [(1280, 800), (390, 844)] {
            page.resize(width, height).await;
            for corner in ["top: 0; left: 0", "top: 0; right: 0", "bottom: 0; left: 0", "bottom: 0; right: 0"]
            {
                let style = format!("<style>notification-bell {{ position: fixed; {corner} }}</style>");
                scene.show(page, &[style, scene.tag_with(USER, "open")].concat()).await;
                page.until("parts('item').length === 8").await;
                is_on_screen(page, &format!("{corner} at {width}")).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_placement_is_on_screen() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        page.resize(1280, 800).await;
        let style = "<style>notification-bell { position: fixed; top: 50%; left: 50% }</style>";
        scene.show(page, &[style, &scene.tag_with(USER, "open")].concat()).await;
        page.until("parts('item').length === 1").await;
        for placement in ["bottom-end", "bottom-start", "top-end", "top-start", "nonsense"] {
            page.run(&format!("bell.placement = '{placement}';")).await;
            is_on_screen(page, placement).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_clipped_and_transformed_container_cannot_hide_the_panel() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        let style = "<style>#box { overflow: hidden; width: 60px; height: 60px; transform: translate(40px, 10px);\
                     contain: paint; position: relative; z-index: 0 }\
                     #cover { position: fixed; inset: 0; z-index: 2147483647; pointer-events: none }\
                     #cover.on { pointer-events: auto }</style>";
        let body = [style, "<div id=box>", &scene.tag(USER), "</div><div id=cover></div>"].concat();
        scene.show(page, &body).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Hello'").await;
        page.run("document.getElementById('cover').className = 'on';").await;
        is_on_screen(page, "under a cover").await;
    })
    .await;
}

#[tokio::test]
async fn a_window_that_changes_its_size_keeps_the_panel_on_screen() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        page.resize(1280, 800).await;
        let style = "<style>notification-bell { position: fixed; top: 8px; right: 8px }</style>";
        scene.show(page, &[style, &scene.tag_with(USER, "open")].concat()).await;
        page.until("titles().join() === 'Hello'").await;
        for (width, height) in [(700, 500), (390, 844), (1280, 800)] {
            page.resize(width, height).await;
            is_on_screen(page, &format!("{width} by {height}")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_panel_changes_sides_with_the_direction_of_the_page() {
    browse(async |page| {
        page.resize(1200, 800).await;
        let scene = Scene::new().await;
        let middle = "<style>body { margin: 0; text-align: center }</style>";
        scene.show(page, &[middle, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        let aligned = |side: &str| {
            format!(
                "Math.abs(part('panel').getBoundingClientRect().{side} - part('bell').getBoundingClientRect().{side}) < 1"
            )
        };
        page.until(&aligned("right")).await;
        page.run("document.documentElement.dir = 'rtl';").await;
        page.until(&aligned("left")).await;
        page.run("bell.dir = 'ltr';").await;
        page.until(&aligned("right")).await;
    })
    .await;
}
