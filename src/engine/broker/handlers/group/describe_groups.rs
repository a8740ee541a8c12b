//! DescribeGroups: states, members and their parts.

use std::sync::Arc;

use kafka_protocol::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use kafka_protocol::messages::{DescribeGroupsRequest, DescribeGroupsResponse};

use super::text;
use crate::engine::broker::Broker;
use crate::engine::broker::group::machine::{GroupView, MemberView};
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: 15, handle: |broker, context, body| typed(broker, context, body, describe_groups) };

/// READ (3), DELETE (6) and DESCRIBE (8): what there is to do with a group; without an authorizer everyone may.
const EVERY_OPERATION: i32 = 1 << 3 | 1 << 6 | 1 << 8;
/// Where the operations were not asked for.
const OPERATIONS_OMITTED: i32 = i32::MIN;
/// The first version that shows `group.instance.id`.
const INSTANCE_ID_SINCE: i16 = 4;

async fn describe_groups(
    broker: Arc<Broker>,
    context: RequestContext,
    request: DescribeGroupsRequest,
) -> Result<DescribeGroupsResponse, RequestError> {
    let groups = request.groups.into_iter().map(|id| {
        let answer = DescribedGroup::default().with_group_id(id.clone()).with_authorized_operations(OPERATIONS_OMITTED);
        match broker.groups.describe(&id) {
            Ok(group) => {
                let operations = if request.include_authorized_operations { EVERY_OPERATION } else { OPERATIONS_OMITTED };
                described(answer, group, context.version).with_authorized_operations(operations)
            }
            Err(error) => answer.with_error_code(error.code()),
        }
    });
    Ok(DescribeGroupsResponse::default().with_groups(groups.collect()))
}

fn described(answer: DescribedGroup, group: GroupView, version: i16) -> DescribedGroup {
    let members = group.members.into_iter().map(|member| described_member(member, version));
    answer
        .with_group_state(text(&group.state.to_string()))
        .with_protocol_type(text(&group.protocol_type))
        .with_protocol_data(text(&group.protocol))
        .with_members(members.collect())
}

fn described_member(member: MemberView, version: i16) -> DescribedGroupMember {
    DescribedGroupMember::default()
        .with_member_id(text(&member.id))
        .with_group_instance_id(member.instance_id.filter(|_| version >= INSTANCE_ID_SINCE).as_deref().map(text))
        .with_client_id(text(&member.client_id))
        .with_client_host(text(&member.client_host))
        .with_member_metadata(member.metadata)
        .with_member_assignment(member.assignment)
}
