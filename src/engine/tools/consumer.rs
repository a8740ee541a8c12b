//! `kafka-console-consumer.sh` (`kafka.tools.ConsoleConsumer`): writes records to stdout, each on a line.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::consumer_options::{self, Line, SCRIPT};
use super::harness::{self, eprint, print};
use super::{CONSUMER_CLASS, Exception, Stop, admin, clients, topics};
use crate::catalog::configs;
use crate::engine::client::consumer::{ConsumerRecord, Interest};
use crate::engine::client::{ClientError, Consumer};
use crate::log_error;

const LOGGER: &str = "kafka.tools.ConsoleConsumer$";
/// How long saying goodbye to the group may take.
const CLOSE_DEADLINE: Duration = Duration::from_secs(5);
/// The most bytes that are held for one write.
const WRITE_BYTES: usize = 1024 * 1024;

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run(CONSUMER_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let line = consumer_options::parse(&args)?;
    let (mut consumer, skip) = match consumer(&line).await {
        Ok(consumer) => (consumer, line.skip_message_on_error),
        Err(exception) => {
            log_error!(LOGGER, "Unknown error when running consumer: ");
            eprint(&format!("{exception}\n"));
            return Ok(1);
        }
    };
    let mut run = Run { line: &line, count: 0, skip };
    let (code, failed) = tokio::select! {
        failed = run.process(&mut consumer) => (u8::from(failed.is_some()), failed),
        code = harness::signalled() => (code, None),
    };
    // a coordinator that does not answer must not keep the tool
    let _ = tokio::time::timeout(CLOSE_DEADLINE, consumer.close()).await;
    eprint(&format!("Processed a total of {} messages\n", run.count));
    if let Some(exception) = failed {
        log_error!(LOGGER, "Unknown error when running consumer: ");
        eprint(&format!("{exception}\n"));
    }
    if line.tells_its_end {
        print("shutdown_complete\n");
    }
    Ok(code)
}

async fn consumer(line: &Line) -> Result<Consumer, Exception> {
    line.configs.check(configs::consumer())?;
    let bootstrap = admin::resolvable(&line.servers, "Failed to construct kafka consumer").await?;
    let interest = match (&line.topic, &line.include, line.partition) {
        (Some(topic), _, Some((partition, offset))) => Interest::Partition(topic.clone(), partition, offset),
        (Some(topic), ..) => Interest::Topic(topic.clone()),
        (None, include, _) => Interest::Pattern(topics::include_list(include.as_deref().unwrap_or_default())?),
    };
    let client = clients::consumer_client(&line.configs, &line.group, bootstrap);
    Ok(Consumer::new(Arc::new(client), clients::consumer_config(&line.configs, &line.group)?, interest))
}

/// One run of the tool, up to its end or a signal.
struct Run<'a> {
    line: &'a Line,
    count: u64,
    skip: bool,
}

impl Run<'_> {
    /// Writes records until the line says that it is enough, or something fails: what cannot be got is logged here, what cannot be shown is
    /// given back and ends the tool.
    async fn process(&mut self, consumer: &mut Consumer) -> Option<Exception> {
        loop {
            let left = self.line.max_messages.map(|most| most.saturating_sub(self.count));
            if left == Some(0) {
                return None;
            }
            let limit = left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX);
            let records = match self.receive(consumer, limit).await {
                Ok(records) => records,
                Err(exception) => {
                    log_error!(LOGGER, "Error processing message, terminating consumer process: ");
                    eprint(&format!("{exception}\n"));
                    return None;
                }
            };
            match self.write(consumer, records).await {
                Ok(true) => {}
                Ok(false) => return None,
                Err(exception) => return Some(exception),
            }
        }
    }

    /// The next records, waiting as long as `--timeout-ms` lets it.
    async fn receive(&self, consumer: &mut Consumer, limit: usize) -> Result<Vec<ConsumerRecord>, Exception> {
        let deadline = self.line.timeout_ms.map(|millis| Instant::now() + Duration::from_millis(millis));
        let poll_until_some = async {
            loop {
                let records = consumer.poll(limit).await?;
                if !records.is_empty() {
                    return Ok::<_, ClientError>(records);
                }
            }
        };
        let polled = match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, poll_until_some)
                .await
                .map_err(|_| Exception::bare("org.apache.kafka.common.errors.TimeoutException"))?,
            None => poll_until_some.await,
        };
        polled.map_err(|error| Exception::of_call("poll", &error))
    }

    /// Writes records; gives whether there is still a reader. Writing may block, and the group must not notice.
    async fn write(&mut self, consumer: &mut Consumer, records: Vec<ConsumerRecord>) -> Result<bool, Exception> {
        let mut records = records.into_iter();
        loop {
            let mut text = Vec::new();
            let mut written = 0;
            for record in records.by_ref() {
                written += 1;
                if let Err(exception) = self.line.formatter.write(&mut text, &record) {
                    if !self.skip {
                        consumer.give_back(records.collect());
                        self.count += written;
                        return Err(exception);
                    }
                    log_error!(LOGGER, "Error processing message, skipping this message: ");
                    eprint(&format!("{exception}\n"));
                }
                if text.len() >= WRITE_BYTES {
                    break;
                }
            }
            if written == 0 {
                return Ok(true);
            }
            self.count += written;
            let write = move || {
                let mut stdout = std::io::stdout();
                stdout.write_all(&text).and_then(|()| stdout.flush()).is_ok()
            };
            if !tokio::task::spawn_blocking(write).await.unwrap_or(false) {
                eprint("Unable to write to standard out, closing consumer.\n");
                return Ok(false);
            }
        }
    }
}
