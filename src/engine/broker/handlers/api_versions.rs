//! ApiVersions (key 18, v0-3): which APIs the broker has, in which versions. An unsupported version is answered in the form of
//! v0 with error 35, so that any client can read which versions there are; the connection does that before a handler is asked.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use kafka_protocol::protocol::Request;

use super::{APIS, ApiSpec, Broker, RequestContext, RequestError, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: ApiVersionsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

/// The first version whose client says which software it is (KIP-511).
const SOFTWARE_SINCE: i16 = 3;

async fn handle(
    _: Arc<Broker>,
    context: RequestContext,
    request: ApiVersionsRequest,
) -> Result<ApiVersionsResponse, RequestError> {
    let named = is_software(&request.client_software_name) && is_software(&request.client_software_version);
    if context.version >= SOFTWARE_SINCE && !named {
        return Ok(ApiVersionsResponse::default().with_error_code(ResponseError::InvalidRequest.code()));
    }
    Ok(ApiVersionsResponse::default().with_api_keys(served()).with_finalized_features_epoch(0))
}

/// Kafka's pattern for a software's name and version: `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?`.
fn is_software(text: &str) -> bool {
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let inner = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    inner && plain(text.as_bytes().first()) && plain(text.as_bytes().last())
}

/// The APIs of the table with their versions.
pub fn served() -> Vec<ApiVersion> {
    let rows = APIS.iter().filter_map(|api| Some((api.key, api.versions()?)));
    rows.map(|(key, versions)| {
        ApiVersion::default().with_api_key(key).with_min_version(*versions.start()).with_max_version(*versions.end())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_is_named_in_plain_letters() {
        for name in ["a", "apache-kafka-java", "3.6.0", "0"] {
            assert!(is_software(name), "{name}");
        }
        for name in ["", "-", "a-", ".a", "my client", "자바"] {
            assert!(!is_software(name), "{name}");
        }
    }
}
