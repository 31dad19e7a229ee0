//! The settings in the panel: which categories reach the inbox.

use notification_bell_tests::browser::{Key, Page, browse};
use serde_json::json;

use crate::{
    accessibility::{axe_finds_nothing, everything_is_named},
    scene::{Scene, USER},
    undo::TOAST,
};

/// Answers for `/preferences` in the place of a server. `refuses` has it refuse, `asked` says what it was asked.
pub(crate) const PREFERENCES: &str = "<script>(() => {\
    const original = fetch;\
    window.asked = [];\
    window.kept = [{ name: 'billing', enabled: true }, { name: 'news', enabled: true }];\
    window.fetch = (address, init) => {\
      if (!/\\/v1\\/preferences$/.test(String(address))) return original(address, init);\
      asked.push([init.method, init.body ?? null].join(' '));\
      if (window.refuses) return Promise.resolve(Response.json({ code: 'overloaded', detail: '' }, { status: 503 }));\
      for (const { name, enabled } of init.body ? JSON.parse(init.body).categories : [])\
        kept.find((category) => category.name === name).enabled = enabled;\
      return Promise.resolve(Response.json({ categories: kept }));\
    };\
  })()</script>";

/// The switches, as `name: whether it is on`.
const SWITCHES: &str =
    "[...root.querySelectorAll('[role=switch]')].map((own) => `${nameOf(own)}: ${own.ariaChecked}`).join()";

async fn with_settings(page: &Page, before: &str) -> Scene {
    let scene = Scene::new().await;
    scene.server.notify(USER, "Hello").await;
    scene.show(page, &[PREFERENCES, before, &scene.tag(USER)].concat()).await;
    scene.is_live(page, 1).await;
    scene.open_panel(page).await;
    page.until("titles().join() === 'Hello'").await;
    page.click("button('Settings')").await;
    scene
}

#[tokio::test]
async fn the_settings_take_the_place_of_the_list_and_give_it_back() {
    browse(async |page| {
        let _scene = with_settings(page, "").await;
        page.until(&format!("{SWITCHES} === 'billing: true,news: true' && focused() === button('Back')")).await;
        page.assert("!part('item') && root.querySelector('[role=group][aria-label=Settings] h2').innerText === 'Settings'")
            .await;
        page.assert("root.querySelectorAll('[role=switch]')[0].offsetHeight >= 40").await;
        page.press(Key::Down).await;
        page.press(Key::Escape).await;
        page.until("isOpen() && focused() === button('Settings') && titles().join() === 'Hello'").await;
        page.press(Key::Enter).await;
        page.until(&format!("{SWITCHES} === 'billing: true,news: true'")).await;
        page.click("button('Back')").await;
        page.until("focused() === button('Settings')").await;
        page.press(Key::Escape).await;
        page.until("!isOpen() && focused() === part('bell')").await;
        page.assert("events('error').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn a_category_is_turned_off_at_once_and_the_server_is_told_of_it_alone() {
    browse(async |page| {
        let _scene = with_settings(page, "").await;
        page.until(SWITCHES).await;
        page.run("button('news').focus();").await;
        page.press(' ').await;
        page.until(&format!("{SWITCHES} === 'billing: true,news: false' && kept[1].enabled === false")).await;
        page.assert("focused() === button('news')").await;
        page.assert("asked.join(' | ') === 'GET  | PUT {\"categories\":[{\"enabled\":false,\"name\":\"news\"}]}'\
                     || asked.join(' | ') === 'GET  | PUT {\"categories\":[{\"name\":\"news\",\"enabled\":false}]}'")
            .await;
        page.press(' ').await;
        page.until(&format!("{SWITCHES} === 'billing: true,news: true' && kept[1].enabled")).await;
    })
    .await;
}

#[tokio::test]
async fn a_declared_category_has_its_name_and_one_that_is_locked_says_why() {
    browse(async |page| {
        let declared = "<script>Object.assign(window.kept[0], { label: 'Rechnungen', canBeTurnedOff: true });\
            Object.assign(window.kept[1], { label: 'Sicherheit', canBeTurnedOff: false });</script>";
        let _scene = with_settings(page, declared).await;
        page.until("root.querySelectorAll('[role=switch]').length === 2").await;
        page.assert("button('Rechnungen').ariaChecked === 'true' && !button('Rechnungen').ariaDisabled")
            .await;
        let locked = "root.querySelectorAll('[role=switch]')[1]";
        page.assert(&format!(
            "{locked}.ariaDisabled === 'true' && {locked}.innerText.includes('Sicherheit') \
             && {locked}.innerText.includes('Cannot be turned off')"
        ))
        .await;
        page.click(locked).await;
        page.click("button('Rechnungen')").await;
        page.until("kept[0].enabled === false").await;
        page.assert(&format!("{locked}.ariaChecked === 'true' && kept[1].enabled && asked.length === 2"))
            .await;
        page.run("document.body.style.colorScheme = 'dark';").await;
        everything_is_named(page).await;
        axe_finds_nothing(page, "'notification-bell'").await;
    })
    .await;
}

#[tokio::test]
async fn what_the_server_refuses_is_as_it_was_and_said() {
    browse(async |page| {
        let _scene = with_settings(page, "").await;
        page.until(SWITCHES).await;
        page.run("window.refuses = true;").await;
        page.click("button('billing')").await;
        page.until(&format!("{TOAST} === 'That could not be saved. Please try again.'")).await;
        page.until(&format!("{SWITCHES} === 'billing: true,news: true' && events('error').length === 1"))
            .await;
        page.assert("events('error')[0].detail.code === 'overloaded'").await;
    })
    .await;
}

#[tokio::test]
async fn settings_that_do_not_come_can_be_asked_for_again() {
    browse(async |page| {
        let _scene = with_settings(page, "<script>window.refuses = true</script>").await;
        page.until(
            "root.querySelector('[role=alert]')?.innerText.includes('The settings could not be loaded')",
        )
        .await;
        page.run("window.refuses = false; window.kept = [];").await;
        page.click("button('Try again')").await;
        page.until("part('settings').innerText.includes('There is nothing to choose from yet.')").await;
    })
    .await;
}

#[tokio::test]
async fn in_a_mock_a_category_that_is_turned_off_leaves_the_list() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, "<notification-bell mock></notification-bell>").await;
        page.until("badge() === '3'").await;
        scene.open_panel(page).await;
        page.until("item('Invoice 2041')").await;
        page.click("button('Settings')").await;
        page.click("button('Billing')").await;
        page.until("button('Billing').ariaChecked === 'false' && badge() === '2'").await;
        page.click("button('Back')").await;
        page.until("item('Design shared') && !item('Invoice 2041')").await;
    })
    .await;
}

#[tokio::test]
async fn axe_finds_nothing_in_the_settings() {
    browse(async |page| {
        let scene = with_settings(page, "").await;
        page.run("bell.sound = true; bell.desktop = true;").await;
        page.until("root.querySelectorAll('[role=switch]').length >= 3").await;
        for theme in ["light", "dark"] {
            page.run(&format!("bell.theme = '{theme}'; document.body.style.colorScheme = '{theme}';")).await;
            page.until("moving(part('panel')).length === 0").await;
            everything_is_named(page).await;
            axe_finds_nothing(page, "'notification-bell'").await;
        }
        assert_eq!(page.value("record.violations").await, json!([]));
        drop(scene);
    })
    .await;
}

#[tokio::test]
async fn the_list_is_where_it_was_when_the_settings_are_closed() {
    browse(async |page| {
        let scene = Scene::new().await;
        for number in 0..20 {
            scene.server.notify(USER, &format!("Number {number}")).await;
        }
        scene.show(page, &[PREFERENCES, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.until("titles().length === 20").await;
        page.run("part('list').scrollTop = 400;").await;
        page.until("part('list').scrollTop === 400").await;
        page.click("button('Settings')").await;
        page.click("button('Back')").await;
        page.until("focused() === button('Settings') && part('list').scrollTop === 400").await;
    })
    .await;
}
