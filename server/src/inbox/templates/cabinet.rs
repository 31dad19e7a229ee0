//! The templates that a request, or a batch of them, is filled with: read once, compiled once.

use std::collections::{BTreeMap, HashMap};

use super::{Inbox, SendRequest, engine::Compiled};
use crate::{
    error::Error,
    languages::Locale,
    store::{Project, Template},
};

/// So much of what templates are made of is kept at a time. A batch that uses more reads some of them again.
const MAX_BYTES: usize = 4 * 1_024 * 1_024;

/// The templates of one type.
#[derive(Default)]
pub(in crate::inbox) struct TypeTemplates {
    pub(in crate::inbox) by_locale: BTreeMap<Locale, Template>,
    pub(in crate::inbox) compiled: Compiled,
}

impl From<BTreeMap<Locale, Template>> for TypeTemplates {
    fn from(by_locale: BTreeMap<Locale, Template>) -> Self {
        Self { by_locale, compiled: Compiled::default() }
    }
}

impl TypeTemplates {
    fn bytes(&self) -> usize {
        let of_template = |template: &Template| {
            let texts = &template.texts;
            let of_actions = texts.actions.iter().map(|(id, label)| id.len() + label.len()).sum::<usize>();
            texts.title.len() + texts.body.as_ref().map_or(0, String::len) + of_actions
        };
        self.by_locale.values().map(of_template).sum()
    }
}

/// What has been read so far.
#[derive(Default)]
pub(in crate::inbox) struct Cabinet {
    types: HashMap<String, TypeTemplates>,
    bytes: usize,
}

impl Cabinet {
    fn take(&mut self, name: &str) -> Option<TypeTemplates> {
        let taken = self.types.remove(name)?;
        self.bytes -= taken.bytes();
        Some(taken)
    }

    /// Keeps templates for the next request of their type.
    pub(in crate::inbox) fn put(&mut self, name: &str, templates: TypeTemplates) {
        let bytes = templates.bytes();
        if self.bytes + bytes > MAX_BYTES {
            (self.types, self.bytes) = (HashMap::new(), 0);
        }
        self.bytes += bytes;
        self.types.insert(name.to_owned(), templates);
    }
}

impl Inbox {
    /// The templates that say what a request does not say itself; `None` if it does.
    pub(in crate::inbox) async fn templates_for(
        &self,
        project: &Project,
        request: &SendRequest,
        cabinet: &mut Cabinet,
    ) -> Result<Option<TypeTemplates>, Error> {
        let Some(name) =
            request.r#type.as_ref().filter(|_| request.title.is_none() && request.texts.is_none())
        else {
            return Ok(None);
        };
        if let Some(kept) = cabinet.take(name) {
            return Ok(Some(kept));
        }
        Ok(Some(self.store.templates_of_type(project.key, name).await?.into()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use notification_bell_protocol::Timestamp;

    use super::{Cabinet, MAX_BYTES, TypeTemplates};
    use crate::{
        languages::Locale,
        store::{Template, Texts},
    };

    fn templates(bytes: usize) -> TypeTemplates {
        let texts = Texts { title: "x".repeat(bytes), body: None, actions: BTreeMap::new() };
        let template = Template {
            r#type: "t".to_owned(),
            locale: Locale::default(),
            texts,
            updated_at: Timestamp::from_unix_ms(0),
        };
        BTreeMap::from([(Locale::default(), template)]).into()
    }

    #[test]
    fn no_more_is_kept_than_may_be() {
        let mut cabinet = Cabinet::default();
        for number in 0..100 {
            cabinet.put(&number.to_string(), templates(MAX_BYTES / 10));
            assert!(cabinet.bytes <= MAX_BYTES && cabinet.types.len() <= 10);
        }
        assert!(cabinet.take("99").is_some());
        assert!(cabinet.take("99").is_none() && cabinet.take("0").is_none());
    }
}
