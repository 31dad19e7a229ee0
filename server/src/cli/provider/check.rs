//! `provider check`: what a provider's key set is worth.

use serde_json::json;
use url::Url;

use crate::{
    auth::providers::verifier,
    cli::{CommandError, output},
    outbound::Outbound,
    store::Provider,
};

/// Fetches the key set as the server would. Exit status 0 if a key can be used.
pub(super) async fn check(outbound: &Outbound, provider: &Provider, json: bool) -> Result<(), CommandError> {
    let url = Url::parse(&provider.jwks_url)
        .map_err(|error| CommandError::Failed(format!("{} is not a URL: {error}", provider.jwks_url)))?;
    let keys = match verifier::fetch(outbound, &url).await {
        Ok((keys, _)) => keys,
        Err(error) if json => {
            output::json(&json!({ "id": provider.id, "ok": false, "error": error.to_string(), "keys": [] }));
            return Err(CommandError::No);
        }
        Err(error) => return Err(CommandError::Failed(error.to_string())),
    };
    let ok = !keys.usable().is_empty();
    if json {
        let usable = keys.usable().iter().map(|key| {
            json!({
                "kid": key.kid(),
                "type": key.key_type().to_string(),
                "algorithms": key.algorithms().map(|algorithm| algorithm.to_string()).collect::<Vec<_>>(),
                "usable": true,
            })
        });
        let unusable = keys.unusable().iter().map(|key| {
            json!({ "kid": key.kid, "type": key.key_type, "usable": false, "reason": key.fault.to_string() })
        });
        let keys: Vec<_> = usable.chain(unusable).collect();
        output::json(&json!({ "id": provider.id, "ok": ok, "keys": keys }));
    } else {
        let none = || "(none)".to_owned();
        let usable = keys.usable().iter().map(|key| {
            let algorithms: Vec<_> = key.algorithms().map(|algorithm| algorithm.to_string()).collect();
            vec![
                key.kid().map_or_else(none, ToOwned::to_owned),
                key.key_type().to_string(),
                format!("usable: {}", algorithms.join(" ")),
            ]
        });
        let unusable = keys.unusable().iter().map(|key| {
            vec![
                key.kid.clone().unwrap_or_else(none),
                key.key_type.clone().unwrap_or_else(none),
                format!("not usable: {}", key.fault),
            ]
        });
        let rows: Vec<Vec<String>> = usable.chain(unusable).collect();
        output::table(&["kid", "type", ""], &rows);
        if !ok {
            output::line("no key can be used: every token of this provider is refused");
        }
    }
    if ok { Ok(()) } else { Err(CommandError::No) }
}
