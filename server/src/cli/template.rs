//! `template`: the texts of a type of notification, in the languages of its readers.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{CommandError, office::Office, output};
use crate::{
    config::Settings,
    inbox::TemplateRequest,
    store::{Actor, Project, Template, TemplateSummary},
};

/// So many are read at a time.
const PAGE: usize = 500;

#[derive(Subcommand)]
pub(super) enum TemplateCommand {
    /// Put a template, in the place of the one there was
    #[command(after_help = "Example:
  notification-bell-server template put --project Shop --type invoice.paid --locale en \\
    --title 'Invoice {{ number }} was paid' --action 'open=Open it'")]
    Put(Put),
    /// List the templates
    #[command(after_help = "Example:
  notification-bell-server template list --project Shop --json")]
    List {
        /// The project's id, name or apiKey; with one project it may be left out
        #[arg(long)]
        project: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a template
    #[command(after_help = "Example:
  notification-bell-server template show --project Shop --type invoice.paid --locale en")]
    Show {
        #[command(flatten)]
        which: Which,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove a template. What was sent with it stays as it is
    #[command(after_help = "Example:
  notification-bell-server template remove --project Shop --type invoice.paid --locale en")]
    Remove {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Args)]
pub(super) struct Which {
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// The type of the notifications
    #[arg(long = "type", value_name = "TYPE")]
    kind: String,
    /// The language, such as en or pt-BR
    #[arg(long)]
    locale: String,
}

#[derive(Args)]
pub(super) struct Put {
    #[command(flatten)]
    which: Which,
    /// The title, with {{ values }} of the data
    #[arg(long)]
    title: String,
    /// The text below it
    #[arg(long)]
    body: Option<String>,
    /// What is on the button with an id; may be repeated
    #[arg(long = "action", value_name = "ID=LABEL", value_parser = action)]
    actions: Vec<(String, String)>,
}

fn action(text: &str) -> Result<(String, String), String> {
    let (id, label) = text.split_once('=').ok_or("it is the id of a button, =, and what is on it")?;
    Ok((id.to_owned(), label.to_owned()))
}

impl TemplateCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        Office::work(settings, async |office| match self {
            Self::Put(put) => put.run(office).await,
            Self::List { project, json } => list(office, project.as_deref(), json).await,
            Self::Show { which, json } => show(office, &which, json).await,
            Self::Remove { which } => {
                let project = which.project(office).await?;
                Ok(office
                    .inbox()
                    .remove_template(&project, &which.kind, &which.locale, Actor::CommandLine)
                    .await?)
            }
        })
        .await
    }
}

impl Which {
    async fn project(&self, office: &Office) -> Result<Project, CommandError> {
        office.project(self.project.as_deref()).await
    }
}

impl Put {
    async fn run(self, office: &Office) -> Result<(), CommandError> {
        let project = self.which.project(office).await?;
        let actions: BTreeMap<_, _> = self.actions.into_iter().collect();
        let request = TemplateRequest { title: self.title, body: self.body, actions };
        let Which { kind, locale, .. } = self.which;
        Ok(office.inbox().put_template(&project, kind, &locale, request, Actor::CommandLine).await?)
    }
}

async fn list(office: &Office, project: Option<&str>, json: bool) -> Result<(), CommandError> {
    let project = office.project(project).await?;
    let (inbox, mut templates, mut cursor) = (office.inbox(), Vec::new(), None);
    loop {
        let page = inbox.templates(&project, PAGE, cursor).await?;
        templates.extend(page.templates);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    if json {
        output::json(&templates.iter().map(summarize).collect());
        return Ok(());
    }
    let row = |template: TemplateSummary| vec![template.r#type, template.locale.to_string(), template.title];
    output::table(&["type", "locale", "title"], &templates.into_iter().map(row).collect::<Vec<_>>());
    Ok(())
}

async fn show(office: &Office, which: &Which, json: bool) -> Result<(), CommandError> {
    let project = which.project(office).await?;
    let template = office.inbox().template(&project, &which.kind, &which.locale).await?;
    if json {
        output::json(&describe(&template));
        return Ok(());
    }
    let mut fields = vec![
        ("type", template.r#type),
        ("locale", template.locale.to_string()),
        ("title", template.texts.title),
    ];
    fields.extend(template.texts.body.map(|body| ("body", body)));
    fields.extend(template.texts.actions.into_iter().map(|(id, label)| ("action", format!("{id}={label}"))));
    output::fields(&fields);
    Ok(())
}

fn summarize(template: &TemplateSummary) -> serde_json::Value {
    json!({
        "type": template.r#type,
        "locale": template.locale,
        "title": template.title,
        "updatedAt": template.updated_at,
    })
}

fn describe(template: &Template) -> serde_json::Value {
    json!({
        "type": template.r#type,
        "locale": template.locale,
        "title": template.texts.title,
        "body": template.texts.body,
        "actions": template.texts.actions,
        "updatedAt": template.updated_at,
    })
}
