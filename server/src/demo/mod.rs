//! `serve --demo`: a project, its users and their first items, and the part of the site's backend, which computes the
//! HMAC and sends. On loopback alone: whoever reaches it may be any user of the demo.

mod commands;
mod examples;
pub mod routes;
mod seed;

use std::sync::Arc;

use crate::{
    app::App,
    auth::{project_secret, scope::Scope},
    error::Error,
    project::{self, BackendKeyRequest, ProjectRequest},
    store::{Actor, AuditAction, AuditEntry, Project},
};

const PROJECT: &str = "Demo";
const KEY: &str = "Demo backend";

/// The users one can be, and what they are called. Roles, and not people.
pub const USERS: [(&str, &str); 3] = [
    ("design@example.com", "Design"),
    ("support@example.com", "Support"),
    ("billing@example.com", "Billing"),
];

/// The demo's project, and its keys in the open.
pub struct Demo {
    app: Arc<App>,
    project: Project,
    secret: String,
    backend_key: String,
}

impl Demo {
    /// Prepares the demo: its project is made once, its backend's key anew each time, because only its hash is kept.
    ///
    /// # Errors
    /// A store that fails.
    pub async fn prepare(app: Arc<App>) -> Result<Arc<Self>, Error> {
        let found = app.store.projects().await?.into_iter().find(|project| project.name == PROJECT);
        let project = match found {
            Some(project) => project,
            None => make_project(&app).await?,
        };
        let secret = project_secret::open(&app.master_key, &project, app.clock.now())?.current;
        let backend_key = renew_key(&app, &project).await?;
        let demo = Self { app, project, secret, backend_key };
        demo.have_examples().await?;
        Ok(Arc::new(demo))
    }
}

async fn make_project(app: &App) -> Result<Project, Error> {
    let request = ProjectRequest { name: PROJECT.to_owned(), ..ProjectRequest::default() };
    let made =
        project::create(&*app.store, &app.master_key, &app.ids, &*app.randomness, request, Actor::Server)
            .await?;
    Ok(made.project)
}

async fn renew_key(app: &App, project: &Project) -> Result<String, Error> {
    let now = app.clock.now();
    for key in app.store.backend_keys(project.key).await? {
        if key.name == KEY && key.revoked_at.is_none() {
            let audit = AuditEntry::new(now, Actor::Server, AuditAction::ApiKeyRevoked)
                .in_project(&project.id)
                .about(&key.id);
            app.store.revoke_backend_key(&key.id, audit).await?;
        }
    }
    let request = BackendKeyRequest { name: KEY.to_owned(), scopes: Scope::ALL.to_vec(), expires_at: None };
    let made =
        project::create_backend_key(&*app.store, &app.ids, &*app.randomness, project, request, Actor::Server);
    Ok(made.await?.1)
}
