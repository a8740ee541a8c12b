//! IncrementalAlterConfigs (key 44, v0-1): single settings of topics and of this broker.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use kafka_protocol::messages::incremental_alter_configs_response::AlterConfigsResourceResponse;
use kafka_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::config_resource::{check_values, entity, repeated, repeats};
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::controller::{ApiError, Change, Edit};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: IncrementalAlterConfigsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

/// `AlterConfigOp.OpType` on the wire.
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: IncrementalAlterConfigsRequest,
) -> Result<IncrementalAlterConfigsResponse, RequestError> {
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
    Ok(IncrementalAlterConfigsResponse::default().with_responses(responses))
}

async fn alter(broker: &Broker, resource: &AlterConfigsResource, validate_only: bool) -> Result<(), ApiError> {
    let missing = resource.configs.iter().filter(|config| config.value.is_none() && config.config_operation != DELETE);
    let missing = missing.map(|config| config.name.to_string());
    check_values(&missing.collect::<Vec<_>>())?;
    let entity = entity(broker.id, resource.resource_type, &resource.resource_name)?;
    if !repeats(resource.configs.iter().map(|config| config.name.as_str())).is_empty() {
        return Err(ApiError::new(ResponseError::InvalidRequest, "Error due to duplicate config keys"));
    }
    let edits = resource.configs.iter().map(|config| Ok((config.name.to_string(), edit(config)?)));
    let edits = edits.collect::<Result<Vec<_>, ApiError>>()?;
    broker.controller.alter_settings(entity, Change::Edit(edits), validate_only).await
}

fn edit(config: &AlterableConfig) -> Result<Edit, ApiError> {
    let value = config.value.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(match config.config_operation {
        SET => Edit::Set(value),
        DELETE => Edit::Delete,
        APPEND => Edit::Append(value),
        SUBTRACT => Edit::Subtract(value),
        _ => return Err(ResponseError::UnknownServerError.into()), // a null pointer in Kafka
    })
}
