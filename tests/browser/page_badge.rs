//! `pageBadge`: the number in the title of the page, and a dot on its icon.

use notification_bell_tests::browser::{Page, browse};
use serde_json::json;

use crate::scene::{OTHER, Scene, USER};

const ICON: &str = "document.querySelector('link[rel~=icon]').getAttribute('href')";

async fn with_badge(page: &Page, badge: &str) -> Scene {
    let scene = Scene::new().await;
    scene.show(page, &scene.tag_with(USER, &format!(r#"pageBadge="{badge}""#))).await;
    scene.is_live(page, 1).await;
    scene
}

#[tokio::test]
async fn the_title_has_the_number_and_is_the_pages_own_again_at_none() {
    browse(async |page| {
        let scene = with_badge(page, "title").await;
        page.assert("document.title === 'A site'").await;
        scene.server.notify(USER, "A").await;
        page.until("document.title === '(1) A site'").await;
        scene.server.notify(USER, "B").await;
        page.until("document.title === '(2) A site'").await;
        page.assert(&format!("{ICON} === 'data:,'")).await;
        scene.server.session(USER).await.mark_all_read().await;
        page.until("document.title === 'A site'").await;
    })
    .await;
}

#[tokio::test]
async fn the_title_that_the_page_sets_gets_the_number_once() {
    browse(async |page| {
        let scene = with_badge(page, "title").await;
        scene.server.notify(USER, "A").await;
        page.until("document.title === '(1) A site'").await;
        page.run("window.kept = document.title; document.title = 'Orders';").await;
        page.until("document.title === '(1) Orders'").await;
        page.run("document.querySelector('title').replaceWith(document.createElement('title')); document.title = '(7) of 9';")
            .await;
        page.until("document.title === '(1) (7) of 9'").await;
        scene.server.notify(USER, "B").await;
        page.until("document.title === '(2) (7) of 9'").await;
        page.run("document.title = window.kept;").await;
        page.until("document.title === '(2) A site'").await;
        page.run("document.title = '';").await;
        page.until("document.title === '(2)'").await;
        page.run("document.title = 'End'; bell.remove();").await;
        page.until("document.title === 'End'").await;
    })
    .await;
}

#[tokio::test]
async fn several_bells_show_one_number_and_the_last_takes_it_along() {
    browse(async |page| {
        let scene = Scene::new().await;
        for _ in 0..2 {
            scene.server.notify(USER, "A").await;
        }
        scene.server.notify(OTHER, "B").await;
        let tag = |user| scene.tag_with(user, "page-badge=title");
        scene.show(page, &[tag(USER), tag(USER), tag(OTHER)].concat()).await;
        page.until("events('ready').length === 3 && document.title === '(2) A site'").await;
        page.run("bells[0].remove(); bells[1].pageBadge = null;").await;
        page.until("document.title === '(1) A site'").await;
        page.run("bell.remove(); bells[1].remove();").await;
        page.until("document.title === 'A site'").await;
    })
    .await;
}

#[tokio::test]
async fn the_icon_has_a_dot_and_is_the_pages_own_again_at_none() {
    browse(async |page| {
        let scene = with_badge(page, "icon title").await;
        scene.server.notify(USER, "A").await;
        page.until(&format!("{ICON}.startsWith('data:image/png') && document.title === '(1) A site'")).await;
        // The page has another one: that one is drawn upon, and comes back.
        let red = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"><rect width=\"8\" height=\"8\" fill=\"red\"/></svg>";
        scene.site.file("/red.svg", "image/svg+xml", red);
        page.run("window.first = document.querySelector('link[rel~=icon]').href;\
                  document.head.insertAdjacentHTML('beforeend', '<link rel=\"shortcut icon\" href=/red.svg type=image/svg+xml>');")
            .await;
        let icons = "[...document.querySelectorAll('link[rel~=icon]')].map((link) => link.getAttribute('href'))";
        page.until(&format!("{icons}.every((icon) => icon.startsWith('data:image/png') && icon !== window.first)"))
            .await;
        let pixel = "await (async () => {\
            const image = new Image(); image.src = document.querySelector('link[rel~=icon]').href; await image.decode();\
            const canvas = document.createElement('canvas').getContext('2d'); canvas.drawImage(image, 0, 0);\
            return [[2, 60], [47, 17]].map(([x, y]) => [...canvas.getImageData(x, y, 1, 1).data]);\
          })()";
        assert_eq!(page.promised(pixel).await, json!([[255, 0, 0, 255], [59, 116, 236, 255]]));
        scene.server.session(USER).await.mark_all_read().await;
        page.until(&format!("{icons}.join() === 'data:,,/red.svg'")).await;
        page.assert("document.querySelectorAll('link[rel~=icon]')[1].type === 'image/svg+xml'").await;
    })
    .await;
}

#[tokio::test]
async fn a_page_without_an_icon_gets_one_for_as_long_as_there_is_a_dot() {
    browse(async |page| {
        let scene = with_badge(page, "icon").await;
        page.run("document.querySelector('link[rel~=icon]').remove();").await;
        scene.server.notify(USER, "A").await;
        page.until(&format!(
            "document.querySelector('link[rel~=icon]') && {ICON}.startsWith('data:image/png')"
        ))
        .await;
        page.run("bell.remove();").await;
        page.until("!document.querySelector('link[rel~=icon]')").await;
    })
    .await;
}

#[tokio::test]
async fn where_a_policy_forbids_the_dot_the_icon_stays_as_it_is() {
    browse(async |page| {
        let scene = Scene::new().await;
        page.expect_complaint("img-src");
        page.expect_complaint("Content Security Policy");
        scene.server.notify(USER, "A").await;
        let server = scene.origin();
        let policy =
            format!("default-src 'none'; script-src {server} 'wasm-unsafe-eval'; connect-src {server}");
        let body = [scene.script(), scene.tag_with(USER, r#"pageBadge="icon title""#)].concat();
        page.open(&scene.site.page_with_policy("/strict", &policy, &body)).await;
        page.until("document.title === '(1) A site' && record.violations.length > 0").await;
        page.assert(&format!("{ICON} === 'data:,' && record.errors.length === 0")).await;
        scene.server.notify(USER, "B").await;
        page.until("document.title === '(2) A site'").await;
        page.assert(&format!("{ICON} === 'data:,' && record.errors.length === 0")).await;
    })
    .await;
}
