//! CreateDelegationToken, RenewDelegationToken, ExpireDelegationToken and DescribeDelegationToken (keys 38 to 41): tokens may only be
//! asked for over a connection that is authenticated, and this broker has no such listener.

use std::sync::Arc;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::messages::{
    CreateDelegationTokenRequest, CreateDelegationTokenResponse, DescribeDelegationTokenRequest, DescribeDelegationTokenResponse,
    ExpireDelegationTokenRequest, ExpireDelegationTokenResponse, RenewDelegationTokenRequest, RenewDelegationTokenResponse,
};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// CreateDelegationToken's row.
pub static CREATE: ApiSpec =
    ApiSpec { key: CreateDelegationTokenRequest::KEY, handle: |broker, context, body| typed(broker, context, body, create) };
/// RenewDelegationToken's row.
pub static RENEW: ApiSpec =
    ApiSpec { key: RenewDelegationTokenRequest::KEY, handle: |broker, context, body| typed(broker, context, body, renew) };
/// ExpireDelegationToken's row.
pub static EXPIRE: ApiSpec =
    ApiSpec { key: ExpireDelegationTokenRequest::KEY, handle: |broker, context, body| typed(broker, context, body, expire) };
/// DescribeDelegationToken's row.
pub static DESCRIBE: ApiSpec =
    ApiSpec { key: DescribeDelegationTokenRequest::KEY, handle: |broker, context, body| typed(broker, context, body, describe) };

const REFUSED: ResponseError = ResponseError::DelegationTokenRequestNotAllowed;
/// The time that stands where there is none.
const NEVER: i64 = -1;
/// The first version whose owner need not be who asks.
const REQUESTER_SINCE: i16 = 3;

async fn create(
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

async fn renew(
    _: Arc<Broker>,
    _: RequestContext,
    _: RenewDelegationTokenRequest,
) -> Result<RenewDelegationTokenResponse, RequestError> {
    Ok(RenewDelegationTokenResponse::default().with_error_code(REFUSED.code()).with_expiry_timestamp_ms(NEVER))
}

async fn expire(
    _: Arc<Broker>,
    _: RequestContext,
    _: ExpireDelegationTokenRequest,
) -> Result<ExpireDelegationTokenResponse, RequestError> {
    Ok(ExpireDelegationTokenResponse::default().with_error_code(REFUSED.code()).with_expiry_timestamp_ms(NEVER))
}

async fn describe(
    _: Arc<Broker>,
    _: RequestContext,
    _: DescribeDelegationTokenRequest,
) -> Result<DescribeDelegationTokenResponse, RequestError> {
    Ok(DescribeDelegationTokenResponse::default().with_error_code(REFUSED.code()))
}
