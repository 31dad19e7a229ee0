//! The errors of each call: those that its handler names, and those that follow from its form.
//!
//! A handler names its own by status, with the codes as the description: `(status = 429, description = "rate_limited")`.

use std::collections::{BTreeMap, BTreeSet};

use notification_bell_protocol::{Code, Problem};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        AllOfBuilder, ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder,
        Schema, Type, path::Operation, path::ParameterIn, response::Responses,
    },
};

use super::security::Access;

/// Replaces what a handler names by the answers as they are. Many calls share them, so they are kept among the components.
pub(super) fn complete(
    path: &str,
    operation: &mut Operation,
    access: Access,
    shared: &mut BTreeMap<String, RefOr<Response>>,
) {
    let named = named(&operation.responses).into_iter();
    let codes: Vec<Code> = named.chain(of_the_form(path, operation, access)).collect();
    let statuses: BTreeSet<u16> = codes.iter().map(|code| code.status()).collect();
    for status in statuses {
        // In the order of the contract, each once.
        let is_of_it = |code: &&Code| code.status() == status && codes.contains(code);
        let codes: Vec<Code> = Code::ALL.iter().filter(is_of_it).copied().collect();
        let name = codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(".");
        let reference = Ref::from_response_name(&name);
        shared.entry(name).or_insert_with(|| RefOr::T(response(status, &codes)));
        operation.responses.responses.insert(status.to_string(), RefOr::Ref(reference));
    }
}

/// The codes that a handler names.
fn named(responses: &Responses) -> Vec<Code> {
    let described = responses.responses.iter().filter_map(|(status, response)| match response {
        RefOr::T(response) if status.starts_with(['4', '5']) => Some(response),
        _ => None,
    });
    described.flat_map(|response| response.description.split_whitespace().filter_map(code)).collect()
}

fn code(name: &str) -> Option<Code> {
    Code::ALL.iter().copied().find(|code| code.as_str() == name)
}

/// The codes that every call of this form may answer with.
fn of_the_form(path: &str, operation: &Operation, access: Access) -> Vec<Code> {
    let mut codes = vec![
        Code::TokenInUrl,
        Code::NotAcceptable,
        Code::UriTooLong,
        Code::HeadersTooLarge,
        Code::StorageUnavailable,
        Code::Overloaded,
        Code::ShuttingDown,
    ];
    if operation.request_body.is_some() {
        codes.extend([
            Code::MalformedJson,
            Code::InvalidRequest,
            Code::RequestTimeout,
            Code::BodyTooLarge,
            Code::UnsupportedMediaType,
            Code::ValidationFailed,
        ]);
    }
    let has_query = operation
        .parameters
        .iter()
        .flatten()
        .any(|parameter| matches!(parameter.parameter_in, ParameterIn::Query));
    if has_query {
        codes.extend([Code::InvalidRequest, Code::ValidationFailed]);
    }
    if path.contains('{') {
        codes.push(Code::NotFound);
    }
    match access {
        Access::Open => {}
        Access::Session => codes.extend([
            Code::InvalidRequest,
            Code::MissingToken,
            Code::InvalidToken,
            Code::TokenExpired,
            Code::TokenRevoked,
            Code::OriginNotAllowed,
        ]),
        Access::Backend => codes.extend([
            Code::InvalidRequest,
            Code::SecretKeyInBrowser,
            Code::MissingToken,
            Code::UnknownApiKey,
            Code::InvalidToken,
            Code::InsufficientScope,
            // Of tokens of providers.
            Code::RateLimited,
            Code::JwksUnavailable,
        ]),
    }
    codes
}

fn response(status: u16, codes: &[Code]) -> Response {
    let lines: Vec<String> =
        codes.iter().map(|code| format!("`{}`: {}.", code.as_str(), code.title())).collect();
    let names = codes.iter().map(|code| Value::from(code.as_str()));
    let narrowed = ObjectBuilder::new()
        .property("code", ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)));
    let schema = Schema::AllOf(
        AllOfBuilder::new().item(Ref::from_schema_name(Problem::name())).item(narrowed).build(),
    );
    let header = |description: &str, schema: RefOr<Schema>| {
        HeaderBuilder::new().schema(schema).description(Some(description)).build()
    };
    let mut response = ResponseBuilder::new()
        .description(lines.join("\n\n"))
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build());
    if status == 401 || codes.contains(&Code::InsufficientScope) {
        let description = "How it would be accepted (RFC 6750, section 3).";
        response = response.header("WWW-Authenticate", header(description, String::schema()));
    }
    if status == 429 {
        let description = "Which quota is used up, and when there is more.";
        response = response.header("RateLimit", header(description, String::schema()));
        let description = "How large it is.";
        response = response.header("RateLimit-Policy", header(description, String::schema()));
    }
    if matches!(status, 409 | 429 | 503) {
        let description = "In how many seconds to try again.";
        response = response.header("Retry-After", header(description, u32::schema()));
    }
    response.build()
}
