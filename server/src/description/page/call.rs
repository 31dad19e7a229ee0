//! One call: what it takes, what it answers, and how one tries it.

use std::sync::LazyLock;

use serde_json::Value;
use utoipa::openapi::{
    Content, OpenApi, RefOr, Response, Schema,
    path::{Operation, Parameter, ParameterIn, PathItem},
};

use super::{
    curl::{self, Values},
    html::{each, escape, inline, paragraphs},
    schema::{self, name},
};

static NOTHING: LazyLock<Value> = LazyLock::new(|| Value::Object(serde_json::Map::new()));

/// An address with one of its methods.
pub(super) struct Call<'document> {
    pub(super) method: &'static str,
    pub(super) path: &'document str,
    pub(super) operation: &'document Operation,
}

/// An example of a body: its words, its schema and itself.
pub(super) type Example<'document> = (&'document str, &'document RefOr<Schema>, &'document Value);

/// Every call, in the order of the description.
pub(super) fn calls(document: &OpenApi) -> Vec<Call<'_>> {
    let mut calls = Vec::new();
    for (path, item) in &document.paths.paths {
        let PathItem { get, put, post, patch, delete, .. } = item;
        // What is shown has to be made first, and is gone at last.
        let methods = [("put", put), ("post", post), ("get", get), ("patch", patch), ("delete", delete)];
        for (method, operation) in methods {
            calls.extend(operation.as_ref().map(|operation| Call { method, path, operation }));
        }
    }
    calls
}

impl<'document> Call<'document> {
    pub(super) fn id(&self) -> &'document str {
        self.operation.operation_id.as_deref().unwrap_or_default()
    }

    pub(super) fn summary(&self) -> &'document str {
        self.operation.summary.as_deref().unwrap_or_default()
    }

    pub(super) fn tag(&self) -> Option<&'document str> {
        self.operation.tags.as_deref()?.first().map(String::as_str)
    }

    /// Whether it answers with events, and goes on doing so.
    pub(super) fn streams(&self) -> bool {
        self.answers().any(|(_, response)| response.content.contains_key("text/event-stream"))
    }

    /// Its bodies, as examples.
    pub(super) fn examples(&self) -> Vec<Example<'document>> {
        let Some(Content { schema: Some(schema), example, examples, .. }) = self.body() else {
            return Vec::new();
        };
        let only = example.iter().map(move |example| ("Example", schema, example));
        let own = examples.values().filter_map(move |example| match example {
            RefOr::T(example) => Some((example.summary.as_str(), schema, example.value.as_ref()?)),
            RefOr::Ref(_) => None,
        });
        let examples: Vec<_> = only.chain(own).collect();
        // Where nothing has to be said, a body says nothing.
        if examples.is_empty() { vec![("Example", schema, &*NOTHING)] } else { examples }
    }

    fn body(&self) -> Option<&'document Content> {
        self.operation.request_body.as_ref()?.content.values().next()
    }

    /// What it answers if all is well.
    fn answers(&self) -> impl Iterator<Item = (&'document str, &'document Response)> {
        self.operation.responses.responses.iter().filter_map(|(status, response)| match response {
            RefOr::T(response) => Some((status.as_str(), response)),
            RefOr::Ref(_) => None,
        })
    }

    /// The codes that it refuses with, by status: the name of an answer is the list of its codes.
    fn refusals(&self) -> impl Iterator<Item = (&'document str, impl Iterator<Item = &'document str>)> {
        self.operation.responses.responses.iter().filter_map(|(status, response)| match response {
            RefOr::Ref(reference) => Some((status.as_str(), name(&reference.ref_location).split('.'))),
            RefOr::T(_) => None,
        })
    }

    /// All of it.
    pub(super) fn html(&self, document: &OpenApi, values: &Values) -> String {
        let (id, method) = (escape(self.id()), self.method);
        let about = paragraphs(self.operation.description.as_deref().unwrap_or_default());
        let parts =
            [self.keys(), self.parameters(), self.takes(document), self.gives(document), self.refuses()];
        format!(
            "<article class=\"call\" id=\"{id}\"><h3><a href=\"#{id}\">{}</a></h3>\
             <p class=\"address\"><span class=\"method {method}\">{method}</span> <code>{}</code></p>\
             <div class=\"told\">{about}{}</div><div class=\"tried\">{}</div></article>",
            escape(self.summary()),
            escape(self.path),
            parts.concat(),
            self.commands(document, values)
        )
    }

    fn keys(&self) -> String {
        let ways: Vec<String> = self.operation.security.iter().flatten().filter_map(way).collect();
        if ways.is_empty() {
            return String::new();
        }
        format!("<p class=\"who\">With {}.</p>", ways.join(", or "))
    }

    fn parameters(&self) -> String {
        let parameters = self.operation.parameters.iter().flatten();
        let rows: String = parameters
            .filter_map(|parameter| {
                let required = matches!(parameter.required, utoipa::openapi::Required::True);
                let about = parameter.description.as_deref().unwrap_or_default();
                let place = match parameter.parameter_in {
                    ParameterIn::Path => "in the address",
                    ParameterIn::Query => "in the query",
                    ParameterIn::Header => "as a header",
                    ParameterIn::Cookie => "as a cookie",
                };
                let about = format!("{about} ({place})");
                Some(schema::member(&parameter.name, required, parameter.schema.as_ref()?, &about))
            })
            .collect();
        part("Parameters", "members", &rows)
    }

    fn takes(&self, document: &OpenApi) -> String {
        let Some(schema) = self.body().and_then(|body| body.schema.as_ref()) else { return String::new() };
        format!("<h4>Body: {}</h4>{}", schema::form(schema), schema::members_of(document, schema))
    }

    fn gives(&self, document: &OpenApi) -> String {
        each(self.answers(), |(status, response)| {
            let schema = response.content.values().find_map(|content| content.schema.as_ref());
            let form = schema.map(|schema| format!(": {}", schema::form(schema))).unwrap_or_default();
            let headers = each(&response.headers, |(name, header)| {
                let about = header.description.as_deref().unwrap_or_default();
                format!("<dt><code>{}</code></dt><dd><p>{}</p></dd>", escape(name), inline(about))
            });
            let headers =
                if headers.is_empty() { headers } else { format!("<dl class=\"members\">{headers}</dl>") };
            let members = schema.map(|schema| schema::members_of(document, schema)).unwrap_or_default();
            format!(
                "<h4>Answer <span class=\"status\">{status}</span>{form}</h4><p>{}</p>{headers}{members}",
                inline(&response.description)
            )
        })
    }

    fn refuses(&self) -> String {
        let rows = each(self.refusals(), |(status, codes)| {
            let codes: Vec<String> =
                codes.map(|code| format!("<a href=\"#code-{code}\"><code>{code}</code></a>")).collect();
            format!("<dt>{status}</dt><dd>{}</dd>", codes.join(" "))
        });
        part("Refusals", "refusals", &rows)
    }

    fn commands(&self, document: &OpenApi, values: &Values) -> String {
        let examples = self.examples();
        if examples.is_empty() {
            return self.command(document, values, 0, "Try it", None);
        }
        let command = |(index, (summary, schema, value)): (usize, &Example<'_>)| {
            self.command(document, values, index, summary, Some((*schema, *value)))
        };
        examples.iter().enumerate().map(command).collect()
    }

    fn command(
        &self,
        document: &OpenApi,
        values: &Values,
        index: usize,
        summary: &str,
        example: Option<(&RefOr<Schema>, &Value)>,
    ) -> String {
        let (call, id) = (escape(self.id()), format!("{}-{index}", escape(self.id())));
        let command = values.fill(self.id(), &curl::command(document, self, example));
        format!(
            "<div class=\"sheet\"><div class=\"head\"><span>{}</span><button type=\"button\" data-copy=\"{id}-command\">Copy\
             <span class=\"unseen\"> the command</span></button></div><pre id=\"{id}-command\" data-call=\"{call}\"><code>{command}</code></pre></div>",
            escape(summary)
        )
    }
}

/// The example of a parameter, which its type keeps to itself.
pub(super) fn example(parameter: &Parameter) -> Option<String> {
    serde_json::to_value(parameter).ok()?.get("example")?.as_str().map(ToOwned::to_owned)
}

/// One way to be let in: the keys that it takes together, and the scopes.
fn way(requirement: &utoipa::openapi::security::SecurityRequirement) -> Option<String> {
    let requirement = serde_json::to_value(requirement).ok()?;
    let keys = requirement.as_object()?.iter().map(|(name, scopes)| {
        let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str);
        let scopes = each(scopes, |scope| format!(" (<code>{}</code>)", escape(scope)));
        format!("<a href=\"#key-{name}\"><code>{name}</code></a>{scopes}")
    });
    let keys: Vec<String> = keys.collect();
    (!keys.is_empty()).then(|| keys.join(" and "))
}

fn part(title: &str, class: &str, rows: &str) -> String {
    if rows.is_empty() {
        return String::new();
    }
    format!("<h4>{title}</h4><dl class=\"{class}\">{rows}</dl>")
}
