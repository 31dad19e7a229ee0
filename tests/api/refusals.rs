//! What is refused is named: members and parameters by JSON pointers, headers by their names.

use notification_bell_tests::{Reply, Server, assert_problem, pointers};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

fn headers(problem: &Value) -> Vec<(&str, &str)> {
    let errors = problem["errors"].as_array().unwrap();
    let text = |error: &'_ Value, name: &str| error[name].as_str().map(ToOwned::to_owned);
    assert!(errors.iter().all(|error| text(error, "pointer").is_some()), "{problem}");
    errors.iter().filter_map(|error| Some((error["header"].as_str()?, error["pointer"].as_str()?))).collect()
}

#[tokio::test]
async fn a_parameter_that_does_not_fit_is_pointed_to_by_its_name() {
    let server = Server::start().await;
    let key = &server.project().backend_key;
    for (query, pointer) in [
        ("foo=1", "/foo"),
        ("limit=2&a%2Fb=1", "/a~1b"),
        ("limit=many", "/limit"),
        ("limit=-1", "/limit"),
        ("limit=1&limit=2", "/limit"),
    ] {
        for path in ["/notifications", "/topics/t/subscribers", "/templates", "/users/u/inbox"] {
            let asked = server.api().v1(Method::GET, &format!("{path}?{query}")).bearer_auth(key);
            let problem = assert_problem(&Reply::to(asked).await, 400, "invalid_request");
            assert_eq!(pointers(&problem), [pointer], "{path}?{query}");
        }
    }
    let session = server.session(USER).await;
    let problem = Reply::to(session.call(Method::GET, "/inbox?limit=0&view=some")).await;
    assert_eq!(pointers(&assert_problem(&problem, 422, "validation_failed")), ["/limit", "/view"]);
    let problem = Reply::to(session.call(Method::GET, "/inbox?limit=1&userToken=x")).await;
    assert_eq!(pointers(&assert_problem(&problem, 400, "token_in_url")), ["/userToken"]);
}

#[tokio::test]
async fn a_part_of_the_path_that_is_not_allowed_is_pointed_to_by_its_name() {
    let server = Server::start().await;
    let key = &server.project().backend_key;
    let body = json!({"users": []});
    let asked = server.api().v1(Method::PUT, "/topics/%20/subscribers").bearer_auth(key).json(&body);
    let problem = assert_problem(&Reply::to(asked).await, 422, "validation_failed");
    assert_eq!(pointers(&problem), ["/users", "/topic"]);
    for (method, path) in [(Method::GET, "/users/Bob/inbox"), (Method::DELETE, "/users/Bob")] {
        let problem = Reply::to(server.api().v1(method, path).bearer_auth(key)).await;
        assert_eq!(pointers(&assert_problem(&problem, 400, "invalid_user_id")), ["/id"], "{path}");
    }
}

#[tokio::test]
async fn all_ids_of_a_list_that_break_a_rule_are_named_up_to_fifty() {
    let server = Server::start().await;
    let key = &server.project().backend_key;
    let some = json!(["right", "WRONG", "right too", " ", "Wrong"]);
    let named = ["/users/1", "/users/3", "/users/4"];
    for method in [Method::PUT, Method::DELETE] {
        let change = async |users: &Value| {
            let asked = server.api().v1(method.clone(), "/topics/t/subscribers").bearer_auth(key);
            assert_problem(&Reply::to(asked.json(&json!({"users": users}))).await, 400, "invalid_user_id")
        };
        let problem = change(&some).await;
        assert_eq!(pointers(&problem), named);
        assert!(problem["detail"].as_str().unwrap().contains("2 more"), "{problem}");
        let many: Vec<String> = (0..1_000).map(|number| format!("W{number}")).collect();
        assert_eq!(pointers(&change(&json!(many)).await).len(), 50);
    }
    let send = json!({"to": {"users": some}, "title": "t"});
    let problem = assert_problem(&server.send(&send).await, 400, "invalid_user_id");
    assert_eq!(pointers(&problem), named.map(|pointer| format!("/to{pointer}")));
    let batch = json!({"notifications": [{"to": {}, "title": "t"}, send]});
    let asked = server.api().v1(Method::POST, "/notifications/batch").bearer_auth(key).json(&batch);
    let results = Reply::to(asked).await.expect(200)["results"].clone();
    assert_eq!(pointers(&results[0]["error"]), ["/notifications/0/to"]);
    assert_eq!(pointers(&results[1]["error"]), named.map(|pointer| format!("/notifications/1/to{pointer}")));
}

#[tokio::test]
async fn a_header_that_is_not_allowed_is_named() {
    let server = Server::start().await;
    let (project, body) = (server.project(), json!({"to": {"users": [USER]}, "title": "Hello"}));
    let post = |path: &str| server.api().v1(Method::POST, path).bearer_auth(&project.backend_key);
    let keyed = |key: &str| post("/notifications").header("Idempotency-Key", key);
    let named = [("Idempotency-Key", "")];
    let problem = Reply::to(keyed("two words").json(&body)).await;
    assert_eq!(headers(&assert_problem(&problem, 400, "invalid_idempotency_key")), named);
    let problem =
        post("/notifications/batch").header("Idempotency-Key", "").json(&json!({"notifications": [body]}));
    let problem = Reply::to(problem).await;
    assert_eq!(headers(&assert_problem(&problem, 400, "invalid_idempotency_key")), named);
    let _ = Reply::to(keyed("one").json(&body)).await.expect(201);
    let problem = Reply::to(keyed("one").json(&json!({"to": {"users": [USER]}, "title": "Bye"}))).await;
    assert_eq!(headers(&assert_problem(&problem, 422, "idempotency_key_reused")), named);

    let twice = post("/notifications").header("Authorization", "Bearer ak_x").json(&body);
    let problem = assert_problem(&Reply::to(twice).await, 400, "invalid_request");
    assert_eq!(headers(&problem), [("Authorization", "")]);
    let other = post("/notifications").header("Bell-Project", "pk_x").json(&body);
    let problem = assert_problem(&Reply::to(other).await, 400, "invalid_request");
    assert_eq!(headers(&problem), [("Bell-Project", "")]);
    let browser = post("/notifications").header("Origin", "https://site.example").json(&body);
    let problem = assert_problem(&Reply::to(browser).await, 400, "secret_key_in_browser");
    assert_eq!(headers(&problem), [("Authorization", "")]);
    let mut opening =
        json!({"apiKey": project.api_key, "userId": USER, "userHmac": project.proof(USER), "cookie": true});
    let problem = assert_problem(&server.open_session(&opening).await, 400, "invalid_request");
    assert_eq!(headers(&problem), [("Origin", "")]);
    opening["apiKey"] = json!(project.api_secret_key);
    let problem = assert_problem(&server.open_session(&opening).await, 400, "secret_key_in_browser");
    assert_eq!(pointers(&problem), ["/apiKey"]);
}
