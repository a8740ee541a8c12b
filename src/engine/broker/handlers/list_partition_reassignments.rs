//! ListPartitionReassignments (key 46, v0): the partitions whose replicas are being moved. This broker moves none, so that the
//! answer is empty, as Kafka's is on a cluster at rest.

use std::sync::Arc;

use kafka_protocol::messages::{ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: ListPartitionReassignmentsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    _: Arc<Broker>,
    _: RequestContext,
    _: ListPartitionReassignmentsRequest,
) -> Result<ListPartitionReassignmentsResponse, RequestError> {
    Ok(ListPartitionReassignmentsResponse::default().with_error_message(Some(StrBytes::default())))
}
