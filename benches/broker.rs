//! The broker side by side with Apache's, under Apache's own perf tools: start-up, memory, producing (sizes, acks, codecs), consuming, the
//! time from a producer to a consumer, records per second of the broker's CPU, the same under librdkafka, a thousand connections, and a
//! thousand partitions. Each engine has its own
//! coordinator and fresh data, by turns.
//!
//! `cargo bench --bench broker -- --apache DIR [--rounds N]`; figures are read, never asserted.

mod figures;
mod load;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use kafkalab::engine::server::{Engine, Role, Server};
use kafkalab::engine::trial::Trial;
use kafkalab::process::spawn::Command;

use figures::{Figure, Options, figure, memory, rate};
use load::cpu;

const DEADLINE: Duration = Duration::from_secs(240);
/// What a tool may print.
const OUTPUT_BYTES_MAX: usize = 1 << 20;
/// The record sizes in bytes, and how many records of each.
const SIZES: [(u32, u32); 2] = [(100, 1_000_000), (1024, 200_000)];
const CODECS: [&str; 4] = ["gzip", "snappy", "lz4", "zstd"];
const PARTITIONS: i32 = 1000;

fn main() -> anyhow::Result<()> {
    figures::main("Apache's perf tools against both brokers", async |engine, options| measure(engine, options).await)
}

async fn measure(engine: &dyn Engine, options: &Options) -> anyhow::Result<Vec<Figure>> {
    let apache = options.apache.as_deref().context("--apache DIR is needed: its perf tools are the load")?;
    let folder = tempfile::tempdir()?;
    let trial = Trial::prepare(folder.path(), &[]).await?;
    let mut coordinator = trial.start(engine, Role::Coordinator, DEADLINE).await?;
    let began = Instant::now();
    let mut broker = trial.start(engine, Role::Broker, DEADLINE).await?;
    let mut figures = vec![millis("start to serving", began)];
    figures.extend(memory("memory idle", &broker)?);
    figures.extend(memory("memory of the coordinator beside it", &coordinator)?);
    let load = Load { apache, bootstrap: trial.bootstrap() };
    for (size, count) in SIZES {
        for acks in ["1", "all"] {
            let topic = format!("size{size}-acks{acks}");
            trial.create_topic(&topic, 1, DEADLINE).await?;
            figures.extend(load.produce(&broker, &topic, size, count, &[&format!("acks={acks}")]).await?);
        }
    }
    for codec in CODECS {
        let topic = format!("codec-{codec}");
        trial.create_topic(&topic, 1, DEADLINE).await?;
        let properties = ["acks=1", &format!("compression.type={codec}")];
        figures.extend(load.produce(&broker, &topic, SIZES[0].0, SIZES[0].1, &properties).await?);
    }
    figures.extend(load.consume(&broker, "size100-acks1", SIZES[0].1).await?);
    trial.create_topic("librdkafka", 1, DEADLINE).await?;
    figures.extend(tokio::task::block_in_place(|| load::librdkafka(&broker, &load.bootstrap, "librdkafka", SIZES[0].1))?);
    figures.extend(load::connections(&broker, trial.port(Role::Broker)).await?);
    trial.create_topic("latency", 1, DEADLINE).await?;
    figures.extend(load.end_to_end("latency").await?);
    figures.extend(memory("memory after load", &broker)?);
    let began = Instant::now();
    trial.create_topic("many", PARTITIONS, DEADLINE).await?;
    figures.push(millis(format!("{PARTITIONS} partitions made"), began));
    figures.extend(memory(&format!("memory with {PARTITIONS} partitions"), &broker)?);
    broker.stop(DEADLINE).await?;
    let began = Instant::now();
    let mut broker = trial.start(engine, Role::Broker, DEADLINE).await?;
    figures.push(millis(format!("start with {PARTITIONS} partitions"), began));
    broker.kill().await?;
    coordinator.kill().await?;
    Ok(figures)
}

fn millis(name: impl Into<String>, began: Instant) -> Figure {
    figure(name, "ms", began.elapsed().as_secs_f64() * 1000.0)
}

/// Apache's tools against one broker.
struct Load<'a> {
    apache: &'a Path,
    bootstrap: String,
}

impl Load<'_> {
    async fn tool(&self, script: &str, arguments: &[&str]) -> anyhow::Result<String> {
        let command = Command::new(self.apache.join("bin").join(script)).args(arguments).env("LOG_DIR", std::env::temp_dir());
        let output = command.output(b"", OUTPUT_BYTES_MAX, DEADLINE).await?;
        let text = output.stdout.text();
        if !output.ended.is_success() {
            bail!("{script} failed: {text}{}", output.stderr.text());
        }
        Ok(text)
    }

    async fn produce(
        &self,
        broker: &Server,
        topic: &str,
        size: u32,
        count: u32,
        properties: &[&str],
    ) -> anyhow::Result<Vec<Figure>> {
        let (size, number, bootstrap) = (size.to_string(), count.to_string(), format!("bootstrap.servers={}", self.bootstrap));
        let mut arguments = vec!["--topic", topic, "--record-size", &size, "--num-records", &number, "--throughput", "-1"];
        arguments.extend(["--producer-props", &bootstrap].into_iter().chain(properties.iter().copied()));
        let before = cpu(broker)?;
        let text = self.tool("kafka-producer-perf-test.sh", &arguments).await?;
        let spent = cpu(broker)? - before;
        // `N records sent, R records/sec (M MB/sec), … P ms 99th, …`
        let last = text.lines().rfind(|line| line.contains("ms 99th")).with_context(|| format!("no summary in {text}"))?;
        let value = |unit: &str| {
            let part = last.split(',').find(|part| part.contains(unit)).with_context(|| format!("no {unit} in {last}"))?;
            part.split_whitespace().next().context("a figure")?.parse::<f64>().map_err(|error| anyhow!("{part}: {error}"))
        };
        Ok(vec![
            rate(format!("produce {topic}"), value("records/sec")?),
            figure("  p99", "ms", value("ms 99th")?),
            rate("  records per CPU second", f64::from(count) / spent),
        ])
    }

    async fn consume(&self, broker: &Server, topic: &str, count: u32) -> anyhow::Result<Vec<Figure>> {
        let number = count.to_string();
        let arguments = ["--bootstrap-server", &self.bootstrap, "--topic", topic, "--messages", &number, "--hide-header"];
        let before = cpu(broker)?;
        let text = self.tool("kafka-consumer-perf-test.sh", &arguments).await?;
        let spent = cpu(broker)? - before;
        // start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, fetch records/s
        let fetched = text.lines().rev().find_map(|line| line.split(", ").nth(9)?.trim().parse::<f64>().ok());
        let fetched = fetched.with_context(|| format!("no figures in {text}"))?;
        Ok(vec![rate(format!("consume {topic}"), fetched), rate("  records per CPU second", f64::from(count) / spent)])
    }

    async fn end_to_end(&self, topic: &str) -> anyhow::Result<Vec<Figure>> {
        let arguments = [self.bootstrap.as_str(), topic, "2000", "1", "100"];
        let text = self.tool("kafka-e2e-latency.sh", &arguments).await?;
        let average = text.lines().find_map(|line| line.strip_prefix("Avg latency: ")?.split_whitespace().next()?.parse().ok());
        // `Percentiles: 50th = A, 99th = B, 99.9th = C`
        let tail = text.split("99th = ").nth(1).and_then(|rest| rest.split(',').next()?.trim().parse().ok());
        let (average, tail) = average.zip(tail).with_context(|| format!("no figures in {text}"))?;
        Ok(vec![figure("end to end, average", "ms", average), figure("end to end, p99", "ms", tail)])
    }
}
