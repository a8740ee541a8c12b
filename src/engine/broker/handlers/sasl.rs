//! SaslHandshake and SaslAuthenticate (keys 17 and 36): no listener of this broker wants an authentication, and what comes after it
//! would have begun is out of place.

use std::sync::Arc;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::messages::{SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest, SaslHandshakeResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// SaslHandshake's row.
pub static HANDSHAKE: ApiSpec =
    ApiSpec { key: SaslHandshakeRequest::KEY, handle: |broker, context, body| typed(broker, context, body, shake) };
/// SaslAuthenticate's row.
pub static AUTHENTICATE: ApiSpec =
    ApiSpec { key: SaslAuthenticateRequest::KEY, handle: |broker, context, body| typed(broker, context, body, authenticate) };

const REFUSED: ResponseError = ResponseError::IllegalSaslState;

async fn shake(_: Arc<Broker>, _: RequestContext, _: SaslHandshakeRequest) -> Result<SaslHandshakeResponse, RequestError> {
    Ok(SaslHandshakeResponse::default().with_error_code(REFUSED.code()))
}

async fn authenticate(
    _: Arc<Broker>,
    _: RequestContext,
    _: SaslAuthenticateRequest,
) -> Result<SaslAuthenticateResponse, RequestError> {
    let reason = StrBytes::from_static_str("SaslAuthenticate request received after successful authentication");
    Ok(SaslAuthenticateResponse::default()
        .with_error_code(REFUSED.code())
        .with_error_message(Some(reason))
        .with_auth_bytes(Bytes::new()))
}
