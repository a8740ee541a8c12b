//! `kafkalab shell NAME`: one of the lab's terminals in this window too.

use std::io::{self, IsTerminal};

use super::asking::lab_of;
use super::failure::Failure;
use super::learn::{RawMode, keyboard, say_lines, terminal_failure};
use super::opening::host_options_at;
use super::{Args, exit, runtime, workspace_folder};
use crate::frontend::{self, ShellEnd, screen_size};
use crate::lab::runner::Workspace;
use crate::lab::terminal::{Looked, SESSION_VARIABLE, Size, TERMINAL_VARIABLE, TerminalError, Viewer};
use crate::text::{Language, Message, asking as say};

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellArgs {
    /// The terminal.
    pub terminal: String,
    /// The lab; `None` for the one that was open last.
    pub lab: Option<String>,
}

pub(super) fn run(args: &Args, asked: &ShellArgs, locale: Language) -> Result<u8, Failure> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(Failure::new("no-terminal", say::E_SHELL_NO_TERMINAL));
    }
    let folder = workspace_folder(args)?;
    let remembered = Workspace::peek(&folder);
    let language = args.language.or(remembered.language).unwrap_or(locale);
    let lab = lab_of(args, asked.lab.as_deref(), &remembered)?;
    let session = remembered.labs.get(&lab).map(|memory| memory.session.clone()).unwrap_or_default();
    let is = |variable, value: &str| std::env::var_os(variable).is_some_and(|found| found == value);
    if is(SESSION_VARIABLE, &session) && is(TERMINAL_VARIABLE, &asked.terminal) {
        return Err(Failure::new("itself", say::E_SHELL_ITSELF));
    }
    let socket = host_options_at(&folder.join(&lab), &session).view_socket();
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let (columns, rows) = screen_size().unwrap_or((80, 24));
        let looked = Viewer::look(&socket, &asked.terminal, Size { columns, rows }).await;
        let mut viewer = match looked.map_err(not_open)? {
            Looked::At(viewer) => viewer,
            Looked::NoSuch(known) => {
                let message = Message::new(say::E_NO_TERMINAL).with("name", &asked.terminal).with("known", known.join(", "));
                return Err(Failure::new("no-such-terminal", message));
            }
        };
        say_lines(&[say::SHELL_HELP.fill(language, &[("name", &asked.terminal)])]);
        let raw = RawMode::enter()?;
        let ended = frontend::shell(&mut viewer, &mut keyboard(), io::stdout()).await;
        drop(raw);
        ended.map_err(|error| Failure::io("terminal", error))
    });
    // the keyboard's thread sits in a read that only another key would end
    runtime.shutdown_background();
    let text = match ended? {
        ShellEnd::Left => say::SHELL_LEFT,
        ShellEnd::Closed => say::SHELL_ENDED,
    };
    say_lines(&[text.fill(language, &[("name", &asked.terminal)])]);
    Ok(exit::OK)
}

fn not_open(error: TerminalError) -> Failure {
    match error {
        TerminalError::Unreachable { source, .. }
            if matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) =>
        {
            Failure::new("not-open", say::E_NOT_OPEN)
        }
        error => terminal_failure(error),
    }
}
