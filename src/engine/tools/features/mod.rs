//! `kafka-features.sh` (`org.apache.kafka.tools.FeatureCommand`): the feature levels of a cluster.

mod metadata_version;

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::process::ExitCode;

use kafka_protocol::messages::update_features_request::FeatureUpdateKey;
use kafka_protocol::messages::{ApiVersionsRequest, UpdateFeaturesRequest};
use kafka_protocol::protocol::StrBytes;

use super::argparse::{Namespace, Parser, Spec};
use super::client_configs::ClientConfigs;
use super::harness::{self, print};
use super::{Exception, Stop, admin, java};
use crate::engine::client::{Client, ClientError, NOT_CONTROLLER, Route};

/// The main class.
pub const MAIN_CLASS: &str = "org.apache.kafka.tools.FeatureCommand";
const SCRIPT: &str = "kafka-features.sh";
/// The feature that is the version of the cluster's metadata.
const METADATA_VERSION: &str = "metadata.version";
/// How long a broker may take (`request.timeout.ms`).
const TIMEOUT_MS: i32 = 30_000;

/// How it reads its line.
pub(super) static SPEC: Spec = Spec {
    script: SCRIPT,
    prog: "kafka-features",
    description: "This tool manages feature flags in Kafka.",
    default_help: true,
    groups: &[],
    commands: &[
        ("describe", "Show the feature levels that are in force."),
        ("upgrade", "Raise the level of features."),
        ("downgrade", "Lower the level of features."),
        ("disable", "Switch features off, which is to lower them to level zero."),
    ],
    command_title: ("", ""),
    details: &[],
};

/// How a level may change, as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UpgradeType {
    Upgrade = 1,
    SafeDowngrade = 2,
    UnsafeDowngrade = 3,
}

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

/// The tool tells of an exception no more than its message.
fn said(exception: Exception) -> Stop {
    Stop::Message(exception.text().to_owned())
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let line = Parser::new(&SPEC).parse(&args)?;
    let mut configs = ClientConfigs::default();
    if let Some(path) = line.text("command-config") {
        configs.extend(java::properties_of(path).map_err(said)?);
    }
    let servers = line.text("bootstrap-server").unwrap_or_default();
    let client = admin::client(servers, configs).await.map_err(said)?;
    match line.command {
        Some("describe") => describe(&client).await.map_err(said)?,
        command => {
            let operation = command.unwrap_or_default();
            let updates = updates(operation, &line).map_err(said)?;
            update(&client, operation, &updates, line.has("dry-run")).await?;
        }
    }
    Ok(0)
}

async fn describe(client: &Client) -> Result<(), Exception> {
    let failed = |error: ClientError| Exception::execution(Exception::of_call("describeFeatures", &error));
    let request = ApiVersionsRequest::default()
        .with_client_software_name(StrBytes::from_static_str(env!("CARGO_PKG_NAME")))
        .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
    let answer = client.call(Route::Any, request).await.map_err(failed)?;
    if let Some(error) = ClientError::from_code(answer.error_code, None) {
        return Err(failed(error));
    }
    let finalized: HashMap<&str, i16> =
        answer.finalized_features.iter().map(|feature| (&*feature.name, feature.max_version_level)).collect();
    let epoch = match answer.finalized_features_epoch {
        epoch if epoch >= 0 => epoch.to_string(),
        _ => "-".to_owned(),
    };
    let supported: BTreeMap<&str, (i16, i16)> =
        answer.supported_features.iter().map(|feature| (&*feature.name, (feature.min_version, feature.max_version))).collect();
    for (feature, (min, max)) in supported {
        let level = finalized.get(feature).copied().unwrap_or(0);
        print(&format!(
            "Feature: {feature}\tSupportedMinVersion: {}\tSupportedMaxVersion: {}\tFinalizedVersionLevel: {}\tEpoch: {epoch}\n",
            shown(feature, min),
            shown(feature, max),
            shown(feature, level)
        ));
    }
    Ok(())
}

fn shown(feature: &str, level: i16) -> String {
    if feature != METADATA_VERSION {
        return level.to_string();
    }
    metadata_version::of_level(level).map_or_else(|| format!("UNKNOWN {level}"), str::to_owned)
}

/// The new level of each feature that the line names.
fn updates(operation: &str, line: &Namespace) -> Result<BTreeMap<String, (i16, UpgradeType)>, Exception> {
    let how = match (operation, line.has("unsafe")) {
        ("upgrade", _) => UpgradeType::Upgrade,
        (_, true) => UpgradeType::UnsafeDowngrade,
        (_, false) => UpgradeType::SafeDowngrade,
    };
    let mut updates = BTreeMap::new();
    if let Some(version) = line.text("metadata") {
        let level = metadata_version::level_of(version).ok_or_else(|| {
            runtime(format!(
                "Unsupported metadata version {version}. Supported metadata versions are {}",
                metadata_version::supported().join(", ")
            ))
        })?;
        updates.insert(METADATA_VERSION.to_owned(), (checked(level, how)?, how));
    }
    for word in line.list("feature") {
        let (name, level) = if operation == "disable" { (word.clone(), 0) } else { name_and_level(word)? };
        if updates.insert(name.clone(), (checked(level, how)?, how)).is_some() {
            return Err(runtime(format!("Feature {name} was specified more than once.")));
        }
    }
    if updates.is_empty() {
        return Err(runtime(format!("You must specify at least one feature to {operation}")));
    }
    if updates.keys().any(|name| name.trim().is_empty()) {
        return Err(Exception::illegal_argument("Provided feature can not be empty."));
    }
    Ok(updates)
}

fn runtime(message: String) -> Exception {
    Exception::new("java.lang.RuntimeException", message)
}

/// What `FeatureUpdate` says of a level.
fn checked(level: i16, how: UpgradeType) -> Result<i16, Exception> {
    match (level, how) {
        (0, UpgradeType::Upgrade) => Err(Exception::illegal_argument(
            "The downgradeType flag should be set to SAFE or UNSAFE when the provided maxVersionLevel:0 is < 1.",
        )),
        (..0, _) => Err(Exception::illegal_argument("Cannot specify a negative version level.")),
        _ => Ok(level),
    }
}

/// `feature=level`.
fn name_and_level(word: &str) -> Result<(String, i16), Exception> {
    let wrong = |what: String| runtime(format!("Can't parse feature=level string {word}: {what}"));
    let (name, level) = word.split_once('=').ok_or_else(|| wrong("equals sign not found.".to_owned()))?;
    let level = level.trim();
    let number = level.parse().map_err(|_| wrong(format!("unable to parse {level} as a short.")))?;
    Ok((name.trim().to_owned(), number))
}

async fn update(
    client: &Client,
    operation: &str,
    updates: &BTreeMap<String, (i16, UpgradeType)>,
    dry_run: bool,
) -> Result<(), Stop> {
    let outcome = ask(client, updates, dry_run).await;
    let mut failures = 0;
    for (feature, (level, _)) in updates {
        let error = match &outcome {
            Ok(refused) => refused.get(feature).map(|error| Exception::of_call("updateFeatures", error)),
            Err(error) => Some(Exception::of_call("updateFeatures", error)),
        };
        let disabled = operation == "disable";
        match error {
            Some(error) => {
                failures += 1;
                let could = if dry_run { "Can" } else { "Could" };
                let to = if disabled { String::new() } else { format!(" to {level}") };
                print(&format!("{could} not {operation} {feature}{to}. {}\n", error.text()));
            }
            None => {
                let verb = if dry_run { "can be" } else { "was" };
                let done = if disabled { "disabled".to_owned() } else { format!("{operation}d to {level}") };
                print(&format!("{feature} {verb} {done}.\n"));
            }
        }
    }
    match failures {
        0 => Ok(()),
        _ => Err(Stop::Message(format!("{failures} out of {} operation(s) failed.", updates.len()))),
    }
}

/// Asks the controller; gives the features that it refuses.
async fn ask(
    client: &Client,
    updates: &BTreeMap<String, (i16, UpgradeType)>,
    dry_run: bool,
) -> Result<HashMap<String, ClientError>, ClientError> {
    let deadline = client.deadline();
    loop {
        let version = client.connection(&Route::Controller, deadline).await?.version_of::<UpdateFeaturesRequest>()?;
        let keys = updates.iter().map(|(feature, (level, how))| {
            let key =
                FeatureUpdateKey::default().with_feature(StrBytes::from_string(feature.clone())).with_max_version_level(*level);
            // the oldest version knows no more than whether a level may be lowered
            match version {
                0 => key.with_allow_downgrade(*how != UpgradeType::Upgrade),
                _ => key.with_upgrade_type(*how as i8),
            }
        });
        let request = UpdateFeaturesRequest::default()
            .with_timeout_ms(TIMEOUT_MS)
            .with_feature_updates(keys.collect())
            .with_validate_only(dry_run && version > 0);
        let answer = client.call_until(Route::Controller, request, deadline).await?;
        match ClientError::from_code(answer.error_code, answer.error_message.as_deref()) {
            Some(error) if error.code() == Some(NOT_CONTROLLER) && tokio::time::Instant::now() < deadline => {
                client.seek_controller().await;
            }
            Some(error) => return Err(error),
            None => {
                let refused = answer.results.into_iter().filter_map(|result| {
                    let error = ClientError::from_code(result.error_code, result.error_message.as_deref())?;
                    Some((result.feature.to_string(), error))
                });
                return Ok(refused.collect());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<&[(&str, i16, UpgradeType)], &str>) {
        let words: Vec<String> = format!("--bootstrap-server x:1 {line}").split(' ').map(str::to_owned).collect();
        let line = Parser::new(&SPEC).parse(&words).expect("the line is whole");
        let found = updates(line.command.expect("a command"), &line).map_err(|error| error.text().to_owned());
        let expected = expected
            .map(|all| all.iter().map(|(name, level, how)| ((*name).to_owned(), (*level, *how))).collect::<BTreeMap<_, _>>());
        assert_eq!(found, expected.map_err(str::to_owned), "{words:?}");
    }

    #[test]
    fn levels_are_read_as_kafka_reads_them() {
        use UpgradeType::{SafeDowngrade, UnsafeDowngrade, Upgrade};
        check("upgrade --metadata 3.6 --feature kraft=2", Ok(&[(METADATA_VERSION, 14, Upgrade), ("kraft", 2, Upgrade)]));
        check("upgrade --feature a=1 --feature b=2", Ok(&[("a", 1, Upgrade), ("b", 2, Upgrade)]));
        check("downgrade --feature a=0", Ok(&[("a", 0, SafeDowngrade)]));
        check("disable --feature a --unsafe", Ok(&[("a", 0, UnsafeDowngrade)]));
        check("upgrade", Err("You must specify at least one feature to upgrade"));
        check("upgrade --feature a", Err("Can't parse feature=level string a: equals sign not found."));
        check("upgrade --feature a=x", Err("Can't parse feature=level string a=x: unable to parse x as a short."));
        check("upgrade --feature a=-1", Err("Cannot specify a negative version level."));
        check("upgrade --metadata 2.8", Err("Cannot specify a negative version level."));
        check("upgrade --feature a=1 --feature a=1", Err("Feature a was specified more than once."));
        let text = "The downgradeType flag should be set to SAFE or UNSAFE when the provided maxVersionLevel:0 is < 1.";
        check("upgrade --feature a=0", Err(text));
    }
}
