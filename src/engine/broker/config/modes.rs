//! What Kafka checks of KRaft's settings, in either mode (`KafkaConfig.validateValues`): roles, voters, the controllers' listeners,
//! the migration, the controller's own listener, and the versions that brokers speak.

use super::listeners::ProtocolMap;
use super::{BrokerConfig, Listener, split_list};
use crate::engine::exception::Exception;

fn require(condition: bool, message: impl Into<String>) -> Result<(), Exception> {
    if condition { Ok(()) } else { Err(Exception::requirement(message.into())) }
}

/// `process.roles`, each once.
pub(super) fn roles(config: &BrokerConfig) -> Result<Vec<String>, Exception> {
    let roles = config.list("process.roles");
    for (index, role) in roles.iter().enumerate() {
        if roles[..index].contains(role) {
            let message = format!("Duplicate role names found in `process.roles`: ArrayBuffer({})", roles.join(", "));
            return Err(Exception::config(message));
        }
    }
    Ok(roles.to_vec())
}

/// `controller.listener.names`.
pub(super) fn controller_listeners(config: &BrokerConfig) -> Vec<String> {
    let names = config.string("controller.listener.names").unwrap_or("");
    split_list(names).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The protocols of the listeners' names; in KRaft mode the controllers' speak PLAINTEXT where nothing says otherwise.
pub(super) fn effective_map(config: &BrokerConfig, mut map: ProtocolMap) -> ProtocolMap {
    let secure = |name: &str| ["SSL", "SASL_SSL", "SASL_PLAINTEXT"].contains(&name);
    let controllers = controller_listeners(config);
    let listeners = config.string("listeners").unwrap_or("");
    let any_secure = controllers.iter().any(|name| secure(name))
        || split_list(listeners).any(|listener| listener.split("://").next().is_some_and(|name| secure(&name.to_uppercase())));
    let explicit = config.originals().contains_key("listener.security.protocol.map");
    if !config.list("process.roles").is_empty() && !explicit && !any_secure {
        for name in controllers.into_iter().filter(|name| name != "PLAINTEXT") {
            map.push((name.to_uppercase(), "PLAINTEXT".to_owned()));
        }
    }
    map
}

/// The ids of `controller.quorum.voters`.
fn voters(config: &BrokerConfig) -> Result<Vec<i32>, Exception> {
    let malformed = || {
        let form = "Each entry should be in the form `{id}@{host}:{port}`.";
        Exception::config(format!("Invalid configuration value for controller.quorum.voters. {form}"))
    };
    let no_host = |entry: &str| {
        let form = "Each entry should be in the form `{id}@{host}:{port}`.";
        let what = format!("Failed to parse host name from entry {entry} for the configuration controller.quorum.voters. {form}");
        Exception::config(what)
    };
    let voter = |entry: &String| {
        let (id, address) = entry.split_once('@').filter(|(_, address)| !address.contains('@')).ok_or_else(malformed)?;
        let id = id.parse().map_err(|_| Exception::config(format!("Failed to parse voter ID as an integer from {id}")))?;
        let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u32>().ok());
        port.map(|_| id).ok_or_else(|| no_host(entry))
    };
    config.list("controller.quorum.voters").iter().map(voter).collect()
}

/// A listener's name is not empty.
pub(super) fn check_listener_name(name: &str) -> Result<(), Exception> {
    let message = "The provided listener name is null or empty string";
    if name.trim().is_empty() { Err(Exception::config(message)) } else { Ok(()) }
}

/// Checks that `early.start.listeners` names listeners, and `group.consumer.assignors` classes that Kafka has.
fn check_names(config: &BrokerConfig, listeners: &[Listener], controllers: &[String]) -> Result<(), Exception> {
    const ASSIGNORS: [&str; 2] = ["RangeAssignor", "UniformAssignor"];
    let early = config.string("early.start.listeners").unwrap_or("");
    for name in split_list(early).filter(|name| !name.is_empty()) {
        if !listeners.iter().any(|listener| listener.name == name) && !controllers.iter().any(|known| known == name) {
            return Err(Exception::config(format!(
                "early.start.listeners contains listener {name}, but this is not contained in listeners or controller.listener.names"
            )));
        }
    }
    for class in config.list("group.consumer.assignors") {
        let name = class.strip_prefix("org.apache.kafka.coordinator.group.assignor.");
        if !name.is_some_and(|name| ASSIGNORS.contains(&name)) {
            let message = format!("Class {class} cannot be found");
            return Err(Exception::new("org.apache.kafka.common.KafkaException", message));
        }
    }
    Ok(())
}

/// Checks the mode and what it needs.
pub(super) fn check(
    config: &BrokerConfig,
    map: &ProtocolMap,
    listeners: &[Listener],
    advertised: &[Listener],
) -> Result<(), Exception> {
    let (roles, voters, controllers) = (roles(config)?, voters(config)?, controller_listeners(config));
    check_names(config, listeners, &controllers)?;
    let has = |role: &str| roles.iter().any(|known| known == role);
    if roles.is_empty() {
        return check_zookeeper_mode(config, &voters, &controllers);
    }
    if voters.is_empty() {
        let message = "If using process.roles, controller.quorum.voters must contain a parseable set of voters.";
        return Err(Exception::config(message));
    }
    require(
        config.string("control.plane.listener.name").is_none(),
        "control.plane.listener.name is not supported in KRaft mode.",
    )?;
    let id = config.int("node.id");
    let set = format!("Set({})", voters.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    let is_controllers = |listener: &Listener| controllers.contains(&listener.name);
    if has("broker") {
        require(
            !advertised.iter().any(is_controllers),
            "The advertised.listeners config must not contain KRaft controller listeners from controller.listener.names when \
             process.roles contains the broker role because Kafka clients that send requests via advertised listeners do not send \
             requests to KRaft controllers -- they only send requests to KRaft brokers.",
        )?;
    }
    if !has("controller") {
        let message = format!(
            "If process.roles contains just the 'broker' role, the node id {id} must not be included in the set of voters \
             controller.quorum.voters={set}"
        );
        require(!voters.contains(&id), message)?;
        let role = "when running KRaft with just the broker role";
        require(!controllers.is_empty(), format!("controller.listener.names must contain at least one value {role}"))?;
        let message =
            format!("controller.listener.names must not contain a value appearing in the 'listeners' configuration {role}");
        require(!listeners.iter().any(is_controllers), message)?;
        return check_mapped(&controllers, map);
    }
    if !has("broker") {
        let message = "The advertised.listeners config must be empty when process.roles=controller";
        require(config.string("advertised.listeners").is_none(), message)?;
        let message = "The listeners config must only contain KRaft controller listeners from controller.listener.names when \
                       process.roles=controller";
        require(advertised.is_empty(), message)?;
    }
    let message = format!(
        "If process.roles contains the 'controller' role, the node id {id} must be included in the set of voters \
         controller.quorum.voters={set}"
    );
    require(voters.contains(&id), message)?;
    let message = "controller.listener.names must contain at least one value appearing in the 'listeners' configuration when running \
                   the KRaft controller role";
    require(listeners.iter().any(is_controllers), message)?;
    let message = "controller.listener.names must only contain values appearing in the 'listeners' configuration when running the \
                   KRaft controller role";
    require(controllers.iter().all(|name| listeners.iter().any(|listener| listener.name == *name)), message)?;
    let message = "There must be at least one advertised listener. Perhaps all listeners appear in controller.listener.names?";
    require(!has("broker") || !advertised.is_empty(), message)
}

/// Checks that the controllers' listeners have a protocol.
fn check_mapped(controllers: &[String], map: &ProtocolMap) -> Result<(), Exception> {
    let mapped = |name: &str| map.iter().any(|(known, _)| *known == name);
    match controllers.iter().map(|name| name.to_uppercase()).find(|name| !mapped(name)) {
        None => Ok(()),
        Some(name) => Err(Exception::config(format!(
            "Controller listener with name {name} defined in controller.listener.names not found in \
             listener.security.protocol.map  (an explicit security mapping for each controller listener is required if \
             listener.security.protocol.map is non-empty, or if there are security protocols other than PLAINTEXT in use)"
        ))),
    }
}

fn check_zookeeper_mode(config: &BrokerConfig, voters: &[i32], controllers: &[String]) -> Result<(), Exception> {
    if !config.boolean("zookeeper.metadata.migration.enable") {
        let message =
            format!("controller.listener.names must be empty when not running in KRaft mode: [{}]", controllers.join(", "));
        return require(controllers.is_empty(), message);
    }
    if voters.is_empty() {
        let message =
            "If using zookeeper.metadata.migration.enable, controller.quorum.voters must contain a parseable set of voters.";
        return Err(Exception::config(message));
    }
    let message = "controller.listener.names must not be empty when running in ZooKeeper migration mode: []";
    require(!controllers.is_empty(), message)?;
    let message = "Cannot enable ZooKeeper migration without setting 'inter.broker.protocol.version' to 3.4 or higher";
    require(version(config, "inter.broker.protocol.version") >= (3, 4), message)?;
    let message = "Cannot enable ZooKeeper migration when multiple log directories (aka JBOD) are in use.";
    require(config.log_dirs().len() == 1, message)
}

/// Checks `control.plane.listener.name` against the other listeners.
pub(super) fn check_control_plane(
    config: &BrokerConfig,
    map: &ProtocolMap,
    advertised: &[Listener],
    inter_broker: &str,
) -> Result<(), Exception> {
    let Some(name) = config.string("control.plane.listener.name").map(str::to_uppercase) else { return Ok(()) };
    check_listener_name(&name)?;
    if !map.iter().any(|(known, _)| *known == name) {
        return Err(Exception::config(format!(
            "Listener with {name} defined in control.plane.listener.name not found in listener.security.protocol.map."
        )));
    }
    let names = advertised.iter().map(|listener| listener.name.as_str()).collect::<Vec<_>>();
    let message = format!(
        "control.plane.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently \
         configured listeners are {}",
        names.join(",")
    );
    require(names.contains(&name.as_str()), message)?;
    let message = format!(
        "control.plane.listener.name, when defined, should have a different value from the inter broker listener name. Currently \
         they both have the value ListenerName({name})"
    );
    require(name != inter_broker, message)
}

/// Checks that tiered storage has one folder, and that messages are in a format that brokers can exchange.
pub(super) fn check_log(config: &BrokerConfig) -> Result<(), Exception> {
    let dirs = config.log_dirs();
    if config.boolean("remote.log.storage.system.enable") && dirs.len() > 1 {
        let dirs: Vec<String> = dirs.iter().map(|dir| dir.display().to_string()).collect();
        let message =
            format!("Multiple log directories `{}` are not supported when remote log storage is enabled", dirs.join(","));
        return Err(Exception::config(message));
    }
    let format = config.string("log.message.format.version").unwrap_or("").to_owned();
    let (protocol, of_format) = (version(config, "inter.broker.protocol.version"), version(config, "log.message.format.version"));
    let record_version = |version: (u32, u32)| match version {
        (0, ..=9) => 0,
        (0, 10) => 1,
        _ => 2,
    };
    let least = if record_version(of_format) == 2 { "0.11.0" } else { "0.10.0" };
    let message = format!(
        "log.message.format.version {format} can only be used when inter.broker.protocol.version is set to version {least} or higher"
    );
    // from 3.0 on the protocol decides the format too
    require(protocol >= (3, 0) || record_version(protocol) >= record_version(of_format), message)
}

/// The first two numbers of a version that was checked before.
fn version(config: &BrokerConfig, key: &str) -> (u32, u32) {
    let text = config.string(key).unwrap_or("");
    let mut numbers = text.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}
