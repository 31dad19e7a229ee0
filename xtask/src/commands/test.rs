//! `cargo xtask test`: every test, in groups, from the quickest to the slowest.

use std::ffi::OsStr;
use std::process::Command;
use std::slice;

use super::build;
use crate::cli::Group;
use crate::component::Library;
use crate::engine::Engine;
use crate::failure::Failure;
use crate::limits;
use crate::postgres::Postgres;
use crate::process;
use crate::server::Profile;
use crate::setup;
use crate::setup::libfaketime::LIBFAKETIME;
use crate::setup::nginx::NGINX;
use crate::setup::postgres::POSTGRES;
use crate::setup::redis::REDIS;
use crate::sizes;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

/// The package of the tests from outside; a group's name is the name of its test target.
const TESTS: &str = "notification-bell-tests";
/// The variable by which these tests find the server.
pub(super) const SERVER_BIN: &str = "BELL_SERVER_BIN";
/// The variable by which these tests find a PostgreSQL to make their databases in.
const TEST_POSTGRES: &str = "BELL_TEST_POSTGRES";
/// Tests that are about the file of SQLite, or about two servers that share it.
const OF_SQLITE: [&str; 6] = [
    "backup::",
    "damage::",
    "full_disk::",
    "the_files_of_the_database_are_measured",
    "after_a_clean_stop_the_database_is_whole_in_its_file",
    "a_stream_goes_over_tls_in_either_version",
];

/// Runs one group, or all of them, in all browsers or in one; a failed one does not keep the next from running.
///
/// # Errors
/// If something cannot be set up or built, or if a group failed.
pub(crate) fn test(
    workspace: &Workspace,
    steps: &mut Steps,
    only: Option<Group>,
    browser: Option<Engine>,
    library: Library,
) -> Result<(), Failure> {
    let wanted = |group| only.is_none_or(|only| only == group);
    // First, because a missing browser should be known before minutes of compiling.
    let browsers = if wanted(Group::Browser) {
        setup::browsers(workspace, steps, browser.as_ref().map_or(&Engine::USUAL, slice::from_ref))?
    } else {
        Vec::new()
    };
    let of_postgres = [Group::Unit, Group::Postgres, Group::Nodes, Group::Proxy];
    let postgres =
        if of_postgres.into_iter().any(wanted) { setup::postgres(workspace, steps)? } else { None };
    let redis = if wanted(Group::Nodes) { setup::redis(workspace, steps)? } else { None };
    let libfaketime = if wanted(Group::Nodes) { setup::libfaketime(workspace, steps)? } else { None };
    let nginx =
        if wanted(Group::Proxy) || wanted(Group::Nodes) { setup::nginx(workspace, steps)? } else { None };
    let operators = if wanted(Group::Proxy) { setup::operators(workspace, steps)? } else { Vec::new() };
    // Before the unit tests, because the server's are compiled with the component that they find.
    let server = if only == Some(Group::Unit) {
        None
    } else {
        setup::build_tools(workspace, steps)?;
        let server = build(workspace, steps, library, Profile::Dev)?;
        if library == Library::Smallest {
            steps.check("sizes", |_| {
                let files = sizes::of_element(&workspace.root.join("dist"))?;
                limits::check(workspace, &files).map(|()| Outcome::Done)
            });
        }
        Some(server)
    };
    if wanted(Group::Unit) {
        steps.check("unit tests", |_| {
            let everything = ["test", "--workspace", "--exclude", TESTS, "--no-fail-fast"];
            let mut cargo = workspace.cargo(&everything);
            cargo.envs(postgres.as_ref().map(|programs| (POSTGRES, programs)));
            process::run(&mut cargo).map(|()| Outcome::Done)
        });
    }
    let mut programs: Vec<(&str, &OsStr)> = Vec::new();
    if let Some(server) = &server {
        programs.push((SERVER_BIN, server.as_os_str()));
    }
    if let Some(nginx) = &nginx {
        programs.push((NGINX, nginx.as_os_str()));
    }
    programs.extend(operators.iter().map(|(variable, program)| (*variable, program.as_os_str())));
    let groups = [(Group::Api, "api"), (Group::Crash, "crash"), (Group::Proxy, "proxy")];
    for (group, target) in groups.into_iter().filter(|(group, _)| wanted(*group) && server.is_some()) {
        steps.check(&format!("{target} tests"), |_| {
            if group == Group::Proxy && nginx.is_none() {
                return Ok(Outcome::LeftOut);
            }
            let mut cargo = from_outside(workspace, target, &programs);
            // Two servers behind one proxy share a database.
            cargo
                .envs(postgres.iter().filter(|_| group == Group::Proxy).map(|programs| (POSTGRES, programs)));
            process::run(&mut cargo).map(|()| Outcome::Done)
        });
    }
    if wanted(Group::Postgres) && server.is_some() {
        steps.check("api tests on PostgreSQL", |_| {
            let Some(folder) = &postgres else { return Ok(Outcome::LeftOut) };
            let running = Postgres::start(workspace, folder)?;
            let mut cargo = from_outside(workspace, "api", &programs);
            cargo.env(POSTGRES, folder).env(TEST_POSTGRES, running.socket()).arg("--");
            cargo.args(OF_SQLITE.iter().flat_map(|name| ["--skip", name]));
            process::run(&mut cargo).map(|()| Outcome::Done)
        });
    }
    if wanted(Group::Nodes) && server.is_some() {
        steps.check("tests of several servers", |_| {
            let (Some(folder), Some(redis), Some(_)) = (&postgres, &redis, &nginx) else {
                return Ok(Outcome::LeftOut);
            };
            let mut cargo = from_outside(workspace, "nodes", &programs);
            // Three servers, a database and a Redis each.
            cargo.env(POSTGRES, folder).env(REDIS, redis).env("RUST_TEST_THREADS", "2");
            cargo.envs(libfaketime.as_ref().map(|library| (LIBFAKETIME, library)));
            process::run(&mut cargo).map(|()| Outcome::Done)
        });
    }
    for (engine, own) in &browsers {
        steps.check(&format!("browser tests ({})", engine.name()), |_| {
            let Some(own) = own else { return Ok(Outcome::LeftOut) };
            let mut cargo = from_outside(workspace, "browser", &programs);
            cargo.envs(own.iter().map(|(variable, program)| (variable, program)));
            process::run(engine.choose(&mut cargo)).map(|()| Outcome::Done)
        });
    }
    steps.summary()
}

/// A group of tests from outside, told which programs to use.
pub(super) fn from_outside(workspace: &Workspace, target: &str, programs: &[(&str, &OsStr)]) -> Command {
    let mut cargo = workspace.cargo(&["test", "--package", TESTS, "--test", target]);
    cargo.envs(programs.iter().copied());
    if target == "api" {
        // These mostly wait for a server's deadlines, whatever the number of cores.
        cargo.env("RUST_TEST_THREADS", "8");
    }
    cargo
}
