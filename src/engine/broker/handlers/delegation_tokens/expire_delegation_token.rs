//! ExpireDelegationToken (key 40, v0-2).

use std::sync::Arc;

use kafka_protocol::messages::{ExpireDelegationTokenRequest, ExpireDelegationTokenResponse};
use kafka_protocol::protocol::Request;

use super::{NEVER, REFUSED};
use crate::engine::broker::Broker;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

/// The API's row.
pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: ExpireDelegationTokenRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    _: Arc<Broker>,
    _: RequestContext,
    _: ExpireDelegationTokenRequest,
) -> Result<ExpireDelegationTokenResponse, RequestError> {
    Ok(ExpireDelegationTokenResponse::default().with_error_code(REFUSED.code()).with_expiry_timestamp_ms(NEVER))
}
