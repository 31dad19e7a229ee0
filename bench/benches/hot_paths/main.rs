//! The parts that a busy server does most, each by itself.
//!
//! `cargo bench --package notification-bell-bench --bench hot_paths` measures their times with criterion. With
//! `--instructions`, the instructions of each are counted instead, and printed as `name number`, a line for each: that
//! is what `cargo xtask instructions` holds against its limits.

mod counting;
#[path = "../database/mod.rs"]
mod database;
mod paths;

use std::{env, process::ExitCode};

use criterion::Criterion;

/// Something that is done once by each call.
type Act = Box<dyn FnMut()>;
/// Its name, and how it is prepared.
type Path = (&'static str, fn() -> Act);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--instructions", ..] => counting::count_all(),
        [counting::DO, name, times] => counting::do_it(name, times),
        _ => {
            let mut criterion = Criterion::default().configure_from_args();
            for (name, prepare) in paths::ALL {
                criterion.bench_function(name, |bencher| {
                    let mut act = prepare();
                    bencher.iter(&mut act);
                });
            }
            criterion.final_summary();
            ExitCode::SUCCESS
        }
    }
}
