//! DescribeUserScramCredentials (key 50, v0): which mechanisms users have credentials for, and their iterations (KIP-554).

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::describe_user_scram_credentials_response::{CredentialInfo, DescribeUserScramCredentialsResult};
use kafka_protocol::messages::{DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::config_resource::repeats;
use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::controller::{ApiError, Settings};
use crate::engine::kafka::scram::{self, MECHANISMS};

/// The API's row.
pub static SPEC: ApiSpec = ApiSpec {
    key: DescribeUserScramCredentialsRequest::KEY,
    handle: |broker, context, body| typed(broker, context, body, handle),
};

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: DescribeUserScramCredentialsRequest,
) -> Result<DescribeUserScramCredentialsResponse, RequestError> {
    let named = request.users.unwrap_or_default();
    let named: Vec<String> = named.into_iter().map(|user| user.name.to_string()).collect();
    let twice: HashSet<String> = repeats(named.iter().map(String::as_str)).into_iter().map(str::to_owned).collect();
    let asked: Vec<String> = named.iter().filter(|name| !name.is_empty() && !twice.contains(*name)).cloned().collect();
    let found = if named.is_empty() { broker.controller.users(None).await } else { broker.controller.users(Some(asked)).await };
    let answer = DescribeUserScramCredentialsResponse::default().with_error_message(Some(StrBytes::default()));
    Ok(match found {
        Ok(found) => answer.with_results(results(named, &twice, &found)),
        Err(ApiError { error, message }) => {
            answer.with_error_code(error.code()).with_error_message(message.map(StrBytes::from_string))
        }
    })
}

/// Every user once, in the order in which they were asked for; where none was, those with credentials by name.
fn results(
    named: Vec<String>,
    twice: &HashSet<String>,
    found: &BTreeMap<String, Settings>,
) -> Vec<DescribeUserScramCredentialsResult> {
    if named.is_empty() {
        let all = found.iter().map(|(name, settings)| (name, infos(settings)));
        return all
            .filter(|(_, infos)| !infos.is_empty())
            .map(|(name, infos)| result(name).with_credential_infos(infos))
            .collect();
    }
    let mut seen = HashSet::new();
    let refused = |name: &str, error: ResponseError, message: String| {
        result(name).with_error_code(error.code()).with_error_message(Some(StrBytes::from_string(message)))
    };
    let of = |name: String| {
        let infos = found.get(&name).map(infos).unwrap_or_default();
        if name.is_empty() {
            return refused(&name, ResponseError::ResourceNotFound, "Username must not be empty".to_owned());
        }
        if twice.contains(&name) {
            let message = format!("Cannot describe SCRAM credentials for the same user twice in a single request: {name}");
            return refused(&name, ResponseError::DuplicateResource, message);
        }
        if infos.is_empty() {
            let message = format!("Attempt to describe a user credential that does not exist: {name}");
            return refused(&name, ResponseError::ResourceNotFound, message);
        }
        result(&name).with_credential_infos(infos)
    };
    named.into_iter().filter(|name| seen.insert(name.clone())).map(of).collect()
}

fn result(name: &str) -> DescribeUserScramCredentialsResult {
    let result = DescribeUserScramCredentialsResult::default().with_user(StrBytes::from_string(name.to_owned()));
    result.with_error_message(Some(StrBytes::default()))
}

fn infos(settings: &Settings) -> Vec<CredentialInfo> {
    let info = |mechanism: &scram::Mechanism| {
        let iterations = settings.get(mechanism.name).and_then(|stored| scram::iterations(stored))?;
        Some(CredentialInfo::default().with_mechanism(mechanism.code).with_iterations(iterations))
    };
    MECHANISMS.iter().filter_map(info).collect()
}
