//! For how long a project keeps what was sent. That it goes then is tested in the store, whose clock is an argument.

use notification_bell_tests::Server;
use serde_json::json;

const USER: &str = "user@example.com";

#[tokio::test]
async fn a_project_keeps_things_for_half_a_year_unless_it_says_otherwise() {
    let server = Server::builder()
        .project(&[])
        .project(&["--retention", "30d"])
        .project(&["--retention", "off"])
        .start()
        .await;
    let installation = server.installation();
    let kept = async |project: &str| {
        installation.json(&["project", "show", "--project", project]).await["retentionDays"].clone()
    };
    assert_eq!(kept("Project 0").await, 180);
    assert_eq!(kept("Project 1").await, 30);
    assert_eq!(kept("Project 2").await, json!(null));
    let changed = installation.json(&["project", "set", "--project", "Project 2", "--retention", "1d"]).await;
    assert_eq!(changed["retentionDays"], 1);
    installation.succeed(&["project", "set", "--project", "Project 2", "--name", "Renamed"]).await;
    assert_eq!(kept("Renamed").await, 1);
    installation.succeed(&["project", "set", "--project", "Renamed", "--retention", "off"]).await;
    assert_eq!(kept("Renamed").await, json!(null));
    for text in ["0d", "12h", "36h", "soon", ""] {
        let refused =
            installation.run(&["project", "set", "--project", "Project 1", "--retention", text]).await;
        assert_eq!(refused.code, 2, "{text}: {refused:?}");
    }
    assert_eq!(kept("Project 1").await, 30);
    let log = installation.json(&["audit", "list"]).await;
    assert_eq!(
        log.as_array().unwrap().iter().filter(|entry| !entry["detail"]["retentionDays"].is_null()).count(),
        1
    );
}

#[tokio::test]
async fn what_is_younger_stays() {
    let server = Server::builder().project(&["--retention", "1d"]).start().await;
    server.notify(USER, "Fresh").await;
    assert_eq!(server.session(USER).await.inbox("").await["counts"]["total"], 1);
}
