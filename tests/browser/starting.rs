//! How the element starts: in many small tasks, between which a slow phone does what else there is to do.
//!
//! Turns and nodes are counted, and no time: that would be another one on each machine.

use notification_bell_tests::browser::browse;
use serde_json::Value;

use crate::scene::{Scene, USER};

/// So many items are there: one page, and so drawn whole.
const NUMBER: usize = 20;
/// So many rows at most are drawn at once.
const AT_ONCE: u64 = 2;
/// Notes in which turn each part came, and how many rows came in each. A turn begins with a message or
/// a timer of the element's own.
const NOTES: &str = "<script>{
    const { MessageChannel, setTimeout } = window;
    const attachShadow = Element.prototype.attachShadow;
    let turn = 0;
    window.turns = {};
    window.rows = {};
    window.MessageChannel = function () {
      const channel = new MessageChannel();
      for (const port of [channel.port1, channel.port2]) port.addEventListener('message', () => (turn += 1));
      return channel;
    };
    window.setTimeout = (act, ...more) => setTimeout(() => ((turn += 1), act()), ...more);
    Element.prototype.attachShadow = function (...options) {
      const root = attachShadow.apply(this, options);
      const isRow = (node) => node.matches?.('.row');
      const parts = ['#bell', '#panel', '.header', '#list', '.item'];
      new MutationObserver((changes) => {
        for (const part of parts) if (root.querySelector(part)) turns[part] ??= turn;
        const added = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter(isRow).length;
        if (added) rows[turn] = (rows[turn] ?? 0) + added;
      }).observe(root, { childList: true, subtree: true });
      return root;
    };
  }</script>";

#[tokio::test]
async fn each_part_is_drawn_in_a_turn_of_its_own_and_rows_a_few_at_a_time() {
    browse(async |page| {
        let scene = Scene::new().await;
        for number in 1..=NUMBER {
            scene.server.notify(USER, &format!("Number {number}")).await;
        }
        scene.show(page, &[NOTES, &scene.tag_with(USER, "open")].concat()).await;
        page.until(&format!("isOpen() && parts('item').length === {NUMBER}")).await;
        let turns: Vec<u64> = numbers(&page.value("Object.values(turns)").await);
        assert_eq!(turns.len(), 5, "{turns:?}");
        assert!(turns.is_sorted_by(|before, after| before < after), "{turns:?}");
        let rows = numbers(&page.value("Object.values(rows)").await);
        assert_eq!((rows[0], rows.iter().sum::<u64>()), (1, NUMBER as u64), "{rows:?}");
        assert!(rows.iter().all(|rows| *rows <= AT_ONCE), "{rows:?}");
    })
    .await;
}

/// Has the page be Japanese from when the element asks for a turn.
const JAPANESE: &str = "<script>{
    const { MessageChannel } = window;
    let left = TURNS;
    window.MessageChannel = function () {
      left -= 1;
      if (left === 0) document.documentElement.lang = 'ja';
      return new MessageChannel();
    };
  }</script>";
/// As many as there are until all of the bell is at work.
const TURNS: u32 = 9;

#[tokio::test]
async fn a_page_whose_language_changes_in_the_middle_of_the_start_has_it_in_the_end() {
    browse(async |page| {
        let scene = Scene::new().await;
        for turns in 1..=TURNS {
            let script = JAPANESE.replace("TURNS", &turns.to_string());
            scene.show(page, &[script, scene.tag(USER)].concat()).await;
            page.until("nameOf(part('bell')) === '通知'").await;
        }
    })
    .await;
}

fn numbers(list: &Value) -> Vec<u64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}
