//! LeaveGroup: one member leaves, or an administrator removes several (version 3 and later).

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::leave_group_response::MemberResponse;
use kafka_protocol::messages::{LeaveGroupRequest, LeaveGroupResponse};

use super::{code, owned};
use crate::engine::broker::Broker;
use crate::engine::broker::group::Leave;
use crate::engine::broker::group::machine::Leaving;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: 13, handle: |broker, context, body| typed(broker, context, body, leave_group) };

/// The first version that names several members.
const MANY_MEMBERS_SINCE: i16 = 3;

async fn leave_group(
    broker: Arc<Broker>,
    context: RequestContext,
    request: LeaveGroupRequest,
) -> Result<LeaveGroupResponse, RequestError> {
    let members = if context.version >= MANY_MEMBERS_SINCE {
        request.members
    } else {
        vec![MemberIdentity::default().with_member_id(request.member_id)]
    };
    let leaving = members.iter().map(|member| Leaving {
        member_id: member.member_id.to_string(),
        instance_id: owned(member.group_instance_id.as_ref()),
        reason: owned(member.reason.as_ref()).filter(|reason| !reason.is_empty()),
    });
    let leave = Leave { group_id: request.group_id.to_string(), members: leaving.collect() };
    let results = match broker.groups.leave(&leave) {
        Ok(results) => results,
        // as Kafka: the old form has no room for an error of the whole, and that is what is told
        Err(_) if context.version < MANY_MEMBERS_SINCE => {
            return Ok(LeaveGroupResponse::default().with_error_code(ResponseError::UnsupportedVersion.code()));
        }
        Err(error) => return Ok(LeaveGroupResponse::default().with_error_code(error.code())),
    };
    if context.version < MANY_MEMBERS_SINCE {
        let error = results.first().and_then(|result| result.err());
        return Ok(LeaveGroupResponse::default().with_error_code(code(error)));
    }
    let answers = members.into_iter().zip(results).map(|(member, result)| {
        MemberResponse::default()
            .with_member_id(member.member_id)
            .with_group_instance_id(member.group_instance_id)
            .with_error_code(code(result.err()))
    });
    Ok(LeaveGroupResponse::default().with_members(answers.collect()))
}
