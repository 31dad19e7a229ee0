//! Tokens of a project's providers: finds the provider, gets its keys, and has the token judged.

use std::sync::Arc;

use notification_bell_protocol::Timestamp;
use url::Url;

use super::{
    ProviderRules, Purpose,
    cache::{KeySetCache, KeySetSource},
    key_set::{KeySet, KeySetFault},
    token::{self, ProviderTokenFault, VerifiedToken},
};
use crate::{
    clock::Clock,
    error::Error,
    outbound::{Outbound, OutboundError},
    store::{Project, Provider, Store},
    traces,
};

const JWKS_TYPES: &str = "application/jwk-set+json, application/json";
/// A key set of a hundred of the longest keys is smaller.
const MAX_JWKS_BYTES: usize = 512 * 1_024;

/// Why the keys of a provider cannot be had.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeySetFetchError {
    /// Nothing came.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// Something else came.
    #[error(transparent)]
    KeySet(#[from] KeySetFault),
}

/// Why a token does not hold with a provider.
#[derive(Debug)]
pub enum Judgement {
    /// It is the token's fault.
    Fault(ProviderTokenFault),
    /// The keys are not there to tell, and why.
    NoKeys(String),
}

/// Why a token is not accepted by any provider of a project.
pub enum Refusal {
    /// The project has none for this purpose.
    NoProvider,
    /// The token is no good.
    Fault {
        /// The short name of what is wrong, for the operator.
        reason: &'static str,
        /// Whether it was in order and has run out.
        expired: bool,
    },
    /// It cannot be told now.
    Failed(Error),
}

impl Refusal {
    /// A token whose signature was wrong is never one that has expired: that is looked at first.
    fn of(fault: &ProviderTokenFault) -> Self {
        Self::Fault { reason: fault.name(), expired: matches!(fault, ProviderTokenFault::Expired { .. }) }
    }
}

/// The providers of all projects, and their keys as far as they were fetched.
pub struct Providers {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    outbound: Arc<Outbound>,
    key_sets: KeySetCache<KeySet, KeySetFetchError>,
}

impl Providers {
    /// No keys have been fetched yet.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, outbound: Arc<Outbound>) -> Self {
        Self { store, clock, outbound, key_sets: KeySetCache::default() }
    }

    /// Checks a token against the providers that a project has for a purpose.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn verify(
        &self,
        project: &Project,
        purpose: Purpose,
        token: &str,
    ) -> Result<(Provider, VerifiedToken), Refusal> {
        let mut providers =
            self.store.providers(project.key).await.map_err(|error| Refusal::Failed(error.into()))?;
        providers.retain(|provider| provider.rules.purpose == purpose);
        let Some(any) = providers.first().cloned() else { return Err(Refusal::NoProvider) };
        let issuer = token::unverified_issuer(token);
        // Whoever made the token chose the issuer in it: that decides only whose keys are tried.
        providers.retain(|provider| Some(&provider.rules.issuer) == issuer.as_ref());
        let mut refusal = None;
        for provider in providers {
            match self.judge(&provider, token, self.clock.now()).await {
                Ok(verified) => return Ok((provider, verified)),
                Err(Judgement::Fault(fault)) => {
                    tracing::debug!(provider = provider.id, %fault, "a token is refused");
                    // That another provider's keys are not there weighs more: with them it might hold.
                    if !matches!(refusal, Some(Refusal::Failed(_))) {
                        refusal = Some(Refusal::of(&fault));
                    }
                }
                Err(Judgement::NoKeys(_)) => {
                    refusal = Some(Refusal::Failed(Error::JwksUnavailable));
                }
            }
        }
        Err(refusal.unwrap_or_else(|| self.stranger(token, &any.rules)))
    }

    /// Why a token is of no provider: its form, said by rules that it cannot meet and without any keys, or its issuer.
    fn stranger(&self, token: &str, rules: &ProviderRules) -> Refusal {
        match token::verify(token, rules, &KeySet::default(), self.clock.now()) {
            Err(fault) if !fault.may_be_cured_by_newer_keys() => Refusal::of(&fault),
            _ => Refusal::Fault { reason: UNKNOWN_ISSUER, expired: false },
        }
    }

    /// Checks a token against one provider.
    ///
    /// # Errors
    /// See [`Judgement`].
    pub async fn judge(
        &self,
        provider: &Provider,
        token: &str,
        now: Timestamp,
    ) -> Result<VerifiedToken, Judgement> {
        let url = Url::parse(&provider.jwks_url).map_err(|error| Judgement::NoKeys(error.to_string()))?;
        let source = KeySetSource { provider_id: provider.id.clone(), url: url.clone() };
        let keys = self.key_sets.get(&source, self.fetching(url.clone())).await;
        let keys = keys.map_err(|error| Judgement::NoKeys(error.to_string()))?;
        let judged = token::verify(token, &provider.rules, &keys, now);
        if !judged.as_ref().is_err_and(ProviderTokenFault::may_be_cured_by_newer_keys) {
            return judged.map_err(Judgement::Fault);
        }
        let keys = self.key_sets.refetch_for_unknown_key(&source, self.fetching(url)).await;
        let keys = keys.map_err(|error| Judgement::NoKeys(error.to_string()))?;
        token::verify(token, &provider.rules, &keys, now).map_err(Judgement::Fault)
    }

    fn fetching(
        &self,
        url: Url,
    ) -> impl FnOnce() -> futures_util::future::BoxFuture<
        'static,
        Result<(KeySet, Option<u64>), KeySetFetchError>,
    > + Send
    + use<> {
        let outbound = Arc::clone(&self.outbound);
        move || Box::pin(async move { fetch(&outbound, &url).await })
    }
}

/// No provider of the project has the issuer of the token.
const UNKNOWN_ISSUER: &str = "jwt_issuer_unknown";

/// Fetches a key set, and says for how many seconds it may be kept if its sender does.
///
/// # Errors
/// If nothing comes, or something else.
pub async fn fetch(outbound: &Outbound, url: &Url) -> Result<(KeySet, Option<u64>), KeySetFetchError> {
    let span = traces::of_key_set();
    let fetched = outbound.get(url, JWKS_TYPES, MAX_JWKS_BYTES).await;
    span.called(fetched.as_ref().map(|_| 200));
    let fetched = fetched?;
    Ok((KeySet::parse(&fetched.body)?, fetched.max_age_seconds))
}
