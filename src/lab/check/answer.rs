//! Questions that a learner answers at a terminal. What is right, the system says.

use std::time::Instant;

use super::broker;
use super::downloads::Downloads;
use super::outcome::{Finding, fails, holds};
use super::predicates::unreachable;
use super::system::{LabSystem, describe_cluster};
use crate::engine::apache::Java;
use crate::lab::format::Question;
use crate::text::{Message, Text, checks as say};

/// What an answer is reported as, where a tool reports its main class.
pub const ANSWER_CLASS: &str = "kafkalab.Answer";

/// The question as a step's list of checks says it.
pub(super) fn label(question: Question) -> Text {
    match question {
        Question::BrokerId => say::ASK_BROKER_ID,
        Question::BrokerPort => say::ASK_BROKER_PORT,
        Question::BrokerPid => say::ASK_BROKER_PID,
        Question::CoordinatorPid => say::ASK_COORDINATOR_PID,
        Question::ClusterId => say::ASK_CLUSTER_ID,
        Question::AdvertisedAddress => say::ASK_ADVERTISED_ADDRESS,
        Question::ScriptCount => say::ASK_SCRIPT_COUNT,
        Question::CoordinatorPortSetting => say::ASK_COORDINATOR_PORT_SETTING,
        Question::JavaVersion => say::ASK_JAVA_VERSION,
    }
}

/// Holds the last answer since a moment against the system.
pub(super) async fn answered(system: &LabSystem, question: Question, since: Option<Instant>) -> Finding {
    let answers = system.invocations.of(ANSWER_CLASS, since);
    let Some(answer) = answers.last().map(|answer| answer.arguments.join(" ")) else { return fails(say::ANSWER_NONE) };
    let is_right = match question {
        Question::JavaVersion => names_java(system, &answer).await,
        _ => match truth(system, question).await {
            Ok(right) => means(question, &answer, &right),
            Err(found) => return fails(found),
        },
    };
    if is_right {
        return holds(Message::new(say::ANSWER_RIGHT).with("answer", answer));
    }
    fails(Message::new(say::ANSWER_WRONG).with("answer", answer))
}

/// Whether an answer means what is right, however it was copied.
fn means(question: Question, answer: &str, right: &str) -> bool {
    let answer = answer.trim().trim_matches(['"', '\'', '.', ',']);
    match question {
        Question::AdvertisedAddress => answer.strip_prefix("PLAINTEXT://").unwrap_or(answer) == right,
        Question::ClusterId => answer.strip_prefix("Cluster ID:").unwrap_or(answer).trim() == right,
        Question::BrokerId => answer.strip_prefix("id").unwrap_or(answer).trim_matches([':', '=', ' ']) == right,
        Question::BrokerPort | Question::CoordinatorPortSetting => answer.rsplit([':', '=']).next().map(str::trim) == Some(right),
        // asked for its own way
        Question::JavaVersion => false,
        Question::BrokerPid | Question::CoordinatorPid | Question::ScriptCount => answer == right,
    }
}

/// What is said of a machine without Java.
const NO_JAVA: [&str; 6] = ["none", "no", "없음", "없어요", "없다", "command not found"];

/// Whether an answer names the Java of this machine, or says that there is none.
async fn names_java(system: &LabSystem, answer: &str) -> bool {
    let asked = system.java.get_or_try_init(async || Java::in_path().await.ok_or(())).await;
    match asked {
        Ok(java) => java.is_meant_by(answer),
        Err(()) => NO_JAVA.iter().any(|none| answer.trim().trim_end_matches('.').to_lowercase().ends_with(none)),
    }
}

async fn truth(system: &LabSystem, question: Question) -> Result<String, Message> {
    match question {
        Question::BrokerId => broker::node(system).await.map(|node| node.id.to_string()),
        Question::AdvertisedAddress => broker::node(system).await.map(|node| node.address.to_string()),
        Question::BrokerPort | Question::BrokerPid | Question::ClusterId => {
            let brokers = system.brokers().await;
            let found = brokers.iter().find_map(|broker| Some((broker.pid, broker.address?)));
            let (pid, address) = found.ok_or(say::BROKER_NONE)?;
            match question {
                Question::BrokerPort => Ok(address.port().to_string()),
                Question::BrokerPid => Ok(pid.to_string()),
                _ => {
                    let cluster = describe_cluster(address).await.map_err(|error| unreachable(&error))?;
                    Ok(cluster.cluster_id.unwrap_or_default())
                }
            }
        }
        Question::ScriptCount => shipped(system, Downloads::script_count),
        Question::CoordinatorPortSetting => shipped(system, Downloads::coordinator_port),
        Question::JavaVersion => Err(say::ANSWER_NONE.into()),
        Question::CoordinatorPid => {
            let coordinator = system.coordinator().await.ok_or(say::COORDINATOR_NONE)?;
            Ok(coordinator.pid.to_string())
        }
    }
}

/// Something that the archive says, whatever the learner has made of what was in it.
fn shipped<T: std::fmt::Display>(system: &LabSystem, ask: impl FnOnce(&Downloads) -> Option<T>) -> Result<String, Message> {
    system.downloads.as_ref().and_then(ask).map(|found| found.to_string()).ok_or_else(|| say::UNPACKED_NOT.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_however_it_was_copied() {
        let check = |question, answer: &str, right: &str, expected: bool| {
            assert_eq!(means(question, answer, right), expected, "{question:?} {answer:?}");
        };
        check(Question::BrokerPort, "9096", "9096", true);
        check(Question::BrokerPort, "localhost:9096.", "9096", true);
        check(Question::BrokerPort, "90961", "9096", false);
        check(Question::BrokerPort, "", "9096", false);
        check(Question::CoordinatorPortSetting, "clientPort=2181", "2181", true);
        check(Question::CoordinatorPortSetting, "12181", "2181", false);
        check(Question::ScriptCount, "41", "41", true);
        check(Question::BrokerId, "id: 0", "0", true);
        check(Question::BrokerId, "1", "0", false);
        check(Question::ClusterId, "Cluster ID: abc_-Z", "abc_-Z", true);
        check(Question::ClusterId, "ABC_-Z", "abc_-Z", false);
        check(Question::AdvertisedAddress, "PLAINTEXT://127.0.0.1:9092", "127.0.0.1:9092", true);
        check(Question::AdvertisedAddress, "localhost:9092", "127.0.0.1:9092", false);
        check(Question::BrokerPid, "42", "42", true);
        check(Question::CoordinatorPid, "42 43", "42", false);
    }
}
