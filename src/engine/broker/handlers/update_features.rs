//! UpdateFeatures (key 57, v0-1): new levels of the cluster's features. A broker of 3.6 with ZooKeeper supports none, so that each
//! update is refused, by Kafka's rules and in its words.

use std::sync::Arc;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::update_features_request::FeatureUpdateKey;
use kafka_protocol::messages::update_features_response::UpdatableFeatureResult;
use kafka_protocol::messages::{UpdateFeaturesRequest, UpdateFeaturesResponse};
use kafka_protocol::protocol::{Request, StrBytes};

use super::{ApiSpec, Broker, RequestContext, RequestError, typed};
use crate::engine::broker::controller::scala::sort_as_scala_map;

/// The API's row.
pub static SPEC: ApiSpec =
    ApiSpec { key: UpdateFeaturesRequest::KEY, handle: |broker, context, body| typed(broker, context, body, handle) };

/// How a level may change, as on the wire.
const UPGRADE: i8 = 1;
const SAFE_DOWNGRADE: i8 = 2;
const UNSAFE_DOWNGRADE: i8 = 3;

async fn handle(
    broker: Arc<Broker>,
    context: RequestContext,
    request: UpdateFeaturesRequest,
) -> Result<UpdateFeaturesResponse, RequestError> {
    let answer = UpdateFeaturesResponse::default().with_error_message(None);
    if broker.metadata.snapshot().controller != Some(broker.id) {
        return Ok(answer.with_error_code(ResponseError::NotController.code()));
    }
    // of a feature that is named twice the last counts
    let mut refused: Vec<(String, String)> = Vec::new();
    for update in &request.feature_updates {
        let name = update.feature.to_string();
        refused.retain(|(known, _)| *known != name);
        refused.push((name, refusal(update, context.version)));
    }
    sort_as_scala_map(&mut refused);
    let results = refused.into_iter().map(|(feature, message)| {
        UpdatableFeatureResult::default()
            .with_feature(StrBytes::from_string(feature))
            .with_error_code(ResponseError::InvalidRequest.code())
            .with_error_message(Some(StrBytes::from_string(message)))
    });
    Ok(answer.with_results(results.collect()))
}

/// Why an update of a feature that is not supported, and has no level yet, is refused.
fn refusal(update: &FeatureUpdateKey, version: i16) -> String {
    let how = match (version, update.allow_downgrade) {
        (0, true) => SAFE_DOWNGRADE,
        (0, false) => UPGRADE,
        _ => update.upgrade_type,
    };
    let level = update.max_version_level;
    if update.feature.is_empty() {
        return "Feature name can not be empty.".to_owned();
    }
    match how {
        SAFE_DOWNGRADE | UNSAFE_DOWNGRADE if level < 1 => "Can not delete non-existing finalized feature.".to_owned(),
        UPGRADE if level < 1 => {
            format!("Can not provide versionLevel: {level} less than 1 without setting the SAFE downgradeType in the request.")
        }
        UPGRADE | SAFE_DOWNGRADE | UNSAFE_DOWNGRADE => {
            "Could not apply finalized feature update because the provided feature is not supported.".to_owned()
        }
        _ => "Received unknown upgrade type.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_update_is_refused_for_a_reason() {
        let check = |feature: &str, level: i16, how: i8, expected: &str| {
            let feature = StrBytes::from_string(feature.to_owned());
            let update = FeatureUpdateKey::default().with_feature(feature);
            let update = update.with_max_version_level(level).with_upgrade_type(how);
            assert_eq!(refusal(&update, 1), expected);
        };
        check("", 1, UPGRADE, "Feature name can not be empty.");
        check("a", 1, 0, "Received unknown upgrade type.");
        check("a", 0, SAFE_DOWNGRADE, "Can not delete non-existing finalized feature.");
        let text = "Can not provide versionLevel: 0 less than 1 without setting the SAFE downgradeType in the request.";
        check("a", 0, UPGRADE, text);
        let text = "Could not apply finalized feature update because the provided feature is not supported.";
        check("a", 3, UNSAFE_DOWNGRADE, text);
    }
}
