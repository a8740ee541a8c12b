//! ListGroups: the groups that this broker coordinates.

use std::sync::Arc;

use kafka_protocol::messages::list_groups_response::ListedGroup;
use kafka_protocol::messages::{GroupId, ListGroupsRequest, ListGroupsResponse};

use super::{code, text};
use crate::engine::broker::Broker;
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: 16, handle: |broker, context, body| typed(broker, context, body, list_groups) };

/// The first version that shows states.
const STATE_SINCE: i16 = 4;

async fn list_groups(
    broker: Arc<Broker>,
    context: RequestContext,
    request: ListGroupsRequest,
) -> Result<ListGroupsResponse, RequestError> {
    let states: Vec<String> = request.states_filter.iter().map(ToString::to_string).collect();
    let (error, groups) = match broker.groups.list(&states) {
        Ok(listed) => listed,
        Err(error) => (Some(error), Vec::new()),
    };
    let groups = groups.into_iter().map(|group| {
        let state = if context.version >= STATE_SINCE { group.state.to_string() } else { String::new() };
        ListedGroup::default()
            .with_group_id(GroupId(text(&group.id)))
            .with_protocol_type(text(&group.protocol_type))
            .with_group_state(text(&state))
    });
    Ok(ListGroupsResponse::default().with_error_code(code(error)).with_groups(groups.collect()))
}
