//! The command line: what bash makes of it, and the rules about it.

pub mod invocation;
pub mod line;
pub mod options;
pub mod script_name;
pub mod unknown_option;
pub mod word;

#[cfg(test)]
mod tests;
