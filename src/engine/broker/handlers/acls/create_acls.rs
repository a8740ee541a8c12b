//! CreateAcls (key 30, v0-3).

use std::sync::Arc;

use kafka_protocol::messages::create_acls_response::AclCreationResult;
use kafka_protocol::messages::{CreateAclsRequest, CreateAclsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{REASON, REFUSED, check};
use crate::engine::broker::Broker;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

/// The API's row.
pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: CreateAclsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(_: Arc<Broker>, context: RequestContext, request: CreateAclsRequest) -> Result<CreateAclsResponse, RequestError> {
    for acl in &request.creations {
        let numbers = [acl.resource_type, acl.resource_pattern_type, acl.operation, acl.permission_type];
        check("CREATE_ACLS", context.version, numbers, "CreatableAcls contain unknown elements")?;
    }
    let reason = Some(StrBytes::from_static_str(REASON));
    let refused = AclCreationResult::default().with_error_code(REFUSED.code()).with_error_message(reason);
    Ok(CreateAclsResponse::default().with_results(vec![refused; request.creations.len()]))
}
