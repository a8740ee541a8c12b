//! The APIs of delegation tokens, one file each: tokens may only be asked for over a connection that is authenticated, and this broker
//! has no such listener.

mod create_delegation_token;
mod describe_delegation_token;
mod expire_delegation_token;
mod renew_delegation_token;

use kafka_protocol::ResponseError;

pub(super) use create_delegation_token::SPEC as CREATE;
pub(super) use describe_delegation_token::SPEC as DESCRIBE;
pub(super) use expire_delegation_token::SPEC as EXPIRE;
pub(super) use renew_delegation_token::SPEC as RENEW;

const REFUSED: ResponseError = ResponseError::DelegationTokenRequestNotAllowed;
/// The time that stands where there is none.
const NEVER: i64 = -1;
