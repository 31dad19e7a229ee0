//! The machine and the versions of what was measured on it, where it says them.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
};

use jiff::{Zoned, tz::TimeZone};

/// Everything that a figure depends on, in words.
pub(super) struct Machine {
    parts: Vec<String>,
}

impl Machine {
    /// This one, now.
    pub(super) fn this() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| field(&text, "model name"));
        let memory = fs::read_to_string("/proc/meminfo").ok().and_then(|text| field(&text, "MemTotal"));
        let gib = memory
            .and_then(|text| text.split(' ').next()?.parse::<u64>().ok())
            .map(|kib| kib.div_ceil(1 << 20));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").ok();
        let commit =
            said("git", &["rev-parse", "--short", "HEAD"]).map(|commit| format!("this project at {commit}"));
        let nginx =
            said("/usr/sbin/nginx", &["-v"]).and_then(|said| Some(said.rsplit_once('/')?.1.to_owned()));
        let nchan = said("dpkg-query", &["--show", "--showformat=${Version}", "libnginx-mod-nchan"]);
        let date = Zoned::now().with_time_zone(TimeZone::UTC).strftime("%-d %B %Y").to_string();
        let parts = [
            Some(format!("{processors} processors")),
            model,
            gib.map(|gib| format!("{gib} GiB of memory")),
            // What follows a hyphen is who built it.
            kernel.and_then(|version| Some(format!("Linux {}", version.trim().split('-').next()?))),
            commit,
            nginx.zip(nchan).map(|(nginx, nchan)| format!("nginx {nginx} with nchan {}", upstream(&nchan))),
            Some(date),
        ];
        Self { parts: parts.into_iter().flatten().collect() }
    }

    /// All of it.
    pub(super) fn sentence(&self) -> String {
        format!(
            "Measured on {}. Client and server share the processors, over HTTP on loopback; tokens are checked, SQLite writes with \
             `synchronous=FULL`, and only the quotas are off. Of whatever is a time and was done often, the figure is the 99th percentile.",
            self.parts.join(", ")
        )
    }
}

/// What a file of `/proc` says under a name.
fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim_start_matches([' ', '\t', ':']).trim().to_owned())
}

/// What a program says, on whichever stream, if it is there.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// Debian's version without what Debian adds.
fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, version)| version);
    version.split(['+', '-', '~']).next().unwrap_or(version)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_version_of_debian_is_shown_as_the_authors_call_it() {
        assert_eq!(super::upstream("1:1.3.6+dfsg-2+b1"), "1.3.6");
        assert_eq!(super::upstream("1.3.7"), "1.3.7");
    }

    #[test]
    fn a_field_is_read_without_its_name() {
        assert_eq!(super::field("x: 1\nmodel name\t: AMD EPYC\n", "model name").as_deref(), Some("AMD EPYC"));
    }
}
