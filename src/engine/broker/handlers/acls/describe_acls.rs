//! DescribeAcls (key 29, v0-3).

use std::sync::Arc;

use kafka_protocol::messages::{DescribeAclsRequest, DescribeAclsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{REFUSED, UNKNOWN_FILTER, check};
use crate::engine::broker::Broker;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

/// The API's row.
pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: DescribeAclsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    _: Arc<Broker>,
    context: RequestContext,
    request: DescribeAclsRequest,
) -> Result<DescribeAclsResponse, RequestError> {
    let numbers = [request.resource_type_filter, request.pattern_type_filter, request.operation, request.permission_type];
    check("DESCRIBE_ACLS", context.version, numbers, UNKNOWN_FILTER)?;
    let reason = StrBytes::from_static_str("No Authorizer is configured on the broker");
    Ok(DescribeAclsResponse::default().with_error_code(REFUSED.code()).with_error_message(Some(reason)))
}
