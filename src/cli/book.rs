//! `kafkalab book`: makes the book, or serves it, by the mdBook that is installed; a build with the feature `book` makes it by itself. The
//! preprocessor is this very program, wherever it lies.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command as Clap, value_parser};

use super::failure::{Failure, with_reason};
use super::{exit, runtime};
use crate::process::spawn::{self, Command, Stream, exit_code};
use crate::text::{Language, Message, Text, book as say};

/// The setting of the preprocessor's command, as mdBook takes it from the environment.
const COMMAND_VARIABLE: &str = "MDBOOK_PREPROCESSOR__KAFKALAB__COMMAND";

/// What to do with the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookArgs {
    /// Whether it is served, and made anew when a page changes.
    pub serve: bool,
    /// The folder with `book.toml`; `None` is the book of the language, in `book`.
    pub folder: Option<PathBuf>,
}

pub(super) fn command(language: Language) -> Clap {
    let say = |text: Text| text.get(language);
    let folder = || Arg::new("folder").value_name("DIR").value_parser(value_parser!(PathBuf)).help(say(say::ARG_FOLDER));
    Clap::new("book")
        .about(say(say::ABOUT_BOOK))
        .subcommand_required(true)
        .subcommand(Clap::new("build").about(say(say::ABOUT_BUILD)).arg(folder()))
        .subcommand(Clap::new("serve").about(say(say::ABOUT_SERVE)).arg(folder()))
}

pub(super) fn from_matches(matches: &ArgMatches) -> BookArgs {
    // clap lets nothing but these two through
    let (name, sub) = matches.subcommand().unwrap_or(("build", matches));
    BookArgs { serve: name == "serve", folder: sub.get_one::<PathBuf>("folder").cloned() }
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
        Some(mdbook) => by_mdbook(&mdbook, book.serve, &folder, &preprocessor),
        None if book.serve => Err(Failure::new("mdbook-missing", say::E_NO_MDBOOK)),
        None => by_itself(&folder, &preprocessor, language),
    }
}

fn by_mdbook(mdbook: &Path, serve: bool, folder: &Path, preprocessor: &str) -> Result<u8, Failure> {
    let failed = |error: &dyn std::fmt::Display| with_reason("book", say::E_PAGE, error);
    let command = Command::new(mdbook).arg(if serve { "serve" } else { "build" }).arg(folder);
    let command = command.env(COMMAND_VARIABLE, preprocessor).stdout(Stream::Inherit).stderr(Stream::Inherit);
    let ended = runtime()?.block_on(async {
        let mut child = command.spawn().map_err(|error| failed(&error))?;
        child.wait().await.map_err(|error| failed(&error))
    })?;
    Ok(if exit_code(ended) == 0 { exit::OK } else { exit::FOUND })
}

#[cfg(feature = "book")]
fn by_itself(folder: &Path, preprocessor: &str, language: Language) -> Result<u8, Failure> {
    use mdbook_driver::MDBook;
    use mdbook_driver::config::Config;
    let made = || -> anyhow::Result<PathBuf> {
        let mut config = Config::from_disk(folder.join("book.toml"))?;
        config.set("preprocessor.kafkalab.command", preprocessor)?;
        let book = MDBook::load_with_config(folder, config)?;
        book.build()?;
        Ok(book.build_dir_for("html").join("index.html"))
    };
    let index = made().map_err(|error| with_reason("book", say::E_PAGE, format!("{error:#}")))?;
    super::print(&(say::MADE.fill(language, &[("index", &index.display())]) + "\n"));
    Ok(exit::OK)
}

#[cfg(not(feature = "book"))]
fn by_itself(_: &Path, _: &str, _: Language) -> Result<u8, Failure> {
    Err(Failure::new("mdbook-missing", say::E_NO_MDBOOK))
}
