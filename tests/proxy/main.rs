//! The server behind nginx with `deploy/nginx.conf`, as strangers reach it: every test runs both real programs.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as the tests do")]

mod addresses;
mod clients;
mod proxy;
mod sizes;
mod stream;
