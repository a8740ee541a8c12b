//! DescribeAcls, CreateAcls and DeleteAcls (keys 29 to 31, v0-3) as a broker without an authorizer answers them.

use std::ops::RangeInclusive;
use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::create_acls_response::AclCreationResult;
use kafka_protocol::messages::delete_acls_response::DeleteAclsFilterResult;
use kafka_protocol::messages::{
    CreateAclsRequest, CreateAclsResponse, DeleteAclsRequest, DeleteAclsResponse, DescribeAclsRequest, DescribeAclsResponse,
};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// DescribeAcls' row.
pub static DESCRIBE: ApiSpec =
    ApiSpec { key: DescribeAclsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, describe) };
/// CreateAcls' row.
pub static CREATE: ApiSpec =
    ApiSpec { key: CreateAclsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, create) };
/// DeleteAcls' row.
pub static DELETE: ApiSpec =
    ApiSpec { key: DeleteAclsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, delete) };

const REFUSED: ResponseError = ResponseError::SecurityDisabled;
const REASON: &str = "No Authorizer is configured.";

/// The highest numbers that Kafka knows: kinds of resources, of patterns, operations, permissions. 0 is what it does not know.
const KINDS: RangeInclusive<i8> = 1..=7;
const PATTERNS: RangeInclusive<i8> = 1..=4;
const OPERATIONS: RangeInclusive<i8> = 1..=14;
const PERMISSIONS: RangeInclusive<i8> = 1..=3;

/// Kafka does not read a request with a number that it does not know.
fn check(api: &'static str, version: i16, numbers: [(i8, RangeInclusive<i8>); 4], reason: &str) -> Result<(), RequestError> {
    if numbers.iter().all(|(number, known)| known.contains(number)) {
        return Ok(());
    }
    Err(RequestError::Malformed { api, version, reason: reason.to_owned() })
}

const UNKNOWN_FILTER: &str = "Filter contain UNKNOWN elements";

async fn describe(
    _: Arc<Broker>,
    context: RequestContext,
    request: DescribeAclsRequest,
) -> Result<DescribeAclsResponse, RequestError> {
    let numbers = [
        (request.resource_type_filter, KINDS),
        (request.pattern_type_filter, PATTERNS),
        (request.operation, OPERATIONS),
        (request.permission_type, PERMISSIONS),
    ];
    check("DESCRIBE_ACLS", context.version, numbers, UNKNOWN_FILTER)?;
    let reason = StrBytes::from_static_str("No Authorizer is configured on the broker");
    Ok(DescribeAclsResponse::default().with_error_code(REFUSED.code()).with_error_message(Some(reason)))
}

async fn create(_: Arc<Broker>, context: RequestContext, request: CreateAclsRequest) -> Result<CreateAclsResponse, RequestError> {
    let reason = Some(StrBytes::from_static_str(REASON));
    for acl in &request.creations {
        let numbers = [
            (acl.resource_type, KINDS),
            (acl.resource_pattern_type, PATTERNS),
            (acl.operation, OPERATIONS),
            (acl.permission_type, PERMISSIONS),
        ];
        check("CREATE_ACLS", context.version, numbers, "CreatableAcls contain unknown elements")?;
    }
    let refused = AclCreationResult::default().with_error_code(REFUSED.code()).with_error_message(reason);
    Ok(CreateAclsResponse::default().with_results(vec![refused; request.creations.len()]))
}

async fn delete(_: Arc<Broker>, context: RequestContext, request: DeleteAclsRequest) -> Result<DeleteAclsResponse, RequestError> {
    let reason = Some(StrBytes::from_static_str(REASON));
    for filter in &request.filters {
        let numbers = [
            (filter.resource_type_filter, KINDS),
            (filter.pattern_type_filter, PATTERNS),
            (filter.operation, OPERATIONS),
            (filter.permission_type, PERMISSIONS),
        ];
        check("DELETE_ACLS", context.version, numbers, UNKNOWN_FILTER)?;
    }
    let refused = DeleteAclsFilterResult::default().with_error_code(REFUSED.code()).with_error_message(reason);
    Ok(DeleteAclsResponse::default().with_filter_results(vec![refused; request.filters.len()]))
}
