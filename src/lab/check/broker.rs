//! What the broker that runs says of itself, and what it was started with.

use std::time::Duration;

use kafka_protocol::messages::DescribeConfigsRequest;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::protocol::StrBytes;

use super::outcome::{Finding, fails, holds};
use super::predicates::unreachable;
use super::scope::BROKER_CLASS;
use super::system::{LabSystem, client_of, describe_cluster};
use crate::engine::client::{ClientError, Node, Route};
use crate::process::table::Process;
use crate::properties::{self, Document};
use crate::text::{Message, checks as say};

/// What DescribeConfigs calls a broker.
const BROKER_RESOURCE: i8 = 4;
/// A file's time and a process's start are both cut to a clock tick of 10 ms.
const CLOCK_TICK: Duration = Duration::from_millis(10);

/// Asks whether the broker answers at a port.
pub(super) async fn listens(system: &LabSystem, port: &str) -> Finding {
    let brokers = system.brokers().await;
    let Some(first) = brokers.first() else { return fails(say::BROKER_NONE) };
    let ports: Vec<String> = brokers.iter().filter_map(|broker| Some(broker.address?.port().to_string())).collect();
    if ports.is_empty() {
        return fails(Message::new(say::BROKER_SILENT).with("pid", first.pid));
    }
    let found = Message::new(say::LISTENS_AT).with("found", ports.join(", "));
    Finding { passed: ports == [port], found }
}

/// The broker, as it names itself: its id and the address that it tells clients.
pub(super) async fn node(system: &LabSystem) -> Result<Node, Message> {
    let address = system.brokers().await.iter().find_map(|broker| broker.address).ok_or(say::BROKER_NONE)?;
    let cluster = describe_cluster(address).await.map_err(|error| unreachable(&error))?;
    let own = |node: &&Node| node.address.port == address.port() || cluster.brokers.len() == 1;
    cluster.brokers.iter().find(own).cloned().ok_or_else(|| say::BROKER_UNREGISTERED.into())
}

/// Asks whether the broker tells clients to come to this host.
pub(super) async fn advertises(system: &LabSystem, host: &str) -> Finding {
    match node(system).await {
        Ok(node) => {
            let found = node.address.to_string();
            Finding { passed: node.address.host == host, found: Message::new(say::ADVERTISES_IS).with("found", found) }
        }
        Err(found) => fails(found),
    }
}

/// Asks the broker for one of its settings.
pub(super) async fn config(system: &LabSystem, key: &str, value: &str) -> Finding {
    let Some(address) = system.brokers().await.iter().find_map(|broker| broker.address) else { return fails(say::BROKER_NONE) };
    let asked = async {
        let client = client_of(address);
        let id = client.describe_cluster().await?.brokers.first().map_or(0, |node| node.id);
        let resource = DescribeConfigsResource::default()
            .with_resource_type(BROKER_RESOURCE)
            .with_resource_name(StrBytes::from_string(id.to_string()))
            .with_configuration_keys(Some(vec![StrBytes::from_string(key.to_owned())]));
        let response = client.call(Route::Broker(id), DescribeConfigsRequest::default().with_resources(vec![resource])).await?;
        let configs = response.results.into_iter().flat_map(|result| result.configs);
        Ok::<_, ClientError>(configs.into_iter().find(|config| &*config.name == key).and_then(|config| config.value))
    };
    match asked.await {
        Ok(found) => {
            let found = found.map_or_else(|| "null".to_owned(), |found| found.to_string());
            Finding { passed: found == value, found: Message::new(say::CONFIG_IS).with("key", key).with("found", found) }
        }
        Err(error) => fails(unreachable(&error)),
    }
}

/// Looks at the file and the command line that the broker was started with.
pub(super) fn started_with(system: &LabSystem, key: &str, value: &str) -> Finding {
    let processes = system.scope.processes(BROKER_CLASS);
    let Some(process) = processes.first() else { return fails(say::BROKER_NONE) };
    let arguments: Vec<String> = process.argv.iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let own = arguments.iter().skip_while(|argument| *argument != BROKER_CLASS).skip(1).cloned().collect::<Vec<_>>();
    let wanted = format!("{key}={value}");
    if own.contains(&wanted) {
        return holds(Message::new(say::STARTED_WITH_IS).with("line", wanted));
    }
    let Some(path) = own.first().zip(process.working_folder()).map(|(file, folder)| folder.join(file)) else {
        return fails(say::STARTED_WITH_UNREAD);
    };
    let too_large = std::fs::metadata(&path).map_or(true, |file| file.len() > properties::MAX_BYTES as u64);
    let text = std::fs::read(&path).ok().filter(|_| !too_large);
    let Some(document) = text.and_then(|text| Document::parse(text).ok()) else { return fails(say::STARTED_WITH_UNREAD) };
    let shown = own.first().cloned().unwrap_or_default();
    match document.get(key) {
        Some(found) if found == value && was_saved_before(&path, process) => {
            holds(Message::new(say::STARTED_WITH_IS).with("line", wanted))
        }
        Some(found) if found == value => fails(Message::new(say::STARTED_BEFORE).with("file", shown)),
        Some(found) => fails(Message::new(say::STARTED_WITH_OTHER).with("file", shown).with("line", format!("{key}={found}"))),
        None => fails(Message::new(say::STARTED_WITHOUT).with("file", shown).with("key", key)),
    }
}

fn was_saved_before(path: &std::path::Path, process: &Process) -> bool {
    let saved = std::fs::metadata(path).and_then(|file| file.modified()).ok();
    // the time of boot that the start is counted from is known to the second
    let slack = Duration::from_secs(1) + CLOCK_TICK;
    saved.zip(process.started_at()).is_some_and(|(saved, started)| saved <= started + slack)
}
