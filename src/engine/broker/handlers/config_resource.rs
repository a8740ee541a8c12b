//! What AlterConfigs and IncrementalAlterConfigs share: whose settings they change, and how.

use std::collections::HashSet;
use std::hash::Hash;

use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;

use super::Broker;
use crate::engine::broker::controller::{ApiError, Change, Edit, Entity};
use crate::engine::log4j::{self, Level};

/// `ConfigResource.Type` on the wire.
pub(super) const TOPIC: i8 = 2;
/// As [`TOPIC`].
pub(super) const BROKER: i8 = 4;
/// As [`TOPIC`].
pub(super) const LOGGER: i8 = 8;

/// Whose settings a resource stands for, on the broker with the id `broker`.
///
/// # Errors
/// `INVALID_REQUEST` with Kafka's sentence.
fn entity(broker: i32, kind: i8, name: &str) -> Result<Entity, ApiError> {
    let refused = |message: String| Err(ApiError::new(ResponseError::InvalidRequest, message));
    match kind {
        TOPIC if name.is_empty() => refused("Default topic resources are not allowed.".to_owned()),
        TOPIC => Ok(Entity::Topic(name.to_owned())),
        BROKER if name.is_empty() => Ok(Entity::EveryBroker),
        BROKER => own_id(broker, name).map(|()| Entity::Broker(broker)),
        other => refused(format!("Unknown resource type {other}")),
    }
}

/// Only this broker can be named.
fn own_id(broker: i32, name: &str) -> Result<(), ApiError> {
    let message = match name.parse::<i32>() {
        Ok(id) if id == broker => return Ok(()),
        Ok(_) => format!("Unexpected broker id, expected {broker}, but received {name}"),
        Err(_) => format!("Node id must be an integer, but it is: {name}"),
    };
    Err(ApiError::new(ResponseError::InvalidRequest, message))
}

/// Settings without a value are refused.
///
/// # Errors
/// `INVALID_REQUEST` with Kafka's sentence.
fn check_values(without: &[String]) -> Result<(), ApiError> {
    if without.is_empty() {
        return Ok(());
    }
    let message = format!("Null value not supported for : {}", without.join(", "));
    Err(ApiError::new(ResponseError::InvalidRequest, message))
}

/// What stands in a request more than once. In one pass: a request may hold millions of resources.
pub(super) fn repeats<T: Copy + Eq + Hash>(items: impl Iterator<Item = T>) -> HashSet<T> {
    let mut seen = HashSet::new();
    items.filter(|item| !seen.insert(*item)).collect()
}

/// One resource of AlterConfigs or IncrementalAlterConfigs.
pub(super) struct Altered {
    pub(super) kind: i8,
    pub(super) name: StrBytes,
    /// Each setting with what is done to it, as the wire has it; [`REPLACE`] where all of them are replaced.
    pub(super) settings: Vec<(String, i8, Option<String>)>,
}

impl Altered {
    /// A resource with its settings as they came.
    pub(super) fn new(kind: i8, name: StrBytes, settings: impl Iterator<Item = (StrBytes, i8, Option<StrBytes>)>) -> Self {
        let settings =
            settings.map(|(name, operation, value)| (name.to_string(), operation, value.map(|value| value.to_string())));
        Self { kind, name, settings: settings.collect() }
    }
}

/// `AlterConfigOp.OpType` on the wire.
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;
/// What AlterConfigs does to every setting.
pub(super) const REPLACE: i8 = i8::MIN;

/// Alters each resource; `answer` makes the answer of what is said of each: its kind, its name, the error and a message. Kafka never answers an AlterConfigs that names a resource twice; it is
/// answered here as the incremental one is.
pub(super) async fn alter_each<R>(
    broker: &Broker,
    resources: Vec<Altered>,
    validate_only: bool,
    incremental: bool,
    answer: impl Fn(i8, StrBytes, i16, Option<StrBytes>) -> R,
) -> Vec<R> {
    let twice = repeats(resources.iter().map(|resource| (resource.kind, resource.name.as_str())));
    let twice: HashSet<(i8, String)> = twice.into_iter().map(|(kind, name)| (kind, name.to_owned())).collect();
    let mut answers = Vec::new();
    for resource in resources {
        let (kind, name) = (resource.kind, resource.name.clone());
        let result = if twice.contains(&(kind, name.to_string())) {
            Err(ApiError::new(ResponseError::InvalidRequest, "Each resource must appear at most once."))
        } else {
            alter(broker, resource, validate_only, incremental).await
        };
        answers.push(match result {
            Ok(()) => answer(kind, name, 0, None),
            Err(error) => answer(kind, name, error.error.code(), error.message.map(StrBytes::from_string)),
        });
    }
    answers
}

async fn alter(broker: &Broker, resource: Altered, validate_only: bool, incremental: bool) -> Result<(), ApiError> {
    let settings = resource.settings;
    let without = settings.iter().filter(|(_, operation, value)| value.is_none() && *operation != DELETE);
    check_values(&without.map(|(name, ..)| name.clone()).collect::<Vec<_>>())?;
    if !repeats(settings.iter().map(|(name, ..)| name.as_str())).is_empty() {
        return Err(ApiError::new(ResponseError::InvalidRequest, "Error due to duplicate config keys"));
    }
    if incremental && resource.kind == LOGGER {
        return alter_loggers(broker.id, &resource.name, &settings, validate_only);
    }
    let entity = entity(broker.id, resource.kind, &resource.name)?;
    let change = if incremental {
        Change::Edit(settings.into_iter().map(edit).collect::<Result<Vec<_>, ApiError>>()?)
    } else {
        Change::Replace(settings.into_iter().filter_map(|(name, _, value)| Some((name, value?))).collect())
    };
    broker.controller.alter_settings(entity, change, validate_only).await
}

fn edit((name, operation, value): (String, i8, Option<String>)) -> Result<(String, Edit), ApiError> {
    let value = value.unwrap_or_default();
    let edit = match operation {
        SET => Edit::Set(value),
        DELETE => Edit::Delete,
        APPEND => Edit::Append(value),
        SUBTRACT => Edit::Subtract(value),
        _ => return Err(ResponseError::UnknownServerError.into()), // a null pointer in Kafka
    };
    Ok((name, edit))
}

/// Sets the levels of this broker's loggers, all of them or none.
fn alter_loggers(me: i32, name: &str, settings: &[(String, i8, Option<String>)], validate_only: bool) -> Result<(), ApiError> {
    own_id(me, name)?;
    let refused = |error: ResponseError, message: String| Err(ApiError::new(error, message));
    let known: Vec<String> = log4j::levels().into_iter().map(|(name, _)| name).collect();
    let mut changes = Vec::new();
    for (logger, operation, value) in settings {
        let operation_name = match *operation {
            SET | DELETE if !known.contains(logger) => {
                return refused(ResponseError::InvalidConfig, format!("Logger {logger} does not exist!"));
            }
            SET => {
                let level = value.as_deref().unwrap_or_default();
                let Some(level) = Level::by_name(level) else {
                    let message = format!(
                        "Cannot set the log level of {logger} to {level} as it is not a supported log level. Valid log levels are {}",
                        log4j::LEVEL_NAMES
                    );
                    return refused(ResponseError::InvalidConfig, message);
                };
                changes.push((logger, Some(level)));
                continue;
            }
            DELETE if logger == log4j::ROOT => {
                let message = "Removing the log level of the root logger is not allowed".to_owned();
                return refused(ResponseError::InvalidRequest, message);
            }
            DELETE => {
                changes.push((logger, None));
                continue;
            }
            APPEND => "APPEND operation".to_owned(),
            SUBTRACT => "SUBTRACT operation".to_owned(),
            other => format!("Unknown operation type {other}"),
        };
        let message = format!("{operation_name} is not allowed for the BROKER_LOGGER resource");
        return refused(ResponseError::InvalidRequest, message);
    }
    for (logger, level) in changes.into_iter().filter(|_| !validate_only) {
        log4j::set_level(logger, level);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_twice_or_more_is_found() {
        assert_eq!(repeats([1, 2, 1, 3, 1, 3].into_iter()), HashSet::from([1, 3]));
        assert!(repeats([(TOPIC, "a"), (BROKER, "a"), (TOPIC, "b")].into_iter()).is_empty());
    }
}
