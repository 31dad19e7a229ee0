//! Ten thousand items: only what is near the reader is drawn, and what is being read stays where it is.

use notification_bell_tests::browser::{Key, Page, browse};
use serde_json::json;

use crate::scene::{Scene, USER};

/// Keeps hold of the memory of the element's wasm, which is no part of the heap.
const WITH_MEMORY: &str = "<script>\
    for (const name of ['instantiate', 'instantiateStreaming']) {\
      const original = WebAssembly[name];\
      WebAssembly[name] = async (...own) => {\
        const made = await original.apply(WebAssembly, own);\
        const exported = Object.values((made.instance ?? made).exports);\
        window.memory = exported.find((one) => one instanceof WebAssembly.Memory) ?? window.memory;\
        return made;\
      };\
    }</script>";

const NEXT_FRAMES: &str =
    "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))";

/// Ten thousand items, made up in the page: sending them would take the server longer than reading them takes the bell.
const WITH_MADE_UP_PAGES: &str = "<script>\
    const total = 10_000;\
    const began = Date.now();\
    const made = (number) => ({\
      id: `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`,\
      title: `Number ${number}`,\
      body: number % 3 ? null : 'A second line, and a third, which makes it higher than the others. '.repeat(2),\
      type: null, category: null, url: null, icon: null, image: null, actions: [], data: null,\
      priority: 'normal', createdAt: new Date(began - (total - number) * 600_000).toISOString(),\
      expiresAt: null, seenAt: null, readAt: null, archivedAt: null, snoozedUntil: null, revision: '1',\
    });\
    const original = fetch;\
    window.fetch = async (address, ...more) => {\
      const url = new URL(address.url ?? address);\
      if (!url.pathname.endsWith('/inbox')) return original(address, ...more);\
      const first = Number(url.searchParams.get('cursor') ?? total);\
      const length = Math.min(Number(url.searchParams.get('limit')), first);\
      const items = Array.from({ length }, (_, index) => made(first - index));\
      const next = first > length ? String(first - length) : null;\
      const counts = { unseen: 0, unread: 0, total, categories: {} };\
      return Response.json({ items, next, counts, revision: '1' });\
    };</script>";

/// Opens the panel and goes to the end of the list, as far as it goes.
async fn read_to_the_end(page: &Page) {
    let go = "(part('list').scrollTop = part('list').scrollHeight,\
               window.most = Math.max(window.most ?? 0, parts('item').length),\
               titles().at(-1) === 'Number 1')";
    page.until(go).await;
}

#[tokio::test]
async fn ten_thousand_items_take_few_rows_and_little_memory() {
    const NUMBER: usize = 10_000;
    browse(async |page| {
        let scene = Scene::new().await;
        scene.show(page, &[WITH_MEMORY, WITH_MADE_UP_PAGES, &scene.tag(USER)].concat()).await;
        scene.is_live(page, 1).await;
        scene.open_panel(page).await;
        read_to_the_end(page).await;
        page.assert(&format!("parts('item').at(-1).ariaPosInSet === '{NUMBER}'")).await;
        page.assert(&format!("parts('item').at(-1).ariaSetSize === '{NUMBER}'")).await;
        // Back up, in leaps: wherever it stops, there are items on screen, in their order.
        let leaps = page
            .promised(&format!(
                "await (async () => {{\
                   const list = part('list');\
                   const {{ left, top, width, height }} = list.getBoundingClientRect();\
                   const step = list.scrollHeight / 60;\
                   const bare = [];\
                   while (list.scrollTop > 0) {{\
                     list.scrollTop -= step;\
                     {NEXT_FRAMES};\
                     window.most = Math.max(window.most, parts('item').length);\
                     for (const share of [0.1, 0.5, 0.9]) {{\
                       const found = root.elementFromPoint(left + width / 2, top + height * share);\
                       if (!found?.closest('.row')) bare.push([list.scrollTop, share]);\
                     }}\
                     const places = parts('item').map((item) => Number(item.ariaPosInSet));\
                     if (places.some((place, index) => index && place <= places[index - 1])) bare.push(places);\
                   }}\
                   return bare;\
                 }})()"
            ))
            .await;
        assert_eq!(leaps, json!([]), "where there was nothing on screen");
        page.until(&format!("titles()[0] === 'Number {NUMBER}'")).await;
        page.assert("window.most < 100").await;
        let heap = page.used_heap_bytes().await;
        let wasm = page.value("window.memory.buffer.byteLength").await.as_f64().expect("a number of bytes");
        let megabytes = (heap + wasm) / 1_048_576.0;
        assert!(megabytes < 50.0, "{megabytes} MB");
        println!("{megabytes:.1} MB with 10,000 items: {:.1} of it wasm", wasm / 1_048_576.0);
    })
    .await;
}

/// More than are drawn at once; every third is higher than the others.
const MANY: usize = 150;

async fn with_many(page: &Page) -> Scene {
    let scene = Scene::new().await;
    let body = "A second line, and a third, which makes it higher than those without a body. ".repeat(2);
    for number in 1..=MANY {
        let body = number.is_multiple_of(3).then_some(&body);
        let members = json!({"title": format!("Number {number}"), "body": body});
        scene.server.notify_with(USER, &members).await;
    }
    scene.show_bell(page).await;
    scene.open_panel(page).await;
    read_to_the_end(page).await;
    scene
}

#[tokio::test]
async fn home_and_end_reach_the_ends_of_a_long_list() {
    browse(async |page| {
        with_many(page).await;
        page.press(Key::Home).await;
        page.until("focused() === item('Number 150')").await;
        page.assert("part('list').scrollTop < 60 && !titles().includes('Number 1')").await;
        page.press(Key::End).await;
        page.until("focused()?.textContent.includes('Number 1')").await;
        page.until("focused().ariaPosInSet === '150'").await;
        page.press(Key::Up).await;
        page.until("focused().ariaPosInSet === '149'").await;
    })
    .await;
}

#[tokio::test]
async fn the_item_with_the_focus_stays_however_far_it_is_scrolled_away() {
    browse(async |page| {
        with_many(page).await;
        page.press(Key::Home).await;
        page.until("focused() === item('Number 150')").await;
        page.run("part('list').scrollTop = part('list').scrollHeight;").await;
        page.until("titles().at(-1) === 'Number 1'").await;
        page.assert("focused() === item('Number 150') && parts('item').length < 100").await;
        page.press(Key::Down).await;
        page.until("focused() === item('Number 149')").await;
        page.until("part('list').scrollTop < 200").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_read_in_a_long_list_stays_where_it_is() {
    browse(async |page| {
        let scene = with_many(page).await;
        page.until("part('panel').getAnimations().length === 0").await;
        // By the reader's eyes alone, without a focus to hold on to.
        page.run("root.activeElement?.blur(); part('list').scrollTop = 5000;").await;
        let shown = "parts('item').find((item) =>\
            item.getBoundingClientRect().top > part('list').getBoundingClientRect().top - 1)";
        page.until(shown).await;
        page.promised(NEXT_FRAMES).await;
        page.run(&format!(
            "window.read = {shown}; window.before = window.read.getBoundingClientRect().top;\
             window.place = Number(window.read.ariaPosInSet);"
        ))
        .await;
        let stays = "window.read.isConnected && Math.abs(window.read.getBoundingClientRect().top - window.before) < 2";
        scene.server.notify(USER, "Incoming").await;
        page.until("Number(window.read.ariaPosInSet) === window.place + 1").await;
        page.promised(NEXT_FRAMES).await;
        page.assert(stays).await;
        // What stands above it becomes higher, and then goes.
        page.run("window.above = window.read.closest('.row').previousElementSibling.querySelector('[part~=item]');\
                  window.above.style.minHeight = '300px';")
            .await;
        page.promised(NEXT_FRAMES).await;
        page.assert(stays).await;
        page.run("[...window.above.querySelectorAll('button')].find((one) => nameOf(one) === 'Archive').click();")
            .await;
        page.until("!window.above.isConnected").await;
        page.promised(NEXT_FRAMES).await;
        page.assert(stays).await;
        page.click("root.querySelector('.pill')").await;
        page.until("focused() === item('Incoming') && part('list').scrollTop < 60").await;
    })
    .await;
}
