//! SyncGroup: the leader brings every member's part, each member fetches its own.

use std::sync::Arc;

use kafka_protocol::messages::{SyncGroupRequest, SyncGroupResponse};

use super::{code, owned, text};
use crate::engine::broker::Broker;
use crate::engine::broker::group::machine::SyncRequest;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: 14, handle: |broker, context, body| typed(broker, context, body, sync_group) };

/// The first version that names the protocol, and must.
const PROTOCOL_SINCE: i16 = 5;

async fn sync_group(
    broker: Arc<Broker>,
    context: RequestContext,
    request: SyncGroupRequest,
) -> Result<SyncGroupResponse, RequestError> {
    if context.version >= PROTOCOL_SINCE && (request.protocol_type.is_none() || request.protocol_name.is_none()) {
        let error = kafka_protocol::ResponseError::InconsistentGroupProtocol;
        return Ok(SyncGroupResponse::default().with_error_code(error.code()));
    }
    let assignments = request.assignments.iter().map(|part| (part.member_id.to_string(), part.assignment.clone()));
    let sync = SyncRequest {
        generation: request.generation_id,
        member_id: request.member_id.to_string(),
        instance_id: owned(request.group_instance_id.as_ref()),
        protocol_type: owned(request.protocol_type.as_ref()),
        protocol: owned(request.protocol_name.as_ref()),
        assignments: assignments.collect(),
    };
    let reply = broker.groups.sync(&request.group_id, sync).await;
    Ok(SyncGroupResponse::default()
        .with_error_code(code(reply.error))
        .with_protocol_type(reply.protocol_type.as_deref().map(text))
        .with_protocol_name(reply.protocol.as_deref().map(text))
        .with_assignment(reply.assignment))
}
