//! Load that is no tool of Apache's: librdkafka's producer and consumer, and a crowd of connections.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use kafkalab::engine::server::Server;
use kafkalab::net;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::AsyncWriteExt;

use crate::figures::{Figure, figure, rate, rss};

const PATIENCE: Duration = Duration::from_secs(120);
const CONNECTIONS: usize = 1000;
/// ApiVersions in version 0 as it goes over the wire, with the correlation id 1 and no client id.
const API_VERSIONS: [u8; 14] = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff];
/// What an answer may have.
const ANSWER_BYTES_MAX: usize = 1 << 16;

/// Writes `count` records of 100 bytes to partition 0 of the topic with each of the acks, and reads them.
pub fn librdkafka(broker: &Server, bootstrap: &str, topic: &str, count: u32) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for acks in ["1", "all"] {
        let before = cpu(broker)?;
        let began = Instant::now();
        produce(bootstrap, topic, acks, count)?;
        let took = began.elapsed();
        figures.push(rate(format!("librdkafka produce, acks={acks}"), f64::from(count) / took.as_secs_f64()));
        figures.push(rate("  records per CPU second", f64::from(count) / (cpu(broker)? - before)));
    }
    let before = cpu(broker)?;
    let began = Instant::now();
    let found = consume(bootstrap, topic, count * 2)?;
    figures.push(rate("librdkafka consume", f64::from(found) / began.elapsed().as_secs_f64()));
    figures.push(rate("  records per CPU second", f64::from(found) / (cpu(broker)? - before)));
    Ok(figures)
}

fn produce(bootstrap: &str, topic: &str, acks: &str, count: u32) -> anyhow::Result<()> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("acks", acks).set("linger.ms", "5");
    let producer: BaseProducer = config.set("queue.buffering.max.messages", "200000").create()?;
    let payload = [b'x'; 100];
    for _ in 0..count {
        loop {
            match producer.send(BaseRecord::<(), [u8]>::to(topic).payload(&payload[..]).partition(0)) {
                Ok(()) => break,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                    producer.poll(Duration::from_millis(1));
                }
                Err((error, _)) => bail!(error),
            }
        }
    }
    producer.flush(PATIENCE).context("records are left")
}

fn consume(bootstrap: &str, topic: &str, count: u32) -> anyhow::Result<u32> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("group.id", "unused").set("enable.auto.commit", "false");
    // it would rest for a second whenever its queue is full, which a slow broker never brings about
    let consumer: BaseConsumer = config.set("fetch.queue.backoff.ms", "1").create()?;
    let mut start = TopicPartitionList::new();
    start.add_partition_offset(topic, 0, Offset::Beginning)?;
    consumer.assign(&start)?;
    for found in 0..count {
        match consumer.poll(PATIENCE) {
            Some(record) => drop(record?),
            None => bail!("{found} of {count} records came"),
        }
    }
    Ok(count)
}

/// Opens many connections, and asks on each of them once.
pub async fn connections(broker: &Server, port: u16) -> anyhow::Result<Vec<Figure>> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    let before = rss(broker)?;
    let began = Instant::now();
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        open.push(net::connect("127.0.0.1", port, PATIENCE).await?);
    }
    let per_second = |began: Instant| CONNECTIONS as f64 / began.elapsed().as_secs_f64();
    let connected = per_second(began);
    let began = Instant::now();
    for socket in &mut open {
        socket.write_all(&API_VERSIONS).await?;
    }
    for socket in &mut open {
        net::read_frame(socket, ANSWER_BYTES_MAX).await?.context("the broker closed a connection")?;
    }
    let kilobytes = (rss(broker)? - before) * 1024.0 / CONNECTIONS as f64;
    Ok(vec![
        rate(format!("{CONNECTIONS} connections opened"), connected),
        rate("  a request on each", per_second(began)),
        figure("  memory for each", "KiB", kilobytes),
    ])
}

/// The CPU time that a server has used, in seconds.
pub fn cpu(server: &Server) -> anyhow::Result<f64> {
    let pid = server.describe().context("it has ended")?.pid;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // behind the name in parentheses: the state is field 3, user and system time are 14 and 15
    let fields: Vec<&str> = stat.rsplit(") ").next().context("fields")?.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}
