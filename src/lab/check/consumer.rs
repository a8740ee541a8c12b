//! Whether a console consumer reads a topic: its process, its arguments as they were really given, its connection to the broker,
//! and its place in the group.

use super::outcome::{Finding, fails, holds};
use super::predicates::unreachable;
use super::ran::{names_a_port, options_of};
use super::scope::{CONSUMER_CLASS, PRODUCER_CLASS, Scope};
use super::system::LabSystem;
use crate::engine::client::{Client, ClientError};
use crate::process::sockets;
use crate::process::table::Process;
use crate::text::{Message, checks as say};

/// Asks for a console consumer on `topic`; with `from_beginning`, for one that began with the first record.
pub(super) async fn reads(system: &LabSystem, topic: &str, from_beginning: bool) -> Finding {
    let brokers: Vec<_> = system.brokers().await.into_iter().filter_map(|broker| broker.address).collect();
    let ports: Vec<u16> = brokers.iter().map(std::net::SocketAddr::port).collect();
    let mut found = Message::new(say::CONSUMER_NONE).with("topic", topic);
    for process in system.scope.processes(CONSUMER_CLASS) {
        let Some(reading) = Reading::of(&arguments_of(&process, CONSUMER_CLASS)).filter(|reading| reading.topic == topic) else {
            continue;
        };
        if from_beginning && !reading.from_beginning {
            found = Message::new(say::CONSUMER_LATEST).with("pid", process.pid());
            continue;
        }
        found = Message::new(say::CONSUMER_NOT_ATTACHED).with("pid", process.pid());
        let connected = sockets::connections_of(process.pid()).iter().any(|connection| ports.contains(&connection.remote.port()));
        let Some(client) = system.client().await.filter(|_| connected) else { continue };
        match is_assigned(&client, &reading).await {
            Ok(true) => {
                return holds(Message::new(say::CONSUMER_IS).with("topic", topic).with("pid", process.pid()));
            }
            Ok(false) => {}
            Err(error) => found = unreachable(&error),
        }
    }
    if has_read(system, topic, from_beginning, &ports) {
        return holds(Message::new(say::CONSUMER_WAS).with("topic", topic));
    }
    fails(found)
}

/// A consumer that read what it was asked to (`--max-messages`, `--timeout-ms`) and ended by itself.
fn has_read(system: &LabSystem, topic: &str, from_beginning: bool, ports: &[u16]) -> bool {
    system.invocations.of(CONSUMER_CLASS, None).iter().any(|invocation| {
        let reading = Reading::of(&invocation.arguments);
        invocation.exit_code == Some(0)
            && reading.is_some_and(|reading| {
                reading.topic == topic && (reading.from_beginning || !from_beginning) && names_a_port(&reading.bootstrap, ports)
            })
    })
}

/// What a console consumer was told to read.
#[derive(Debug, PartialEq, Eq)]
struct Reading {
    topic: String,
    bootstrap: String,
    from_beginning: bool,
    /// A single partition is read without a group.
    partition: bool,
    group: Option<String>,
}

impl Reading {
    fn of(arguments: &[String]) -> Option<Self> {
        let given = options_of(CONSUMER_CLASS, arguments)?;
        let value = |name| given.value(name).ok().flatten();
        let offset_zero = matches!(value("offset"), Some("earliest" | "0"));
        let properties = given.values("consumer-property");
        let earliest = properties.iter().any(|property| property.trim() == "auto.offset.reset=earliest");
        Some(Self {
            topic: value("topic").or(value("include")).or(value("whitelist"))?.to_owned(),
            bootstrap: value("bootstrap-server")?.to_owned(),
            from_beginning: given.has("from-beginning") || offset_zero || earliest,
            partition: given.has("partition"),
            group: value("group").map(str::to_owned),
        })
    }
}

/// The lab's console clients that were sent to a topic by its name.
pub fn clients_of(scope: &Scope, topic: &str) -> Vec<Process> {
    let of_class = |class: &'static str| {
        let is_sent = move |process: &Process| {
            let given = options_of(class, &arguments_of(process, class));
            given.is_some_and(|given| given.value("topic").ok().flatten() == Some(topic))
        };
        scope.processes(class).into_iter().filter(is_sent)
    };
    of_class(CONSUMER_CLASS).chain(of_class(PRODUCER_CLASS)).collect()
}

/// The arguments of a tool's process: after the main class, whether a JVM runs it or the bundled engine.
fn arguments_of(process: &Process, class: &str) -> Vec<String> {
    let argv = process.argv.iter().map(|argument| argument.to_string_lossy().into_owned());
    argv.skip_while(|argument| argument != class).skip(1).collect()
}

/// Whether a member of the consumer's group has the topic assigned. A consumer without a group of its own name is in one called
/// `console-consumer-N`.
async fn is_assigned(client: &Client, reading: &Reading) -> Result<bool, ClientError> {
    if reading.partition {
        return Ok(true);
    }
    let groups = match &reading.group {
        Some(group) => vec![group.clone()],
        None => {
            let listed = client.list_groups().await?;
            listed.into_iter().map(|group| group.group_id).filter(|id| id.starts_with("console-consumer-")).collect()
        }
    };
    for group in groups {
        let description = client.describe_group(&group).await?;
        let assigned = description.members.iter().filter_map(|member| member.assignment.as_ref());
        if assigned.flat_map(|assignment| &assignment.partitions).any(|of| of.topic == reading.topic && !of.partitions.is_empty())
        {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<(&str, bool)>) {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let found = Reading::of(&arguments);
        assert_eq!(found.as_ref().map(|reading| (reading.topic.as_str(), reading.from_beginning)), expected, "{line}");
    }

    #[test]
    fn every_way_of_reading_from_the_beginning_counts() {
        check("--topic t --bootstrap-server b:1", Some(("t", false)));
        check("--topic t --from-beginning --bootstrap-server b:1", Some(("t", true)));
        check("--bootstrap-server=b:1 -from-beginning --topic=t", Some(("t", true)));
        check("--topic t --partition 0 --offset earliest --bootstrap-server b:1", Some(("t", true)));
        check("--topic t --partition 0 --offset 5 --bootstrap-server b:1", Some(("t", false)));
        check("--topic t --group g --consumer-property auto.offset.reset=earliest --bootstrap-server b:1", Some(("t", true)));
        check("--from-beginning --bootstrap-server b:1", None);
    }
}
