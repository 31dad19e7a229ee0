//! Items in the languages of their readers.

use notification_bell_protocol::{Action, ActionStyle, Item, View};

use super::{ANY, Bench, NOW, id, notification, read};
use crate::{
    languages::{Languages, Locale},
    store::{Changes, ListQuery, NewNotification, Texts},
};

fn texts(title: &str, label: &str) -> Texts {
    let actions = [("go".to_owned(), label.to_owned())].into();
    Texts { title: title.to_owned(), body: Some(format!("{title}!")), actions }
}

fn locale(text: &str) -> Locale {
    text.parse().unwrap()
}

fn said(item: &Item) -> (&str, Option<&str>, &str) {
    (&item.title, item.body.as_deref(), &item.actions[0].label)
}

pub(in crate::store) async fn an_item_is_in_the_language_of_its_reader_wherever_it_is_read(bench: Bench) {
    let user = bench.user("u");
    let start = bench.revision(&user).await;
    let button = Action {
        id: "go".to_owned(),
        label: "Go".to_owned(),
        url: None,
        style: ActionStyle::Default,
        done: false,
    };
    let plain = Texts { body: None, actions: [].into(), ..texts("Salut", "") };
    let new = NewNotification {
        actions: vec![button],
        texts: [(locale("de"), texts("Hallo", "Los")), (locale("fr"), plain)].into(),
        ..notification(1)
    };
    bench.send(&["u"], new).await;
    for (languages, expected) in [
        (ANY, ("Number 1", None, "Go")),
        (&Languages::from(&locale("ja")), ("Number 1", None, "Go")),
        (&Languages::from(&locale("de-AT")), ("Hallo", Some("Hallo!"), "Los")),
        (&Languages::from(&locale("fr")), ("Salut", None, "Go")),
    ] {
        let query = ListQuery { view: View::All, category: None, limit: 10, cursor: None };
        let page = bench.store.list(&user, query, languages).await.unwrap();
        assert_eq!(said(&page.items[0]), expected);
        let Changes::Since(sync) = bench.store.changes(&user, &start, languages).await.unwrap() else {
            panic!("a reset")
        };
        assert_eq!(said(&sync.changed[0]), expected);
        let changed = bench.store.change_item(&user, id(1), NOW, read(), languages).await.unwrap().unwrap();
        assert_eq!(said(&changed.item), expected);
    }
}
