//! Making a project: its keys, and a first key for its backend.

use notification_bell_protocol::Timestamp;

use crate::{
    auth::{
        keys::{self, KeyKind},
        master_key::{MasterKey, MasterKeyError},
        origin::AllowedOrigin,
        project_secret,
        proofs::ProofKind,
        scope::Scope,
        user_id::UserIdRule,
    },
    error::Error,
    ids::IdGenerator,
    randomness::Randomness,
    store::{NewBackendKey, NewProject, NewSecret, Project, Store, StoreError},
};

/// What a project is to be.
#[derive(Clone, Debug, Default)]
pub struct ProjectRequest {
    /// Unique, for people.
    pub name: String,
    /// A public key that pages use already.
    pub api_key: Option<String>,
    /// A secret that backends use already.
    pub api_secret_key: Option<String>,
    /// The pages that may use it; empty: any.
    pub origins: Vec<AllowedOrigin>,
    /// How its user ids are written.
    pub user_id_rule: UserIdRule,
    /// The kinds of proof it accepts; empty: all.
    pub proofs: Vec<ProofKind>,
}

/// A project that was made, with the keys that are shown this once.
#[derive(Clone, Debug)]
pub struct MadeProject {
    /// The project.
    pub project: Project,
    /// The secret.
    pub api_secret_key: String,
    /// The key of its backend, which is not kept.
    pub backend_key: String,
}

/// Why there is no new project.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// An imported key or the name is not allowed.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// The store failed, or the name or the key is taken.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The secret cannot be sealed.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
}

impl From<ProjectError> for Error {
    fn from(error: ProjectError) -> Self {
        match error {
            ProjectError::NotAllowed(detail) => Self::invalid_value("", detail),
            ProjectError::Store(error) => error.into(),
            ProjectError::MasterKey(error) => error.into(),
        }
    }
}

/// Makes a project.
///
/// # Errors
/// If a key or the name is not allowed or taken, or the store fails.
pub async fn create(
    store: &dyn Store,
    master_key: &MasterKey,
    ids: &IdGenerator,
    randomness: &dyn Randomness,
    request: ProjectRequest,
) -> Result<MadeProject, ProjectError> {
    let api_key = request.api_key.unwrap_or_else(|| KeyKind::Public.generate(randomness));
    let api_secret_key = request.api_secret_key.unwrap_or_else(|| KeyKind::Secret.generate(randomness));
    check(&request.name, &api_key, &api_secret_key)?;
    let (id, created_at) = ids.next();
    let project = store
        .create_project(NewProject {
            id: id.to_string(),
            name: request.name,
            api_key,
            sealed_secret: project_secret::seal(master_key, &api_secret_key, randomness)?,
            secret_fingerprint: master_key.fingerprint(&api_secret_key),
            user_id_rule: request.user_id_rule,
            proofs: if request.proofs.is_empty() { ProofKind::ALL.to_vec() } else { request.proofs },
            origins: request.origins,
            created_at,
        })
        .await?;
    let backend_key =
        create_backend_key(store, ids, randomness, &project, "Backend", Scope::ALL.to_vec(), None).await?.1;
    Ok(MadeProject { project, api_secret_key, backend_key })
}

fn check(name: &str, api_key: &str, api_secret_key: &str) -> Result<(), ProjectError> {
    let visible = |text: &str| {
        (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    };
    if name.trim() != name || name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
        return Err(ProjectError::NotAllowed(
            "a project's name is 1 to 100 bytes without white space at its ends",
        ));
    }
    if !visible(api_key) || !visible(api_secret_key) {
        return Err(ProjectError::NotAllowed(
            "an imported key is 1 to 256 ASCII characters, none of them a control character",
        ));
    }
    if matches!(KeyKind::of(api_key), Some(KeyKind::Secret | KeyKind::Backend)) || api_key == api_secret_key {
        return Err(ProjectError::NotAllowed("the public key must not be a secret one: every page shows it"));
    }
    if matches!(KeyKind::of(api_secret_key), Some(KeyKind::Public | KeyKind::Backend)) {
        return Err(ProjectError::NotAllowed("the secret must not be a public key or a backend's key"));
    }
    Ok(())
}

/// Replaces the secret of a project: the new one. The one before is accepted for `previous_valid_for_ms`, if any.
///
/// # Errors
/// If an earlier one is still accepted, unless `force`: sites may still use it. Or if the store fails.
pub async fn rotate_secret(
    store: &dyn Store,
    master_key: &MasterKey,
    randomness: &dyn Randomness,
    project: &Project,
    now: Timestamp,
    previous_valid_for_ms: i64,
    force: bool,
) -> Result<String, ProjectError> {
    if !force && project.previous_secret.as_ref().is_some_and(|previous| previous.until > now) {
        return Err(ProjectError::NotAllowed(
            "the secret before this one is still accepted, and would be no longer: wait until it has ended, or use --force",
        ));
    }
    let secret = KeyKind::Secret.generate(randomness);
    let sealed = project_secret::seal(master_key, &secret, randomness)?;
    let fingerprint = master_key.fingerprint(&secret);
    let previous_until = (previous_valid_for_ms > 0).then(|| now.plus_ms(previous_valid_for_ms));
    store.rotate_secret(project.key, NewSecret { sealed, fingerprint, previous_until }).await?;
    Ok(secret)
}

/// Makes a key for a project's backend: the key as it is kept, and the key itself, which is not.
///
/// # Errors
/// If the store fails.
pub async fn create_backend_key(
    store: &dyn Store,
    ids: &IdGenerator,
    randomness: &dyn Randomness,
    project: &Project,
    name: &str,
    scopes: Vec<Scope>,
    expires_at: Option<Timestamp>,
) -> Result<(crate::store::BackendKey, String), StoreError> {
    let key = KeyKind::Backend.generate(randomness);
    let (id, created_at) = ids.next();
    let kept = store
        .create_backend_key(NewBackendKey {
            id: id.to_string(),
            project: project.key,
            name: name.to_owned(),
            hash: keys::backend_key_hash(&key),
            scopes,
            created_at,
            expires_at,
        })
        .await?;
    Ok((kept, key))
}
