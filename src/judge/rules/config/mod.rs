//! The rules about configuration files: told by the linter of any file, and by the coach where a server is started with one.
//!
//! Codes: 301–319 `zookeeper.properties`, 401–409 keys, 410–417 `zookeeper.connect`, 420–429 and 441–449 single values, 430–440
//! how the file is written, 450–459 folders, 460–479 what Kafka's validation refuses, 480–489 risks and contradictions, 5xx
//! listeners, 7xx clients. The passes run in that order of certainty: how the file is written, its keys, its values, and then
//! what they come to together; a fault found by one is not told again by the next.

pub mod about;
pub mod broker_start;
pub mod client;
pub mod connect_string;
pub mod coordinator;
pub mod durability;
pub mod explanation;
pub mod file;
pub mod keys;
pub mod kind;
pub mod listeners;
pub mod log_dirs;
pub mod magnitude;
pub mod refused;
pub mod security;
pub mod started_file;
pub mod syntax;
pub mod typed;
mod units;
pub mod value;
pub mod zookeeper_connect;

#[cfg(test)]
mod agreement;

use std::path::PathBuf;

use file::{ConfigFile, Judgement, KafkaVersion};
use kind::Kind;

use crate::judge::diagnostic::Diagnostic;
use crate::properties::Document;

/// Everything that is found in a file, in its order.
pub fn judge(file: &ConfigFile) -> Vec<Diagnostic> {
    let mut judged = Judgement::new(file);
    syntax::check(&mut judged);
    if !keys::check(&mut judged) {
        return judged.into_findings();
    }
    value::check(&mut judged);
    syntax::check_letters(&mut judged);
    if file.kind == Kind::Broker {
        connect_string::check(&mut judged);
        refused::check(&mut judged);
        log_dirs::check(&mut judged);
        listeners::check(&mut judged);
        security::check(&mut judged);
        durability::check(&mut judged);
    }
    coordinator::check(&mut judged);
    client::check(&mut judged);
    magnitude::check(&mut judged);
    judged.into_findings()
}

/// What is found in one setting, at its places in `key=value`; what the rest of a file should have is not missed.
pub fn judge_setting(key: &str, value: &str, kind: Kind, version: KafkaVersion) -> Vec<Diagnostic> {
    let Ok(document) = Document::parse(format!("{key}={value}")) else { return Vec::new() };
    let file = ConfigFile { path: PathBuf::new(), shown: String::new(), kind, version, document };
    let mut found = judge(&file);
    found.retain(|found| found.primary.range != (0..0));
    found
}
