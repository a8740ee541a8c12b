//! The predicates that a lab may ask for.

use serde::Deserialize;

/// A predicate on the system, as a lab writes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "is", deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum CheckSpec {
    /// A coordinator of this lab answers the ZooKeeper protocol.
    CoordinatorServes {},
    /// A broker of this lab answers the Kafka protocol and is registered with the coordinator.
    BrokerServes {
        /// Its broker.id.
        id: i32,
    },
    /// The topic exists with that shape, and every partition has a leader.
    Topic {
        /// The topic.
        name: String,
        /// How many partitions.
        partitions: usize,
        /// How many replicas of each.
        replication_factor: usize,
    },
    /// No topic of that name exists, nor is one being deleted.
    NoTopic {
        /// The topic.
        name: String,
    },
    /// The topic holds records that were not there when the step began.
    Records {
        /// The topic.
        topic: String,
        /// How many at least.
        at_least: i64,
    },
    /// A console consumer reads the topic.
    Consumer {
        /// The topic.
        topic: String,
        /// Whether it began with the first record.
        from_beginning: bool,
    },
    /// No console client of this lab is attached to the broker.
    NoClients {},
    /// A tool was run against the lab's broker and ended with exit code 0.
    Ran {
        /// The tool, as the process table names it.
        main_class: String,
        /// An option that was among its arguments, as `--list`.
        option: String,
        /// The topic it was about, where it must be one.
        #[serde(default)]
        topic: Option<String>,
        /// The step since whose beginning it counts: what is done a step early is done.
        since: String,
    },
    /// No process of that name is left of this lab, and its ports are free.
    Stopped {
        /// The server, as the process table names it.
        main_class: String,
    },
}
