//! `kafka-console-producer.sh` (`kafka.tools.ConsoleProducer`): each line of stdin is a record.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;

use tokio::sync::oneshot;

use super::client_configs::ClientConfigs;
use super::command_line::{help_or_version, require, require_ports};
use super::harness::{self, print};
use super::line_reader::LineReader;
use super::options::{OptionError, OptionParser, OptionSet};
use super::{Exception, PRODUCER_CLASS, Stop, admin, clients, java, stdin_lines};
use crate::catalog::configs;
use crate::engine::client::{ClientError, Producer};
use crate::log_error;

const SCRIPT: &str = "kafka-console-producer.sh";
/// The only reader that there is.
const LINE_READER: &str = "kafka.tools.ConsoleProducer$LineMessageReader";

/// Options with a config of the producer each; the first that is on the line, or its default, sets the config.
const MERGED: [(&str, &str); 11] = [
    ("timeout", "linger.ms"),
    ("request-required-acks", "acks"),
    ("request-timeout-ms", "request.timeout.ms"),
    ("message-send-max-retries", "retries"),
    ("retry-backoff-ms", "retry.backoff.ms"),
    ("socket-buffer-size", "send.buffer.bytes"),
    ("max-memory-bytes", "buffer.memory"),
    ("batch-size", "batch.size"),
    ("max-partition-memory-bytes", "batch.size"),
    ("metadata-expiry-ms", "metadata.max.age.ms"),
    ("max-block-ms", "max.block.ms"),
];

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    // what is held back is lost, as with the Java tool
    harness::run_until_signalled(PRODUCER_CLASS, SCRIPT, args, main)
}

/// What the line asks for.
struct Line {
    topic: String,
    servers: String,
    configs: ClientConfigs,
    reader: LineReader,
    sync: bool,
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let line = parse(&args)?;
    let failed = "Failed to construct kafka producer";
    line.configs.check(configs::producer()).map_err(Stop::Printed)?;
    clients::check_producer(&line.configs).map_err(Stop::Printed)?;
    let bootstrap = admin::resolvable(&line.servers, failed).await.map_err(Stop::Printed)?;
    let producer = clients::start_producer(&line.configs, bootstrap);
    let result = send_lines(&producer, &line).await;
    producer.close().await;
    result.map(|()| 0).map_err(Stop::Printed)
}

fn parse(args: &[String]) -> Result<Line, Stop> {
    let usage = |error: OptionError| Stop::Usage(error.to_string());
    let set = OptionParser::of(SCRIPT).parse(args).map_err(usage)?;
    let asks_for_help = set.has("help") || set.has("version");
    if !asks_for_help && !set.has("bootstrap-server") && !set.has("broker-list") {
        return Err(usage(OptionError::MissingRequired("bootstrap-server")));
    }
    help_or_version(&set, "This tool helps to read data from standard input and publish it to Kafka.")?;
    require(&set, "topic")?;
    from_options(&set)
}

fn from_options(set: &OptionSet) -> Result<Line, Stop> {
    // an option that stands twice is found only when its value is used; the tool prints that and nothing else
    let caught = |error: OptionError| Stop::Message(error.to_string());
    let topic = set.value("topic").map_err(caught)?.unwrap_or_default().to_owned();
    let servers = if set.has("bootstrap-server") { "bootstrap-server" } else { "broker-list" };
    let servers = set.value(servers).map_err(caught)?.unwrap_or_default().to_owned();
    require_ports(&servers)?;
    let class = set.value("line-reader").map_err(caught)?.unwrap_or_default();
    if class != LINE_READER {
        return Err(Stop::Printed(Exception::new("java.lang.ClassNotFoundException", class)));
    }
    let mut properties = match set.value("reader-config").map_err(caught)? {
        Some(path) => java::properties_of(path).map_err(Stop::Printed)?,
        None => Vec::new(),
    };
    properties.extend(java::key_values(set.values("property")));
    let configs = configs_of(set)?;
    let reader = LineReader::new(&properties).map_err(Stop::Printed)?;
    Ok(Line { topic, servers, configs, reader, sync: set.has("sync") })
}

fn configs_of(set: &OptionSet) -> Result<ClientConfigs, Stop> {
    let caught = |error: OptionError| Stop::Message(error.to_string());
    let mut configs = ClientConfigs::default();
    if let Some(path) = set.value("producer.config").map_err(caught)? {
        configs.extend(java::properties_of(path).map_err(Stop::Printed)?);
    }
    configs.extend(java::key_values(set.values("producer-property")));
    let codec = match set.has("compression-codec") {
        true => set.value("compression-codec").map_err(caught)?.filter(|codec| !codec.is_empty()).unwrap_or("gzip"),
        false => "none",
    };
    configs.set("compression.type", codec);
    configs.set_default("client.id", "console-producer");
    for (option, key) in MERGED {
        let value = match key {
            "acks" => set.value(option).map_err(caught)?.map(str::to_owned),
            _ => set.number::<i64>(option).map_err(caught)?.map(|number| number.to_string()),
        };
        if let Some(value) = value.filter(|_| set.has(option) || configs.get(key).is_none()) {
            configs.set(key, value);
        }
    }
    Ok(configs)
}

/// Sends stdin line by line. With stdin and stdout both a terminal there is a prompt before each.
async fn send_lines(producer: &Producer, line: &Line) -> Result<(), Exception> {
    let prompts = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let mut lines = stdin_lines::read_lines();
    let mut number = 0;
    loop {
        if prompts {
            print(">");
        }
        let Some(text) = lines.recv().await else { return Ok(()) };
        number += 1;
        let record = line.reader.parse(&text?, number)?;
        let sizes = (record.key.as_ref().map(|key| key.len()), record.value.as_ref().map(|value| value.len()));
        let topic = line.topic.clone();
        if line.sync {
            let (tell, told) = oneshot::channel();
            let callback = move |result: Result<(i32, i64), &ClientError>| {
                // the tool waits below
                let _ = tell.send(result.map(|_| ()).map_err(|error| Exception::of_call("send", error)));
            };
            producer.send(&line.topic, None, record, Box::new(callback)).await;
            if let Ok(Err(cause)) = told.await {
                let class = "java.util.concurrent.ExecutionException";
                return Err(Exception::new(class, cause.to_string()).caused_by(cause));
            }
            continue;
        }
        let callback = move |result: Result<(i32, i64), &ClientError>| {
            if let Err(error) = result {
                say_lost(&topic, sizes, error);
            }
        };
        producer.send(&line.topic, None, record, Box::new(callback)).await;
    }
}

/// `ErrorLoggingCallback`.
fn say_lost(topic: &str, sizes: (Option<usize>, Option<usize>), error: &ClientError) {
    let size = |size: Option<usize>| size.map_or_else(|| "null".to_owned(), |size| format!("{size} bytes"));
    let (key, value) = (size(sizes.0), size(sizes.1));
    log_error!(
        "org.apache.kafka.clients.producer.internals.ErrorLoggingCallback",
        "Error when sending message to topic {topic} with key: {key}, value: {value} with error:"
    );
    harness::eprint(&format!("{}\n", Exception::of_call("send", error)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<&str, &str>) {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let found = parse(&args).map(|line| line.topic).map_err(|stop| match stop {
            Stop::Usage(text) => format!("usage: {text}"),
            Stop::Message(text) => text,
            other => format!("{other:?}"),
        });
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{line}");
    }

    #[test]
    fn lines_are_checked_in_kafkas_order() {
        check("", Err("usage: Missing required option(s) [bootstrap-server]"));
        check("--help", Err("usage: This tool helps to read data from standard input and publish it to Kafka."));
        check("--topic t", Err("usage: Missing required option(s) [bootstrap-server]"));
        check("--bootstrap-server a:1", Err("usage: Missing required argument \"[topic]\""));
        check("--topic t --bootstrap-servers a:1", Err("usage: bootstrap-servers is not a recognized option"));
        let ports = "usage: Please provide valid host:port like host1:9091,host2:9092\n ";
        check("--topic t --bootstrap-server a", Err(ports));
        check("--topic t --broker-list a:1", Ok("t"));
        check(
            "--topic t --topic u --broker-list a:1",
            Err("Found multiple arguments for option topic, but you asked for only one"),
        );
    }

    #[test]
    fn configs_come_from_options_last() {
        let args = ["--topic", "t", "--bootstrap-server", "a:1", "--producer-property", "linger.ms=5", "--max-block-ms", "7"];
        let line = parse(&args.map(str::to_owned)).unwrap_or_else(|_| panic!("the line is right"));
        let config = clients::producer_config(&line.configs);
        assert_eq!((config.linger.as_millis(), config.max_block.as_millis(), config.retries), (5, 7, 3));
        assert!(config.idempotent);
    }
}
