//! The integration tests, in one binary so that they link once.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod bad_network;
#[cfg(test)]
#[path = "../batches/mod.rs"]
mod batches;
#[cfg(test)]
mod batches_answered;
#[cfg(test)]
mod book;
#[cfg(test)]
mod broker;
#[cfg(test)]
mod broker_life;
#[cfg(test)]
mod broker_settings;
#[cfg(test)]
#[path = "../churn/mod.rs"]
mod churn;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod composed;
#[cfg(test)]
mod coordinator;
#[cfg(test)]
mod coordinator_process;
#[cfg(test)]
#[path = "../crash/mod.rs"]
mod crash;
#[cfg(test)]
mod crash_campaign;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod distribution;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod group_churn;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod idempotence;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod lab_check;
#[cfg(test)]
mod learn;
#[cfg(test)]
mod learn_refused;
#[cfg(test)]
mod learner;
#[cfg(test)]
mod lint;
#[cfg(test)]
mod lsp;
#[cfg(test)]
mod options;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod screen;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod silent;
#[cfg(test)]
mod storage;
#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod terminal_host;
#[cfg(test)]
mod tools;
#[cfg(test)]
mod tools_bad_input;
#[cfg(test)]
mod up;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod welcome;
#[cfg(test)]
mod wrong_turns;
#[cfg(test)]
mod zookeeper;
#[cfg(test)]
mod zookeeper_access;
#[cfg(test)]
mod zookeeper_crash;
#[cfg(test)]
mod zookeeper_disk;
#[cfg(test)]
mod zookeeper_process;
#[cfg(test)]
mod zookeeper_refused;
