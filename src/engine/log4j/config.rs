//! `log4j.properties`: which levels go to which files (`org.apache.log4j.PropertyConfigurator`).

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::pattern::{Pattern, Record};
use super::{Level, ROOT};
use crate::properties::{Document, PropertiesError};

/// The option of the JVM that names the file.
const OPTION: &str = "-Dlog4j.configuration=";
/// The property with the folder of the log files.
const FOLDER: &str = "kafka.logs.dir";
/// A pattern without date or logger, for appenders that name none.
const PLAIN: &str = "%m%n";

/// The file that the JVM's options name; the last counts.
pub(super) fn file_of(options: &str) -> Option<&str> {
    let named = options.split_whitespace().filter_map(|option| option.strip_prefix(OPTION)).next_back()?;
    Some(named.strip_prefix("file:").unwrap_or(named)).filter(|file| !file.is_empty())
}

/// Where an appender writes.
#[derive(Debug)]
enum Out {
    Stdout,
    Stderr,
    File(File),
    /// Its file cannot be opened, or its class does nothing here.
    Nothing,
}

#[derive(Debug)]
struct Appender {
    threshold: Option<Level>,
    pattern: Pattern,
    out: Out,
}

/// What a logger says of itself and those below it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Rule {
    /// `None` where it says nothing; `Some(None)` for no records at all.
    level: Option<Option<Level>>,
    appenders: Vec<String>,
    /// Whether those above it get its records too.
    alone: bool,
}

/// A configuration that is read, with its files open.
#[derive(Debug)]
pub(super) struct Logging {
    root: Rule,
    rules: BTreeMap<String, Rule>,
    appenders: BTreeMap<String, Appender>,
}

impl Logging {
    /// Reads a file and opens the log files that it names; `folder` and the JVM's `options` stand for its variables.
    ///
    /// # Errors
    /// What log4j says of a file that it cannot read.
    pub(super) fn read(file: &Path, folder: Option<&Path>, options: &str) -> Result<Self, String> {
        let shown = file.display();
        let document = Document::read(file).map_err(|error| {
            let cause = match &error {
                PropertiesError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                    format!("java.io.FileNotFoundException: {shown} (No such file or directory)")
                }
                PropertiesError::Io { source, .. } => format!("java.io.FileNotFoundException: {shown} ({source})"),
                malformed => format!("java.lang.IllegalArgumentException: {malformed}"),
            };
            format!(
                "log4j:ERROR Could not read configuration file from URL [file:{shown}].\n{cause}\nlog4j:ERROR Ignoring configuration \
                 file [file:{shown}].\nlog4j:WARN No appenders could be found for logger (kafka.utils.Log4jControllerRegistration$).\n\
                 log4j:WARN Please initialize the log4j system properly.\nlog4j:WARN See \
                 http://logging.apache.org/log4j/1.2/faq.html#noconfig for more info."
            )
        })?;
        if let Some(folder) = folder {
            // whoever cannot make it is told of each file in it
            let _ = std::fs::create_dir_all(folder);
        }
        let keys: BTreeMap<&str, &str> = document.iter().map(|entry| (entry.key.as_str(), entry.value.trim())).collect();
        let mut variables: BTreeMap<String, String> = options
            .split_whitespace()
            .filter_map(|option| option.strip_prefix("-D")?.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        if let Some(folder) = folder {
            variables.entry(FOLDER.to_owned()).or_insert_with(|| folder.display().to_string());
        }
        Ok(Self::of(&keys, &|text| substitute(text, &variables)))
    }

    fn of(keys: &BTreeMap<&str, &str>, substitute: &dyn Fn(&str) -> String) -> Self {
        let get = |key: String| keys.get(key.as_str()).map(|value| substitute(value));
        let mut rules: BTreeMap<String, Rule> = BTreeMap::new();
        for (key, value) in keys {
            let name = key.strip_prefix("log4j.logger.").or(key.strip_prefix("log4j.category."));
            let Some(name) = name else { continue };
            let alone = get(format!("log4j.additivity.{name}")).is_some_and(|value| value.eq_ignore_ascii_case("false"));
            rules.insert(name.to_owned(), Rule { alone, ..rule(&substitute(value)) });
        }
        let root = get("log4j.rootLogger".to_owned()).or_else(|| get("log4j.rootCategory".to_owned())).unwrap_or_default();
        let root = rule(&root);
        let mut named: Vec<String> = rules.values().chain([&root]).flat_map(|rule| rule.appenders.iter().cloned()).collect();
        named.sort();
        named.dedup();
        let appenders = named.into_iter().map(|name| {
            let appender = appender(&|key| get(format!("log4j.appender.{name}{key}")));
            (name, appender)
        });
        Self { root, rules, appenders: appenders.collect() }
    }

    /// The loggers that are named.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.rules.keys().cloned()
    }

    /// From which level on a logger writes; `None` for no records at all.
    pub(super) fn level_of(&self, logger: &str) -> Option<Level> {
        least(&chain(&self.rules, &self.root, logger))
    }

    /// Sets from which level on a logger writes; `None` leaves it to what is above it.
    pub(super) fn set_level(&mut self, logger: &str, level: Option<Level>) {
        let rule = if logger == ROOT { &mut self.root } else { self.rules.entry(logger.to_owned()).or_default() };
        rule.level = level.map(Some);
    }

    /// Writes a record to every appender that its logger has.
    pub(super) fn write(&mut self, record: &Record<'_>) {
        let chain = chain(&self.rules, &self.root, record.logger);
        let level = least(&chain);
        if level.is_none_or(|level| record.level < level) {
            return;
        }
        let last = chain.iter().position(|rule| rule.alone).unwrap_or(chain.len());
        for name in chain.iter().take(last + 1).flat_map(|rule| &rule.appenders) {
            let Some(appender) = self.appenders.get_mut(name) else { continue };
            if appender.threshold.is_some_and(|threshold| record.level < threshold) {
                continue;
            }
            let text = appender.pattern.format(record);
            // a reader that went away must not end a server: log4j goes on as well
            let _ = match &mut appender.out {
                Out::Stdout => io::stdout().write_all(text.as_bytes()),
                Out::Stderr => io::stderr().write_all(text.as_bytes()),
                Out::File(file) => file.write_all(text.as_bytes()),
                Out::Nothing => Ok(()),
            };
        }
    }
}

/// What is said of a logger, from itself up to the root.
fn chain<'a>(rules: &'a BTreeMap<String, Rule>, root: &'a Rule, logger: &str) -> Vec<&'a Rule> {
    let above = std::iter::successors(Some(logger), |name| name.rsplit_once('.').map(|(above, _)| above));
    above.filter_map(|name| rules.get(name)).chain([root]).collect()
}

fn least(chain: &[&Rule]) -> Option<Level> {
    chain.iter().find_map(|rule| rule.level).unwrap_or(Some(Level::Debug))
}

/// `LEVEL, appender, appender`.
fn rule(value: &str) -> Rule {
    let mut words = value.split(',').map(str::trim);
    let level = words.next().and_then(level);
    Rule { level, appenders: words.filter(|word| !word.is_empty()).map(str::to_owned).collect(), alone: false }
}

/// A level by its name; `None` where it is left open, `Some(None)` for OFF. What is no level is DEBUG, as in log4j.
fn level(name: &str) -> Option<Option<Level>> {
    match name.to_ascii_uppercase().as_str() {
        "" | "INHERITED" | "NULL" => None,
        "OFF" => Some(None),
        "ALL" | "TRACE" => Some(Some(Level::Trace)),
        "INFO" => Some(Some(Level::Info)),
        "WARN" => Some(Some(Level::Warn)),
        "ERROR" => Some(Some(Level::Error)),
        "FATAL" => Some(Some(Level::Fatal)),
        _ => Some(Some(Level::Debug)),
    }
}

fn appender(get: &dyn Fn(&str) -> Option<String>) -> Appender {
    let class = get("").unwrap_or_default();
    let out = match class.rsplit('.').next().unwrap_or_default() {
        "ConsoleAppender" => match get(".Target").or_else(|| get(".target")) {
            Some(target) if target.eq_ignore_ascii_case("System.err") => Out::Stderr,
            _ => Out::Stdout,
        },
        "FileAppender" | "RollingFileAppender" | "DailyRollingFileAppender" => {
            let append = !get(".Append").is_some_and(|value| value.eq_ignore_ascii_case("false"));
            open(&get(".File").or_else(|| get(".file")).unwrap_or_default(), append)
        }
        _ => Out::Nothing,
    };
    let pattern = get(".layout.ConversionPattern").unwrap_or_else(|| PLAIN.to_owned());
    Appender { threshold: get(".Threshold").and_then(|name| level(&name)).flatten(), pattern: Pattern::new(&pattern), out }
}

fn open(file: &str, append: bool) -> Out {
    let path = Path::new(file);
    if let Some(folder) = path.parent() {
        // the file says what is the matter
        let _ = std::fs::create_dir_all(folder);
    }
    match OpenOptions::new().create(true).write(true).append(append).truncate(!append).open(path) {
        Ok(file) => Out::File(file),
        Err(error) => {
            super::stderr_line(&format!(
                "log4j:ERROR setFile(null,{append}) call failed.\njava.io.FileNotFoundException: {file} ({error})"
            ));
            Out::Nothing
        }
    }
}

/// Puts values in the places of `${name}`; what is not known is nothing.
fn substitute(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(variables.get(name).map_or("", String::as_str));
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../distribution/files/log4j.properties");

    /// Writes records of these loggers and levels; gives the files that got them.
    fn written(config: &str, records: &[(&str, Level)]) -> BTreeMap<String, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("log4j.properties");
        std::fs::write(&file, config).expect("written");
        let logs = folder.path().join("logs");
        let mut logging = Logging::read(&file, Some(&logs), "").expect("it can be read");
        for (logger, level) in records {
            let now = jiff::Zoned::now();
            logging.write(&Record { level: *level, logger, message: format_args!("{logger}"), exception: None, now });
        }
        let files = std::fs::read_dir(&logs).expect("made").flatten();
        let text = |path: &Path| {
            let text = std::fs::read_to_string(path).expect("there");
            text.lines().filter_map(|line| line.split(' ').nth(3)).collect::<Vec<_>>().join(" ")
        };
        files.map(|file| (file.file_name().to_string_lossy().into_owned(), text(&file.path()))).collect()
    }

    #[test]
    fn records_go_to_the_files_that_kafka_ships() {
        let records = [
            ("kafka.server.KafkaServer", Level::Info),
            ("kafka.server.KafkaServer", Level::Debug),
            ("kafka.controller.KafkaController", Level::Trace),
            ("state.change.logger", Level::Info),
            ("org.apache.zookeeper.ZooKeeper", Level::Warn),
        ];
        let files = written(SHIPPED, &records);
        let expected = [
            ("controller.log", "kafka.controller.KafkaController"),
            ("kafka-authorizer.log", ""),
            ("kafka-request.log", ""),
            ("log-cleaner.log", ""),
            ("server.log", "kafka.server.KafkaServer org.apache.zookeeper.ZooKeeper"),
            ("state-change.log", "state.change.logger"),
        ];
        assert_eq!(files, expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    }

    #[test]
    fn a_learners_level_and_folder_count() {
        let config = SHIPPED.replace("log4j.logger.kafka=INFO", "log4j.logger.kafka=WARN").replace("/server.log", "/deep/my.log");
        let config = config.replace("stdout, kafkaAppender", "kafkaAppender");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("log4j.properties");
        std::fs::write(&file, config).expect("written");
        let mut logging = Logging::read(&file, Some(folder.path()), "").expect("it can be read");
        for level in [Level::Info, Level::Error] {
            let now = jiff::Zoned::now();
            let logger = "kafka.server.KafkaServer";
            logging.write(&Record { level, logger, message: format_args!("x"), exception: None, now });
        }
        let text = std::fs::read_to_string(folder.path().join("deep/my.log")).expect("its folder is made");
        assert!(text.contains("] ERROR x (kafka.server.KafkaServer)\n") && !text.contains("INFO"), "{text}");
    }

    #[test]
    fn the_file_is_named_in_the_options_of_the_jvm() {
        let check = |options: &str, expected: Option<&str>| assert_eq!(file_of(options), expected, "{options}");
        check("-Dlog4j.configuration=file:bin/../config/log4j.properties", Some("bin/../config/log4j.properties"));
        check("-Da=b -Dlog4j.configuration=/x -Dlog4j.configuration=file:/y", Some("/y"));
        check("-Da=b", None);
        check("", None);
        let error = Logging::read(Path::new("/no/such"), None, "").expect_err("it is not there");
        assert!(error.starts_with(
            "log4j:ERROR Could not read configuration file from URL [file:/no/such].\njava.io.FileNotFoundException"
        ));
    }
}
