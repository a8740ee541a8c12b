//! SaslHandshake (key 17, v0-1): no listener of this broker wants an authentication, and what begins one is out of place.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::{SaslHandshakeRequest, SaslHandshakeResponse};
use kafka_protocol::protocol::Request;

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: SaslHandshakeRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(_: Arc<Broker>, _: RequestContext, _: SaslHandshakeRequest) -> Result<SaslHandshakeResponse, RequestError> {
    Ok(SaslHandshakeResponse::default().with_error_code(ResponseError::IllegalSaslState.code()))
}
