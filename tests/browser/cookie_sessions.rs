//! `session="cookie"`: the token is kept by the browser, and no script of the page ever has it.
//!
//! The page is at `localhost` and the server at `127.0.0.1`: two sites, as a shop and its bell server are. Both count as
//! secure without TLS, so that a browser takes `Secure` cookies from them.

use std::time::Duration;

use notification_bell_tests::{
    Server,
    browser::{Page, Site, browse},
    eventually,
};

use crate::{
    scene::{OTHER, Scene, USER},
    undo::use_button,
};

/// Keeps what each call to the API was made with, and what was answered to those that end.
const SPY: &str = "<script>window.original = fetch; window.calls = [];\
    window.fetch = async (url, init) => {\
      const call = { url, credentials: init?.credentials, headers: Object.fromEntries(new Headers(init?.headers)) };\
      if (url.includes('/v1/')) window.calls.push(call);\
      const answer = await original(url, init);\
      if (!url.includes('/stream')) call.answer = await answer.clone().text();\
      return answer;\
    };</script>";

/// The site's origin, on another site than the server.
fn origin_of(site: &Site) -> String {
    site.origin().replace("127.0.0.1", "localhost")
}

/// A server of a project that names the site's origin.
async fn scene_with(settings: &[(&str, &str)]) -> Scene {
    let site = Site::start().await;
    let server = Server::builder().project(&["--origin", &origin_of(&site)]);
    let server = settings.iter().fold(server, |server, (name, value)| server.set(name, value));
    Scene { server: server.start().await, site }
}

async fn show(scene: &Scene, page: &Page, body: &str) {
    let url = scene.site.page("/", &[SPY, &scene.script(), body].concat());
    page.open(&url.replace(scene.site.origin(), &origin_of(&scene.site))).await;
}

fn tag(scene: &Scene) -> String {
    scene.tag_with(USER, r#"session="cookie""#)
}

/// Shows the user's bell and waits until its stream is open.
async fn show_bell(scene: &Scene, page: &Page) {
    show(scene, page, &tag(scene)).await;
    scene.is_live(page, 1).await;
}

#[tokio::test]
async fn a_bell_whose_token_is_in_a_cookie_shows_items_and_is_live() {
    browse(async |page| {
        let scene = scene_with(&[]).await;
        scene.server.notify(USER, "Hello").await;
        show_bell(&scene, page).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Hello' && badge() === '1'").await;
        scene.server.notify(USER, "Again").await;
        page.until("titles().join() === 'Again,Hello' && badge() === '2'").await;
        page.click("item('Hello')").await;
        scene.has_unread(USER, &["Again"]).await;
        page.assert("events('error').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn no_script_of_the_page_can_read_the_token() {
    browse(async |page| {
        let scene = scene_with(&[]).await;
        scene.server.notify(USER, "Hello").await;
        show_bell(&scene, page).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Hello'").await;
        page.assert("document.cookie === ''").await;
        page.until(
            "calls.length >= 3 && calls.every(({ url, answer }) => answer || url.includes('/stream'))",
        )
        .await;
        // A token begins with the base64url of `{"`.
        page.assert("!JSON.stringify(calls).includes('eyJ') && !/\"token/.test(calls[0].answer)").await;
        page.assert("[...Object.values(localStorage), ...Object.values(sessionStorage)].length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn every_call_names_the_project_and_brings_the_cookie_instead_of_a_header() {
    browse(async |page| {
        let scene = scene_with(&[]).await;
        show_bell(&scene, page).await;
        scene.open_panel(page).await;
        page.until("part('empty')").await;
        let key = &scene.server.project().api_key;
        page.assert(&format!(
            "calls.length >= 3 && calls.every(({{ credentials, headers }}) => credentials === 'include' \
               && headers['bell-project'] === '{key}' && !headers.authorization)"
        ))
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_bell_that_does_not_ask_for_a_cookie_has_its_token_in_the_header_alone() {
    browse(async |page| {
        let scene = scene_with(&[]).await;
        show(&scene, page, &scene.tag(USER)).await;
        scene.is_live(page, 1).await;
        page.assert(
            "calls.length >= 2 && calls.every(({ url, credentials, headers }) => credentials === undefined \
               && !headers['bell-project'] && url.endsWith('/session') !== Boolean(headers.authorization))",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_second_bell_of_the_same_project_works() {
    browse(async |page| {
        let scene = scene_with(&[]).await;
        scene.server.notify(USER, "Hello").await;
        show(&scene, page, &[tag(&scene), tag(&scene)].concat()).await;
        page.until("events('ready').length === 2").await;
        page.until("bells.every((bell) => of(bell).badge() === '1')").await;
        page.run("bells[0].show();").await;
        page.until("titles().join() === 'Hello'").await;
        page.run("bells[0].hide(); bells[1].show();").await;
        page.until("of(bells[1]).titles().join() === 'Hello'").await;
        page.run("bells[0].remove();").await;
        scene.has_streams(1).await;
        scene.server.notify(USER, "Again").await;
        page.until("titles().join() === 'Again,Hello'").await;
    })
    .await;
}

#[tokio::test]
async fn another_user_of_the_element_is_the_one_whose_session_counts() {
    browse(async |page| {
        let scene = scene_with(&[]).await;
        scene.server.notify(USER, "Of the first").await;
        scene.server.notify(OTHER, "Of the second").await;
        show_bell(&scene, page).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Of the first'").await;
        let proof = scene.server.project().proof(OTHER);
        page.run(&format!("bell.userId = '{OTHER}'; bell.userHmac = '{proof}';")).await;
        page.until("titles().join() === 'Of the second' && badge() === '1'").await;
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn a_bell_in_a_cookie_stays_live_over_the_lives_of_several_tokens() {
    browse(async |page| {
        let scene = scene_with(&[("BELL_SESSION_TTL", "5")]).await;
        show_bell(&scene, page).await;
        eventually(Duration::from_secs(30), "the third session", async || {
            (scene.answers("POST", "/session", 200).await >= 3).then_some(())
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
async fn a_session_that_the_page_ends_is_opened_once_more() {
    browse(async |page| {
        let scene = scene_with(&[]).await;
        show_bell(&scene, page).await;
        let end = format!(
            "(await original('{}/api/v1/session', {{ method: 'DELETE', credentials: 'include', \
               headers: {{ 'Bell-Project': '{}' }} }})).status",
            scene.origin(),
            scene.server.project().api_key
        );
        assert_eq!(page.promised(&end).await, 204);
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
async fn removing_the_proof_empties_the_element_although_the_cookie_is_still_there() {
    browse(async |page| {
        let scene = scene_with(&[]).await;
        scene.server.notify(USER, "Hello").await;
        show_bell(&scene, page).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Hello'").await;
        page.run("window.before = calls.length; bell.removeAttribute('userhmac');").await;
        page.until("parts('item').length === 0 && badge() === ''").await;
        page.until("part('empty')?.innerText.includes('You are not signed in')").await;
        scene.has_streams(0).await;
        page.assert("calls.length === window.before").await;
    })
    .await;
}

#[tokio::test]
async fn a_project_that_names_no_origins_gives_no_cookie() {
    browse(async |page| {
        let scene = Scene::new().await;
        show(&scene, page, &tag(&scene)).await;
        page.until("events('error')[0]?.detail.code === 'origin_not_allowed'").await;
        scene.open_panel(page).await;
        page.until("part('error')").await;
        page.assert("events('error').length === 1 && events('ready').length === 0").await;
        assert_eq!(scene.answers("POST", "/session", 403).await, 1, "the same would be refused again");
    })
    .await;
}

#[tokio::test]
async fn a_deletion_that_comes_late_does_not_sign_the_user_before_in_again() {
    browse(async |page| {
        let scene = scene_with(&[]).await;
        scene.server.notify(USER, "Of the first").await;
        scene.server.notify(OTHER, "Of the second").await;
        show_bell(&scene, page).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Of the first'").await;
        // The cookie is no longer of the user whose deletion it is.
        let refuse = "const before = fetch; window.late = 0; window.signIns = [];\
            window.fetch = async (url, init) => {\
              if (url.endsWith('/session')) signIns.push(JSON.parse(init.body).userId);\
              if (init?.method !== 'DELETE') return before(url, init);\
              late += 1;\
              return Response.json({ code: 'invalid_token', detail: '' }, { status: 401 });\
            };";
        page.run(refuse).await;
        use_button(page, "Of the first", "Delete").await;
        page.until("titles().length === 0").await;
        let proof = scene.server.project().proof(OTHER);
        page.run(&format!("bell.userId = '{OTHER}'; bell.userHmac = '{proof}';")).await;
        page.until("late === 1 && titles().join() === 'Of the second'").await;
        scene.has_streams(1).await;
        page.assert(&format!("signIns.join() === '{OTHER}'")).await;
    })
    .await;
}
