//! Producers and consumers as the tools make them from their configs.

use std::sync::Arc;
use std::time::Duration;

use super::Exception;
use super::client_configs::ClientConfigs;
use crate::engine::client::assignor::Assignor;
use crate::engine::client::consumer::Reset;
use crate::engine::client::metrics::Sampling;
use crate::engine::client::partitioner::Partitioning;
use crate::engine::client::{Bootstrap, Client, ClientConfig, ConsumerConfig, Flavour, Pacing, Producer, ProducerConfig};
use crate::engine::kafka::batch::Compression;
use crate::log_warn;

/// The client under a producer.
pub(super) fn producer_client(configs: &ClientConfigs, bootstrap: Bootstrap) -> Client {
    let admin = ClientConfig::admin(bootstrap);
    Client::new(ClientConfig {
        client_id: configs.get("client.id").unwrap_or("producer-1").to_owned(),
        flavour: Flavour::Producer,
        transactional_id: configs.get("transactional.id").map(str::to_owned),
        buffers: configs.buffers(),
        request_timeout: configs.millis("request.timeout.ms", admin.request_timeout),
        pacing: pacing(configs, IDLE),
        sampling: sampling(configs),
        ..admin
    })
}

/// How far back a client's metrics look.
fn sampling(configs: &ClientConfigs) -> Sampling {
    let default = Sampling::default();
    Sampling {
        samples: configs.number("metrics.num.samples", default.samples),
        window_ms: configs.number("metrics.sample.window.ms", default.window_ms),
    }
}

/// `connections.max.idle.ms` of producers and consumers where it is not set.
const IDLE: Duration = Duration::from_secs(540);
/// The same of admin clients.
pub(super) const ADMIN_IDLE: Duration = Duration::from_secs(300);

/// How a client waits for brokers and between tries; `idle` is its default for connections that nothing passes over.
pub(super) fn pacing(configs: &ClientConfigs, idle: Duration) -> Pacing {
    let default = Pacing::default();
    let reconnect_backoff = configs.millis("reconnect.backoff.ms", default.reconnect_backoff);
    // where only the one is set and larger than the other's default, it is both
    let most = match configs.get("reconnect.backoff.max.ms") {
        None => default.reconnect_backoff_max.max(reconnect_backoff),
        Some(_) => configs.millis("reconnect.backoff.max.ms", default.reconnect_backoff_max),
    };
    let never_idle = configs.get("connections.max.idle.ms").is_some_and(|value| value.trim().starts_with('-'));
    Pacing {
        retry_backoff: configs.millis("retry.backoff.ms", default.retry_backoff),
        reconnect_backoff,
        reconnect_backoff_max: most,
        setup_timeout: configs.millis("socket.connection.setup.timeout.ms", default.setup_timeout),
        setup_timeout_max: configs.millis("socket.connection.setup.timeout.max.ms", default.setup_timeout_max),
        idle: (!never_idle).then(|| configs.millis("connections.max.idle.ms", idle)),
        retries: default.retries,
    }
}

/// `partitioner.class` and what belongs to the built-in one; [`ClientConfigs::check`] has seen that the class is there.
fn partitioning(configs: &ClientConfigs) -> Partitioning {
    let built_in = Partitioning::BuiltIn {
        ignore_keys: configs.flag("partitioner.ignore.keys", false),
        adaptive: configs.flag("partitioner.adaptive.partitioning.enable", true),
    };
    configs.get("partitioner.class").and_then(|class| Partitioning::by_class(class.trim())).unwrap_or(built_in)
}

/// The producer's own settings.
pub(super) fn producer_config(configs: &ClientConfigs) -> ProducerConfig {
    let default = ProducerConfig::default();
    let acks = match configs.get("acks").map(str::trim) {
        Some("0") => 0,
        Some("1") => 1,
        _ => -1,
    };
    let retries = configs.number("retries", default.retries);
    let max_in_flight = configs.number("max.in.flight.requests.per.connection", default.max_in_flight);
    ProducerConfig {
        acks,
        // idempotence is on unless it is switched off or cannot be
        idempotent: configs.flag("enable.idempotence", true)
            && acks == -1
            && retries > 0
            && max_in_flight <= IDEMPOTENT_IN_FLIGHT,
        linger: configs.millis("linger.ms", default.linger),
        batch_size: configs.number("batch.size", default.batch_size),
        codec: configs.get("compression.type").and_then(Compression::by_name).unwrap_or(Compression::None),
        retries,
        retry_backoff: configs.millis("retry.backoff.ms", default.retry_backoff),
        request_timeout: configs.millis("request.timeout.ms", default.request_timeout),
        max_block: configs.millis("max.block.ms", default.max_block),
        delivery_timeout: configs.millis("delivery.timeout.ms", default.delivery_timeout).max(least_delivery(configs)),
        max_request_size: configs.number("max.request.size", default.max_request_size),
        buffer_memory: configs.number("buffer.memory", default.buffer_memory),
        transactional_id: configs.get("transactional.id").map(str::to_owned),
        transaction_timeout: configs.millis("transaction.timeout.ms", default.transaction_timeout),
        partitioning: partitioning(configs),
        max_in_flight,
        metadata_max_age: configs.millis("metadata.max.age.ms", default.metadata_max_age),
        metadata_max_idle: configs.millis("metadata.max.idle.ms", default.metadata_max_idle),
    }
}

/// The most requests to one broker at a time with which a producer can be idempotent.
const IDEMPOTENT_IN_FLIGHT: usize = 5;

/// `linger.ms` and `request.timeout.ms` together: `delivery.timeout.ms` is no less.
fn least_delivery(configs: &ClientConfigs) -> Duration {
    let default = ProducerConfig::default();
    let linger = configs.millis("linger.ms", default.linger);
    linger.saturating_add(configs.millis("request.timeout.ms", default.request_timeout))
}

/// The deprecated partitioners, and what Kafka's producer says of each.
const DEPRECATED: [(&str, &str); 2] = [
    (
        "org.apache.kafka.clients.producer.internals.DefaultPartitioner",
        "DefaultPartitioner is deprecated.  Please clear partitioner.class configuration setting to get the default partitioning behavior",
    ),
    (
        "org.apache.kafka.clients.producer.UniformStickyPartitioner",
        "UniformStickyPartitioner is deprecated.  Please clear partitioner.class configuration setting and set partitioner.ignore.keys to \
         'true' to get the uniform sticky partitioning behavior",
    ),
];

/// A producer from configs that were checked; what Kafka's producer warns of is logged.
pub(super) fn start_producer(configs: &ClientConfigs, bootstrap: Bootstrap) -> Producer {
    const LOGGER: &str = "org.apache.kafka.clients.producer.KafkaProducer";
    let (client, config) = (producer_client(configs, bootstrap), producer_config(configs));
    if config.max_in_flight > IDEMPOTENT_IN_FLIGHT && configs.get("enable.idempotence").is_none() {
        log_warn!(
            "org.apache.kafka.clients.producer.ProducerConfig",
            "Idempotence will be disabled because max.in.flight.requests.per.connection is set to {}, which is greater than \
             {IDEMPOTENT_IN_FLIGHT}. Please note that in v4.0.0 and onward, this will become an error.",
            config.max_in_flight
        );
    }
    let class = configs.get("partitioner.class").map(str::trim);
    if let Some((_, what)) = DEPRECATED.iter().find(|(name, _)| class == Some(*name)) {
        log_warn!(LOGGER, "{} {what}", client.log_prefix());
    }
    if config.delivery_timeout > configs.millis("delivery.timeout.ms", ProducerConfig::default().delivery_timeout) {
        log_warn!(LOGGER, "{} {SHORT_DELIVERY}. Setting it to {}.", client.log_prefix(), config.delivery_timeout.as_millis());
    }
    Producer::start(Arc::new(client), config)
}

/// What is said of a `delivery.timeout.ms` that ends before a request can.
const SHORT_DELIVERY: &str = "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms";

/// Refuses configs of a producer that contradict each other.
///
/// # Errors
/// The exception that Java's producer ends with.
pub(super) fn check_producer(configs: &ClientConfigs) -> Result<(), Exception> {
    check_idempotence(configs)?;
    let given = configs.get("delivery.timeout.ms").map(|_| configs.millis("delivery.timeout.ms", Duration::ZERO));
    match given.filter(|given| *given < least_delivery(configs)) {
        None => Ok(()),
        Some(_) => {
            let failed = Exception::new("org.apache.kafka.common.KafkaException", "Failed to construct kafka producer");
            Err(failed.caused_by(Exception::config(SHORT_DELIVERY)))
        }
    }
}

/// Refuses configs of a producer that contradict each other where it is to be idempotent or to send transactions.
///
/// # Errors
/// The `ConfigException` that Java's producer ends with.
fn check_idempotence(configs: &ClientConfigs) -> Result<(), Exception> {
    let asked = configs.get("enable.idempotence").is_some();
    let obstacles = [
        (configs.number("retries", 1) == 0, "Must set retries to non-zero when using the idempotent producer."),
        (
            !matches!(configs.get("acks").map(str::trim), None | Some("all" | "-1")),
            "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.",
        ),
        (
            configs.number("max.in.flight.requests.per.connection", 5) > 5,
            "Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.",
        ),
    ];
    let obstacle = obstacles.into_iter().find(|(is_there, _)| *is_there).map(|(_, text)| text);
    let idempotent = configs.flag("enable.idempotence", true);
    match obstacle {
        Some(text) if idempotent && asked => Err(Exception::config(text)),
        // where nobody asked for it, it is given up
        obstacle if configs.get("transactional.id").is_some() && (!idempotent || obstacle.is_some()) => {
            Err(Exception::config("Cannot set a transactional.id without also enabling idempotence."))
        }
        _ => Ok(()),
    }
}

/// The client under a consumer of a group.
pub(super) fn consumer_client(configs: &ClientConfigs, group: &str, bootstrap: Bootstrap) -> Client {
    let admin = ClientConfig::admin(bootstrap);
    // a static member is named by its instance
    let default_id = match configs.get("group.instance.id") {
        Some(instance) => format!("consumer-{group}-{instance}"),
        None => format!("consumer-{group}-1"),
    };
    Client::new(ClientConfig {
        client_id: configs.get("client.id").unwrap_or(&default_id).to_owned(),
        flavour: Flavour::Consumer,
        group_id: Some(group.to_owned()),
        instance_id: configs.get("group.instance.id").map(str::to_owned),
        buffers: configs.buffers(),
        request_timeout: configs.millis("request.timeout.ms", admin.request_timeout),
        api_timeout: configs.millis("default.api.timeout.ms", admin.api_timeout),
        pacing: pacing(configs, IDLE),
        sampling: sampling(configs),
        ..admin
    })
}

/// The consumer's own settings.
///
/// # Errors
/// The exception for an assignor that is no class of Kafka's, or stands twice.
pub(super) fn consumer_config(configs: &ClientConfigs, group: &str) -> Result<ConsumerConfig, Exception> {
    let default = ConsumerConfig::of_group(group);
    let session_timeout = configs.millis("session.timeout.ms", default.session_timeout);
    let heartbeat_interval = configs.millis("heartbeat.interval.ms", default.heartbeat_interval);
    if heartbeat_interval >= session_timeout {
        let cause = Exception::illegal_argument("Heartbeat must be set lower than the session timeout");
        return Err(
            Exception::new("org.apache.kafka.common.KafkaException", "Failed to construct kafka consumer").caused_by(cause)
        );
    }
    Ok(ConsumerConfig {
        instance_id: configs.get("group.instance.id").map(str::to_owned),
        assignors: assignors(configs, &default.assignors)?,
        auto_commit: configs.flag("enable.auto.commit", true),
        auto_commit_interval: configs.millis("auto.commit.interval.ms", default.auto_commit_interval),
        reset: match configs.get("auto.offset.reset").map(str::trim) {
            Some("earliest") => Reset::Earliest,
            Some("none") => Reset::None,
            _ => Reset::Latest,
        },
        read_committed: configs.get("isolation.level") == Some("read_committed"),
        session_timeout,
        max_poll_interval: configs.millis("max.poll.interval.ms", default.max_poll_interval),
        heartbeat_interval,
        fetch_max_wait: configs.millis("fetch.max.wait.ms", default.fetch_max_wait),
        fetch_min_bytes: configs.number("fetch.min.bytes", default.fetch_min_bytes),
        metadata_max_age: configs.millis("metadata.max.age.ms", default.metadata_max_age),
        partition_fetch_bytes: configs.number("max.partition.fetch.bytes", default.partition_fetch_bytes),
        fetch_max_bytes: configs.number("fetch.max.bytes", default.fetch_max_bytes),
        max_poll_records: configs.number("max.poll.records", default.max_poll_records),
        exclude_internal: configs.flag("exclude.internal.topics", true),
        auto_create: configs.flag("allow.auto.create.topics", true),
        rack: configs.get("client.rack").unwrap_or_default().to_owned(),
        check_crcs: configs.flag("check.crcs", true),
        leave_on_close: configs.flag("internal.leave.group.on.close", true),
        ..default
    })
}

/// `partition.assignment.strategy`: classes, what is liked best first.
fn assignors(configs: &ClientConfigs, default: &[Assignor]) -> Result<Vec<Assignor>, Exception> {
    let failed = |cause: Exception| {
        Exception::new("org.apache.kafka.common.KafkaException", "Failed to construct kafka consumer").caused_by(cause)
    };
    let Some(classes) = configs.get("partition.assignment.strategy") else { return Ok(default.to_vec()) };
    let mut assignors = Vec::new();
    for class in classes.split(',').map(str::trim).filter(|class| !class.is_empty()) {
        let text = format!("{class} ClassNotFoundException exception occurred");
        let unknown = || {
            let cause = Exception::new("java.lang.ClassNotFoundException", class);
            failed(Exception::new("org.apache.kafka.common.KafkaException", text).caused_by(cause))
        };
        let assignor = Assignor::by_class(class).ok_or_else(unknown)?;
        if assignors.contains(&assignor) {
            let text = format!("The assignor name: '{}' is used in more than one assignor: {class}, {class}", assignor.name());
            return Err(failed(Exception::new("org.apache.kafka.common.KafkaException", text)));
        }
        assignors.push(assignor);
    }
    match assignors.is_empty() {
        true => {
            let text = "Must configure at least one partition assigner class name to partition.assignment.strategy configuration \
                        property";
            Err(Exception::new("java.lang.IllegalStateException", text))
        }
        false => Ok(assignors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::configs::{self, ConfigKey};
    use crate::catalog::idle_keys::{self, ClientKind};
    use crate::engine::tools::admin;

    /// What a client is made from, as it shows; or what it is refused with.
    fn made(kind: ClientKind, configs: &ClientConfigs) -> String {
        let bootstrap = || Bootstrap::one("localhost", 9092);
        let table = match kind {
            ClientKind::Producer => configs::producer(),
            ClientKind::Consumer => configs::consumer(),
            ClientKind::Admin => configs::admin(),
        };
        if let Err(refused) = configs.check(table) {
            return refused.headline();
        }
        match kind {
            ClientKind::Producer => {
                format!("{:?} {:?}", producer_client(configs, bootstrap()).config(), producer_config(configs))
            }
            ClientKind::Consumer => {
                let config = consumer_config(configs, "g").map_err(|error| error.headline());
                format!("{:?} {config:?}", consumer_client(configs, "g", bootstrap()).config())
            }
            ClientKind::Admin => {
                format!("{:?}", admin::config(configs, bootstrap()).map_err(|error| error.headline()))
            }
        }
    }

    /// A value that is not the default.
    fn another(key: &ConfigKey) -> String {
        match (key.name, key.kind) {
            ("acks", _) => "1",
            ("auto.offset.reset", _) => "earliest",
            ("client.dns.lookup", _) => "resolve_canonical_bootstrap_servers_only",
            ("compression.type", _) => "lz4",
            ("isolation.level", _) => "read_committed",
            ("metrics.recording.level", _) => "DEBUG",
            ("partitioner.class", _) => "org.apache.kafka.clients.producer.RoundRobinPartitioner",
            ("security.protocol", _) => "SSL",
            ("partition.assignment.strategy", _) => "org.apache.kafka.clients.consumer.StickyAssignor",
            ("default.api.timeout.ms", _) => "70000",
            (_, "BOOLEAN") if key.default.as_deref() == Some("true") => "false",
            (_, "BOOLEAN") => "true",
            (_, "INT" | "LONG") => "12345",
            ("sasl.login.refresh.window.jitter", _) => "0.1",
            (_, "DOUBLE") => "0.7",
            (_, "SHORT") => "7",
            _ => "another",
        }
        .to_owned()
    }

    #[test]
    fn every_config_does_something_or_is_named_with_the_reason_why_not() {
        // the tools have options of their own for these, or make them
        const OF_OPTIONS: [&str; 2] = ["bootstrap.servers", "group.id"];
        for (kind, table) in ClientKind::ALL.into_iter().zip([configs::producer(), configs::consumer(), configs::admin()]) {
            for key in table.iter().filter(|key| !OF_OPTIONS.contains(&key.name)) {
                let mut configs = ClientConfigs::default();
                let before = made(kind, &configs);
                let value = another(key);
                configs.set(key.name, value.as_str());
                let changes = made(kind, &configs) != before;
                let idle = idle_keys::why(kind, key.name).is_some();
                assert_eq!(
                    changes, !idle,
                    "{kind:?} {}={value}: it has to do something or to be in catalog::idle_keys",
                    key.name
                );
            }
        }
    }

    #[test]
    fn classes_that_nobody_has_are_refused_as_java_refuses_them() {
        let check = |table: &[ConfigKey], key: &str, expected: &[&str]| {
            let mut configs = ClientConfigs::default();
            configs.set(key, "no.Such");
            let refused = configs.check(table).expect_err("nobody has it");
            let mut lines = vec![refused.headline()];
            let mut cause = refused.cause.as_deref();
            while let Some(exception) = cause {
                lines.push(exception.headline());
                cause = exception.cause.as_deref();
            }
            assert_eq!(lines, expected, "{key}");
        };
        let of = |what: &'static str| {
            [
                what,
                "org.apache.kafka.common.KafkaException: Class no.Such cannot be found",
                "java.lang.ClassNotFoundException: no.Such",
            ]
        };
        let producer = of("org.apache.kafka.common.KafkaException: Failed to construct kafka producer");
        check(configs::producer(), "interceptor.classes", &producer);
        check(configs::producer(), "metric.reporters", &producer);
        let consumer = of("org.apache.kafka.common.KafkaException: Failed to construct kafka consumer");
        check(configs::consumer(), "interceptor.classes", &consumer);
        let admin = of("org.apache.kafka.common.KafkaException: Failed to create new KafkaAdminClient");
        check(configs::admin(), "metric.reporters", &admin);
        let partitioner = "org.apache.kafka.common.config.ConfigException: Invalid value no.Such for configuration partitioner.class: Class \
                           no.Such could not be found.";
        check(configs::producer(), "partitioner.class", &[partitioner]);
    }

    #[test]
    fn transactions_need_idempotence() {
        let check = |pairs: &[(&str, &str)], expected: Option<&str>| {
            let mut configs = ClientConfigs::default();
            configs.extend(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
            let found = check_idempotence(&configs).map_err(|error| error.text().to_owned());
            match (found, expected) {
                (Ok(()), None) => {}
                (Err(found), Some(expected)) => assert!(found.starts_with(expected), "{pairs:?}: {found}"),
                (found, expected) => panic!("{pairs:?}: {found:?}, expected {expected:?}"),
            }
        };
        check(&[("transactional.id", "a")], None);
        check(&[("acks", "1")], None);
        check(&[("enable.idempotence", "false"), ("acks", "0")], None);
        check(&[("transactional.id", "a"), ("enable.idempotence", "false")], Some("Cannot set a transactional.id"));
        check(&[("transactional.id", "a"), ("acks", "1")], Some("Cannot set a transactional.id"));
        check(&[("acks", "1"), ("enable.idempotence", "true")], Some("Must set acks to all"));
        check(&[("enable.idempotence", "true"), ("retries", "0")], Some("Must set retries to non-zero"));
    }
}
