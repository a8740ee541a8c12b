//! The APIs of ACLs as a broker without an authorizer answers them, one file each, and what they share.

mod create_acls;
mod delete_acls;
mod describe_acls;

use std::ops::RangeInclusive;

use kafka_protocol::ResponseError;

use super::RequestError;

pub(super) use create_acls::SPEC as CREATE;
pub(super) use delete_acls::SPEC as DELETE;
pub(super) use describe_acls::SPEC as DESCRIBE;

const REFUSED: ResponseError = ResponseError::SecurityDisabled;
const REASON: &str = "No Authorizer is configured.";
const UNKNOWN_FILTER: &str = "Filter contain UNKNOWN elements";

/// The highest numbers that Kafka knows: kinds of resources, of patterns, operations, permissions. 0 is what it does not know.
const KNOWN: [RangeInclusive<i8>; 4] = [1..=7, 1..=4, 1..=14, 1..=3];

/// Kafka does not read a request with a number that it does not know: the kind of a resource, of a pattern, an operation, a permission.
fn check(api: &'static str, version: i16, numbers: [i8; 4], reason: &str) -> Result<(), RequestError> {
    if KNOWN.iter().zip(numbers).all(|(known, number)| known.contains(&number)) {
        return Ok(());
    }
    Err(RequestError::Malformed { api, version, reason: reason.to_owned() })
}
