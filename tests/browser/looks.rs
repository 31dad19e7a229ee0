//! Colour scheme, language, direction, and being hidden: the page decides, and the element follows.

use notification_bell_tests::browser::{Page, browse};

use crate::scene::{Scene, USER};

/// Waits until the panel is dark, or is not.
async fn panel_is_dark(page: &Page, dark: bool) {
    let luminance = "(() => {\
        const canvas = document.createElement('canvas').getContext('2d');\
        canvas.fillStyle = getComputedStyle(part('panel')).backgroundColor;\
        canvas.fillRect(0, 0, 1, 1);\
        const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;\
        return alpha === 255 ? (red + green + blue) / 3 : NaN;\
      })()";
    let condition = if dark { "< 100" } else { "> 150" };
    page.until(&format!("{luminance} {condition}")).await;
}

#[tokio::test]
async fn a_theme_of_its_own_wins_over_page_and_system() {
    browse(async |page| {
        let scene = Scene::new().await;
        page.set_media("prefers-color-scheme", "dark").await;
        scene.show_bell(page).await;
        page.run("document.documentElement.style.colorScheme = 'dark'; bell.theme = 'light'; bell.show();")
            .await;
        panel_is_dark(page, false).await;
        page.run("document.documentElement.style.colorScheme = 'light'; bell.theme = 'dark';").await;
        panel_is_dark(page, true).await;
    })
    .await;
}

#[tokio::test]
async fn theme_auto_follows_the_page() {
    browse(async |page| {
        let scene = Scene::new().await;
        page.set_media("prefers-color-scheme", "light").await;
        scene.show_bell(page).await;
        page.run("document.documentElement.style.colorScheme = 'dark'; bell.theme = 'auto'; bell.show();")
            .await;
        panel_is_dark(page, true).await;
        page.run("bell.hide(); document.documentElement.style.colorScheme = 'light'; bell.show();").await;
        panel_is_dark(page, false).await;
    })
    .await;
}

#[tokio::test]
async fn where_the_page_says_nothing_the_system_decides() {
    browse(async |page| {
        let scene = Scene::new().await;
        page.set_media("prefers-color-scheme", "dark").await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        panel_is_dark(page, true).await;
        page.set_media("prefers-color-scheme", "light").await;
        panel_is_dark(page, false).await;
    })
    .await;
}

#[tokio::test]
async fn custom_properties_and_parts_restyle_it() {
    browse(async |page| {
        let scene = Scene::new().await;
        let style = "<style>notification-bell { --nb-surface: rgb(1, 2, 3) }\
                     notification-bell::part(bell) { outline: 3px solid rgb(4, 5, 6) }</style>";
        scene.show(page, &[style, &scene.tag(USER)].concat()).await;
        scene.open_panel(page).await;
        page.until("getComputedStyle(part('panel')).backgroundColor === 'rgb(1, 2, 3)'").await;
        page.assert("getComputedStyle(part('bell')).outlineColor === 'rgb(4, 5, 6)'").await;
    })
    .await;
}

#[tokio::test]
async fn slots_take_what_the_page_puts_in() {
    browse(async |page| {
        let scene = Scene::new().await;
        let children = "<b slot=bell>B</b><i slot=header>Our own</i><p slot=empty>None yet</p>\
                        <a slot=footer href=/all>All</a>";
        let tag = scene.tag(USER).replace("></", &format!(">{children}</"));
        scene.show(page, &tag).await;
        scene.is_live(page, 1).await;
        page.click("bell.querySelector('[slot=bell]')").await;
        page.until("[...bell.children].every((child) => child.assignedSlot && child.offsetHeight > 0)").await;
    })
    .await;
}

#[tokio::test]
async fn german_is_spoken_where_the_locale_says_so() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hallo").await;
        scene.show(page, &scene.tag_with(USER, r#"locale="de""#)).await;
        page.until("nameOf(part('bell')) === 'Mitteilungen, 1 ungelesen'").await;
        scene.open_panel(page).await;
        page.until("button('Alle als gelesen markieren') && part('panel').ariaLabel === 'Mitteilungen'")
            .await;
        page.run("bell.locale = 'en';").await;
        page.until("button('Mark all as read') && nameOf(part('bell')) === 'Notifications, 1 unread'").await;
    })
    .await;
}

#[tokio::test]
async fn the_language_of_the_page_is_followed_as_it_changes() {
    browse(async |page| {
        let scene = Scene::new().await;
        let section = format!("<section lang=de-AT>{}</section>", scene.tag(USER));
        scene.show(page, &[section, scene.tag(USER)].concat()).await;
        page.until("nameOf(of(bells[0]).part('bell')) === 'Mitteilungen'").await;
        page.until("nameOf(of(bells[1]).part('bell')) === 'Notifications'").await;
        page.run("document.documentElement.lang = 'de';").await;
        page.until("nameOf(of(bells[1]).part('bell')) === 'Mitteilungen'").await;
    })
    .await;
}

#[tokio::test]
async fn an_unknown_language_falls_back_to_english() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &scene.tag_with(USER, r#"locale="tlh-x-none""#)).await;
        scene.is_live(page, 1).await;
        page.assert("nameOf(part('bell')) === 'Notifications'").await;
        page.run("bell.locale = '../../../demo/state';").await;
        scene.open_panel(page).await;
        page.until("part('empty')?.innerText.includes('Nothing new')").await;
    })
    .await;
}

#[tokio::test]
async fn right_to_left_pages_get_a_panel_that_runs_so_and_stays_on_screen() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show_bell(page).await;
        page.run("document.documentElement.dir = 'rtl';").await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Hello'").await;
        page.assert("getComputedStyle(part('panel')).direction === 'rtl'").await;
        let avatar_is_right =
            "part('avatar').getBoundingClientRect().left > part('title').getBoundingClientRect().left";
        page.assert(avatar_is_right).await;
        page.until(
            "(({ left, right }) => left >= 0 && right <= innerWidth)(part('panel').getBoundingClientRect())",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_hidden_element_takes_no_room() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        page.assert("bell.offsetWidth > 0 && bell.offsetHeight > 0").await;
        page.run("bell.hidden = true;").await;
        page.assert("bell.offsetWidth === 0 && bell.offsetHeight === 0").await;
    })
    .await;
}
