//! DescribeCluster (key 60, v0): the cluster's id, controller and brokers.

use std::sync::Arc;

use kafka_protocol::messages::describe_cluster_response::DescribeClusterBroker;
use kafka_protocol::messages::{BrokerId, DescribeClusterRequest, DescribeClusterResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::metadata::{CLUSTER_OPERATIONS, NO_OPERATIONS};
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: DescribeClusterRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

async fn handle(
    broker: Arc<Broker>,
    context: RequestContext,
    request: DescribeClusterRequest,
) -> Result<DescribeClusterResponse, RequestError> {
    let cluster = broker.metadata.snapshot();
    let reachable = cluster.brokers.values().filter_map(|broker| {
        let endpoint = broker.endpoints.iter().find(|endpoint| *endpoint.listener == *context.listener)?;
        Some(
            DescribeClusterBroker::default()
                .with_broker_id(BrokerId(broker.id))
                .with_host(StrBytes::from_string(endpoint.host.clone()))
                .with_port(i32::from(endpoint.port))
                .with_rack(broker.rack.clone().map(StrBytes::from_string)),
        )
    });
    let operations = if request.include_cluster_authorized_operations { CLUSTER_OPERATIONS } else { NO_OPERATIONS };
    Ok(DescribeClusterResponse::default()
        .with_error_message(None)
        .with_cluster_id(StrBytes::from_string(broker.cluster_id.clone()))
        .with_controller_id(BrokerId(cluster.controller.unwrap_or(-1)))
        .with_brokers(reachable.collect())
        .with_cluster_authorized_operations(operations))
}
