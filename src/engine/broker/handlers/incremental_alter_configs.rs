//! IncrementalAlterConfigs (key 44, v0-1): single settings of topics and of this broker, and the levels of its loggers.

use std::sync::Arc;

use kafka_protocol::messages::incremental_alter_configs_response::AlterConfigsResourceResponse;
use kafka_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};
use kafka_protocol::protocol::Request;

use super::config_resource::{Altered, alter_each};
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: IncrementalAlterConfigsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: IncrementalAlterConfigsRequest,
) -> Result<IncrementalAlterConfigsResponse, RequestError> {
    let resources = request.resources.into_iter().map(|resource| {
        let settings = resource.configs.into_iter().map(|config| (config.name, config.config_operation, config.value));
        Altered::new(resource.resource_type, resource.resource_name, settings)
    });
    let answer = |kind, name, error, message| {
        AlterConfigsResourceResponse::default()
            .with_resource_type(kind)
            .with_resource_name(name)
            .with_error_code(error)
            .with_error_message(message)
    };
    let responses = alter_each(&broker, resources.collect(), request.validate_only, true, answer).await;
    Ok(IncrementalAlterConfigsResponse::default().with_responses(responses))
}
