//! Days in the list: each begins with its name, for the eyes and as a heading.

use notification_bell_tests::browser::browse;
use serde_json::json;

use crate::scene::{Scene, USER};

#[tokio::test]
async fn each_day_begins_with_its_name() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, "<notification-bell mock></notification-bell>").await;
        page.until("Number(badge()) > 0").await;
        scene.open_panel(page).await;
        page.until("parts('item').length > 10").await;
        let days = page.value("parts('heading').map((day) => day.textContent)").await;
        let days: Vec<_> = days.as_array().expect("names").iter().filter_map(|day| day.as_str()).collect();
        // What is some hours old may be of yesterday.
        assert!(matches!(days[0], "today" | "yesterday"), "{days:?}");
        assert!(days.contains(&"yesterday"), "{days:?}");
        assert!(
            days.iter().any(|day| day.ends_with("day") && day.chars().next().is_some_and(char::is_uppercase))
        );
        assert!(days.last().is_some_and(|day| day.chars().any(|letter| letter.is_ascii_digit())), "{days:?}");
        page.assert("parts('heading').every((day) => day.ariaHidden === 'true')").await;
        // In the article that begins the day, because a feed has nothing but articles in it.
        let spoken = "parts('heading').map((day) => day.nextElementSibling.querySelector('h3').textContent)";
        page.assert(&format!("({spoken}).join() === parts('heading').map((day) => day.textContent).join()"))
            .await;
        page.assert("root.querySelectorAll('h3').length === parts('heading').length").await;
    })
    .await;
}

#[tokio::test]
async fn a_day_has_its_name_once_and_the_newest_item_takes_it_over() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "First").await;
        scene.show_items(page, 1).await;
        scene.server.notify(USER, "Second").await;
        page.until("titles().join() === 'Second,First'").await;
        page.until("parts('heading').length === 1 && part('heading').nextElementSibling === item('Second')")
            .await;
    })
    .await;
}

#[tokio::test]
async fn what_is_snoozed_is_under_the_day_it_comes_back() {
    browse(async |page| {
        let scene = Scene::new().await;
        let id = scene.server.notify(USER, "Later").await;
        let session = scene.server.session(USER).await;
        let until = page.value("new Date(Date.now() + 86_400_000).toISOString()").await;
        let _ = session.patch(&id, &json!({"snoozedUntil": until})).await.expect(200);
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.click("button('Snoozed')").await;
        page.until("part('heading')?.textContent === 'tomorrow'").await;
    })
    .await;
}
