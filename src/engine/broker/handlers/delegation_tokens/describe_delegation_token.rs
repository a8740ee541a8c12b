//! DescribeDelegationToken (key 41, v0-3).

use std::sync::Arc;

use kafka_protocol::messages::{DescribeDelegationTokenRequest, DescribeDelegationTokenResponse};
use kafka_protocol::protocol::Request;

use super::REFUSED;
use crate::engine::broker::Broker;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

/// The API's row.
pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: DescribeDelegationTokenRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    _: Arc<Broker>,
    _: RequestContext,
    _: DescribeDelegationTokenRequest,
) -> Result<DescribeDelegationTokenResponse, RequestError> {
    Ok(DescribeDelegationTokenResponse::default().with_error_code(REFUSED.code()))
}
