//! ApiVersions (key 18, v0-3): which APIs the broker has, in which versions. An unsupported version is answered in the form of
//! v0 with error 35, so that any client can read which versions there are; the connection does that before a handler is asked.

use std::sync::Arc;

use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use kafka_protocol::protocol::Request;

use super::{APIS, ApiSpec, Broker, RequestContext, RequestError, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: ApiVersionsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(_: Arc<Broker>, _: RequestContext, _: ApiVersionsRequest) -> Result<ApiVersionsResponse, RequestError> {
    Ok(ApiVersionsResponse::default().with_api_keys(served()).with_finalized_features_epoch(0))
}

/// The APIs of the table with their versions.
pub fn served() -> Vec<ApiVersion> {
    let rows = APIS.iter().filter_map(|api| Some((api.key, api.versions()?)));
    rows.map(|(key, versions)| {
        ApiVersion::default().with_api_key(key).with_min_version(*versions.start()).with_max_version(*versions.end())
    })
    .collect()
}
