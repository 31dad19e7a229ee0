//! Templates: what may be put, and what there is.

pub(super) mod cabinet;
pub(super) mod engine;
mod grammar;

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;

use self::engine::Flaw;
use super::{
    Inbox, SendRequest,
    checks::{Faults, MAX_LABEL, MAX_NAME},
    wording::escape,
};
use crate::{
    error::Error,
    languages::Locale,
    store::{Actor, AuditAction, AuditEntry, Project, Template, TemplateLimits, TemplatePage, Texts},
};

/// A template is longer than what it makes: it names what it shows, and has a text for each case.
const MAX_TITLE: usize = 1_024;
const MAX_BODY: usize = 8_192;
const MAX_LABEL_TEMPLATE: usize = 512;
const MAX_ACTIONS: usize = 20;
const LIMITS: TemplateLimits = TemplateLimits { of_project: 2_000, of_type: 50 };

const NO_TEMPLATE: Error = Error::NotFound("This project has no such template.");

/// The body of `PUT /templates/{type}/{locale}`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateRequest {
    /// Up to 1,024 characters, with `{{ values }}` of the data.
    #[schema(min_length = 1, max_length = 1024)]
    pub title: String,
    /// Up to 8,192 characters.
    #[schema(max_length = 8192)]
    pub body: Option<String>,
    /// The texts of buttons by their ids, at most 20: up to 512 characters each.
    #[serde(default)]
    pub actions: BTreeMap<String, String>,
}

impl Inbox {
    /// Puts a template.
    ///
    /// # Errors
    /// A type, a locale or a template that is none, more templates than there may be, or a store that fails.
    pub async fn put_template(
        &self,
        project: &Project,
        r#type: String,
        locale: &str,
        request: TemplateRequest,
        actor: Actor,
    ) -> Result<(), Error> {
        let mut faults = Faults::default();
        faults.line("/type", &r#type, MAX_NAME);
        let locale = locale.parse::<Locale>();
        if let Err(fault) = &locale {
            faults.add("/locale", *fault);
        }
        check(&request, &mut faults);
        let faults = faults.into_vec();
        let (Ok(locale), true) = (locale, faults.is_empty()) else {
            return Err(Error::ValidationFailed(faults));
        };
        let TemplateRequest { title, body, actions } = request;
        let texts = Texts { title, body, actions };
        let audit = self.template_audit(AuditAction::TemplatePut, project, &r#type, &locale, actor);
        let template = Template { r#type, locale, texts, updated_at: audit.at };
        if self.store.put_template(project.key, template, LIMITS, audit).await? {
            return Ok(());
        }
        let TemplateLimits { of_project, of_type } = LIMITS;
        let detail =
            format!("would be one too many: {of_type} of a type and {of_project} of a project are kept");
        Err(Error::invalid_value("", detail))
    }

    fn template_audit(
        &self,
        action: AuditAction,
        project: &Project,
        r#type: &str,
        locale: &Locale,
        actor: Actor,
    ) -> AuditEntry {
        AuditEntry::new(self.clock.now(), actor, action)
            .in_project(&project.id)
            .about(r#type)
            .with("locale", locale.as_str())
    }

    /// A page of the templates of a project, by type and locale.
    ///
    /// # Errors
    /// A cursor that was made up, or a store that fails.
    pub async fn templates(
        &self,
        project: &Project,
        limit: usize,
        cursor: Option<String>,
    ) -> Result<TemplatePage, Error> {
        Ok(self.store.templates(project.key, limit, cursor).await?)
    }

    /// One template.
    ///
    /// # Errors
    /// None of this type in this language, or a store that fails.
    pub async fn template(&self, project: &Project, r#type: &str, locale: &str) -> Result<Template, Error> {
        let locale = locale.parse::<Locale>().map_err(|_| NO_TEMPLATE)?;
        self.store.templates_of_type(project.key, r#type).await?.remove(&locale).ok_or(NO_TEMPLATE)
    }

    /// Removes a template. What was sent with it stays as it is.
    ///
    /// # Errors
    /// None of this type in this language, or a store that fails.
    pub async fn remove_template(
        &self,
        project: &Project,
        r#type: &str,
        locale: &str,
        actor: Actor,
    ) -> Result<(), Error> {
        let locale = locale.parse::<Locale>().map_err(|_| NO_TEMPLATE)?;
        let audit = self.template_audit(AuditAction::TemplateRemoved, project, r#type, &locale, actor);
        let removed = self.store.remove_template(project.key, r#type, &locale, audit).await?;
        if removed { Ok(()) } else { Err(NO_TEMPLATE) }
    }
}

fn check(request: &TemplateRequest, faults: &mut Faults) {
    let mut part = |pointer: &str, source: &str, max_characters: usize| {
        if source.trim().is_empty() {
            faults.add(pointer, "must not be empty");
        } else if source.chars().count() > max_characters {
            faults.add(pointer, format!("must have at most {max_characters} characters"));
        } else if let Err(Flaw(flaw)) = engine::check(source) {
            faults.add(pointer, flaw);
        }
    };
    part("/title", &request.title, MAX_TITLE);
    if let Some(body) = &request.body {
        part("/body", body, MAX_BODY);
    }
    for (id, label) in &request.actions {
        part(&format!("/actions/{}", escape(id)), label, MAX_LABEL_TEMPLATE);
    }
    for id in request.actions.keys() {
        faults.line(&format!("/actions/{}", escape(id)), id, MAX_LABEL);
    }
    if request.actions.len() > MAX_ACTIONS {
        faults.add("/actions", format!("must have at most {MAX_ACTIONS} entries"));
    }
}
