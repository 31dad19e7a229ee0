//! What is kept in the browser of a user whom a provider's token proves.

use notification_bell_tests::browser::{Gate, browse};

use crate::{
    kept_state::{KEPT, tag, with_two_kept},
    scene::{OTHER, Scene, USER},
};

/// A server that takes no token of a provider, as long as `window.refuses` says so; then it takes every one as the user's
/// proof.
fn with_provider(scene: &Scene) -> String {
    format!(
        "<script>(() => {{ const own = fetch; window.refuses = true; window.fetch = (url, init) => {{\
           if (!String(url).endsWith('/session')) return own(url, init);\
           const {{ userToken, ...request }} = JSON.parse(init.body);\
           if (!userToken) return own(url, init);\
           const problem = {{ status: 401, code: 'invalid_token', detail: 'The token is not valid.' }};\
           if (window.refuses) return Promise.resolve(Response.json(problem, {{ status: 401 }}));\
           const body = JSON.stringify({{ ...request, userId: '{USER}', userHmac: '{}' }});\
           return own(url, {{ ...init, body }}); }}; }})()</script>",
        scene.server.project().proof(USER)
    )
}

/// The user's bell with a provider's token as the proof, that of somebody else as far as anybody knows.
fn tag_with_token(scene: &Scene, gate: &Gate, more: &str) -> String {
    let (origin, key) = (gate.origin(), &scene.server.project().api_key);
    format!(
        r#"<notification-bell apiUrl="{origin}/api" apiKey="{key}" userToken="t" {more}></notification-bell>"#
    )
}

#[tokio::test]
async fn a_token_that_the_server_refuses_wipes_the_state_that_was_kept_and_painted() {
    browse(async |page| {
        let (scene, gate) = with_two_kept(page).await;
        let more = format!("cache open userId=\"{USER}\"");
        scene.show(page, &[with_provider(&scene), tag_with_token(&scene, &gate, &more)].concat()).await;
        page.until("events('proof-expired').length === 1").await;
        page.until("badge() === '' && titles().length === 0").await;
        page.assert("!Object.values(localStorage).some((text) => text.includes('First'))").await;
        page.run("window.refuses = false; bell.userToken = 'fresh';").await;
        page.until("badge() === '2' && titles().join() === 'First,Second'").await;
    })
    .await;
}

#[tokio::test]
async fn a_token_of_nobody_who_is_named_leaves_nothing_of_the_user_before() {
    browse(async |page| {
        let (scene, gate) = with_two_kept(page).await;
        scene.show(page, &tag(&scene, &gate, "cache open").replace(USER, OTHER)).await;
        page.until("events('error').length === 1").await;
        scene.show(page, &tag(&scene, &gate, "cache open")).await;
        page.until(&format!("titles().length === 2 && {KEPT}.length > 0")).await;
        // What the other user would have left, if it had been kept.
        page.run(&format!(
            "for (const name of {KEPT}) localStorage[name] = localStorage[name].replaceAll('{USER}', '{OTHER}');"
        ))
        .await;
        let provider = [&with_provider(&scene), "<script>window.refuses = false;</script>"].concat();
        scene.show(page, &[provider, tag_with_token(&scene, &gate, "cache")].concat()).await;
        page.until("badge() === '2'").await;
        page.until(&format!("{KEPT}.length === 0")).await;
    })
    .await;
}
