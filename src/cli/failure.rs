//! An error as a person reads it: a code, one plain sentence, and what to do next.

use std::fmt::Display;
use std::io;
use std::path::Path;

use super::exit;
use crate::lab::format::FormatError;
use crate::lab::runner::WorkspaceError;
use crate::text::{Language, Message, Text, UnknownLanguage, cli};

/// Why a command ended early.
#[derive(Clone, Debug)]
pub struct Failure {
    /// A stable name, as `port-taken`.
    pub code: &'static str,
    /// The sentence, with the next step in it.
    pub message: Message,
    /// The exit code.
    pub exit: u8,
}

impl Failure {
    /// A failure that kept the command from running.
    pub fn new(code: &'static str, message: impl Into<Message>) -> Self {
        Self { code, message: message.into(), exit: exit::COULD_NOT_RUN }
    }

    /// A failure whose sentence says what failed and why, for what has no sentence of its own.
    pub fn io(what: impl Display, reason: impl Display) -> Self {
        Self::new("io", Message::new(cli::E_IO).with("what", what).with("reason", reason))
    }

    /// A failure to write below the workspace, where its cause is none that permissions are to blame for.
    pub(super) fn of_disk(path: &Path, source: &io::Error) -> Option<Self> {
        let (code, text) = match source.kind() {
            io::ErrorKind::StorageFull => ("disk-full", cli::E_FULL),
            io::ErrorKind::QuotaExceeded => ("quota", cli::E_QUOTA),
            io::ErrorKind::ReadOnlyFilesystem => ("read-only", cli::E_READ_ONLY),
            _ => return None,
        };
        Some(Self::new(code, Message::new(text).with("path", path.display())))
    }

    /// The line as it is printed.
    pub fn say(&self, language: Language) -> String {
        format!("{}[{}]: {}", cli::ERROR_PREFIX.get(language), self.code, self.message.say(language))
    }
}

/// A sentence whose one value is the reason that the error gives.
pub(super) fn with_reason(code: &'static str, text: Text, reason: impl Display) -> Failure {
    Failure::new(code, Message::new(text).with("reason", reason))
}

impl From<UnknownLanguage> for Failure {
    fn from(error: UnknownLanguage) -> Self {
        Self::new("unknown-language", Message::new(cli::E_LANGUAGE).with("found", error.found))
    }
}

impl From<FormatError> for Failure {
    fn from(error: FormatError) -> Self {
        with_reason("lab-format", cli::E_LAB, error)
    }
}

impl From<WorkspaceError> for Failure {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::Busy { pid } => Self::new("workspace-busy", Message::new(cli::E_BUSY).with("pid", pid)),
            WorkspaceError::Write { path, source } => {
                if let Some(failure) = Self::of_disk(&path, &source) {
                    return failure;
                }
                let message = Message::new(cli::E_WORKSPACE).with("path", path.display()).with("reason", source);
                Self::new("workspace", message)
            }
        }
    }
}
