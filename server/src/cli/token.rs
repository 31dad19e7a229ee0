//! `token inspect`: what a token says, what is wrong with it, and who would accept it.

use std::sync::Arc;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::Value;

use super::{CommandError, input, office::Office, output};
use crate::{
    auth::{
        grant,
        proofs::{ProofKind, Proved},
        providers::{
            Providers, Purpose,
            excerpt::Excerpt,
            inspection::{self, Inspection},
            token::{ProviderTokenFault, VerifiedToken as Claimed, unverified_issuer},
            verifier::Judgement,
        },
        session::check_standing,
        session_keys::SessionKeys,
        session_token::{SessionTokens, VerifiedToken},
        user_id::UserId,
    },
    config::Settings,
    error::Error,
    outbound::Outbound,
    store::{Project, Provider},
};

#[derive(Subcommand)]
pub(super) enum TokenCommand {
    /// Take any JWT apart, say what is wrong with it, and which provider's it is. Exit status 0 if one accepts it
    #[command(after_help = "Examples:
  notification-bell-server token inspect --project Shop eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJ1In0.c2ln
  pbpaste | notification-bell-server token inspect -")]
    Inspect(Inspect),
}

#[derive(Args)]
pub(super) struct Inspect {
    /// Only against the providers of this project: its id, name or apiKey
    #[arg(long)]
    project: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The token; - reads it from standard input, where no list of processes shows it
    #[arg(value_name = "JWT")]
    token: String,
}

/// What is said about a token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    #[serde(flatten)]
    inspection: Inspection,
    verdicts: Vec<Verdict>,
}

/// What one provider, or this server itself, makes of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    /// The provider's id; absent for the server's own session tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    project: Option<String>,
    name: String,
    #[serde(rename = "for")]
    purpose: Option<Purpose>,
    holds: bool,
    /// Who it is, if it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl TokenCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let Self::Inspect(inspect) = self;
        Office::work(settings, async |office| inspect.run(office, settings).await).await
    }
}

impl Inspect {
    async fn run(&self, office: &Office, settings: &Settings) -> Result<(), CommandError> {
        let text = input::argument_or_standard_input(self.token.clone())?;
        let inspection = inspection::inspect(&text, office.clock.now());
        let token = inspection::bare(&text);
        let mut verdicts = vec![self.own_verdict(office, settings, token, &inspection).await?];
        let outbound = Arc::new(Outbound::with_system_names(settings.jwks_allow()));
        let providers = Providers::new(Arc::clone(&office.store), Arc::clone(&office.clock), outbound);
        if inspection.claims.is_some() {
            for (project, provider) in super::provider::all(office, self.project.as_deref()).await? {
                let judged = judge(&providers, &provider, token, office).await;
                verdicts.push(Verdict::of_provider(office, &project, &provider, judged).await?);
            }
        }
        // Of the server's own tokens only what is one is worth a word.
        let is_own = verdicts[0].holds || inspection.is_session_token();
        if !is_own {
            verdicts.remove(0);
        }
        let holds = verdicts.iter().any(|verdict| verdict.holds);
        let report = Report { inspection, verdicts };
        if self.json {
            output::json(&serde_json::to_value(&report).unwrap_or_default());
        } else {
            report.print();
        }
        if holds { Ok(()) } else { Err(CommandError::No) }
    }

    async fn own_verdict(
        &self,
        office: &Office,
        settings: &Settings,
        token: &str,
        inspection: &Inspection,
    ) -> Result<Verdict, CommandError> {
        let keys = SessionKeys::load(Arc::clone(&office.store), Arc::clone(&office.master_key)).await?;
        // Under whatever address the server issued it, which is said; of an encrypted one it cannot be seen before.
        let claimed = inspection.claims.as_ref().and_then(|claims| claims.get("iss")?.as_str());
        let issuer = claimed.unwrap_or(settings.issuer()).to_owned();
        let tokens = SessionTokens::new(Arc::new(keys), issuer, settings.session_encrypt);
        let mut verdict = Verdict {
            provider: None,
            project: None,
            name: "session of this server".to_owned(),
            purpose: None,
            holds: false,
            user: None,
            reason: None,
        };
        let VerifiedToken { claims, key_id } = match tokens.read(token, office.clock.now()).await {
            Ok(verified) => verified,
            Err(error) => {
                verdict.reason = Some(match error {
                    Error::TokenExpired => "the session has run out".to_owned(),
                    _ => "it is not of this server's keys, or encrypted under another BELL_PUBLIC_URL"
                        .to_owned(),
                });
                return Ok(verdict);
            }
        };
        verdict.project = Some(claims.project_id().to_owned());
        if let Some(reference) = &self.project
            && office.project(Some(reference)).await?.id != claims.project_id()
        {
            verdict.reason = Some("it is of another project".to_owned());
            return Ok(verdict);
        }
        match check_standing(&*office.store, tokens.keys(), &claims, &key_id).await {
            Ok(_) => verdict.holds = true,
            Err(error) => verdict.reason = Some(error.to_string()),
        }
        verdict.user = verdict.holds.then_some(claims.sub);
        Ok(verdict)
    }
}

/// A provider with another issuer is not asked for its keys.
async fn judge(
    providers: &Providers,
    provider: &Provider,
    token: &str,
    office: &Office,
) -> Result<Claimed, Judgement> {
    let found = unverified_issuer(token).unwrap_or_default();
    if found != provider.rules.issuer {
        let expected = provider.rules.issuer.clone();
        return Err(Judgement::Fault(ProviderTokenFault::IssuerWrong {
            found: Excerpt::of(&found),
            expected,
        }));
    }
    providers.judge(provider, token, office.clock.now()).await
}

impl Verdict {
    async fn of_provider(
        office: &Office,
        project: &Project,
        provider: &Provider,
        judged: Result<Claimed, Judgement>,
    ) -> Result<Self, CommandError> {
        let (user, reason) = match judged {
            Ok(verified) => {
                let refusal = refusal(office, project, provider, &verified).await?;
                (refusal.is_none().then_some(verified.subject), refusal)
            }
            Err(Judgement::Fault(fault)) => (None, Some(fault.to_string())),
            Err(Judgement::NoKeys(reason)) => (None, Some(format!("its keys cannot be fetched: {reason}"))),
        };
        Ok(Self {
            provider: Some(provider.id.clone()),
            project: Some(project.id.clone()),
            name: provider.name.clone(),
            purpose: Some(provider.rules.purpose),
            holds: reason.is_none(),
            user,
            reason,
        })
    }
}

/// Why a token that is in order opens no session.
async fn refusal(
    office: &Office,
    project: &Project,
    provider: &Provider,
    verified: &Claimed,
) -> Result<Option<String>, CommandError> {
    if provider.rules.purpose == Purpose::Sending {
        return Ok(None);
    }
    let user = match UserId::parse(&verified.subject, project.user_id_rule) {
        Ok(user) => user,
        Err(fault) => return Ok(Some(format!("it is in order, but {fault}"))),
    };
    let Some(standing) = office.store.session_standing(&project.id, &user, "").await? else {
        return Ok(None);
    };
    let proved =
        Proved { kind: ProofKind::Jwt, issued_at: verified.issued_at, expires_at: Some(verified.expires_at) };
    Ok(grant::check(&standing, &proved).err().map(|error| format!("it is in order, and refused: {error}")))
}

impl Report {
    fn print(&self) {
        let show = |name: &str, value: &Option<Value>| {
            if let Some(value) = value {
                output::line(&format!("{name} {value:#}"));
            }
        };
        show("header", &self.inspection.header);
        show("claims", &self.inspection.claims);
        let times = [
            ("issued", self.inspection.issued_at),
            ("not before", self.inspection.not_before),
            ("expires", self.inspection.expires_at),
        ];
        for (name, at) in times.into_iter().filter_map(|(name, at)| Some((name, at?))) {
            output::line(&format!("{name} {at}"));
        }
        for remark in &self.inspection.remarks {
            output::line(&format!("! {remark}"));
        }
        if self.verdicts.is_empty() {
            output::line("there is no provider to hold it against: see `provider add`");
        }
        for verdict in &self.verdicts {
            let said = match (&verdict.user, &verdict.reason) {
                (Some(user), _) => format!("holds, for {user}"),
                (None, Some(reason)) => format!("does not hold: {reason}"),
                (None, None) => "does not hold".to_owned(),
            };
            output::line(&format!("{}: {said}", verdict.name));
        }
    }
}
