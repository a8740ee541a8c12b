//! AlterConfigs (key 33, v0-2): the settings of topics and of this broker, replaced as a whole.

use std::sync::Arc;

use kafka_protocol::messages::alter_configs_response::AlterConfigsResourceResponse;
use kafka_protocol::messages::{AlterConfigsRequest, AlterConfigsResponse};
use kafka_protocol::protocol::Request;

use super::config_resource::{Altered, REPLACE, alter_each};
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: AlterConfigsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: AlterConfigsRequest,
) -> Result<AlterConfigsResponse, RequestError> {
    let resources = request.resources.into_iter().map(|resource| {
        let settings = resource.configs.into_iter().map(|config| (config.name, REPLACE, config.value));
        Altered::new(resource.resource_type, resource.resource_name, settings)
    });
    let answer = |kind, name, error, message| {
        AlterConfigsResourceResponse::default()
            .with_resource_type(kind)
            .with_resource_name(name)
            .with_error_code(error)
            .with_error_message(message)
    };
    let responses = alter_each(&broker, resources.collect(), request.validate_only, false, answer).await;
    Ok(AlterConfigsResponse::default().with_responses(responses))
}
