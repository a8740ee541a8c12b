//! JoinGroup: a member asks to be in the next generation, and is answered when it is complete.

use std::sync::Arc;

use kafka_protocol::messages::join_group_response::JoinGroupResponseMember;
use kafka_protocol::messages::{JoinGroupRequest, JoinGroupResponse};
use uuid::Uuid;

use super::{check_lengths, code, owned, text};
use crate::engine::broker::Broker;
use crate::engine::broker::group::Join;
use crate::engine::broker::group::machine::{JoinReply, JoinRequest};
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: 11, handle: |broker, context, body| typed(broker, context, body, join_group) };

/// The first version with a rebalance timeout of its own.
const REBALANCE_TIMEOUT_SINCE: i16 = 1;
/// The first version whose dynamic members come back with the id they are given (KIP-394).
const MEMBER_ID_REQUIRED_SINCE: i16 = 4;
/// The first version in which no protocol is null rather than empty.
const NULL_PROTOCOL_SINCE: i16 = 7;
/// The first version whose leaders can be told not to assign (KIP-814).
const SKIP_ASSIGNMENT_SINCE: i16 = 9;

async fn join_group(
    broker: Arc<Broker>,
    context: RequestContext,
    request: JoinGroupRequest,
) -> Result<JoinGroupResponse, RequestError> {
    let names = request.protocols.iter().map(|protocol| &protocol.name);
    let others = request.group_instance_id.iter().chain([&request.protocol_type, &request.member_id]);
    check_lengths(&SPEC, context.version, names.chain(others))?;
    let reply = broker.groups.join(join(request, &context)).await;
    Ok(response(reply, context.version))
}

fn join(request: JoinGroupRequest, context: &RequestContext) -> Join {
    let session_timeout = request.session_timeout_ms;
    let rebalance_timeout =
        if context.version >= REBALANCE_TIMEOUT_SINCE { request.rebalance_timeout_ms } else { session_timeout };
    let new_dynamic = request.member_id.is_empty() && request.group_instance_id.is_none();
    let protocols = request.protocols.into_iter().map(|protocol| (protocol.name.to_string(), protocol.metadata));
    Join {
        group_id: request.group_id.to_string(),
        session_timeout,
        request: JoinRequest {
            member_id: request.member_id.to_string(),
            instance_id: owned(request.group_instance_id.as_ref()),
            require_known_member_id: context.version >= MEMBER_ID_REQUIRED_SINCE && new_dynamic,
            supports_skipping_assignment: context.version >= SKIP_ASSIGNMENT_SINCE,
            client_id: context.client_id.clone().unwrap_or_default(),
            client_host: format!("/{}", context.peer.ip().to_canonical()),
            rebalance_timeout: u64::try_from(rebalance_timeout).unwrap_or(0),
            session_timeout: u64::try_from(session_timeout).unwrap_or(0),
            protocol_type: request.protocol_type.to_string(),
            protocols: protocols.collect(),
            reason: owned(request.reason.as_ref()).filter(|reason| !reason.is_empty()),
            fresh_name: Uuid::new_v4().to_string(),
        },
    }
}

fn response(reply: JoinReply, version: i16) -> JoinGroupResponse {
    let no_protocol = (version < NULL_PROTOCOL_SINCE).then(String::new);
    let members = reply.members.into_iter().map(|member| {
        JoinGroupResponseMember::default()
            .with_member_id(text(&member.id))
            .with_group_instance_id(member.instance_id.filter(|_| version >= 5).as_deref().map(text))
            .with_metadata(member.metadata)
    });
    JoinGroupResponse::default()
        .with_error_code(code(reply.error))
        .with_generation_id(reply.generation)
        .with_protocol_type(reply.protocol_type.as_deref().map(text))
        .with_protocol_name(reply.protocol.or(no_protocol).as_deref().map(text))
        .with_leader(text(&reply.leader))
        .with_skip_assignment(reply.skip_assignment)
        .with_member_id(text(&reply.member_id))
        .with_members(members.collect())
}
