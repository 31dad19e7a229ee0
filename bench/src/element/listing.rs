//! A list that is read to its end: memory, and the frames while it is scrolled.

use notification_bell_tests::browser::browse;

use super::scene::{Scene, long_tasks, now, numbers, quantile};
use crate::{
    progress,
    report::{Goal, Report, Unit, whole},
};

/// Goes to the end of what is there, again and again, until so many are. Not by `state`, which would be made anew for
/// each question.
const TO_THE_END: &str = "(part('list').scrollTop = part('list').scrollHeight,\
    (root.querySelector('.end').hidden || Number(parts('item').at(-1)?.ariaPosInSet) >= TOTAL))";
/// So many items are waited for at once: each wait has a limit.
const STRETCH: usize = 1_000;
/// Scrolls as a wheel does: so many pixels for each frame, for so many frames.
const SCROLL: &str = "await new Promise((done) => {\
    const list = part('list');\
    let left = FRAMES;\
    const step = () => {\
      list.scrollTop += PIXELS;\
      left -= 1;\
      if (left > 0) requestAnimationFrame(step); else done();\
    };\
    requestAnimationFrame(step);\
  })";
const FRAMES: u32 = 240;
const NONE: Goal = Goal::at_most(0.0);
/// Of ten thousand items.
const MEMORY: Goal = Goal::at_most(50_000_000.0);

/// Reads the list, weighs the page, and scrolls in it.
pub(super) async fn measure(scene: &Scene, items: u64, report: &mut Report) {
    progress::say(&format!("a list of {items} items"));
    browse(async |page| {
        scene.show(page).await;
        let heap = page.used_heap_bytes().await;
        let wasm = "window.seen.memory.buffer.byteLength";
        let wasm_before = page.value(wasm).await.as_f64().unwrap_or_default();
        report.add("first page of items: heap", heap, Unit::Bytes);
        report.add("first page of items: memory of the wasm", wasm_before, Unit::Bytes);

        let began = now(page).await;
        for reached in (0..=items).step_by(STRETCH) {
            page.until(&TO_THE_END.replace("TOTAL", &reached.to_string())).await;
        }
        page.until(&TO_THE_END.replace("TOTAL", "Infinity")).await;
        let took = now(page).await - began;
        let (long, longest) = long_tasks(page, began).await;
        report.add(format!("{items} items: until all are loaded"), took, Unit::Milliseconds);
        report.add(format!("{items} items: tasks over 50 ms meanwhile"), long, Unit::Count).goal(NONE);
        report.add(format!("{items} items: longest of them"), longest, Unit::Milliseconds);
        let heap = page.used_heap_bytes().await;
        let wasm = page.value(wasm).await.as_f64().unwrap_or_default();
        report
            .add(format!("{items} items: heap and memory of the wasm"), heap + wasm, Unit::Bytes)
            .goal(MEMORY);
        report.add(format!("{items} items: heap"), heap, Unit::Bytes);
        report.add(format!("{items} items: memory of the wasm"), wasm, Unit::Bytes);
        report.add(
            format!("{items} items: rows drawn"),
            page.value("parts('item').length").await.as_f64().unwrap_or_default(),
            Unit::Count,
        );

        for (name, pixels) in [("120 pixels a frame", -120), ("3,000 pixels a frame", -3_000)] {
            page.run("window.stopWatching = window.watchFrames();").await;
            let since = now(page).await;
            let scroll = SCROLL.replace("FRAMES", &FRAMES.to_string()).replace("PIXELS", &pixels.to_string());
            page.promised(&scroll).await;
            page.run("window.stopWatching();").await;
            let frames = numbers(&page.value("window.seen.frames").await);
            let late = frames.iter().filter(|ms| **ms > 25.0).count();
            let (long, longest) = long_tasks(page, since).await;
            report.add(format!("scrolling, {name}: frames"), whole(frames.len()), Unit::Count);
            report.add(
                format!("scrolling, {name}: frame, median"),
                quantile(frames.clone(), 50),
                Unit::Milliseconds,
            );
            report.add(format!("scrolling, {name}: frame, 99 %"), quantile(frames, 99), Unit::Milliseconds);
            report.add(format!("scrolling, {name}: frames over 25 ms"), whole(late), Unit::Count);
            report.add(format!("scrolling, {name}: tasks over 50 ms"), long, Unit::Count).goal(NONE);
            report.add(format!("scrolling, {name}: longest of them"), longest, Unit::Milliseconds);
        }
    })
    .await;
}
