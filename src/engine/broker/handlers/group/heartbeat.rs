//! Heartbeat: a member is alive, and hears of rebalances.

use std::sync::Arc;

use kafka_protocol::messages::{HeartbeatRequest, HeartbeatResponse};

use super::{code, owned};
use crate::engine::broker::Broker;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: 12, handle: |broker, context, body| typed(broker, context, body, heartbeat) };

async fn heartbeat(
    broker: Arc<Broker>,
    _context: RequestContext,
    request: HeartbeatRequest,
) -> Result<HeartbeatResponse, RequestError> {
    let instance = owned(request.group_instance_id.as_ref());
    let result = broker.groups.heartbeat(&request.group_id, &request.member_id, instance.as_deref(), request.generation_id);
    Ok(HeartbeatResponse::default().with_error_code(code(result.err())))
}
