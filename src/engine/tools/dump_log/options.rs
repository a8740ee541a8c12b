//! The line of `kafka-dump-log.sh` (`DumpLogSegmentsOptions`).

use super::super::Stop;
use super::super::command_line::{help_or_version, require, uncaught};
use super::super::options::OptionParser;
use super::payload::Decoder;

/// The script, as the catalogue names it.
pub(super) const SCRIPT: &str = "kafka-dump-log.sh";
const PURPOSE: &str = "This tool helps to parse a log file and dump its contents to the console, useful for debugging a seemingly \
                       corrupt log segment.";
const STRINGS: &str = "kafka.serializer.StringDecoder";

/// What a line asks for.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) files: Vec<String>,
    pub(super) contents: bool,
    pub(super) deep: bool,
    pub(super) verify_only: bool,
    pub(super) sanity_only: bool,
    pub(super) skip_metadata: bool,
    pub(super) max_message_size: i32,
    /// Kafka reads it late, for the files that it is about.
    pub(super) max_bytes: Result<i32, super::Exception>,
    /// The option of the records' own format, where one was given.
    decoder: Option<&'static str>,
    key_class: String,
    value_class: String,
}

impl Line {
    /// How keys and values are read.
    ///
    /// # Errors
    /// The exception for a class that is not there.
    pub(super) fn decoder(&self) -> Result<Decoder, super::Exception> {
        match self.decoder {
            Some("offsets-decoder") => Ok(Decoder::Offsets),
            Some("transaction-log-decoder") => Ok(Decoder::Transactions),
            Some(_) => Ok(Decoder::Metadata),
            None => Decoder::of_classes(&self.value_class, &self.key_class),
        }
    }
}

pub(super) fn parse(args: &[String]) -> Result<Line, Stop> {
    let set = OptionParser::of(SCRIPT).parse(args).map_err(uncaught)?;
    if args.is_empty() {
        return Err(Stop::Usage(PURPOSE.to_owned()));
    }
    help_or_version(&set, PURPOSE)?;
    require(&set, "files")?;
    let text = |option| set.value(option).map(|value| value.unwrap_or(STRINGS).to_owned()).map_err(uncaught);
    let number = |option| set.number::<i32>(option).map(Option::unwrap_or_default).map_err(uncaught);
    let files = set.value("files").map_err(uncaught)?.unwrap_or_default();
    let mut files: Vec<String> = files.split(',').map(str::to_owned).collect();
    // as Java splits: what is empty at the end is not there, a text without commas is
    while files.len() > 1 && files.last().is_some_and(String::is_empty) {
        files.pop();
    }
    let decoders = ["offsets-decoder", "transaction-log-decoder", "cluster-metadata-decoder"];
    let decoder = decoders.into_iter().find(|option| set.has(option));
    let contents =
        ["print-data-log", "value-decoder-class", "key-decoder-class"].iter().any(|option| set.has(option)) || decoder.is_some();
    Ok(Line {
        files,
        contents,
        deep: contents || set.has("deep-iteration"),
        verify_only: set.has("verify-index-only"),
        sanity_only: set.has("index-sanity-check"),
        skip_metadata: set.has("skip-record-metadata"),
        max_message_size: number("max-message-size")?,
        max_bytes: set.number::<i32>("max-bytes").map(Option::unwrap_or_default).map_err(super::Exception::from),
        decoder,
        key_class: text("key-decoder-class")?,
        value_class: text("value-decoder-class")?,
    })
}
