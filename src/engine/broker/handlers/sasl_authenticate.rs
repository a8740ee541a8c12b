//! SaslAuthenticate (key 36, v0-2): no listener of this broker wants an authentication, and what comes after it would have begun is out of place.

use std::sync::Arc;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::messages::{SaslAuthenticateRequest, SaslAuthenticateResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: SaslAuthenticateRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(_: Arc<Broker>, _: RequestContext, _: SaslAuthenticateRequest) -> Result<SaslAuthenticateResponse, RequestError> {
    let reason = StrBytes::from_static_str("SaslAuthenticate request received after successful authentication");
    Ok(SaslAuthenticateResponse::default()
        .with_error_code(ResponseError::IllegalSaslState.code())
        .with_error_message(Some(reason))
        .with_auth_bytes(Bytes::new()))
}
