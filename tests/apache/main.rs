//! The bundled engine against Apache Kafka 3.6.0 and ZooKeeper 3.8.2. Where Java or Maven is missing, or Maven cannot fetch, each of
//! these tests is reported as ignored, with the reason beside its name.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod admin;
mod assignors;
#[path = "../batches/mod.rs"]
mod batches;
mod batches_answered;
#[path = "../churn/mod.rs"]
mod churn;
mod clients;
mod configs;
#[path = "../crash/mod.rs"]
mod crash;
mod differential;
mod groups;
mod jars;
mod matrix;
mod mixed;
mod recordings;
mod start_log;
mod storage;
#[path = "../support/mod.rs"]
mod support;
mod tools;
mod world;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use jars::Jars;
use world::World;

/// A test: its name and what it does.
type Case = (&'static str, fn(&World));

fn main() -> ExitCode {
    let mut args = Arguments::from_args();
    // one JVM at a time; they fight over the processors otherwise
    args.test_threads.get_or_insert(1);
    let cases = || {
        let servers =
            tools::CASES.iter().chain(mixed::CASES).chain(differential::CASES).chain(storage::CASES).chain(start_log::CASES);
        servers
            .chain(batches_answered::CASES)
            .chain(clients::CASES)
            .chain(groups::CASES)
            .chain(assignors::CASES)
            .chain(configs::CASES)
            .chain(recordings::CASES)
            .chain(admin::CASES)
            .chain(matrix::CASES)
    };
    let wanted = !args.list && cases().any(|(name, _)| is_selected(&args, name));
    let jars = if wanted { Jars::fetch() } else { Err("not looked for".to_owned()) };
    let (jars, reason) = match jars {
        Ok(jars) => (Some(jars), String::new()),
        Err(reason) => (None, reason),
    };
    let skipped = jars.is_none() && wanted;
    if skipped {
        eprintln!("tests against Apache Kafka are skipped: {reason}");
    }
    let world = Arc::new(World::new(jars));
    let trials = cases().map(|(name, run)| {
        let world = Arc::clone(&world);
        let trial = Trial::test(*name, move || {
            run(&world);
            Ok(())
        });
        let kind = if skipped { format!("skipped: {reason}") } else { String::new() };
        trial.with_ignored_flag(skipped).with_kind(kind)
    });
    let conclusion = libtest_mimic::run(&args, trials.collect());
    // ends the servers that the tests shared
    drop(world);
    conclusion.exit_code()
}

/// Whether the command line lets a test of this name run.
fn is_selected(args: &Arguments, name: &str) -> bool {
    let matches = |filter: &String| if args.exact { name == filter } else { name.contains(filter.as_str()) };
    args.filter.as_ref().is_none_or(matches) && !args.skip.iter().any(matches)
}
