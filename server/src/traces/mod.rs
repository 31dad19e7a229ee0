//! OpenTelemetry traces: off, unless somebody has said where they are to go.
//!
//! A request is a span until the head of its answer, and below it is each time that the database or a provider is asked
//! for it. An attempt to deliver to a webhook is one by itself: what led to it may be hours ago, and on another server.
//! What is in them is methods, patterns of addresses, statuses and names of the program's own; never an address, an id or
//! a text of anybody.
//!
//! Made with OpenTelemetry itself and not from spans of the log's library: there, a span ends with the last that is below
//! it, so that a request would take as long as what it has begun for others.

mod collector;
mod settings;

use std::{borrow::Cow, env, sync::OnceLock, time::Duration};

use axum::http::HeaderMap;
use opentelemetry::{
    Context, KeyValue,
    context::WithContext,
    propagation::{Extractor, TextMapPropagator},
    trace::{FutureExt, SpanKind, Status, TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    propagation::TraceContextPropagator,
    trace::{SdkTracer, SdkTracerProvider},
};

use crate::{outbound::OutboundError, store::StoreError};
use collector::Collector;
pub use settings::TracesError;
use settings::Wish;

/// What makes spans. One for the process, as its log is: they are made in rooms that know nothing of each other. While
/// nobody wants traces, asking for it is all that they cost.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();
const SERVICE: &str = "notification-bell";
/// How long the last ones may take at the end.
const FINISH_WITHIN: Duration = Duration::from_secs(2);
/// Asked every few seconds by those who watch the server, about nothing but the server.
const NOT_TRACED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// What OpenTelemetry's conventions call what has no name of its own.
const OTHER: &str = "_OTHER";

/// The traces of this process.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins with what the `OTEL_…` variables ask for: nothing, as long as none of them names an endpoint. Within a
    /// runtime, on which they are sent.
    ///
    /// # Errors
    /// If they ask for something that there is not.
    pub fn start() -> Result<Option<Self>, TracesError> {
        let Some(wish) = Wish::read(|name| env::var(name).ok())? else { return Ok(None) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_http_client(Collector::new(wish.is_https, wish.timeout)?)
            .build()
            .map_err(|error| TracesError::Exporter(error.to_string()))?;
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(wish.resource).build();
        // It is set once in a process.
        let _ = TRACER.set(provider.tracer(SERVICE));
        tracing::info!(host = wish.host, "traces go to this collector");
        if let Some(remark) = wish.remark {
            tracing::warn!("{remark}");
        }
        Ok(Some(Self(provider)))
    }

    /// Sends what has not been sent, for some seconds at most.
    pub async fn finish(self) {
        // It waits on the thread that it is called on.
        let finished = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(FINISH_WITHIN)).await;
        if !matches!(finished, Ok(Ok(()))) {
            tracing::warn!("the last traces were not sent");
        }
    }
}

/// Something that takes time, and ends when this is dropped. While nobody wants to know, it is nothing.
#[derive(Debug, Default)]
#[must_use = "it ends when it is dropped"]
pub struct Span(Option<Context>);

impl Span {
    fn begin<const N: usize>(
        tracer: &SdkTracer,
        parent: &Context,
        (name, kind): (Cow<'static, str>, SpanKind),
        attributes: [KeyValue; N],
    ) -> Self {
        let builder = tracer.span_builder(name).with_kind(kind).with_attributes(attributes);
        let context = parent.with_span(builder.start_with_context(tracer, parent));
        // Of a trace that is not taken nothing is, and nothing has to be carried along.
        let is_taken = context.span().span_context().is_sampled();
        Self(is_taken.then_some(context))
    }

    /// One below that of the work that is being done, and none if that has none: by itself it would say nothing.
    fn begin_below<const N: usize>(
        name: &'static str,
        kind: SpanKind,
        attributes: impl FnOnce() -> [KeyValue; N],
    ) -> Self {
        let Some(tracer) = TRACER.get() else { return Self::default() };
        let present = Context::current();
        if !present.has_active_span() {
            return Self::default();
        }
        Self::begin(tracer, &present, (name.into(), kind), attributes())
    }

    /// For what is done within it, if it is one.
    #[must_use]
    pub fn context(&self) -> Option<Context> {
        self.0.clone()
    }

    /// Notes how a request was answered; a failure of the server by its code, if it has one.
    pub fn answered(&self, status: u16, code: Option<&'static str>) {
        self.note_status(status);
        if status >= 500 {
            self.fail(code.unwrap_or(OTHER));
        }
    }

    /// Notes what came of calling somebody.
    pub fn called(&self, outcome: Result<u16, &OutboundError>) {
        let status = outcome.map_or_else(OutboundError::status, Some);
        if let Some(status) = status {
            self.note_status(status);
        }
        match (outcome, status) {
            (Ok(200..300), _) => {}
            (_, Some(status)) => self.fail(status.to_string()),
            (Err(OutboundError::Timeout { .. }), _) => self.fail("timeout"),
            _ => self.fail(OTHER),
        }
    }

    /// Notes what came of asking the database. That something is not there, or is already, is an answer.
    pub fn stored<T>(&self, outcome: &Result<T, StoreError>) {
        match outcome {
            Err(StoreError::Overloaded) => self.fail("overloaded"),
            Err(StoreError::Closed) => self.fail("closed"),
            Err(StoreError::Database(_) | StoreError::Damaged { .. }) => self.fail(OTHER),
            _ => {}
        }
    }

    fn note_status(&self, status: u16) {
        if let Some(context) = &self.0 {
            let status = KeyValue::new("http.response.status_code", i64::from(status));
            context.span().set_attribute(status);
        }
    }

    fn fail(&self, kind: impl Into<Cow<'static, str>>) {
        if let Some(context) = &self.0 {
            context.span().set_attribute(KeyValue::new("error.type", kind.into()));
            context.span().set_status(Status::error(""));
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if let Some(context) = &self.0 {
            // Whatever still goes on within it.
            context.span().end();
        }
    }
}

/// The span of a request; part of the trace that the client names (W3C Trace Context), if it does. The conventions want
/// the address too, in which there are ids of users, and tokens of those who put them in the wrong place.
pub fn of_request(method: &'static str, route: Option<&str>, headers: &HeaderMap) -> Span {
    let Some(tracer) = TRACER.get() else { return Span::default() };
    if route.is_some_and(|route| NOT_TRACED.contains(&route)) {
        return Span::default();
    }
    let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &Parent(headers));
    let (method, shown) = if method == "other" { (OTHER, "HTTP") } else { (method, method) };
    let is_server = SpanKind::Server;
    let method = KeyValue::new("http.request.method", method);
    match route {
        Some(route) => {
            let name = format!("{shown} {route}");
            let route = KeyValue::new("http.route", route.to_owned());
            Span::begin(tracer, &parent, (name.into(), is_server), [method, route])
        }
        None => Span::begin(tracer, &parent, (shown.into(), is_server), [method]),
    }
}

/// The span of something that is asked of the database for a request: from the asking to the answer, so that what waits
/// for a commit together is seen by each of those that wait.
pub fn of_store(system: &'static str, name: &'static str) -> Span {
    Span::begin_below(name, SpanKind::Client, || [KeyValue::new("db.system.name", system)])
}

/// The span of fetching the keys of a provider for a request.
pub fn of_key_set() -> Span {
    Span::begin_below("GET key set", SpanKind::Client, || [KeyValue::new("http.request.method", "GET")])
}

/// The span of an attempt to deliver to a webhook. Whose that is is not told; nor is the webhook told of the trace, which
/// is somebody else's business.
pub fn of_delivery() -> Span {
    let Some(tracer) = TRACER.get() else { return Span::default() };
    let method = KeyValue::new("http.request.method", "POST");
    Span::begin(tracer, &Context::new(), ("POST webhook".into(), SpanKind::Client), [method])
}

/// Work of a task of its own, which goes on below the span of what begins it.
pub fn below_present<F: Future>(work: F) -> WithContext<F> {
    work.with_current_context()
}

/// Of the headers, the one that is numbers. What `tracestate` would add is text of whoever sends it, in every span.
struct Parent<'a>(&'a HeaderMap);

impl Extractor for Parent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).filter(|_| key == "traceparent")?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}
