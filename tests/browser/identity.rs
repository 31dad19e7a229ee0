//! Another user on the same element: the first one's items are gone before anything else happens.

use notification_bell_tests::browser::browse;

use crate::scene::{OTHER, Scene, USER};

/// Notes whether anything of the first user is left when the task is over that this runs in.
const LOOK_AT_THE_NEXT_TASK: &str = "const { port1, port2 } = new MessageChannel();\
    port1.onmessage = () => { window.left = root.textContent.includes('Of the first'); };\
    port2.postMessage(null);";

/// Statements that sign another user in, in one task.
fn sign_in(scene: &Scene, user: &str) -> String {
    format!("bell.userId = '{user}'; bell.userHmac = '{}';", scene.server.project().proof(user))
}

async fn with_one_item_each() -> Scene {
    let scene = Scene::new().await;
    scene.server.notify(USER, "Of the first").await;
    scene.server.notify(OTHER, "Of the second").await;
    scene.server.notify(OTHER, "Another of the second").await;
    scene
}

#[tokio::test]
async fn another_user_drops_the_items_of_the_first() {
    browse(async |page| {
        let scene = with_one_item_each().await;
        scene.show_items(page, 1).await;
        page.run(&format!("{LOOK_AT_THE_NEXT_TASK} {}", sign_in(&scene, OTHER))).await;
        page.until("window.left === false").await;
        page.until("titles().join() === 'Another of the second,Of the second' && badge() === '2'").await;
        page.assert("events('ready').length === 2").await;
        scene.has_streams(1).await;
        assert_eq!(scene.answers("POST", "/session", 200).await, 2, "two attributes, one change");
        scene.server.notify(USER, "Too late").await;
        scene.server.notify(OTHER, "In time").await;
        page.until("titles()[0] === 'In time'").await;
        page.assert("!titles().includes('Too late')").await;
    })
    .await;
}

#[tokio::test]
async fn another_user_without_a_proof_of_their_own_sees_nothing_of_the_first() {
    browse(async |page| {
        let scene = with_one_item_each().await;
        scene.show_items(page, 1).await;
        page.run(&format!("{LOOK_AT_THE_NEXT_TASK} bell.userId = '{OTHER}';")).await;
        page.until("window.left === false && badge() === ''").await;
        page.until("events('error')[0]?.detail.code === 'invalid_user_hmac'").await;
    })
    .await;
}

#[tokio::test]
async fn another_proof_of_the_same_user_leaves_the_list_as_it_is() {
    browse(async |page| {
        let scene = with_one_item_each().await;
        scene.show_items(page, 1).await;
        let arguments = ["hmac", "--expires-in", "1h", "--", USER];
        let proof = scene.server.installation().succeed(&arguments).await;
        page.run(&format!("item('Of the first').kept = true; bell.userHmac = '{}';", proof.trim())).await;
        page.until("events('ready').length === 2").await;
        scene.has_streams(1).await;
        scene.server.notify(USER, "With the other proof").await;
        page.until("titles().join() === 'With the other proof,Of the first' && badge() === '2'").await;
        page.assert("item('Of the first').kept === true").await;
        assert_eq!(scene.answers("GET", "/inbox", 200).await, 1, "the list is not loaded again");
    })
    .await;
}

#[tokio::test]
async fn removing_the_proof_empties_the_element() {
    browse(async |page| {
        let scene = with_one_item_each().await;
        scene.show_items(page, 1).await;
        page.run("bell.removeAttribute('userhmac');").await;
        page.until("parts('item').length === 0 && badge() === ''").await;
        page.until("part('empty')?.innerText.includes('You are not signed in')").await;
        scene.has_streams(0).await;
        page.assert("nameOf(part('bell')) === 'Notifications' && live()[0].textContent === ''").await;
        assert_eq!(scene.answers("POST", "/session", 200).await, 1);
        page.run(&sign_in(&scene, USER)).await;
        page.until("titles().join() === 'Of the first'").await;
    })
    .await;
}

#[tokio::test]
async fn switching_there_and_back_in_one_task_is_no_change_of_user() {
    browse(async |page| {
        let scene = with_one_item_each().await;
        scene.show_items(page, 1).await;
        page.run(&[sign_in(&scene, OTHER), sign_in(&scene, USER)].concat()).await;
        page.until("titles().join() === 'Of the first' && badge() === '1'").await;
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn a_user_who_changes_while_the_first_is_signing_in_is_the_only_one_to_appear() {
    browse(async |page| {
        let scene = with_one_item_each().await;
        scene.show(page, "").await;
        page.until("customElements.get('notification-bell')").await;
        let script = format!(
            "document.body.innerHTML = `{}`; const element = document.body.firstElementChild; element.show();\
             window.shown = new Set();\
             new MutationObserver(() => {{\
               const titles = element.shadowRoot.querySelectorAll('[part~=title]');\
               for (const title of titles) window.shown.add(title.textContent);\
             }}).observe(element.shadowRoot, {{ subtree: true, childList: true }});\
             setTimeout(() => {{ element.userId = '{OTHER}'; element.userHmac = '{}'; }});",
            scene.tag(USER),
            scene.server.project().proof(OTHER)
        );
        page.run(&script).await;
        page.until("parts('item').length === 2 && badge() === '2'").await;
        page.assert("[...window.shown].every((title) => !title.includes('Of the first'))").await;
        scene.has_streams(1).await;
    })
    .await;
}

#[tokio::test]
async fn a_key_changed_to_another_project_shows_that_projects_items() {
    browse(async |page| {
        let server = notification_bell_tests::Server::builder().project(&[]).project(&[]).start().await;
        let scene = Scene::with(server).await;
        scene.server.notify(USER, "Of the first project").await;
        let second = scene.server.projects()[1].clone();
        let body = serde_json::json!({"to": {"users": [USER]}, "title": "Of the second project"});
        let _ = scene.server.send_in(&second, &body).await.expect(201);
        scene.show_items(page, 1).await;
        let (key, proof) = (&second.api_key, second.proof(USER));
        page.run(&format!("bell.setAttribute('apiKey', '{key}'); bell.setAttribute('userHmac', '{proof}');"))
            .await;
        page.until("titles().join() === 'Of the second project'").await;
        page.assert("events('ready').length === 2").await;
    })
    .await;
}
