//! The element in Chromium: how soon it is there, and what ten thousand items and a hundred arrivals cost its page.
//!
//! What is measured is what a page can see of itself, and what the browser counts of it: see `watching.js`.

mod arriving;
mod listing;
mod loading;
mod scene;

use std::error::Error;

use clap::Args;

use self::scene::Scene;
use crate::report::{Report, Unit, whole};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Items in the inbox whose list is read to its end
    #[arg(long, default_value_t = 10_000)]
    items: u64,
    /// How often a page is loaded in each way
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    times: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Measures in a browser, and prints what came of it.
///
/// # Errors
/// None: without a browser or a server it panics, as the tests do.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let scene = Scene::filled(arguments.items).await;
    let items = Unit::Count.show(whole(usize::try_from(arguments.items).unwrap_or(usize::MAX)));
    let mut report = Report::new("element", format!("an inbox of {items} items"));
    loading::measure(&scene, arguments.times, &mut report).await;
    arriving::measure(&scene, &mut report).await;
    listing::measure(&scene, arguments.items, &mut report).await;
    report.print(arguments.json);
    Ok(())
}
