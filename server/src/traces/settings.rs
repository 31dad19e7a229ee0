//! What the `OTEL_…` variables ask for, as far as OpenTelemetry's SDK leaves that to the program. The rest it reads itself:
//! the endpoint, headers, compression, sampler, and the sizes and times of batches.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::{
    Resource,
    resource::{EnvResourceDetector, TelemetryResourceDetector},
};
use url::Url;

use super::SERVICE;

const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const PROTOCOLS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
const TIMEOUTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
/// As the specification has it.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const SAMPLERS: [&str; 6] = [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
];

/// Why no traces are sent although somebody wants them.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// Another protocol.
    #[error("{0} asks for another protocol than http/protobuf, which is the only one here")]
    Protocol(&'static str),
    /// It may have a password in it, and is not repeated.
    #[error("{0} is no http:// or https:// address")]
    Endpoint(&'static str),
    /// There is no client, mostly because this machine has no certificates of authorities.
    #[error("the collector cannot be called from here: {0}")]
    Client(String),
    /// Something else that the SDK does not take.
    #[error("{0}")]
    Exporter(String),
}

/// What is to be done.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) is_https: bool,
    /// Where traces go, without what else is in the address.
    pub(super) host: String,
    pub(super) timeout: Duration,
    pub(super) resource: Resource,
    /// What the SDK takes for something else without a word.
    pub(super) remark: Option<&'static str>,
}

impl Wish {
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, TracesError> {
        // One that is empty counts as none.
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let first =
            |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, variable(name)?)));
        let is_off = variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || variable("OTEL_TRACES_EXPORTER").is_some_and(|exporters| !exporters.contains("otlp"));
        let Some((name, endpoint)) = first(ENDPOINTS).filter(|_| !is_off) else { return Ok(None) };
        if let Some((name, _)) = first(PROTOCOLS).filter(|(_, protocol)| protocol != "http/protobuf") {
            return Err(TracesError::Protocol(name));
        }
        let url = Url::parse(&endpoint).map_err(|_| TracesError::Endpoint(name))?;
        let (Some(host), "http" | "https") = (url.host_str(), url.scheme()) else {
            return Err(TracesError::Endpoint(name));
        };
        let timeout_ms = first(TIMEOUTS).and_then(|(_, value)| value.parse().ok());
        let defaults = [
            KeyValue::new("service.name", SERVICE),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ];
        let resource = Resource::builder_empty()
            .with_attributes(defaults)
            .with_detector(Box::new(TelemetryResourceDetector))
            .with_detector(Box::new(EnvResourceDetector::new()));
        let resource = match variable("OTEL_SERVICE_NAME") {
            Some(name) => resource.with_service_name(name),
            None => resource,
        };
        Ok(Some(Self {
            is_https: url.scheme() == "https",
            host: host.to_owned(),
            timeout: timeout_ms.map_or(DEFAULT_TIMEOUT, Duration::from_millis),
            resource: resource.build(),
            remark: remark(variable),
        }))
    }
}

fn remark(variable: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    let sampler = variable("OTEL_TRACES_SAMPLER")?;
    if !SAMPLERS.contains(&sampler.as_str()) {
        return Some("OTEL_TRACES_SAMPLER is none of the samplers here: parentbased_always_on is used");
    }
    let is_ratio = |text: String| text.parse().is_ok_and(|ratio| (0.0..=1.0).contains(&ratio));
    let has_ratio = variable("OTEL_TRACES_SAMPLER_ARG").is_some_and(is_ratio);
    (sampler.ends_with("ratio") && !has_ratio)
        .then_some("OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1: every trace is taken")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{TracesError, Wish};

    fn read(variables: &[(&str, &str)]) -> Result<Option<Wish>, TracesError> {
        Wish::read(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:secret@collector:4318");

    #[test]
    fn nothing_is_wanted_without_an_endpoint_or_where_it_is_switched_off() {
        for variables in [
            &[][..],
            &[("OTEL_SERVICE_NAME", "bell"), ("OTEL_TRACES_EXPORTER", "otlp")],
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "")],
            &[ENDPOINT, ("OTEL_SDK_DISABLED", "True")],
            &[ENDPOINT, ("OTEL_TRACES_EXPORTER", "none")],
        ] {
            assert!(read(variables).unwrap().is_none(), "{variables:?}");
        }
    }

    #[test]
    fn what_there_is_not_is_said_by_the_name_of_the_variable_alone() {
        let grpc = ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
        let mistyped = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "user:secret@collector:4318");
        for (variables, named) in [([ENDPOINT, grpc], grpc.0), ([ENDPOINT, mistyped], mistyped.0)] {
            let error = read(&variables).unwrap_err().to_string();
            assert!(error.contains(named) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn what_is_said_of_traces_goes_before_what_is_said_of_everything() {
        let wish = read(&[
            ENDPOINT,
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://traces.example/in"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "1"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "2500"),
        ]);
        let wish = wish.unwrap().unwrap();
        assert_eq!((wish.host.as_str(), wish.is_https), ("traces.example", true));
        assert_eq!(wish.timeout, Duration::from_millis(2_500));
        assert_eq!(read(&[ENDPOINT]).unwrap().unwrap().timeout, Duration::from_secs(10));
    }

    #[test]
    fn a_sampler_that_there_is_not_is_remarked() {
        for (sampler, ratio, is_known) in [
            ("parentbased_traceidratio", "0.01", true),
            ("always_on", "", true),
            ("traceidratio", "1 %", false),
            ("traceidratio", "", false),
            ("traceidratio", "10", false),
            ("xray", "", false),
        ] {
            let wish =
                read(&[ENDPOINT, ("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", ratio)]);
            assert_eq!(wish.unwrap().unwrap().remark.is_none(), is_known, "{sampler} {ratio}");
        }
    }
}
