//! The tag as the site's developer pastes it, on a page of another origin.

use notification_bell_tests::browser::browse;

use crate::scene::{Scene, USER};

/// As the documentation has it; only the values are the reader's own.
const SNIPPET: &str = r#"
<script type="module" src="http://localhost:3001/notification-bell.js"></script>
<notification-bell
  apiUrl="http://localhost:3001/api/graphql"
  apiKey="YOUR_API_PUBLIC_KEY"
  userId="user@example.com"
  userHmac="YOUR_USER_HMAC_FROM_PREVIOUS_STEP"
></notification-bell>
"#;

fn filled_in(scene: &Scene) -> String {
    let project = scene.server.project();
    SNIPPET
        .replace("http://localhost:3001", &scene.origin())
        .replace("YOUR_API_PUBLIC_KEY", &project.api_key)
        .replace("YOUR_USER_HMAC_FROM_PREVIOUS_STEP", &project.proof(USER))
}

#[tokio::test]
async fn the_snippet_shows_the_unread_number_on_another_origin() {
    browse(async |page| {
        let scene = Scene::new().await;
        for title in ["One", "Two", "Three"] {
            scene.server.notify(USER, title).await;
        }
        page.open(&scene.site.page("/", &filled_in(&scene))).await;
        page.until("badge() === '3'").await;
        page.assert("nameOf(part('bell')) === 'Notifications, 3 unread'").await;
        page.assert("part('bell').localName === 'button' && part('bell').ariaHasPopup === 'dialog'").await;
        page.assert("events('ready').length === 1").await;
    })
    .await;
}

#[tokio::test]
async fn nothing_unread_shows_no_badge() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        page.assert("badge() === ''").await;
        page.assert("nameOf(part('bell')) === 'Notifications'").await;
    })
    .await;
}

#[tokio::test]
async fn ninety_nine_is_shown_and_a_hundred_is_99_plus() {
    browse(async |page| {
        let scene = Scene::new().await;
        for number in 0..99 {
            scene.server.notify(USER, &format!("Number {number}")).await;
        }
        scene.show_bell(page).await;
        page.until("badge() === '99'").await;
        scene.server.notify(USER, "One too many").await;
        page.until("badge() === '99+'").await;
        page.assert("nameOf(part('bell')) === 'Notifications, 100 unread'").await;
    })
    .await;
}

#[tokio::test]
async fn without_an_address_the_origin_of_the_script_answers() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        let project = scene.server.project();
        let tag = format!(
            r#"<notification-bell apikey="{}" userid="{USER}" userhmac="{}"></notification-bell>"#,
            project.api_key,
            project.proof(USER)
        );
        scene.show(page, &tag).await;
        page.until("badge() === '1'").await;
    })
    .await;
}
