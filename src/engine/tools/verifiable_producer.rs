//! `kafka-verifiable-producer.sh` (`org.apache.kafka.tools.VerifiableProducer`): sends numbers and tells of each on a line of JSON.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::argparse::{Namespace, Parser, Spec};
use super::client_configs::ClientConfigs;
use super::json_lines::{Json, print_event};
use super::throttler::{self, Throttler};
use super::verifiable::{CONNECTION, file_of, line_of, servers_of};
use super::{Exception, Stop, VERIFIABLE_PRODUCER_CLASS, admin, clients, harness, java};
use crate::catalog::configs;
use crate::engine::client::producer::now_millis;
use crate::engine::client::{ClientError, Producer};
use crate::engine::kafka::record_set::NewRecord;

const SCRIPT: &str = "kafka-verifiable-producer.sh";

/// How it reads its line.
pub(super) static SPEC: Spec = Spec {
    script: SCRIPT,
    prog: "verifiable-producer",
    description: "This tool sends numbers, counted up from 0, to a topic and prints a line of JSON for each: whether it was \
                  acknowledged and where it is, or why not.",
    default_help: true,
    groups: &[CONNECTION],
    commands: &[],
    command_title: ("", ""),
    details: &[],
};

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run(VERIFIABLE_PRODUCER_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let (parser, line) = line_of(&SPEC, &args)?;
    let configs = configs_of(&parser, &line)?;
    configs.check(configs::producer()).map_err(Stop::Uncaught)?;
    let servers = configs.get("bootstrap.servers").unwrap_or_default();
    let bootstrap = admin::resolvable(servers, "Failed to construct kafka producer").await.map_err(Stop::Uncaught)?;
    let producer = Producer::start(Arc::new(clients::producer_client(&configs, bootstrap)), clients::producer_config(&configs));
    let start = now_millis();
    let counts = Arc::new(Counts::default());
    let code = tokio::select! {
        () = send(&producer, &line, start, &counts) => 0,
        code = harness::signalled() => code,
    };
    producer.close().await;
    print_event("shutdown_complete", &[]);
    // a JVM is never done within the millisecond, so a rate is always a number there
    counts.print(line.number("throughput").unwrap_or(-1), (now_millis() - start).max(1));
    Ok(code)
}

fn configs_of(parser: &Parser, line: &Namespace) -> Result<ClientConfigs, Stop> {
    let mut configs = ClientConfigs::default();
    configs.set("bootstrap.servers", servers_of(line));
    configs.set("acks", line.text("acks").unwrap_or("-1"));
    configs.set("retries", "0");
    if let Some(path) = line.text("producer.config") {
        configs.extend(file_of(parser, path)?);
    }
    Ok(configs)
}

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    acknowledged: AtomicU64,
}

impl Counts {
    fn print(&self, target: i64, elapsed_ms: i64) {
        let (sent, acknowledged) = (self.sent.load(Ordering::Relaxed), self.acknowledged.load(Ordering::Relaxed));
        let average = 1000.0 * (acknowledged as f64 / elapsed_ms as f64);
        let fields = [
            ("sent", Json::Raw(sent.to_string())),
            ("acked", Json::Raw(acknowledged.to_string())),
            ("target_throughput", Json::Raw(target.to_string())),
            ("avg_throughput", Json::Raw(json_number(average))),
        ];
        print_event("tool_data", &fields);
    }
}

/// What JSON has no number for is a text.
fn json_number(number: f64) -> String {
    if number.is_finite() { java::double(number) } else { format!("\"{}\"", java::double(number)) }
}

async fn send(producer: &Producer, line: &Namespace, start: i64, counts: &Arc<Counts>) {
    print_event("startup_complete", &[]);
    let topic = line.text("topic").unwrap_or_default();
    let most = line.number::<i64>("max-messages").and_then(|most| u64::try_from(most).ok()).unwrap_or(u64::MAX);
    let mut throttler = Throttler::new(line.number("throughput").unwrap_or(-1), start);
    let mut created = line.number::<i64>("message-create-time").filter(|time| *time != -1);
    let prefix = line.number::<i32>("value-prefix");
    let mut keys = Keys { number: 0, end: line.number("repeating-keys") };
    for number in 0..most {
        let sent = now_millis();
        let value = prefix.map_or_else(|| number.to_string(), |prefix| format!("{prefix}.{number}"));
        let key = keys.next();
        let bytes = |text: &str| Bytes::copy_from_slice(text.as_bytes());
        let record = NewRecord {
            timestamp: created.unwrap_or(sent),
            key: key.as_deref().map(bytes),
            value: Some(bytes(&value)),
            headers: Vec::new(),
        };
        if let Some(created) = &mut created {
            *created += now_millis() - start;
        }
        counts.sent.fetch_add(1, Ordering::Relaxed);
        let (told, to) = (Arc::clone(counts), topic.to_owned());
        let callback = move |result: Result<(i32, i64), &ClientError>| tell(&told, &to, key.as_deref(), &value, result);
        producer.send(topic, None, record, Box::new(callback)).await;
        // without records there would be nothing that lets others run
        tokio::task::yield_now().await;
        throttler::wait(throttler.after(number, sent)).await;
    }
}

fn tell(counts: &Counts, topic: &str, key: Option<&str>, value: &str, result: Result<(i32, i64), &ClientError>) {
    match result {
        Ok((partition, offset)) => {
            counts.acknowledged.fetch_add(1, Ordering::Relaxed);
            let fields = [
                ("key", Json::Text(key)),
                ("value", Json::Text(Some(value))),
                ("offset", Json::Raw(offset.to_string())),
                ("topic", Json::Text(Some(topic))),
                ("partition", Json::Raw(partition.to_string())),
            ];
            print_event("producer_send_success", &fields);
        }
        Err(error) => {
            let exception = Exception::of_call("send", error);
            let class = format!("class {}", exception.class);
            let fields = [
                ("topic", Json::Text(Some(topic))),
                ("key", Json::Text(key)),
                ("value", Json::Text(Some(value))),
                ("exception", Json::Text(Some(&class))),
                ("message", Json::Text(exception.message.as_deref())),
            ];
            print_event("producer_send_error", &fields);
        }
    }
}

/// Keys that count up and begin again.
struct Keys {
    number: i32,
    end: Option<i32>,
}

impl Keys {
    fn next(&mut self) -> Option<String> {
        let end = self.end?;
        let key = self.number.to_string();
        self.number = self.number.wrapping_add(1);
        if self.number == end {
            self.number = 0;
        }
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_begin_again() {
        let keys = |end| {
            let mut keys = Keys { number: 0, end };
            (0..5).map(|_| keys.next().unwrap_or_else(|| "-".to_owned())).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(keys(Some(3)), "0 1 2 0 1");
        assert_eq!(keys(Some(1)), "0 0 0 0 0");
        assert_eq!(keys(Some(0)), "0 1 2 3 4");
        assert_eq!(keys(None), "- - - - -");
    }
}
