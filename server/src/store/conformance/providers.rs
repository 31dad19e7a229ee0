//! Providers.

use std::collections::BTreeMap;

use super::{Bench, NOW, entry, project};
use crate::{
    auth::{
        providers::{ProviderRules, Purpose},
        scope::Scope,
    },
    store::{ProjectKey, Provider, StoreError},
};

fn provider(id: &str, project: ProjectKey) -> Provider {
    Provider {
        id: id.to_owned(),
        project,
        name: "Log-in".to_owned(),
        jwks_url: "https://login.example/jwks".to_owned(),
        rules: ProviderRules {
            issuer: "https://login.example".to_owned(),
            audience: Some("bell".to_owned()),
            user_claim: "sub".to_owned(),
            required: BTreeMap::from([("role".to_owned(), "mailer".to_owned())]),
            purpose: Purpose::Sending,
        },
        scopes: vec![Scope::NotificationsWrite],
        created_at: NOW,
    }
}

pub(in crate::store) async fn a_provider_is_one_projects_and_its_name_is_taken_there_alone(bench: Bench) {
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    let create = |id: &str, project| bench.store.create_provider(provider(id, project), entry());
    create("1", bench.project.key).await.unwrap();
    let taken = create("2", bench.project.key).await;
    assert!(matches!(taken, Err(StoreError::Taken(_))), "{taken:?}");
    create("3", other.key).await.unwrap();
    let [kept] = <[Provider; 1]>::try_from(bench.store.providers(bench.project.key).await.unwrap()).unwrap();
    let made = provider("1", bench.project.key);
    assert_eq!((kept.id, kept.name, kept.jwks_url), (made.id, made.name, made.jwks_url));
    assert_eq!((kept.rules, kept.scopes, kept.created_at), (made.rules, made.scopes, made.created_at));
    assert!(bench.store.remove_provider("1", entry()).await.unwrap());
    assert!(!bench.store.remove_provider("1", entry()).await.unwrap());
    assert!(bench.store.providers(bench.project.key).await.unwrap().is_empty());
    assert_eq!(bench.store.providers(other.key).await.unwrap().len(), 1);
}
