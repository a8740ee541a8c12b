//! What Kafka checks across keys before a broker starts (`KafkaConfig.validateValues`), in Kafka's order.

use super::listeners::{ProtocolMap, csv_map, parse_listeners, protocol_map};
use super::value::DEFAULT_PRINCIPAL_BUILDER;
use super::{BrokerConfig, Value, modes, split_list};
use crate::engine::exception::Exception;

fn require(condition: bool, message: &str) -> Result<(), Exception> {
    if condition { Ok(()) } else { Err(Exception::requirement(message)) }
}

/// Checks the values together and fills in what follows from them: listeners and the inter-broker listener.
pub(super) fn check(config: &mut BrokerConfig) -> Result<(), Exception> {
    check_compression(config)?;
    let overrides = csv_map("max.connections.per.ip.overrides", config.string("max.connections.per.ip.overrides").unwrap_or(""))?;
    for (_, number) in &overrides {
        number.parse::<i32>().map_err(|_| Exception::number_format(number))?;
    }
    check_ids(config)?;
    check_log(config)?;
    check_replica(config)?;
    modes::check_log(config)?;
    let map = modes::effective_map(config, protocol_map(config.string("listener.security.protocol.map").unwrap_or(""))?);
    check_listeners(config, &map)?;
    check_network(config, &map, &overrides)?;
    check_principals(config)?;
    check_consumer_groups(config)
}

fn check_compression(config: &BrokerConfig) -> Result<(), Exception> {
    match config.int("offsets.topic.compression.codec") {
        0..=4 => Ok(()),
        id => {
            let message = format!("Unknown compression type id: {id}");
            Err(Exception::new("java.lang.IllegalArgumentException", message))
        }
    }
}

fn check_ids(config: &BrokerConfig) -> Result<(), Exception> {
    let id = config.int("broker.id");
    if config.int("node.id") != id {
        return Err(Exception::config("You must set `node.id` to the same value as `broker.id`."));
    }
    if config.string("zookeeper.connect").is_none() && config.list("process.roles").is_empty() {
        let message = "Missing required configuration `zookeeper.connect` which has no default value.";
        return Err(Exception::config(message));
    }
    if !modes::roles(config)?.is_empty() {
        let message = "Missing configuration `node.id` which is required when `process.roles` is defined (i.e. when running in KRaft mode).";
        return if id < 0 { Err(Exception::config(message)) } else { Ok(()) };
    }
    if config.boolean("broker.id.generation.enable") {
        let message = "broker.id must be greater than or equal to -1 and not greater than reserved.broker.max.id";
        return require((-1..=config.int("reserved.broker.max.id")).contains(&id), message);
    }
    require(id >= 0, "broker.id must be greater than or equal to 0")
}

fn check_log(config: &BrokerConfig) -> Result<(), Exception> {
    let roll = config.optional_long("log.roll.ms");
    require(roll.is_none_or(|ms| ms >= 1), "log.roll.ms must be greater than or equal to 1")?;
    let jitter = config.optional_long("log.roll.jitter.ms").unwrap_or_else(|| config.long("log.roll.jitter.hours"));
    require(jitter >= 0, "log.roll.jitter.ms must be greater than or equal to 0")?;
    let retention = ["log.retention.ms", "log.retention.minutes", "log.retention.hours"]
        .into_iter()
        .find_map(|key| config.optional_long(key))
        .unwrap_or(-1);
    let message = "log.retention.ms must be unlimited (-1) or, greater than or equal to 1";
    require(retention != 0, message)?;
    let dirs = config.log_dirs();
    require(!dirs.is_empty(), "At least one log directory must be defined via log.dirs or log.dir.")?;
    const MEGABYTE: i64 = 1024 * 1024;
    if config.long("log.cleaner.threads") == 0 {
        return Err(Exception::new("java.lang.ArithmeticException", "/ by zero"));
    }
    let dedupe = config.long("log.cleaner.dedupe.buffer.size") / config.long("log.cleaner.threads");
    require(dedupe > MEGABYTE, "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.")
}

fn check_replica(config: &BrokerConfig) -> Result<(), Exception> {
    let wait = config.long("replica.fetch.wait.max.ms");
    require(
        wait <= config.long("replica.socket.timeout.ms"),
        "replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket timeouts",
    )?;
    require(
        wait <= config.long("replica.lag.time.max.ms"),
        "replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes \
         in ISR",
    )?;
    let acks = config.int("offsets.commit.required.acks");
    require(
        (-1..=config.int("offsets.topic.replication.factor")).contains(&acks),
        "offsets.commit.required.acks must be greater or equal -1 and less or equal to offsets.topic.replication.factor",
    )
}

fn check_listeners(config: &mut BrokerConfig, map: &ProtocolMap) -> Result<(), Exception> {
    let (inter_broker, _) = inter_broker(config, map)?;
    let listeners = parse_listeners(config.string("listeners").unwrap_or(""), map, true)?;
    let advertised = match config.string("advertised.listeners") {
        Some(text) => parse_listeners(text, map, false)?,
        None => {
            let controllers = modes::controller_listeners(config);
            listeners.iter().filter(|listener| !controllers.contains(&listener.name)).cloned().collect()
        }
    };
    modes::check(config, map, &listeners, &advertised)?;
    let roles = modes::roles(config)?;
    if !roles.is_empty() && !roles.iter().any(|role| role == "broker") {
        config.listeners = listeners;
        return Ok(());
    }
    require(!advertised.is_empty(), "There must be at least one advertised listener.")?;
    let names =
        |listeners: &[super::Listener]| listeners.iter().map(|listener| listener.name.clone()).collect::<Vec<_>>().join(",");
    if !advertised.iter().any(|listener| listener.name == inter_broker) {
        return Err(Exception::requirement(format!(
            "inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on \
             currently configured listeners are {}",
            names(&advertised)
        )));
    }
    if !advertised.iter().all(|one| listeners.iter().any(|other| other.name == one.name)) {
        return Err(Exception::requirement(format!(
            "advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. Found {}. The \
             valid options based on the current configuration are {}",
            names(&advertised),
            names(&listeners)
        )));
    }
    require(
        advertised.iter().all(|listener| listener.host.as_deref() != Some("0.0.0.0")),
        "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.",
    )?;
    modes::check_control_plane(config, map, &advertised, &inter_broker)?;
    config.listeners = listeners;
    config.advertised = advertised;
    config.inter_broker_listener = inter_broker;
    Ok(())
}

/// The listener's name and protocol that brokers use among themselves.
fn inter_broker(config: &BrokerConfig, map: &ProtocolMap) -> Result<(String, String), Exception> {
    let protocol = config.string("security.inter.broker.protocol").unwrap_or("PLAINTEXT").to_owned();
    let Some(name) = config.string("inter.broker.listener.name") else {
        return Ok((protocol.clone(), protocol));
    };
    if config.originals.contains_key("security.inter.broker.protocol") {
        let message = "Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.";
        return Err(Exception::config(message));
    }
    modes::check_listener_name(name)?;
    let name = name.to_uppercase();
    let Some((_, protocol)) = map.iter().find(|(known, _)| *known == name) else {
        return Err(Exception::config(format!(
            "Listener with name {name} defined in inter.broker.listener.name not found in listener.security.protocol.map."
        )));
    };
    Ok((name, protocol.clone()))
}

fn check_network(config: &BrokerConfig, map: &ProtocolMap, overrides: &[(String, String)]) -> Result<(), Exception> {
    let (name, protocol) = inter_broker(config, map)?;
    let mechanism = config.string("sasl.mechanism.inter.broker.protocol").unwrap_or("");
    let of_listener = format!("listener.name.{}.sasl.enabled.mechanisms", name.to_lowercase());
    let enabled = match config.originals().get(&of_listener) {
        Some(own) => split_list(own).any(|known| known == mechanism),
        None => config.list("sasl.enabled.mechanisms").iter().any(|known| known == mechanism),
    };
    require(
        !protocol.starts_with("SASL") || enabled,
        "sasl.mechanism.inter.broker.protocol must be included in sasl.enabled.mechanisms when SASL is used for inter-broker \
         communication",
    )?;
    let queued = config.long("queued.max.request.bytes");
    require(
        queued <= 0 || queued >= config.long("socket.request.max.bytes"),
        "queued.max.request.bytes must be larger or equal to socket.request.max.bytes",
    )?;
    require(
        *config.value("max.connections.per.ip") != Value::Int(0) || !overrides.is_empty(),
        "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.",
    )?;
    let valid = |host: &str| !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-%._:".contains(c));
    let foreign: Vec<&str> = overrides.iter().map(|(host, _)| host.as_str()).filter(|host| !valid(host)).collect();
    if !foreign.is_empty() {
        let message = format!("max.connections.per.ip.overrides contains invalid addresses : {}", foreign.join(","));
        return Err(Exception::new("java.lang.IllegalArgumentException", message));
    }
    let (delay, idle) = (config.long("connection.failed.authentication.delay.ms"), config.long("connections.max.idle.ms"));
    if idle >= 0 && delay >= idle {
        return Err(Exception::requirement(format!(
            "connection.failed.authentication.delay.ms={delay} should always be less than connections.max.idle.ms={idle} to \
             prevent failed authentication responses from timing out"
        )));
    }
    Ok(())
}

/// Of the classes that are there one makes principals.
fn check_principals(config: &BrokerConfig) -> Result<(), Exception> {
    let class = config.string("principal.builder.class");
    require(
        class.is_none_or(|class| class == DEFAULT_PRINCIPAL_BUILDER),
        "principal.builder.class must implement KafkaPrincipalSerde",
    )
}

/// The settings of the group protocol that 3.6 has in preview.
fn check_consumer_groups(config: &BrokerConfig) -> Result<(), Exception> {
    for what in ["heartbeat.interval", "session.timeout"] {
        let (value, min, max) = (
            format!("group.consumer.{what}.ms"),
            format!("group.consumer.min.{what}.ms"),
            format!("group.consumer.max.{what}.ms"),
        );
        for (left, relation, right, holds) in [
            (&max, "greater", &min, config.int(&max) >= config.int(&min)),
            (&value, "greater", &min, config.int(&value) >= config.int(&min)),
            (&value, "less", &max, config.int(&value) <= config.int(&max)),
        ] {
            require(holds, &format!("{left} must be {relation} than or equals to {right}"))?;
        }
    }
    Ok(())
}
