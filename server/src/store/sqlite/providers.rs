//! Providers in SQLite.

use async_trait::async_trait;
use rusqlite::{ErrorCode, Row, params};

use super::{SqliteStore, rows};
use crate::{
    auth::providers::{ProviderRules, Purpose},
    store::{AuditEntry, ProjectKey, Provider, ProviderStore, StoreError},
};

fn provider(row: &Row<'_>) -> rusqlite::Result<Provider> {
    Ok(Provider {
        id: row.get("id")?,
        project: ProjectKey(row.get("project")?),
        name: row.get("name")?,
        jwks_url: row.get("jwks_url")?,
        rules: ProviderRules {
            issuer: row.get("issuer")?,
            audience: row.get("audience")?,
            user_claim: row.get("user_claim")?,
            required: rows::json(row, "required")?.unwrap_or_default(),
            purpose: match row.get::<_, String>("purpose")?.as_str() {
                "sending" => Purpose::Sending,
                _ => Purpose::Users,
            },
        },
        scopes: rows::json(row, "scopes")?.unwrap_or_default(),
        created_at: rows::moment(row.get("created_at")?),
    })
}

#[async_trait]
impl ProviderStore for SqliteStore {
    async fn create_provider(&self, provider: Provider, audit: AuditEntry) -> Result<(), StoreError> {
        let created = self.audited(audit, move |connection| {
            let inserted = connection.execute(
                "INSERT INTO providers (id, project, name, purpose, jwks_url, issuer, audience, user_claim, \
                 required, scopes, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    provider.id,
                    provider.project.0,
                    provider.name,
                    provider.rules.purpose.as_str(),
                    provider.jwks_url,
                    provider.rules.issuer,
                    provider.rules.audience,
                    provider.rules.user_claim,
                    serde_json::to_string(&provider.rules.required).unwrap_or_default(),
                    serde_json::to_string(&provider.scopes).unwrap_or_default(),
                    provider.created_at.unix_ms(),
                ],
            );
            match inserted {
                Err(rusqlite::Error::SqliteFailure(failure, Some(message)))
                    if failure.code == ErrorCode::ConstraintViolation
                        && message.contains("providers.name") =>
                {
                    Err(StoreError::Taken("this provider name"))
                }
                inserted => inserted.map(|_| Some(())).map_err(Into::into),
            }
        });
        created.await.map(drop)
    }

    async fn providers(&self, project: ProjectKey) -> Result<Vec<Provider>, StoreError> {
        self.readers
            .run(move |connection| {
                let mut statement =
                    connection.prepare_cached("SELECT * FROM providers WHERE project = ?1 ORDER BY key")?;
                Ok(statement.query_map([project.0], provider)?.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn remove_provider(&self, id: &str, audit: AuditEntry) -> Result<bool, StoreError> {
        let id = id.to_owned();
        let removed = self.audited(audit, move |connection| {
            let removed = connection.execute("DELETE FROM providers WHERE id = ?1", [id])?;
            Ok((removed == 1).then_some(()))
        });
        removed.await.map(|removed| removed.is_some())
    }
}
