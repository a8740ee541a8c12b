//! The predicates: each asks the system and says what it expected and what it found.

use std::collections::HashMap;
use std::time::Instant;

use super::outcome::{Finding, HELD_AT, Outcome, fails, holds, label, server_name};
use super::scope::{CONSUMER_CLASS, PRODUCER_CLASS, terminal_of};
use super::system::{LabSystem, Server, describe_cluster, registered_brokers};
use super::{answer, broker, consumer, life, ran, unpacked};
use crate::engine::client::ClientError;
use crate::lab::format::{CheckSpec, Variables};
use crate::process::table::Process;
use crate::text::{Message, checks as say};

/// What `kafkalab doctor` is reported as, where a tool reports its main class.
pub const DOCTOR_CLASS: &str = "kafkalab.Doctor";

/// What a predicate may look at besides the system.
#[derive(Debug)]
pub struct Context<'a> {
    /// The lab's variables.
    pub variables: &'a Variables,
    /// When each step began; one that began in an earlier run is not there.
    pub began: &'a HashMap<String, Instant>,
}

/// Asks one predicate.
pub async fn ask(system: &LabSystem, spec: &CheckSpec, context: &Context<'_>) -> Outcome {
    let Finding { passed, found } = look(system, spec, context).await;
    Outcome { passed, expected: label(spec, context.variables), found }
}

async fn look(system: &LabSystem, spec: &CheckSpec, context: &Context<'_>) -> Finding {
    let expand = |text: &str| context.variables.expand(text);
    match spec {
        CheckSpec::CoordinatorServes {} => coordinator_serves(system).await,
        CheckSpec::BrokerServes { id } => broker_serves(system, *id).await,
        CheckSpec::Topic { name, partitions, replication_factor } => {
            topic(system, &expand(name), *partitions, *replication_factor).await
        }
        CheckSpec::NoTopic { name } => no_topic(system, &expand(name)).await,
        CheckSpec::Records { topic, at_least } => records(system, &expand(topic), *at_least).await,
        CheckSpec::Consumer { topic, from_beginning } => consumer::reads(system, &expand(topic), *from_beginning).await,
        CheckSpec::NoClients {} => no_clients(system).await,
        CheckSpec::BrokerListens { port } => broker::listens(system, &expand(port)).await,
        CheckSpec::BrokerConfig { key, value } => broker::config(system, key, &expand(value)).await,
        CheckSpec::StartedWith { key, value } => broker::started_with(system, key, &expand(value)),
        CheckSpec::Advertises { host } => broker::advertises(system, host).await,
        CheckSpec::InBackground { main_class } => life::in_background(system, main_class),
        CheckSpec::OutlivesTerminal { main_class } => life::outlives_terminal(system, main_class),
        CheckSpec::BrokerEnded { cleanly } => life::broker_ended(system, *cleanly),
        CheckSpec::Answer { to, since } => answer::answered(system, *to, context.began.get(since).copied()).await,
        CheckSpec::Ran { main_class, option, topic, addresses, alone, since } => {
            let topic = topic.as_deref().map(expand);
            let wanted = ran::Wanted { main_class, option, topic: topic.as_deref(), addresses: *addresses, alone: *alone };
            ran::ran(system, &wanted, context.began.get(since).copied()).await
        }
        CheckSpec::Unpacked {} => unpacked::unpacked(system),
        CheckSpec::InDistribution {} => unpacked::in_distribution(system),
        CheckSpec::LookedAtMachine { since } => looked_at_machine(system, context.began.get(since).copied()),
        CheckSpec::Stopped { main_class } => stopped(system, main_class),
    }
}

async fn coordinator_serves(system: &LabSystem) -> Finding {
    match system.coordinator().await {
        Some(Server { pid, address: Some(address) }) => {
            holds(Message::new(say::COORDINATOR_AT).with("port", address.port()).with("pid", pid))
        }
        Some(Server { pid, address: None }) => fails(Message::new(say::COORDINATOR_SILENT).with("pid", pid)),
        None => fails(say::COORDINATOR_NONE),
    }
}

async fn broker_serves(system: &LabSystem, id: i32) -> Finding {
    let brokers = system.brokers().await;
    let Some(first) = brokers.first() else { return fails(say::BROKER_NONE) };
    let mut found_ids = Vec::new();
    for Server { pid, address } in &brokers {
        let Some(address) = address else { continue };
        let Ok(cluster) = describe_cluster(*address).await else { continue };
        let Some(node) = cluster.brokers.iter().find(|node| node.address.port == address.port() || cluster.brokers.len() == 1)
        else {
            continue;
        };
        found_ids.push(node.id.to_string());
        if node.id != id {
            continue;
        }
        let coordinator = system.coordinator().await.and_then(|server| server.address);
        let registered = match coordinator {
            Some(address) => registered_brokers(address).await.unwrap_or_default(),
            None => Vec::new(),
        };
        if !registered.contains(&id.to_string()) {
            return fails(say::BROKER_UNREGISTERED);
        }
        let found = Message::new(say::BROKER_AT).with("id", id).with("port", address.port()).with("pid", pid);
        return holds(found);
    }
    if found_ids.is_empty() {
        return fails(Message::new(say::BROKER_SILENT).with("pid", first.pid));
    }
    fails(Message::new(say::BROKER_OTHER_ID).with("id", id).with("found", found_ids.join(", ")))
}

async fn topic(system: &LabSystem, name: &str, partitions: usize, replicas: usize) -> Finding {
    let Some(client) = system.client().await else { return fails(say::BROKER_NONE) };
    let description = match client.describe_topic(name).await {
        Ok(Some(description)) => description,
        Ok(None) => return fails(Message::new(say::TOPIC_ABSENT).with("topic", name)),
        Err(error) => return fails(unreachable(&error)),
    };
    let found_replicas = description.partitions.iter().map(|partition| partition.replicas.len()).min().unwrap_or(0);
    if description.partitions.len() != partitions || found_replicas != replicas {
        let found = Message::new(say::TOPIC_SHAPE)
            .with("topic", name)
            .with("partitions", description.partitions.len())
            .with("replicas", found_replicas);
        return fails(found);
    }
    if let Some(leaderless) = description.partitions.iter().find(|partition| partition.leader.is_none()) {
        let found = Message::new(say::TOPIC_NO_LEADER).with("topic", name).with("partition", leaderless.index);
        return fails(found);
    }
    let mut brokers: Vec<i32> = description.partitions.iter().flat_map(|partition| partition.replicas.clone()).collect();
    brokers.sort_unstable();
    brokers.dedup();
    let brokers = brokers.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let found = Message::new(say::TOPIC_IS)
        .with("topic", name)
        .with("partitions", partitions)
        .with("replicas", replicas)
        .with("brokers", brokers);
    holds(found)
}

async fn no_topic(system: &LabSystem, name: &str) -> Finding {
    let Some(client) = system.client().await else { return fails(say::BROKER_NONE) };
    match client.describe_topic(name).await {
        Ok(None) => holds(Message::new(say::NO_TOPIC_IS).with("topic", name)),
        Ok(Some(_)) => fails(Message::new(say::NO_TOPIC_STILL).with("topic", name)),
        Err(error) => fails(unreachable(&error)),
    }
}

async fn records(system: &LabSystem, topic: &str, at_least: i64) -> Finding {
    let Some(client) = system.client().await else { return fails(say::BROKER_NONE) };
    match client.offsets(topic).await {
        Ok(ranges) => {
            let count: i64 = ranges.values().map(|range| range.latest - range.earliest).sum();
            let found = Message::new(say::RECORDS_ARE).with("topic", topic).with("found", count);
            Finding { passed: count >= at_least, found }
        }
        Err(error) => fails(unreachable(&error)),
    }
}

/// Without a broker there is nothing that clients could have been attached to.
async fn no_clients(system: &LabSystem) -> Finding {
    if system.brokers().await.is_empty() {
        return fails(say::BROKER_NONE);
    }
    let clients: Vec<(&str, Process)> = [PRODUCER_CLASS, CONSUMER_CLASS]
        .into_iter()
        .flat_map(|class| {
            let name = class.rsplit('.').next().unwrap_or(class);
            system.scope.processes(class).into_iter().map(move |process| (name, process))
        })
        .collect();
    // who reads ends first: what is then typed at the other is not missed
    let Some((_, last)) = clients.last() else { return holds(say::NO_CLIENTS_ARE) };
    let named: Vec<String> = clients.iter().map(|(name, process)| format!("{name} (pid {})", process.pid())).collect();
    fails(at_its_terminal(Message::new(say::CLIENTS_ARE).with("clients", named.join(", ")), last))
}

fn looked_at_machine(system: &LabSystem, since: Option<Instant>) -> Finding {
    let looked = system.invocations.of(DOCTOR_CLASS, since);
    // that it found something is no fault of the learner's
    match looked.iter().any(|look| look.exit_code.is_some()) {
        true => holds(say::LOOKED_IS),
        false => fails(say::RAN_NOT),
    }
}

/// A server counts as stopped only where it was seen serving before: an empty machine has stopped nothing.
fn stopped(system: &LabSystem, main_class: &str) -> Finding {
    let named = |text| Message::new(text).with("server", server_name(main_class));
    if let Some(process) = system.scope.processes(main_class).first() {
        return fails(at_its_terminal(named(say::STILL_RUNS).with("pid", process.pid()), process));
    }
    if !system.was_seen(main_class) {
        return fails(named(say::STOPPED_NEVER_RAN));
    }
    holds(named(say::STOPPED_IS))
}

/// What was found of a process, with the name of the terminal that it has to itself: [`super::Outcome::held_at`].
fn at_its_terminal(found: Message, process: &Process) -> Message {
    match terminal_of(process) {
        Some(terminal) => found.with(HELD_AT, terminal),
        None => found,
    }
}

/// The broker did not answer a question.
pub(super) fn unreachable(error: &ClientError) -> Message {
    Message::new(say::UNREACHABLE).with("reason", error)
}
