//! The gallery as pictures: each state as it was looked at and found good, on a phone and beside a mouse, light, dark,
//! and from right to left.
//!
//! After a change that is meant, `BELL_SNAPSHOTS=update cargo xtask test --only browser` takes the pictures anew: look
//! at them before they are committed.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use notification_bell_tests::browser::{Page, browse_with};
use serde_json::json;

use crate::{
    gallery::{Stage, states},
    picture::Picture,
};

/// Where the pictures are kept.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots");
/// Where those go that are not as they should be.
const TAKEN: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/snapshots");
/// Takes the pictures anew, if it is `update`.
const VARIABLE: &str = "BELL_SNAPSHOTS";

/// Three of one width: what is there of them draws the same lines.
const FONT: &str = "'Liberation Sans', Arimo, Arial";
/// Whether one of them is there: a word in them has a width that it has in no other.
const HAS_FONT: &str = "(() => {\
    const canvas = document.createElement('canvas').getContext('2d');\
    canvas.font = \"100px 'Liberation Sans', Arimo, Arial, monospace\";\
    return Math.abs(canvas.measureText('Notifications').width - 544.7) < 2;\
  })()";

/// What machines would otherwise each do in their own way.
const PINNED: [&str; 4] =
    ["--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb", "--lang=en-US"];
/// What has sides, and is turned round: the states that stand for all.
const MIRRORED: [&str; 14] = [
    "badge-3", "badge-99", "day", "pictures", "texts", "markup", "actions", "pill", "focus", "undo",
    "snooze", "empty", "error", "slots",
];

/// What is looked at in the other light too: on a phone in the dark, and beside a mouse in the light.
const OTHERWISE: [&str; 5] = ["day", "choosing", "snoozed", "undo", "settings"];

/// The pointers of a phone and of a desk.
pub(crate) const FINGER: &str =
    "--blink-settings=primaryHoverType=1,availableHoverTypes=1,primaryPointerType=2,availablePointerTypes=2";
const MOUSE: &str =
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4";

/// Compares the states that are meant, or takes their pictures anew; `name` is the end of the pictures' names.
async fn look(
    page: &Page,
    name: &str,
    (width, height): (u32, u32),
    looks: &[(&str, &str)],
    is_meant: impl Fn(&str) -> bool,
) {
    page.set_time_zone("UTC").await;
    page.set_media("prefers-reduced-motion", "reduce").await;
    page.resize(width, height).await;
    let stage = Stage::start().await;
    let states = states(page, &stage).await;
    if page.value(HAS_FONT).await != json!(true) {
        println!("skipped: none of the fonts {FONT} is here; Debian has them in fonts-liberation");
        return;
    }
    let is_update = env::var(VARIABLE).is_ok_and(|value| value == "update");
    let mut wrong = Vec::new();
    let mut expected = BTreeSet::new();
    for state in states.iter().filter(|state| state.is_pictured && is_meant(&state.id)) {
        let looks: Vec<_> = looks.iter().copied().chain([("font", FONT)]).collect();
        stage.show(page, &state.id, &looks).await;
        let whole = page.picture().await;
        let picture = Picture::of_png(&whole).reduced();
        let file = format!("{}-{name}.png", state.id);
        expected.insert(file.clone());
        let path = Path::new(KEPT).join(&file);
        let difference = match fs::read(&path) {
            Ok(kept) => Picture::of_png(&kept).difference(&picture),
            Err(_) => Some("was never looked at".to_owned()),
        };
        let Some(difference) = difference else { continue };
        if is_update {
            fs::create_dir_all(KEPT).expect("this folder is ours to write to");
            fs::write(&path, picture.to_png()).expect("this folder is ours to write to");
        } else {
            fs::create_dir_all(TAKEN).expect("this folder is ours to write to");
            let taken = Path::new(TAKEN).join(&file);
            fs::write(&taken, whole).expect("this folder is ours to write to");
            wrong.push(format!("{file} {difference}; see {}", taken.display()));
        }
    }
    for path in left_over(name, &expected) {
        if is_update {
            fs::remove_file(path).expect("this folder is ours to write to");
        } else {
            wrong.push(format!("{} is of no state", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nIf that is meant: {VARIABLE}=update cargo xtask test --only browser",
        wrong.join("\n")
    );
}

/// Pictures of this kind that belong to no state.
fn left_over(name: &str, expected: &BTreeSet<String>) -> Vec<PathBuf> {
    let ending = format!("-{name}.png");
    let files = fs::read_dir(KEPT).into_iter().flatten().flatten().map(|file| file.path());
    files
        .filter(|path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            file.ends_with(&ending) && !expected.contains(&file)
        })
        .collect()
}

fn flags(pointer: &'static str) -> Vec<&'static str> {
    PINNED.into_iter().chain([pointer]).collect()
}

#[tokio::test]
async fn every_state_looks_as_it_should_on_a_phone() {
    browse_with(&flags(FINGER), async |page| {
        look(page, "phone", (390, 844), &[("theme", "light")], |_| true).await;
    })
    .await;
}

#[tokio::test]
async fn every_state_looks_as_it_should_in_the_dark() {
    browse_with(&flags(MOUSE), async |page| {
        look(page, "dark", (1280, 800), &[("theme", "dark")], |_| true).await;
    })
    .await;
}

#[tokio::test]
async fn what_matters_looks_as_it_should_on_a_phone_in_the_dark() {
    browse_with(&flags(FINGER), async |page| {
        let is_meant = |state: &str| OTHERWISE.contains(&state);
        look(page, "night", (390, 844), &[("theme", "dark")], is_meant).await;
    })
    .await;
}

#[tokio::test]
async fn what_matters_looks_as_it_should_beside_a_mouse_in_the_light() {
    browse_with(&flags(MOUSE), async |page| {
        let is_meant = |state: &str| OTHERWISE.contains(&state);
        look(page, "light", (1280, 800), &[("theme", "light")], is_meant).await;
    })
    .await;
}

#[tokio::test]
async fn what_has_sides_looks_as_it_should_from_right_to_left() {
    browse_with(&flags(MOUSE), async |page| {
        let looks = [("theme", "light"), ("dir", "rtl")];
        look(page, "rtl", (1280, 800), &looks, |state| MIRRORED.contains(&state)).await;
    })
    .await;
}
