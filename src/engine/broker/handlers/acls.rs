//! DescribeAcls, CreateAcls and DeleteAcls (keys 29 to 31, v0-3) as a broker without an authorizer answers them.

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

async fn describe(_: Arc<Broker>, _: RequestContext, _: DescribeAclsRequest) -> Result<DescribeAclsResponse, RequestError> {
    let reason = StrBytes::from_static_str("No Authorizer is configured on the broker");
    Ok(DescribeAclsResponse::default().with_error_code(REFUSED.code()).with_error_message(Some(reason)))
}

async fn create(_: Arc<Broker>, _: RequestContext, request: CreateAclsRequest) -> Result<CreateAclsResponse, RequestError> {
    let reason = Some(StrBytes::from_static_str(REASON));
    let refused = AclCreationResult::default().with_error_code(REFUSED.code()).with_error_message(reason);
    Ok(CreateAclsResponse::default().with_results(vec![refused; request.creations.len()]))
}

async fn delete(_: Arc<Broker>, _: RequestContext, request: DeleteAclsRequest) -> Result<DeleteAclsResponse, RequestError> {
    let reason = Some(StrBytes::from_static_str(REASON));
    let refused = DeleteAclsFilterResult::default().with_error_code(REFUSED.code()).with_error_message(reason);
    Ok(DeleteAclsResponse::default().with_filter_results(vec![refused; request.filters.len()]))
}
