//! Putting an item off: the menu of times, the view where it waits, and the reader's own clock.

use notification_bell_tests::{
    ANSWER_LIMIT,
    browser::{Key, Page, browse},
    eventually,
};
use serde_json::{Value, json};

use crate::scene::{Scene, USER};

/// The names in the menu that is open.
const CHOICES: &str =
    "[...root.querySelectorAll('[role=menu] [role=menuitem]')].map((choice) => choice.firstChild.innerText)";

async fn show_view(page: &Page, name: &str) {
    page.click(&format!("parts('tab').find((tab) => tab.innerText.includes('{name}'))")).await;
}

async fn open_menu(page: &Page, title: &str) {
    page.hover(&format!("item('{title}')")).await;
    page.click(&format!("item('{title}').querySelector('[aria-label=Snooze]')")).await;
    page.until("root.querySelector('[role=menu]')?.contains(focused())").await;
}

async fn choose(page: &Page, name: &str) {
    page.click(&format!(
        "[...root.querySelectorAll('[role=menuitem]')].find((choice) => choice.innerText.includes('{name}'))"
    ))
    .await;
}

/// A page whose clock stands still at a moment, with the opened panel of a made-up inbox.
async fn at(scene: &Scene, page: &Page, zone: &str, moment: &str) {
    page.set_time_zone(zone).await;
    let still = format!("<script>Date.now = () => Date.parse('{moment}');</script>");
    scene.show(page, &[&still, "<notification-bell mock></notification-bell>"].concat()).await;
    page.until("events('ready').length === 1").await;
    scene.open_panel(page).await;
    page.until("parts('item').length > 3").await;
}

/// When the first item comes back after this was chosen for it.
async fn due(page: &Page, name: &str) -> Value {
    open_menu(page, "Spring campaign").await;
    choose(page, name).await;
    show_view(page, "Snoozed").await;
    page.until("parts('item').length === 1").await;
    page.value("part('time').dateTime").await
}

#[tokio::test]
async fn a_snoozed_item_waits_in_a_view_of_its_own_and_says_until_when() {
    browse(async |page| {
        let scene = Scene::new().await;
        for title in ["Second", "First"] {
            scene.server.notify(USER, title).await;
        }
        scene.show_items(page, 2).await;
        let before = page.value("Date.now()").await.as_i64().expect("a number");
        open_menu(page, "First").await;
        choose(page, "In an hour").await;
        page.until("titles().join() === 'Second' && badge() === '1' && focused() === item('Second')").await;
        page.until("part('toast')?.innerText.includes('Snoozed until')").await;
        let session = scene.server.session(USER).await;
        let until = eventually(ANSWER_LIMIT, "the item being snoozed", async || {
            let items = session.all_items("snoozed").await;
            items.first()?["snoozedUntil"].as_str().map(ToOwned::to_owned)
        })
        .await;
        let ahead = format!("Date.parse('{until}') - {before}");
        let ahead = page.value(&ahead).await.as_i64().expect("a number of milliseconds");
        assert!((3_600_000..3_700_000).contains(&ahead), "{ahead}");
        show_view(page, "Snoozed").await;
        page.until("titles().join() === 'First'").await;
        page.assert(&format!("part('time').dateTime === '{until}'")).await;
        page.assert("part('time').innerText.startsWith('Snoozed until ')").await;
    })
    .await;
}

#[tokio::test]
async fn snoozing_can_be_undone_and_an_item_fetched_back() {
    browse(async |page| {
        let scene = Scene::new().await;
        for title in ["Second", "First"] {
            scene.server.notify(USER, title).await;
        }
        scene.show_items(page, 2).await;
        open_menu(page, "First").await;
        choose(page, "Tomorrow morning").await;
        page.click("button('Undo')").await;
        page.until("titles().join() === 'First,Second' && badge() === '2'").await;
        page.until("focused() === item('First')").await;
        open_menu(page, "First").await;
        choose(page, "Tomorrow morning").await;
        page.until("titles().join() === 'Second'").await;
        show_view(page, "Snoozed").await;
        page.hover("item('First')").await;
        page.click("item('First').querySelector('[aria-label=\"Move to inbox\"]')").await;
        page.until("titles().join() === '' && badge() === '2'").await;
        scene.has_unread(USER, &["First", "Second"]).await;
        page.click("button('Undo')").await;
        page.until("titles().join() === 'First' && badge() === '1'").await;
        scene.has_unread(USER, &["Second"]).await;
    })
    .await;
}

#[tokio::test]
async fn the_menu_is_a_menu() {
    browse(async |page| {
        let scene = Scene::new().await;
        // High enough for the menu to stand below its button.
        page.resize(1280, 800).await;
        at(&scene, page, "Europe/Berlin", "2026-11-18T10:00:00Z").await;
        let button = "item('Spring campaign').querySelector('[aria-label=Snooze]')";
        page.assert(&format!("{button}.ariaHasPopup === 'menu' && {button}.ariaExpanded === 'false'")).await;
        open_menu(page, "Spring campaign").await;
        page.assert(&format!("{button}.ariaExpanded === 'true'")).await;
        let all = ["In an hour", "This evening", "Tomorrow morning", "Next week", "Choose a time…"];
        assert_eq!(page.value(CHOICES).await, json!(all));
        for (key, place) in [
            (Key::Up, 4),
            (Key::Down, 0),
            (Key::Down, 1),
            (Key::End, 4),
            (Key::Home, 0),
            (Key::Down, 1),
            (Key::Up, 0),
        ] {
            page.press(key).await;
            page.assert(&format!("focused().firstChild.innerText === '{}'", all[place])).await;
        }
        for key in [Key::Escape, Key::Tab] {
            page.press(key).await;
            page.until(&format!("!root.querySelector('[role=menu]') && focused() === {button}")).await;
            page.assert("isOpen()").await;
            page.press(Key::Enter).await;
            page.until("root.querySelector('[role=menu]')?.contains(focused())").await;
        }
        // The button closes what it opened, and so does the focus that goes elsewhere.
        page.click(button).await;
        page.until("!root.querySelector('[role=menu]')").await;
        open_menu(page, "Spring campaign").await;
        page.click("part('header').querySelector('h2')").await;
        page.until("!root.querySelector('[role=menu]') && isOpen()").await;
    })
    .await;
}

#[tokio::test]
async fn the_menu_is_never_clipped() {
    browse(async |page| {
        let scene = Scene::new().await;
        for (width, height) in [(1280, 500), (390, 844), (320, 480)] {
            page.resize(width, height).await;
            at(&scene, page, "UTC", "2026-11-18T10:00:00Z").await;
            for place in ["0", "-1"] {
                let item = format!("parts('item').at({place})");
                page.run(&format!("{item}.focus();")).await;
                // Until the list has come to rest: a menu does not stay where its item has gone from.
                page.promised(
                    "new Promise((rest) => requestAnimationFrame(() => requestAnimationFrame(rest)))",
                )
                .await;
                page.press('s').await;
                page.until("root.querySelector('[role=menu]')?.contains(focused())").await;
                page.until("root.getElementById('snooze').getAnimations().length === 0").await;
                let inside = "[...root.querySelectorAll('[role=menuitem]')].every((choice) => {\
                    const { left, top, right, bottom } = choice.getBoundingClientRect();\
                    const middle = root.elementFromPoint((left + right) / 2, (top + bottom) / 2);\
                    return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight\
                      && choice.contains(middle);\
                  })";
                page.assert(inside).await;
                page.press(Key::Escape).await;
                page.until("!root.querySelector('[role=menu]')").await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn late_in_the_day_and_on_a_sunday_less_is_offered() {
    browse(async |page| {
        let scene = Scene::new().await;
        // In Auckland it is 18:30 on a Sunday.
        at(&scene, page, "Pacific/Auckland", "2026-11-22T05:30:00Z").await;
        open_menu(page, "Spring campaign").await;
        assert_eq!(page.value(CHOICES).await, json!(["In an hour", "Tomorrow morning", "Choose a time…"]));
    })
    .await;
}

#[tokio::test]
async fn the_times_are_those_of_the_readers_clock_also_when_it_changes() {
    browse(async |page| {
        let scene = Scene::new().await;
        // On the night to the 25th, Berlin's clocks go back an hour; on the 8th of March, those of New York forward.
        for (zone, now, choice, expected) in [
            ("Europe/Berlin", "2026-10-24T10:00:00Z", "This evening", "2026-10-24T16:00:00.000Z"),
            ("Europe/Berlin", "2026-10-24T10:00:00Z", "Tomorrow morning", "2026-10-25T07:00:00.000Z"),
            ("Europe/Berlin", "2026-10-24T10:00:00Z", "Next week", "2026-10-26T07:00:00.000Z"),
            ("America/New_York", "2026-03-07T15:00:00Z", "Tomorrow morning", "2026-03-08T12:00:00.000Z"),
            ("Asia/Kolkata", "2026-12-31T05:00:00Z", "Tomorrow morning", "2027-01-01T02:30:00.000Z"),
        ] {
            at(&scene, page, zone, now).await;
            assert_eq!(due(page, choice).await, json!(expected), "{choice} in {zone}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_time_of_ones_own_is_taken_if_it_lies_ahead() {
    browse(async |page| {
        let scene = Scene::new().await;
        at(&scene, page, "Europe/Berlin", "2026-11-18T10:00:00Z").await;
        open_menu(page, "Spring campaign").await;
        choose(page, "Choose a time").await;
        page.until("focused()?.type === 'datetime-local'").await;
        page.assert(
            "focused().value === '2026-11-23T08:00' && nameOf(focused().labels[0]) === 'Day and time'",
        )
        .await;
        let accept = "root.querySelector('#snooze .primary')";
        page.assert("focused().min === '2026-11-18T11:00' && focused().max === '2027-11-19T11:00'").await;
        for (value, is_taken, reason) in [
            ("2026-11-18T10:59", false, "That time has passed"),
            ("2028-01-01T08:00", false, "More than a year away"),
            ("", false, ""),
            ("2027-07-01T09:30", true, ""),
        ] {
            page.run(&format!(
                "const field = root.querySelector('[type=datetime-local]'); field.value = '{value}';\
                 field.dispatchEvent(new InputEvent('input'));"
            ))
            .await;
            page.until(&format!("{accept}.disabled === {}", !is_taken)).await;
            page.assert(&format!("root.getElementById('snooze-refusal').innerText === '{reason}'")).await;
        }
        page.click(accept).await;
        show_view(page, "Snoozed").await;
        page.until("part('time')?.dateTime === '2027-07-01T07:30:00.000Z'").await;
    })
    .await;
}

#[tokio::test]
async fn what_comes_back_next_is_first_and_the_rest_follows_page_by_page() {
    browse(async |page| {
        let scene = Scene::new().await;
        let session = scene.server.session(USER).await;
        for number in 0..70 {
            let id = scene.server.notify(USER, &format!("Item {number}")).await;
            let until = format!("new Date(Date.now() + 36e5 + {} * 6e4).toISOString()", number % 35);
            let until = page.value(&until).await;
            let _ = session.patch(&id, &json!({"snoozedUntil": until})).await.expect(200);
        }
        scene.show(page, &scene.tag_with(USER, "view=snoozed")).await;
        scene.open_panel(page).await;
        page.until("titles()[0] === 'Item 0' && bell.state.items.length > 0").await;
        let in_order = "bell.state.items.map((item) => item.snoozedUntil)\
            .every((until, place, all) => place === 0 || all[place - 1] <= until)";
        page.assert(in_order).await;
        for _ in 0..4 {
            page.run("bell.loadMore();").await;
            page.until("!bell.state.isLoading").await;
        }
        page.until("bell.state.items.length === 70 && !bell.state.hasMore").await;
        page.assert(in_order).await;
        // What is put off to an earlier time goes to its place.
        page.run("bell.snooze(bell.state.items[69].id, new Date(Date.now() + 6e5));").await;
        page.until("titles()[0] === 'Item 69'").await;
        page.assert(in_order).await;
    })
    .await;
}

#[tokio::test]
async fn the_panel_can_open_with_what_is_snoozed() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &scene.tag_with(USER, "view=snoozed")).await;
        scene.open_panel(page).await;
        page.until("part('empty')?.innerText.includes('Nothing is snoozed')").await;
        page.assert("root.querySelector('[aria-selected=true]').innerText === 'Snoozed'").await;
    })
    .await;
}
