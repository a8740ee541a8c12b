//! Request headers: which API, which version, and who waits for the answer.

use bytes::{Buf, Bytes};
use kafka_protocol::messages::RequestHeader as WireHeader;
use kafka_protocol::protocol::Decodable;

use crate::catalog::api_versions;

/// What a request says about itself before its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHeader {
    /// The API key, one of `catalog::api_versions`.
    pub api_key: i16,
    /// The version that the body is written in; not checked yet.
    pub api_version: i16,
    /// Repeated in the answer.
    pub correlation_id: i32,
    /// The `client.id` of the sender, if it has one.
    pub client_id: Option<String>,
}

/// Why the head of a request cannot be read; the connection is closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Kafka has no API of that key.
    #[error("Unknown API key {0}")]
    UnknownApi(i16),
    /// The bytes are no request header.
    #[error("Error parsing request header. Our best guess of the apiKey is: {0}")]
    Malformed(i16),
}

/// The version of a request's header: 2 where the body has tagged fields, else 1; ControlledShutdown 0 has none of a client id.
fn header_version(api_key: i16, api_version: i16) -> Option<i16> {
    const CONTROLLED_SHUTDOWN: i16 = 7;
    let api = api_versions::by_key(api_key)?;
    Some(match api.flexible_from {
        _ if api_key == CONTROLLED_SHUTDOWN && api_version == 0 => 0,
        Some(first) if api_version >= first => 2,
        _ => 1,
    })
}

/// Splits a request into its header and its body.
///
/// # Errors
/// [`HeaderError`] where the API is unknown or the header ends too early.
pub fn parse_request(mut frame: Bytes) -> Result<(RequestHeader, Bytes), HeaderError> {
    let mut peek = frame.clone();
    if peek.len() < 4 {
        return Err(HeaderError::Malformed(-1));
    }
    let (api_key, api_version) = (peek.get_i16(), peek.get_i16());
    let version = header_version(api_key, api_version).ok_or(HeaderError::UnknownApi(api_key))?;
    let header = WireHeader::decode(&mut frame, version).map_err(|_| HeaderError::Malformed(api_key))?;
    let client_id = header.client_id.map(|id| id.to_string());
    Ok((RequestHeader { api_key, api_version, correlation_id: header.correlation_id, client_id }, frame))
}
