//! Items under a finger: swiping to either side, and a long press.

use notification_bell_tests::browser::{Page, browse};

use crate::{
    scene::USER,
    undo::{TOAST, show_view, with_two},
};

/// `finger(kind, x, y, more)` has a finger at "First" do something, so far from where the item begins.
const FINGER: &str = "window.finger = (kind, x, y, more) => {\
    const root = document.querySelector('notification-bell').shadowRoot;\
    const row = [...root.querySelectorAll('[part~=item]')].find((row) => row.innerText.includes('First'));\
    if (kind === 'pointerdown') window.down = row.getBoundingClientRect();\
    const { left, top } = window.down;\
    const init = { pointerType: 'touch', pointerId: 7, isPrimary: true, bubbles: true, composed: true,\
                   cancelable: true, clientX: left + x, clientY: top + y, ...more };\
    const event = kind === 'click' ? new MouseEvent(kind, { detail: 1, ...init }) : new PointerEvent(kind, init);\
    return row.dispatchEvent(event);\
  };";

/// How far "First" has been moved.
const SHIFT: &str = "new DOMMatrix(getComputedStyle(item('First')).transform).e";

#[tokio::test]
async fn towards_the_end_archives_and_towards_the_start_reads() {
    browse(async |page| {
        let scene = with_two(page).await;
        page.swipe("item('First')", -160).await;
        page.until("badge() === '1' && !item('First').innerText.includes('Unread')").await;
        scene.has_unread(USER, &["Second"]).await;
        page.swipe("item('First')", 160).await;
        page.until(&format!("titles().join() === 'Second' && {TOAST} === 'Archived Undo'")).await;
        page.assert("events('item-click').length === 0").await;
        show_view(page, "Archived").await;
        page.swipe("item('First')", 160).await;
        page.until(&format!("titles().length === 0 && {TOAST} === 'Moved to inbox Undo'")).await;
    })
    .await;
}

#[tokio::test]
async fn too_short_a_way_springs_back_and_clicks_nothing() {
    browse(async |page| {
        let _scene = with_two(page).await;
        page.swipe("item('First')", 48).await;
        page.until("item('First').style.getPropertyValue('--_shift') === ''").await;
        page.assert("titles().join() === 'First,Second' && badge() === '2' && !part('toast')").await;
        page.assert("events('item-click').length === 0").await;
        page.assert(&format!("{SHIFT} === 0 && !item('First').querySelector('.under')")).await;
    })
    .await;
}

#[tokio::test]
async fn right_to_left_the_sides_are_the_others() {
    browse(async |page| {
        let _scene = with_two(page).await;
        page.run("document.documentElement.dir = 'rtl';").await;
        page.swipe("item('First')", 160).await;
        page.until("badge() === '1' && titles().join() === 'First,Second'").await;
        page.swipe("item('First')", -160).await;
        page.until("titles().join() === 'Second'").await;
    })
    .await;
}

#[tokio::test]
async fn what_will_happen_stands_under_the_item() {
    browse(async |page| {
        let _scene = with_two(page).await;
        page.run(FINGER).await;
        page.run("finger('pointerdown', 50, 20); finger('pointermove', 100, 22);").await;
        page.until(&format!(
            "item('First').querySelector('.under')?.innerText.includes('Archive') && {SHIFT} > 30"
        ))
        .await;
        page.assert("!item('First').querySelector('.under.enough')").await;
        page.run("finger('pointermove', 250, 22);").await;
        page.until("item('First').querySelector('.under.enough')").await;
        page.run("finger('pointermove', -20, 22);").await;
        page.until("item('First').querySelector('.under').innerText.includes('Mark as read')").await;
        page.run("finger('pointercancel', -20, 22);").await;
        page.until("!item('First').querySelector('.under')").await;
        page.assert("badge() === '2'").await;
    })
    .await;
}

#[tokio::test]
async fn up_and_down_a_second_finger_and_a_scrolled_list_are_no_swipe() {
    browse(async |page| {
        let _scene = with_two(page).await;
        page.run(FINGER).await;
        page.run(
            "finger('pointerdown', 50, 20); finger('pointermove', 54, 60);\
             finger('pointermove', 300, 60); finger('pointerup', 300, 60);",
        )
        .await;
        page.run(
            "finger('pointerdown', 50, 20); finger('pointermove', 250, 20);\
             finger('pointerdown', 60, 30, { pointerId: 8, isPrimary: false });\
             finger('pointermove', 300, 20); finger('pointerup', 300, 20);",
        )
        .await;
        page.run(
            "finger('pointerdown', 50, 20); finger('pointermove', 250, 20);\
             const list = part('list'); list.style.height = '40px'; list.scrollTop = 30;\
             finger('pointermove', 300, 20); finger('pointerup', 300, 20);",
        )
        .await;
        page.until("!root.querySelector('.under')").await;
        page.assert("titles().join() === 'First,Second' && badge() === '2' && !part('toast')").await;
    })
    .await;
}

#[tokio::test]
async fn no_click_comes_of_a_swipe_and_the_next_one_counts() {
    browse(async |page| {
        let _scene = with_two(page).await;
        page.run(FINGER).await;
        page.run(
            "finger('pointerdown', 50, 20); finger('pointermove', 80, 20);\
             finger('pointerup', 80, 20); finger('click', 80, 20);",
        )
        .await;
        page.assert("events('item-click').length === 0").await;
        page.run("finger('pointerdown', 50, 20); finger('pointerup', 50, 20); finger('click', 50, 20);")
            .await;
        page.until("events('item-click').length === 1").await;
    })
    .await;
}

async fn is_chosen_by_a_long_press(page: &Page) {
    page.run("finger('pointerdown', 50, 20);").await;
    page.until("root.querySelector('[role=toolbar]')").await;
    // The browser's own menu stays away.
    page.assert("finger('contextmenu', 50, 20) === false").await;
    page.run("finger('pointerup', 50, 20); finger('click', 50, 20);").await;
    page.until("item('First').querySelector('[role=checkbox]')?.getAttribute('aria-checked') === 'true'")
        .await;
}

#[tokio::test]
async fn a_long_press_begins_to_choose_and_a_tap_goes_on() {
    browse(async |page| {
        let _scene = with_two(page).await;
        page.run(FINGER).await;
        is_chosen_by_a_long_press(page).await;
        page.assert("finger('contextmenu', 50, 20)").await;
        page.run("finger('pointerdown', 50, 20); finger('pointerup', 50, 20); finger('click', 50, 20);")
            .await;
        page.until("item('First').querySelector('[role=checkbox]').getAttribute('aria-checked') === 'false'")
            .await;
        page.assert("events('item-click').length === 0").await;
    })
    .await;
}
