//! The APIs of groups and their offsets.

mod delete_groups;
mod describe_groups;
mod find_coordinator;
mod heartbeat;
mod join_group;
mod leave_group;
mod list_groups;
mod offset_commit;
mod offset_delete;
mod offset_fetch;
mod sync_group;
#[cfg(test)]
mod tests;

use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;

use crate::engine::broker::controller::LegacyPlace;

use super::{ApiSpec, RequestError, name};
use crate::engine::kafka::bounded::MAX_STRING;

pub(super) use delete_groups::SPEC as DELETE_GROUPS;
pub(super) use describe_groups::SPEC as DESCRIBE_GROUPS;
pub(super) use find_coordinator::SPEC as FIND_COORDINATOR;
pub(super) use heartbeat::SPEC as HEARTBEAT;
pub(super) use join_group::SPEC as JOIN_GROUP;
pub(super) use leave_group::SPEC as LEAVE_GROUP;
pub(super) use list_groups::SPEC as LIST_GROUPS;
pub(super) use offset_commit::SPEC as OFFSET_COMMIT;
pub(super) use offset_delete::SPEC as OFFSET_DELETE;
pub(super) use offset_fetch::SPEC as OFFSET_FETCH;
pub(super) use sync_group::SPEC as SYNC_GROUP;

/// Where version 0 of the APIs of offsets keeps one.
fn legacy_place(group: &str, topic: &str, index: i32) -> LegacyPlace {
    LegacyPlace { group: group.to_owned(), topic: topic.to_owned(), index }
}

fn code(error: Option<ResponseError>) -> i16 {
    error.map_or(0, |error| error.code())
}

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

fn owned(text: Option<&StrBytes>) -> Option<String> {
    text.map(|text| text.to_string())
}

/// Refuses strings that the protocol has no room for.
fn check_lengths<'a>(api: &ApiSpec, version: i16, mut texts: impl Iterator<Item = &'a StrBytes>) -> Result<(), RequestError> {
    match texts.find(|text| text.len() > MAX_STRING) {
        None => Ok(()),
        Some(text) => Err(RequestError::Malformed {
            api: name(api.key),
            version,
            reason: format!("a string is {} bytes long, expected {MAX_STRING} at most", text.len()),
        }),
    }
}
