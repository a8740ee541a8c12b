//! DescribeConfigs (key 32, v0-4): the settings of topics and of this broker, with synonyms and types where asked for. Kafka's
//! documentation of the keys is not told.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult, DescribeConfigsSynonym,
};
use kafka_protocol::messages::{DescribeConfigsRequest, DescribeConfigsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::config_resource::{BROKER, LOGGER, TOPIC};
use super::described_configs::{self, Described};
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::catalog::error_codes;
use crate::engine::broker::controller::ApiError;
use crate::engine::broker::controller::topics::check_name;

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: DescribeConfigsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    context: RequestContext,
    request: DescribeConfigsRequest,
) -> Result<DescribeConfigsResponse, RequestError> {
    // one resource of no known kind fails the whole request
    if request.resources.iter().any(|resource| !matches!(resource.resource_type, TOPIC | BROKER | LOGGER)) {
        return Ok(refused(&request, ResponseError::InvalidRequest));
    }
    let results = request.resources.iter().map(|resource| {
        let answer = DescribeConfigsResult::default()
            .with_resource_type(resource.resource_type)
            .with_resource_name(resource.resource_name.clone());
        match settings(&broker, resource) {
            Ok(settings) => {
                let wanted = |setting: &Described| {
                    let keys = resource.configuration_keys.as_ref();
                    keys.is_none_or(|keys| keys.is_empty() || keys.iter().any(|key| **key == *setting.name))
                };
                let configs = settings.into_iter().filter(wanted);
                let entry = |setting| entry(setting, request.include_synonyms, context.version);
                answer.with_error_message(Some(StrBytes::default())).with_configs(configs.map(entry).collect())
            }
            Err(error) => {
                let message = error.message.unwrap_or_default();
                answer.with_error_code(error.error.code()).with_error_message(Some(StrBytes::from_string(message)))
            }
        }
    });
    Ok(DescribeConfigsResponse::default().with_results(results.collect()))
}

/// The answer to a request that fails as a whole.
fn refused(request: &DescribeConfigsRequest, error: ResponseError) -> DescribeConfigsResponse {
    let sentence = error_codes::by_code(error.code()).map_or("", |error| error.message);
    let results = request.resources.iter().map(|resource| {
        DescribeConfigsResult::default()
            .with_resource_type(resource.resource_type)
            .with_resource_name(resource.resource_name.clone())
            .with_error_code(error.code())
            .with_error_message(Some(StrBytes::from_static_str(sentence)))
    });
    DescribeConfigsResponse::default().with_results(results.collect())
}

/// Loggers are asked for by the id of this broker.
fn check_logger_broker(me: i32, name: &str) -> Result<(), ApiError> {
    let message = match name.parse::<i32>() {
        _ if name.is_empty() => "Broker id must not be empty".to_owned(),
        Ok(id) if id == me => return Ok(()),
        Ok(_) => format!("Unexpected broker id, expected {me} but received {name}"),
        Err(_) => format!("Broker id must be an integer, but it is: {name}"),
    };
    Err(ApiError::new(ResponseError::InvalidRequest, message))
}

fn settings(broker: &Broker, resource: &DescribeConfigsResource) -> Result<Vec<Described>, ApiError> {
    let name = resource.resource_name.as_str();
    match resource.resource_type {
        TOPIC => {
            check_name(name)?;
            match broker.metadata.snapshot().topics.get(name) {
                Some(topic) => Ok(described_configs::topic(broker, &topic.overrides)),
                None => Err(ResponseError::UnknownTopicOrPartition.into()),
            }
        }
        BROKER if name.is_empty() => Ok(described_configs::every_broker(&broker.metadata.snapshot().dynamic)),
        BROKER if name.parse() == Ok(broker.id) => {
            Ok(described_configs::broker(&broker.config, &broker.metadata.snapshot().dynamic))
        }
        BROKER => {
            let message = match name.parse::<i32>() {
                Ok(_) => format!("Unexpected broker id, expected {} or empty string, but received {name}", broker.id),
                Err(_) => format!("Broker id must be an integer, but it is: {name}"),
            };
            Err(ApiError::new(ResponseError::InvalidRequest, message))
        }
        _ => {
            check_logger_broker(broker.id, name)?;
            Ok(described_configs::loggers())
        }
    }
}

fn entry(setting: Described, synonyms: bool, version: i16) -> DescribeConfigsResourceResult {
    let synonym = |synonym: described_configs::Synonym| {
        DescribeConfigsSynonym::default()
            .with_name(StrBytes::from_string(synonym.name))
            .with_value(synonym.value.map(StrBytes::from_string))
            .with_source(synonym.source)
    };
    let mut entry = DescribeConfigsResourceResult::default()
        .with_name(StrBytes::from_string(setting.name))
        .with_value(setting.value.map(StrBytes::from_string))
        .with_read_only(setting.read_only)
        .with_is_sensitive(setting.sensitive);
    if version == 0 {
        return entry; // Kafka leaves unsaid which are defaults
    }
    entry = entry.with_config_source(setting.source);
    if version >= 3 {
        entry = entry.with_config_type(setting.kind).with_documentation(None);
    }
    if synonyms {
        entry.synonyms = setting.synonyms.into_iter().map(synonym).collect();
    }
    entry
}
