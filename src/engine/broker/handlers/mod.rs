//! The APIs of the broker, one file each, and the table that finds them.

mod acls;
mod alter_configs;
mod alter_partition_reassignments;
mod alter_replica_log_dirs;
mod alter_user_scram_credentials;
pub mod api_versions;
#[cfg(test)]
mod bench;
mod by_topic;
mod config_resource;
mod create_partitions;
mod create_topics;
mod delegation_tokens;
pub mod delete_records;
mod delete_topics;
mod describe_cluster;
mod describe_configs;
pub mod describe_log_dirs;
pub mod describe_producers;
mod describe_user_scram_credentials;
pub mod described_configs;
mod elect_leaders;
pub mod fetch;
mod fetch_answer;
mod group;
mod incremental_alter_configs;
pub mod init_producer_id;
pub mod list_offsets;
mod list_partition_reassignments;
mod lookup;
mod metadata;
pub mod offset_for_leader_epoch;
pub mod produce;
#[cfg(test)]
mod record_tests;
mod sasl_authenticate;
mod sasl_handshake;
mod update_features;

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use kafka_protocol::protocol::{Encodable, Request};

use super::Broker;
use crate::catalog;
use crate::engine::kafka::{Response, bounded};
use crate::net::Shutdown;

/// What a handler knows of a request besides its body.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The version of the request, one that the API has.
    pub version: i16,
    /// Repeated in the answer.
    pub correlation_id: i32,
    /// The sender's `client.id`.
    pub client_id: Option<String>,
    /// The sender's address.
    pub peer: SocketAddr,
    /// The listener that it came through.
    pub listener: Arc<str>,
    /// Cancelled when the broker stops; a waiting request ends then.
    pub shutdown: Shutdown,
}

/// Why a request is not answered; the connection is closed.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The body is not what its API and version say.
    #[error("Error getting request for apiKey: {api}, apiVersion: {version}")]
    Malformed {
        /// Kafka's name of the API.
        api: &'static str,
        /// The version that was asked for.
        version: i16,
        /// What the decoder says.
        reason: String,
    },
    /// The request failed and its client asked for no answer: only the closed connection tells it.
    #[error("failed a request that has no answer")]
    Unanswerable,
    /// The answer does not fit its version: a mistake of the handler.
    #[error("failed to encode the answer to apiKey: {api}, apiVersion: {version}: {reason}")]
    Unencodable {
        /// Kafka's name of the API.
        api: &'static str,
        /// The version that was asked for.
        version: i16,
        /// What the encoder says.
        reason: String,
    },
}

/// The answer to a request; `None` where none is sent, as to a Produce with `acks=0`.
pub type Answer = Result<Option<Response>, RequestError>;
/// A handler's work.
pub type HandleFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;
/// Decodes a body, does what it asks, encodes the answer.
pub type Handle = fn(Arc<Broker>, RequestContext, Bytes) -> HandleFuture;

/// One API that the broker serves.
pub struct ApiSpec {
    /// The API key; versions and name are the catalogue's.
    pub key: i16,
    /// Serves a request.
    pub handle: Handle,
}

impl ApiSpec {
    /// The API's row in the catalogue: a version is served if it is advertised there.
    pub fn versions(&self) -> Option<RangeInclusive<i16>> {
        catalog::api_versions::by_key(self.key)?.advertised.clone()
    }

    /// Whether requests of that version are served.
    pub fn serves(&self, version: i16) -> bool {
        self.versions().is_some_and(|versions| versions.contains(&version))
    }
}

/// Every API that works, sorted by key. Dispatch, ApiVersions and the tests read it.
pub static APIS: &[&ApiSpec] = &[
    &produce::SPEC,
    &fetch::SPEC,
    &list_offsets::SPEC,
    &metadata::SPEC,
    &group::OFFSET_COMMIT,
    &group::OFFSET_FETCH,
    &group::FIND_COORDINATOR,
    &group::JOIN_GROUP,
    &group::HEARTBEAT,
    &group::LEAVE_GROUP,
    &group::SYNC_GROUP,
    &group::DESCRIBE_GROUPS,
    &group::LIST_GROUPS,
    &sasl_handshake::SPEC,
    &api_versions::SPEC,
    &create_topics::SPEC,
    &delete_topics::SPEC,
    &delete_records::SPEC,
    &init_producer_id::SPEC,
    &offset_for_leader_epoch::SPEC,
    &acls::DESCRIBE,
    &acls::CREATE,
    &acls::DELETE,
    &describe_configs::SPEC,
    &alter_configs::SPEC,
    &alter_replica_log_dirs::SPEC,
    &describe_log_dirs::SPEC,
    &sasl_authenticate::SPEC,
    &create_partitions::SPEC,
    &delegation_tokens::CREATE,
    &delegation_tokens::RENEW,
    &delegation_tokens::EXPIRE,
    &delegation_tokens::DESCRIBE,
    &group::DELETE_GROUPS,
    &elect_leaders::SPEC,
    &incremental_alter_configs::SPEC,
    &alter_partition_reassignments::SPEC,
    &list_partition_reassignments::SPEC,
    &group::OFFSET_DELETE,
    &describe_user_scram_credentials::SPEC,
    &alter_user_scram_credentials::SPEC,
    &update_features::SPEC,
    &describe_cluster::SPEC,
    &describe_producers::SPEC,
];

/// The API with that key.
pub fn api(key: i16) -> Option<&'static ApiSpec> {
    APIS.iter().copied().find(|api| api.key == key)
}

/// Makes a [`Handle`] of a handler that answers with a message of the protocol:
/// `handle: |broker, context, body| typed(broker, context, body, metadata)`.
pub fn typed<R, F>(
    broker: Arc<Broker>,
    context: RequestContext,
    body: Bytes,
    handler: impl FnOnce(Arc<Broker>, RequestContext, R) -> F + Send + 'static,
) -> HandleFuture
where
    R: Request + Send + 'static,
    F: Future<Output = Result<R::Response, RequestError>> + Send,
{
    Box::pin(async move {
        let version = context.version;
        let request = decode::<R>(body, version)?;
        encode::<R>(&handler(broker, context, request).await?, version)
    })
}

/// Makes a [`Handle`] of a handler that answers with a body of its own, or not at all.
pub fn typed_raw<R, F>(
    broker: Arc<Broker>,
    context: RequestContext,
    body: Bytes,
    handler: impl FnOnce(Arc<Broker>, RequestContext, R) -> F + Send + 'static,
) -> HandleFuture
where
    R: Request + Send + 'static,
    F: Future<Output = Answer> + Send,
{
    Box::pin(async move {
        let request = decode::<R>(body, context.version)?;
        handler(broker, context, request).await
    })
}

fn decode<R: Request>(body: Bytes, version: i16) -> Result<R, RequestError> {
    bounded::decode(&body, version).map_err(|reason| RequestError::Malformed { api: name(R::KEY), version, reason })
}

/// The body of an answer to `R` in the version asked for.
///
/// # Errors
/// [`RequestError::Unencodable`] where a field does not fit the version.
pub fn encode<R: Request>(answer: &R::Response, version: i16) -> Answer {
    let mut body = BytesMut::new();
    match answer.encode(&mut body, version) {
        Ok(()) => Ok(Some(body.freeze().into())),
        Err(error) => Err(RequestError::Unencodable { api: name(R::KEY), version, reason: error.to_string() }),
    }
}

fn name(key: i16) -> &'static str {
    catalog::api_versions::by_key(key).map_or("", |api| api.name)
}
