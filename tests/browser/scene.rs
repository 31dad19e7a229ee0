//! What most tests begin with: a server with the element inside, and a site on another origin that uses it.

use std::{cell::RefCell, fmt};

use notification_bell_tests::{
    ANSWER_LIMIT, Reply, Server,
    browser::{Gate, Page, Site},
    eventually,
};
use reqwest::Method;

pub(crate) const USER: &str = "user@example.com";
pub(crate) const OTHER: &str = "other@example.com";

/// A server, and a site that uses its element.
pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) site: Site,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(Server::start().await).await
    }

    pub(crate) async fn with(server: Server) -> Self {
        let loader = Reply::to(server.api().request(Method::GET, "/notification-bell.js")).await;
        assert_eq!(
            loader.status, 200,
            "the server has no element inside: build the component first (cargo xtask test)"
        );
        Self { server, site: Site::start().await }
    }

    /// The server's origin.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.server.api().address())
    }

    /// The tag of the element's script.
    pub(crate) fn script(&self) -> String {
        format!(r#"<script type="module" src="{}/notification-bell.js"></script>"#, self.origin())
    }

    /// The element's attributes for a user, which reach the server at this origin.
    pub(crate) fn attributes_at(&self, origin: &str, user: &str) -> String {
        let project = self.server.project();
        let (key, proof) = (&project.api_key, project.proof(user));
        format!(r#"apiUrl="{origin}/api/graphql" apiKey="{key}" userId="{user}" userHmac="{proof}""#)
    }

    /// The element for a user.
    pub(crate) fn tag(&self, user: &str) -> String {
        self.tag_with(user, "")
    }

    /// The element for a user with further attributes.
    pub(crate) fn tag_with(&self, user: &str, more: &str) -> String {
        let attributes = self.attributes_at(&self.origin(), user);
        format!("<notification-bell {attributes} {more}></notification-bell>")
    }

    /// The element for a user with the proof of another.
    pub(crate) fn tag_with_wrong_proof(&self, more: &str) -> String {
        let project = self.server.project();
        self.tag_with(USER, more).replace(&project.proof(USER), &project.proof(OTHER))
    }

    /// Opens a page with the element's script and this body.
    pub(crate) async fn show(&self, page: &Page, body: &str) {
        page.open(&self.site.page("/", &format!("{}{body}", self.script()))).await;
    }

    /// Opens a page with the user's bell, once it is live.
    pub(crate) async fn show_bell(&self, page: &Page) {
        self.show(page, &self.tag(USER)).await;
        self.is_live(page, 1).await;
    }

    /// The same where what the server says can be held up.
    pub(crate) async fn show_bell_behind(&self, page: &Page, gate: &Gate) {
        let attributes = self.attributes_at(gate.origin(), USER);
        self.show(page, &format!("<notification-bell {attributes}></notification-bell>")).await;
        self.is_live(page, 1).await;
    }

    /// The same with one item, "Hello", in the opened panel.
    pub(crate) async fn show_hello_behind(&self, page: &Page, gate: &Gate) {
        self.server.notify(USER, "Hello").await;
        self.show_bell_behind(page, gate).await;
        self.open_panel(page).await;
        page.until("titles().join() === 'Hello'").await;
    }

    /// Opens the panel with the mouse.
    pub(crate) async fn open_panel(&self, page: &Page) {
        page.click("part('bell')").await;
        page.until("isOpen()").await;
    }

    /// Opens a page with the user's bell and its panel, once what has been sent is there.
    pub(crate) async fn show_items(&self, page: &Page, number: usize) {
        self.show_bell(page).await;
        self.open_panel(page).await;
        page.until(&format!("parts('item').length === {number}")).await;
    }

    /// Waits until these are the titles that the server has as unread, the newest first.
    pub(crate) async fn has_unread(&self, user: &str, titles: &[&str]) {
        let session = self.server.session(user).await;
        let last = RefCell::new(Vec::new());
        // Put into words when the limit is over, and not before.
        let what =
            fmt::from_fn(|text| write!(text, "unread being {titles:?} instead of {:?}", last.borrow()));
        eventually(ANSWER_LIMIT, &what, async || {
            let page = session.inbox("?view=unread").await;
            let unread = page["items"].as_array()?.iter();
            *last.borrow_mut() = unread.filter_map(|item| Some(item["title"].as_str()?.to_owned())).collect();
            (*last.borrow() == titles).then_some(())
        })
        .await;
    }

    /// Waits until nothing in a user's inbox counts as new any more.
    pub(crate) async fn has_seen_all(&self, user: &str) {
        let session = self.server.session(user).await;
        eventually(ANSWER_LIMIT, "everything being seen", async || {
            let page = session.inbox("").await;
            (page["counts"]["unseen"] == 0).then_some(())
        })
        .await;
    }

    /// Waits until so many bells have started a session and their streams are open, no more and no fewer.
    pub(crate) async fn is_live(&self, page: &Page, number: usize) {
        page.until(&format!("events('ready').length >= {number}")).await;
        self.has_streams(number).await;
    }

    /// Waits until the server counts so many open streams.
    pub(crate) async fn has_streams(&self, number: usize) {
        let number = number.to_string();
        let what = format!("having {number} open streams");
        eventually(ANSWER_LIMIT, what, async || {
            (self.metric("bell_streams_open").await == number).then_some(())
        })
        .await;
    }

    /// The value of a metric that has one label set; `0` if it is not there yet.
    pub(crate) async fn metric(&self, name: &str) -> String {
        let reply = Reply::to(self.server.api().request(Method::GET, "/metrics")).await;
        let mut lines = reply.text().lines();
        let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or("0").to_owned()
    }

    /// How often a route has answered with a status.
    pub(crate) async fn answers(&self, method: &str, route: &str, status: u16) -> usize {
        let labels = format!(r#"{{method="{method}",route="/api/v1{route}",status="{status}"}}"#);
        let number = self.metric(&format!("bell_http_requests_total{labels}")).await;
        number.parse().expect("a counter of requests is a whole number")
    }
}
