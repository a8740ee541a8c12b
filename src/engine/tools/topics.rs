//! `kafka-topics.sh` (`kafka.admin.TopicCommand`): creates, alters, lists, describes and deletes topics.

use std::ffi::OsString;
use std::process::ExitCode;

use kafka_protocol::messages::create_partitions_request::{CreatePartitionsAssignment, CreatePartitionsTopic};
use kafka_protocol::messages::create_topics_request::{CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig};
use kafka_protocol::messages::delete_topics_request::DeleteTopicState;
use kafka_protocol::messages::{BrokerId, CreatePartitionsRequest, CreateTopicsRequest, DeleteTopicsRequest};
use kafka_protocol::protocol::StrBytes;
use regex::Regex;

use super::command_line::uncaught;
use super::harness::{self, print};
use super::options::OptionSet;
use super::topics_options::{self, Action, SCRIPT};
use super::{Exception, Stop, TOPICS_CLASS, admin, topic_config, topics_describe};
use crate::engine::client::admin::{TopicDescription, topic_name};
use crate::engine::client::{Client, ClientError, Route};
use crate::log_error;

/// The topics that Kafka keeps for itself.
pub(super) const INTERNAL: [&str; 2] = ["__consumer_offsets", "__transaction_state"];

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(TOPICS_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let (action, set) = topics_options::parse(&args)?;
    let client = admin_client(&set).await?;
    let done = match action {
        Action::Create => create(&client, &set).await,
        Action::Alter => alter(&client, &set).await,
        Action::List => list(&client, &set).await,
        Action::Describe => topics_describe::describe(&client, &set).await,
        Action::Delete => delete(&client, &set).await,
    };
    let Err(exception) = done else { return Ok(0) };
    print(&format!("Error while executing topic command : {}\n", exception.text()));
    log_error!("kafka.admin.TopicCommand$", "{exception}\n");
    Ok(1)
}

async fn admin_client(set: &OptionSet) -> Result<Client, Stop> {
    let servers = set.value("bootstrap-server").map_err(uncaught)?.unwrap_or_default();
    let configs = admin::command_config(set, "command-config")?;
    admin::client(servers, configs).await.map_err(Stop::Uncaught)
}

/// Brokers for each partition, as `--replica-assignment` gives them: `0:1,1:0`.
fn replica_assignment(set: &OptionSet) -> Result<Option<Vec<Vec<BrokerId>>>, Exception> {
    let Some(text) = set.value("replica-assignment")?.filter(|text| !text.is_empty()) else { return Ok(None) };
    let mut assignment: Vec<Vec<BrokerId>> = Vec::new();
    for (partition, brokers) in text.split(',').enumerate() {
        let number = |id: &str| {
            let wrong = |_| Exception::new("java.lang.NumberFormatException", format!("For input string: \"{}\"", id.trim()));
            id.trim().parse().map(BrokerId).map_err(wrong)
        };
        let brokers = brokers.split(':').map(number).collect::<Result<Vec<_>, _>>()?;
        let mut twice = brokers.clone();
        twice.sort_unstable_by_key(|id| id.0);
        twice.dedup();
        if twice.len() != brokers.len() {
            let class = "org.apache.kafka.server.common.AdminCommandFailedException";
            return Err(Exception::new(class, format!("Partition replica lists may not contain duplicate entries: {partition}")));
        }
        if assignment.first().is_some_and(|first| first.len() != brokers.len()) {
            let class = "org.apache.kafka.server.common.AdminOperationException";
            return Err(Exception::new(class, format!("Partition {partition} has different replication factor: {brokers:?}")));
        }
        assignment.push(brokers);
    }
    Ok(Some(assignment))
}

async fn create(client: &Client, set: &OptionSet) -> Result<(), Exception> {
    let name = set.value("topic")?.unwrap_or_default();
    let partitions = set.number::<i32>("partitions")?;
    let replication_factor = set.number::<i32>("replication-factor")?;
    let assignment = replica_assignment(set)?;
    let configs = topic_config::parse(set.values("config"))?;
    if let Some((_, version)) = configs.iter().find(|(key, _)| key == "message.format.version") {
        print(&topic_config::message_format_warning(version));
    }
    if name.contains(['.', '_']) {
        print(
            "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid \
             issues it is best to use either, but not both.\n",
        );
    }
    let replication_factor = match replication_factor.map(i16::try_from) {
        None => None,
        Some(Ok(factor)) if factor >= 1 => Some(factor),
        Some(_) => {
            let text = format!("The replication factor must be between 1 and {} inclusive", i16::MAX);
            return Err(Exception::illegal_argument(text));
        }
    };
    if partitions.is_some_and(|partitions| partitions < 1) {
        return Err(Exception::illegal_argument("The partitions must be greater than 0"));
    }
    if name.is_empty() {
        let text = "The given topic name '' cannot be represented in a request.";
        return Err(Exception::new("org.apache.kafka.common.errors.InvalidTopicException", text));
    }
    let by_hand = assignment.unwrap_or_default().into_iter().zip(0..).map(|(brokers, partition)| {
        CreatableReplicaAssignment::default().with_partition_index(partition).with_broker_ids(brokers)
    });
    let configs = configs.into_iter().map(|(key, value)| {
        let name = StrBytes::from_string(key);
        CreatableTopicConfig::default().with_name(name).with_value(Some(StrBytes::from_string(value)))
    });
    let topic = CreatableTopic::default()
        .with_name(topic_name(name))
        .with_num_partitions(partitions.unwrap_or(-1))
        .with_replication_factor(replication_factor.unwrap_or(-1))
        .with_assignments(by_hand.collect())
        .with_configs(configs.collect());
    match create_topic(client, topic).await {
        Ok(()) => print(&format!("Created topic {name}.\n")),
        Err(error) if set.has("if-not-exists") && error.code_name() == "TOPIC_ALREADY_EXISTS" => true,
        Err(error) => return Err(Exception::of_call("createTopics", &error)),
    };
    Ok(())
}

/// Asks the controller for a topic.
pub(super) async fn create_topic(client: &Client, topic: CreatableTopic) -> Result<(), ClientError> {
    let request = CreateTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(change_timeout_ms(client));
    let result = client.at_controller(request, |response| {
        let topic = response.topics.iter().find(|topic| topic.error_code != 0)?;
        ClientError::from_code(topic.error_code, topic.error_message.as_deref())
    });
    result.await
}

/// How long a broker may take to carry out a change before it answers.
fn change_timeout_ms(client: &Client) -> i32 {
    let config = client.config();
    i32::try_from(config.request_timeout.min(config.api_timeout).as_millis()).unwrap_or(i32::MAX)
}

async fn alter(client: &Client, set: &OptionSet) -> Result<(), Exception> {
    let partitions = set.number::<i32>("partitions")?.unwrap_or_default();
    let assignment = replica_assignment(set)?;
    let topics = matching(client, set).await?;
    ensure_exists(&topics, set)?;
    if topics.is_empty() {
        return Ok(());
    }
    let altered = topics.iter().map(|topic| {
        let added = assignment.as_ref().map(|all| {
            let new = all.iter().skip(topic.partitions.len());
            new.map(|brokers| CreatePartitionsAssignment::default().with_broker_ids(brokers.clone())).collect()
        });
        CreatePartitionsTopic::default().with_name(topic_name(&topic.name)).with_count(partitions).with_assignments(added)
    });
    let request = CreatePartitionsRequest::default().with_topics(altered.collect()).with_timeout_ms(change_timeout_ms(client));
    let result = client.at_controller(request, |response| {
        let topic = response.results.iter().find(|topic| topic.error_code != 0)?;
        ClientError::from_code(topic.error_code, topic.error_message.as_deref())
    });
    result.await.map_err(|error| Exception::of_call("createPartitions", &error))
}

async fn list(client: &Client, set: &OptionSet) -> Result<(), Exception> {
    let names: Vec<String> = matching(client, set).await?.into_iter().map(|topic| topic.name).collect();
    print(&format!("{}\n", names.join("\n")));
    Ok(())
}

async fn delete(client: &Client, set: &OptionSet) -> Result<(), Exception> {
    let topics = matching(client, set).await?;
    ensure_exists(&topics, set)?;
    if topics.is_empty() {
        return Ok(());
    }
    let names = topics.iter().map(|topic| topic_name(&topic.name));
    let states = names.clone().map(|name| DeleteTopicState::default().with_name(Some(name)));
    // versions before 6 name the topics in another field
    let connection = client.connection(&Route::Controller, client.deadline()).await;
    let version = connection.and_then(|connection| connection.version_of::<DeleteTopicsRequest>());
    let version = version.map_err(|error| Exception::of_call("deleteTopics", &error))?;
    let request = DeleteTopicsRequest::default().with_timeout_ms(change_timeout_ms(client));
    let request = if version >= 6 { request.with_topics(states.collect()) } else { request.with_topic_names(names.collect()) };
    let result = client.at_controller(request, |response| {
        let topic = response.responses.iter().find(|topic| topic.error_code != 0)?;
        ClientError::from_code(topic.error_code, topic.error_message.as_deref())
    });
    result.await.map_err(|error| Exception::of_call("deleteTopics", &error))
}

/// The topics that `--topic` (a regular expression) and `--exclude-internal` leave, sorted by name.
pub(super) async fn matching(client: &Client, set: &OptionSet) -> Result<Vec<TopicDescription>, Exception> {
    let filter = set.value("topic")?.map(include_list).transpose()?;
    let topics = client.describe_topics().await.map_err(|error| Exception::of_call("listTopics", &error))?;
    let exclude_internal = set.has("exclude-internal");
    Ok(topics
        .into_iter()
        .filter(|topic| !(exclude_internal && INTERNAL.contains(&topic.name.as_str())))
        .filter(|topic| filter.as_ref().is_none_or(|filter| filter.is_match(&topic.name)))
        .collect())
}

/// `IncludeList`: commas are alternatives, spaces and quotes around it do not count, and the whole name must match.
pub(super) fn include_list(text: &str) -> Result<Regex, Exception> {
    let pattern = text.trim().replace(',', "|").replace(' ', "");
    let pattern = pattern.trim_start_matches(['"', '\'']).trim_end_matches(['"', '\'']);
    let wrong = |_| Exception::new("java.lang.RuntimeException", format!("{pattern} is an invalid regex."));
    Regex::new(&format!("^(?:{pattern})$")).map_err(wrong)
}

/// Refuses where a topic was named and none is there, unless `--if-exists`.
pub(super) fn ensure_exists(found: &[TopicDescription], set: &OptionSet) -> Result<(), Exception> {
    match set.value("topic")? {
        Some(topic) if found.is_empty() && !set.has("if-exists") => {
            Err(Exception::illegal_argument(format!("Topic '{topic}' does not exist as expected")))
        }
        _ => Ok(()),
    }
}
