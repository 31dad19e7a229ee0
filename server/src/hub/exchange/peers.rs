//! The other processes, as far as they were heard of.
//!
//! One that falls silent may have ended between a change and its wake-up, or be cut off and go on changing things.
//! Nobody can tell which, so streams look for themselves for a while. By then, one that goes on has said so (`cut_off`).

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

/// Three beats and a little.
const SILENT_AFTER: Duration = Duration::from_secs(7);
/// Far longer than a process takes to notice that it is cut off and to say so, and the others to read that. One that is
/// started again after it was killed has another name, and is no reason to forget the old one sooner.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(1);
/// More are not looked after: nobody has so many, and anybody can make them up.
const MAX_PEERS: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Peers(HashMap<u64, Instant>);

impl Peers {
    /// One is there.
    pub(super) fn heard(&mut self, peer: u64, now: Instant) {
        if self.0.len() < MAX_PEERS || self.0.contains_key(&peer) {
            self.0.insert(peer, now);
        }
    }

    /// One has taken leave, and told everything before.
    pub(super) fn left(&mut self, peer: u64) {
        self.0.remove(&peer);
    }

    /// This process has heard nothing for a while, which was not their fault.
    pub(super) fn excuse(&mut self, now: Instant) {
        self.0.values_mut().for_each(|heard_at| *heard_at = now);
    }

    #[cfg(test)]
    pub(super) fn knows(&self, peer: u64) -> bool {
        self.0.contains_key(&peer)
    }

    /// Whether one has fallen silent.
    pub(super) fn is_one_silent(&mut self, now: Instant) -> bool {
        self.0.retain(|_, heard_at| now - *heard_at < FORGOTTEN_AFTER);
        self.0.values().any(|heard_at| now - *heard_at >= SILENT_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::{FORGOTTEN_AFTER, MAX_PEERS, Peers, SILENT_AFTER};

    #[test]
    fn one_that_falls_silent_is_missed_until_it_is_back_has_left_or_is_forgotten() {
        let now = Instant::now();
        for (end, at) in [("back", SILENT_AFTER), ("left", SILENT_AFTER), ("forgotten", FORGOTTEN_AFTER)] {
            let mut peers = Peers::default();
            peers.heard(1, now);
            assert!(!peers.is_one_silent(now));
            assert!(peers.is_one_silent(now + SILENT_AFTER));
            match end {
                "back" => peers.heard(1, now + SILENT_AFTER),
                "left" => peers.left(1),
                _ => {}
            }
            assert!(!peers.is_one_silent(now + at), "{end}");
        }
    }

    #[test]
    fn nobody_is_missed_after_this_process_was_deaf_itself() {
        let now = Instant::now();
        let mut peers = Peers::default();
        peers.heard(1, now);
        peers.excuse(now + SILENT_AFTER);
        assert!(!peers.is_one_silent(now + SILENT_AFTER));
    }

    #[test]
    fn attack_a_flood_of_processes_that_are_not_there() {
        let now = Instant::now();
        let mut peers = Peers::default();
        (0..10_000).for_each(|peer| peers.heard(peer, now));
        assert_eq!(peers.0.len(), MAX_PEERS);
    }
}
