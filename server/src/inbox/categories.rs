//! Categories as a project declares them: what they are called, and whom they reach.

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Inbox,
    checks::{Faults, MAX_NAME},
    wording::escape,
};
use crate::{
    error::Error,
    hub::Wake,
    languages::Locale,
    store::{Actor, AuditAction, AuditEntry, Category, CategoryPut, Project},
};

const MAX_CATEGORIES: usize = 200;
const MAX_NAMES: usize = 50;
const MAX_DESCRIPTION: usize = 500;

/// The body of `PUT /categories/{name}`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CategoryRequest {
    /// What readers call it, by locale: 1 to 100 characters on one line.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// For the people of the project: up to 500 characters.
    pub description: Option<String>,
    /// Whether it reaches an inbox whose user has chosen nothing; `true` unless given.
    pub default: Option<bool>,
    /// Whether a user can turn it off; `true` unless given.
    pub can_be_turned_off: Option<bool>,
}

impl Inbox {
    /// Declares a category, in the place of what was declared before.
    ///
    /// # Errors
    /// A name that is not allowed, a declaration that contradicts itself, more than there may be, or a store that fails.
    pub async fn put_category(
        &self,
        project: &Project,
        name: String,
        request: CategoryRequest,
        actor: Actor,
    ) -> Result<(), Error> {
        let (names, faults) = check(&name, &request);
        if !faults.is_empty() {
            return Err(Error::ValidationFailed(faults));
        }
        let category = Category {
            name,
            names,
            description: request.description,
            is_default: request.default.unwrap_or(true),
            is_locked: request.can_be_turned_off == Some(false),
            updated_at: self.clock.now(),
        };
        let audit = AuditEntry::new(category.updated_at, actor, AuditAction::CategoryPut)
            .in_project(&project.id)
            .about(&category.name)
            .with("default", category.is_default)
            .with("canBeTurnedOff", !category.is_locked);
        match self.store.put_category(project.key, category, MAX_CATEGORIES, audit).await? {
            CategoryPut::TooMany => {
                Err(Error::invalid_value("", format!("would be one too many: {MAX_CATEGORIES} are kept")))
            }
            put => {
                self.tell(project, put).await;
                Ok(())
            }
        }
    }

    /// The declared categories of a project, by name.
    ///
    /// # Errors
    /// A store that fails.
    pub async fn categories(&self, project: &Project) -> Result<Vec<Category>, Error> {
        Ok(self.store.categories(project.key).await?)
    }

    /// Takes a declaration back. What was sent in the category stays, and reaches whom it would without it.
    ///
    /// # Errors
    /// None of this name, or a store that fails.
    pub async fn remove_category(&self, project: &Project, name: &str, actor: Actor) -> Result<(), Error> {
        let audit = AuditEntry::new(self.clock.now(), actor, AuditAction::CategoryRemoved)
            .in_project(&project.id)
            .about(name);
        let removed = self.store.remove_category(project.key, name, audit).await?;
        let put = removed.ok_or(Error::NotFound("This project has declared no such category."))?;
        self.tell(project, put).await;
        Ok(())
    }

    async fn tell(&self, project: &Project, put: CategoryPut) {
        if put == CategoryPut::ReachesOthers {
            self.publish(&[Wake::Project(project.key)]).await;
        }
    }
}

fn check(
    name: &str,
    request: &CategoryRequest,
) -> (BTreeMap<Locale, String>, Vec<notification_bell_protocol::MemberError>) {
    let mut faults = Faults::default();
    faults.line("/name", name, MAX_NAME);
    if request.names.len() > MAX_NAMES {
        faults.add("/names", format!("must have at most {MAX_NAMES} entries"));
    }
    let mut names = BTreeMap::new();
    for (tag, label) in &request.names {
        let pointer = format!("/names/{}", escape(tag));
        faults.line(&pointer, label, MAX_NAME);
        match tag.parse::<Locale>() {
            Err(fault) => faults.add(pointer, fault),
            Ok(locale) => {
                if names.insert(locale, label.clone()).is_some() {
                    faults.add(pointer, "is another spelling of a language that is there already");
                }
            }
        }
    }
    if request.description.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
        faults.add("/description", format!("must have at most {MAX_DESCRIPTION} characters"));
    }
    if request.default == Some(false) && request.can_be_turned_off == Some(false) {
        faults.add(
            "/default",
            "cannot be false where canBeTurnedOff is: it would reach everybody all the same",
        );
    }
    (names, faults.into_vec())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;

    fn pointers(name: &str, request: Value) -> Vec<String> {
        let request = serde_json::from_value(request).unwrap();
        check(name, &request).1.into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn a_declaration_is_checked_whole() {
        let fine =
            json!({"names": {"en": "Billing", "pt-br": "Faturas"}, "default": false, "description": "x"});
        assert_eq!(pointers("billing", fine), [""; 0]);
        assert_eq!(pointers("security", json!({"canBeTurnedOff": false})), [""; 0]);
        let bad =
            json!({"names": {"en": "", "EN": "x", "e": "y"}, "default": false, "canBeTurnedOff": false});
        assert_eq!(pointers("a\nb", bad), ["/name", "/names/e", "/names/en", "/names/en", "/default"]);
    }
}
