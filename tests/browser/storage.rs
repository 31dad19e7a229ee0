//! A server whose storage is away for a while: what is done stays, and says that it waits.

use notification_bell_tests::browser::browse;
use rusqlite::Connection;

use crate::{
    scene::{Scene, USER},
    undo::{TOAST, use_button},
};

#[tokio::test]
async fn a_change_that_cannot_be_stored_is_said_to_wait_and_made_once_it_can() {
    browse(async |page| {
        let scene = Scene::new().await;
        if scene.server.installation().database().is_some() {
            println!("left out: it holds the lock of SQLite");
            return;
        }
        scene.server.notify(USER, "Hello").await;
        scene.show_items(page, 1).await;
        scene.has_seen_all(USER).await;
        let file = scene.server.installation().path().join("bell.db");
        let other = Connection::open(file).expect("the database is there");
        other.execute_batch("BEGIN IMMEDIATE").expect("nobody is writing");
        use_button(page, "Hello", "Mark as read").await;
        page.until("badge() === ''").await;
        page.until(&format!("{TOAST} === 'It is sent as soon as the server can be reached.'")).await;
        assert!(scene.answers("PATCH", "/inbox/{id}", 503).await > 0, "the server has said so");
        scene.has_unread(USER, &["Hello"]).await;
        page.assert("badge() === '' && events('error').length === 0").await;
        other.execute_batch("ROLLBACK").expect("it was begun");
        scene.has_unread(USER, &[]).await;
        page.until("badge() === ''").await;
    })
    .await;
}
