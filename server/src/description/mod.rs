//! The description of the API (OpenAPI 3.1), made from the handlers and from the types that they read and answer with.
//!
//! A handler says what is its own (`#[utoipa::path]`); what follows from its form (the errors of whatever has a body, or
//! takes a token) is added here, once. `docs/openapi.json` is what comes of it, and a test tells when that is stale.

mod errors;
mod filled;
pub mod page;
mod security;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

pub use filled::describe_with;
use utoipa::{
    OpenApi as _,
    openapi::{
        OpenApi, Server,
        path::{Operation, PathItem},
    },
};

use crate::routes::{
    categories, inbox, notifications, preferences, project, session, templates, topics, users, webhooks,
};

/// Where the API begins, below the address of the server.
pub const BASE: &str = "/api/v1";

/// Everything that is described, in the order in which one would try it.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Notification Bell",
        description = "A notification inbox. A page opens a session with a proof of who its user is, and reads and changes that \
            user's inbox; a site's backend sends with its key, which never comes into a browser.\n\n\
            Bodies are JSON, times are RFC 3339 in UTC with milliseconds, ids are UUIDv7. A member that is not listed is refused. \
            Every error is a problem (RFC 9457), with a `code` for programs and a JSON pointer for each bad member.",
        license(name = "MIT or Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "Notifications", description = "Sending, from a site's backend."),
        (name = "Topics", description = "Who receives what is sent to a topic."),
        (name = "Templates", description = "What a type of notification says, in the languages of its readers."),
        (name = "Categories", description = "What categories are called, and whom they reach."),
        (name = "Webhooks", description = "Where a site's backend is told what its users do."),
        (name = "Users", description = "What a site's backend does to one of its users."),
        (name = "Project", description = "What it does to its project as a whole."),
        (name = "Session", description = "A proof of who the user is buys a token."),
        (name = "Inbox", description = "What the user of a session sees and does."),
        (name = "Preferences", description = "Which categories reach the inbox of a session's user."),
    ),
    paths(
        notifications::send::send_notification,
        notifications::show::show_notification,
        notifications::list::list_notifications,
        notifications::withdraw::withdraw_notification,
        topics::subscribe::subscribe,
        topics::unsubscribe::unsubscribe,
        topics::list::list_subscribers,
        templates::put::put_template,
        templates::list::list_templates,
        templates::show::show_template,
        templates::remove::remove_template,
        notifications::batch::send_batch,
        categories::put::put_category,
        categories::list::list_categories,
        categories::remove::remove_category,
        session::create::create_session,
        inbox::list::list_inbox,
        inbox::stream::stream_inbox,
        inbox::change::change_item,
        inbox::mark::mark_items,
        preferences::show::show_preferences,
        preferences::change::change_preferences,
        inbox::remove::remove_item,
        session::end::end_session,
        users::inbox::list_inbox_of_user,
        users::export::export_user,
        users::revoke::revoke_user,
        users::erase::erase_user,
        project::revoke::revoke_project,
        webhooks::create::create_webhook,
        webhooks::list::list_webhooks,
        webhooks::show::show_webhook,
        webhooks::change::change_webhook,
        webhooks::rotate_secret::rotate_webhook_secret,
        webhooks::test::test_webhook,
        webhooks::deliveries::list_deliveries,
        webhooks::replay::replay_delivery,
        webhooks::remove::remove_webhook,
    ),
    components(schemas(notification_bell_protocol::Problem)),
)]
struct Description;

/// The description of a server that is reached at this address; relative, if it is empty.
#[must_use]
pub fn describe(public_url: &str) -> OpenApi {
    let mut document = Description::openapi();
    document.servers = Some(vec![Server::new(format!("{public_url}{BASE}"))]);
    let mut refusals = BTreeMap::new();
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            let access = security::complete(operation);
            errors::complete(path, operation, access, &mut refusals);
        }
    }
    if let Some(components) = &mut document.components {
        components.responses.append(&mut refusals);
        security::describe(components);
    }
    words::write(&mut document);
    document
}

/// The calls of an address.
fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, patch, delete, .. } = item;
    [get, put, post, patch, delete].into_iter().filter_map(Option::as_mut)
}
