//! `project`: make and show projects.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{CommandError, office::Office, output};
use crate::{
    auth::{origin::AllowedOrigin, proofs::ProofKind, user_id::UserIdRule},
    config::Settings,
    project::{self, ProjectRequest},
    store::{Project, StoreError},
};

#[derive(Subcommand)]
pub(super) enum ProjectCommand {
    /// Make a project, with its keys and a first key for its backend
    #[command(after_help = "Examples:
  notification-bell-server project create --name Shop --origin https://shop.example
  notification-bell-server project create --name Moved --api-key OLD_PUBLIC_KEY --api-secret-key OLD_SECRET --json")]
    Create(Create),
    /// List the projects
    #[command(after_help = "Example:
  notification-bell-server project list --json")]
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Replace the secret; the present one is still accepted for a while
    #[command(after_help = "Example:
  notification-bell-server project rotate-secret --project Shop --previous-valid-for 7d")]
    RotateSecret(RotateSecret),
    /// Show a project and, if asked to, its secret
    #[command(after_help = "Example:
  notification-bell-server project show --project Shop --secret")]
    Show {
        /// Its id, name or apiKey; with one project it may be left out
        #[arg(long)]
        project: Option<String>,
        /// Print the secret too
        #[arg(long)]
        secret: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub(super) struct Create {
    /// A name that no other project has
    #[arg(long)]
    name: String,
    /// Use a public key that pages have already
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Use a secret that backends have already
    #[arg(long, value_name = "SECRET")]
    api_secret_key: Option<String>,
    /// Allow pages of this origin; may be repeated. Without any, every page is allowed
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<AllowedOrigin>,
    /// How its user ids are written
    #[arg(long, value_enum, default_value = "lowercase")]
    user_ids: UserIds,
    /// Accept this kind of proof; may be repeated. Without any, all of them
    #[arg(long = "proof", value_enum, value_name = "KIND")]
    proofs: Vec<ProofKind>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct RotateSecret {
    /// Its id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// How long the present secret is still accepted; 0s ends it, and every session, at once
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = humantime::parse_duration)]
    previous_valid_for: Duration,
    /// Rotate although the secret before the present one is still accepted
    #[arg(long)]
    force: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum UserIds {
    /// Upper-case characters are refused
    Lowercase,
    /// Upper and lower case are different users
    Exact,
}

impl RotateSecret {
    async fn run(self, office: &Office) -> Result<(), CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        let previous_valid_for_ms = i64::try_from(self.previous_valid_for.as_millis()).unwrap_or(i64::MAX);
        let secret = project::rotate_secret(
            &*office.store,
            &office.master_key,
            &*office.randomness,
            &project,
            office.clock.now(),
            previous_valid_for_ms,
            self.force,
        )
        .await?;
        let project = office.project(Some(&project.id)).await?;
        let previous_until =
            project.previous_secret.map(|previous| previous.until).filter(|_| previous_valid_for_ms > 0);
        if self.json {
            output::json(
                &json!({ "id": project.id, "apiSecretKey": secret, "previousValidUntil": previous_until }),
            );
            return Ok(());
        }
        output::fields(&[
            ("apiSecretKey", secret),
            ("previous until", previous_until.map_or("ended".to_owned(), |until| until.to_string())),
        ]);
        Ok(())
    }
}

impl ProjectCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        match self {
            Self::Create(create) => {
                Office::work_or_create(settings, async |office| create.run(office).await).await
            }
            Self::List { json } => {
                let found = Office::work(settings, async |office| Ok(office.store.projects().await?)).await;
                match found {
                    Ok(projects) => list(projects, json),
                    // Nothing has been made yet, and looking makes nothing.
                    Err(CommandError::Store(StoreError::Missing(_))) => list(Vec::new(), json),
                    Err(error) => return Err(error),
                }
                Ok(())
            }
            Self::RotateSecret(rotate) => {
                Office::work(settings, async |office| rotate.run(office).await).await
            }
            Self::Show { project, secret, json } => {
                Office::work(settings, async |office| show(office, project.as_deref(), secret, json).await)
                    .await
            }
        }
    }
}

impl Create {
    async fn run(self, office: &Office) -> Result<(), CommandError> {
        let request = ProjectRequest {
            name: self.name,
            api_key: self.api_key,
            api_secret_key: self.api_secret_key,
            origins: self.origins,
            proofs: self.proofs,
            user_id_rule: match self.user_ids {
                UserIds::Lowercase => UserIdRule::Lowercase,
                UserIds::Exact => UserIdRule::Exact,
            },
        };
        let made =
            project::create(&*office.store, &office.master_key, &office.ids, &*office.randomness, request)
                .await?;
        if self.json {
            output::json(&json!({
                "id": made.project.id,
                "name": made.project.name,
                "apiKey": made.project.api_key,
                "apiSecretKey": made.api_secret_key,
                "backendKey": made.backend_key,
                "origins": made.project.origins,
                "createdAt": made.project.created_at,
            }));
            return Ok(());
        }
        output::fields(&[
            ("id", made.project.id),
            ("name", made.project.name),
            ("apiKey", made.project.api_key),
            ("apiSecretKey", made.api_secret_key),
            ("backendKey", made.backend_key),
        ]);
        output::line("");
        output::line(
            "apiKey goes into the page. apiSecretKey makes the proofs and backendKey sends: both stay in your backend.",
        );
        output::line("backendKey is not kept and cannot be shown again.");
        if made.project.origins.is_empty() {
            output::line(
                "Pages of any origin may use this project: name yours with --origin when it goes live.",
            );
        }
        Ok(())
    }
}

fn list(projects: Vec<Project>, json: bool) {
    if json {
        return output::json(&projects.iter().map(describe).collect());
    }
    let rows: Vec<Vec<String>> = projects
        .into_iter()
        .map(|project| vec![project.id, project.name, project.api_key, project.created_at.to_string()])
        .collect();
    output::table(&["id", "name", "apiKey", "created"], &rows);
}

async fn show(
    office: &Office,
    reference: Option<&str>,
    secret: bool,
    json: bool,
) -> Result<(), CommandError> {
    let project = office.project(reference).await?;
    let secret = if secret { Some(office.secrets(&project)?.current) } else { None };
    if json {
        let mut value = describe(&project);
        if let Some(secret) = secret {
            value["apiSecretKey"] = secret.into();
        }
        output::json(&value);
        return Ok(());
    }
    let origins: Vec<String> = project.origins.iter().map(ToString::to_string).collect();
    let mut fields = vec![
        ("id", project.id),
        ("name", project.name),
        ("apiKey", project.api_key),
        ("origins", if origins.is_empty() { "any".to_owned() } else { origins.join(" ") }),
        ("created", project.created_at.to_string()),
    ];
    fields.extend(secret.map(|secret| ("apiSecretKey", secret)));
    output::fields(&fields);
    Ok(())
}

fn describe(project: &Project) -> Value {
    json!({
        "id": project.id,
        "name": project.name,
        "apiKey": project.api_key,
        "origins": project.origins,
        "userIds": project.user_id_rule,
        "proofs": project.proofs,
        "createdAt": project.created_at,
    })
}
