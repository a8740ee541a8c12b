//! The programs of the distribution, by the name of the Java class that stands for each in the process table.

use std::ffi::OsString;
use std::process::ExitCode;

use super::tools::{
    acls, broker_api_versions, cluster, configs, consumer_groups, delegation_tokens, delete_records, features, get_offsets,
    leader_election, log_dirs, reassign_partitions, replica_verification, transactions, zookeeper_shell,
};
use super::{tools, zookeeper};
use crate::process::jvm::class_at;

/// One program of the distribution.
#[derive(Clone, Copy)]
pub struct Program {
    /// The main class, as it shows in `ps`.
    pub main_class: &'static str,
    /// Runs it with the arguments after `argv[0]`; returns when it ends.
    pub run: fn(Vec<OsString>) -> ExitCode,
}

impl Program {
    /// Runs the program to its end.
    pub fn run(self, args: Vec<OsString>) -> ExitCode {
        (self.run)(args)
    }
}

/// Every program that the bundled engine has. Adding a tool is one line here and its file in `tools/`.
const PROGRAMS: &[Program] = &[
    Program { main_class: tools::BROKER_CLASS, run: tools::run_broker },
    Program { main_class: tools::TOPICS_CLASS, run: tools::run_topics },
    Program { main_class: tools::PRODUCER_CLASS, run: tools::run_producer },
    Program { main_class: zookeeper::server::MAIN_CLASS, run: zookeeper::server::main },
    Program { main_class: tools::CONSUMER_CLASS, run: tools::run_consumer },
    Program { main_class: tools::PRODUCER_PERFORMANCE_CLASS, run: tools::run_producer_performance },
    Program { main_class: tools::CONSUMER_PERFORMANCE_CLASS, run: tools::run_consumer_performance },
    Program { main_class: tools::DUMP_LOG_CLASS, run: tools::run_dump_log },
    Program { main_class: tools::END_TO_END_LATENCY_CLASS, run: tools::run_end_to_end_latency },
    Program { main_class: tools::VERIFIABLE_PRODUCER_CLASS, run: tools::run_verifiable_producer },
    Program { main_class: tools::VERIFIABLE_CONSUMER_CLASS, run: tools::run_verifiable_consumer },
    Program { main_class: broker_api_versions::MAIN_CLASS, run: broker_api_versions::run },
    Program { main_class: cluster::MAIN_CLASS, run: cluster::run },
    Program { main_class: configs::MAIN_CLASS, run: configs::run },
    Program { main_class: consumer_groups::MAIN_CLASS, run: consumer_groups::run },
    Program { main_class: delete_records::MAIN_CLASS, run: delete_records::run },
    Program { main_class: features::MAIN_CLASS, run: features::run },
    Program { main_class: get_offsets::MAIN_CLASS, run: get_offsets::run },
    Program { main_class: leader_election::MAIN_CLASS, run: leader_election::run },
    Program { main_class: log_dirs::MAIN_CLASS, run: log_dirs::run },
    Program { main_class: reassign_partitions::MAIN_CLASS, run: reassign_partitions::run },
    Program { main_class: zookeeper_shell::MAIN_CLASS, run: zookeeper_shell::run },
    Program { main_class: acls::MAIN_CLASS, run: acls::run },
    Program { main_class: transactions::MAIN_CLASS, run: transactions::run },
    Program { main_class: delegation_tokens::MAIN_CLASS, run: delegation_tokens::run },
    Program { main_class: replica_verification::MAIN_CLASS, run: replica_verification::run },
];

/// The program that a command line names and the arguments for it; `None` where the binary was called as `kafkalab` itself. A tool is
/// called by its main class. A server is called as `java` is, so that whoever looks for it in the process table sees what stands there
/// for Kafka's own: options and folders, then the class.
pub fn called(argv: &[OsString]) -> Option<(&'static Program, &[OsString])> {
    let at = class_at(argv).unwrap_or_default();
    let (class, arguments) = argv.get(at..)?.split_first()?;
    let program = PROGRAMS.iter().find(|program| class == program.main_class)?;
    Some((program, arguments))
}

/// Every program of the bundled engine.
pub fn programs() -> &'static [Program] {
    PROGRAMS
}
