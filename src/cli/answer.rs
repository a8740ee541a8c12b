//! `answer WORD…` at a lab's terminal: tells the runner a learner's answer. The ✓ beside the step says whether it is right.

use std::path::PathBuf;

use super::{Failure, exit};
use crate::engine::tools::invocation::Invocation;
use crate::lab::check::ANSWER_CLASS;
use crate::lab::runner::witness_socket;
use crate::lab::terminal::SESSION_VARIABLE;
use crate::net;
use crate::text::cli as say;

pub(super) fn run(words: &[String]) -> Result<u8, Failure> {
    if words.is_empty() {
        return Err(Failure::new("answer-empty", say::E_ANSWER_EMPTY));
    }
    let nowhere = || Failure::new("answer-nowhere", say::E_ANSWER_NOWHERE);
    let session = std::env::var(SESSION_VARIABLE).ok().filter(|session| !session.is_empty()).ok_or_else(nowhere)?;
    report(&session, ANSWER_CLASS, words, exit::OK).ok_or_else(nowhere)?;
    Ok(exit::OK)
}

/// Tells the runner of a session, as a tool does, that something was done and how it ended; `None` where nobody listens.
pub(super) fn report(session: &str, main_class: &str, words: &[String], code: u8) -> Option<()> {
    let socket = net::connect_datagram(&witness_socket(session)).ok()?;
    let pid = std::process::id();
    let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::new());
    let started = Invocation::Started { pid, main_class: main_class.to_owned(), argv: words.to_vec(), cwd };
    for report in [started, Invocation::Exited { pid, code }] {
        socket.send(&serde_json::to_vec(&report).ok()?).ok()?;
    }
    Some(())
}
