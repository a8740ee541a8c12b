//! UpdateFeatures (key 57, v0-1): new levels of the cluster's features. A broker of 3.6 with ZooKeeper supports none, so that each
//! update is refused, by Kafka's rules and in its words.

use std::collections::BTreeMap;
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
    Ok(answer.with_results(results(&request.feature_updates, context.version)))
}

/// One result for each name. Of a feature that is named twice the last update counts.
fn results(updates: &[FeatureUpdateKey], version: i16) -> Vec<UpdatableFeatureResult> {
    let last: BTreeMap<&str, &FeatureUpdateKey> = updates.iter().map(|update| (update.feature.as_str(), update)).collect();
    let mut last: Vec<(String, &FeatureUpdateKey)> = last.into_iter().map(|(name, update)| (name.to_owned(), update)).collect();
    sort_as_scala_map(&mut last);
    let refused = last.into_iter().map(|(feature, update)| {
        UpdatableFeatureResult::default()
            .with_feature(StrBytes::from_string(feature))
            .with_error_code(ResponseError::InvalidRequest.code())
            .with_error_message(Some(StrBytes::from_string(refusal(update, version))))
    });
    refused.collect()
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
    fn a_feature_is_answered_once_and_by_its_last_update() {
        let update = |name: &str, level| {
            let update = FeatureUpdateKey::default().with_feature(StrBytes::from_string(name.to_owned()));
            update.with_max_version_level(level).with_upgrade_type(UPGRADE)
        };
        let many: Vec<FeatureUpdateKey> = (0..100_000).map(|number| update(&format!("f{}", number % 50_000), 1)).collect();
        assert_eq!(results(&many, 1).len(), 50_000);
        let found = results(&[update("a", 1), update("b", 1), update("a", 0)], 1);
        let found = found.iter().map(|one| (one.feature.as_str(), one.error_message.as_deref().unwrap_or("")));
        let zero = "Can not provide versionLevel: 0 less than 1 without setting the SAFE downgradeType in the request.";
        let one = "Could not apply finalized feature update because the provided feature is not supported.";
        assert_eq!(found.collect::<Vec<_>>(), [("a", zero), ("b", one)]);
    }

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
