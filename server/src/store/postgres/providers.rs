//! Providers in PostgreSQL.

use async_trait::async_trait;
use tokio_postgres::Row;

use super::{
    PostgresStore,
    projects::constraint,
    rows,
    transaction::{Db, audited, reading},
};
use crate::{
    auth::providers::{ProviderRules, Purpose},
    store::{AuditEntry, ProjectKey, Provider, ProviderStore, StoreError},
};

fn provider(row: &Row) -> Result<Provider, StoreError> {
    Ok(Provider {
        id: row.try_get("id")?,
        project: ProjectKey(row.try_get("project")?),
        name: row.try_get("name")?,
        jwks_url: row.try_get("jwks_url")?,
        rules: ProviderRules {
            issuer: row.try_get("issuer")?,
            audience: row.try_get("audience")?,
            user_claim: row.try_get("user_claim")?,
            required: rows::json(row, "required")?.unwrap_or_default(),
            purpose: match row.try_get("purpose")? {
                "sending" => Purpose::Sending,
                _ => Purpose::Users,
            },
        },
        scopes: rows::json(row, "scopes")?.unwrap_or_default(),
        created_at: rows::moment(row, "created_at")?,
    })
}

async fn create(db: &Db<'_>, provider: &Provider) -> Result<(), StoreError> {
    let inserted = db
        .run(
        "INSERT INTO providers (id, project, name, purpose, jwks_url, issuer, audience, user_claim, required, \
         scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            &provider.id,
            &provider.project.0,
            &provider.name,
            &provider.rules.purpose.as_str(),
            &provider.jwks_url,
            &provider.rules.issuer,
            &provider.rules.audience,
            &provider.rules.user_claim,
            &rows::as_json(&provider.rules.required)?,
            &rows::as_json(&provider.scopes)?,
            &provider.created_at.unix_ms(),
        ],
    )
    .await;
    inserted.map(drop).map_err(|error| match constraint(&error) {
        Some("provider_names") => StoreError::Taken("this provider name"),
        _ => error,
    })
}

async fn of_project(db: &Db<'_>, project: ProjectKey) -> Result<Vec<Provider>, StoreError> {
    let found = db.all("SELECT * FROM providers WHERE project = $1 ORDER BY key", &[&project.0]).await?;
    found.iter().map(provider).collect()
}

#[async_trait]
impl ProviderStore for PostgresStore {
    async fn create_provider(&self, provider: Provider, audit: AuditEntry) -> Result<(), StoreError> {
        audited!(self, audit, db => create(db, &provider).await.map(Some)).map(drop)
    }

    async fn providers(&self, project: ProjectKey) -> Result<Vec<Provider>, StoreError> {
        reading!(self, db => of_project(db, project).await)
    }

    async fn remove_provider(&self, id: &str, audit: AuditEntry) -> Result<bool, StoreError> {
        let removed = audited!(self, audit, db => {
            db.run("DELETE FROM providers WHERE id = $1", &[&id]).await.map(|removed| (removed == 1).then_some(()))
        });
        Ok(removed?.is_some())
    }
}
