//! Added, moved, removed: there is one bell and one stream, and afterwards there is nothing.

use notification_bell_tests::browser::{Engine, Key, Page, browse};

use crate::scene::{OTHER, Scene, USER};

const PLACES: &str = "<header></header><main></main>";

/// A page with a bell in its header, and its panel open.
async fn open_in_header(scene: &Scene, page: &Page) {
    scene.server.notify(USER, "Hello").await;
    let body = PLACES.replace("<header>", &format!("<header>{}", scene.tag(USER)));
    scene.show(page, &body).await;
    scene.is_live(page, 1).await;
    scene.open_panel(page).await;
    page.until("titles().includes('Hello')").await;
}

/// Asserts that there is one bell with one panel, still of the first session.
async fn is_still_one(scene: &Scene, page: &Page) {
    page.assert("parts('bell').length === 1 && parts('panel').length === 1").await;
    scene.server.notify(USER, "After").await;
    page.until("titles().join() === 'After,Hello' && badge() === '2'").await;
    scene.has_streams(1).await;
    page.assert("events('ready').length === 1").await;
    assert_eq!(scene.answers("POST", "/session", 200).await, 1, "it is the same session");
}

#[tokio::test]
async fn a_bell_moved_by_append_keeps_its_panel_and_its_stream() {
    browse(async |page| {
        let scene = Scene::new().await;
        open_in_header(&scene, page).await;
        page.run("document.querySelector('main').append(bell);").await;
        page.until("isOpen() && bell.open").await;
        page.assert("events('close').length === 0").await;
        is_still_one(&scene, page).await;
    })
    .await;
}

#[tokio::test]
async fn a_bell_moved_by_move_before_keeps_its_panel_and_its_stream() {
    browse(async |page| {
        let scene = Scene::new().await;
        open_in_header(&scene, page).await;
        page.run("document.querySelector('main').moveBefore(bell, null);").await;
        page.until("isOpen() && bell.open").await;
        page.assert("bell.parentElement.localName === 'main' && events('close').length === 0").await;
        is_still_one(&scene, page).await;
    })
    .await;
}

#[tokio::test]
async fn what_had_the_focus_has_it_after_a_move() {
    browse(async |page| {
        // In WebKitGTK the focus is lost with the move: what it does then is not handled.
        if page.engine() == Engine::Webkit {
            return;
        }
        let scene = Scene::new().await;
        open_in_header(&scene, page).await;
        for what in ["item('Hello')", "button('Settings')"] {
            page.run(&format!("{what}.focus();")).await;
            page.run("document.querySelector('main').append(bell);").await;
            page.assert(&format!("focused() === {what} && isOpen()")).await;
            page.run("document.querySelector('header').append(bell);").await;
            page.assert(&format!("focused() === {what} && isOpen()")).await;
        }
        page.press(Key::Escape).await;
        page.until("!isOpen() && focused() === part('bell')").await;
        page.run("document.querySelector('main').append(bell);").await;
        page.assert("focused() === part('bell') && !isOpen()").await;
    })
    .await;
}

#[tokio::test]
async fn a_move_takes_the_focus_from_nobody() {
    browse(async |page| {
        // In WebKitGTK the focus is lost with the move: what it does then is not handled.
        if page.engine() == Engine::Webkit {
            return;
        }
        let scene = Scene::new().await;
        open_in_header(&scene, page).await;
        page.run("window.field = document.body.appendChild(document.createElement('input'));").await;
        page.run("item('Hello').focus(); bell.remove(); field.focus(); document.body.append(bell);").await;
        page.until("isOpen()").await;
        page.assert("document.activeElement === field").await;
        // Nor does one that comes back later.
        page.run("bell.hide(); part('bell').focus(); window.kept = bell; bell.remove();").await;
        scene.has_streams(0).await;
        page.run("document.body.append(kept);").await;
        page.until("events('ready').length === 2").await;
        page.assert("document.activeElement === document.body").await;
    })
    .await;
}

#[tokio::test]
async fn a_bell_moved_many_times_in_one_task_is_still_one() {
    browse(async |page| {
        let scene = Scene::new().await;
        open_in_header(&scene, page).await;
        let script = "const places = document.querySelectorAll('header, main');\
                      for (let turn = 0; turn < 21; turn++) places[turn % 2].append(bell);";
        page.run(script).await;
        page.until("isOpen()").await;
        is_still_one(&scene, page).await;
    })
    .await;
}

#[tokio::test]
async fn a_removed_bell_leaves_nothing_behind() {
    browse(async |page| {
        let scene = Scene::new().await;
        open_in_header(&scene, page).await;
        page.run("window.kept = bell; bell.remove();").await;
        scene.has_streams(0).await;
        page.assert("document.querySelector('header').childNodes.length === 0").await;
        page.assert("document.adoptedStyleSheets.length === 0 && !document.querySelector('style')").await;
        // What it listened to must not reach it any more.
        page.click("document.querySelector('main').appendChild(document.createElement('button'))").await;
        page.run("window.dispatchEvent(new Event('online')); document.documentElement.lang = 'de';").await;
        assert_eq!(scene.answers("POST", "/session", 200).await, 1, "it does nothing more");
    })
    .await;
}

#[tokio::test]
async fn a_bell_removed_and_added_again_is_one_bell_with_one_stream() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show_bell(page).await;
        page.run("window.kept = bell; bell.remove();").await;
        scene.has_streams(0).await;
        page.run("document.body.append(window.kept);").await;
        scene.is_live(page, 1).await;
        page.until("badge() === '1'").await;
        page.assert("parts('bell').length === 1 && parts('panel').length === 1").await;
        page.assert("events('ready').length === 2").await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Hello'").await;
    })
    .await;
}

#[tokio::test]
async fn a_bell_moved_to_another_document_works_there_and_is_styled() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show(page, &["<iframe></iframe>", &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        page.run("window.moved = bell; document.querySelector('iframe').contentDocument.body.append(bell);")
            .await;
        page.until("of(window.moved).badge() === '1'").await;
        page.assert("window.moved.ownerDocument !== document").await;
        page.assert("window.moved.shadowRoot.adoptedStyleSheets.length > 0").await;
        scene.has_streams(1).await;
        page.run("document.body.append(window.moved);").await;
        page.until("badge() === '1' && parts('bell').length === 1").await;
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn two_bells_of_two_users_keep_to_themselves() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "For the user").await;
        scene.server.notify(OTHER, "For the other").await;
        scene.server.notify(OTHER, "Again").await;
        scene.show(page, &[scene.tag(USER), scene.tag_with(OTHER, r#"theme="dark""#)].concat()).await;
        scene.is_live(page, 2).await;
        page.until("of(bells[0]).badge() === '1' && of(bells[1]).badge() === '2'").await;
        page.click("of(bells[1]).part('bell')").await;
        page.until("of(bells[1]).titles().join() === 'Again,For the other'").await;
        page.assert("!of(bells[0]).isOpen()").await;
        // The first goes; the second is not harmed.
        page.run("bells[0].remove();").await;
        scene.has_streams(1).await;
        scene.server.notify(OTHER, "Third").await;
        page.until("titles().join() === 'Third,Again,For the other'").await;
    })
    .await;
}

#[tokio::test]
async fn a_script_loaded_twice_does_nothing_the_second_time() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        let again = scene.script().replace(".js", ".js?copy");
        scene.show(page, &[again, scene.script(), scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        page.until("badge() === '1'").await;
        page.promised(&format!("await import('{}/notification-bell.js?late')", scene.origin())).await;
        page.assert("parts('bell').length === 1 && events('ready').length === 1").await;
        assert_eq!(scene.answers("POST", "/session", 200).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_element_of_this_name_from_somebody_else_is_left_alone() {
    browse(async |page| {
        let scene = Scene::new().await;
        let foreign = "<script>customElements.define('notification-bell', class extends HTMLElement {\
                       connectedCallback() { this.textContent = 'Somebody else’s' } });</script>";
        scene.show(page, &[foreign, &scene.tag(USER)].concat()).await;
        page.promised(&format!("await import('{}/notification-bell.js')", scene.origin())).await;
        page.assert("bell.textContent === 'Somebody else’s' && !bell.shadowRoot").await;
        assert_eq!(scene.answers("POST", "/session", 200).await, 0);
    })
    .await;
}

#[tokio::test]
async fn changes_that_are_under_way_are_made_although_the_bell_is_removed() {
    browse(async |page| {
        let scene = Scene::new().await;
        for title in ["Second", "First"] {
            scene.server.notify(USER, title).await;
        }
        // Changes wait on their way to the network until the page lets them go.
        let slow = "<script>(() => { const own = fetch; window.begun = 0;\
            const way = new Promise((open) => (window.letThemGo = open));\
            window.fetch = async (url, init) => {\
              if (init?.method === 'PATCH') { window.begun += 1; await way; }\
              return own(url, init);\
            }; })()</script>";
        scene.show(page, &[slow, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'First,Second'").await;
        page.run("for (const { id } of bell.state.items) bell.markRead(id);").await;
        page.until("window.begun === 1").await;
        page.run("bell.remove();").await;
        scene.has_streams(0).await;
        page.run("letThemGo();").await;
        scene.has_unread(USER, &[]).await;
    })
    .await;
}
