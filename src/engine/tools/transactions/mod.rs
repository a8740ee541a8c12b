//! `kafka-transactions.sh` (`org.apache.kafka.tools.TransactionsCommand`): lists and describes transactions and producers, finds
//! transactions that hang, and aborts them.

mod abort;
mod find_hanging;
mod producers;

use std::ffi::OsString;
use std::process::ExitCode;

use super::argparse::{Details, Namespace, Parser, Section, Spec};
use super::client_configs::ClientConfigs;
use super::harness::{self, print};
use super::{Exception, Stop, admin, java};
use crate::engine::client::producer::now_millis;
use crate::engine::client::{Client, ClientError};

/// The main class.
pub const MAIN_CLASS: &str = "org.apache.kafka.tools.TransactionsCommand";
const SCRIPT: &str = "kafka-transactions.sh";

/// How it reads its line.
pub(super) static SPEC: Spec = Spec {
    script: SCRIPT,
    prog: SCRIPT,
    description: "This tool is used to analyze the transactional state of producers in the cluster. It can be used to detect and \
                  recover from hanging transactions.",
    default_help: false,
    groups: &[],
    commands: &[
        ("list", "list transactions"),
        ("describe", "show the state of a transactional-id"),
        ("describe-producers", "show the producers that a partition remembers"),
        ("abort", "abort a transaction that hangs, as an administrator"),
        ("find-hanging", "find transactions that hang"),
    ],
    command_title: ("commands", "COMMAND"),
    details: &[
        Details { command: "describe", description: "Describe the state of an active transactional-id.", sections: &[] },
        Details {
            command: "abort",
            description: "",
            sections: &[
                Section {
                    title: "Brokers on versions 3.0 and above",
                    description: "For newer brokers, only the start offset of the transaction to be aborted is required",
                    options: &["--start-offset"],
                },
                Section {
                    title: "Brokers on versions older than 3.0",
                    description: "For older brokers, you must provide all of these arguments",
                    options: &["--producer-id", "--producer-epoch", "--coordinator-epoch"],
                },
            ],
        },
    ],
};

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let line = Parser::new(&SPEC).parse(&args)?;
    let configs = line.text("command-config").map_or_else(|| Ok(ClientConfigs::default()), ClientConfigs::of_file);
    let configs = configs.map_err(|error| failed("Failed to load admin client properties", &error))?;
    let client = admin::client(line.text("bootstrap-server").unwrap_or_default(), configs).await.map_err(Stop::Uncaught)?;
    match line.command {
        Some("list") => list(&client).await?,
        Some("describe") => describe(&client, &line).await?,
        Some("describe-producers") => producers::describe(&client, &line).await?,
        Some("abort") => abort::abort(&client, &line).await?,
        _ => find_hanging::find(&client, &line).await?,
    }
    Ok(0)
}

/// What the tool says of an exception.
fn failed(what: &str, error: &Exception) -> Stop {
    Stop::Message(format!("{what}: {}. Enable debug logging for additional detail.", error.text()))
}

/// Prints rows below their headings, each column as wide as its widest cell.
fn table(headings: &[&str], rows: &[Vec<String>]) {
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.encode_utf16().count());
        cells.chain([headings[at].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        cells.zip(&widths).map(|(cell, width)| format!("{cell:width$}\t")).collect::<String>() + "\n"
    };
    let mut text = line(&mut headings.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    print(&text);
}

/// The brokers' ids, in order.
async fn brokers(client: &Client, call: &str) -> Result<Vec<i32>, Exception> {
    let none = |error| match error {
        ClientError::NoNode { .. } => Exception::new("org.apache.kafka.common.KafkaException", "Failed to find brokers")
            .caused_by(Exception::of_call(call, &error)),
        error => Exception::of_call(call, &error),
    };
    client.metadata(&[], false).await.map_err(none)?;
    let mut ids: Vec<i32> = client.nodes().iter().map(|node| node.id).collect();
    ids.sort_unstable();
    Ok(ids)
}

async fn list(client: &Client) -> Result<(), Stop> {
    let told = |error: &Exception| failed("Failed to list transactions", error);
    let mut rows = Vec::new();
    for broker in brokers(client, "listTransactions(api=METADATA)").await.map_err(|error| told(&error))? {
        let found = client.list_transactions(broker, &[]).await;
        let found = found.map_err(|error| told(&list_failed(broker, &error)))?;
        rows.extend(
            found.into_iter().map(|found| vec![found.id, broker.to_string(), found.producer_id.to_string(), found.state]),
        );
    }
    table(&["TransactionalId", "Coordinator", "ProducerId", "TransactionState"], &rows);
    Ok(())
}

fn list_failed(broker: i32, error: &ClientError) -> Exception {
    let exception = Exception::of_call("listTransactions(api=LIST_TRANSACTIONS)", error);
    match error.code() {
        Some(_) => Exception::new(
            exception.class,
            format!("ListTransactions request sent to broker {broker} failed with an unexpected exception"),
        ),
        None => exception,
    }
}

async fn describe(client: &Client, line: &Namespace) -> Result<(), Stop> {
    let id = line.text("transactional-id").unwrap_or_default();
    let found = client.describe_transaction(id).await.map_err(|error| {
        let what = format!("Failed to describe transaction state of transactional-id `{id}`");
        failed(&what, &describe_failed(id, &error))
    })?;
    let none = || "None".to_owned();
    let start = found.start_ms.map_or_else(none, |start| start.to_string());
    let duration = found.start_ms.map_or_else(none, |start| (now_millis() - start).to_string());
    let mut partitions = found.partitions;
    java::hash_map_order(&mut partitions, |found| java::partition_hash(&found.topic, found.partition));
    let row = vec![
        found.coordinator.to_string(),
        id.to_owned(),
        found.producer_id.to_string(),
        found.producer_epoch.to_string(),
        found.state,
        found.timeout_ms.to_string(),
        start,
        duration,
        partitions.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    ];
    let headings = [
        "CoordinatorId",
        "TransactionalId",
        "ProducerId",
        "ProducerEpoch",
        "TransactionState",
        "TransactionTimeoutMs",
        "CurrentTransactionStartTimeMs",
        "TransactionDurationMs",
        "TopicPartitions",
    ];
    table(&headings, &[row]);
    Ok(())
}

/// What a transactional id that cannot be described ends with.
fn describe_failed(id: &str, error: &ClientError) -> Exception {
    let exception = Exception::of_call("describeTransactions(api=FIND_COORDINATOR)", error);
    let why = match error.code_name() {
        _ if error.code().is_none() => return exception,
        "TRANSACTIONAL_ID_NOT_FOUND" => "failed because the ID could not be found",
        "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" => "failed due to authorization failure",
        _ => "failed due to unexpected error",
    };
    Exception::new(exception.class, format!("DescribeTransactions request for transactionalId `{id}` {why}"))
}
