//! `kafka-e2e-latency.sh` (`org.apache.kafka.tools.EndToEndLatency`): sends a record, reads it back, and says how long that took.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::messages::create_topics_request::CreatableTopic;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::client_configs::ClientConfigs;
use super::harness::{self, print};
use super::latency::Latencies;
use super::random::Random;
use super::{END_TO_END_LATENCY_CLASS, Exception, Stop, admin, clients, java, topics};
use crate::catalog::configs;
use crate::engine::client::admin::{TopicDescription, topic_name};
use crate::engine::client::consumer::{ConsumerRecord, Interest};
use crate::engine::client::producer::now_millis;
use crate::engine::client::{Client, ClientError, Consumer, Producer};
use crate::engine::kafka::record_set::NewRecord;
use crate::process::wait;

const SCRIPT: &str = "kafka-e2e-latency.sh";
const USAGE: &str = "USAGE: java org.apache.kafka.tools.EndToEndLatency broker_list topic num_messages producer_acks \
                     message_size_bytes [optional] properties_file";
/// How long a record may take to come back.
const POLL_TIMEOUT: Duration = Duration::from_secs(60);
/// The largest record; Java would run out of memory somewhere.
const MAX_RECORD_BYTES: usize = 1024 * 1024 * 1024;
/// How often a line tells how it goes, in records.
const REPORT_EVERY: u32 = 1000;

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_threaded_until_signalled(END_TO_END_LATENCY_CLASS, SCRIPT, args, main)
}

/// What a line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    servers: String,
    topic: String,
    count: i32,
    acks: String,
    size: i32,
    file: Option<String>,
}

fn parse(args: &[String]) -> Result<Line, Stop> {
    let ([servers, topic, count, acks, size] | [servers, topic, count, acks, size, _]) = args else {
        return Err(Stop::Message(USAGE.to_owned()));
    };
    let number = |text: &str| text.parse::<i32>().map_err(|_| Stop::Traced(Exception::number_format(text)));
    let (count, size) = (number(count)?, number(size)?);
    if acks != "1" && acks != "all" {
        let text = "Latency testing requires synchronous acknowledgement. Please use 1 or all";
        return Err(Stop::Traced(Exception::illegal_argument(text)));
    }
    let file = args.get(5).filter(|path| !path.trim().is_empty()).cloned();
    Ok(Line { servers: servers.clone(), topic: topic.clone(), count, acks: acks.clone(), size, file })
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let line = parse(&args)?;
    measure(&line).await.map_err(Stop::Traced)?;
    Ok(0)
}

async fn measure(line: &Line) -> Result<(), Exception> {
    let mut configs = ClientConfigs::default();
    if let Some(path) = &line.file {
        configs.extend(java::properties_of(path)?);
    }
    let of_admin = configs.clone();
    let mut of_producer = configs.clone();
    of_producer.set("acks", line.acks.as_str());
    of_producer.set("linger.ms", "0");
    of_producer.set("max.block.ms", i64::MAX.to_string());
    let group = format!("test-group-{}", now_millis());
    configs.set("group.id", group.as_str());
    configs.set("fetch.max.wait.ms", "0");
    configs.check(configs::consumer())?;
    let bootstrap = admin::resolvable(&line.servers, "Failed to construct kafka consumer").await?;
    of_producer.check(configs::producer())?;
    // for ever is longer than a clock can say
    let mut config = clients::producer_config(&of_producer);
    config.max_block = config.max_block.min(Duration::from_secs(365 * 24 * 3600));
    let producer = Producer::start(Arc::new(clients::producer_client(&of_producer, bootstrap.clone())), config);
    let client = Arc::new(clients::consumer_client(&configs, &group, bootstrap));
    let partitions = partitions(line, &client, of_admin).await?;
    let config = clients::consumer_config(&configs, &group)?;
    let mut consumer = Consumer::new(client, config, Interest::Ends(line.topic.clone(), partitions));
    consumer.seek().await.map_err(|error| Exception::of_call("position", &error))?;
    let result = rounds(line, &producer, &mut consumer).await;
    producer.close().await;
    consumer.close().await;
    result
}

/// The partitions of the topic, which is made where it is not there.
async fn partitions(line: &Line, client: &Client, of_admin: ClientConfigs) -> Result<Vec<i32>, Exception> {
    let topics = client.describe_topics().await.map_err(|_| {
        let text = "Timeout expired while fetching topic metadata";
        Exception::new("org.apache.kafka.common.errors.TimeoutException", text)
    })?;
    let topic = match topics.into_iter().find(|topic| topic.name == line.topic) {
        Some(topic) => topic,
        None => {
            print(&format!(
                "Topic \"{}\" does not exist. Will create topic with 1 partition(s) and replication factor = 1\n",
                line.topic
            ));
            let topic = CreatableTopic::default().with_name(topic_name(&line.topic)).with_num_partitions(1);
            let admin = admin::client(&line.servers, of_admin).await?;
            if let Err(error) = topics::create_topic(&admin, topic.with_replication_factor(1)).await {
                let error = Exception::of_call("createTopics", &error);
                print(&format!("Creation of topic {} failed\n", line.topic));
                let execution = Exception::new("java.util.concurrent.ExecutionException", error.to_string()).caused_by(error);
                return Err(Exception::new("java.lang.RuntimeException", first_line(&execution)).caused_by(execution));
            }
            created(client, &line.topic).await?
        }
    };
    Ok(topic.partitions.iter().map(|partition| partition.index).collect())
}

/// The topic, as soon as brokers know of it.
async fn created(client: &Client, topic: &str) -> Result<TopicDescription, Exception> {
    let look = async || {
        let found = client.describe_topic(topic).await.ok()??;
        found.partitions.iter().all(|partition| partition.leader.is_some()).then_some(found)
    };
    wait::until(POLL_TIMEOUT, "the topic", look).await.map_err(|_| {
        let text = format!("Topic {topic} not present in metadata after {} ms.", POLL_TIMEOUT.as_millis());
        Exception::new("org.apache.kafka.common.errors.TimeoutException", text)
    })
}

fn first_line(exception: &Exception) -> String {
    exception.to_string().lines().next().unwrap_or_default().to_owned()
}

async fn rounds(line: &Line, producer: &Producer, consumer: &mut Consumer) -> Result<(), Exception> {
    let negative = |number: i32| Exception::new("java.lang.NegativeArraySizeException", number.to_string());
    let count = u32::try_from(line.count).map_err(|_| negative(line.count))?;
    let size = usize::try_from(line.size).map_err(|_| negative(line.size));
    let mut random = Random::new(0);
    let mut latencies = Latencies::for_count(u64::from(count));
    let mut total = Duration::ZERO;
    for number in 0..count {
        let size = size.clone()?.min(MAX_RECORD_BYTES);
        let message = Bytes::from(vec![b'A' + u8::try_from(random.below(26)).unwrap_or_default(); size]);
        let begin = Instant::now();
        send(line, producer, message.clone()).await?;
        let records = receive(consumer).await?;
        let elapsed = begin.elapsed();
        validate(&message, &records)?;
        if number.is_multiple_of(REPORT_EVERY) {
            print(&format!("{number}\t{}\n", java::double(nanos(elapsed) / 1000.0 / 1000.0)));
        }
        total += elapsed;
        latencies.add(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
    }
    print(&format!("Avg latency: {} ms\n", java::fixed(nanos(total) / f64::from(count) / 1000.0 / 1000.0, 4)));
    if count == 0 {
        return Err(Exception::new("java.lang.ArrayIndexOutOfBoundsException", "Index 0 out of bounds for length 0"));
    }
    let [p50, p99, p999] = latencies.percentiles([0.5, 0.99, 0.999]);
    print(&format!("Percentiles: 50th = {p50}, 99th = {p99}, 99.9th = {p999}\n"));
    Ok(())
}

fn nanos(duration: Duration) -> f64 {
    duration.as_nanos() as f64
}

async fn send(line: &Line, producer: &Producer, message: Bytes) -> Result<(), Exception> {
    let record = NewRecord { timestamp: now_millis(), key: None, value: Some(message), headers: Vec::new() };
    let (tell, told) = oneshot::channel();
    let callback = move |result: Result<(i32, i64), &ClientError>| {
        // whoever asked waits below
        let _ = tell.send(result.map(|_| ()).map_err(|error| Exception::of_call("send", error)));
    };
    producer.send(&line.topic, None, record, Box::new(callback)).await;
    match told.await {
        Ok(Err(cause)) => {
            let class = "java.util.concurrent.ExecutionException";
            Err(Exception::new(class, first_line(&cause)).caused_by(cause))
        }
        _ => Ok(()),
    }
}

async fn receive(consumer: &mut Consumer) -> Result<Vec<ConsumerRecord>, Exception> {
    let deadline = Instant::now() + POLL_TIMEOUT;
    while Instant::now() < deadline {
        let records = consumer.poll(usize::MAX).await.map_err(|error| Exception::of_call("poll", &error))?;
        if !records.is_empty() {
            return Ok(records);
        }
    }
    Ok(Vec::new())
}

fn validate(sent: &Bytes, records: &[ConsumerRecord]) -> Result<(), Exception> {
    let runtime = |text: String| Err(Exception::new("java.lang.RuntimeException", text));
    let [first, others @ ..] = records else {
        let millis = POLL_TIMEOUT.as_millis();
        return runtime(format!("poll() timed out before finding a result (timeout:[{millis}])"));
    };
    let read = first.record.value.clone().unwrap_or_default();
    if read != *sent {
        let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
        return runtime(format!("The message read [{}] did not match the message sent [{}]", text(&read), text(sent)));
    }
    if !others.is_empty() {
        return runtime(format!("Only one result was expected during this test. We found [{}]", records.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<(i32, i32), &str>) {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let found = parse(&args).map(|line| (line.count, line.size)).map_err(|stop| match stop {
            Stop::Message(text) => text,
            Stop::Traced(exception) => exception.to_string(),
            other => format!("{other:?}"),
        });
        assert_eq!(found, expected.map_err(str::to_owned), "{line}");
    }

    #[test]
    fn lines_have_five_words_or_six() {
        check("", Err(USAGE));
        check("--help", Err(USAGE));
        check("b:1 t 50 1 100", Ok((50, 100)));
        check("b:1 t 50 all 100 file", Ok((50, 100)));
        check("b:1 t x 1 100", Err("java.lang.NumberFormatException: For input string: \"x\""));
        let acks = "Latency testing requires synchronous acknowledgement. Please use 1 or all";
        check("b:1 t 50 0 100", Err(&format!("java.lang.IllegalArgumentException: {acks}")));
    }
}
