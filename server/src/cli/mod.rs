//! The command line: what there is to say, and where it is done.

mod api_key;
mod audit;
mod backup;
mod category;
mod config;
mod doctor;
mod health;
mod input;
mod migrate;
mod notification;
mod office;
mod openapi;
mod output;
mod project;
mod proofs;
mod provider;
mod restore;
mod send;
mod serve;
mod session_key;
mod template;
mod token;
mod topic;
mod user;
mod webhook;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use notification_bell_protocol::MemberError;

use crate::{
    auth::{master_key::MasterKeyError, providers::ProviderRulesFault, session_keys::SessionKeysError},
    config::{ConfigError, Flags, Settings},
    error::Error,
    project::ProjectError,
    store::{StoreError, sqlite::BackupError},
};

/// A notification inbox for your site: one tag in the page, this program behind it.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  notification-bell-server serve --demo
  notification-bell-server project create --name Shop --origin https://shop.example
  notification-bell-server hmac --project Shop -- user@example.com"
)]
struct Arguments {
    /// A file with settings; `config print-default` prints one to start from
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the element (also without a command)
    Serve(serve::Serve),
    /// Make and show projects
    #[command(subcommand)]
    Project(project::ProjectCommand),
    /// Make, show and revoke the keys of backends
    #[command(subcommand)]
    ApiKey(api_key::ApiKeyCommand),
    /// Show and renew the keys that session tokens are made with
    #[command(subcommand)]
    SessionKey(session_key::SessionKeyCommand),
    /// Print the proof of a user id, as a site's backend would make it
    Hmac(proofs::HmacCommand),
    /// Say whether a proof holds, and if not, which mistake was made
    CheckHmac(proofs::CheckHmacCommand),
    /// Trust a provider of JWTs, and see what its keys are worth
    #[command(subcommand)]
    Provider(provider::ProviderCommand),
    /// Tell a project's backend what its users do, and see what it was told
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// Find out about a token
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Show who changed what, and how often proofs failed
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Say what a type of notification says in each language
    #[command(subcommand)]
    Template(template::TemplateCommand),
    /// Say what categories are called, and whom they reach
    #[command(subcommand)]
    Category(category::CategoryCommand),
    /// Send a notification, or many
    Send(Box<send::SendCommand>),
    /// Show, search and withdraw what was sent
    #[command(subcommand)]
    Notification(notification::NotificationCommand),
    /// Print the description of the API (OpenAPI 3.1)
    Openapi(openapi::OpenapiCommand),
    /// Look into inboxes, give out or forget what is held about users, and cut users off
    #[command(subcommand)]
    User(user::UserCommand),
    /// Copy the database to a file, while a server may be using it
    Backup(backup::BackupCommand),
    /// Put a backup in the place of the database
    Restore(restore::RestoreCommand),
    /// Move an installation from its file into PostgreSQL
    Migrate(migrate::MigrateCommand),
    /// Say who receives what is sent to a topic
    #[command(subcommand)]
    Topic(topic::TopicCommand),
    /// Open a stream through your proxies and say what buffers, cuts, compresses or downgrades it
    Doctor(doctor::DoctorCommand),
    /// Ask the server on this machine whether it is ready, for a container's health check
    Health(health::HealthCommand),
    /// Show settings
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// Why a command ended without doing what it should.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{0}")]
    MasterKey(#[from] MasterKeyError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    SessionKeys(#[from] SessionKeysError),
    #[error("{0}")]
    Project(#[from] ProjectError),
    #[error("{0}")]
    Provider(#[from] ProviderRulesFault),
    #[error("{0}")]
    Backup(BackupError),
    #[error("{0}")]
    Refused(#[from] Error),
    #[error("{0}")]
    Failed(String),
    /// The answer is no. It has been printed.
    #[error("")]
    No,
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
}

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::error(&format!("the program cannot start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(dispatch(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(CommandError::No) => ExitCode::FAILURE,
        Err(error @ (CommandError::Usage(_) | CommandError::Config(_))) => {
            output::error(&error.to_string());
            ExitCode::from(2)
        }
        Err(error) => {
            let message = error.to_string();
            output::error(&message);
            if let CommandError::Refused(refusal) = &error {
                name_members(&refusal.members(), &message);
            }
            ExitCode::FAILURE
        }
    }
}

/// Prints what a refusal is about, as far as it does not say so.
fn name_members(members: &[MemberError], message: &str) {
    for MemberError { pointer, detail, .. } in members {
        if !pointer.is_empty() && (members.len() > 1 || !message.contains(pointer.as_str())) {
            output::remark(&format!("{pointer}: {detail}"));
        }
    }
}

async fn dispatch(arguments: Arguments) -> Result<(), CommandError> {
    if let Some(Command::Config(command)) = arguments.command {
        command.run();
        return Ok(());
    }
    if let Some(Command::Openapi(command)) = arguments.command {
        return command.run();
    }
    let settings = Settings::load(arguments.config.as_deref(), &arguments.flags)?;
    match arguments.command {
        None => serve::Serve::default().run(settings).await,
        Some(Command::Serve(serve)) => serve.run(settings).await,
        Some(Command::Project(command)) => command.run(&settings).await,
        Some(Command::ApiKey(command)) => command.run(&settings).await,
        Some(Command::SessionKey(command)) => command.run(&settings).await,
        Some(Command::Hmac(command)) => command.run(&settings).await,
        Some(Command::CheckHmac(command)) => command.run(&settings).await,
        Some(Command::Provider(command)) => command.run(&settings).await,
        Some(Command::Webhook(command)) => command.run(&settings).await,
        Some(Command::Token(command)) => command.run(&settings).await,
        Some(Command::Audit(command)) => command.run(&settings).await,
        Some(Command::Template(command)) => command.run(&settings).await,
        Some(Command::Category(command)) => command.run(&settings).await,
        Some(Command::Send(command)) => command.run(&settings).await,
        Some(Command::Notification(command)) => command.run(&settings).await,
        Some(Command::User(command)) => command.run(&settings).await,
        Some(Command::Backup(command)) => command.run(&settings).await,
        Some(Command::Migrate(command)) => command.run(&settings).await,
        Some(Command::Restore(command)) => command.run(&settings).await,
        Some(Command::Topic(command)) => command.run(&settings).await,
        Some(Command::Doctor(command)) => command.run(&settings).await,
        Some(Command::Health(command)) => command.run(&settings).await,
        Some(Command::Config(command)) => {
            command.run();
            Ok(())
        }
        Some(Command::Openapi(command)) => command.run(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        fn check(command: &clap::Command) {
            if command.get_subcommands().next().is_none() {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("Example"), "{} has no example", command.get_name());
            }
            command.get_subcommands().filter(|command| command.get_name() != "help").for_each(check);
        }
        check(&Arguments::command());
    }
}
