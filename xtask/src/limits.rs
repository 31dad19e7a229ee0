//! How large each of the element's files may be, and what each hot path of the server may cost: what has been reached is
//! not given away again in silence.

use std::process::Stdio;
use std::{collections::BTreeMap, fs};

use crate::failure::Failure;
use crate::sizes::Sizes;
use crate::workspace::Workspace;

/// A file of limits, with a line for each thing that has one: its name, its limit, and what that was last raised for. A
/// limit that is raised for nothing new is refused: bytes and instructions are paid for a feature.
struct Kind {
    file: &'static str,
    /// What is counted, in words.
    unit: &'static str,
    /// How far a limit may be above what was counted, whatever that is,
    room: usize,
    /// or this part of it, where that is more.
    part: usize,
}

/// Bytes of brotli, as `test` and `dist` build it. Names and order in the wasm differ a little between machines.
const SIZES: Kind = Kind { file: "xtask/size-limits.txt", unit: "bytes with brotli", room: 512, part: 200 };
/// Instructions, as `instructions` counts them.
const INSTRUCTIONS: Kind =
    Kind { file: "xtask/instruction-limits.txt", unit: "instructions", room: 100, part: 5 };
/// What the limits are compared with: the commit at hand, for whoever edits them, and the one before it, for the rest.
const COMMITS: [&str; 2] = ["HEAD", "HEAD~1"];

/// For each file, its limit, and what it was raised for.
type Limits = BTreeMap<String, (usize, String)>;

/// Holds sizes against the limits, and the limits against those that were committed.
///
/// # Errors
/// If a file is too large, or so much smaller that its limit has to be lowered; if a limit has been raised for nothing.
pub(crate) fn check(workspace: &Workspace, files: &[(String, Sizes)]) -> Result<(), Failure> {
    let sizes: Vec<_> = files.iter().map(|(name, sizes)| (name.clone(), sizes.brotli)).collect();
    hold(workspace, &SIZES, &sizes)
}

/// The same for instructions. A limit without a number is told too: whoever renames a path renames its line.
///
/// # Errors
/// As for sizes.
pub(crate) fn check_instructions(workspace: &Workspace, counted: &[(String, usize)]) -> Result<(), Failure> {
    hold(workspace, &INSTRUCTIONS, counted)
}

fn hold(workspace: &Workspace, kind: &Kind, measured: &[(String, usize)]) -> Result<(), Failure> {
    let path = workspace.root.join(kind.file);
    let limits = read(&fs::read_to_string(&path).map_err(Failure::file("read", &path))?);
    let mut wrong = held_against(kind, measured, &limits);
    for commit in COMMITS {
        // There is no such file in a tree without history, or without it: then nothing can have been raised.
        let mut git = workspace.command("git");
        git.args(["show", &format!("{commit}:{}", kind.file)]).stderr(Stdio::null());
        if let Some(output) = git.output().ok().filter(|output| output.status.success()) {
            wrong.extend(raised(kind, &limits, &read(&String::from_utf8_lossy(&output.stdout)), commit));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Limits(wrong)) }
}

fn read(text: &str) -> Limits {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let name = words.next()?.to_owned();
            let limit = words.next()?.parse().ok()?;
            Some((name, (limit, words.collect::<Vec<_>>().join(" "))))
        })
        .collect()
}

fn held_against(kind: &Kind, measured: &[(String, usize)], limits: &Limits) -> Vec<String> {
    let Kind { file, unit, room, part } = kind;
    let one = |(name, number): &(String, usize)| {
        let Some(&(limit, _)) = limits.get(name) else {
            return Some(format!("{name} has no limit in {file}; it is {number} {unit}"));
        };
        if *number > limit {
            return Some(format!("{name} is {number} {unit}, {} more than it may be", number - limit));
        }
        (limit - number > *room.max(&(limit / part)))
            .then(|| format!("{name} is {number} {unit}: lower its limit in {file}"))
    };
    let unmeasured = limits.keys().filter(|name| !measured.iter().any(|(known, _)| known == *name));
    let unmeasured =
        unmeasured.map(|name| format!("{name} has a limit in {file}, and there is no such thing"));
    measured.iter().filter_map(one).chain(unmeasured).collect()
}

fn raised(kind: &Kind, limits: &Limits, before: &Limits, commit: &str) -> Vec<String> {
    let is_for_nothing = |(name, (limit, reason)): &(&String, &(usize, String))| {
        before
            .get(*name)
            .is_some_and(|(earlier, known)| limit > earlier && (reason.is_empty() || reason == known))
    };
    let file = kind.file;
    let tell = |(name, _): (&String, _)| {
        format!("the limit of {name} in {file} is above that of {commit}, and its line does not say for what")
    };
    limits.iter().filter(is_for_nothing).map(tell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# name  bytes\nelement.js  2000\nbell.wasm  9000\n";

    /// What is wrong with one number; of the other limits nothing is said.
    fn wrong(name: &str, number: usize) -> Vec<String> {
        let mut limits = read(TEXT);
        limits.retain(|known, _| known == name);
        held_against(&SIZES, &[(name.to_owned(), number)], &limits)
    }

    #[test]
    fn a_file_above_its_limit_is_told_by_how_much() {
        assert!(wrong("bell.wasm", 9000).is_empty());
        assert_eq!(wrong("bell.wasm", 9001), ["bell.wasm is 9001 bytes with brotli, 1 more than it may be"]);
    }

    #[test]
    fn what_has_been_won_is_kept_and_every_file_has_a_limit() {
        assert!(wrong("element.js", 2000 - SIZES.room).is_empty());
        assert_eq!(wrong("element.js", 2000 - SIZES.room - 1).len(), 1);
        assert_eq!(wrong("another.js", 1).len(), 1);
    }

    #[test]
    fn a_limit_of_nothing_is_told() {
        let wrong = held_against(&SIZES, &[("element.js".to_owned(), 2000)], &read(TEXT));
        assert_eq!(wrong, ["bell.wasm has a limit in xtask/size-limits.txt, and there is no such thing"]);
    }

    #[test]
    fn instructions_may_differ_by_a_fifth() {
        let limits = read("send-to-one 100000");
        let wrong = |number| held_against(&INSTRUCTIONS, &[("send-to-one".to_owned(), number)], &limits);
        assert!(wrong(100_000).is_empty() && wrong(80_000).is_empty());
        assert!(wrong(100_001).len() == 1 && wrong(79_999).len() == 1);
    }

    #[test]
    fn a_limit_may_be_lowered_and_a_new_file_added_but_none_raised_for_nothing() {
        let before = read(TEXT);
        assert!(raised(&SIZES, &read(&TEXT.replace("9000", "8000")), &before, "HEAD").is_empty());
        assert!(raised(&SIZES, &read(&[TEXT, "another.js 1\n"].concat()), &before, "HEAD").is_empty());
        assert_eq!(raised(&SIZES, &read(&TEXT.replace("9000", "9001")), &before, "HEAD").len(), 1);
        let paid = read(&TEXT.replace("9000", "9500  for undo"));
        assert!(raised(&SIZES, &paid, &before, "HEAD").is_empty());
        assert_eq!(raised(&SIZES, &read(&TEXT.replace("9000", "9900  for undo")), &paid, "HEAD").len(), 1);
    }

    #[test]
    fn the_committed_limits_keep_the_early_bell_below_4_kilobytes() {
        let limits = read(include_str!("../size-limits.txt"));
        assert!(limits["notification-bell.js"].0 + limits["element.js"].0 <= 4096);
    }
}
