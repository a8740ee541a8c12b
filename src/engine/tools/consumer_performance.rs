//! `kafka-consumer-perf-test.sh` (`org.apache.kafka.tools.ConsumerPerformance`): reads records as fast as it may and says how fast
//! that was.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::client_configs::ClientConfigs;
use super::command_line::{help_or_version, require};
use super::harness::{self, print};
use super::metrics::Metrics;
use super::options::{OptionError, OptionParser, OptionSet};
use super::simple_date_format::SimpleDateFormat;
use super::{CONSUMER_PERFORMANCE_CLASS, Exception, Stop, admin, clients, java};
use crate::catalog::configs;
use crate::engine::client::consumer::{Interest, Rebalance};
use crate::engine::client::producer::now_millis;
use crate::engine::client::{Consumer, random_below};

const SCRIPT: &str = "kafka-consumer-perf-test.sh";
/// Made-up groups are numbered below this.
const GROUP_NUMBERS: usize = 100_000;

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_threaded_until_signalled(CONSUMER_PERFORMANCE_CLASS, SCRIPT, args, main)
}

/// What a line asks for.
struct Line {
    topic: String,
    servers: String,
    group: String,
    configs: ClientConfigs,
    count: i64,
    timeout_ms: i64,
    interval_ms: i64,
    detailed: bool,
    metrics: bool,
    date_format: SimpleDateFormat,
}

fn parse(args: &[String]) -> Result<Line, Stop> {
    let usage = |error: OptionError| Stop::Usage(error.to_string());
    let set = OptionParser::of(SCRIPT).parse(args).map_err(usage)?;
    if !set.has("help") && !set.has("version") && !set.has("bootstrap-server") && !set.has("broker-list") {
        return Err(usage(OptionError::MissingRequired("bootstrap-server")));
    }
    if set.has("threads") || set.has("num-fetch-threads") {
        print("WARNING: option [threads] and [num-fetch-threads] have been deprecated and will be ignored by the test\n");
    }
    help_or_version(&set, "This tool is used to verify the consumer performance.")?;
    require(&set, "topic")?;
    require(&set, "messages")?;
    from_options(&set).map_err(Stop::Traced)
}

fn from_options(set: &OptionSet) -> Result<Line, Exception> {
    let text = |option| set.value(option).map(|value| value.unwrap_or_default().to_owned());
    let detailed = set.has("show-detailed-stats");
    if !set.has("hide-header") {
        print(header(detailed));
    }
    let mut configs = ClientConfigs::default();
    if let Some(path) = set.value("consumer.config")? {
        configs.extend(java::properties_of(path)?);
    }
    let servers = text(if set.has("bootstrap-server") { "bootstrap-server" } else { "broker-list" })?;
    let group = match set.has("group") {
        true => text("group")?,
        false => format!("perf-consumer-{}", random_below(GROUP_NUMBERS)),
    };
    configs.set("group.id", group.clone());
    configs.set("receive.buffer.bytes", number::<i32>(set, "socket-buffer-size")?.to_string());
    configs.set("max.partition.fetch.bytes", number::<i32>(set, "fetch-size")?.to_string());
    configs.set("auto.offset.reset", if set.has("from-latest") { "latest" } else { "earliest" });
    configs.set_default("client.id", "perf-consumer-client");
    configs.check(configs::consumer())?;
    let interval = text("reporting-interval")?;
    let wrong = || OptionError::Conversion { value: interval.clone(), option: "reporting-interval" };
    let interval_ms: i64 = interval.parse().map_err(|_| wrong())?;
    let line = Line {
        topic: text("topic")?,
        servers,
        group,
        configs,
        count: number(set, "messages")?,
        timeout_ms: number(set, "timeout")?,
        interval_ms,
        detailed,
        metrics: set.has("print-metrics"),
        date_format: SimpleDateFormat::new(&text("date-format")?)?,
    };
    match line.interval_ms {
        ..=0 => Err(Exception::illegal_argument("Reporting interval must be greater than 0.")),
        _ => Ok(line),
    }
}

fn number<T: std::str::FromStr + Default>(set: &OptionSet, option: &'static str) -> Result<T, OptionError> {
    set.number(option).map(Option::unwrap_or_default)
}

fn header(detailed: bool) -> &'static str {
    match detailed {
        false => {
            "start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, \
             fetch.MB.sec, fetch.nMsg.sec\n"
        }
        true => {
            "time, threadId, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, \
             fetch.MB.sec, fetch.nMsg.sec\n"
        }
    }
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let line = parse(&args)?;
    let bootstrap = admin::resolvable(&line.servers, "Failed to construct kafka consumer").await.map_err(Stop::Traced)?;
    let client = Arc::new(clients::consumer_client(&line.configs, &line.group, bootstrap));
    let config = clients::consumer_config(&line.configs, &line.group).map_err(Stop::Traced)?;
    let mut consumer = Consumer::new(Arc::clone(&client), config, Interest::Topic(line.topic.clone()));
    let start = now_millis();
    let mut reading = Reading::new(start);
    reading.read(&mut consumer, &line).await.map_err(Stop::Traced)?;
    let end = now_millis();
    consumer.close().await;
    if !line.detailed {
        print(&reading.total(&line.date_format, start, end));
    }
    if line.metrics {
        print(&Metrics::of(&client.config().client_id, client.figures()).table());
    }
    Ok(0)
}

/// Records and bytes so far.
#[derive(Clone, Copy, Debug, Default)]
struct Amount {
    records: i64,
    bytes: u64,
}

impl Amount {
    fn megabytes(self) -> f64 {
        self.bytes as f64 / (1024.0 * 1024.0)
    }

    fn count(self) -> f64 {
        self.records as f64
    }

    fn since(self, before: Self) -> Self {
        Self { records: self.records - before.records, bytes: self.bytes - before.bytes }
    }
}

/// What was read, and the time that joining the group took of it.
#[derive(Debug)]
struct Reading {
    amount: Amount,
    join_ms: i64,
    join_ms_in_round: i64,
    join_began: Instant,
    reported: Amount,
    reported_at: i64,
}

impl Reading {
    fn new(now: i64) -> Self {
        Self {
            amount: Amount::default(),
            join_ms: 0,
            join_ms_in_round: 0,
            join_began: Instant::now(),
            reported: Amount::default(),
            reported_at: now,
        }
    }

    async fn read(&mut self, consumer: &mut Consumer, line: &Line) -> Result<(), Exception> {
        let timeout = u64::try_from(line.timeout_ms).map(Duration::from_millis).ok();
        let mut last_at = Instant::now();
        while let Some(timeout) = timeout.filter(|_| self.amount.records < line.count) {
            let Ok(polled) = tokio::time::timeout_at(last_at + timeout, consumer.poll(usize::MAX)).await else { break };
            let records = polled.map_err(|error| Exception::of_call("poll", &error))?;
            self.note(consumer.rebalances());
            let now = now_millis();
            if !records.is_empty() {
                last_at = Instant::now();
            }
            for record in records {
                self.amount.records += 1;
                let length = |bytes: &Option<bytes::Bytes>| bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
                self.amount.bytes += length(&record.record.key) + length(&record.record.value);
                if now - self.reported_at >= line.interval_ms {
                    if line.detailed {
                        print(&self.progress(&line.date_format, now));
                    }
                    self.join_ms_in_round = 0;
                    (self.reported, self.reported_at) = (self.amount, now);
                }
            }
        }
        if self.amount.records < line.count {
            print(&format!(
                "WARNING: Exiting before consuming the expected number of messages: timeout ({} ms) exceeded. You can use the \
                 --timeout option to increase the timeout.\n",
                line.timeout_ms
            ));
        }
        Ok(())
    }

    fn note(&mut self, rebalances: Vec<(Instant, Rebalance)>) {
        for (at, rebalance) in rebalances {
            match rebalance {
                Rebalance::Revoked(_) => self.join_began = at,
                Rebalance::Assigned(_) => {
                    let took = i64::try_from((at - self.join_began).as_millis()).unwrap_or(i64::MAX);
                    self.join_ms += took;
                    self.join_ms_in_round += took;
                }
            }
        }
    }

    /// A line of `--show-detailed-stats`.
    fn progress(&self, dates: &SimpleDateFormat, now: i64) -> String {
        let (elapsed, part) = ((now - self.reported_at) as f64, self.amount.since(self.reported));
        let fetching = now - self.reported_at - self.join_ms_in_round;
        let while_fetching = |amount: f64| if fetching <= 0 { 0.0 } else { 1000.0 * amount / fetching as f64 };
        format!(
            "{}, 0, {}, {}, {}, {}, {}, {fetching}, {}, {}\n",
            dates.format(now),
            java::fixed(self.amount.megabytes(), 4),
            java::fixed(1000.0 * part.megabytes() / elapsed, 4),
            self.amount.records,
            java::fixed(part.count() / elapsed * 1000.0, 4),
            self.join_ms_in_round,
            java::fixed(while_fetching(part.megabytes()), 4),
            java::fixed(while_fetching(part.count()), 4),
        )
    }

    /// The last line.
    fn total(&self, dates: &SimpleDateFormat, start: i64, end: i64) -> String {
        let seconds = (end - start) as f64 / 1000.0;
        let fetching = end - start - self.join_ms;
        let fetching_seconds = fetching as f64 / 1000.0;
        let (megabytes, count) = (self.amount.megabytes(), self.amount.count());
        format!(
            "{}, {}, {}, {}, {}, {}, {}, {fetching}, {}, {}\n",
            dates.format(start),
            dates.format(end),
            java::fixed(megabytes, 4),
            java::fixed(megabytes / seconds, 4),
            self.amount.records,
            java::fixed(count / seconds, 4),
            self.join_ms,
            java::fixed(megabytes / fetching_seconds, 4),
            java::fixed(count / fetching_seconds, 4),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<&str, &str>) {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let found = parse(&args).map(|line| line.topic).map_err(|stop| match stop {
            Stop::Usage(text) => text,
            Stop::Traced(exception) => exception.to_string(),
            other => format!("{other:?}"),
        });
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{line}");
    }

    #[test]
    fn lines_are_checked_in_kafkas_order() {
        check("", Err("Missing required option(s) [bootstrap-server]"));
        check("--help", Err("This tool is used to verify the consumer performance."));
        check("--bootstrap-server b:1", Err("Missing required argument \"[topic]\""));
        check("--bootstrap-server b:1 --topic t", Err("Missing required argument \"[messages]\""));
        check("--broker-list b:1 --topic t --messages 1", Ok("t"));
        check("--broker-list b:1 --topic t --messages 1 --no", Err("no is not a recognized option"));
        let interval = "java.lang.IllegalArgumentException: Reporting interval must be greater than 0.";
        check("--broker-list b:1 --topic t --messages 1 --reporting-interval 0", Err(interval));
    }

    #[test]
    fn figures_have_kafkas_shape() {
        let mut reading = Reading::new(1000);
        reading.amount = Amount { records: 2000, bytes: 199_753 };
        reading.join_ms = 243;
        let dates = SimpleDateFormat::new("S").expect("a letter");
        assert_eq!(reading.total(&dates, 1000, 1320), "0, 320, 0.1905, 0.5953, 2000, 6250.0000, 243, 77, 2.4740, 25974.0260\n");
        assert_eq!(reading.progress(&dates, 2000), "0, 0, 0.1905, 0.1905, 2000, 2000.0000, 0, 1000, 0.1905, 2000.0000\n");
    }
}
