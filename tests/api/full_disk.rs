//! A disk that is full: sends are refused, reads go on, and room is all it takes to go on.
//!
//! The disk is a small one in memory, which only root may make. Whoever is not leaves this out, and is told so.

use std::{fs, io::Write, path::Path, process::Command};

use notification_bell_tests::{Installation, Server, assert_problem};
use serde_json::json;

const USER: &str = "user@example.com";
const SIZE: &str = "size=16m,mode=700";

/// A file system of its own, unmounted with the test.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(folder.path()).output();
        mount.is_ok_and(|output| output.status.success()).then(|| Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Detached at once, also if the server has not quite ended yet.
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

/// Writes until there is no room left.
fn fill(path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    while file.write_all(&[0x5A; 4_096]).is_ok() {}
}

#[tokio::test]
async fn a_full_disk_refuses_sends_until_there_is_room_again() {
    let Some(disk) = SmallDisk::mount() else {
        println!("left out: only root may mount a small disk");
        return;
    };
    let mut server =
        Server::builder().installation(Installation::within(disk.path()), Vec::new()).start().await;
    server.notify(USER, "Before").await;
    let ballast = disk.path().join("ballast");
    fill(&ballast);
    // The log is begun anew when all of it is in the file, so some still find their place.
    let body = json!({"to": {"users": [USER]}, "title": "Large", "data": "d".repeat(16_000)});
    let mut stored = 1;
    let refused = loop {
        let reply = server.send(&body).await;
        if reply.status != 201 {
            break reply;
        }
        stored += 1;
        assert!(stored < 2_000, "the disk is never full");
    };
    assert_problem(&refused, 503, "storage_unavailable");
    assert!(refused.header("retry-after").is_some());
    let session = server.session(USER).await;
    assert_eq!(session.all_items("all").await.len(), stored, "reads go on, and nothing refused is there");

    fs::remove_file(&ballast).unwrap();
    server.notify(USER, "After").await;
    assert_eq!(server.session(USER).await.grant["counts"]["total"], stored + 1);
    // What was acknowledged is whole on disk, and a killed server finds it there.
    server.kill().await;
    server.restart().await;
    assert_eq!(server.session(USER).await.all_items("all").await.len(), stored + 1);
    server.stop().await;
}
