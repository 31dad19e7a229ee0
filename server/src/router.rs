//! The table of contents of the service: every address, and who calls it.

use std::sync::Arc;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{delete, get, patch, post, put},
};

use crate::{
    app::App,
    demo::{self, Demo},
    description::BASE,
    edge::{
        accept, admission,
        cors::{self, OriginLists},
        language, limits, query, report,
    },
    error::Error,
    routes::{
        assets,
        categories::{list::list_categories, put::put_category, remove::remove_category},
        description, health,
        inbox::{
            change::change_item, list::list_inbox, mark::mark_items, remove::remove_item,
            stream::stream_inbox,
        },
        metrics,
        notifications::{
            batch::send_batch, list::list_notifications, send::send_notification, show::show_notification,
            withdraw::withdraw_notification,
        },
        preferences::{change::change_preferences, show::show_preferences},
        project::revoke::revoke_project,
        session::{create::create_session, end::end_session},
        templates::{list::list_templates, put::put_template, remove::remove_template, show::show_template},
        topics::{list::list_subscribers, subscribe::subscribe, unsubscribe::unsubscribe},
        users::{erase::erase_user, export::export_user, inbox::list_inbox_of_user, revoke::revoke_user},
        webhooks::{
            change::change_webhook, create::create_webhook, deliveries::list_deliveries, list::list_webhooks,
            remove::remove_webhook, replay::replay_delivery, rotate_secret::rotate_webhook_secret,
            show::show_webhook, test::test_webhook,
        },
    },
};

/// Everything the server answers to; with a demo, its page too.
pub fn router(app: &Arc<App>, demo: Option<Arc<Demo>>) -> Router {
    let lists = Arc::new(OriginLists::new(Arc::clone(&app.store), &*app.bus));
    // The element, from any page that its project allows. The stream answers with events, the others with JSON.
    let element = Router::new()
        .route("/session", post(create_session).delete(end_session))
        .route("/inbox", get(list_inbox).layer(from_fn(language::vary)))
        .route("/inbox/mark", post(mark_items))
        .route("/inbox/{id}", patch(change_item).layer(from_fn(language::vary)).delete(remove_item))
        .route("/preferences", get(show_preferences).put(change_preferences).layer(from_fn(language::vary)))
        .layer(from_fn(accept::require_json))
        .route("/inbox/stream", get(stream_inbox).layer(from_fn(language::vary)))
        // Before the layers, so that a preflight, whose method no route has, passes through them.
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .layer(from_fn(query::refuse_tokens))
        .layer(from_fn(limits::bound))
        .layer(cors::layer(Arc::clone(&lists)))
        .layer(from_fn_with_state(lists, cors::allow_credentials));

    // A site's backend, with its key.
    let backend = Router::new()
        .route("/notifications", post(send_notification).get(list_notifications))
        .route("/notifications/batch", post(send_batch))
        .route("/notifications/{id}", get(show_notification).delete(withdraw_notification))
        .route("/topics/{topic}/subscribers", get(list_subscribers).put(subscribe).delete(unsubscribe))
        .route("/users/{id}", delete(erase_user))
        .route("/users/{id}/export", get(export_user))
        .route("/users/{id}/inbox", get(list_inbox_of_user).layer(from_fn(language::vary)))
        .route("/users/{id}/revoke", post(revoke_user))
        .route("/project/revoke", post(revoke_project))
        .route("/categories", get(list_categories))
        .route("/categories/{name}", put(put_category).delete(remove_category))
        .route("/templates", get(list_templates))
        .route("/templates/{type}/{locale}", get(show_template).put(put_template).delete(remove_template))
        .route("/webhooks", post(create_webhook).get(list_webhooks))
        .route("/webhooks/{id}", get(show_webhook).patch(change_webhook).delete(remove_webhook))
        .route("/webhooks/{id}/rotate-secret", post(rotate_webhook_secret))
        .route("/webhooks/{id}/test", post(test_webhook))
        .route("/webhooks/{id}/deliveries", get(list_deliveries))
        .route("/webhooks/{id}/deliveries/{delivery}/replay", post(replay_delivery))
        .layer(from_fn(admission::admit));

    // Whoever runs it.
    let operator = Router::new()
        .route("/healthz", get(health::show_health))
        .route("/readyz", get(health::show_readiness))
        .route("/metrics", get(metrics::show_metrics))
        .layer(from_fn(limits::bound));

    // Whoever programs against it.
    let mut description = Router::new()
        .route("/docs/docs.css", get(description::show_style))
        .route("/docs/docs.js", get(description::show_script))
        .route("/docs/copy.js", get(description::show_copying))
        .layer(from_fn(limits::bound));

    // Every page with a bell.
    let files = Router::new()
        .route("/notification-bell.js", get(assets::show_loader))
        .route("/v/{version}/{*path}", get(assets::show_versioned))
        .layer(from_fn(limits::bound));

    if demo.is_none() {
        // The demo has them with its own keys.
        description = description
            .route("/docs", get(description::show_page))
            .route("/openapi.json", get(description::show_description));
    }

    let mut router = Router::new()
        .nest(BASE, element.merge(backend))
        .merge(operator)
        .merge(description)
        .merge(files)
        .fallback(async || Error::NotFound("There is nothing at this address. The API begins with /api/v1."))
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .with_state(Arc::clone(app));
    if let Some(demo) = demo {
        router = router.merge(demo::routes::router(demo));
    }
    router.layer(from_fn_with_state(Arc::clone(app), report::report))
}
