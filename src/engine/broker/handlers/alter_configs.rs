//! AlterConfigs (key 33, v0-2): the settings of topics and of this broker, replaced as a whole.

use std::sync::Arc;

use kafka_protocol::messages::alter_configs_request::AlterConfigsResource;
use kafka_protocol::messages::alter_configs_response::AlterConfigsResourceResponse;
use kafka_protocol::messages::{AlterConfigsRequest, AlterConfigsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::config_resource::{check_values, entity, repeated, repeats};
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::controller::{ApiError, Change};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: AlterConfigsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: AlterConfigsRequest,
) -> Result<AlterConfigsResponse, RequestError> {
    let twice = repeats(request.resources.iter().map(|resource| (resource.resource_type, resource.resource_name.as_str())));
    let mut responses = Vec::new();
    for resource in &request.resources {
        let result = if twice.contains(&(resource.resource_type, resource.resource_name.as_str())) {
            Err(repeated())
        } else {
            alter(&broker, resource, request.validate_only).await
        };
        let response = AlterConfigsResourceResponse::default()
            .with_resource_type(resource.resource_type)
            .with_resource_name(resource.resource_name.clone())
            .with_error_message(None);
        responses.push(match result {
            Ok(()) => response,
            Err(error) => {
                response.with_error_code(error.error.code()).with_error_message(error.message.map(StrBytes::from_string))
            }
        });
    }
    Ok(AlterConfigsResponse::default().with_responses(responses))
}

async fn alter(broker: &Broker, resource: &AlterConfigsResource, validate_only: bool) -> Result<(), ApiError> {
    let without = resource.configs.iter().filter(|config| config.value.is_none()).map(|config| config.name.to_string());
    check_values(&without.collect::<Vec<_>>())?;
    let entity = entity(broker.id, resource.resource_type, &resource.resource_name)?;
    let pairs = resource.configs.iter().filter_map(|config| Some((config.name.to_string(), config.value.as_ref()?.to_string())));
    broker.controller.alter_settings(entity, Change::Replace(pairs.collect()), validate_only).await
}
