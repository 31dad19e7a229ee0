//! The body of `POST /session`: what is accepted means the same to every reader of JSON, and is taken as it was meant.
#![no_main]

use std::cell::RefCell;

use axum::{
    body::Body,
    extract::{FromRequest, Request},
};
use libfuzzer_sys::fuzz_target;
use notification_bell_protocol::SessionRequest;
use notification_bell_server::{
    edge::body::{JsonBody, SMALL},
    error::Error,
};
use serde_json::{Map, Value};
use tokio::runtime::{Builder, Runtime};

const MAX_DEPTH: usize = 32;

thread_local! {
    static RUNTIME: RefCell<Runtime> =
        RefCell::new(Builder::new_current_thread().enable_time().build().expect("a runtime without I/O"));
}

fuzz_target!(|bytes: &[u8]| {
    let request =
        Request::builder().header("content-type", "application/json").body(Body::from(bytes.to_vec()));
    let request = request.expect("a request");
    let read = RUNTIME.with_borrow(|runtime| {
        runtime.block_on(JsonBody::<SessionRequest, SMALL>::from_request(request, &()))
    });
    let body = match read {
        Ok(body) => body,
        Err(Error::BodyTooLarge(limit)) => return assert!(limit == SMALL && bytes.len() > SMALL),
        Err(Error::MalformedJson(_) | Error::InvalidRequest(..) | Error::ValidationFailed(_)) => return,
        Err(error) => panic!("a body cannot fail in this way: {error}"),
    };
    assert!(bytes.len() <= SMALL);
    // The ordinary reader lets the last of two members of one name win: the same value means that there was one.
    let ordinary: Value = serde_json::from_slice(bytes).expect("what is strict JSON is JSON");
    assert_eq!(ordinary, body.json);
    assert!(depth(&body.json) <= MAX_DEPTH);
    // Nothing was dropped, added or changed; a member of null is one that is absent.
    let Value::Object(sent) = body.json else { panic!("a session's body is an object") };
    let sent: Map<String, Value> = sent.into_iter().filter(|(_, value)| !value.is_null()).collect();
    assert_eq!(serde_json::to_value(&body.value).expect("it can be written"), Value::Object(sent));
});

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
