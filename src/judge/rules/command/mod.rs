//! The command line: what bash makes of it, and the rules about it.

pub mod archive;
pub mod argparse;
pub mod bootstrap_refused;
pub mod console_consumer;
pub mod console_producer;
pub mod console_waits;
pub mod entity_configs;
pub mod here_document;
pub mod invocation;
pub mod kill;
pub mod line;
pub mod linked_script;
pub(super) mod nearest;
pub mod newer_tools;
pub mod options;
pub mod script_name;
pub mod server_start;
pub mod shell;
pub(super) mod tool_line;
pub mod tool_options;
pub mod tool_values;
pub mod topic_returns;
pub mod unknown_option;
pub mod word;

#[cfg(test)]
mod tests;
