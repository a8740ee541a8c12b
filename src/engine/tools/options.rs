//! How the tools read their lines: the rules of jopt-simple 5.0.4 as Kafka uses it, without abbreviations. The options
//! themselves are in the catalogue.

use std::collections::HashMap;

use super::Exception;
use crate::catalog::tools::{self, Argument, ToolOption};

/// Why a line cannot be read; the texts are jopt-simple's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    /// There is no such option.
    #[error("{0} is not a recognized option")]
    Unrecognized(String),
    /// The line ends where a value is due.
    #[error("Option {0} requires an argument")]
    MissingArgument(&'static str),
    /// The option stands twice, and only one value is used.
    #[error("Found multiple arguments for option {0}, but you asked for only one")]
    Multiple(&'static str),
    /// The value is not of the option's type.
    #[error("Cannot parse argument '{value}' of option {option}")]
    Conversion {
        /// The value.
        value: String,
        /// The option.
        option: &'static str,
    },
    /// The value is none of those that the option takes.
    #[error("Cannot parse argument '{value}' of option {option}")]
    Choice {
        /// The value.
        value: String,
        /// The option.
        option: &'static str,
        /// The values that it takes, in any case.
        choices: &'static [&'static str],
    },
    /// Options that must be there are not.
    #[error("Missing required option(s) [{0}]")]
    MissingRequired(&'static str),
}

impl From<OptionError> for Exception {
    fn from(error: OptionError) -> Self {
        let class = match &error {
            OptionError::Unrecognized(_) => "joptsimple.UnrecognizedOptionException",
            OptionError::MissingArgument(_) => "joptsimple.OptionMissingRequiredArgumentException",
            OptionError::Multiple(_) => "joptsimple.MultipleArgumentsForOptionException",
            OptionError::MissingRequired(_) => "joptsimple.MissingRequiredOptionsException",
            OptionError::Conversion { .. } | OptionError::Choice { .. } => "joptsimple.OptionArgumentConversionException",
        };
        let exception = Self::new(class, error.to_string());
        match error {
            OptionError::Conversion { value, .. } => exception.caused_by(number_format(&value)),
            OptionError::Choice { value, choices, .. } => {
                let text = format!("Value [{value}] is not one of [[{}]]", choices.join(","));
                exception.caused_by(Self::new("joptsimple.ValueConversionException", text))
            }
            _ => exception,
        }
    }
}

fn number_format(value: &str) -> Exception {
    let class = "java.lang.NumberFormatException";
    let text = format!("For input string: \"{value}\"");
    Exception::new("joptsimple.internal.ReflectionException", format!("{class}: {text}")).caused_by(Exception::new(class, text))
}

/// The options of one tool.
pub struct OptionParser {
    options: Vec<ToolOption>,
}

/// What a line gave.
#[derive(Debug)]
pub struct OptionSet {
    /// The values of each option that stands on the line, in order; flags have none.
    detected: HashMap<&'static str, Vec<String>>,
    /// The options on the line, in its order, each as often as it stands there.
    sequence: Vec<&'static str>,
    defaults: HashMap<&'static str, String>,
}

impl OptionParser {
    /// The options of a script of `bin/`.
    pub fn of(script: &str) -> Self {
        Self { options: tools::options(script).unwrap_or_default() }
    }

    /// The options, sorted as the usage table shows them.
    pub(super) fn sorted(&self) -> Vec<&ToolOption> {
        let mut sorted: Vec<_> = self.options.iter().filter(|option| option.names.iter().any(|n| n.starts_with('-'))).collect();
        sorted.sort_by_key(|option| name_of(option));
        sorted
    }

    fn find(&self, name: &str) -> Option<&ToolOption> {
        self.options.iter().find(|option| option.names.iter().any(|known| known.trim_start_matches('-') == name))
    }

    /// Reads a line.
    ///
    /// # Errors
    /// [`OptionError::Unrecognized`] and [`OptionError::MissingArgument`], at the first word that is wrong.
    pub fn parse(&self, args: &[String]) -> Result<OptionSet, OptionError> {
        let mut detected: HashMap<&'static str, Vec<String>> = HashMap::new();
        let mut sequence = Vec::new();
        let mut words = args.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            let (option, attached) = match word.strip_prefix("--") {
                Some("") => break,
                Some(long) => {
                    let (name, value) = split(long);
                    (self.find(name).ok_or_else(|| OptionError::Unrecognized(name.to_owned()))?, value)
                }
                None => match word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
                    Some(short) => {
                        let (name, value) = split(short);
                        (self.find(name).ok_or_else(|| cluster(short))?, value)
                    }
                    // stray words are left alone
                    None => continue,
                },
            };
            sequence.push(name_of(option));
            let values = detected.entry(name_of(option)).or_default();
            let attached = attached.filter(|value| !value.is_empty());
            match (option.argument, attached) {
                (Argument::None, _) => {}
                (_, Some(value)) => values.push(value.to_owned()),
                (Argument::Required | Argument::Many, None) => {
                    let value = words.next().ok_or(OptionError::MissingArgument(name_of(option)))?;
                    values.push(value.to_owned());
                }
                (Argument::Optional, None) => {
                    if let Some(value) = words.next_if(|next| may_be_value(option, next)) {
                        values.push(value.to_owned());
                    }
                }
            }
        }
        let defaults = self.options.iter().filter_map(|option| Some((name_of(option), option.default.clone()?)));
        Ok(OptionSet { detected, sequence, defaults: defaults.collect() })
    }
}

/// An option's name in messages: without its dashes.
pub(super) fn name_of(option: &ToolOption) -> &'static str {
    option.names.first().map_or("", |name| name.trim_start_matches('-'))
}

fn split(word: &str) -> (&str, Option<&str>) {
    word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)))
}

/// `-xyz` is taken for one-letter options in a row; no tool has any, so the first letter is the unknown one.
fn cluster(word: &str) -> OptionError {
    OptionError::Unrecognized(word.chars().take(1).collect())
}

/// Whether a word is the value of an option that may have none. A number may look like an option; what is none is no value of an
/// option that takes numbers.
fn may_be_value(option: &ToolOption, word: &str) -> bool {
    match option.value_type {
        "Integer" => word.parse::<i32>().is_ok(),
        "Long" => word.parse::<i64>().is_ok(),
        _ => !looks_like_an_option(word),
    }
}

fn looks_like_an_option(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-') && word != "--"
}

impl OptionSet {
    /// Whether the option stands on the line.
    pub fn has(&self, option: &str) -> bool {
        self.detected.contains_key(option)
    }

    /// The option's only value, or its default.
    ///
    /// # Errors
    /// [`OptionError::Multiple`] where it stands twice.
    pub fn value(&self, option: &'static str) -> Result<Option<&str>, OptionError> {
        match self.detected.get(option).map(Vec::as_slice) {
            Some([value]) => Ok(Some(value)),
            Some([_, _, ..]) => Err(OptionError::Multiple(option)),
            _ => Ok(self.defaults.get(option).map(String::as_str)),
        }
    }

    /// The option's only value as a number, as Java reads it.
    ///
    /// # Errors
    /// [`OptionError::Multiple`], [`OptionError::Conversion`].
    pub fn number<T: std::str::FromStr>(&self, option: &'static str) -> Result<Option<T>, OptionError> {
        let Some(value) = self.value(option)? else { return Ok(None) };
        let number = value.parse().map_err(|_| OptionError::Conversion { value: value.to_owned(), option })?;
        Ok(Some(number))
    }

    /// The option's only value as one of those that it takes, whatever its case (`EnumConverter`).
    ///
    /// # Errors
    /// [`OptionError::Multiple`], [`OptionError::Choice`].
    pub fn one_of(&self, option: &'static str, choices: &'static [&'static str]) -> Result<Option<&'static str>, OptionError> {
        let Some(value) = self.value(option)? else { return Ok(None) };
        let chosen = choices.iter().find(|choice| choice.eq_ignore_ascii_case(value));
        chosen.map(|choice| Some(*choice)).ok_or_else(|| OptionError::Choice { value: value.to_owned(), option, choices })
    }

    /// The options on the line, in its order, each as often as it stands there (`OptionSet.specs`).
    pub fn sequence(&self) -> &[&'static str] {
        &self.sequence
    }

    /// All the option's values.
    pub fn values(&self, option: &str) -> &[String] {
        self.detected.get(option).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    fn check(script: &str, line: &str, expected: Result<&[(&'static str, &[&str])], &str>) {
        match (OptionParser::of(script).parse(&words(line)), expected) {
            (Ok(set), Ok(expected)) => {
                assert_eq!(set.detected.len(), expected.len(), "{line}");
                for (option, values) in expected {
                    assert!(set.has(option), "{line}: {option}");
                    assert_eq!(set.values(option), *values, "{line}: {option}");
                }
            }
            (Err(error), Err(expected)) => assert_eq!(error.to_string(), expected, "{line}"),
            (found, expected) => panic!("{line}: expected {expected:?}, found {found:?}"),
        }
    }

    #[test]
    fn lines_are_read_as_jopt_simple_reads_them() {
        const TOPICS: &str = "kafka-topics.sh";
        check(TOPICS, "--topic a --partitions=3 --list", Ok(&[("topic", &["a"]), ("partitions", &["3"]), ("list", &[])]));
        check(TOPICS, "-list -topic=a", Ok(&[("list", &[]), ("topic", &["a"])]));
        check(TOPICS, "--topic --list", Ok(&[("topic", &["--list"])]));
        check(TOPICS, "--topic= a", Ok(&[("topic", &["a"])]));
        check(TOPICS, "--list=yes stray - more", Ok(&[("list", &[])]));
        check(TOPICS, "--list -- --nonsense", Ok(&[("list", &[])]));
        check(TOPICS, "–list", Ok(&[]));
        check(TOPICS, "--config a=1 --config b=2", Ok(&[("config", &["a=1", "b=2"])]));
        check(TOPICS, "--reflection-factor 1", Err("reflection-factor is not a recognized option"));
        check(TOPICS, "--reflection-factor=1", Err("reflection-factor is not a recognized option"));
        check(TOPICS, "--top a", Err("top is not a recognized option"));
        check(TOPICS, "--Topic a", Err("Topic is not a recognized option"));
        check(TOPICS, "-topics a", Err("t is not a recognized option"));
        check(TOPICS, "--describe --topic", Err("Option topic requires an argument"));
        const PRODUCER: &str = "kafka-console-producer.sh";
        check(PRODUCER, "--compression-codec --sync", Ok(&[("compression-codec", &[]), ("sync", &[])]));
        check(PRODUCER, "--compression-codec zstd", Ok(&[("compression-codec", &["zstd"])]));
        const TOKENS: &str = "kafka-delegation-tokens.sh";
        check(TOKENS, "--max-life-time-period -1 --create", Ok(&[("max-life-time-period", &["-1"]), ("create", &[])]));
        check(TOKENS, "--max-life-time-period one --create", Ok(&[("max-life-time-period", &[]), ("create", &[])]));
        check(PRODUCER, "--bootstrap-servers x", Err("bootstrap-servers is not a recognized option"));
    }

    #[test]
    fn values_are_read_late() {
        let parser = OptionParser::of("kafka-topics.sh");
        let set = parser.parse(&words("--topic a --topic b --partitions abc")).expect("the line is whole");
        assert_eq!(set.value("topic"), Err(OptionError::Multiple("topic")));
        let error = set.number::<i32>("partitions").expect_err("no number");
        assert_eq!(
            Exception::from(error).to_string(),
            "joptsimple.OptionArgumentConversionException: Cannot parse argument 'abc' of option partitions\n\
             Caused by: joptsimple.internal.ReflectionException: java.lang.NumberFormatException: For input string: \"abc\"\n\
             Caused by: java.lang.NumberFormatException: For input string: \"abc\""
        );
    }

    proptest! {
        #[test]
        fn any_line_is_read_or_refused(line in proptest::collection::vec("[-=a-z한 ]{0,12}", 0..8)) {
            for script in ["kafka-topics.sh", "kafka-console-producer.sh", "kafka-console-consumer.sh"] {
                let _ = OptionParser::of(script).parse(&line);
            }
        }

        #[test]
        fn the_three_forms_of_a_value_agree(value in "[a-z0-9.,:한]{1,10}") {
            let parser = OptionParser::of("kafka-topics.sh");
            for line in [vec![format!("--topic={value}")], vec!["--topic".to_owned(), value.clone()], vec![format!("-topic={value}")]] {
                let set = parser.parse(&line).expect("it is whole");
                prop_assert_eq!(set.value("topic"), Ok(Some(value.as_str())));
            }
        }
    }
}
