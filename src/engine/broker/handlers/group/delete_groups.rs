//! DeleteGroups: groups without members, with their offsets.

use std::collections::HashSet;
use std::sync::Arc;

use kafka_protocol::messages::delete_groups_response::DeletableGroupResult;
use kafka_protocol::messages::{DeleteGroupsRequest, DeleteGroupsResponse};

use super::code;
use crate::engine::broker::Broker;
use crate::engine::broker::controller::scala::{java_hash, sort_as_scala_map_by};
use crate::engine::broker::handlers::{ApiSpec, RequestContext, RequestError, typed};

pub(in crate::engine::broker::handlers) static SPEC: ApiSpec =
    ApiSpec { key: 42, handle: |broker, context, body| typed(broker, context, body, delete_groups) };

async fn delete_groups(
    broker: Arc<Broker>,
    _context: RequestContext,
    request: DeleteGroupsRequest,
) -> Result<DeleteGroupsResponse, RequestError> {
    let mut seen = HashSet::new();
    let names: Vec<_> = request.groups_names.into_iter().filter(|id| seen.insert(id.clone())).collect();
    let ids: Vec<String> = names.iter().map(|id| id.to_string()).collect();
    let mut results: Vec<_> = names.into_iter().zip(broker.groups.delete_groups(&ids)).collect();
    sort_as_scala_map_by(&mut results, |(id, _)| java_hash(id));
    let results =
        results.into_iter().map(|(id, error)| DeletableGroupResult::default().with_group_id(id).with_error_code(code(error)));
    Ok(DeleteGroupsResponse::default().with_results(results.collect()))
}
