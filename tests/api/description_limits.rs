//! The limits that are described are the limits there are: attributes hold them as numbers, the checks as constants.

use notification_bell_tests::{Description, Server, assert_problem, pointers};
use serde_json::{Value, json};

fn properties(description: &Description, name: &str) -> Value {
    description.document()["components"]["schemas"][name]["properties"].clone()
}

#[tokio::test]
async fn a_text_may_be_as_long_as_is_described_and_no_longer() {
    let (server, members) = (Server::start().await, properties(&Description::checked_in(), "SendRequest"));
    let limited = members
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(name, member)| Some((name, member["maxLength"].as_u64()?)));
    let limited: Vec<(&String, u64)> = limited.collect();
    assert!(limited.len() >= 7, "{limited:?}");
    for (name, most) in limited {
        let send = async |length: u64| {
            // A path of the site, which is a text and an address.
            let text = format!("/{}", "a".repeat(usize::try_from(length).unwrap() - 1));
            let mut notification = json!({"to": {"users": ["user@example.com"]}, "title": "t"});
            notification[name] = text.into();
            server.send(&notification).await
        };
        let reply = send(most).await;
        assert_eq!(reply.status, 201, "{name}: {}", reply.text());
        let problem = assert_problem(&send(most + 1).await, 422, "validation_failed");
        assert_eq!(pointers(&problem), [format!("/{name}")]);
    }
}

#[tokio::test]
async fn a_list_may_be_as_long_as_is_described_and_no_longer() {
    let (server, description) = (Server::start().await, Description::checked_in());
    let most = |schema: &str, name: &str| {
        let most = properties(&description, schema)[name]["maxItems"].as_u64();
        usize::try_from(most.unwrap_or_else(|| panic!("{schema} has no limit for {name}"))).unwrap()
    };
    let users = |length: usize| (0..length).map(|number| format!("user{number}")).collect::<Vec<_>>();
    let actions = |length: usize| {
        let action = |number: usize| json!({"id": number.to_string(), "label": "Go"});
        (0..length).map(action).collect::<Vec<_>>()
    };
    let (most_users, most_actions) = (most("Recipients", "users"), most("SendRequest", "actions"));
    for (more, pointer) in [((0, 0), None), ((1, 0), Some("/to/users")), ((0, 1), Some("/actions"))] {
        let (users, actions) = (users(most_users + more.0), actions(most_actions + more.1));
        let reply = server.send(&json!({"to": {"users": users}, "title": "t", "actions": actions})).await;
        match pointer {
            None => drop(reply.expect(201)),
            Some(pointer) => {
                let problem = assert_problem(&reply, 422, "validation_failed");
                assert_eq!(pointers(&problem), [pointer]);
            }
        }
    }
}
