//! Sessions from the page's side: proofs that fail, tokens that end, and no end to the bell.

use std::time::Duration;

use notification_bell_tests::{
    Reply, Server,
    browser::{Key, browse},
    eventually,
};
use reqwest::Method;

use crate::scene::{Scene, USER};

#[tokio::test]
async fn a_wrong_proof_is_an_error_and_is_not_tried_again() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &scene.tag_with_wrong_proof("")).await;
        page.until("events('error').length > 0").await;
        page.assert("events('error')[0].detail.code === 'invalid_user_hmac'").await;
        // Longer than the first tries of a bell that does not give up would have taken.
        page.until("performance.now() - events('error')[0].at > 2000").await;
        page.assert("events('error').length === 1 && events('ready').length === 0").await;
        assert_eq!(scene.answers("POST", "/session", 401).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_proof_is_said_in_the_panel_without_asking_again() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &scene.tag_with_wrong_proof("")).await;
        page.until("events('error').length > 0").await;
        scene.open_panel(page).await;
        page.until("part('error')?.innerText.includes('could not be confirmed')").await;
        page.press(Key::Escape).await;
        scene.open_panel(page).await;
        page.until("part('error')?.innerText.includes('could not be confirmed')").await;
        page.assert("events('error').length === 1").await;
        assert_eq!(scene.answers("POST", "/session", 401).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_open_panel_with_a_wrong_proof_asks_once() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &scene.tag_with_wrong_proof("open")).await;
        page.until("part('error')?.innerText.includes('could not be confirmed')").await;
        page.until("performance.now() - events('error')[0].at > 2000").await;
        page.assert("events('error').length === 1").await;
        assert_eq!(scene.answers("POST", "/session", 401).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_right_proof_after_a_wrong_one_signs_in() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        let proof = scene.server.project().proof(USER);
        scene.show(page, &scene.tag(USER).replace(&proof, "bm9wZQ==")).await;
        page.until("events('error').length > 0").await;
        scene.open_panel(page).await;
        page.until("part('error')").await;
        page.run(&format!("bell.userHmac = '{proof}';")).await;
        page.until("titles().join() === 'Hello' && badge() === '1' && !part('error')").await;
    })
    .await;
}

#[tokio::test]
async fn a_bell_stays_live_over_the_lives_of_several_tokens() {
    browse(async |page| {
        let scene = Scene::with(Server::builder().set("BELL_SESSION_TTL", "5").start().await).await;
        scene.show_bell(page).await;
        eventually(Duration::from_secs(30), "the fourth session", async || {
            (scene.answers("POST", "/session", 200).await >= 4).then_some(())
        })
        .await;
        scene.server.notify(USER, "Still there").await;
        page.until("badge() === '1' && events('received').length === 1").await;
        scene.has_streams(1).await;
        page.assert("events('ready').length === 1 && events('error').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn a_session_that_is_ended_from_outside_is_opened_once_more() {
    browse(async |page| {
        let scene = Scene::new().await;
        let spy = "<script>const original = fetch;\
                   window.fetch = (request, ...more) => {\
                     const headers = new Headers(request.headers ?? more[0]?.headers);\
                     window.token = headers.get('authorization') ?? window.token;\
                     return original(request, ...more);\
                   };</script>";
        scene.show(page, &[spy, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        let token = page.until("window.token").await;
        let token = token.as_str().unwrap();
        let request = scene.server.api().v1(Method::DELETE, "/session");
        let reply =
            Reply::to(request.header("authorization", token).header("origin", scene.site.origin())).await;
        assert_eq!(reply.status, 204, "{}", reply.text());
        eventually(Duration::from_secs(20), "another session", async || {
            (scene.answers("POST", "/session", 200).await == 2).then_some(())
        })
        .await;
        scene.has_streams(1).await;
        scene.server.notify(USER, "Still there").await;
        page.until("badge() === '1'").await;
        assert_eq!(scene.answers("POST", "/session", 200).await, 2, "once more, and not over and over");
    })
    .await;
}

#[tokio::test]
async fn no_token_and_no_key_of_a_user_is_in_any_address() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show_items(page, 1).await;
        let proof = scene.server.project().proof(USER);
        page.assert(&format!(
            "performance.getEntriesByType('resource').every(({{ name }}) => \
               !decodeURIComponent(name).includes('{proof}') && !/token|eyJ|user@|pk_/.test(decodeURIComponent(name)))"
        ))
        .await;
    })
    .await;
}
