//! How large each of the element's files may be: what has been reached is not given away again in silence.

use std::process::Stdio;
use std::{collections::BTreeMap, fs};

use crate::failure::Failure;
use crate::sizes::Sizes;
use crate::workspace::Workspace;

/// The file of limits, with a line for each file: its name, its bytes of brotli as `test` and `dist` build it, and
/// what they were last raised for. A limit that is raised for nothing new is refused: bytes are paid for a feature.
const FILE: &str = "xtask/size-limits.txt";
/// How far a limit may be above the size, in bytes: names and order in the wasm differ a little between machines.
const ROOM: usize = 512;
/// Of a large file, this part of it.
const PART: usize = 200;
/// What the limits are compared with: the commit at hand, for whoever edits them, and the one before it, for the rest.
const COMMITS: [&str; 2] = ["HEAD", "HEAD~1"];

/// For each file, its limit, and what it was raised for.
type Limits = BTreeMap<String, (usize, String)>;

/// Holds sizes against the limits, and the limits against those that were committed.
///
/// # Errors
/// If a file is too large, or so much smaller that its limit has to be lowered; if a limit has been raised for nothing.
pub(crate) fn check(workspace: &Workspace, files: &[(String, Sizes)]) -> Result<(), Failure> {
    let path = workspace.root.join(FILE);
    let limits = read(&fs::read_to_string(&path).map_err(Failure::file("read", &path))?);
    let mut wrong = held_against(files, &limits);
    for commit in COMMITS {
        // There is no such file in a tree without history, or without it: then nothing can have been raised.
        let mut git = workspace.command("git");
        git.args(["show", &format!("{commit}:{FILE}")]).stderr(Stdio::null());
        if let Some(output) = git.output().ok().filter(|output| output.status.success()) {
            wrong.extend(raised(&limits, &read(&String::from_utf8_lossy(&output.stdout)), commit));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Size(wrong)) }
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

fn held_against(files: &[(String, Sizes)], limits: &Limits) -> Vec<String> {
    let one = |(name, sizes): &(String, Sizes)| {
        let size = sizes.brotli;
        let Some(&(limit, _)) = limits.get(name) else {
            return Some(format!("{name} has no limit in {FILE}; it is {size} bytes"));
        };
        if size > limit {
            return Some(format!("{name} is {size} bytes with brotli, {} more than it may be", size - limit));
        }
        (limit - size > ROOM.max(limit / PART))
            .then(|| format!("{name} is {size} bytes with brotli: lower its limit in {FILE}"))
    };
    files.iter().filter_map(one).collect()
}

fn raised(limits: &Limits, before: &Limits, commit: &str) -> Vec<String> {
    let is_for_nothing = |(name, (limit, reason)): &(&String, &(usize, String))| {
        before
            .get(*name)
            .is_some_and(|(earlier, known)| limit > earlier && (reason.is_empty() || reason == known))
    };
    let tell = |(name, _): (&String, _)| {
        format!("the limit of {name} in {FILE} is above that of {commit}, and its line does not say for what")
    };
    limits.iter().filter(is_for_nothing).map(tell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# name  bytes\nelement.js  2000\nbell.wasm  9000\n";

    fn sizes(name: &str, brotli: usize) -> Vec<(String, Sizes)> {
        vec![(name.to_owned(), Sizes { brotli, ..Sizes::default() })]
    }

    #[test]
    fn a_file_above_its_limit_is_told_by_how_much() {
        let limits = read(TEXT);
        assert!(held_against(&sizes("bell.wasm", 9000), &limits).is_empty());
        let wrong = held_against(&sizes("bell.wasm", 9001), &limits);
        assert_eq!(wrong, ["bell.wasm is 9001 bytes with brotli, 1 more than it may be"]);
    }

    #[test]
    fn what_has_been_won_is_kept_and_every_file_has_a_limit() {
        let limits = read(TEXT);
        assert!(held_against(&sizes("element.js", 2000 - ROOM), &limits).is_empty());
        assert_eq!(held_against(&sizes("element.js", 2000 - ROOM - 1), &limits).len(), 1);
        assert_eq!(held_against(&sizes("another.js", 1), &limits).len(), 1);
    }

    #[test]
    fn a_limit_may_be_lowered_and_a_new_file_added_but_none_raised_for_nothing() {
        let before = read(TEXT);
        assert!(raised(&read(&TEXT.replace("9000", "8000")), &before, "HEAD").is_empty());
        assert!(raised(&read(&[TEXT, "another.js 1\n"].concat()), &before, "HEAD").is_empty());
        assert_eq!(raised(&read(&TEXT.replace("9000", "9001")), &before, "HEAD").len(), 1);
        let paid = read(&TEXT.replace("9000", "9500  for undo"));
        assert!(raised(&paid, &before, "HEAD").is_empty());
        assert_eq!(raised(&read(&TEXT.replace("9000", "9900  for undo")), &paid, "HEAD").len(), 1);
    }

    #[test]
    fn the_committed_limits_keep_the_early_bell_below_4_kilobytes() {
        let limits = read(include_str!("../size-limits.txt"));
        assert!(limits["notification-bell.js"].0 + limits["element.js"].0 <= 4096);
    }
}
