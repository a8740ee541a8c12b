//! `kafkalab book`: makes the book, or serves it, by the mdBook that is installed; a build with the feature `book` does so by itself. The
//! preprocessor is this very program, wherever it lies.

#[cfg(feature = "book")]
mod library;

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command as Clap, value_parser};

use super::failure::{Failure, with_reason};
use super::{exit, runtime};
use crate::process::spawn::{self, Command, Stream, exit_code};
use crate::text::{Language, Message, Text, book as say};

/// The setting of the preprocessor's command, as mdBook takes it from the environment.
const COMMAND_VARIABLE: &str = "MDBOOK_PREPROCESSOR__KAFKALAB__COMMAND";

/// Where a book is served if nothing else is asked for, as by mdBook.
const PORT: &str = "3000";

/// What to do with the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookArgs {
    /// The port that it is served at, and made anew when a page changes; `None` where it is made only.
    pub port: Option<u16>,
    /// The folder with `book.toml`; `None` is the book of the language, in `book`.
    pub folder: Option<PathBuf>,
}

pub(super) fn command(language: Language) -> Clap {
    let say = |text: Text| text.get(language);
    let folder = || Arg::new("folder").value_name("DIR").value_parser(value_parser!(PathBuf)).help(say(say::ARG_FOLDER));
    let port = Arg::new("port").short('p').long("port").value_name("PORT").default_value(PORT);
    let port = port.value_parser(value_parser!(u16).range(1..)).help(say(say::ARG_PORT));
    Clap::new("book")
        .about(say(say::ABOUT_BOOK))
        .subcommand_required(true)
        .subcommand(Clap::new("build").about(say(say::ABOUT_BUILD)).arg(folder()))
        .subcommand(Clap::new("serve").about(say(say::ABOUT_SERVE)).arg(port).arg(folder()))
}

pub(super) fn from_matches(matches: &ArgMatches) -> BookArgs {
    // clap lets nothing but these two through
    let (name, sub) = matches.subcommand().unwrap_or(("build", matches));
    let port = if name == "serve" { sub.get_one::<u16>("port").copied() } else { None };
    BookArgs { port, folder: sub.get_one::<PathBuf>("folder").cloned() }
}

pub(super) fn run(book: &BookArgs, language: Language) -> Result<u8, Failure> {
    let folder = book.folder.clone().unwrap_or_else(|| Path::new("book").join(language.to_string()));
    if !folder.join("book.toml").is_file() {
        return Err(Failure::new("book-missing", Message::new(say::E_NO_BOOK).with("folder", folder.display())));
    }
    let own = std::env::current_exe().map_err(|error| Failure::io("book", error))?;
    // mdBook takes the command apart as a shell does
    let preprocessor = format!("'{}' mdbook", own.display().to_string().replace('\'', r"'\''"));
    match spawn::find("mdbook") {
        Some(mdbook) => by_mdbook(&mdbook, book.port, &folder, &preprocessor),
        None => by_itself(book.port, &folder, &preprocessor, language),
    }
}

fn by_mdbook(mdbook: &Path, port: Option<u16>, folder: &Path, preprocessor: &str) -> Result<u8, Failure> {
    let failed = |error: &dyn std::fmt::Display| with_reason("book", say::E_PAGE, error);
    let command = match port {
        Some(port) => Command::new(mdbook).arg("serve").arg("--port").arg(port.to_string()),
        None => Command::new(mdbook).arg("build"),
    };
    let command = command.arg(folder);
    let command = command.env(COMMAND_VARIABLE, preprocessor).stdout(Stream::Inherit).stderr(Stream::Inherit);
    let ended = runtime()?.block_on(async {
        let mut child = command.spawn().map_err(|error| failed(&error))?;
        child.wait().await.map_err(|error| failed(&error))
    })?;
    Ok(if exit_code(ended) == 0 { exit::OK } else { exit::FOUND })
}

#[cfg(feature = "book")]
fn by_itself(port: Option<u16>, folder: &Path, preprocessor: &str, language: Language) -> Result<u8, Failure> {
    let book = library::Book { folder: folder.to_owned(), preprocessor: preprocessor.to_owned(), language };
    match port {
        Some(port) => book.serve(port),
        None => book.build(),
    }
}

#[cfg(not(feature = "book"))]
fn by_itself(_: Option<u16>, _: &Path, _: &str, _: Language) -> Result<u8, Failure> {
    Err(Failure::new("mdbook-missing", say::E_NO_MDBOOK))
}
