//! Where there is little room: at 320 pixels, as at 400 %, with large letters, and on a phone on its side, every tab and
//! button can be reached, in every language.

use std::fs;

use notification_bell_tests::browser::{Page, browse, browse_with};
use serde_json::{Value, json};

use crate::{
    gallery_pictures::FINGER,
    scene::{Scene, USER},
};

const LOCALES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../component/locales");

/// Every language, and what its last tab is called.
fn languages() -> Vec<(String, String)> {
    let files = fs::read_dir(LOCALES).expect("the languages are there").flatten();
    files
        .map(|file| {
            let texts = fs::read_to_string(file.path()).expect("a text file");
            let texts: Value = serde_json::from_str(&texts).expect("JSON");
            let name = file.file_name().to_string_lossy().trim_end_matches(".json").to_owned();
            (name, texts["viewArchived"].as_str().expect("a text").to_owned())
        })
        .collect()
}

/// What of header and tabs cannot be reached: buttons beyond the panel or under something else, tabs beyond a row that
/// does not scroll, and the chosen one out of sight.
const OUT_OF_REACH: &str = "(() => {\
    const within = (inner, outer) => inner.left >= outer.left - 0.5 && inner.right <= outer.right + 0.5;\
    const box = (element) => element.getBoundingClientRect();\
    const panel = box(part('panel'));\
    const isOnScreen = panel.left >= 0 && panel.right <= innerWidth;\
    const buttons = [...root.querySelectorAll('.header:not([hidden]) button')].filter(({ offsetWidth }) => offsetWidth > 0);\
    const isOnTop = (element) => {\
      const { left, top, width, height } = box(element);\
      return element.contains(root.elementFromPoint(left + width / 2, top + height / 2));\
    };\
    const faults = buttons.filter((own) => !within(box(own), panel) || !isOnTop(own)).map(nameOf);\
    const row = root.querySelector('[role=tablist]');\
    const chosen = row.querySelector('[aria-selected=true]');\
    if (!within(box(chosen), box(row)) || !isOnTop(chosen)) faults.push('the chosen tab');\
    const overflows = parts('tab').some((tab) => !within(box(tab), box(row)));\
    if (overflows && getComputedStyle(row).overflowX !== 'auto') faults.push('tabs');\
    if (!buttons.some((own) => own.matches('.close'))) faults.push('no way to close');\
    if (!isOnScreen) faults.push('the panel');\
    return faults;\
  })()";

async fn with_items(page: &Page) -> Scene {
    let scene = Scene::new().await;
    for number in 0..4 {
        let category = if number % 2 == 0 { "Orders" } else { "Team" };
        let title = format!("Number {number}");
        scene.server.notify_with(USER, &json!({ "title": title, "category": category })).await;
    }
    // So that all buttons are there.
    let session = scene.server.session(USER).await;
    let first = session.inbox("").await["items"][0]["id"].as_str().expect("an id").to_owned();
    session.patch(&first, &json!({ "read": true })).await;
    scene.show_items(page, 4).await;
    scene
}

async fn speak(page: &Page, language: &str, archived: &str) {
    let direction = if matches!(language, "ar" | "he") { "rtl" } else { "ltr" };
    page.run(&format!("document.documentElement.dir = '{direction}'; bell.locale = '{language}';")).await;
    page.until(&format!("textOf('tab')[3] === {}", json!(archived))).await;
}

#[tokio::test]
async fn at_320_pixels_every_tab_and_button_can_be_reached_in_every_language() {
    browse(async |page| {
        page.resize(320, 640).await;
        let _scene = with_items(page).await;
        for (language, archived) in languages() {
            speak(page, &language, &archived).await;
            for tab in [3, 0] {
                page.run(&format!("parts('tab')[{tab}].click();")).await;
                page.until(&format!("parts('tab')[{tab}].ariaSelected === 'true'")).await;
                assert_eq!(page.value(OUT_OF_REACH).await, json!([]), "{language}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn with_large_letters_every_button_can_be_reached_in_every_language() {
    browse(async |page| {
        page.resize(320, 640).await;
        let _scene = with_items(page).await;
        page.run("bell.style.setProperty('--nb-font-size', '28px');").await;
        for (language, archived) in languages() {
            speak(page, &language, &archived).await;
            assert_eq!(page.value(OUT_OF_REACH).await, json!([]), "{language}");
        }
    })
    .await;
}

#[tokio::test]
async fn beside_a_page_the_name_of_no_button_is_cut() {
    browse(async |page| {
        page.resize(1280, 800).await;
        let _scene = with_items(page).await;
        for (language, archived) in languages() {
            speak(page, &language, &archived).await;
            page.assert(
                "[...root.querySelectorAll('.header button, .header span')].every((own) =>\
                   own.scrollWidth <= own.clientWidth || own.clientWidth === 0)",
            )
            .await;
            page.assert("part('header').getBoundingClientRect().height < 60").await;
        }
    })
    .await;
}

#[tokio::test]
async fn on_a_phone_on_its_side_the_panel_is_all_of_the_screen() {
    browse_with(&[FINGER], async |page| {
        page.resize(844, 390).await;
        let _scene = with_items(page).await;
        page.assert("part('panel').offsetWidth === innerWidth && part('panel').ariaModal === 'true'").await;
        page.assert("part('list').clientHeight > innerHeight / 2").await;
        page.click("button('Close')").await;
        page.until("!isOpen()").await;
    })
    .await;
}

#[tokio::test]
async fn at_400_per_cent_what_is_above_the_list_can_be_scrolled_away() {
    browse(async |page| {
        page.resize(320, 256).await;
        let _scene = with_items(page).await;
        page.run("part('panel').scrollTop = 1_000;").await;
        page.until("part('list').getBoundingClientRect().top < 16 && part('list').clientHeight > 230").await;
        page.run("part('panel').scrollTop = 0;").await;
        page.click("button('Close')").await;
        page.until("!isOpen()").await;
    })
    .await;
}
