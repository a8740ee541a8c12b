//! InitProducerId (key 22, v0-4): an id for an idempotent producer. Transactions are not served yet: a transactional id is
//! answered with `UNSUPPORTED_VERSION`, which ends a client at once instead of letting it retry.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::{InitProducerIdRequest, InitProducerIdResponse, ProducerId};
use kafka_protocol::protocol::Request;

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: InitProducerIdRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

/// The id, or the epoch, of a producer that has none yet.
const UNSET: i64 = -1;

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: InitProducerIdRequest,
) -> Result<InitProducerIdResponse, RequestError> {
    let id = match request.transactional_id.as_ref().map(|id| id.is_empty()) {
        _ if (request.producer_id.0 == UNSET) != (i64::from(request.producer_epoch) == UNSET) => {
            Err(ResponseError::InvalidRequest)
        }
        None => broker.replicas.producer_ids().next(|| broker.controller.allocate_producer_ids()).await,
        Some(true) => Err(ResponseError::InvalidRequest),
        Some(false) => Err(ResponseError::UnsupportedVersion),
    };
    // an idempotent producer that lost its way gets a new id, whatever it had
    let response = InitProducerIdResponse::default();
    Ok(match id {
        Ok(id) => response.with_producer_id(ProducerId(id)).with_producer_epoch(0),
        Err(error) => response.with_error_code(error.code()).with_producer_id(ProducerId(-1)).with_producer_epoch(-1),
    })
}
