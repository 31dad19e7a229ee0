//! The fault that inboxes are known for: a number on the bell that is not that of the list any more.

use notification_bell_tests::browser::{Network, browse};

use crate::{
    scene::{Scene, USER},
    undo::use_button,
};

#[tokio::test]
async fn count_drift() {
    browse(async |page| {
        let scene = Scene::new().await;
        for number in 0..6 {
            scene.server.notify(USER, &format!("Item {number}")).await;
        }
        let first = page.tab().await;
        scene.show_items(page, 6).await;
        let second = page.open_tab().await;
        scene.show(page, &scene.tag(USER)).await;
        page.until("badge() === '6'").await;
        scene.open_panel(page).await;
        page.until("titles().length === 6").await;

        // Both act on the same and on other items, while more come in.
        use_button(page, "Item 0", "Mark as read").await;
        use_button(page, "Item 1", "Archive").await;
        scene.server.notify(USER, "Between").await;
        page.show_tab(&first).await;
        use_button(page, "Item 2", "Delete").await;
        use_button(page, "Item 3", "Mark as read").await;
        use_button(page, "Item 3", "Mark as unread").await;

        // One is away for a while, in which both go on.
        page.set_network(Network::Offline).await;
        page.until("part('panel').innerText.includes('You are offline')").await;
        use_button(page, "Item 4", "Mark as read").await;
        scene.server.notify(USER, "While it was away").await;
        page.show_tab(&second).await;
        page.until("titles().includes('While it was away')").await;
        use_button(page, "Item 4", "Mark as read").await;
        use_button(page, "Item 5", "Archive").await;
        page.click("button('Undo')").await;
        page.show_tab(&first).await;
        page.set_network(Network::Online).await;
        page.run("bell.hide();").await;

        scene.has_unread(USER, &["While it was away", "Between", "Item 5", "Item 3"]).await;
        let counts = scene.server.session(USER).await.grant["counts"].clone();
        assert_eq!((&counts["unread"], &counts["total"]), (&4.into(), &6.into()));
        for tab in [&first, &second] {
            page.show_tab(tab).await;
            page.until(&format!("badge() === '{}'", counts["unread"])).await;
            page.run("bell.show();").await;
            page.until(&format!("titles().length === {}", counts["total"])).await;
        }
    })
    .await;
}
