//! What the element tells its page, and what the page can do with it.

use notification_bell_tests::browser::browse;

use crate::scene::{Scene, USER};

#[tokio::test]
async fn events_bubble_leave_the_shadow_tree_and_carry_a_detail() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show_items(page, 1).await;
        scene.server.notify(USER, "Received").await;
        page.until("events('received').length === 1").await;
        page.click("item('Hello')").await;
        page.click("part('bell')").await;
        page.until("events('close').length === 1").await;
        let fired = "[...new Set(record.events.map(({ name }) => name))].sort().join()";
        page.until(&format!("{fired} === 'close,counts,item-click,open,ready,received'")).await;
        let all = "record.events.every(({ bubbles, composed, detail }) => bubbles && composed && detail)";
        page.assert(all).await;
        let cancelable = "record.events.every(({ name, cancelable }) =>\
                            cancelable === ['open', 'close', 'item-click'].includes(name))";
        page.assert(cancelable).await;
    })
    .await;
}

#[tokio::test]
async fn counts_are_told_when_they_change_and_only_then() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        scene.server.notify(USER, "One").await;
        scene.server.notify(USER, "Two").await;
        page.until("events('counts').at(-1).detail.counts.unread === 2").await;
        scene.open_panel(page).await;
        page.until("parts('item').length === 2").await;
        page.assert(
            "events('counts').map(({ detail }) => detail.counts).every((counts, index, all) => \
                     index === 0 || JSON.stringify(counts) !== JSON.stringify(all[index - 1]))",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn an_open_that_the_page_prevents_stays_closed() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        page.run("addEventListener('notification-bell-open', (event) => event.preventDefault());").await;
        page.click("part('bell')").await;
        page.until("events('open').length === 1").await;
        page.run("bell.show();").await;
        page.run("bell.setAttribute('open', '');").await;
        page.until("events('open').length === 3 && !bell.hasAttribute('open')").await;
        page.assert("!isOpen() && !bell.open && part('bell').ariaExpanded === 'false'").await;
    })
    .await;
}

#[tokio::test]
async fn a_close_that_the_page_prevents_stays_open() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        scene.open_panel(page).await;
        page.run("addEventListener('notification-bell-close', (event) => event.preventDefault());").await;
        page.click("part('bell')").await;
        page.until("events('close').length === 1").await;
        page.run("bell.open = false;").await;
        page.until("events('close').length === 2 && bell.hasAttribute('open')").await;
        page.assert("isOpen()").await;
    })
    .await;
}

#[tokio::test]
async fn show_hide_and_toggle_do_what_they_say() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        for (method, open) in [
            ("show", true),
            ("show", true),
            ("hide", false),
            ("hide", false),
            ("toggle", true),
            ("toggle", false),
        ] {
            page.run(&format!("bell.{method}();")).await;
            page.until(&format!("isOpen() === {open} && bell.open === {open}")).await;
        }
        page.assert("events('open').length === 2 && events('close').length === 2").await;
    })
    .await;
}

#[tokio::test]
async fn the_open_attribute_opens_and_closes_and_says_what_is() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show(page, &scene.tag_with(USER, "open")).await;
        page.until("isOpen() && titles().join() === 'Hello'").await;
        page.run("bell.removeAttribute('open');").await;
        page.until("!isOpen()").await;
        page.run("bell.open = true;").await;
        page.until("isOpen() && bell.hasAttribute('open')").await;
    })
    .await;
}

#[tokio::test]
async fn refresh_asks_the_server_again() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show_items(page, 1).await;
        let before = scene.answers("GET", "/inbox", 200).await;
        page.run("bell.refresh();").await;
        page.until("titles().join() === 'Hello'").await;
        notification_bell_tests::eventually(
            notification_bell_tests::ANSWER_LIMIT,
            "another list",
            async || (scene.answers("GET", "/inbox", 200).await == before + 1).then_some(()),
        )
        .await;
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn a_page_whose_listener_throws_does_not_harm_the_element() {
    browse(async |page| {
        let scene = Scene::new().await;
        page.expect_complaint("on purpose");
        let listeners = "<script>const fail = () => { throw new Error('on purpose'); };\
                         for (const name of ['ready', 'open', 'counts', 'received', 'item-click', 'close'])\
                           addEventListener('notification-bell-' + name, fail);</script>";
        scene.show(page, &[listeners, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        scene.server.notify(USER, "Hello").await;
        page.until("badge() === '1'").await;
        scene.open_panel(page).await;
        page.click("item('Hello')").await;
        page.until("badge() === ''").await;
        page.click("part('bell')").await;
        page.until("!isOpen() && record.errors.length >= 6").await;
        let others = page.value("record.errors.filter((error) => !error.includes('on purpose'))").await;
        assert_eq!(others, serde_json::json!([]));
        page.run("record.errors.length = 0;").await;
    })
    .await;
}

#[tokio::test]
async fn a_bell_removed_by_a_listener_of_its_own_does_no_harm() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        for name in ["ready", "counts", "open"] {
            let listener = format!(
                "<script>const remove = ({{ target }}) => target.remove();\
                 addEventListener('notification-bell-{name}', remove, {{ once: true }});</script>"
            );
            scene.show(page, &[listener, scene.tag_with(USER, "open")].concat()).await;
            page.until(&format!("events('{name}').length === 1 && bells.length === 0")).await;
            scene.has_streams(0).await;
            page.assert("record.errors.length === 0").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_bell_taken_to_another_document_by_a_listener_of_its_own_does_no_harm() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        for name in ["ready", "counts", "open"] {
            // Other than a removal, that ends what runs in the middle of what told the event.
            let listener = format!(
                "<script>const take = ({{ target }}) => {{ window.moved = target;\
                   const frame = document.body.appendChild(document.createElement('iframe'));\
                   frame.contentDocument.body.append(target); }};\
                 addEventListener('notification-bell-{name}', take, {{ once: true }});</script>"
            );
            scene.show(page, &[listener, scene.tag_with(USER, "open")].concat()).await;
            page.until("window.moved && of(moved).badge() === '1'").await;
            page.until("of(moved).titles().join() === 'Hello'").await;
            scene.has_streams(1).await;
            page.assert("record.errors.length === 0").await;
        }
    })
    .await;
}
