//! `userToken`: a provider's token as the proof, which the page replaces when it is refused.
//!
//! What a server makes of a provider's tokens is tested in `tests/api/`. Here a wrapper of `fetch` plays both: it knows
//! the tokens that are valid, puts the user's HMAC in the place of such a one, and refuses any other.

use notification_bell_tests::{
    Server,
    browser::{Page, browse},
};

use crate::scene::{OTHER, Scene, USER};

/// Puts the provider, which accepts these tokens of the user, and then this body into a page.
async fn show(scene: &Scene, page: &Page, valid: &[&str], body: &str) {
    let provider = format!(
        "<script>const original = fetch; window.tokens = []; window.valid = {valid:?};\
         window.fetch = (url, init) => {{\
           if (!url.endsWith('/v1/session')) return original(url, init);\
           const {{ userToken, ...request }} = JSON.parse(init.body);\
           tokens.push(userToken);\
           if (valid.includes(userToken)) {{\
             const body = JSON.stringify({{ ...request, userId: '{USER}', userHmac: '{}' }});\
             return original(url, {{ ...init, body }});\
           }}\
           const problem = {{ status: 401, code: 'invalid_token', detail: 'The token is not valid.' }};\
           return Promise.resolve(new Response(JSON.stringify(problem), {{ status: 401 }}));\
         }};</script>",
        scene.server.project().proof(USER),
    );
    scene.show(page, &[&provider, body].concat()).await;
}

/// The element with its key and further attributes.
fn tag(scene: &Scene, more: &str) -> String {
    let (origin, key) = (scene.origin(), &scene.server.project().api_key);
    format!(r#"<notification-bell apiUrl="{origin}/api" apiKey="{key}" {more}></notification-bell>"#)
}

async fn with_one_item() -> Scene {
    let scene = Scene::new().await;
    scene.server.notify(USER, "Hello").await;
    scene
}

#[tokio::test]
async fn a_refused_token_has_the_page_bring_a_fresh_one() {
    browse(async |page| {
        let scene = with_one_item().await;
        show(&scene, page, &["fresh"], &tag(&scene, r#"userToken="old""#)).await;
        page.until("events('proof-expired').length === 1 && events('error').length === 1").await;
        page.assert("events('error')[0].detail.code === 'invalid_token'").await;
        scene.open_panel(page).await;
        page.until("part('error')?.innerText.includes('Your sign-in has expired')").await;
        // Longer than the first tries of a bell that does not give up would have taken.
        page.until("performance.now() - events('error')[0].at > 2000").await;
        page.assert("tokens.join() === 'old' && events('proof-expired').length === 1").await;
        page.run("bell.userToken = 'fresh';").await;
        page.until("titles().join() === 'Hello' && badge() === '1' && !part('error')").await;
        page.assert("tokens.join() === 'old,fresh' && events('error').length === 1").await;
    })
    .await;
}

#[tokio::test]
async fn a_page_may_answer_the_event_at_once() {
    browse(async |page| {
        let scene = with_one_item().await;
        let listener = "<script>document.addEventListener('notification-bell-proof-expired', (event) => {\
                          event.target.userToken = 'fresh';\
                        });</script>";
        let bell = tag(&scene, r#"userToken="old""#);
        show(&scene, page, &["fresh"], &[listener, &bell].concat()).await;
        page.until("badge() === '1'").await;
        scene.is_live(page, 1).await;
        page.assert("tokens.join() === 'old,fresh'").await;
    })
    .await;
}

#[tokio::test]
async fn a_token_that_runs_out_while_the_bell_is_live_is_asked_for_when_the_session_is_renewed() {
    browse(async |page| {
        let scene = Scene::with(Server::builder().set("BELL_SESSION_TTL", "5").start().await).await;
        scene.server.notify(USER, "Hello").await;
        show(&scene, page, &["first"], &tag(&scene, r#"userToken="first""#)).await;
        page.until("badge() === '1'").await;
        page.run("window.valid = ['second'];").await;
        page.until("events('proof-expired').length === 1").await;
        page.assert("tokens.join() === 'first,first'").await;
        page.run("bell.userToken = 'second';").await;
        scene.has_streams(1).await;
        scene.server.notify(USER, "Again").await;
        page.until("badge() === '2'").await;
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_set_as_a_property_is_not_in_the_document() {
    browse(async |page| {
        let scene = with_one_item().await;
        // The first is set before the element is defined, the second afterwards.
        let early = "<script>document.querySelector('notification-bell').userToken = 'fresh';</script>";
        let body = [&tag(&scene, ""), early, &tag(&scene, "")].concat();
        show(&scene, page, &["fresh"], &body).await;
        page.until("of(bells[0]).badge() === '1'").await;
        page.run("bells[1].userToken = 'fresh';").await;
        page.until("of(bells[1]).badge() === '1'").await;
        page.assert("bells.every((bell) => !bell.outerHTML.includes('fresh') && bell.userToken === 'fresh')")
            .await;
    })
    .await;
}

#[tokio::test]
async fn of_attribute_and_property_the_one_set_last_counts() {
    browse(async |page| {
        let scene = with_one_item().await;
        show(&scene, page, &["one", "two", "three"], &tag(&scene, r#"user-token="one""#)).await;
        page.until("tokens.join() === 'one'").await;
        page.run("bell.userToken = 'two';").await;
        page.until("tokens.join() === 'one,two'").await;
        page.assert("!bell.hasAttribute('user-token') && !bell.hasAttribute('usertoken')").await;
        page.run("bell.setAttribute('usertoken', 'three');").await;
        page.until("tokens.join() === 'one,two,three' && badge() === '1'").await;
        page.assert("bell.userToken === 'three'").await;
    })
    .await;
}

#[tokio::test]
async fn removing_the_token_empties_the_element() {
    browse(async |page| {
        let scene = with_one_item().await;
        show(&scene, page, &["fresh"], &tag(&scene, r#"userToken="fresh" open"#)).await;
        for remove in ["bell.removeAttribute('usertoken');", "bell.userToken = null;"] {
            page.until("titles().join() === 'Hello'").await;
            page.run(remove).await;
            page.until("parts('item').length === 0 && badge() === ''").await;
            page.until("part('empty')?.innerText.includes('You are not signed in')").await;
            scene.has_streams(0).await;
            page.run("bell.userToken = 'fresh';").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_fresh_token_of_the_user_who_is_named_leaves_the_list_as_it_is() {
    browse(async |page| {
        let scene = with_one_item().await;
        let bell = tag(&scene, &format!(r#"userId="{USER}" userToken="first""#));
        show(&scene, page, &["first", "second"], &bell).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        page.until("titles().join() === 'Hello'").await;
        page.run("item('Hello').kept = true; bell.userToken = 'second';").await;
        page.until("tokens.join() === 'first,second' && events('ready').length === 2").await;
        scene.has_streams(1).await;
        scene.server.notify(USER, "Again").await;
        page.until("titles().join() === 'Again,Hello'").await;
        page.assert("item('Hello').kept === true").await;
        assert_eq!(scene.answers("GET", "/inbox", 200).await, 1, "the list is not loaded again");
    })
    .await;
}

#[tokio::test]
async fn another_token_without_a_user_id_drops_the_items_at_once() {
    browse(async |page| {
        let scene = with_one_item().await;
        let bell = tag(&scene, r#"userToken="first" open"#);
        show(&scene, page, &["first"], &bell).await;
        page.until("titles().join() === 'Hello'").await;
        page.run(&format!(
            "bell.userToken = '{OTHER}'; const {{ port1, port2 }} = new MessageChannel();\
             port1.onmessage = () => {{ window.left = root.textContent.includes('Hello'); }};\
             port2.postMessage(null);"
        ))
        .await;
        page.until("window.left === false && badge() === ''").await;
    })
    .await;
}
