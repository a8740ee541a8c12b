//! The commands of `kafkalab`.

mod answer;
mod args;
pub mod asking;
mod book;
pub mod diagnose;
mod dist;
mod doctor;
mod engine;
pub mod engine_start;
pub mod exit;
mod explain;
mod failure;
mod lab;
mod lab_check;
mod lab_new;
mod learn;
pub mod lint;
mod list;
pub mod lsp;
mod manual;
mod matrix;
mod mdbook;
mod opening;
pub mod shell;
mod status;
mod up;
mod verify;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

pub use args::{Args, Command, Parsed, parse};
pub use failure::Failure;

use crate::engine::tools::witnessed;
use crate::lab::terminal::host;
use crate::process::exec;
use crate::text::{Language, Message, cli as say};

/// Runs `kafkalab` with the arguments of this process.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let locale = Language::from_locale(|name| std::env::var(name).ok());
    let language = args::language_asked(&arguments).unwrap_or(locale);
    let code = match parse(&arguments, language) {
        Ok(Parsed::Print(text)) => {
            print(&text);
            exit::OK
        }
        Ok(Parsed::Run(args)) => run(args, locale).unwrap_or_else(|failure| fail(&failure, language)),
        Err(failure) => fail(&failure, language),
    };
    ExitCode::from(code)
}

fn run(args: Args, locale: Language) -> Result<u8, Failure> {
    match args.command.clone() {
        Command::Learn(asked) => learn::run(&args, &asked, locale),
        Command::Lab(lab) => lab::run(&args, &lab, args.language.unwrap_or(locale)),
        Command::List { json } => list::run(&args, json, locale),
        Command::Status { json } => status::run(&args, json, locale),
        Command::Shell(asked) => shell::run(&args, &asked, locale),
        Command::Ask(asked) => asking::run(&args, &asked, locale),
        Command::Verify { labs, options, engine } => verify::run(&args, &labs, options, &engine, locale),
        Command::Matrix(matrix) => matrix::run(&args, &matrix, args.language.unwrap_or(locale)),
        Command::Up(up) => up::run(&args, &up, args.language.unwrap_or(locale)),
        Command::Doctor(doctor) => doctor::run(&args, &doctor, args.language.unwrap_or(locale)),
        Command::Dist { folder } => dist::run(&folder, args.language.unwrap_or(locale)),
        Command::Lint(lint) => lint::run(&lint, args.language.unwrap_or(locale)),
        Command::Lsp(lsp) => lsp::run(&lsp, args.language, locale),
        Command::Diagnose(diagnose) => Ok(diagnose::run(&diagnose, args.language.unwrap_or(locale))),
        Command::Explain { rule } => explain::run(rule.as_deref(), args.language.unwrap_or(locale)),
        Command::Completions(shell) => Ok(manual::completions(shell, args.language.unwrap_or(locale))),
        Command::Man { folder } => manual::man(&folder, args.language.unwrap_or(locale)),
        Command::Book(book) => book::run(&book, args.language.unwrap_or(locale)),
        Command::MdBook { arguments } => mdbook::run(&arguments),
        Command::EngineStart(measure) => measure_start(&measure, args.language.unwrap_or(locale)),
        Command::WithParent { parent, arguments } => with_parent(parent, &arguments),
        Command::WitnessedJava { arguments } => witnessed_java(&arguments),
        Command::Answer { words } => answer::run(&words),
        Command::TerminalHost { arguments } => host::main(&arguments).map(|()| exit::OK).map_err(learn::terminal_failure),
    }
}

/// Goes on as another program, unless who wanted it is gone.
fn with_parent(parent: u32, arguments: &[OsString]) -> Result<u8, Failure> {
    if !exec::end_with_parent(parent).map_err(|error| Failure::io(witnessed::WITH_PARENT, error))? {
        return Ok(exit::INTERRUPTED);
    }
    let (program, arguments) = arguments.split_first().ok_or_else(nothing_to_run)?;
    Err(Failure::io(witnessed::WITH_PARENT, exec::exec(program.as_ref(), None, arguments)))
}

fn nothing_to_run() -> Failure {
    Failure::new("usage", Message::new(say::E_USAGE_MISSING).with("found", "PROGRAM"))
}

fn witnessed_java(arguments: &[OsString]) -> Result<u8, Failure> {
    let (java, arguments) = arguments.split_first().ok_or_else(nothing_to_run)?;
    witnessed::run(java.as_ref(), arguments).map_err(|error| Failure::io(witnessed::WITNESSED_JAVA, error))
}

fn measure_start(measure: &engine_start::Args, language: Language) -> Result<u8, Failure> {
    match runtime()?.block_on(engine_start::run(measure, language)) {
        Ok(_) => Ok(exit::OK),
        Err(error) => Err(Failure::io("engine-start", format!("{error:#}"))),
    }
}

fn fail(failure: &Failure, language: Language) -> u8 {
    // where standard error is gone there is nobody left to tell
    let _ = writeln!(io::stderr(), "{}", failure.say(language));
    failure.exit
}

/// Prints text that may hold its own line breaks; a reader that went away (`| head`) is no error.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
    let _ = io::stdout().flush();
}

/// Shows how far a long command is, in place of what this showed before; nothing where nobody looks at standard error.
fn progress(text: &str) {
    if io::stderr().is_terminal() {
        // carriage return, and erase to the end of the line
        let _ = write!(io::stderr(), "\r\x1b[K{text}");
    }
}

/// The workspace: as asked for, else `KAFKALAB_WORKSPACE`, else `~/kafkalab`.
fn workspace_folder(args: &Args) -> Result<PathBuf, Failure> {
    let from_environment = || std::env::var_os("KAFKALAB_WORKSPACE").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let at_home = || std::env::var_os("HOME").filter(|home| !home.is_empty()).map(|home| PathBuf::from(home).join("kafkalab"));
    args.workspace.clone().or_else(from_environment).or_else(at_home).ok_or_else(|| Failure::new("no-home", say::E_HOME))
}

/// The runtime of a command.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::io("tokio", error))
}
