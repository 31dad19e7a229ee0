//! `provider`: whom a project trusts to say who somebody is.

mod add;
mod check;

use clap::Subcommand;
use serde_json::{Value, json};

use self::add::Add;
use super::{CommandError, office::Office, output};
use crate::{
    config::Settings,
    outbound::Outbound,
    store::{AuditAction, Project, Provider},
};

#[derive(Subcommand)]
pub(super) enum ProviderCommand {
    /// Trust a provider: its tokens open sessions, or let a backend send
    #[command(after_help = "Examples:
  notification-bell-server provider add --project Shop --name Log-in --jwks https://login.example/jwks.json \\
    --issuer https://login.example --audience shop --for users
  notification-bell-server provider add --project Shop --name Jobs --jwks https://ci.example/keys \\
    --issuer https://ci.example --require repository=shop/mailer --for sending --scope notifications:write")]
    Add(Box<Add>),
    /// List the providers
    #[command(after_help = "Example:
  notification-bell-server provider list --project Shop --json")]
    List {
        /// Only of this project: its id, name or apiKey
        #[arg(long)]
        project: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Fetch the keys of a provider, and say which can be used and why the others cannot
    #[command(after_help = "Example:
  notification-bell-server provider check 019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10")]
    Check {
        /// The provider's id, as `provider list` shows it
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Trust a provider no longer. Sessions that its tokens opened go on until they run out: `project revoke` ends them
    #[command(after_help = "Example:
  notification-bell-server provider remove 019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10")]
    Remove {
        /// The provider's id, as `provider list` shows it
        id: String,
    },
}

impl ProviderCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let outbound = Outbound::with_system_names(settings.jwks_allow());
        Office::work(settings, async |office| match self {
            Self::Add(add) => add.run(office, &outbound).await,
            Self::List { project, json } => list(office, project.as_deref(), json).await,
            Self::Check { id, json } => check::check(&outbound, &find(office, &id).await?.1, json).await,
            Self::Remove { id } => remove(office, &id).await,
        })
        .await
    }
}

/// All providers, or those of one project, with their projects.
pub(super) async fn all(
    office: &Office,
    reference: Option<&str>,
) -> Result<Vec<(Project, Provider)>, CommandError> {
    let projects = match reference {
        Some(_) => vec![office.project(reference).await?],
        None => office.store.projects().await?,
    };
    let mut all = Vec::new();
    for project in projects {
        let providers = office.store.providers(project.key).await?;
        all.extend(providers.into_iter().map(|provider| (project.clone(), provider)));
    }
    Ok(all)
}

async fn find(office: &Office, id: &str) -> Result<(Project, Provider), CommandError> {
    let found = all(office, None).await?.into_iter().find(|(_, provider)| provider.id == id);
    found.ok_or_else(|| CommandError::Failed(format!("no provider has the id {id}: see `provider list`")))
}

async fn list(office: &Office, project: Option<&str>, json: bool) -> Result<(), CommandError> {
    let all = all(office, project).await?;
    if json {
        output::json(&all.iter().map(|(project, provider)| describe(project, provider)).collect());
        return Ok(());
    }
    let row = |(project, provider): (Project, Provider)| {
        vec![
            provider.id,
            project.name,
            provider.name,
            provider.rules.purpose.to_string(),
            provider.rules.issuer,
            provider.rules.audience.unwrap_or_else(|| "any".to_owned()),
            provider.jwks_url,
        ]
    };
    let rows: Vec<Vec<String>> = all.into_iter().map(row).collect();
    output::table(&["id", "project", "name", "for", "issuer", "audience", "keys"], &rows);
    Ok(())
}

async fn remove(office: &Office, id: &str) -> Result<(), CommandError> {
    let (project, provider) = find(office, id).await?;
    let audit = office
        .audit(AuditAction::ProviderRemoved)
        .in_project(&project.id)
        .about(id)
        .with("name", provider.name)
        .with("issuer", provider.rules.issuer);
    office.store.remove_provider(id, audit).await?;
    Ok(())
}

fn describe(project: &Project, provider: &Provider) -> Value {
    let rules = &provider.rules;
    let mut value = json!({
        "id": provider.id,
        "project": project.id,
        "name": provider.name,
        "for": rules.purpose,
        "jwks": provider.jwks_url,
        "issuer": rules.issuer,
        "audience": rules.audience,
        "userClaim": rules.user_claim,
        "require": rules.required,
        "createdAt": provider.created_at,
    });
    if !provider.scopes.is_empty() {
        value["scopes"] = json!(provider.scopes);
    }
    value
}
