//! What axe-core finds in the states of the gallery, and on its page.

use notification_bell_tests::browser::{Page, browse};

use crate::{
    accessibility::axe_finds_nothing,
    gallery::{Stage, states},
};

async fn axe_finds_nothing_in_any_state(page: &Page, theme: &str) {
    // The policy of the page has no room for a tool; what it checks is the same without.
    page.ignore_policies().await;
    page.set_media("prefers-reduced-motion", "reduce").await;
    let stage = Stage::start().await;
    for state in states(page, &stage).await {
        stage.show(page, &state.id, &[("theme", theme)]).await;
        // Not a label that somebody would say to the bell: "99+" is short for the number in its name, and in Arabic two
        // is a word.
        let context = if matches!(state.id.as_str(), "badge-99" | "arabic") {
            "document, { rules: { 'label-content-name-mismatch': { enabled: false } } }"
        } else {
            "document"
        };
        axe_finds_nothing(page, context).await;
    }
}

#[tokio::test]
async fn axe_finds_nothing_in_any_state_of_the_gallery() {
    browse(async |page| {
        page.resize(1280, 800).await;
        axe_finds_nothing_in_any_state(page, "light").await;
    })
    .await;
}

#[tokio::test]
async fn axe_finds_nothing_in_any_state_of_the_gallery_in_the_dark() {
    browse(async |page| {
        page.resize(390, 844).await;
        axe_finds_nothing_in_any_state(page, "dark").await;
    })
    .await;
}

#[tokio::test]
async fn axe_finds_nothing_on_the_page_of_the_gallery() {
    browse(async |page| {
        page.ignore_policies().await;
        let stage = Stage::start().await;
        for (width, height) in [(1280, 800), (390, 844)] {
            page.resize(width, height).await;
            for theme in ["light", "dark"] {
                stage.show_gallery(page, "day").await;
                page.click(&format!("document.querySelector('[name=theme][value={theme}]').labels[0]")).await;
                // What is on the stage is looked at alone.
                axe_finds_nothing(page, "{ exclude: ['#stage'] }").await;
            }
        }
    })
    .await;
}
