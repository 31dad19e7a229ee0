//! `project`: make, show and change projects.

mod create;
mod retention;
mod revoke;
mod rotate_secret;
mod set;
mod show;

use clap::{Subcommand, ValueEnum};

use self::{create::Create, revoke::Revoke, rotate_secret::RotateSecret, set::Set};
use super::{CommandError, office::Office};
use crate::{auth::user_id::UserIdRule, config::Settings, store::StoreError};

#[derive(Subcommand)]
pub(super) enum ProjectCommand {
    /// Make a project, with its keys and a first key for its backend
    #[command(after_help = "Examples:
  notification-bell-server project create --name Shop --origin https://shop.example
  notification-bell-server project create --name Moved --api-key OLD_PUBLIC_KEY --api-secret-key - < old-secret")]
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
    /// Change what a project accepts
    #[command(after_help = "Examples:
  notification-bell-server project set --project Shop --origin https://shop.example --origin https://*.shop.example
  notification-bell-server project set --project Shop --proof hmac-v2 --proof jwt
  notification-bell-server project set --project Shop --retention 90d")]
    Set(Set),
    /// End the sessions of all users of a project; who has a valid proof can open a new one
    #[command(after_help = "Example:
  notification-bell-server project revoke --project Shop --issued-before 2027-01-31T12:00:00Z")]
    Revoke(Revoke),
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

#[derive(Clone, Copy, ValueEnum)]
enum UserIds {
    /// Upper-case characters are refused
    Lowercase,
    /// Upper and lower case are different users
    Exact,
}

impl From<UserIds> for UserIdRule {
    fn from(user_ids: UserIds) -> Self {
        match user_ids {
            UserIds::Lowercase => Self::Lowercase,
            UserIds::Exact => Self::Exact,
        }
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
                    Ok(projects) => show::list(projects, json),
                    // Nothing has been made yet, and looking makes nothing.
                    Err(CommandError::Store(StoreError::Missing(_))) => show::list(Vec::new(), json),
                    Err(error) => return Err(error),
                }
                Ok(())
            }
            Self::RotateSecret(rotate) => {
                Office::work(settings, async |office| rotate.run(office).await).await
            }
            Self::Set(set) => Office::work(settings, async |office| set.run(office).await).await,
            Self::Revoke(revoke) => Office::work(settings, async |office| revoke.run(office).await).await,
            Self::Show { project, secret, json } => {
                let show = async |office: &Office| show::show(office, project.as_deref(), secret, json).await;
                Office::work(settings, show).await
            }
        }
    }
}
