//! The languages of the element: whose texts, forms of number, digits and direction a reader gets.

use notification_bell_tests::{ANSWER_LIMIT, browser::browse, eventually};
use serde_json::json;

use crate::scene::{Scene, USER};

#[tokio::test]
async fn a_number_is_said_in_the_form_that_polish_has_for_it() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &scene.tag_with(USER, r#"locale="pl""#)).await;
        page.until("nameOf(part('bell')) === 'Powiadomienia'").await;
        for (count, name) in [
            (1, "Powiadomienia, 1 nieprzeczytane"),
            (2, "Powiadomienia, 2 nieprzeczytane"),
            (5, "Powiadomienia, 5 nieprzeczytanych"),
        ] {
            while scene.server.session(USER).await.inbox("").await["counts"]["unread"] != json!(count) {
                scene.server.notify(USER, "Cześć").await;
            }
            page.until(&format!("nameOf(part('bell')) === '{name}'")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn arabic_runs_from_right_to_left_and_counts_as_its_readers_do() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "مرحبا").await;
        scene.show(page, &scene.tag(USER)).await;
        page.run("document.documentElement.lang = 'ar-EG'; document.documentElement.dir = 'rtl';").await;
        page.until("nameOf(part('bell')) === 'الإشعارات، واحد غير مقروء' && badge() === '١'").await;
        for _ in 0..2 {
            scene.server.notify(USER, "مرحبا").await;
        }
        page.until("nameOf(part('bell')) === 'الإشعارات، ٣ غير مقروءة' && badge() === '٣'").await;
        scene.open_panel(page).await;
        page.until("button('تحديد الكل كمقروء') && textOf('tab')[1].startsWith('غير مقروءة') && textOf('tab')[1].endsWith('٣')").await;
        page.assert("getComputedStyle(part('panel')).direction === 'rtl'").await;
        let place = |part: &str| format!("part('{part}').getBoundingClientRect()");
        let (avatar, title, item) = (place("avatar"), place("title"), place("item"));
        page.assert(&format!("{avatar}.left > {title}.right - 1 && {title}.right > {item}.left + {item}.width / 2"))
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_badge_of_more_than_99_stays_so_in_arabic_digits() {
    browse(async |page| {
        let scene = Scene::new().await;
        for number in 0..100 {
            scene.server.notify(USER, &number.to_string()).await;
        }
        scene.show(page, &scene.tag_with(USER, r#"locale="ar-EG" dir="rtl""#)).await;
        page.until("badge() === '٩٩+'").await;
        // As Unicode CLDR writes "at least" in a line from right to left: the sign is on the right of the number.
        let edges = "(() => { const text = part('badge').firstChild, edge = (from) => {\
            const range = document.createRange(); range.setStart(text, from); range.setEnd(text, from + 1);\
            return range.getBoundingClientRect().left; }; return edge(2) > edge(1); })()";
        page.assert(edges).await;
    })
    .await;
}

#[tokio::test]
async fn japanese_is_spoken_where_the_page_is_japanese() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "こんにちは").await;
        scene.show(page, &scene.tag(USER)).await;
        page.run("document.documentElement.lang = 'ja';").await;
        page.until("nameOf(part('bell')) === '通知、未読1件'").await;
        scene.open_panel(page).await;
        page.until("button('すべて既読にする') && textOf('time').join() === '今'").await;
    })
    .await;
}

#[tokio::test]
async fn a_region_and_any_spelling_lead_to_the_language_and_others_to_english() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        for (tag, name) in [
            ("pt-PT", "Notificações"),
            ("nb_NO", "Notifications"),
            ("uk_UA", "Сповіщення"),
            ("sr-Latn", "Notifications"),
            ("HE", "התראות"),
        ] {
            page.run(&format!("bell.locale = '{tag}';")).await;
            page.until(&format!("nameOf(part('bell')) === '{name}'")).await;
        }
        scene.open_panel(page).await;
        for (tag, name) in [("zh_TW", "全部,未讀,已延後,已封存"), ("zh-Hans-HK", "全部,未读,已延后,已归档")]
        {
            page.run(&format!("bell.locale = '{tag}';")).await;
            page.until(&format!("textOf('tab').join() === '{name}'")).await;
        }
        page.assert("events('error').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn a_language_is_loaded_only_where_it_is_used() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        let loaded = "performance.getEntriesByType('resource').map(({ name }) => name.match(/locales\\/(.*)$/)?.[1])\
                      .filter(Boolean)";
        assert_eq!(page.value(loaded).await, json!([]));
        page.run("bell.locale = 'tr';").await;
        page.until("nameOf(part('bell')) === 'Bildirimler'").await;
        assert_eq!(page.value(loaded).await, json!(["tr.json"]));
    })
    .await;
}

#[tokio::test]
async fn items_are_in_the_language_of_the_element_and_follow_it() {
    browse(async |page| {
        let scene = Scene::new().await;
        let texts =
            json!({"title": "Shipped", "texts": {"de": {"title": "Versandt"}, "pt": {"title": "Enviado"}}});
        scene.server.notify_with(USER, &texts).await;
        scene.show(page, &scene.tag_with(USER, r#"locale="de-AT""#)).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Versandt'").await;
        page.run("bell.locale = 'pt_BR';").await;
        page.until("titles().join() === 'Enviado'").await;
        scene.server.notify_with(USER, &texts).await;
        page.until("titles().join() === 'Enviado,Enviado'").await;
        page.run("bell.locale = 'ja';").await;
        page.until("titles().join() === 'Shipped,Shipped'").await;
        page.assert("events('ready').length === 1 && events('error').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn an_empty_list_stays_empty_while_it_is_asked_for_in_another_language() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.until("part('empty')").await;
        page.run(
            "window.wasLoading = false;\
             new MutationObserver(() => { wasLoading ||= root.querySelector('.loading') !== null; })\
               .observe(part('panel'), { childList: true, subtree: true });\
             bell.locale = 'de';",
        )
        .await;
        page.until("part('empty')?.innerText.startsWith('Nichts Neues') && events('ready').length === 1")
            .await;
        scene.has_streams(1).await;
        eventually(ANSWER_LIMIT, "the list being asked for again", async || {
            (scene.answers("GET", "/inbox", 200).await >= 2).then_some(())
        })
        .await;
        page.assert("!wasLoading && part('empty') !== null").await;
    })
    .await;
}

#[tokio::test]
async fn a_text_of_the_other_direction_is_cut_off_at_its_own_end_and_stands_where_the_others_do() {
    browse(async |page| {
        let scene = Scene::new().await;
        let long = "A title that is far too long for two lines of any panel ".repeat(4);
        scene.server.notify_with(USER, &json!({"title": long, "body": "And a body. ".repeat(40)})).await;
        scene.server.notify_with(USER, &json!({"title": "Short", "body": "Too"})).await;
        scene.server.notify_with(USER, &json!({"title": "مرحبا", "body": "نص"})).await;
        scene.show_items(page, 3).await;
        for (dir, directions) in [("rtl", ["rtl", "ltr", "ltr"]), ("ltr", ["rtl", "ltr", "ltr"])] {
            page.run(&format!("document.documentElement.dir = '{dir}';")).await;
            let edge = if dir == "rtl" { "right" } else { "left" };
            for name in ["title", "body"] {
                for (index, direction) in directions.iter().enumerate() {
                    let text = format!("parts('{name}')[{index}]");
                    page.until(&format!("getComputedStyle({text}).direction === '{direction}'")).await;
                    // Of more than one line, none need be as wide as there is room.
                    page.until(&format!(
                        "{text}.innerText.length > 40 || Math.abs({text}.firstElementChild.getBoundingClientRect().{edge} - \
                         {text}.getBoundingClientRect().{edge}) < 2"
                    ))
                    .await;
                }
            }
        }
    })
    .await;
}
