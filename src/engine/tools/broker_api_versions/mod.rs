//! `kafka-broker-api-versions.sh` (`kafka.admin.BrokerApiVersionsCommand`): which APIs each broker has, in which versions.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::process::ExitCode;

use kafka_protocol::messages::MetadataRequest;

use super::command_line::{help_for_nothing, require, uncaught};
use super::harness::{self, print};
use super::options::OptionParser;
use super::{Exception, Stop, admin};
use crate::catalog::api_versions::{self, Api};
use crate::catalog::configs;
use crate::engine::client::{Client, ClientConfig, Connection, Flavour, Route};

/// The main class.
pub const MAIN_CLASS: &str = "kafka.admin.BrokerApiVersionsCommand";
const SCRIPT: &str = "kafka-broker-api-versions.sh";

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let set = OptionParser::of(SCRIPT).parse(&args).map_err(uncaught)?;
    help_for_nothing(&args, &set, "This tool helps to retrieve broker version information.")?;
    require(&set, "bootstrap-server")?;
    let configs = admin::command_config(&set, "command-config")?;
    let servers = set.value("bootstrap-server").map_err(uncaught)?.unwrap_or_default();
    configs.check(configs::admin()).map_err(Stop::Uncaught)?;
    // this client of its own does not say that it could not be made
    let bootstrap = admin::resolvable(servers, "")
        .await
        .map_err(|exception| Stop::Uncaught(exception.cause.map_or_else(|| Exception::config("No server"), |cause| *cause)))?;
    let client = Client::new(ClientConfig {
        client_id: "admin-1".to_owned(),
        flavour: Flavour::LegacyAdmin,
        ..ClientConfig::admin(bootstrap)
    });
    describe(&client).await.map_err(Stop::Uncaught)?;
    Ok(0)
}

async fn describe(client: &Client) -> Result<(), Exception> {
    let bootstrap: Vec<String> = client.nodes().iter().map(ToString::to_string).collect();
    let nobody = || {
        Exception::new("java.lang.RuntimeException", format!("Request METADATA failed on brokers List({})", bootstrap.join(", ")))
    };
    let any = client.connection_at_once().await.ok_or_else(nobody)?;
    let metadata = any.call(MetadataRequest::default().with_topics(None)).await.map_err(|_| nobody())?;
    client.learn(&metadata);
    for node in client.nodes() {
        let text = match client.connection(&Route::Broker(node.id), client.deadline()).await {
            Ok(connection) => versions(&connection),
            Err(error) => format!("ERROR: {}", Exception::of_call("apiVersions", &error).headline()),
        };
        print(&format!("{node} -> {text}\n"));
    }
    Ok(())
}

/// What `NodeApiVersions` prints: every API of clients, and those that the broker has beside them.
fn versions(connection: &Connection) -> String {
    let mut keys: BTreeSet<i16> = api_versions::all().iter().filter(|api| api.for_clients).map(|api| api.key).collect();
    keys.extend(connection.api_keys());
    let lines: Vec<String> = keys.into_iter().map(|key| line(key, api_versions::by_key(key), connection.versions(key))).collect();
    format!("(\n\t{}\n)", lines.join(",\n\t"))
}

fn line(key: i16, api: Option<&Api>, versions: Option<RangeInclusive<i16>>) -> String {
    let name = api.map_or_else(|| "UNKNOWN".to_owned(), |api| camel_case(api.name));
    let Some((first, last)) = versions.map(RangeInclusive::into_inner) else { return format!("{name}({key}): UNSUPPORTED") };
    let range = if first == last { first.to_string() } else { format!("{first} to {last}") };
    let usable = match api.map(|api| api.known.clone().into_inner()) {
        None => String::new(),
        Some((_, latest)) if latest < first => " [unusable: node too new]".to_owned(),
        Some((oldest, _)) if last < oldest => " [unusable: node too old]".to_owned(),
        Some((_, latest)) => format!(" [usable: {}]", latest.min(last)),
    };
    format!("{name}({key}): {range}{usable}")
}

/// `OFFSET_FETCH` as `OffsetFetch`.
fn camel_case(name: &str) -> String {
    let word = |word: &str| word.chars().take(1).chain(word.chars().skip(1).map(|c| c.to_ascii_lowercase())).collect::<String>();
    name.split('_').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: i16, versions: Option<RangeInclusive<i16>>, expected: &str) {
        assert_eq!(line(key, api_versions::by_key(key), versions), expected);
    }

    #[test]
    fn versions_are_shown_with_what_a_client_can_use() {
        check(3, Some(0..=12), "Metadata(3): 0 to 12 [usable: 12]");
        check(1, Some(4..=99), "Fetch(1): 4 to 99 [usable: 15]");
        check(1, Some(98..=99), "Fetch(1): 98 to 99 [unusable: node too new]");
        check(45, Some(0..=0), "AlterPartitionReassignments(45): 0 [usable: 0]");
        check(55, None, "DescribeQuorum(55): UNSUPPORTED");
        check(999, Some(1..=2), "UNKNOWN(999): 1 to 2");
    }
}
