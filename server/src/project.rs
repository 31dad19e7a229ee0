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
    languages::Locale,
    randomness::Randomness,
    store::{
        Actor, AuditAction, AuditEntry, BackendKey, NewBackendKey, NewProject, NewSecret, Project, Retention,
        Store, StoreError,
    },
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
    /// See [`Project::locale`].
    pub locale: Locale,
    /// For how long what is sent is kept.
    pub retention: Retention,
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
    actor: Actor,
) -> Result<MadeProject, ProjectError> {
    let api_key = request.api_key.unwrap_or_else(|| KeyKind::Public.generate(randomness));
    let api_secret_key = request.api_secret_key.unwrap_or_else(|| KeyKind::Secret.generate(randomness));
    check(&request.name, &api_key, &api_secret_key)?;
    let (id, created_at) = ids.next();
    let id = id.to_string();
    let audit = AuditEntry::new(created_at, actor.clone(), AuditAction::ProjectCreated)
        .in_project(&id)
        .about(&id)
        .with("name", request.name.as_str());
    let new = NewProject {
        id,
        name: request.name,
        api_key,
        sealed_secret: project_secret::seal(master_key, &api_secret_key, randomness)?,
        secret_fingerprint: master_key.fingerprint(&api_secret_key),
        user_id_rule: request.user_id_rule,
        proofs: if request.proofs.is_empty() { ProofKind::ALL.to_vec() } else { request.proofs },
        origins: request.origins,
        locale: request.locale,
        retention: request.retention,
        created_at,
    };
    let project = store.create_project(new, audit).await?;
    let key = BackendKeyRequest { name: "Backend".to_owned(), scopes: Scope::ALL.to_vec(), expires_at: None };
    let backend_key = create_backend_key(store, ids, randomness, &project, key, actor).await?.1;
    Ok(MadeProject { project, api_secret_key, backend_key })
}

/// Whether a text can be a project's name.
///
/// # Errors
/// If it cannot.
pub fn check_name(name: &str) -> Result<(), ProjectError> {
    if name.trim() != name || name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
        return Err(ProjectError::NotAllowed(
            "a project's name is 1 to 100 bytes without white space at its ends",
        ));
    }
    Ok(())
}

fn check(name: &str, api_key: &str, api_secret_key: &str) -> Result<(), ProjectError> {
    let visible = |text: &str| {
        (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    };
    check_name(name)?;
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

/// How a secret is to be replaced.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    /// For how long the one before is accepted; 0 ends it, and every session of the project, at once.
    pub previous_valid_for_ms: i64,
    /// Although an earlier one is still accepted, which then no longer is.
    pub force: bool,
}

/// Replaces the secret of a project; gives the new one.
///
/// # Errors
/// If an earlier one is still accepted, unless forced: sites may still use it. Or if the store fails.
pub async fn rotate_secret(
    store: &dyn Store,
    master_key: &MasterKey,
    randomness: &dyn Randomness,
    project: &Project,
    now: Timestamp,
    rotation: Rotation,
    actor: Actor,
) -> Result<String, ProjectError> {
    let Rotation { previous_valid_for_ms, force } = rotation;
    let secret = KeyKind::Secret.generate(randomness);
    let sealed = project_secret::seal(master_key, &secret, randomness)?;
    let fingerprint = master_key.fingerprint(&secret);
    let previous_until = (previous_valid_for_ms > 0).then(|| now.plus_ms(previous_valid_for_ms));
    let audit = AuditEntry::new(now, actor, AuditAction::SecretRotated)
        .in_project(&project.id)
        .about(&project.id)
        .with("previousValidUntil", previous_until.map(|until| until.to_string()));
    // Whoever ends the present one at once wants none of the earlier ones to count.
    let force = force || previous_until.is_none();
    let new = NewSecret { sealed, fingerprint, previous_until, force };
    if !store.rotate_secret(project.key, new, audit).await? {
        return Err(ProjectError::NotAllowed(
            "the secret before this one is still accepted, and would be no longer: wait until it has ended, or use --force",
        ));
    }
    Ok(secret)
}

/// What a backend's key is to be.
#[derive(Clone, Debug)]
pub struct BackendKeyRequest {
    /// For people.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
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
    request: BackendKeyRequest,
    actor: Actor,
) -> Result<(BackendKey, String), StoreError> {
    let key = KeyKind::Backend.generate(randomness);
    let (id, created_at) = ids.next();
    let id = id.to_string();
    let scopes = if request.scopes.len() == Scope::ALL.len() {
        vec!["all"]
    } else {
        request.scopes.iter().map(|scope| scope.as_str()).collect()
    };
    let audit = AuditEntry::new(created_at, actor, AuditAction::ApiKeyCreated)
        .in_project(&project.id)
        .about(&id)
        .with("name", request.name.as_str())
        .with("scopes", scopes)
        .with("expiresAt", request.expires_at.map(|at| at.to_string()));
    let new = NewBackendKey {
        id,
        project: project.key,
        name: request.name,
        hash: keys::backend_key_hash(&key),
        scopes: request.scopes,
        created_at,
        expires_at: request.expires_at,
    };
    Ok((store.create_backend_key(new, audit).await?, key))
}
