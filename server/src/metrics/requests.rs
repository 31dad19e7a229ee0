//! Requests by method, route and status, and how long they took.
//!
//! Counted without a lock and without memory for each: a route is given a place when it is first asked for, in a table
//! that is never made larger. What is counted by are the routes of the program and not the addresses that were asked for.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use prometheus_client::{
    encoding::{EncodeMetric, MetricEncoder, NoLabelSet},
    metrics::MetricType,
};

use super::histogram::Histogram;

/// Twice as many as there are, so that one is found at once.
const PLACES: usize = 128;
/// Where a request is counted whose route found no place.
const OTHER: &str = "other";
/// What a request is counted as that no route matched.
pub const UNMATCHED: &str = "unmatched";
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", OTHER];
/// Those that the server answers with.
const STATUSES: [u16; 25] = [
    200, 201, 204, 206, 304, 307, 308, 400, 401, 403, 404, 405, 406, 408, 409, 412, 413, 414, 415, 416, 422,
    429, 431, 500, 503,
];
/// The route has no such method, so nobody waited for anything.
const METHOD_NOT_ALLOWED: u16 = 405;
/// Each is one more series for every route.
const TIMES_US: &[u64] =
    &[500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];

/// The requests of a process. A copy counts into the same.
#[derive(Clone, Debug)]
pub(super) struct Requests(Arc<Table>);

#[derive(Debug)]
struct Table {
    routes: Vec<OnceLock<Route>>,
    other: Route,
}

#[derive(Debug)]
struct Route {
    name: Box<str>,
    methods: [OnceLock<Box<Counts>>; METHODS.len()],
}

#[derive(Debug)]
struct Counts {
    /// The last one is for whatever else there may be.
    statuses: [AtomicU64; STATUSES.len() + 1],
    times: Histogram,
}

impl Default for Requests {
    fn default() -> Self {
        let routes = (0..PLACES).map(|_| OnceLock::new()).collect();
        Self(Arc::new(Table { routes, other: Route::new(OTHER) }))
    }
}

impl Requests {
    /// Counts one.
    pub(super) fn count(&self, method: &str, route: &str, status: u16, took: Duration) {
        let method = METHODS.iter().position(|known| *known == method).unwrap_or(METHODS.len() - 1);
        let counts = self.0.route(route).methods[method].get_or_init(Box::default);
        let place = STATUSES.iter().position(|known| *known == status).unwrap_or(STATUSES.len());
        counts.statuses[place].fetch_add(1, Ordering::Relaxed);
        if status != METHOD_NOT_ALLOWED && route != UNMATCHED {
            counts.times.observe_time(took);
        }
    }

    /// What is to be shown as how often.
    pub(super) fn numbers(&self) -> impl EncodeMetric + fmt::Debug + Send + Sync + use<> {
        Numbers(self.clone())
    }

    /// What is to be shown as how long.
    pub(super) fn times(&self) -> impl EncodeMetric + fmt::Debug + Send + Sync + use<> {
        Times(self.clone())
    }

    fn each(&self) -> impl Iterator<Item = (&'static str, &str, &Counts)> {
        let routes = self.0.routes.iter().filter_map(OnceLock::get).chain([&self.0.other]);
        routes.flat_map(|route| {
            let methods = METHODS.iter().zip(&route.methods);
            methods.filter_map(|(method, counts)| Some((*method, &*route.name, &**counts.get()?)))
        })
    }
}

impl Table {
    fn route(&self, name: &str) -> &Route {
        let first = hash(name) % PLACES;
        let places = self.routes[first..].iter().chain(&self.routes[..first]);
        places
            .map(|place| place.get_or_init(|| Route::new(name)))
            .find(|route| *route.name == *name)
            .unwrap_or(&self.other)
    }
}

impl Route {
    fn new(name: &str) -> Self {
        Self { name: name.into(), methods: Default::default() }
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self { statuses: Default::default(), times: Histogram::of_times(TIMES_US) }
    }
}

/// FNV-1a: routes are ours, so nobody chooses what falls together.
fn hash(text: &str) -> usize {
    let hash =
        text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    usize::try_from(hash).unwrap_or(0)
}

#[derive(Debug)]
struct Numbers(Requests);

impl EncodeMetric for Numbers {
    fn encode(&self, mut encoder: MetricEncoder) -> fmt::Result {
        for (method, route, counts) in self.0.each() {
            for (place, count) in counts.statuses.iter().enumerate() {
                let count = count.load(Ordering::Relaxed);
                if count == 0 {
                    continue;
                }
                let status = STATUSES.get(place).map_or_else(|| OTHER.to_owned(), ToString::to_string);
                let labels = [("method", method), ("route", route), ("status", &status)];
                encoder.encode_family(&labels)?.encode_counter::<NoLabelSet, _, f64>(&count, None)?;
            }
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Counter
    }
}

#[derive(Debug)]
struct Times(Requests);

impl EncodeMetric for Times {
    fn encode(&self, mut encoder: MetricEncoder) -> fmt::Result {
        for (method, route, counts) in self.0.each().filter(|(_, _, counts)| counts.times.has_any()) {
            counts.times.encode(encoder.encode_family(&[("method", method), ("route", route)])?)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{OTHER, PLACES, Requests};

    #[test]
    fn every_route_of_the_program_has_a_place_with_as_many_left() {
        let routes = include_str!("../router.rs").matches(".route(\"").count()
            + include_str!("../demo/routes.rs").matches(".route(\"").count();
        assert!(2 * routes <= PLACES, "{routes} routes: make the table larger");
    }

    #[test]
    fn a_request_without_a_place_is_counted_and_takes_none() {
        let requests = Requests::default();
        for number in 0..10 * PLACES {
            requests.count("GET", &format!("/{number}"), 200, Duration::ZERO);
        }
        assert_eq!(requests.each().count(), PLACES + 1);
        let others = requests.each().filter(|(_, route, _)| *route == OTHER);
        let number: u64 =
            others.map(|(_, _, counts)| counts.statuses[0].load(super::Ordering::Relaxed)).sum();
        assert_eq!(number, 9 * u64::try_from(PLACES).unwrap());
    }
}
