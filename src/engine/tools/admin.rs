//! The admin client as the tools make it: from bootstrap servers and a file of configs.

use std::time::Duration;

use super::client_configs::ClientConfigs;
use super::command_line::uncaught;
use super::options::OptionSet;
use super::{Exception, Stop, clients, java};
use crate::catalog::configs;
use crate::engine::client::{Bootstrap, Client, ClientConfig, Pacing};
use crate::{log_warn, net};

/// How long the resolver may take for a bootstrap server.
const RESOLVE_DEADLINE: Duration = Duration::from_secs(30);
/// What the admin client says when it cannot be made.
const FAILED: &str = "Failed to create new KafkaAdminClient";

/// The configs of the file that an option names; none where the option is not given.
///
/// # Errors
/// A file that cannot be read, an option that stands twice: nobody catches those.
pub(super) fn command_config(set: &OptionSet, option: &'static str) -> Result<ClientConfigs, Stop> {
    let mut configs = ClientConfigs::default();
    if let Some(path) = set.value(option).map_err(uncaught)? {
        configs.extend(java::load_properties(path)?);
    }
    Ok(configs)
}

/// An admin client (`Admin.create`).
///
/// # Errors
/// The exception that it ends with where a config is wrong or no server can be resolved.
pub(super) async fn client(servers: &str, configs: ClientConfigs) -> Result<Client, Exception> {
    configs.check(configs::admin())?;
    Ok(Client::new(config(&configs, resolvable(servers, FAILED).await?)?))
}

/// What an admin client is made from.
///
/// # Errors
/// The exception where its timeouts contradict each other.
pub(super) fn config(configs: &ClientConfigs, bootstrap: Bootstrap) -> Result<ClientConfig, Exception> {
    let mut config = ClientConfig::admin(bootstrap);
    config.buffers = configs.buffers();
    config.pacing =
        Pacing { retries: configs.number("retries", Pacing::default().retries), ..clients::pacing(configs, clients::ADMIN_IDLE) };
    if let Some(id) = configs.get("client.id").filter(|id| !id.is_empty()) {
        id.clone_into(&mut config.client_id);
    }
    config.request_timeout = configs.millis("request.timeout.ms", config.request_timeout);
    let default = config.api_timeout;
    config.api_timeout = configs.millis("default.api.timeout.ms", default);
    if config.api_timeout < config.request_timeout {
        if configs.get("default.api.timeout.ms").is_some() {
            let what = "The specified value of default.api.timeout.ms must be no smaller than the value of request.timeout.ms.";
            return Err(Exception::new("org.apache.kafka.common.KafkaException", FAILED).caused_by(Exception::config(what)));
        }
        log_warn!(
            "org.apache.kafka.clients.admin.KafkaAdminClient",
            "{} Overriding the default value for default.api.timeout.ms ({}) with the explicitly configured request timeout {}",
            config.log_prefix(),
            default.as_millis(),
            config.request_timeout.as_millis()
        );
        config.api_timeout = config.request_timeout;
    }
    Ok(config)
}

/// The bootstrap servers whose hosts are known, as Kafka's clients check when they are made; `client` is the text of the
/// exception otherwise.
pub(super) async fn resolvable(servers: &str, client: &str) -> Result<Bootstrap, Exception> {
    let bootstrap: Bootstrap = servers.parse().map_err(|error| Exception::of_bootstrap(client, &error))?;
    let mut known = Vec::new();
    for server in bootstrap.servers() {
        match net::resolve(&server.host, server.port, RESOLVE_DEADLINE).await {
            Ok(_) => known.push(server.to_string()),
            Err(_) => log_warn!(
                "org.apache.kafka.clients.ClientUtils",
                "Couldn't resolve server {server} from bootstrap.servers as DNS resolution failed for {}",
                server.host
            ),
        }
    }
    known.join(",").parse().map_err(|error| Exception::of_bootstrap(client, &error))
}
