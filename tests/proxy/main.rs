//! The server behind nginx with `deploy/nginx.conf`, as strangers reach it: every test runs both real programs. And, more
//! shortly, behind the other proxies that there is a file for.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as the tests do")]

mod addresses;
mod clients;
mod configuration;
mod doctor;
mod files;
mod others;
mod proxy;
mod several;
mod sizes;
mod stream;
