//! DeleteAcls (key 31, v0-3).

use std::sync::Arc;

use kafka_protocol::messages::delete_acls_response::DeleteAclsFilterResult;
use kafka_protocol::messages::{DeleteAclsRequest, DeleteAclsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{REASON, REFUSED, UNKNOWN_FILTER, check};
use crate::engine::broker::Broker;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

/// The API's row.
pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: DeleteAclsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(_: Arc<Broker>, context: RequestContext, request: DeleteAclsRequest) -> Result<DeleteAclsResponse, RequestError> {
    for filter in &request.filters {
        let numbers = [filter.resource_type_filter, filter.pattern_type_filter, filter.operation, filter.permission_type];
        check("DELETE_ACLS", context.version, numbers, UNKNOWN_FILTER)?;
    }
    let reason = Some(StrBytes::from_static_str(REASON));
    let refused = DeleteAclsFilterResult::default().with_error_code(REFUSED.code()).with_error_message(reason);
    Ok(DeleteAclsResponse::default().with_filter_results(vec![refused; request.filters.len()]))
}
