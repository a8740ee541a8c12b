//! The startup file of a lab terminal's bash, and the private folder that it and the host talk through.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, OFlags};

use super::{Decision, PromptStyle, Startup};

/// How every marker starts; the terminal's secret and a semicolon follow. An operating system command (OSC) of a number that no terminal
/// knows, so that one that slipped through would not show.
pub(super) const MARKER_START: &str = "\u{1b}]7717;";
/// The longest line that is handed over, in bytes; what is longer is cut.
const LINE_BYTES_MAX: u64 = 1024 * 1024;
const HOOKS: &str = include_str!("hooks.bash");

/// How many lines of one shell are told apart: the numbers of its lines begin where those of a shell before it, which may have had the same
/// name, can never come. An answer that was meant for a line of that one is no answer to a line of this one.
const LINES_BITS: u32 = 32;

/// Whose hooks they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct HooksOf<'a> {
    /// The terminal's name.
    pub(super) terminal: &'a str,
    /// How many shells were started before.
    pub(super) number: u32,
    /// Whether the learner's own `~/.bashrc` is read.
    pub(super) startup: Startup,
    /// Which prompt is shown.
    pub(super) prompt: PromptStyle,
}

/// The private folder of one terminal; removed when dropped.
#[derive(Debug)]
pub(super) struct HookFolder {
    path: PathBuf,
    answer: File,
    mark: String,
}

impl HookFolder {
    /// Makes the folder (0700) with the startup file and the answer pipe in it.
    pub(super) fn create(path: PathBuf, of: &HooksOf<'_>) -> io::Result<Self> {
        // of a host that was killed
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        let mark = uuid::Uuid::new_v4().simple().to_string();
        let file = startup_file(&path, &mark, of);
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path.join("bashrc"))?.write_all(file.as_bytes())?;
        rustix::fs::mknodat(CWD, path.join("answer"), FileType::Fifo, Mode::from_raw_mode(0o600), 0)?;
        // open for both ways: neither opening nor writing waits for a shell, and the shell sees no end between answers
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
        let answer = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path.join("answer"))?;
        Ok(Self { path, answer, mark })
    }

    /// The file for `bash --rcfile`.
    pub(super) fn startup_file(&self) -> PathBuf {
        self.path.join("bashrc")
    }

    /// The secret in the markers of this terminal.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// The line that the shell has handed over.
    pub(super) fn read_line(&self) -> io::Result<String> {
        let mut bytes = Vec::new();
        File::open(self.path.join("line"))?.take(LINE_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Tells the shell what to do with line `id`. An answer that comes too late is ignored by the shell.
    pub(super) fn answer(&self, id: u64, decision: Decision) -> io::Result<()> {
        let word = match decision {
            Decision::Run => "run",
            Decision::Skip => "skip",
        };
        (&self.answer).write_all(format!("{word} {id}\n").as_bytes())
    }
}

impl Drop for HookFolder {
    fn drop(&mut self) {
        // what cannot be removed is small, private, and replaced by the next terminal of this name
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn startup_file(folder: &Path, mark: &str, of: &HooksOf<'_>) -> String {
    let startup = match of.startup {
        Startup::User => "user",
        Startup::Clean => "clean",
    };
    let prompt = match of.prompt {
        PromptStyle::Lab => format!("learner@{} \\W$ ", of.terminal),
        PromptStyle::User => String::new(),
    };
    let program = std::env::current_exe().unwrap_or_default();
    let values = [
        ("program", program.to_string_lossy().as_ref()),
        ("dir", folder.to_string_lossy().as_ref()),
        ("mark", mark),
        ("host", &std::process::id().to_string()),
        ("startup", startup),
        ("prompt", &prompt),
        ("id", &(u64::from(of.number) << LINES_BITS).to_string()),
    ]
    .map(|(name, value)| format!("__kafkalab_{name}={}\n", quoted(value)));
    values.concat() + HOOKS
}

/// A word of bash that means exactly `value`.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_for_bash() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }

    #[test]
    fn an_answer_never_waits_and_the_folder_is_removed() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let of = HooksOf { terminal: "client", number: 3, startup: Startup::Clean, prompt: PromptStyle::Lab };
        let folder = HookFolder::create(place.path().join("a/b"), &of).expect("created");
        let file = fs::read_to_string(folder.startup_file()).expect("it is there");
        assert!(file.contains("__kafkalab_id='12884901888'\n"), "{file}");
        for id in 0..1000 {
            folder.answer(id, Decision::Skip).expect("nobody reads, and nobody has to");
        }
        drop(folder);
        assert!(!place.path().join("a/b").exists());
    }
}
