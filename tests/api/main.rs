//! The API and the command line as others see them: every test runs the real binary on its own data.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as the tests do")]
#![expect(clippy::print_stdout, reason = "a test that skips something says so")]

mod assets;
mod cli_keys;
mod cli_projects;
mod cli_proofs;
mod cli_settings;
mod cli_usage;
mod cors;
mod expiring_proofs;
mod forged_tokens;
mod http_bodies;
mod http_connections;
mod http_routes;
mod idempotency;
mod inbox_change;
mod inbox_list;
mod inbox_mark;
mod inbox_remove;
mod interruptions;
mod isolation;
mod limits;
mod logs;
mod operations;
mod proofs_elsewhere;
mod revoke;
mod send;
mod send_addresses;
mod send_keys;
mod send_shape;
mod send_values;
mod session_end;
mod session_open;
mod session_origins;
mod session_proofs;
mod session_shape;
mod stream;
mod stream_end;
mod stream_race;
mod stream_resume;
mod tls;
mod user_ids;
