//! `--describe`: the configs of topics, brokers and loggers, and the quotas and credentials of the others.

use kafka_protocol::messages::DescribeConfigsRequest;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::protocol::StrBytes;

use super::options::{BROKERS, CLIENTS, IPS, LOGGERS, Line, TOPICS, USERS};
use super::{DESCRIBE_DEADLINE, deadline, failed, quotas, scram};
use crate::engine::client::{Client, ClientError, Route};
use crate::engine::tools::Exception;
use crate::engine::tools::harness::print;

/// The sources of values as DescribeConfigs numbers them.
const SOURCES: [&str; 9] = [
    "UNKNOWN",
    "DYNAMIC_TOPIC_CONFIG",
    "DYNAMIC_BROKER_CONFIG",
    "DYNAMIC_DEFAULT_BROKER_CONFIG",
    "STATIC_BROKER_CONFIG",
    "DEFAULT_CONFIG",
    "DYNAMIC_BROKER_LOGGER_CONFIG",
    "UNKNOWN",
    "UNKNOWN",
];

/// A config as the broker describes it.
pub(super) struct Entry {
    pub name: String,
    /// Its value; sensitive ones are not told.
    pub value: Option<String>,
    source: i8,
    sensitive: bool,
    synonyms: Vec<String>,
}

/// Describes what the line asks for.
pub(super) async fn describe(client: &Client, line: &Line) -> Result<(), Exception> {
    match line.kind() {
        TOPICS | BROKERS | LOGGERS => resources(client, line).await,
        USERS | CLIENTS => {
            quotas::describe(client, line).await?;
            // credentials are users', and there are none by default
            if line.is_of(CLIENTS) || line.names.iter().any(String::is_empty) {
                return Ok(());
            }
            scram::describe(client, &line.names).await
        }
        IPS => quotas::describe(client, line).await,
        kind => Err(Exception::illegal_argument(format!("Invalid entity type: {kind}"))),
    }
}

async fn resources(client: &Client, line: &Line) -> Result<(), Exception> {
    let kind = line.kind();
    let all = line.set.has("all");
    let names = match line.names.first() {
        Some(name) => vec![name.clone()],
        None if kind == TOPICS => {
            client.list_topics().await.map_err(failed(client, "listTopics", client.config().api_timeout))?
        }
        None => {
            let cluster = client.describe_cluster().await;
            let cluster = cluster.map_err(failed(client, "listNodes", client.config().api_timeout))?;
            cluster.brokers.iter().map(|node| node.id.to_string()).chain([String::new()]).collect()
        }
    };
    for name in names {
        if name.is_empty() {
            print(&format!("Default configs for {kind} in the cluster are:\n"));
        } else {
            let which = if all { "All" } else { "Dynamic" };
            print(&format!("{which} configs for {} {name} are:\n", singular(kind)));
        }
        let shown = entries(client, kind, &name, true, all).await?.into_iter().map(|entry| entry.line());
        print(&shown.collect::<String>());
    }
    Ok(())
}

/// A kind of entities without its last letter, as Kafka does it.
pub(super) fn singular(kind: &str) -> &str {
    kind.strip_suffix('s').unwrap_or(kind)
}

impl Entry {
    fn line(&self) -> String {
        let value = self.value.as_deref().unwrap_or("null");
        let Self { name, sensitive, .. } = self;
        format!("  {name}={value} sensitive={sensitive} synonyms={{{}}}\n", self.synonyms.join(", "))
    }
}

/// The number of a kind of resources in the protocol, and the source of the values that were set for it.
pub(super) fn resource_type(kind: &str, name: &str) -> (i8, Option<i8>) {
    match kind {
        TOPICS => (2, Some(1)),
        BROKERS if name.is_empty() => (4, Some(3)),
        BROKERS => (4, Some(2)),
        _ => (8, None),
    }
}

/// Where questions about a resource go: brokers answer for themselves.
pub(super) fn route(kind: &str, name: &str) -> Route {
    match name.parse() {
        Ok(id) if kind != TOPICS => Route::Broker(id),
        _ => Route::Any,
    }
}

/// The configs of a resource by name: those that were set for it, or all.
pub(super) async fn entries(client: &Client, kind: &str, name: &str, synonyms: bool, all: bool) -> Result<Vec<Entry>, Exception> {
    if kind == TOPICS && !name.is_empty() {
        valid_topic(name)?;
    }
    let (resource, source) = resource_type(kind, name);
    let route = route(kind, name);
    let call = if matches!(route, Route::Broker(_)) { "describeBrokerConfigs" } else { "describeConfigs" };
    let asked = DescribeConfigsResource::default()
        .with_resource_type(resource)
        .with_resource_name(StrBytes::from_string(name.to_owned()))
        .with_configuration_keys(None);
    let request = DescribeConfigsRequest::default().with_resources(vec![asked]).with_include_synonyms(synonyms);
    let failed = failed(client, call, DESCRIBE_DEADLINE);
    if matches!(route, Route::Broker(_)) {
        // the broker must be known before it can be asked
        client.metadata_until(&[], false, deadline(client, DESCRIBE_DEADLINE)).await.map_err(&failed)?;
    }
    let response = client.call_until(route, request, deadline(client, DESCRIBE_DEADLINE)).await.map_err(&failed)?;
    let Some(result) = response.results.into_iter().next() else { return Ok(Vec::new()) };
    if let Some(error) = ClientError::from_code(result.error_code, Some(result.error_message.as_deref().unwrap_or_default())) {
        return Err(failed(error));
    }
    let wanted = |found: i8| all || source.is_none_or(|source| source == found);
    let mut entries: Vec<Entry> = result
        .configs
        .into_iter()
        .filter(|config| wanted(config.config_source))
        .map(|config| Entry {
            name: config.name.to_string(),
            value: config.value.map(|value| value.to_string()),
            source: config.config_source,
            sensitive: config.is_sensitive,
            synonyms: config
                .synonyms
                .iter()
                .map(|synonym| {
                    let source = usize::try_from(synonym.source).ok().and_then(|at| SOURCES.get(at)).unwrap_or(&"UNKNOWN");
                    format!("{source}:{}={}", &*synonym.name, synonym.value.as_deref().unwrap_or("null"))
                })
                .collect(),
        })
        .collect();
    entries.sort_by(|a, b| (&a.name, a.source).cmp(&(&b.name, b.source)));
    Ok(entries)
}

/// `Topic.validate`.
fn valid_topic(name: &str) -> Result<(), Exception> {
    const MAX_LENGTH: usize = 249;
    let what = if name == "." || name == ".." {
        format!("'{name}' cannot be \".\" or \"..\"")
    } else if name.len() > MAX_LENGTH {
        format!("the length of '{name}' is longer than the max allowed length {MAX_LENGTH}")
    } else if !name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
        format!("'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'")
    } else {
        return Ok(());
    };
    Err(Exception::new("org.apache.kafka.common.errors.InvalidTopicException", format!("Topic name is invalid: {what}")))
}
