//! `--alter`: sets and removes configs.

use kafka_protocol::messages::alter_configs_request::{AlterConfigsResource, AlterableConfig};
use kafka_protocol::messages::incremental_alter_configs_request::{
    AlterConfigsResource as IncrementalResource, AlterableConfig as IncrementalConfig,
};
use kafka_protocol::messages::{AlterConfigsRequest, IncrementalAlterConfigsRequest};
use kafka_protocol::protocol::StrBytes;

use super::describe::{entries, resource_type, route, singular};
use super::options::{BROKERS, CLIENTS, IPS, LOGGERS, Line, TOPICS, USERS};
use super::{ALTER_DEADLINE, INVALID_CONFIGURATION, deadline, failed, quotas, scram};
use crate::engine::client::{Client, ClientError, Route};
use crate::engine::kafka;
use crate::engine::tools::harness::print;
use crate::engine::tools::{Exception, java};

/// Sets a config (`AlterConfigOp.OpType`).
const SET: i8 = 0;
/// Takes a config back.
const DELETE: i8 = 1;

/// What the line changes.
pub(super) struct Changes {
    /// Keys with their new values, in the order of a Java map.
    pub added: Vec<(String, String)>,
    /// Keys that are removed.
    pub deleted: Vec<String>,
}

/// Changes what the line asks for.
pub(super) async fn alter(client: &Client, line: &Line) -> Result<(), Exception> {
    let changes = Changes::of(line)?;
    let (kind, name) = (line.kind(), line.names.first().map_or("", String::as_str));
    match kind {
        TOPICS => topic(client, name, &changes).await?,
        BROKERS => broker(client, name, &changes).await?,
        LOGGERS => loggers(client, name, &changes).await?,
        USERS | CLIENTS => principals(client, line, &changes).await?,
        IPS => {
            let keys = changes.added.iter().map(|(key, _)| key).chain(&changes.deleted);
            let unknown: Vec<&str> = keys.map(String::as_str).filter(|key| *key != quotas::OF_ADDRESSES).collect();
            if !unknown.is_empty() {
                return Err(Exception::illegal_argument(format!(
                    "Only connection quota configs can be added for '{IPS}' using --bootstrap-server. Unexpected config names: {}",
                    unknown.join(",")
                )));
            }
            quotas::alter(client, line, &changes).await?;
        }
        _ => return Err(Exception::illegal_argument(format!("Unsupported entity type: {kind}"))),
    }
    if name.is_empty() {
        print(&format!("Completed updating default config for {kind} in the cluster.\n"));
    } else {
        print(&format!("Completed updating config for {} {name}.\n", singular(kind)));
    }
    Ok(())
}

impl Changes {
    /// Reads `--add-config`, `--add-config-file` and `--delete-config`.
    pub(super) fn of(line: &Line) -> Result<Self, Exception> {
        let mut added: Vec<(String, String)> = Vec::new();
        if let Some(path) = line.set.value("add-config-file")? {
            put_all(&mut added, java::properties_of(path)?);
        }
        if let Some(text) = line.set.value("add-config")? {
            put_all(&mut added, parse(text)?);
        }
        if let Some((_, version)) = added.iter().find(|(key, _)| key == "message.format.version") {
            print(&crate::engine::tools::topic_config::message_format_warning(version));
        }
        java::hash_map_order(&mut added, |(key, _)| java::string_hash(key));
        let deleted = line.set.values("delete-config").iter().flat_map(|keys| keys.split(','));
        let deleted = deleted.filter(|key| !key.is_empty()).map(|key| key.trim().to_owned()).collect();
        Ok(Self { added, deleted })
    }

    /// Refuses to delete what is not there.
    fn refuse_absent(&self, there: &[String]) -> Result<(), Exception> {
        let absent: Vec<&str> = self.deleted.iter().filter(|key| !there.contains(key)).map(String::as_str).collect();
        if absent.is_empty() {
            return Ok(());
        }
        Err(Exception::new(INVALID_CONFIGURATION, format!("Invalid config(s): {}", absent.join(","))))
    }
}

fn put_all(all: &mut Vec<(String, String)>, more: Vec<(String, String)>) {
    for (key, value) in more {
        match all.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => all.push((key, value)),
        }
    }
}

/// `k1=v1,k2=[v1,v2]`: commas and equals signs inside square brackets do not count.
fn parse(text: &str) -> Result<Vec<(String, String)>, Exception> {
    let malformed =
        || Exception::requirement("Invalid entity config: all configs to be added must be in the format \"key=val\".");
    let mut words = split_outside_brackets(text, ',');
    // Java's split leaves out empty pieces at the end
    while words.len() > 1 && words.last().is_some_and(|word| word.is_empty()) {
        words.pop();
    }
    let pairs = words.into_iter().map(|word| match split_outside_brackets(word, '=')[..] {
        [key, value] => Ok((key.trim().to_owned(), value.replace(['[', ']'], "").trim().to_owned())),
        _ => Err(malformed()),
    });
    pairs.collect()
}

/// The pieces between the separators after which a `[` comes before any `]`, or no bracket at all.
pub fn split_outside_brackets(text: &str, separator: char) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(separator) {
        let after = &text[at + separator.len_utf8()..];
        let inside = after.find(['[', ']']).is_some_and(|bracket| after[bracket..].starts_with(']'));
        if !inside {
            pieces.push(&text[start..at]);
            start = at + separator.len_utf8();
        }
    }
    pieces.push(&text[start..]);
    pieces
}

async fn topic(client: &Client, name: &str, changes: &Changes) -> Result<(), Exception> {
    let old = entries(client, TOPICS, name, false, false).await?;
    changes.refuse_absent(&old.into_iter().map(|entry| entry.name).collect::<Vec<_>>())?;
    incrementally(client, TOPICS, name, changes).await
}

async fn loggers(client: &Client, name: &str, changes: &Changes) -> Result<(), Exception> {
    let there: Vec<String> = entries(client, LOGGERS, name, true, false).await?.into_iter().map(|entry| entry.name).collect();
    let named = changes.deleted.iter().chain(changes.added.iter().map(|(key, _)| key));
    let absent: Vec<&str> = named.filter(|key| !there.contains(key)).map(String::as_str).collect();
    if !absent.is_empty() {
        return Err(Exception::new(INVALID_CONFIGURATION, format!("Invalid broker logger(s): {}", absent.join(","))));
    }
    incrementally(client, LOGGERS, name, changes).await
}

async fn incrementally(client: &Client, kind: &str, name: &str, changes: &Changes) -> Result<(), Exception> {
    let config = |key: &str, operation, value: &str| {
        IncrementalConfig::default()
            .with_name(StrBytes::from_string(key.to_owned()))
            .with_config_operation(operation)
            .with_value(Some(StrBytes::from_string(value.to_owned())))
    };
    let set = changes.added.iter().map(|(key, value)| config(key, SET, value));
    let configs = set.chain(changes.deleted.iter().map(|key| config(key, DELETE, ""))).collect();
    let resource = IncrementalResource::default()
        .with_resource_type(resource_type(kind, name).0)
        .with_resource_name(StrBytes::from_string(name.to_owned()))
        .with_configs(configs);
    let request = IncrementalAlterConfigsRequest::default().with_resources(vec![resource]);
    let failed = failed(client, "incrementalAlterConfigs", ALTER_DEADLINE);
    let response = client.call_until(route_of_change(kind, name), request, deadline(client, ALTER_DEADLINE)).await;
    let refused =
        response.map_err(&failed)?.responses.into_iter().find_map(|answer| {
            ClientError::from_code(answer.error_code, Some(answer.error_message.as_deref().unwrap_or_default()))
        });
    refused.map_or(Ok(()), |error| Err(failed(error)))
}

/// Changes go to any broker but those of one broker.
fn route_of_change(kind: &str, name: &str) -> Route {
    route(kind, name)
}

/// A broker's configs are written as a whole: those that were there, changed.
async fn broker(client: &Client, name: &str, changes: &Changes) -> Result<(), Exception> {
    let old = entries(client, BROKERS, name, false, false).await?;
    changes.refuse_absent(&old.iter().map(|entry| entry.name.clone()).collect::<Vec<_>>())?;
    let mut configs: Vec<(String, Option<String>)> = old.into_iter().map(|entry| (entry.name, entry.value)).collect();
    for (key, value) in &changes.added {
        configs.retain(|(known, _)| known != key);
        configs.push((key.clone(), Some(value.clone())));
    }
    configs.retain(|(key, _)| !changes.deleted.contains(key));
    let untold: Vec<&str> = configs.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| key.as_str()).collect();
    if !untold.is_empty() {
        return Err(Exception::new(
            INVALID_CONFIGURATION,
            format!(
                "All sensitive broker config entries must be specified for --alter, missing entries: Set({})",
                untold.join(", ")
            ),
        ));
    }
    let configs = configs.into_iter().map(|(key, value)| {
        AlterableConfig::default().with_name(StrBytes::from_string(key)).with_value(value.map(StrBytes::from_string))
    });
    let resource = AlterConfigsResource::default()
        .with_resource_type(resource_type(BROKERS, name).0)
        .with_resource_name(StrBytes::from_string(name.to_owned()))
        .with_configs(configs.collect());
    let request = AlterConfigsRequest::default().with_resources(vec![resource]);
    let failed = failed(client, "alterConfigs", ALTER_DEADLINE);
    let response = client.call_until(route_of_change(BROKERS, name), request, deadline(client, ALTER_DEADLINE)).await;
    let refused =
        response.map_err(&failed)?.responses.into_iter().find_map(|answer| {
            ClientError::from_code(answer.error_code, Some(answer.error_message.as_deref().unwrap_or_default()))
        });
    refused.map_or(Ok(()), |error| Err(failed(error)))
}

/// Users and clients have quotas; users may have credentials instead.
async fn principals(client: &Client, line: &Line, changes: &Changes) -> Result<(), Exception> {
    let is_quota = |key: &&str| quotas::OF_CLIENTS.contains(key);
    let (added, deleted): (Vec<&str>, Vec<&str>) =
        (changes.added.iter().map(|(key, _)| key.as_str()).collect(), changes.deleted.iter().map(String::as_str).collect());
    let others =
        |keys: &[&str]| -> Vec<String> { keys.iter().filter(|key| !is_quota(key)).map(|key| (*key).to_owned()).collect() };
    let is_scram = |key: &&str| kafka::scram::by_name(key).is_some();
    let unknown = |keys: &[&str]| -> Vec<String> {
        keys.iter().filter(|key| !is_quota(key) && !is_scram(key)).map(|key| (*key).to_owned()).collect()
    };
    let refused = |what: &str, kind: &str, shape: &str, keys: &[String]| {
        Exception::illegal_argument(format!(
            "Only quota {what} for '{kind}' using --bootstrap-server. Unexpected config names: {shape}({})",
            keys.join(", ")
        ))
    };
    if line.kind() == CLIENTS || line.types.len() == 2 {
        for (keys, what, shape) in [(&added, "configs can be added", "Set"), (&deleted, "configs can be deleted", "List")] {
            let wrong = others(keys);
            if !wrong.is_empty() {
                return Err(refused(what, CLIENTS, shape, &wrong));
            }
        }
        return quotas::alter(client, line, changes).await;
    }
    for (keys, what, shape) in [
        (&added, "and SCRAM credential configs can be added", "Set"),
        (&deleted, "and SCRAM credential configs can be deleted", "List"),
    ] {
        let wrong = unknown(keys);
        if !wrong.is_empty() {
            return Err(refused(what, USERS, shape, &wrong));
        }
    }
    let quota = added.iter().chain(&deleted).any(is_quota);
    if added.iter().chain(&deleted).any(is_scram) {
        if line.names.iter().any(String::is_empty) {
            return Err(Exception::illegal_argument(
                "The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials using --bootstrap-server.",
            ));
        }
        if quota {
            return Err(Exception::illegal_argument(format!(
                "Cannot alter both quota and SCRAM credential configs simultaneously for '{USERS}' using --bootstrap-server."
            )));
        }
    }
    if quota {
        return quotas::alter(client, line, changes).await;
    }
    scram::alter(client, line.names.first().map_or("", String::as_str), changes).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[(&str, &str)]>) {
        let found = parse(text).ok();
        let expected =
            expected.map(|pairs| pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Vec<_>>());
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn brackets_hold_values_together() {
        check("a=1,b=2", Some(&[("a", "1"), ("b", "2")]));
        check("a=[x,y],b=2", Some(&[("a", "x,y"), ("b", "2")]));
        check("SCRAM-SHA-256=[iterations=8192,password=x]", Some(&[("SCRAM-SHA-256", "iterations=8192,password=x")]));
        check("a = 1 , b=", Some(&[("a", "1"), ("b", "")]));
        check("a=1,", Some(&[("a", "1")]));
        check("a", None);
        check("a=b=c", None);
        check("", None);
    }
}
