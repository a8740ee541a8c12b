//! RenewDelegationToken (key 39, v0-2).

use std::sync::Arc;

use kafka_protocol::messages::{RenewDelegationTokenRequest, RenewDelegationTokenResponse};
use kafka_protocol::protocol::Request;

use super::{NEVER, REFUSED};
use crate::engine::broker::Broker;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

/// The API's row.
pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: RenewDelegationTokenRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    _: Arc<Broker>,
    _: RequestContext,
    _: RenewDelegationTokenRequest,
) -> Result<RenewDelegationTokenResponse, RequestError> {
    Ok(RenewDelegationTokenResponse::default().with_error_code(REFUSED.code()).with_expiry_timestamp_ms(NEVER))
}
