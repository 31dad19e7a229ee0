//! `provider add`.

use clap::Args;
use url::Url;

use super::describe;
use crate::{
    auth::{
        providers::{ProviderRules, ProviderRulesFault, Purpose},
        scope::Scope,
    },
    cli::{CommandError, office::Office, output},
    outbound::Outbound,
    store::{AuditAction, Provider},
};

#[derive(Args)]
pub(in crate::cli) struct Add {
    /// Its id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// A name that no other provider of the project has
    #[arg(long)]
    name: String,
    /// Where its keys are (a JWK set): https, on a public address unless `BELL_JWKS_ALLOW` lists it
    #[arg(long, value_name = "URL")]
    jwks: Url,
    /// What `iss` of its tokens is, to the letter
    #[arg(long)]
    issuer: String,
    /// What `aud` of its tokens is or contains
    #[arg(long)]
    audience: Option<String>,
    /// What another claim of its tokens has to say; may be repeated
    #[arg(long = "require", value_name = "CLAIM=VALUE", value_parser = required)]
    required: Vec<(String, String)>,
    /// The claim that holds the user id
    #[arg(long, value_name = "CLAIM", default_value = "sub")]
    user_claim: String,
    /// What its tokens are for
    #[arg(long = "for", value_enum, value_name = "PURPOSE")]
    purpose: Purpose,
    /// What its tokens for sending may do; may be repeated. Without any, everything
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<Scope>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn required(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(claim, value)| !claim.is_empty() && !value.is_empty());
    let (claim, value) = pair.ok_or("write it as claim=value")?;
    Ok((claim.to_owned(), value.to_owned()))
}

impl Add {
    pub(super) async fn run(self, office: &Office, outbound: &Outbound) -> Result<(), CommandError> {
        if self.name.trim() != self.name || self.name.is_empty() || self.name.chars().any(char::is_control) {
            return Err(CommandError::Usage(
                "a provider needs a name, without control characters or white space at its ends".to_owned(),
            ));
        }
        if self.purpose == Purpose::Users && !self.scopes.is_empty() {
            return Err(CommandError::Usage("scopes are for sending: leave out --scope".to_owned()));
        }
        let rules = ProviderRules {
            issuer: self.issuer,
            audience: self.audience,
            user_claim: self.user_claim,
            required: self.required.into_iter().collect(),
            purpose: self.purpose,
        };
        rules.check()?;
        outbound.check_url(&self.jwks).map_err(|error| CommandError::Failed(format!("--jwks: {error}")))?;
        let project = office.project(self.project.as_deref()).await?;
        for other in office.store.providers(project.key).await? {
            if rules.overlaps(&other.rules) {
                return Err(ProviderRulesFault::Overlaps(other.name).into());
            }
        }
        let (id, created_at) = office.ids.next();
        let scopes = match self.purpose {
            Purpose::Users => Vec::new(),
            Purpose::Sending if self.scopes.is_empty() => Scope::ALL.to_vec(),
            Purpose::Sending => self.scopes,
        };
        let provider = Provider {
            id: id.to_string(),
            project: project.key,
            name: self.name,
            jwks_url: self.jwks.into(),
            rules,
            scopes,
            created_at,
        };
        let description = describe(&project, &provider);
        let mut audit = office.audit(AuditAction::ProviderAdded).in_project(&project.id).about(&provider.id);
        for member in ["name", "for", "jwks", "issuer", "audience", "userClaim", "require", "scopes"] {
            if let Some(value) = description.get(member) {
                audit = audit.with(member, value.clone());
            }
        }
        let advice = advice(&provider.rules);
        let id = provider.id.clone();
        office.store.create_provider(provider, audit).await?;
        if self.json {
            output::json(&description);
        } else {
            output::fields(&[("id", id.clone())]);
            output::line("");
            if let Some(advice) = advice {
                output::line(advice);
            }
            output::line(&format!(
                "See whether its keys can be used: notification-bell-server provider check {id}"
            ));
        }
        Ok(())
    }
}

/// What is allowed, and most likely not meant.
fn advice(rules: &ProviderRules) -> Option<&'static str> {
    if rules.purpose == Purpose::Users && rules.audience.is_none() {
        return Some(
            "Without --audience, a token that this issuer made for any other application opens sessions too.",
        );
    }
    (rules.user_claim == "email" && !rules.required.contains_key("email_verified")).then_some(
        "An address that nobody verified may be somebody else's: require email_verified=true if the provider says so.",
    )
}
