//! All loads in one run, and the page of what they measured.
//!
//! Each is a process of its own: none finds memory or open files of the one before, and one that fails, such as the
//! element's without a browser, takes no other with it.

use std::{env, error::Error, path::PathBuf, process::Stdio, time::Duration};

use clap::Args;
use tokio::process::Command;

use crate::{page, progress, report::Report};

/// So long may one load take.
const LIMIT: Duration = Duration::from_mins(6);
/// The same for each further million of rows.
const LIMIT_OF_A_MILLION: Duration = Duration::from_mins(3);

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Items in the database whose lists are measured; ten million take much longer
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(..=100_000_000))]
    rows: u64,
    /// The page that is written into; the picture goes beside it
    #[arg(long, default_value = "docs/PERFORMANCE.md")]
    page: PathBuf,
    /// Write no page
    #[arg(long)]
    without_page: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Measures everything, prints it, and writes the page.
///
/// # Errors
/// If a load fails or takes too long: what the others measured is printed and written all the same.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let rows = arguments.rows.to_string();
    let further = u32::try_from(arguments.rows / 1_000_000).unwrap_or(u32::MAX).saturating_sub(1);
    let loads: [(&str, &[&str], Duration); 4] = [
        ("streams", &[], LIMIT),
        ("sends", &[], LIMIT),
        ("inboxes", &["--rows", &rows], LIMIT + LIMIT_OF_A_MILLION * further),
        ("element", &["--times", "9"], LIMIT),
    ];
    let (mut reports, mut failed) = (Vec::new(), Vec::new());
    for (number, (name, options, limit)) in (1..).zip(loads) {
        let minutes = limit.as_secs() / 60;
        progress::say(&format!("{name}: {number} of {}, {minutes} minutes at most", loads.len()));
        match measure(name, options, limit).await {
            Ok(report) => {
                if !arguments.json {
                    report.print(false);
                    println!();
                }
                reports.push(report);
            }
            Err(error) => {
                eprintln!("{name}: {error}");
                failed.push(name);
            }
        }
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&reports)?);
    }
    if !arguments.without_page && !reports.is_empty() {
        page::write(&arguments.page, &reports)?;
        progress::say(&format!("written into {}", arguments.page.display()));
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("not measured: {}", failed.join(", ")).into()) }
}

async fn measure(name: &str, options: &[&str], limit: Duration) -> Result<Report, Box<dyn Error>> {
    let mut load = Command::new(env::current_exe()?);
    // It ends itself, and its servers with it, which would go on if it were killed.
    load.arg(name).args(options).arg("--json").arg("--limit").arg(limit.as_secs().to_string());
    let load = load.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let output = load.wait_with_output().await?;
    if !output.status.success() {
        return Err(format!("it failed ({})", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
