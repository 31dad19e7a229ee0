//! What came in above what is being read is held back until its reader goes there: by the pill, and from marks of
//! everything.

use notification_bell_tests::{
    after,
    browser::{Page, browse},
};
use serde_json::json;

use crate::{
    scene::{Scene, USER},
    undo::{TOAST, show_view},
};

const PILL: &str = "root.querySelector('.pill')";
const MARK_ALL: &str = "button('Mark all as read')";

/// An opened panel with more items than fit into it.
async fn with_thirty(page: &Page) -> Scene {
    let scene = Scene::new().await;
    for number in 0..30 {
        scene.server.notify(USER, &format!("Item {number}")).await;
    }
    scene.show_bell(page).await;
    scene.open_panel(page).await;
    page.until("parts('item').length > 5 && badge() === '30'").await;
    scene
}

async fn scroll_down(page: &Page) {
    page.until("part('panel').getAnimations().length === 0").await;
    page.run("part('list').scrollTop = 300;").await;
    page.until("part('list').scrollTop > 0").await;
}

#[tokio::test]
async fn a_mark_of_everything_leaves_alone_what_the_pill_holds_back() {
    browse(async |page| {
        let scene = with_thirty(page).await;
        scroll_down(page).await;
        for title in ["Unshown", "Unshown too"] {
            scene.server.notify(USER, title).await;
        }
        page.until(&format!("{PILL}?.innerText.includes('2 new')")).await;
        page.click(MARK_ALL).await;
        page.until(&format!("badge() === '2' && {TOAST}?.startsWith('30 marked as read')")).await;
        scene.has_unread(USER, &["Unshown too", "Unshown"]).await;
        let counts = scene.server.session(USER).await.inbox("").await["counts"].clone();
        assert_eq!((&counts["unread"], &counts["unseen"]), (&json!(2), &json!(2)));
        // Once they are shown, it reaches them too.
        page.click(PILL).await;
        page.until("focused() === item('Unshown too')").await;
        page.click(MARK_ALL).await;
        page.until("badge() === ''").await;
        scene.has_unread(USER, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn the_pill_and_the_mark_of_everything_are_only_where_what_they_reach_is_listed() {
    browse(async |page| {
        let scene = with_thirty(page).await;
        let session = scene.server.session(USER).await;
        let items = session.all_items("all").await;
        for item in &items[..20] {
            let until = after(&item["createdAt"], 86_400);
            let id = item["id"].as_str().expect("an item has an id");
            let _ = session.patch(id, &json!({"snoozedUntil": until})).await.expect(200);
        }
        page.until("badge() === '10'").await;
        page.assert(&format!("Boolean({MARK_ALL})")).await;
        show_view(page, "Snoozed").await;
        page.until("titles().length > 5").await;
        page.assert(&format!("!{MARK_ALL}")).await;
        scroll_down(page).await;
        scene.server.notify(USER, "Elsewhere").await;
        page.until("events('received').length === 1 && badge() === '11'").await;
        page.assert(&format!("!{PILL}")).await;
        show_view(page, "Archived").await;
        page.until("part('empty') !== null").await;
        page.assert(&format!("!{MARK_ALL}")).await;
        show_view(page, "Unread").await;
        page.until(&format!("Boolean({MARK_ALL})")).await;
    })
    .await;
}
