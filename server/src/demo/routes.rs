//! What the demo page talks to: itself, its own backend's part, and nothing that another page could reach.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Demo, USERS};
use crate::{
    auth::proofs::plain,
    description::describe_with,
    edge::{
        body::{JsonBody, SEND},
        path::Segment,
        query::Parameters,
    },
    error::Error,
    inbox::SendRequest,
    routes::{assets, description, notifications::send},
};

/// The policy of a page, up to who may show it in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' https: data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; \
     require-trusted-types-for 'script'; frame-ancestors";

/// The page of the gallery that it shows in a frame, and the only one that is.
const STAGE: &str = "gallery/stage.html";

const NOTHING: Error = Error::NotFound("The demo has no such file.");

/// The demo's own addresses.
pub fn router(demo: Arc<Demo>) -> Router {
    Router::new()
        .route("/", get(async |headers: HeaderMap| show_page("index.html", &headers)))
        .route("/gallery.html", get(async |headers: HeaderMap| show_page("gallery.html", &headers)))
        .route("/gallery/{*path}", get(show_gallery))
        .route("/demo/{*path}", get(show_file))
        .route("/snippets/{*path}", get(show_program))
        .route("/demo/state", get(show_state))
        .route("/demo/send", post(send_notification))
        .route("/docs", get(show_docs))
        .layer(from_fn(refuse_other_sites))
        // Of this one, other sites may have what they may have of every server.
        .route("/openapi.json", get(show_description))
        .with_state(demo)
}

/// The demo gives away keys. A page of another site must not get at them, neither by asking (no CORS here) nor by a
/// host name of its own that leads to this machine (DNS rebinding).
async fn refuse_other_sites(request: Request, next: Next) -> Result<Response, Error> {
    let page = request.method() == axum::http::Method::GET
        && matches!(request.uri().path(), "/" | "/docs" | "/gallery.html");
    if !is_of_this_machine(request.headers()) || (is_of_another_site(request.headers()) && !page) {
        return Err(Error::NotFound("The demo is for this machine alone."));
    }
    Ok(next.run(request).await)
}

fn is_of_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    matches!(name.map_or(host, |(name, _)| name), "localhost" | "127.0.0.1" | "[::1]")
}

fn is_of_another_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site")
}

fn show_page(path: &str, headers: &HeaderMap) -> Result<Response, Error> {
    let asset = assets::find(path).ok_or(NOTHING)?;
    let mut response = assets::serve(asset, headers, "no-cache");
    let fields = response.headers_mut();
    fields.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    let framed_by = if path == STAGE { "'self'" } else { "'none'" };
    let policy = HeaderValue::try_from(format!("{POLICY} {framed_by}"));
    fields.insert(header::CONTENT_SECURITY_POLICY, policy.map_err(|_| NOTHING)?);
    Ok(response)
}

/// What the gallery is made of. A bell in it is given no keys: its server is in the page.
async fn show_gallery(Segment(path): Segment, headers: HeaderMap) -> Result<Response, Error> {
    let path = format!("gallery/{path}");
    if path == STAGE {
        return show_page(&path, &headers);
    }
    let asset = assets::find(&path).ok_or(NOTHING)?;
    Ok(assets::serve(asset, &headers, "no-cache"))
}

async fn show_file(Segment(path): Segment, headers: HeaderMap) -> Result<Response, Error> {
    let asset = assets::find(&format!("demo/{path}")).ok_or(NOTHING)?;
    Ok(assets::serve(asset, &headers, "no-cache"))
}

/// The programs that the page shows.
async fn show_program(Segment(path): Segment, headers: HeaderMap) -> Result<Response, Error> {
    let asset = assets::find(&format!("snippets/{path}")).ok_or(NOTHING)?;
    Ok(assets::serve(asset, &headers, "no-cache"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateParameters {
    user: Option<String>,
}

/// What a site's backend would put into the page: here, with the secret as well, because the page explains it.
async fn show_state(
    State(demo): State<Arc<Demo>>,
    Parameters(parameters): Parameters<StateParameters>,
) -> Result<Json<Value>, Error> {
    let wanted = parameters.user.unwrap_or_else(|| USERS[0].0.to_owned());
    let (user_id, _) = USERS
        .into_iter()
        .find(|(id, _)| *id == wanted)
        .ok_or(Error::NotFound("The demo has no such user."))?;
    let users: Vec<Value> = USERS.iter().map(|(id, label)| json!({ "id": id, "label": label })).collect();
    Ok(Json(json!({
        "apiUrl": format!("{}/api", demo.app.public_url),
        "apiKey": demo.project.api_key,
        "apiSecretKey": demo.secret,
        "backendKey": demo.backend_key,
        "userId": user_id,
        "userHmac": plain::prove(&demo.secret, user_id),
        "users": users,
    })))
}

/// The description, with commands that work: they have the demo's keys in them.
async fn show_docs(State(demo): State<Arc<Demo>>, headers: HeaderMap) -> Response {
    // A user of the demo may be blocked, by one of these commands.
    let values = demo.values().await.unwrap_or_default();
    description::page_with(&reached_at(&demo, &headers), &values)
}

/// Where the page was asked for, the commands find the server too, whatever it calls itself.
fn reached_at(demo: &Demo, headers: &HeaderMap) -> String {
    let scheme = demo.app.public_url.split_once("://").map_or("http", |(scheme, _)| scheme);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    format!("{scheme}://{host}")
}

/// The same for programs: every call can be made from its examples. A page of another origin gets the description that
/// every server has, with nothing of anybody's in it, and so does a browser that does not say where a page is from.
async fn show_description(State(demo): State<Arc<Demo>>, headers: HeaderMap) -> Response {
    let is_from_a_page = headers.contains_key(header::ORIGIN) || headers.contains_key(header::REFERER);
    let says_its_own =
        headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin" || site == "none");
    if !is_of_this_machine(&headers) || is_of_another_site(&headers) || (is_from_a_page && !says_its_own) {
        return description::show_description(State(Arc::clone(&demo.app))).await.into_response();
    }
    let values = demo.values().await.unwrap_or_default();
    let document = describe_with(&reached_at(&demo, &headers), &values);
    ([(header::CACHE_CONTROL, "no-store")], Json(document)).into_response()
}

async fn send_notification(
    State(demo): State<Arc<Demo>>,
    body: JsonBody<SendRequest, SEND>,
) -> Result<Response, Error> {
    let sent = demo.app.inbox.send(&demo.project, body.value, None).await?;
    demo.app.metrics.sends.inc();
    Ok(send::answer(sent))
}
