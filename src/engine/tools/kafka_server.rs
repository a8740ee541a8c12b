//! `kafka.Kafka`, the program behind `kafka-server-start.sh`: reads its line, runs the broker, ends on a signal.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::harness::{eprint, print};
use crate::catalog::KAFKA_VERSION;
use crate::engine::broker::config::BrokerConfig;
use crate::engine::broker::controller::settings::unserved;
use crate::engine::broker::startup::{RunningBroker, StartError};
use crate::engine::exception::Exception;
use crate::engine::log4j;
use crate::log_info;
use crate::process::server::{EndingSignals, keep_memory, meet_file_limits};
use crate::properties::{Document, PropertiesError};

const MAIN: &str = "kafka.Kafka$";
const SIGNALS: &str = "org.apache.kafka.common.utils.LoggingSignalHandler";
/// How many threads serve requests.
const WORKER_THREADS: usize = 2;
const USAGE: &str = "USAGE: java [options] kafka.Kafka server.properties [--override property=value]*";
/// The options in jopt-simple's layout, as Kafka prints them.
const OPTIONS: &str = "\
Option               Description                                         
------               -----------                                         
--override <String>  Optional property that should override values set in
                       server.properties file                            
--version            Print version information and exit.                 
";

/// What the line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Version,
    /// The usage table below a message, and exit code 1.
    Usage(String),
    Start {
        file: String,
        overrides: Vec<(String, String)>,
    },
}

/// Runs the broker with the arguments that `kafka-server-start.sh` passes on.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let args: Vec<String> = args.into_iter().map(|word| word.to_string_lossy().into_owned()).collect();
    // a log folder that cannot be made is no reason not to serve; log4j says so and goes on
    if let Err(error) = log4j::init_server(std::env::var_os("LOG_DIR").as_deref().map(Path::new)) {
        eprint(&format!("log4j:ERROR setFile(null,true) call failed.\njava.io.IOException: {error}\n"));
    }
    log_info!("kafka.utils.Log4jControllerRegistration$", "Registered kafka:type=kafka.Log4jController MBean");
    let config = match read_line(&args) {
        Ok(Line::Version) => {
            print(&format!("{KAFKA_VERSION}\n"));
            return ExitCode::SUCCESS;
        }
        Ok(Line::Usage(message)) => {
            eprint(&format!("{message}\n{OPTIONS}"));
            return ExitCode::FAILURE;
        }
        Ok(Line::Start { file, overrides }) => read_config(&file, overrides),
        Err(exception) => Err(exception),
    };
    let config = match config {
        Ok(config) => config,
        Err(exception) => {
            exception.log(MAIN, format_args!("Exiting Kafka due to fatal exception"));
            return ExitCode::FAILURE;
        }
    };
    keep_memory();
    // more threads would take memory and bring nothing: the work is short and the kernel's
    match tokio::runtime::Builder::new_multi_thread().worker_threads(WORKER_THREADS).enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(serve(config));
            runtime.shutdown_background();
            ExitCode::from(code)
        }
        Err(error) => {
            let exception = Exception::new("java.lang.OutOfMemoryError", format!("unable to create native thread: {error}"));
            exception.log(MAIN, format_args!("Exiting Kafka due to fatal exception"));
            ExitCode::FAILURE
        }
    }
}

/// `Kafka.getPropsFromArgs`: the first word is the file, whatever it looks like.
fn read_line(args: &[String]) -> Result<Line, Exception> {
    if args.is_empty() || args.iter().any(|word| word == "--help") {
        return Ok(Line::Usage(USAGE.to_owned()));
    }
    if args.iter().any(|word| word == "--version") {
        return Ok(Line::Version);
    }
    let unknown =
        |name: &str| Exception::new("joptsimple.UnrecognizedOptionException", format!("{name} is not a recognized option"));
    let (mut overrides, mut strays) = (Vec::new(), Vec::new());
    let mut words = args[1..].iter();
    while let Some(word) = words.next() {
        let (long, name) = match (word.strip_prefix("--"), word.strip_prefix('-')) {
            (Some(""), _) => {
                strays.extend(words.by_ref().cloned());
                continue;
            }
            (Some(name), _) => (true, name),
            (None, Some(name)) if !name.is_empty() => (false, name),
            _ => {
                strays.push(word.clone());
                continue;
            }
        };
        let (name, attached) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value)));
        match name {
            "override" => {
                let missing = || {
                    let class = "joptsimple.OptionMissingRequiredArgumentException";
                    Exception::new(class, "Option override requires an argument")
                };
                let given = attached.filter(|value| !value.is_empty()).map(str::to_owned);
                let given = given.or_else(|| words.next().cloned()).ok_or_else(missing)?;
                let (key, value) = given.split_once('=').unwrap_or((&given, ""));
                overrides.push((key.to_owned(), value.to_owned()));
            }
            _ if long => return Err(unknown(name)),
            _ => return Err(unknown(&name.chars().take(1).collect::<String>())),
        }
    }
    if !strays.is_empty() {
        return Ok(Line::Usage(format!("Found non argument parameters: {}", strays.join(","))));
    }
    Ok(Line::Start { file: args[0].clone(), overrides })
}

fn read_config(file: &str, overrides: Vec<(String, String)>) -> Result<BrokerConfig, Exception> {
    let document = Document::read(Path::new(file)).map_err(|error| match error {
        PropertiesError::Io { source, .. } => match source.kind() {
            std::io::ErrorKind::NotFound => Exception::new("java.nio.file.NoSuchFileException", file),
            std::io::ErrorKind::PermissionDenied => Exception::new("java.nio.file.AccessDeniedException", file),
            std::io::ErrorKind::IsADirectory => Exception::new("java.io.IOException", "Is a directory"),
            _ => Exception::new("java.io.IOException", source.to_string()),
        },
        malformed => Exception::new("java.lang.IllegalArgumentException", malformed.to_string()),
    })?;
    let mut originals: BTreeMap<String, String> = document.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    originals.extend(overrides);
    let config = BrokerConfig::new(originals)?;
    if !config.list("process.roles").is_empty() {
        return Err(no_kraft(&config));
    }
    match config.unserved_listener() {
        Some(listener) => Err(Exception::config(unserved(listener))),
        None => Ok(config),
    }
}

/// A KRaft configuration: Kafka refuses it as long as the folders are not formatted, and this broker after that.
fn no_kraft(config: &BrokerConfig) -> Exception {
    let class = "org.apache.kafka.common.KafkaException";
    let unformatted = config.log_dirs().into_iter().find(|dir| !dir.join("meta.properties").exists());
    match unformatted {
        Some(dir) => Exception::new(
            class,
            format!("No `meta.properties` found in {} (have you run `kafka-storage.sh` to format the directory?)", dir.display()),
        ),
        None => Exception::new(class, "the bundled broker runs with ZooKeeper only: process.roles needs Apache Kafka itself"),
    }
}

async fn serve(config: BrokerConfig) -> u8 {
    let mut signals = EndingSignals::listen();
    meet_file_limits();
    log_info!(SIGNALS, "Registered signal handlers for TERM, INT, HUP");
    let started = tokio::select! {
        started = RunningBroker::start(Arc::new(config)) => started,
        (name, code) = signals.next() => {
            log_info!(SIGNALS, "Terminating process due to signal {name}");
            return code;
        }
    };
    match started {
        Ok(broker) => {
            let (name, code) = tokio::select! {
                signal = signals.next() => signal,
                () = broker.halted() => return 1,
            };
            log_info!(SIGNALS, "Terminating process due to signal {name}");
            broker.stop().await;
            code
        }
        Err(StartError::Halted) => 1,
        Err(StartError::Failed { exception, prefix }) => {
            exception.log(MAIN, format_args!("Exiting Kafka due to fatal exception during startup."));
            log_info!("kafka.server.KafkaServer", "{prefix}shutting down");
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<Line, &str>) {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        assert_eq!(read_line(&args).map_err(|exception| exception.to_string()), expected.map_err(str::to_owned), "{line}");
    }

    fn start(file: &str, overrides: &[(&str, &str)]) -> Result<Line, &'static str> {
        let overrides = overrides.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Ok(Line::Start { file: file.to_owned(), overrides })
    }

    #[test]
    fn listeners_without_plaintext_stop_the_start() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("server.properties");
        std::fs::write(&file, "broker.id=0\nzookeeper.connect=localhost:2181\n").expect("writable");
        let refused = |lines: &str| {
            let lines = lines.split(' ').filter_map(|line| line.split_once('='));
            let lines = lines.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            read_config(&file.display().to_string(), lines).map(drop).map_err(|exception| exception.to_string())
        };
        assert_eq!(refused("listeners=PLAINTEXT://:9092"), Ok(()));
        assert_eq!(refused("listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SECURE:SSL"), Ok(()), "nobody listens there");
        for (lines, listener, protocol) in [
            ("listeners=SSL://:9093 security.inter.broker.protocol=SSL", "SSL://:9093", "SSL"),
            ("listeners=PLAINTEXT://:9092,SSL://h:9093", "SSL://h:9093", "SSL"),
            ("listeners=PLAINTEXT://:9092,SASL_PLAINTEXT://:9093", "SASL_PLAINTEXT://:9093", "SASL_PLAINTEXT"),
            ("listeners=SASL_SSL://:9093 security.inter.broker.protocol=SASL_SSL", "SASL_SSL://:9093", "SASL_SSL"),
            (
                "listeners=IN://:9092,OUT://:9093 inter.broker.listener.name=IN listener.security.protocol.map=IN:PLAINTEXT,OUT:SSL",
                "OUT://:9093",
                "SSL",
            ),
            ("listener.security.protocol.map=PLAINTEXT:SASL_SSL", "PLAINTEXT://:9092", "SASL_SSL"),
        ] {
            let sentence = format!(
                "org.apache.kafka.common.config.ConfigException: listener {listener} speaks {protocol}, which the bundled broker \
                 does not: give it the protocol PLAINTEXT in listeners and listener.security.protocol.map, or run Apache Kafka itself"
            );
            assert_eq!(refused(lines), Err(sentence), "{lines}");
        }
    }

    #[test]
    fn lines_are_read_as_kafka_reads_them() {
        check("", Ok(Line::Usage(USAGE.to_owned())));
        check("a --help", Ok(Line::Usage(USAGE.to_owned())));
        check("--version", Ok(Line::Version));
        check("a", start("a", &[]));
        let both = [("broker.id", "7"), ("log.dirs", "/a=b")];
        check("a --override broker.id=7 --override=log.dirs=/a=b", start("a", &both));
        check("a -override broker.id", start("a", &[("broker.id", "")]));
        check("a b c", Ok(Line::Usage("Found non argument parameters: b,c".to_owned())));
        check("a -daemon", Err("joptsimple.UnrecognizedOptionException: d is not a recognized option"));
        check("a --daemon", Err("joptsimple.UnrecognizedOptionException: daemon is not a recognized option"));
        let missing = "joptsimple.OptionMissingRequiredArgumentException: Option override requires an argument";
        check("a --override", Err(missing));
    }
}
