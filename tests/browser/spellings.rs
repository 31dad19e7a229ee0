//! Every way in which pages and frameworks set the options of an element.

use notification_bell_tests::browser::browse;

use crate::scene::{Scene, USER};

/// Sets the options of `element` as properties.
fn properties(scene: &Scene) -> String {
    let project = scene.server.project();
    format!(
        "Object.assign(element, {{ apiUrl: '{}/api', apiKey: '{}', userId: '{USER}', userHmac: '{}' }});",
        scene.origin(),
        project.api_key,
        project.proof(USER)
    )
}

#[tokio::test]
async fn every_spelling_of_an_attribute_is_understood() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        let camel = scene.tag(USER);
        let joined = camel.replace("apiUrl", "apiurl").replace("apiKey", "apikey");
        let joined = joined.replace("userId", "userid").replace("userHmac", "userhmac");
        let kebab = camel.replace("apiUrl", "api-url").replace("apiKey", "api-key");
        let kebab = kebab.replace("userId", "user-id").replace("userHmac", "user-hmac");
        scene.show(page, &[camel, joined, kebab].concat()).await;
        page.until("bells.length === 3 && bells.every((bell) => of(bell).badge() === '1')").await;
        page.assert(&format!("bells.every((bell) => bell.userId === '{USER}')")).await;
    })
    .await;
}

#[tokio::test]
async fn properties_set_before_the_element_is_defined_count() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        // Module scripts run after all others, so this is before.
        let body = format!(
            "<notification-bell></notification-bell><script>\
             if (customElements.get('notification-bell')) throw new Error('too late');\
             const element = document.querySelector('notification-bell'); {}</script>",
            properties(&scene)
        );
        scene.show(page, &body).await;
        page.until("badge() === '1'").await;
        page.assert("!Object.hasOwn(bell, 'apiUrl') && bell.hasAttribute('apiurl')").await;
    })
    .await;
}

#[tokio::test]
async fn an_element_made_by_a_script_works() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show(page, "").await;
        page.until("customElements.get('notification-bell')").await;
        let script = "const element = document.createElement('notification-bell');".to_owned();
        page.run(&[script, properties(&scene), "document.body.append(element);".to_owned()].concat()).await;
        page.until("badge() === '1'").await;
    })
    .await;
}

#[tokio::test]
async fn an_element_made_before_the_definition_and_added_after_it_works() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        let body = format!(
            "<script>const element = document.createElement('notification-bell'); {}</script>",
            properties(&scene)
        );
        scene.show(page, &body).await;
        page.until("customElements.get('notification-bell')").await;
        page.run("document.body.append(element);").await;
        page.until("badge() === '1'").await;
    })
    .await;
}

#[tokio::test]
async fn an_element_put_in_as_html_works() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show(page, "<main></main>").await;
        page.run(&format!("document.querySelector('main').innerHTML = `{}`;", scene.tag(USER))).await;
        page.until("badge() === '1'").await;
    })
    .await;
}

#[tokio::test]
async fn a_clone_is_a_bell_of_its_own() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show_bell(page).await;
        page.run("document.body.append(bell.cloneNode(true));").await;
        page.until("bells.length === 2 && of(bells[1]).badge() === '1'").await;
        page.run("bells[0].remove();").await;
        scene.has_streams(1).await;
        scene.server.notify(USER, "Again").await;
        page.until("badge() === '2'").await;
    })
    .await;
}

#[tokio::test]
async fn a_property_set_to_null_takes_the_attribute_away() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show_bell(page).await;
        page.run("bell.locale = 'de'; bell.theme = 'dark';").await;
        page.assert("bell.getAttribute('locale') === 'de' && bell.getAttribute('theme') === 'dark'").await;
        page.run("bell.locale = null; bell.theme = undefined;").await;
        page.assert("!bell.hasAttribute('locale') && !bell.hasAttribute('theme') && bell.locale === null")
            .await;
    })
    .await;
}
