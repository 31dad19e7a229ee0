//! A collector of traces (OTLP over HTTP) on loopback.

use std::{collections::HashMap, net::SocketAddr};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use prost::Message;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::{ANSWER_LIMIT, within};

/// A collector that is running.
#[derive(Debug)]
pub struct Collector {
    /// Where it is.
    pub endpoint: String,
    received: UnboundedReceiver<(HeaderMap, Bytes)>,
    /// The headers of what came last.
    pub headers: HeaderMap,
    /// Whose spans came last.
    pub resource: Vec<KeyValue>,
    /// The spans that were looked at so far.
    pub spans: Vec<Span>,
    /// Everything as it was sent.
    bytes: Vec<u8>,
}

impl Collector {
    /// One that takes everything.
    pub async fn start() -> Self {
        let (sender, received) = unbounded_channel();
        let take = async |State(sender): State<UnboundedSender<_>>, headers: HeaderMap, body: Bytes| {
            let _ = sender.send((headers, body));
        };
        let address = serve(Router::new().route("/v1/traces", post(take)).with_state(sender)).await;
        Self {
            endpoint: format!("http://{address}"),
            received,
            headers: HeaderMap::new(),
            resource: Vec::new(),
            spans: Vec::new(),
            bytes: Vec::new(),
        }
    }

    fn take(&mut self, (headers, body): (HeaderMap, Bytes)) {
        self.bytes.extend_from_slice(&body);
        self.headers = headers;
        let request = ExportTraceServiceRequest::decode(&body[..]).expect("it is protobuf");
        for of_resource in request.resource_spans {
            self.resource = of_resource.resource.expect("it is somebody's").attributes;
            self.spans.extend(of_resource.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans));
        }
    }

    /// Waits until a span of this name has come.
    pub async fn span(&mut self, name: &str) -> Span {
        within(ANSWER_LIMIT, format!("a span {name}"), async {
            loop {
                if let Some(span) = self.spans.iter().find(|span| span.name == name) {
                    return span.clone();
                }
                let received = self.received.recv().await.expect("the collector runs");
                self.take(received);
            }
        })
        .await
    }

    /// What has come so far: from a server that has ended, all of it.
    pub fn all(&mut self) -> &[Span] {
        while let Ok(received) = self.received.try_recv() {
            self.take(received);
        }
        &self.spans
    }

    /// The spans below one.
    #[must_use]
    pub fn below(&self, parent: &Span) -> Vec<&Span> {
        self.spans.iter().filter(|span| span.parent_span_id == parent.span_id).collect()
    }

    /// Fails if one of these is anywhere in what has come.
    pub fn assert_without(&self, private: &[&str]) {
        let everything = String::from_utf8_lossy(&self.bytes);
        for private in private {
            assert!(!everything.contains(private), "{private} is in the traces");
        }
        assert!(everything.contains("notification-bell"), "the control: what was sent can be searched");
    }
}

/// Serves this on loopback; gives where.
pub async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// What a span or whose it is says, by name.
#[must_use]
pub fn texts(attributes: &[KeyValue]) -> HashMap<&str, String> {
    let text = |attribute: &KeyValue| match attribute.value.clone().and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("{other:?}"),
    };
    attributes.iter().map(|attribute| (attribute.key.as_str(), text(attribute))).collect()
}
