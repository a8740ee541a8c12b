//! AlterUserScramCredentials (key 51, v0): credentials of users are kept in ZooKeeper, all changes of one user or none (KIP-554).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::alter_user_scram_credentials_request::ScramCredentialUpsertion;
use kafka_protocol::messages::alter_user_scram_credentials_response::AlterUserScramCredentialsResult;
use kafka_protocol::messages::{AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::controller::{ApiError, Change, Edit, Entity, Settings};
use crate::engine::kafka::scram::{self, MAX_ITERATIONS, MIN_ITERATIONS};

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: AlterUserScramCredentialsRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

/// What is to become of one user's credentials, by mechanism, or the first thing that is wrong with it.
type Wanted = Result<Vec<(&'static str, Edit)>, ApiError>;

async fn handle(
    broker: Arc<Broker>,
    _: RequestContext,
    request: AlterUserScramCredentialsRequest,
) -> Result<AlterUserScramCredentialsResponse, RequestError> {
    let wanted = wanted(&request);
    let removing =
        wanted.iter().filter(|(_, edits)| edits.as_ref().is_ok_and(|edits| edits.iter().any(|(_, edit)| *edit == Edit::Delete)));
    let removing: Vec<String> = removing.map(|(name, _)| name.clone()).collect();
    let known = if removing.is_empty() { Ok(BTreeMap::new()) } else { broker.controller.users(Some(removing)).await };
    let mut results = Vec::new();
    for (name, edits) in wanted {
        let altered = match (edits, &known) {
            (Err(error), _) => Err(error),
            (Ok(_), Err(error)) => Err(error.clone()),
            (Ok(edits), Ok(known)) => alter(&broker, &name, edits, known.get(&name)).await,
        };
        results.push(result(name, altered));
    }
    Ok(AlterUserScramCredentialsResponse::default().with_results(results))
}

async fn alter(broker: &Broker, name: &str, edits: Vec<(&str, Edit)>, known: Option<&Settings>) -> Result<(), ApiError> {
    let has = |mechanism: &str| known.is_some_and(|settings| settings.contains_key(mechanism));
    if edits.iter().any(|(mechanism, edit)| *edit == Edit::Delete && !has(mechanism)) {
        let message = "Attempt to delete a user credential that does not exist";
        return Err(ApiError::new(ResponseError::ResourceNotFound, message));
    }
    let edits = edits.into_iter().map(|(mechanism, edit)| (mechanism.to_owned(), edit)).collect();
    broker.controller.alter_settings(Entity::User(name.to_owned()), Change::Edit(edits), false).await
}

/// The changes by user; the first that is wrong decides.
fn wanted(request: &AlterUserScramCredentialsRequest) -> BTreeMap<String, Wanted> {
    let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
    let mut pairs = BTreeSet::new();
    let given = request.upsertions.iter().map(|one| (one.name.as_str(), one.mechanism, Some(one)));
    let taken = request.deletions.iter().map(|one| (one.name.as_str(), one.mechanism, None));
    for (name, mechanism, upsertion) in given.chain(taken) {
        let edits = wanted.entry(name.to_owned()).or_insert_with(|| Ok(Vec::new()));
        let Ok(known) = edits else { continue };
        match edit(name, mechanism, upsertion) {
            Ok(_) if !pairs.insert((name, mechanism)) => {
                let message = "A user credential cannot be altered twice in the same request";
                *edits = Err(ApiError::new(ResponseError::DuplicateResource, message));
            }
            Ok(edit) => known.push(edit),
            Err(error) => *edits = Err(error),
        }
    }
    wanted
}

fn edit(name: &str, mechanism: i8, upsertion: Option<&ScramCredentialUpsertion>) -> Result<(&'static str, Edit), ApiError> {
    if name.is_empty() {
        return Err(ApiError::new(ResponseError::UnacceptableCredential, "Username must not be empty"));
    }
    let Some(mechanism) = scram::by_code(mechanism) else {
        return Err(ApiError::new(ResponseError::UnsupportedSaslMechanism, "Unknown SCRAM mechanism"));
    };
    let Some(upsertion) = upsertion else { return Ok((mechanism.name, Edit::Delete)) };
    let refused = |message| Err(ApiError::new(ResponseError::UnacceptableCredential, message));
    match upsertion.iterations {
        ..MIN_ITERATIONS => return refused("Too few iterations"),
        MIN_ITERATIONS..=MAX_ITERATIONS => {}
        _ => return refused("Too many iterations"),
    }
    let stored = mechanism.stored(&upsertion.salt, &upsertion.salted_password, upsertion.iterations);
    Ok((mechanism.name, Edit::Set(stored)))
}

fn result(name: String, altered: Result<(), ApiError>) -> AlterUserScramCredentialsResult {
    let result = AlterUserScramCredentialsResult::default().with_user(StrBytes::from_string(name));
    match altered {
        Ok(()) => result.with_error_message(Some(StrBytes::default())),
        Err(ApiError { error, message }) => {
            result.with_error_code(error.code()).with_error_message(message.map(StrBytes::from_string))
        }
    }
}
