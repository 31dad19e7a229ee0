//! `/openapi.json` of the demo: every call can be made from its examples, by tools that know nothing else.

use notification_bell_tests::{Description, EventStream, Reply, Server};
use reqwest::{Method, RequestBuilder, Url, header};
use serde_json::Value;

/// A call as it is described: its address, its method, and what is said of it.
type Call<'description> = (&'description str, &'description str, &'description Value);

async fn demo() -> Server {
    Server::builder().argument("--demo").start().await
}

async fn description(server: &Server) -> Description {
    let reply = Reply::to(server.api().request(Method::GET, "/openapi.json")).await;
    assert_eq!(reply.header("cache-control"), Some("no-store"), "there are keys in it");
    Description::of(reply.expect(200))
}

/// The parameters without which a call cannot be made, with their examples.
fn required(call: &Value) -> impl Iterator<Item = (&str, &str, &str)> {
    let parameters = call["parameters"].as_array().into_iter().flatten();
    parameters.filter(|parameter| parameter["required"] == true).map(|parameter| {
        let text = |name: &str| parameter[name].as_str();
        let name = text("name").unwrap();
        let example = text("example");
        (text("in").unwrap(), name, example.unwrap_or_else(|| panic!("{}: {name}", call["operationId"])))
    })
}

/// The examples of a body; one that is none for a call without.
fn bodies(call: &Value) -> Vec<Option<&Value>> {
    let Some(body) = call.pointer("/requestBody/content/application~1json") else { return vec![None] };
    let several = body["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
    let bodies: Vec<_> = body.get("example").into_iter().chain(several).map(Some).collect();
    assert!(!bodies.is_empty(), "{} has no example of its body", call["operationId"]);
    bodies
}

fn request(
    server: &Server,
    description: &Description,
    (path, method, call): Call<'_>,
    body: Option<&Value>,
) -> RequestBuilder {
    let document = description.document();
    let mut url = Url::parse(document["servers"][0]["url"].as_str().unwrap()).unwrap();
    let examples: Vec<_> = required(call).collect();
    let segments = path.split('/').skip(1).map(|segment| {
        let named = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        named.map_or(segment, |name| examples.iter().find(|(_, known, _)| *known == name).unwrap().2)
    });
    url.path_segments_mut().unwrap().extend(segments);
    for (_, name, example) in examples.iter().filter(|(place, _, _)| *place == "query") {
        url.query_pairs_mut().append_pair(name, example);
    }
    assert_eq!(url.port(), Some(server.api().address().port()), "it names the server it was read from");
    let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    let mut request = server.api().request(method, &format!("{}{query}", url.path()));
    for (name, _) in call["security"][0].as_object().into_iter().flatten() {
        let scheme = &document["components"]["securitySchemes"][name];
        let key = scheme["x-default"].as_str().unwrap_or_else(|| panic!("there is no key for {name}"));
        request = match scheme["in"].as_str() {
            Some("header") => request.header(scheme["name"].as_str().unwrap(), key),
            _ => request.bearer_auth(key),
        };
    }
    match body {
        Some(body) => request.json(body),
        None => request,
    }
}

/// What takes away comes after what that is needed for, and what ends sessions last.
fn rank((_, method, call): &Call<'_>) -> u8 {
    match (*method, call["operationId"].as_str().unwrap()) {
        (_, "endSession" | "revokeUser" | "revokeProject") => 2,
        ("delete", _) => 1,
        _ => 0,
    }
}

#[tokio::test]
async fn every_call_of_the_demos_description_can_be_made_from_its_examples() {
    let server = demo().await;
    // Read once: nothing has to be made first, not even by another of its calls.
    let description = description(&server).await;
    let mut calls = description.calls();
    assert!(calls.len() > 30);
    calls.sort_by_key(rank);
    for call in calls {
        for body in bodies(call.2) {
            let request = request(&server, &description, call, body);
            if Description::streams(call.2) {
                let event = EventStream::open(request).await.next().await;
                description.assert_done(call.2, 200, "text/event-stream", event.data.as_bytes());
                continue;
            }
            let reply = Reply::to(request).await;
            let content_type = reply.header("content-type").unwrap_or_default();
            description.assert_done(call.2, reply.status, content_type, &reply.body);
        }
    }
}

#[tokio::test]
async fn what_was_taken_away_by_trying_is_there_again_after_a_restart() {
    let mut server = demo().await;
    let before = description(&server).await;
    for call in before.calls().into_iter().filter(|call| rank(call) == 1) {
        let reply = Reply::to(request(&server, &before, call, bodies(call.2)[0])).await;
        assert!((200..300).contains(&reply.status), "{}: {}", call.2["operationId"], reply.text());
    }
    server.restart().await;
    let after = description(&server).await;
    for (path, method, call) in after.calls() {
        assert_eq!(required(call).count(), path.matches('{').count(), "{method} {path}");
    }
    assert!(!after.document().to_string().contains("YOUR_"), "there is a value for every word");
}

#[tokio::test]
async fn a_page_of_another_site_gets_the_demos_description_without_a_key() {
    let server = demo().await;
    let filled = description(&server).await;
    let schemes = &filled.document()["components"]["securitySchemes"];
    let key = schemes["backendKey"]["x-default"].as_str().unwrap();
    let headers: [&[(&str, &str)]; 5] = [
        &[("Host", "bell.attacker.example")],
        &[("Sec-Fetch-Site", "cross-site")],
        // Another port of the same host is of the same site.
        &[("Sec-Fetch-Site", "same-site"), ("Origin", "http://localhost:8080")],
        &[("Origin", "https://elsewhere.example")],
        &[("Referer", "https://elsewhere.example/")],
    ];
    for headers in headers {
        let mut asked = server.api().request(Method::GET, "/openapi.json");
        for (name, value) in headers {
            asked = asked.header(*name, *value);
        }
        let reply = Reply::to(asked).await;
        assert!(!reply.text().contains(key), "{headers:?}");
        assert_eq!(reply.header(header::ACCESS_CONTROL_ALLOW_ORIGIN.as_str()), Some("*"));
        assert!(reply.expect(200)["paths"].is_object());
    }
    let own = server.api().request(Method::GET, "/openapi.json").header("Sec-Fetch-Site", "same-origin");
    let reply = Reply::to(own.header("Referer", "http://localhost/docs")).await;
    assert!(reply.text().contains(key));
    assert_eq!(reply.header("access-control-allow-origin"), None);
}
