//! `category`: what categories are called, and whom they reach.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{CommandError, office::Office, output};
use crate::{
    config::Settings,
    inbox::CategoryRequest,
    store::{Actor, Category},
};

#[derive(Subcommand)]
pub(super) enum CategoryCommand {
    /// Declare a category, in the place of what was declared before
    #[command(after_help = "Examples:
  notification-bell-server category put --project Shop --name billing --label en=Billing --label de=Rechnungen
  notification-bell-server category put --project Shop --name security --cannot-be-turned-off")]
    Put(Put),
    /// List the declared categories
    #[command(after_help = "Example:
  notification-bell-server category list --project Shop --json")]
    List {
        /// The project's id, name or apiKey; with one project it may be left out
        #[arg(long)]
        project: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a declaration back. What was sent in the category stays
    #[command(after_help = "Example:
  notification-bell-server category remove --project Shop --name billing")]
    Remove {
        /// The project's id, name or apiKey; with one project it may be left out
        #[arg(long)]
        project: Option<String>,
        /// The category, as it is sent
        #[arg(long)]
        name: String,
    },
}

#[derive(Args)]
pub(super) struct Put {
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// The category, as it is sent
    #[arg(long)]
    name: String,
    /// What its readers call it in a language; may be repeated
    #[arg(long = "label", value_name = "LOCALE=TEXT", value_parser = label)]
    labels: Vec<(String, String)>,
    /// For the people of the project
    #[arg(long)]
    description: Option<String>,
    /// It reaches only those who turn it on
    #[arg(long, conflicts_with = "cannot_be_turned_off")]
    off_by_default: bool,
    /// It reaches everybody, also those who had turned it off
    #[arg(long)]
    cannot_be_turned_off: bool,
}

fn label(text: &str) -> Result<(String, String), String> {
    let (locale, label) = text.split_once('=').ok_or("it is a language, =, and a text")?;
    Ok((locale.to_owned(), label.to_owned()))
}

impl CategoryCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        Office::work(settings, async |office| match self {
            Self::Put(put) => put.run(office).await,
            Self::List { project, json } => list(office, project.as_deref(), json).await,
            Self::Remove { project, name } => {
                let project = office.project(project.as_deref()).await?;
                Ok(office.inbox().remove_category(&project, &name, Actor::CommandLine).await?)
            }
        })
        .await
    }
}

impl Put {
    async fn run(self, office: &Office) -> Result<(), CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        let request = CategoryRequest {
            names: self.labels.into_iter().collect(),
            description: self.description,
            default: Some(!self.off_by_default),
            can_be_turned_off: Some(!self.cannot_be_turned_off),
        };
        Ok(office.inbox().put_category(&project, self.name, request, Actor::CommandLine).await?)
    }
}

async fn list(office: &Office, project: Option<&str>, json: bool) -> Result<(), CommandError> {
    let project = office.project(project).await?;
    let categories = office.inbox().categories(&project).await?;
    if json {
        output::json(&categories.iter().map(describe).collect());
        return Ok(());
    }
    let row = |category: Category| {
        let labels: Vec<String> =
            category.names.iter().map(|(locale, label)| format!("{locale}={label}")).collect();
        let reaches = match (category.is_locked, category.is_default) {
            (true, _) => "everybody",
            (false, true) => "all but who turned it off",
            (false, false) => "who turned it on",
        };
        vec![category.name, reaches.to_owned(), labels.join(" ")]
    };
    output::table(&["name", "reaches", "labels"], &categories.into_iter().map(row).collect::<Vec<_>>());
    Ok(())
}

fn describe(category: &Category) -> serde_json::Value {
    json!({
        "name": category.name,
        "names": category.names,
        "description": category.description,
        "default": category.is_default,
        "canBeTurnedOff": !category.is_locked,
        "updatedAt": category.updated_at,
    })
}
