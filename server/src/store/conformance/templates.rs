//! Templates: whose they are, and how many there may be.

use super::{Bench, NOW, entry, project};
use crate::store::{ProjectKey, Template, TemplateLimits, Texts};

const PLENTY: TemplateLimits = TemplateLimits { of_project: 100, of_type: 100 };

fn template(name: &str, locale: &str, title: &str) -> Template {
    Template {
        r#type: name.to_owned(),
        locale: locale.parse().unwrap(),
        texts: Texts { title: title.to_owned(), ..Texts::default() },
        updated_at: NOW,
    }
}

async fn there_are(bench: &Bench, project: ProjectKey) -> Vec<(String, String, String)> {
    let (mut templates, mut cursor) = (Vec::new(), None);
    loop {
        let page = bench.store.templates(project, 2, cursor).await.unwrap();
        assert!(page.templates.len() <= 2);
        templates.extend(page.templates);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    templates
        .into_iter()
        .map(|template| (template.r#type, template.locale.to_string(), template.title))
        .collect()
}

fn row(name: &str, locale: &str, title: &str) -> (String, String, String) {
    (name.to_owned(), locale.to_owned(), title.to_owned())
}

pub(in crate::store) async fn a_template_is_put_replaced_and_removed_in_one_project(bench: Bench) {
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap().key;
    let own = bench.project.key;
    for new in [
        template("paid", "en", "a"),
        template("paid", "de", "b"),
        template("paid", "en", "c"),
        template("due", "en", "d"),
    ] {
        assert!(bench.store.put_template(own, new, PLENTY, entry()).await.unwrap());
    }
    assert!(
        bench.store.put_template(other, template("paid", "en", "theirs"), PLENTY, entry()).await.unwrap()
    );
    let all = [row("due", "en", "d"), row("paid", "de", "b"), row("paid", "en", "c")];
    assert_eq!(there_are(&bench, own).await, all);
    let of_type = bench.store.templates_of_type(own, "paid").await.unwrap();
    assert_eq!(
        of_type.values().map(|template| template.texts.title.as_str()).collect::<Vec<_>>(),
        ["b", "c"]
    );
    let english = "en".parse().unwrap();
    assert!(bench.store.remove_template(own, "paid", &english, entry()).await.unwrap());
    assert!(!bench.store.remove_template(own, "paid", &english, entry()).await.unwrap());
    assert_eq!(there_are(&bench, own).await, all[..2]);
    assert_eq!(there_are(&bench, other).await, [row("paid", "en", "theirs")]);
}

pub(in crate::store) async fn no_more_templates_are_kept_than_may_be(bench: Bench) {
    let own = bench.project.key;
    let few = TemplateLimits { of_project: 3, of_type: 2 };
    for (name, locale, put) in [
        ("a", "de", true),
        ("a", "en", true),
        ("a", "fr", false),
        ("a", "en", true),
        ("b", "de", true),
        ("c", "de", false),
        ("b", "de", true),
    ] {
        assert_eq!(
            bench.store.put_template(own, template(name, locale, "t"), few, entry()).await.unwrap(),
            put,
            "{name} {locale}"
        );
    }
    assert_eq!(there_are(&bench, own).await.len(), 3);
}
