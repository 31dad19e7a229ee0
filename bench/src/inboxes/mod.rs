//! Sends, lists and syncs with a database that is as full as asked for.

pub(crate) mod filling;
mod loads;

use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use notification_bell_tests::{Installation, Project, Server};

use full_inboxes::Filling;

use crate::{
    progress,
    report::{Report, Unit, whole},
};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Items in the database, in the inboxes of other users
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// Items in the inbox that is listed and synced
    #[arg(long, default_value_t = 100_000)]
    inbox: u64,
    /// Users of the project, to whom a broadcast goes
    #[arg(long, default_value_t = 1_000_000)]
    users: u64,
    /// Subscribers of the topic
    #[arg(long, default_value_t = 100_000)]
    subscribers: u64,
    /// How often each thing is measured
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(10..))]
    times: u32,
    /// Keep the database in this folder, and measure what an earlier run has left there
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Fills a database, measures, and prints what came of it.
///
/// # Errors
/// If the database cannot be kept where it was asked to be.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let filling = Filling {
        rows: arguments.rows,
        inbox: arguments.inbox,
        users: arguments.users,
        subscribers: arguments.subscribers,
    };
    let setting = format!(
        "{} items in 10,000 inboxes, {} more in the one that is read, {} users; one call after the other, {} of each",
        shown(filling.rows),
        shown(filling.inbox),
        shown(filling.users),
        arguments.times
    );
    let mut server = filled(filling, arguments.folder.as_deref())
        .await
        .map_err(|error| format!("the database could not be kept: {error}"))?;
    let mut report = Report::new("inboxes", setting);
    report.add("size of the database", database_bytes(server.installation()), Unit::Bytes);
    progress::say("sends");
    loads::send(&server, arguments.times, &mut report).await;
    progress::say("lists and syncs");
    loads::read(&server, arguments.times, &mut report).await;
    report.print(arguments.json);
    server.stop().await;
    Ok(())
}

/// A server on a database that is as full as asked for, or that an earlier run filled.
async fn filled(filling: Filling, folder: Option<&Path>) -> io::Result<Server> {
    let Some(folder) = folder else {
        let mut server = Server::start().await;
        filling::fill(filling, &server).await;
        // Started anew, it has in memory what it needs and nothing that only the filling needed.
        server.stop().await;
        server.restart().await;
        return Ok(server);
    };
    let keys = folder.join("project.json");
    if !keys.exists() {
        fs::create_dir_all(folder)?;
        let builder = Server::builder().installation(Installation::within(folder), Vec::new());
        let mut server = builder.start().await;
        filling::fill(filling, &server).await;
        server.stop().await;
        fs::write(&keys, server.project().to_json().to_string())?;
    }
    let project = Project::from_file(&keys).map_err(io::Error::other)?;
    let builder = Server::builder().installation(Installation::within(folder), vec![project]);
    Ok(builder.start().await)
}

/// How large the database is on disk.
fn database_bytes(installation: &Installation) -> f64 {
    let files = ["bell.db", "bell.db-wal"].map(|name| installation.path().join(name).metadata());
    files.iter().flatten().map(|file| whole(usize::try_from(file.len()).unwrap_or(usize::MAX))).sum()
}

fn shown(number: u64) -> String {
    Unit::Count.show(whole(usize::try_from(number).unwrap_or(usize::MAX)))
}
