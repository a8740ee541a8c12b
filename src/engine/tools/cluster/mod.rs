//! `kafka-cluster.sh` (`org.apache.kafka.tools.ClusterTool`): the id of a cluster, and brokers that are to be forgotten.

use std::ffi::OsString;
use std::process::ExitCode;

use kafka_protocol::messages::{BrokerId, UnregisterBrokerRequest};

use super::argparse::{Namespace, Parser, Spec};
use super::client_configs::ClientConfigs;
use super::harness::{self, print};
use super::{Exception, Stop, admin, java};
use crate::engine::client::{Client, ClientError, Route};
use crate::log_error;

/// The main class.
pub const MAIN_CLASS: &str = "org.apache.kafka.tools.ClusterTool";
const SCRIPT: &str = "kafka-cluster.sh";
const CLUSTER_ID: &str = "cluster-id";
const UNREGISTER: &str = "unregister";

/// How it reads its line.
pub(super) static SPEC: Spec = Spec {
    script: SCRIPT,
    prog: "kafka-cluster",
    description: "The Kafka cluster tool.",
    default_help: true,
    groups: &[],
    commands: &[(CLUSTER_ID, "Show the id of a cluster."), (UNREGISTER, "Unregister a broker.")],
    command_title: ("", ""),
    details: &[],
};

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let line = Parser::new(&SPEC).parse(&args)?;
    let mut configs = ClientConfigs::default();
    if let Some(path) = line.text("config") {
        configs.extend(java::properties_of(path).map_err(Stop::Traced)?);
    }
    if let Some(servers) = line.text("bootstrap-server") {
        configs.set("bootstrap.servers", servers);
    }
    let Some(servers) = configs.get("bootstrap.servers").map(str::to_owned) else {
        return Err(Stop::Message("Please specify --bootstrap-server.".to_owned()));
    };
    let client = admin::client(&servers, configs).await.map_err(Stop::Traced)?;
    match line.command {
        Some(UNREGISTER) => unregister(&client, &line).await,
        _ => cluster_id(&client).await,
    }
    .map_err(Stop::Traced)?;
    Ok(0)
}

fn failed(call: &str, error: &ClientError) -> Exception {
    Exception::execution(Exception::of_call(call, error))
}

async fn cluster_id(client: &Client) -> Result<(), Exception> {
    let cluster = client.describe_cluster().await.map_err(|error| failed("listNodes", &error))?;
    match cluster.cluster_id {
        Some(id) => print(&format!("Cluster ID: {id}\n")),
        None => print("No cluster ID found. The Kafka version is probably too old.\n"),
    };
    Ok(())
}

async fn unregister(client: &Client, line: &Namespace) -> Result<(), Exception> {
    const CALL: &str = "unregisterBroker";
    let id = line.number("id").unwrap_or_default();
    let request = UnregisterBrokerRequest::default().with_broker_id(BrokerId(id));
    let refused = match client.call(Route::Any, request).await {
        Ok(answer) => ClientError::from_code(answer.error_code, None),
        Err(ClientError::UnsupportedVersion { .. }) => {
            print("The target cluster does not support the broker unregistration API.\n");
            return Ok(());
        }
        Err(error) => return Err(failed(CALL, &error)),
    };
    match refused {
        None => print(&format!("Broker {id} is no longer registered.\n")),
        Some(error) => {
            let exception = failed(CALL, &error);
            let reason = exception.cause.as_ref().map_or("", |cause| cause.text()).to_owned();
            log_error!(
                "org.apache.kafka.clients.admin.KafkaAdminClient",
                "{} Unregister broker request for broker ID {id} failed: {reason}",
                client.log_prefix()
            );
            return Err(exception);
        }
    };
    Ok(())
}
