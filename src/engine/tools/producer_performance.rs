//! `kafka-producer-perf-test.sh` (`org.apache.kafka.tools.ProducerPerformance`): sends records as fast as it may and says how fast
//! that was.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use regex::Regex;

use super::argparse::{Group, Namespace, Parser, Spec};
use super::client_configs::ClientConfigs;
use super::harness::{self, eprint, print};
use super::latency::Latencies;
use super::metrics::Metrics;
use super::random::SplittableRandom;
use super::throttler::{self, Throttler};
use super::{Exception, PRODUCER_PERFORMANCE_CLASS, Stop, admin, clients, java};
use crate::catalog::configs;
use crate::engine::client::producer::{Callback, now_millis};
use crate::engine::client::{ClientError, Producer};
use crate::engine::kafka::record_set::NewRecord;

const SCRIPT: &str = "kafka-producer-perf-test.sh";
/// The largest file of payloads; Java would run out of memory somewhere.
const MAX_PAYLOAD_FILE_BYTES: u64 = 1024 * 1024 * 1024;
/// How often a line tells how it goes, in milliseconds.
const REPORT_INTERVAL_MS: i64 = 5000;

/// How it reads its line.
pub(super) static SPEC: Spec = Spec {
    script: SCRIPT,
    prog: "producer-performance",
    description: "This tool is used to verify the producer performance.",
    default_help: true,
    groups: &[Group {
        title: "",
        description: "either --record-size or --payload-file must be specified but not both.",
        required: true,
        options: &["--record-size", "--payload-file"],
    }],
    commands: &[],
    command_title: ("", ""),
    details: &[],
};

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_threaded_until_signalled(PRODUCER_PERFORMANCE_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let parser = Parser::new(&SPEC);
    if args.is_empty() {
        return Err(Stop::Help(parser.help(), 0));
    }
    let line = parser.parse(&args)?;
    if !line.has("producer-props") && !line.has("producer.config") {
        return Err(parser.error("Either --producer-props or --producer.config must be specified.").into());
    }
    let payloads = payloads(&line)?;
    let configs = producer_configs(&line)?;
    let servers = configs.get("bootstrap.servers").unwrap_or_default().to_owned();
    configs.check(configs::producer()).map_err(Stop::Uncaught)?;
    clients::check_producer(&configs).map_err(Stop::Uncaught)?;
    let bootstrap = admin::resolvable(&servers, "Failed to construct kafka producer").await.map_err(Stop::Uncaught)?;
    let producer = clients::start_producer(&configs, bootstrap);
    let started = now_millis();
    let stats = send(&producer, &line, payloads).await.map_err(Stop::Uncaught)?;
    producer.flush().await;
    let total = lock(&stats).total(now_millis());
    print(&total.map_err(Stop::Uncaught)?);
    if line.has("print-metrics") {
        let metrics = Metrics::of(configs.get("client.id").unwrap_or_default(), producer.figures());
        print(&metrics.with_program(started).table());
    }
    producer.close().await;
    Ok(0)
}

/// What the records hold.
enum Payloads {
    /// That many letters by chance.
    Letters(usize),
    /// One of these.
    Texts(Vec<Bytes>),
}

fn payloads(line: &Namespace) -> Result<Payloads, Stop> {
    let Some(path) = line.text("payload-file") else {
        let size: i32 = line.number("record-size").unwrap_or_default();
        let size = usize::try_from(size).map_err(|_| Stop::Uncaught(negative_size(i64::from(size))))?;
        return Ok(Payloads::Letters(size));
    };
    let absolute = std::env::current_dir().unwrap_or_default().join(path);
    print(&format!("Reading payloads from: {}\n", absolute.display()));
    let uncaught = |error: std::io::Error| Stop::Uncaught(Exception::new("java.io.IOException", error.to_string()));
    let size = std::fs::metadata(path).map_or(0, |found| found.len());
    if size == 0 {
        return Err(Stop::Uncaught(Exception::illegal_argument("File does not exist or empty file provided.")));
    }
    if size > MAX_PAYLOAD_FILE_BYTES {
        return Err(Stop::Uncaught(Exception::new("java.lang.OutOfMemoryError", "Required array size too large")));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(Path::new(path)).map_err(uncaught)?;
    file.take(MAX_PAYLOAD_FILE_BYTES).read_to_end(&mut bytes).map_err(uncaught)?;
    let delimiter = match line.text("payload-delimiter") {
        None | Some("\\n") => "\n",
        Some(delimiter) => delimiter,
    };
    let text = String::from_utf8_lossy(&bytes);
    let texts = java::split(&text, &pattern(delimiter)?);
    print(&format!("Number of messages read: {}\n", texts.len()));
    Ok(Payloads::Texts(texts.into_iter().map(|text| Bytes::copy_from_slice(text.as_bytes())).collect()))
}

fn pattern(delimiter: &str) -> Result<Regex, Stop> {
    Regex::new(delimiter)
        .map_err(|error| Stop::Uncaught(Exception::new("java.util.regex.PatternSyntaxException", error.to_string())))
}

/// How long a transaction is open, in milliseconds; there are none where it is not more than 0.
fn transaction_duration(line: &Namespace) -> i64 {
    line.number("transaction-duration-ms").unwrap_or_default()
}

fn negative_size(size: i64) -> Exception {
    Exception::new("java.lang.NegativeArraySizeException", size.to_string())
}

fn producer_configs(line: &Namespace) -> Result<ClientConfigs, Stop> {
    let mut configs = ClientConfigs::default();
    if let Some(path) = line.text("producer.config") {
        configs.extend(java::load_properties(path)?);
    }
    for word in line.list("producer-props") {
        // as Java splits: what is empty at the end is not there
        let pieces: Vec<&str> = word.trim_end_matches('=').split('=').collect();
        let [key, value] = pieces[..] else {
            return Err(Stop::Uncaught(Exception::illegal_argument(format!("Invalid property: {word}"))));
        };
        configs.set(key, value);
    }
    configs.set_default("client.id", "perf-producer-client");
    if transaction_duration(line) > 0 {
        configs.set("transactional.id", line.text("transactional-id").unwrap_or_default());
    }
    Ok(configs)
}

async fn send(producer: &Producer, line: &Namespace, payloads: Payloads) -> Result<Arc<Mutex<Stats>>, Exception> {
    let topic = line.text("topic").unwrap_or_default();
    let count: i64 = line.number("num-records").unwrap_or_default();
    let mut random = SplittableRandom::new(0);
    let start = now_millis();
    let stats = Arc::new(Mutex::new(Stats::new(count, start)?));
    let mut throttler = Throttler::new(line.number("throughput").unwrap_or(-1), start);
    let duration = transaction_duration(line);
    if duration > 0 {
        producer.init_transactions().await.map_err(|error| of_init(&error))?;
    }
    // when the transaction began that is open
    let mut open: Option<i64> = None;
    for number in 0..u64::try_from(count).unwrap_or_default() {
        let payload = match &payloads {
            Payloads::Letters(size) => (0..*size).map(|_| random.letter()).collect(),
            Payloads::Texts(texts) => texts.get(random.below(texts.len())).cloned().unwrap_or_default(),
        };
        if duration > 0 && open.is_none() {
            producer.begin_transaction();
            open = Some(now_millis());
        }
        let (sent, size) = (now_millis(), payload.len());
        let record = NewRecord { timestamp: sent, key: None, value: Some(payload), headers: Vec::new() };
        let told = Arc::clone(&stats);
        producer.send(topic, None, record, callback(told, sent, size)).await;
        if open.take_if(|began| duration <= sent - *began).is_some() {
            commit(producer).await?;
        }
        throttler::wait(throttler.after(number, sent)).await;
    }
    if open.is_some() {
        commit(producer).await?;
    }
    Ok(stats)
}

/// What a producer id that cannot be had ends with.
fn of_init(error: &ClientError) -> Exception {
    const PLAIN: [&str; 3] = ["REQUEST_TIMED_OUT", "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED"];
    let exception = Exception::of_call("initTransactions", error);
    if error.code().is_none() || PLAIN.contains(&error.code_name()) {
        return exception;
    }
    let text = format!("Unexpected error in InitProducerIdResponse; {}", exception.text());
    Exception::new("org.apache.kafka.common.KafkaException", text)
}

async fn commit(producer: &Producer) -> Result<(), Exception> {
    let failed = |error| {
        let text = "Cannot execute transactional method because we are in an error state";
        Exception::new("org.apache.kafka.common.KafkaException", text).caused_by(Exception::of_call("send", &error))
    };
    producer.flush_transaction().await.map_err(failed)?;
    producer.commit_transaction().await.map_err(|error| Exception::of_call("commitTransaction", &error))
}

fn callback(stats: Arc<Mutex<Stats>>, sent: i64, size: usize) -> Callback {
    Box::new(move |result: Result<(i32, i64), &ClientError>| match result {
        Ok(_) => {
            let now = now_millis();
            if let Some(line) = lock(&stats).record(now - sent, size, now) {
                print(&line);
            }
        }
        Err(error) => {
            eprint(&format!("{}\n", Exception::of_call("send", error)));
        }
    })
}

fn lock(stats: &Mutex<Stats>) -> MutexGuard<'_, Stats> {
    stats.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts of one stretch of time.
#[derive(Debug, Default)]
struct Counts {
    since: i64,
    records: u64,
    bytes: u64,
    latency: u64,
    max_latency: u64,
}

impl Counts {
    fn add(&mut self, latency: u64, bytes: usize) {
        self.records += 1;
        self.bytes += bytes as u64;
        self.latency += latency;
        self.max_latency = self.max_latency.max(latency);
    }

    /// Records a second, and MiB a second.
    fn rates(&self, now: i64) -> (f64, f64) {
        let elapsed = (now - self.since) as f64;
        let megabytes = 1000.0 * self.bytes as f64 / elapsed / (1024.0 * 1024.0);
        (1000.0 * self.records as f64 / elapsed, megabytes)
    }

    fn average(&self) -> f64 {
        self.latency as f64 / self.records as f64
    }
}

/// What was measured.
#[derive(Debug)]
struct Stats {
    all: Counts,
    window: Counts,
    latencies: Latencies,
}

impl Stats {
    fn new(count: i64, now: i64) -> Result<Self, Exception> {
        let at = |since| Counts { since, ..Counts::default() };
        if count == 0 {
            return Err(Exception::new("java.lang.ArithmeticException", "/ by zero"));
        }
        let count = u64::try_from(count).map_err(|_| negative_size(count + 1))?;
        Ok(Self { all: at(now), window: at(now), latencies: Latencies::for_count(count) })
    }

    /// Notes a record; gives a line when it is time for one.
    fn record(&mut self, latency: i64, bytes: usize, now: i64) -> Option<String> {
        let latency = u64::try_from(latency).unwrap_or_default();
        self.all.add(latency, bytes);
        self.window.add(latency, bytes);
        self.latencies.add(latency);
        if now - self.window.since < REPORT_INTERVAL_MS {
            return None;
        }
        let window = std::mem::replace(&mut self.window, Counts { since: now, ..Counts::default() });
        let (records, megabytes) = window.rates(now);
        Some(format!(
            "{} records sent, {} records/sec ({} MB/sec), {} ms avg latency, {} ms max latency.\n",
            window.records,
            java::fixed(records, 1),
            java::fixed(megabytes, 2),
            java::fixed(window.average(), 1),
            java::fixed(window.max_latency as f64, 1),
        ))
    }

    /// The last line.
    fn total(&mut self, now: i64) -> Result<String, Exception> {
        let (records, megabytes) = self.all.rates(now);
        let [p50, p95, p99, p999] = self.latencies.percentiles([0.5, 0.95, 0.99, 0.999]);
        Ok(format!(
            "{} records sent, {} records/sec ({} MB/sec), {} ms avg latency, {} ms max latency, {p50} ms 50th, {p95} ms 95th, \
             {p99} ms 99th, {p999} ms 99.9th.\n",
            self.all.records,
            java::fixed(records, 6),
            java::fixed(megabytes, 2),
            java::fixed(self.all.average(), 2),
            java::fixed(self.all.max_latency as f64, 2),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Namespace {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Parser::new(&SPEC).parse(&args).unwrap_or_else(|halt| panic!("{line}: {halt:?}"))
    }

    #[test]
    fn transactions_have_an_id() {
        let check = |words: &str, expected: Option<&str>| {
            let base = "--topic t --num-records 1 --throughput -1 --record-size 1 --producer-props a=b";
            let configs = producer_configs(&parse(&format!("{base} {words}"))).expect("properties are right");
            assert_eq!(configs.get("transactional.id"), expected, "{words}");
        };
        check("", None);
        check("--transactional-id one", None);
        check("--transaction-duration-ms 100", Some("performance-producer-default-transactional-id"));
        check("--transaction-duration-ms 1 --transactional-id one", Some("one"));
    }

    #[test]
    fn figures_have_kafkas_shape() {
        let mut stats = Stats::new(3, 1000).expect("a count");
        assert_eq!(stats.record(10, 100, 1100), None);
        assert_eq!(stats.record(20, 100, 2000), None);
        let window = "3 records sent, 0.6 records/sec (0.00 MB/sec), 20.0 ms avg latency, 30.0 ms max latency.\n";
        assert_eq!(stats.record(30, 100, 6000).as_deref(), Some(window));
        let total = "3 records sent, 0.500000 records/sec (0.00 MB/sec), 20.00 ms avg latency, 30.00 ms max latency, 20 ms 50th, \
                     30 ms 95th, 30 ms 99th, 30 ms 99.9th.\n";
        assert_eq!(stats.total(7000).expect("some were sent"), total);
    }

    #[test]
    fn nothing_sent_is_no_number() {
        let mut stats = Stats::new(5, 0).expect("a count");
        let total = "0 records sent, 0.000000 records/sec (0.00 MB/sec), NaN ms avg latency, 0.00 ms max latency, 0 ms 50th, 0 ms \
                     95th, 0 ms 99th, 0 ms 99.9th.\n";
        assert_eq!(stats.total(1000).expect("as in Java"), total);
        let error = |count| Stats::new(count, 0).err().map(|error| error.to_string());
        assert_eq!(error(0).as_deref(), Some("java.lang.ArithmeticException: / by zero"));
        assert_eq!(error(-5).as_deref(), Some("java.lang.NegativeArraySizeException: -4"));
    }

    #[test]
    fn properties_have_one_equals_sign() {
        let base = "--topic t --num-records 1 --throughput -1 --record-size 1 --producer-props";
        let check = |props: &str, expected: Result<Option<&str>, &str>| {
            let found = producer_configs(&parse(&format!("{base} {props}")));
            let found = found.map_err(|stop| format!("{stop:?}"));
            let value = found.as_ref().map(|configs| configs.get("acks")).map_err(|error| error.contains("Invalid property: "));
            assert_eq!(value, expected.map_err(|_| true), "{props}");
        };
        check("acks=1 linger.ms=5", Ok(Some("1")));
        check("acks=1=", Ok(Some("1")));
        check("acks=", Err(""));
        check("acks", Err(""));
        check("acks=1=2", Err(""));
    }
}
