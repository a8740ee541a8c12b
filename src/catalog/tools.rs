//! The scripts of `bin/`: the Java class behind each and the options it takes.

use std::sync::OnceLock;

/// One script of the distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The script's file name, as `kafka-topics.sh`.
    pub script: &'static str,
    /// The main class, as the process table shows it.
    pub main_class: &'static str,
    /// The exit code with which it refuses a line that is wrong, and fails where its program is not there.
    pub failure: u8,
}

/// Whether an option takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A flag.
    None,
    /// `--option` or `--option value`.
    Optional,
    /// `--option value`.
    Required,
    /// `--option value value …`, one value at least.
    Many,
}

/// One option of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolOption {
    /// Its names with their dashes, the first is the one that messages use.
    pub names: Vec<&'static str>,
    /// The command of the tool that it belongs to, as `find-hanging`; empty where it is the tool's own.
    pub scope: &'static str,
    /// Whether it takes a value.
    pub argument: Argument,
    /// The Java type of the value, as `Integer`; empty for a flag.
    pub value_type: &'static str,
    /// The word for the value in the usage table.
    pub placeholder: &'static str,
    /// Whether every value given is used; otherwise a second one is an error.
    pub repeatable: bool,
    /// Whether it must be given, as the tools with argparse4j say.
    pub required: bool,
    /// The only values that it takes; empty where there is no such list.
    pub choices: Vec<&'static str>,
    /// The default; `None` where there is none.
    pub default: Option<String>,
    /// The options that it refuses to stand with, by name with dashes.
    pub conflicts: Vec<&'static str>,
}

/// Every script of 3.6.0, sorted by name.
pub fn all() -> &'static [Tool] {
    static ALL: OnceLock<Vec<Tool>> = OnceLock::new();
    ALL.get_or_init(|| {
        super::table::rows::<16>(include_str!("data/tools/index.tsv"))
            .map(|row| Tool {
                script: row[0],
                main_class: row[1],
                failure: row[10].parse().ok().filter(|code| *code != 0).unwrap_or(1),
            })
            .collect()
    })
}

/// The tables of options by script.
const TABLES: &[(&str, &str)] = &[
    ("kafka-topics.sh", include_str!("data/tools/kafka-topics.tsv")),
    ("kafka-console-producer.sh", include_str!("data/tools/kafka-console-producer.tsv")),
    ("kafka-console-consumer.sh", include_str!("data/tools/kafka-console-consumer.tsv")),
    ("kafka-configs.sh", include_str!("data/tools/kafka-configs.tsv")),
    ("kafka-consumer-groups.sh", include_str!("data/tools/kafka-consumer-groups.tsv")),
    ("kafka-get-offsets.sh", include_str!("data/tools/kafka-get-offsets.tsv")),
    ("kafka-delete-records.sh", include_str!("data/tools/kafka-delete-records.tsv")),
    ("kafka-log-dirs.sh", include_str!("data/tools/kafka-log-dirs.tsv")),
    ("kafka-broker-api-versions.sh", include_str!("data/tools/kafka-broker-api-versions.tsv")),
    ("kafka-leader-election.sh", include_str!("data/tools/kafka-leader-election.tsv")),
    ("kafka-cluster.sh", include_str!("data/tools/kafka-cluster.tsv")),
    ("kafka-features.sh", include_str!("data/tools/kafka-features.tsv")),
    ("kafka-reassign-partitions.sh", include_str!("data/tools/kafka-reassign-partitions.tsv")),
    ("kafka-acls.sh", include_str!("data/tools/kafka-acls.tsv")),
    ("kafka-transactions.sh", include_str!("data/tools/kafka-transactions.tsv")),
    ("kafka-delegation-tokens.sh", include_str!("data/tools/kafka-delegation-tokens.tsv")),
    ("kafka-replica-verification.sh", include_str!("data/tools/kafka-replica-verification.tsv")),
    ("kafka-dump-log.sh", include_str!("data/tools/kafka-dump-log.tsv")),
    ("kafka-producer-perf-test.sh", include_str!("data/tools/kafka-producer-perf-test.tsv")),
    ("kafka-consumer-perf-test.sh", include_str!("data/tools/kafka-consumer-perf-test.tsv")),
    ("kafka-verifiable-producer.sh", include_str!("data/tools/kafka-verifiable-producer.tsv")),
    ("kafka-verifiable-consumer.sh", include_str!("data/tools/kafka-verifiable-consumer.tsv")),
    ("kafka-server-start.sh", include_str!("data/tools/kafka-server-start.tsv")),
    ("kafka-server-stop.sh", include_str!("data/tools/kafka-server-stop.tsv")),
    ("zookeeper-server-start.sh", include_str!("data/tools/zookeeper-server-start.tsv")),
    ("zookeeper-server-stop.sh", include_str!("data/tools/zookeeper-server-stop.tsv")),
];

/// The options of a script whose table is here; `None` for the others.
pub fn options(script: &str) -> Option<Vec<ToolOption>> {
    let (_, table) = TABLES.iter().find(|(name, _)| *name == script)?;
    let options = super::table::rows::<12>(table).map(|row| ToolOption {
        names: row[0].split([',', ' ']).filter(|name| !name.is_empty()).collect(),
        scope: row[1],
        argument: match row[2] {
            "none" => Argument::None,
            "optional" => Argument::Optional,
            "1..many" => Argument::Many,
            _ => Argument::Required,
        },
        value_type: row[3],
        placeholder: row[4],
        repeatable: row[5] == "y",
        required: row[6] == "y",
        choices: row[8].trim_matches(['{', '}']).split(',').filter(|choice| !choice.is_empty()).collect(),
        default: super::table::field(row[7]),
        conflicts: row[10].split(' ').filter(|name| !name.is_empty()).collect(),
    });
    Some(options.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topics_tool_takes_a_replication_factor() {
        let options = options("kafka-topics.sh").expect("its table is here");
        let option = options.iter().find(|option| option.names[0] == "--replication-factor").expect("documented option");
        assert_eq!(option.argument, Argument::Required);
    }

    #[test]
    fn scripts_are_sorted_and_unique() {
        assert!(all().windows(2).all(|pair| pair[0].script < pair[1].script));
        assert_eq!(all().len(), 41);
    }
}
