//! What AlterConfigs and IncrementalAlterConfigs share: whose settings they change.

use std::collections::HashSet;
use std::hash::Hash;

use kafka_protocol::ResponseError;

use crate::engine::broker::controller::{ApiError, Entity};

/// `ConfigResource.Type` on the wire.
pub(super) const TOPIC: i8 = 2;
/// As [`TOPIC`].
pub(super) const BROKER: i8 = 4;

/// Whose settings a resource stands for, on the broker with the id `broker`.
///
/// # Errors
/// `INVALID_REQUEST` with Kafka's sentence.
pub(super) fn entity(broker: i32, kind: i8, name: &str) -> Result<Entity, ApiError> {
    let refused = |message: String| Err(ApiError::new(ResponseError::InvalidRequest, message));
    match kind {
        TOPIC if name.is_empty() => refused("Default topic resources are not allowed.".to_owned()),
        TOPIC => Ok(Entity::Topic(name.to_owned())),
        BROKER if name.is_empty() => Ok(Entity::EveryBroker),
        BROKER => match name.parse::<i32>() {
            Ok(id) if id == broker => Ok(Entity::Broker(id)),
            Ok(_) => refused(format!("Unexpected broker id, expected {broker}, but received {name}")),
            Err(_) => refused(format!("Node id must be an integer, but it is: {name}")),
        },
        other => refused(format!("Unknown resource type {other}")),
    }
}

/// Settings without a value are refused.
///
/// # Errors
/// `INVALID_REQUEST` with Kafka's sentence.
pub(super) fn check_values(without: &[String]) -> Result<(), ApiError> {
    if without.is_empty() {
        return Ok(());
    }
    let message = format!("Null value not supported for : {}", without.join(","));
    Err(ApiError::new(ResponseError::InvalidRequest, message))
}

/// What is said of a resource that stands in a request more than once.
pub(super) fn repeated() -> ApiError {
    ApiError::new(ResponseError::InvalidRequest, "Each resource must appear at most once.")
}

/// What stands in a request more than once. In one pass: a request may hold millions of resources.
pub(super) fn repeats<T: Copy + Eq + Hash>(items: impl Iterator<Item = T>) -> HashSet<T> {
    let mut seen = HashSet::new();
    items.filter(|item| !seen.insert(*item)).collect()
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
