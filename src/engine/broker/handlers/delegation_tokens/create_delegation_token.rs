//! CreateDelegationToken (key 38, v0-3).

use std::sync::Arc;

use bytes::Bytes;
use kafka_protocol::messages::{CreateDelegationTokenRequest, CreateDelegationTokenResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{NEVER, REFUSED};
use crate::engine::broker::Broker;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

/// The API's row.
pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: CreateDelegationTokenRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

/// The first version whose owner need not be who asks.
const REQUESTER_SINCE: i16 = 3;

async fn handle(
    _: Arc<Broker>,
    context: RequestContext,
    request: CreateDelegationTokenRequest,
) -> Result<CreateDelegationTokenResponse, RequestError> {
    let (user, anonymous) = (StrBytes::from_static_str("User"), StrBytes::from_static_str("ANONYMOUS"));
    let named = request.owner_principal_name.filter(|name| context.version >= REQUESTER_SINCE && !name.is_empty());
    let kind = if named.is_some() { request.owner_principal_type.unwrap_or_default() } else { user.clone() };
    let answer = CreateDelegationTokenResponse::default()
        .with_error_code(REFUSED.code())
        .with_principal_type(kind)
        .with_principal_name(named.unwrap_or_else(|| anonymous.clone()))
        .with_issue_timestamp_ms(NEVER)
        .with_expiry_timestamp_ms(NEVER)
        .with_max_timestamp_ms(NEVER)
        .with_hmac(Bytes::new());
    if context.version < REQUESTER_SINCE {
        return Ok(answer);
    }
    Ok(answer.with_token_requester_principal_type(user).with_token_requester_principal_name(anonymous))
}
