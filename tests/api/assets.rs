//! The element's files, which the binary carries if it was built after the component.

use notification_bell_tests::{Reply, Server};
use reqwest::Method;

async fn entry(server: &Server) -> Option<Reply> {
    let reply = Reply::to(server.api().request(Method::GET, "/notification-bell.js")).await;
    if reply.status == 200 {
        return Some(reply);
    }
    notification_bell_tests::assert_problem(&reply, 404, "not_found");
    println!("skipped: this server was built without the component");
    None
}

/// Where the entry says that the files of its version are.
fn folder(entry: &Reply) -> String {
    let text = entry.text();
    let start = text.find("\"./v/").expect("the entry names the folder of its files") + "\"./".len();
    let end = text[start..].find('"').unwrap();
    format!("/{}", &text[start..start + end])
}

#[tokio::test]
async fn the_entry_is_a_script_that_every_site_may_load_and_that_is_revalidated() {
    let server = Server::start().await;
    let Some(reply) = entry(&server).await else { return };
    assert!(reply.header("content-type").unwrap().starts_with("text/javascript"));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(reply.header("cross-origin-resource-policy"), Some("cross-origin"));
    let cache = reply.header("cache-control").unwrap();
    assert!(cache.contains("no-cache") || cache.contains("max-age=0"), "{cache}");

    let tag = reply.header("etag").unwrap();
    let request = server.api().request(Method::GET, "/notification-bell.js");
    let unchanged = Reply::to(request.header("if-none-match", tag)).await;
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    assert_eq!(unchanged.header("etag"), Some(tag));
    let request = server.api().request(Method::GET, "/notification-bell.js");
    assert_eq!(Reply::to(request.header("if-none-match", "\"other\"")).await.status, 200);
}

#[tokio::test]
async fn the_files_of_a_version_are_kept_for_ever() {
    let server = Server::start().await;
    let Some(reply) = entry(&server).await else { return };
    let folder = folder(&reply);
    assert!(folder.starts_with("/v/"), "{folder}");
    for (file, content_type) in [
        ("element.js", "text/javascript"),
        ("notification-bell-component.js", "text/javascript"),
        ("notification-bell-component_bg.wasm", "application/wasm"),
    ] {
        let reply = Reply::to(server.api().request(Method::GET, &format!("{folder}{file}"))).await;
        assert_eq!(reply.status, 200, "{file}");
        assert!(reply.header("content-type").unwrap().starts_with(content_type), "{file}");
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{file}");
        let cache = reply.header("cache-control").unwrap();
        assert!(cache.contains("immutable") && cache.contains("max-age=31536000"), "{file}: {cache}");
    }
    let reply = Reply::to(server.api().request(Method::GET, &format!("{folder}nothing.js"))).await;
    assert_eq!(reply.status, 404);
    let kept = reply.header("cache-control").unwrap_or_default();
    assert!(!kept.contains("immutable"), "a failure is not kept: {kept}");
}

#[tokio::test]
async fn files_come_compressed_to_whoever_takes_them_so() {
    let server = Server::start().await;
    let Some(plain) = entry(&server).await else { return };
    assert_eq!(plain.header("content-encoding"), None);
    let wasm = format!("{}notification-bell-component_bg.wasm", folder(&plain));
    let size = Reply::to(server.api().request(Method::GET, &wasm)).await.body.len();
    for (accept, expected) in [
        ("br", Some("br")),
        ("gzip", Some("gzip")),
        ("gzip, deflate, br, zstd", Some("br")),
        ("br;q=0, gzip", Some("gzip")),
        ("identity", None),
        ("deflate", None),
        ("br;q=0, gzip;q=0", None),
    ] {
        for path in ["/notification-bell.js", &wasm] {
            let request = server.api().request(Method::GET, path).header("accept-encoding", accept);
            let reply = Reply::to(request).await;
            assert_eq!(reply.header("content-encoding"), expected, "{path} for {accept:?}");
            assert!(reply.lists("vary", "accept-encoding"), "{path}");
            assert!(
                path != wasm || expected.is_none() || reply.body.len() < size / 2,
                "{} of {size}",
                reply.body.len()
            );
        }
    }
}

#[tokio::test]
async fn without_demo_there_is_no_demo() {
    let server = Server::start().await;
    for path in
        ["/", "/demo/state", "/demo/demo.js", "/demo/demo.css", "/gallery.html", "/gallery/stage.html"]
    {
        assert_eq!(Reply::to(server.api().request(Method::GET, path)).await.status, 404, "{path}");
    }
}
