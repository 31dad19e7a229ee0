//! A deletion is on screen at once, can be undone, and is made when it no longer can.

use notification_bell_tests::{
    ANSWER_LIMIT,
    browser::{Gate, Page, browse},
    eventually,
};

use crate::{
    items::REFUSE,
    scene::{OTHER, Scene, USER},
    undo::{TOAST, has_titles, use_button, with_two},
};

async fn has_deleted(scene: &Scene, number: usize) {
    eventually(ANSWER_LIMIT, format!("{number} deletions"), async || {
        (scene.answers("DELETE", "/inbox/{id}", 200).await == number).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_deletion_is_on_screen_at_once_and_final_when_the_message_goes() {
    browse(async |page| {
        let scene = with_two(page).await;
        use_button(page, "First", "Delete").await;
        page.until(&format!("{TOAST} === 'Deleted Undo' && titles().join() === 'Second' && badge() === '1'"))
            .await;
        page.until("events('counts').at(-1).detail.counts.unread === 1").await;
        scene.has_unread(USER, &["First", "Second"]).await;
        page.until("timeIsUp() > 0").await;
        page.until("!part('toast')").await;
        scene.has_unread(USER, &["Second"]).await;
        page.assert("badge() === '1' && titles().join() === 'Second'").await;
        has_deleted(&scene, 1).await;
    })
    .await;
}

#[tokio::test]
async fn an_undone_deletion_was_never_made() {
    browse(async |page| {
        let scene = with_two(page).await;
        use_button(page, "First", "Delete").await;
        page.click("button('Undo')").await;
        page.until("titles().join() === 'First,Second' && badge() === '2' && !part('toast')").await;
        page.until("focused() === item('First')").await;
        page.run("timeIsUp(); bell.hide();").await;
        // Whatever was sent before it is there with it.
        use_button_later(page, &scene).await;
        assert_eq!(scene.answers("DELETE", "/inbox/{id}", 200).await, 0);
    })
    .await;
}

/// Archives what was undone, and waits for the server to have that.
async fn use_button_later(page: &Page, scene: &Scene) {
    scene.open_panel(page).await;
    use_button(page, "First", "Archive").await;
    has_titles(&scene.server.session(USER).await, "archived", &["First"]).await;
}

#[tokio::test]
async fn closing_the_panel_makes_a_deletion_final() {
    browse(async |page| {
        let scene = with_two(page).await;
        use_button(page, "First", "Delete").await;
        page.until("part('toast')").await;
        page.run("bell.hide();").await;
        scene.has_unread(USER, &["Second"]).await;
        page.assert("badge() === '1'").await;
    })
    .await;
}

#[tokio::test]
async fn another_message_makes_a_deletion_final() {
    browse(async |page| {
        let scene = with_two(page).await;
        use_button(page, "First", "Delete").await;
        page.until(&format!("{TOAST} === 'Deleted Undo'")).await;
        use_button(page, "Second", "Archive").await;
        page.until(&format!("{TOAST} === 'Archived Undo'")).await;
        has_deleted(&scene, 1).await;
        page.click("button('Undo')").await;
        page.until("titles().join() === 'Second' && badge() === '1'").await;
    })
    .await;
}

#[tokio::test]
async fn leaving_the_page_makes_a_deletion_final() {
    browse(async |page| {
        let scene = with_two(page).await;
        let next = scene.site.page("/next", "<p>Elsewhere</p>");
        use_button(page, "First", "Delete").await;
        page.until("part('toast')").await;
        page.open(&next).await;
        scene.has_unread(USER, &["Second"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_hidden_page_makes_a_deletion_final() {
    browse(async |page| {
        let scene = with_two(page).await;
        use_button(page, "First", "Delete").await;
        page.until("part('toast')").await;
        page.run(
            "Object.defineProperty(document, 'hidden', { value: true });\
             document.dispatchEvent(new Event('visibilitychange'));",
        )
        .await;
        scene.has_unread(USER, &["Second"]).await;
        page.until("!part('toast') && titles().join() === 'Second' && badge() === '1'").await;
    })
    .await;
}

#[tokio::test]
async fn another_user_and_the_end_of_the_element_make_a_deletion_final() {
    browse(async |page| {
        let scene = with_two(page).await;
        use_button(page, "First", "Delete").await;
        page.until("part('toast')").await;
        let proof = scene.server.project().proof(OTHER);
        page.run(&format!("bell.userId = '{OTHER}'; bell.userHmac = '{proof}';")).await;
        scene.has_unread(USER, &["Second"]).await;
        page.until("!part('toast') && titles().join() === ''").await;

        let scene = with_two(page).await;
        use_button(page, "First", "Delete").await;
        page.until("part('toast')").await;
        page.run("bell.remove();").await;
        scene.has_unread(USER, &["Second"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_deletion_that_the_server_does_not_take_is_taken_back_and_said() {
    browse(async |page| {
        let scene = Scene::new().await;
        let gate = Gate::to(scene.server.api()).await;
        scene.show_hello_behind(page, &gate).await;
        use_button(page, "Hello", "Delete").await;
        page.until("titles().join() === '' && badge() === ''").await;
        page.run(&[REFUSE, "bell.hide(); bell.show();"].concat()).await;
        page.until("titles().join() === 'Hello' && badge() === '1'").await;
        page.until("part('toast')?.innerText.includes('could not be saved') && !button('Undo')").await;
    })
    .await;
}
