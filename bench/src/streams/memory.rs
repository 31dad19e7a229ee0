//! The memory of a process, as Linux counts it.

use std::fs;

/// Bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Memory {
    /// All pages that are in memory.
    pub(super) resident: u64,
    /// The same, with those that are shared counted by their share.
    pub(super) proportional: u64,
}

impl Memory {
    /// Of the process with this id; nothing where there is no such file.
    pub(super) fn of(process: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
        let bytes = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1_024)
        };
        Some(Self { resident: bytes("Rss:")?, proportional: bytes("Pss:")? })
    }

    /// What was added since, for each of so many: all, and by the share.
    #[expect(clippy::cast_precision_loss, reason = "megabytes")]
    pub(super) fn each_since(self, before: Self, number: usize) -> (f64, f64) {
        let each = |now: u64, before: u64| (now as f64 - before as f64) / number.max(1) as f64;
        (each(self.resident, before.resident), each(self.proportional, before.proportional))
    }
}
