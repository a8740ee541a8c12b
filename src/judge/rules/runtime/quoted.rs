//! Sentences that quote what was written: the quoted words tell which of several mistakes it was.
//!
//! Kafka says `Not a number of type INT` of a comment, of quotes and of a unit alike, and a shell says `No such file or directory` of a
//! name that is mistyped and of the wrong folder. What was quoted is looked at by the rules about files and lines themselves.

use crate::catalog::tools;
use crate::judge::diagnostic::Severity;
use crate::judge::rules::command::linked_script::SCRIPT_LINK;
use crate::judge::rules::command::nearest::nearest;
use crate::judge::rules::command::script_name::{self, nearest_of_all};
use crate::judge::rules::command::server_start::{
    CONFIG_FROM_ELSEWHERE, CONFIG_IS_FOLDER, CONFIG_MISTYPED, DAEMON_LAST, DISTANCE_MAX, SHIPPED,
};
use crate::judge::rules::command::shell::{BLANK_AFTER_BACKSLASH, LOG_FOLDER, NO_SLASH, OTHER_FOLDER};
use crate::judge::rules::config::file::KafkaVersion;
use crate::judge::rules::config::kind::Kind;
use crate::judge::rules::config::{self, connect_string, file, value};
use crate::judge::rules::{self, Rule};

/// A sentence that quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// A value and the key it was given.
    Value,
    /// A listener.
    Listener,
    /// What Java could not read as a number.
    Number,
    /// A script that the shell did not find.
    Script,
    /// A command that the shell did not find.
    Command,
    /// The file that the shell could not open for the output.
    Output,
    /// A file that Java did not find.
    File,
    /// A configuration that ZooKeeper did not find.
    Configuration,
    /// A folder that Java was to read as a file.
    Folder,
    /// An option that nothing has.
    Option,
}

/// The words of each; a sentence of another rule that is part of it begins behind them.
pub const QUOTING: [(&str, Quoting); 11] = [
    (": Invalid value ", Quoting::Value),
    ("Unable to parse ", Quoting::Listener),
    ("java.lang.NumberFormatException: For input string: \"", Quoting::Number),
    (".sh: No such file or directory", Quoting::Script),
    (".log: No such file or directory", Quoting::Output),
    (": command not found", Quoting::Command),
    ("java.nio.file.NoSuchFileException: ", Quoting::File),
    (".properties file is missing", Quoting::Configuration),
    ("java.io.IOException: Is a directory", Quoting::Folder),
    (" (Is a directory)", Quoting::Folder),
    ("joptsimple.UnrecognizedOptionException: ", Quoting::Option),
];

/// How the broker and the coordinator begin what they say where their line or their file is wrong.
const BROKER_ENDS: &str = "(kafka.Kafka$)";
const BROKER_STARTS: &str = "Fatal error during KafkaServer startup";
const COORDINATOR_CONFIG: &str = "Invalid config, exiting abnormally";
const COORDINATOR_LINE: &str = "Invalid arguments, exiting abnormally";

/// What is read where a sentence quotes.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a> {
    /// The line before the sentence.
    pub before: &'a str,
    /// The line behind it.
    pub behind: &'a str,
    /// The error that it belongs to; empty where there is none.
    pub error: &'a str,
}

impl Quoted<'_> {
    /// The cause; `None` where the words may have another one.
    pub fn cause(self, quoting: Quoting) -> Option<&'static Rule> {
        let Self { before, behind, error } = self;
        match quoting {
            Quoting::Value => {
                let (value, rest) = behind.rsplit_once(" for configuration ")?;
                refused(rest.split(':').next()?, value)
            }
            Quoting::Listener => refused("listeners", behind.strip_suffix(" to a broker endpoint")?),
            Quoting::Number => number(behind.split('"').next()?, error),
            Quoting::Script => script(before),
            Quoting::Command => command(last_part(before)),
            Quoting::Output => shell_says(before).then_some(&LOG_FOLDER).filter(|_| last_part(before).contains('/')),
            Quoting::File => configuration(behind),
            Quoting::Configuration => configuration(&format!("{before}.properties")),
            Quoting::Folder if [BROKER_ENDS, COORDINATOR_CONFIG].iter().any(|words| error.contains(words)) => {
                Some(&CONFIG_IS_FOLDER)
            }
            // of `-daemon`, the option that is read is its first letter
            Quoting::Option if error.contains(BROKER_ENDS) && behind.starts_with("d is ") => Some(&DAEMON_LAST),
            Quoting::Folder | Quoting::Option => None,
        }
    }
}

/// What is wrong with a value that Kafka refused.
fn refused(key: &str, value: &str) -> Option<&'static Rule> {
    let kinds = [Kind::Broker, Kind::Topic, Kind::Producer, Kind::Consumer];
    let has = |kind: &Kind| file::keys_of(*kind).contains_key(key);
    kinds.into_iter().filter(has).find_map(|kind| {
        let found = config::judge_setting(key, value, kind, KafkaVersion::CATALOGUED);
        rules::find(found.into_iter().find(|found| found.severity == Severity::Error)?.code)
    })
}

fn number(quoted: &str, error: &str) -> Option<&'static Rule> {
    let of_coordinator = error.contains(COORDINATOR_CONFIG);
    match quoted {
        _ if error.contains(COORDINATOR_LINE) && quoted.ends_with(".properties") => Some(&DAEMON_LAST),
        _ if !of_coordinator && !error.contains(BROKER_STARTS) => None,
        _ if quoted.contains(" #") => Some(&value::COMMENT),
        _ if of_coordinator => Some(&value::NOT_A_NUMBER),
        // of all that a broker reads, only the coordinator's port is read so
        _ => Some(&connect_string::PORT),
    }
}

/// What stands behind the last colon: `bash: ./bin/x` names `./bin/x`.
fn last_part(before: &str) -> &str {
    before.rsplit(": ").next().unwrap_or(before)
}

/// Whether a shell says it, and not a program about one of its files.
fn shell_says(before: &str) -> bool {
    let speaker = before.rsplit(": ").nth(1).unwrap_or("");
    speaker.ends_with("bash") || speaker.ends_with("sh") || speaker.starts_with("line ")
}

fn script(before: &str) -> Option<&'static Rule> {
    let path = last_part(before);
    let name = format!("{}.sh", path.rsplit('/').next()?);
    match name.as_str() {
        "kafka-run-class.sh" => Some(&SCRIPT_LINK),
        name if tools::all().iter().any(|tool| tool.script == name) => Some(&OTHER_FOLDER),
        name => nearest_of_all(name).map(|_| &script_name::RULE),
    }
}

fn command(name: &str) -> Option<&'static Rule> {
    match name {
        _ if name.starts_with("--") => Some(&BLANK_AFTER_BACKSLASH),
        _ if tools::all().iter().any(|tool| tool.script == name) => Some(&NO_SLASH),
        _ => nearest_of_all(name).map(|_| &script_name::RULE),
    }
}

/// A file that is none of a configuration is another matter: the data of a broker may have been deleted under it.
fn configuration(path: &str) -> Option<&'static Rule> {
    let name = path.trim_end().rsplit(['/', ' ']).next()?;
    let is_configuration = name.ends_with(".properties") && name != "meta.properties";
    let copy = name.contains(|c: char| c.is_ascii_digit());
    match nearest(name, SHIPPED.into_iter(), DISTANCE_MAX) {
        Some(_) if is_configuration && !copy => Some(&CONFIG_MISTYPED),
        _ => is_configuration.then_some(&CONFIG_FROM_ELSEWHERE),
    }
}
