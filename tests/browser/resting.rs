//! What a page that nobody can see leaves undone.

use notification_bell_tests::browser::browse;

use crate::scene::{Scene, USER};

/// Knows the timers that keep times on screen true, which wait for a minute at most. `timers()` tells how many there
/// are: not those that watch over the stream, whose waits are of another length.
const TIMERS: &str = "<script>(() => {\
    const { setTimeout: set, clearTimeout: clear } = window;\
    const running = new Set();\
    window.setTimeout = (act, ms, ...rest) => {\
      const id = set(() => { running.delete(id); act(...rest); }, ms);\
      if (ms >= 1000 && ms <= 60_000 && ms !== 50_000) running.add(id);\
      return id;\
    };\
    window.clearTimeout = (id) => { running.delete(id); clear(id); };\
    window.timers = () => running.size;\
  })()</script>";

fn hidden(is_hidden: bool) -> String {
    format!(
        "Object.defineProperty(document, 'hidden', {{ value: {is_hidden}, configurable: true }});\
         document.dispatchEvent(new Event('visibilitychange'));"
    )
}

#[tokio::test]
async fn a_hidden_page_does_not_keep_the_times_true_and_still_hears_what_comes() {
    browse(async |page| {
        let scene = Scene::new().await;
        scene.server.notify(USER, "Hello").await;
        scene.show(page, &[TIMERS, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        page.run("window.before = timers();").await;
        scene.open_panel(page).await;
        page.until("titles().length === 1 && timers() === window.before + 1").await;
        page.run(&hidden(true)).await;
        page.until("timers() === window.before").await;
        scene.server.notify(USER, "Meanwhile").await;
        page.until("badge() === '2' && titles().length === 2").await;
        page.assert("timers() === window.before").await;
        page.run(&hidden(false)).await;
        page.until("timers() === window.before + 1").await;
    })
    .await;
}
