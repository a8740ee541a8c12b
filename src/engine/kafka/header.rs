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

impl RequestHeader {
    /// Whether the answer's header has tagged fields; that of ApiVersions never has, so that any client can read it.
    pub fn response_is_flexible(&self) -> bool {
        const API_VERSIONS: i16 = 18;
        let flexible_from = api_versions::by_key(self.api_key).and_then(|api| api.flexible_from);
        self.api_key != API_VERSIONS && flexible_from.is_some_and(|first| self.api_version >= first)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `(api key, version, client id, body)`; every request has the correlation id 7.
    type Fields = (i16, i16, Option<&'static str>, &'static [u8]);

    fn check(bytes: &'static [u8], expected: Result<Fields, HeaderError>) {
        let expected = expected.map(|(api_key, api_version, client_id, body)| {
            let client_id = client_id.map(str::to_owned);
            (RequestHeader { api_key, api_version, correlation_id: 7, client_id }, Bytes::from_static(body))
        });
        assert_eq!(parse_request(Bytes::from_static(bytes)), expected);
    }

    #[test]
    fn headers_have_the_version_that_the_api_has() {
        check(b"\0\x03\0\x01\0\0\0\x07\0\x02me!", Ok((3, 1, Some("me"), b"!")));
        check(b"\0\x03\0\x01\0\0\0\x07\xff\xff!", Ok((3, 1, None, b"!")));
        check(b"\0\x03\0\x09\0\0\0\x07\xff\xff\0!", Ok((3, 9, None, b"!")));
        check(b"\0\x07\0\0\0\0\0\x07\0\0\0\x01", Ok((7, 0, Some(""), b"\0\0\0\x01")));
        check(b"\x03\xe7\0\0\0\0\0\x01\xff\xff", Err(HeaderError::UnknownApi(999)));
        check(b"\0\x03", Err(HeaderError::Malformed(-1)));
        check(b"\0\x03\0\x01\0\0\0\x01\x01\xf4ab", Err(HeaderError::Malformed(3)));
    }

    #[test]
    fn answers_to_api_versions_have_the_plain_header() {
        let header = |api_key, api_version| RequestHeader { api_key, api_version, correlation_id: 0, client_id: None };
        assert!(!header(18, 3).response_is_flexible());
        assert!(header(3, 9).response_is_flexible());
        assert!(!header(3, 8).response_is_flexible());
    }
}
