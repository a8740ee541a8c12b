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
    /// The lab's broker answers at this port and at no other.
    BrokerListens {
        /// The port; variables are replaced.
        port: String,
    },
    /// The broker says that a setting of its own has this value.
    BrokerConfig {
        /// The key.
        key: String,
        /// The value; variables are replaced.
        value: String,
    },
    /// The file that the broker was started with, as it was then, or its command line gives a key this value. For what the broker does
    /// not know, and so cannot say.
    StartedWith {
        /// The key.
        key: String,
        /// The value; variables are replaced.
        value: String,
    },
    /// The broker tells clients to come to this host, at whatever port.
    Advertises {
        /// A name or an address.
        host: String,
    },
    /// A server runs, and its terminal is free for other things.
    InBackground {
        /// The server, as the process table names it.
        main_class: String,
    },
    /// A server runs, and the terminal that it was started in is gone, or never was its own.
    OutlivesTerminal {
        /// The server, as the process table names it.
        main_class: String,
    },
    /// The broker that was seen running has ended.
    BrokerEnded {
        /// Whether it put its data in order before; one that was killed could not.
        cleanly: bool,
    },
    /// The learner has answered a question, with `answer` at a terminal, and the system says the same.
    Answer {
        /// What was asked.
        to: Question,
        /// The step since whose beginning it counts.
        since: String,
    },
    /// A tool was run against the lab's broker and ended with exit code 0.
    Ran {
        /// The tool, as the process table names it.
        main_class: String,
        /// An option that was among its arguments, as `--list`.
        option: String,
        /// The topic it was about, where it must be one.
        #[serde(default)]
        topic: Option<String>,
        /// How many addresses it was to begin with, at least.
        #[serde(default)]
        addresses: usize,
        /// Whether it does what it is asked without a broker.
        #[serde(default)]
        alone: bool,
        /// The step since whose beginning it counts: what is done a step early is done.
        since: String,
    },
    /// The archive of the distribution is unpacked, with all that is in it.
    Unpacked {},
    /// A terminal of the lab is in the unpacked distribution.
    InDistribution {},
    /// `kafkalab doctor` was run, whatever it found.
    LookedAtMachine {
        /// The step since whose beginning it counts.
        since: String,
    },
    /// No process of that name is left of this lab, and its ports are free.
    Stopped {
        /// The server, as the process table names it.
        main_class: String,
    },
}

/// What a learner is asked; the answer is read from the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// The id of the broker.
    BrokerId,
    /// The port that the broker listens on.
    BrokerPort,
    /// The broker's process number.
    BrokerPid,
    /// The coordinator's process number.
    CoordinatorPid,
    /// The id of the cluster.
    ClusterId,
    /// The address that the broker tells clients.
    AdvertisedAddress,
    /// How many scripts `bin` of the distribution has.
    ScriptCount,
    /// The port that the shipped `zookeeper.properties` gives.
    CoordinatorPortSetting,
    /// The version of Java, where there is one.
    JavaVersion,
}
