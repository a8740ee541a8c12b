//! `kafkalab lsp`: a language server over standard input and output, for the configuration files of Kafka and ZooKeeper.
//!
//! What it says of a file is what `kafkalab lint` says. One message is answered after the other, by one thread: the longest takes
//! milliseconds.

mod complete;
mod convert;
mod documents;
mod frames;
mod hover;
mod neighbours;
mod server;

use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;

use clap::{Arg, ArgAction, ArgMatches, Command as Clap};
use lsp_server::Message as Frame;

use super::exit;
use super::failure::Failure;
use crate::judge::lint::Options;
use crate::judge::rules::config::file::KafkaVersion;
use crate::text::{Language, Message, lint, lsp as say};
use frames::Read;
use server::Server;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LspArgs {
    kafka_version: Option<String>,
}

/// The definition for clap, with its help in a language.
pub fn command(language: Language) -> Clap {
    // clients add it to the command by themselves
    let stdio = Arg::new("stdio").long("stdio").action(ArgAction::SetTrue).help(say::ARG_STDIO.get(language));
    let version = Arg::new("kafka-version").long("kafka-version").value_name("X.Y");
    Clap::new("lsp").about(say::ABOUT.get(language)).arg(stdio).arg(version.help(lint::ARG_KAFKA_VERSION.get(language)))
}

/// What was typed.
pub fn from_matches(matches: &ArgMatches) -> LspArgs {
    LspArgs { kafka_version: matches.get_one::<String>("kafka-version").cloned() }
}

/// Serves until the client says `exit`, or is gone; the code tells whether it said `shutdown` before.
///
/// `asked` is the language of `--lang`; where there is none, the client's counts, and then that of the locale.
///
/// # Errors
/// A version that is none, or standard input or output that fails.
pub fn run(args: &LspArgs, asked: Option<Language>, locale: Language) -> Result<u8, Failure> {
    let version = match &args.kafka_version {
        Some(text) => {
            let unknown = |()| Failure::new("unknown-version", Message::new(lint::E_VERSION).with("found", text));
            text.parse().map_err(unknown)?
        }
        None => KafkaVersion::CATALOGUED,
    };
    let server = Server::new(asked, locale, Options { version, ..Options::default() });
    let served = converse(server, &mut BufReader::new(io::stdin().lock()), &mut io::stdout().lock());
    served.map_err(|error| Failure::io("lsp", error))
}

/// What the server says to the bytes that a client sends, and the code that it ends with. For tests that send anything.
///
/// # Errors
/// None for bytes in memory.
pub fn answers(input: &[u8]) -> io::Result<(Vec<u8>, u8)> {
    let mut output = Vec::new();
    let server = Server::new(Some(Language::En), Language::En, Options::default());
    let code = converse(server, &mut &*input, &mut output)?;
    Ok((output, code))
}

fn converse(mut server: Server, input: &mut impl BufRead, output: &mut impl io::Write) -> io::Result<u8> {
    loop {
        let answers = match frames::read(input)? {
            Read::Frame(body) => match serde_json::from_slice::<Frame>(&body) {
                Ok(frame) => server.take(frame),
                Err(error) => ControlFlow::Continue(vec![server.unreadable(&error)]),
            },
            Read::TooLarge(size) => ControlFlow::Continue(vec![server.too_large(size)]),
            Read::End => ControlFlow::Break(server.end()),
        };
        match answers {
            ControlFlow::Continue(answers) if write(output, &answers).is_ok() => {}
            // a client that does not read any more is gone
            ControlFlow::Continue(_) => return Ok(exit::FOUND),
            ControlFlow::Break(code) => return Ok(code),
        }
    }
}

fn write(output: &mut impl io::Write, answers: &[Frame]) -> io::Result<()> {
    answers.iter().try_for_each(|answer| answer.write(output))?;
    output.flush()
}
