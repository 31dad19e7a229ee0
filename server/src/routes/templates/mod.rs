//! `/templates`: the texts of a type of notification, in the languages of its readers.

use std::collections::BTreeMap;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use notification_bell_protocol::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    error::Error,
    store::{self, Template, Texts},
};

pub mod list;
pub mod put;
pub mod remove;
pub mod show;

/// The type and the locale in a path, decoded.
pub struct TypeAndLocale(pub String, pub String);

impl<S: Send + Sync> FromRequestParts<S> for TypeAndLocale {
    type Rejection = Error;

    /// What is not UTF-8 once it is decoded names nothing.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let segments = Path::<(String, String)>::from_request_parts(parts, state).await;
        segments
            .map(|Path((name, locale))| Self(name, locale))
            .map_err(|_| Error::NotFound("There is nothing of this name."))
    }
}

/// A template in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateSummary {
    /// The type of the notifications it is for.
    r#type: String,
    /// The language it is in.
    locale: String,
    /// The title.
    title: String,
    /// When it was put.
    updated_at: Timestamp,
}

/// A template, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateDetail {
    #[serde(flatten)]
    summary: TemplateSummary,
    /// The text below the title.
    #[schema(required)]
    body: Option<String>,
    /// The texts of buttons, by their ids.
    actions: BTreeMap<String, String>,
}

impl From<store::TemplateSummary> for TemplateSummary {
    fn from(summary: store::TemplateSummary) -> Self {
        let store::TemplateSummary { r#type, locale, title, updated_at } = summary;
        Self { r#type, locale: locale.to_string(), title, updated_at }
    }
}

impl From<Template> for TemplateDetail {
    fn from(template: Template) -> Self {
        let Template { r#type, locale, texts, updated_at } = template;
        let Texts { title, body, actions } = texts;
        let summary = TemplateSummary { r#type, locale: locale.to_string(), title, updated_at };
        Self { summary, body, actions }
    }
}
