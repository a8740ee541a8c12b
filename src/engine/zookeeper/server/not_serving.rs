//! A server that has failed and whose process lives on: its port is open, and nobody is served.
//!
//! ZooKeeper comes to this where its main thread dies of an audit logger that it cannot find (`audit.impl.class`): that closes the log
//! behind the server, which stumbles at the first request.

use std::pin::Pin;

use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::admin::{self, Question};
use super::connection::Outgoing;
use super::coordinator::{Input, Prepared};
use super::run::{Arrived, Core, ToCore};
use super::words::Word;
use crate::engine::log4j::{self, Level};
use crate::log_info;

const NOT_SERVING: &str = "This ZooKeeper instance is not currently serving requests";

/// The main thread of a server that is to audit has not found the logger's class.
pub(super) fn log_main_died(class: &str) {
    log4j::log_caused(
        Level::Error,
        "org.apache.zookeeper.server.NIOServerCnxnFactory",
        format_args!("Thread Thread[main,5,main] died"),
        format_args!(
            "java.lang.ExceptionInInitializerError\nCaused by: java.lang.RuntimeException: Couldn't instantiate {class}\nCaused by: \
             java.lang.ClassNotFoundException: {class}"
        ),
    );
}

fn log_stumbled() {
    const TRANSACTION: &str = "org.apache.zookeeper.txn.TxnHeader, org.apache.jute.Record, org.apache.zookeeper.txn.TxnDigest";
    log4j::log_caused(
        Level::Error,
        "org.apache.zookeeper.server.ZooKeeperCriticalThread",
        format_args!("Severe unrecoverable error, from thread : SyncThread:0"),
        format_args!(
            "java.lang.NullPointerException: Cannot invoke \"org.apache.zookeeper.server.persistence.TxnLog.append({TRANSACTION})\" \
             because \"this.txnLog\" is null"
        ),
    );
    log_info!("org.apache.zookeeper.server.ZooKeeperServerListenerImpl", "Thread SyncThread:0 exits, error code 1");
    log_info!("org.apache.zookeeper.server.SyncRequestProcessor", "SyncRequestProcessor exited!");
}

impl Core {
    /// Whether the server fails of these requests: each would be written to a log that is closed.
    pub(super) fn stumbles_over(&self, prepared: &[(Prepared, Option<Instant>)]) -> bool {
        self.config.missing_audit_logger.is_some() && prepared.iter().any(|(prepared, _)| prepared.is_submitted())
    }

    /// Answers nobody but who asks how the server is, until the shutdown.
    pub(super) async fn outlive<S: Future<Output = ()>>(mut self, inputs: &mut mpsc::Receiver<ToCore>, mut stop: Pin<&mut S>) {
        log_stumbled();
        loop {
            tokio::select! {
                message = inputs.recv() => match message {
                    Some(message) => self.turn_away(message),
                    None => return,
                },
                () = &mut stop => return,
            }
        }
    }

    fn turn_away(&mut self, message: ToCore) {
        match message {
            ToCore::Open { connection, outbox, .. } => {
                self.outboxes.insert(connection, outbox);
            }
            ToCore::Talked => {}
            ToCore::Input(Arrived { input: Input::Disconnect { connection }, .. }) => {
                self.outboxes.remove(&connection);
            }
            ToCore::Input(Arrived { input: Input::Connect { connection, .. } | Input::Request { connection, .. }, .. }) => {
                let session = self.coordinator.session(connection).unwrap_or(0);
                log4j::log_caused(
                    Level::Warn,
                    "org.apache.zookeeper.server.NIOServerCnxn",
                    format_args!("Close of session 0x{session:x}"),
                    format_args!("java.io.IOException: ZooKeeperServer not running"),
                );
                if let Some(outbox) = self.outboxes.remove(&connection) {
                    outbox.push(Outgoing::Close);
                }
            }
            ToCore::Word(word, asker, reply) => {
                let text = match word {
                    Word::Isro => "null".to_owned(),
                    Word::Envi | Word::Gtmk | Word::Stmk(_) => self.word(word, asker),
                    _ => format!("{NOT_SERVING}\n"),
                };
                // an error says that who asked has gone
                let _ = reply.send(text);
            }
            ToCore::Admin(Question { command, query, reply }) => {
                let answer = if admin::needs_server(&command) {
                    json!({ "command": command, "error": NOT_SERVING })
                } else {
                    admin::answer(self, &command, &query)
                };
                let _ = reply.send(answer);
            }
        }
    }
}
