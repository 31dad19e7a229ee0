//! Pages wrap `fetch`, to measure or to mend, and what a wrapper does is anybody's guess. It must end no bell.

use notification_bell_tests::browser::browse;

use crate::scene::{Scene, USER};

/// What a wrapper has been seen to do, and what none should.
const WRAPPERS: [&str; 7] = [
    "() => Promise.reject(undefined)",
    "() => Promise.reject('a text')",
    "() => Promise.reject(Object.freeze({}))",
    "() => Promise.reject({ get message() { throw 1; } })",
    "() => { throw null; }",
    "() => 7",
    "() => Promise.resolve({ ok: true })",
];

#[tokio::test]
async fn a_wrapped_fetch_that_gives_anything_at_all_ends_no_bell() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        for wrapper in WRAPPERS {
            let wrap = format!(
                "<script>window.original = fetch;\
                 window.fetch = (address, ...more) => /session/.test(address.url ?? address)\
                   ? ({wrapper})() : original(address, ...more);</script>"
            );
            scene.show(page, &[wrap, scene.tag(USER)].concat()).await;
            page.until("events('error').some(({ detail }) => detail.code === 'network')").await;
            page.run("window.fetch = window.original; bell.refresh();").await;
            page.until("badge() === '1'").await;
        }
    })
    .await;
}
