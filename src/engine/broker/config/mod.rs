//! The broker's configuration (`KafkaConfig`): every key of the catalogue, typed and checked.

mod check;
mod idle;
mod listeners;
mod modes;
mod password_encoder;
mod value;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

pub use idle::{idle_settings, listener_base, warn_of_idle, warn_of_idle_topic};
pub use listeners::{Listener, ProtocolMap};
pub use password_encoder::{PasswordEncoder, PasswordError};
pub use value::{Value, parse_value, split_list, value_of};

use crate::catalog::configs;
/// A setting that Kafka refuses, in Kafka's words.
pub use crate::engine::exception::Exception as ConfigError;
use crate::engine::exception::Exception;

/// The settings of a broker: what was given, defaults for the rest.
#[derive(Clone, Debug)]
pub struct BrokerConfig {
    values: HashMap<&'static str, Value>,
    originals: BTreeMap<String, String>,
    listeners: Vec<Listener>,
    advertised: Vec<Listener>,
    inter_broker_listener: String,
}

impl BrokerConfig {
    /// Checks `originals`, the entries of `server.properties` with the overrides, as Kafka does before it starts anything;
    /// unknown keys are kept and otherwise ignored.
    ///
    /// # Errors
    /// The first setting that Kafka refuses, in Kafka's words.
    pub fn new(mut originals: BTreeMap<String, String>) -> Result<Self, Exception> {
        for (missing, given) in [("broker.id", "node.id"), ("node.id", "broker.id")] {
            if let (None, Some(id)) = (originals.get(missing), originals.get(given)) {
                originals.insert(missing.to_owned(), id.clone());
            }
        }
        let mut values = HashMap::new();
        for key in configs::broker() {
            values.insert(key.name, value_of(key, originals.get(key.name).map(String::as_str))?);
        }
        let inter_broker_listener = String::new();
        let mut config = Self { values, originals, listeners: Vec::new(), advertised: Vec::new(), inter_broker_listener };
        check::check(&mut config)?;
        Ok(config)
    }

    /// What was given, by key.
    pub fn originals(&self) -> &BTreeMap<String, String> {
        &self.originals
    }

    /// The listeners to open, in the order given.
    pub fn listeners(&self) -> &[Listener] {
        &self.listeners
    }

    /// What clients and other brokers are told: `advertised.listeners`, or the listeners where that is not set.
    pub fn advertised_listeners(&self) -> &[Listener] {
        &self.advertised
    }

    /// The name of the listener that brokers use among themselves.
    pub fn inter_broker_listener(&self) -> &str {
        &self.inter_broker_listener
    }

    /// The first listener that does not speak PLAINTEXT, the only protocol that is served here.
    pub fn unserved_listener(&self) -> Option<&Listener> {
        self.listeners.iter().find(|listener| listener.protocol != "PLAINTEXT")
    }

    /// `log.dirs`, or `log.dir` where that is not set.
    pub fn log_dirs(&self) -> Vec<PathBuf> {
        let dirs = self.string("log.dirs").or_else(|| self.string("log.dir")).unwrap_or("");
        split_list(dirs).filter(|dir| !dir.is_empty()).map(PathBuf::from).collect()
    }

    /// The lines that the log shows at start: `KafkaConfig values: ` and every key in order.
    pub fn values_block(&self) -> String {
        let mut block = String::from("KafkaConfig values: \n");
        for key in configs::broker() {
            block.push_str(&format!("\t{} = {}\n", key.name, self.value(key.name)));
        }
        block
    }

    /// The value of a key of the catalogue.
    ///
    /// # Panics
    /// A name that is no broker key is a mistake of the caller.
    pub fn value(&self, name: &str) -> &Value {
        self.values.get(name).unwrap_or_else(|| panic!("{name} is no broker key"))
    }

    /// An INT or SHORT.
    ///
    /// # Panics
    /// On a key of another type, a mistake of the caller; so do the accessors below.
    pub fn int(&self, name: &str) -> i32 {
        match self.value(name) {
            Value::Int(value) => *value,
            Value::Short(value) => i32::from(*value),
            other => panic!("{name} is no INT: {other:?}"),
        }
    }

    /// A LONG or INT.
    pub fn long(&self, name: &str) -> i64 {
        match self.value(name) {
            Value::Long(value) => *value,
            _ => i64::from(self.int(name)),
        }
    }

    /// One of the rates of [`configs::broker_throttles`], which exist at run time only, in bytes a second; `i64::MAX` where it is not
    /// set.
    pub fn throttle(&self, name: &str) -> i64 {
        self.originals.get(name).and_then(|text| text.trim().parse().ok()).unwrap_or(i64::MAX)
    }

    /// A LONG or INT that may be unset.
    pub fn optional_long(&self, name: &str) -> Option<i64> {
        if *self.value(name) == Value::Null { None } else { Some(self.long(name)) }
    }

    /// A DOUBLE.
    pub fn double(&self, name: &str) -> f64 {
        match self.value(name) {
            Value::Double(value) => *value,
            other => panic!("{name} is no DOUBLE: {other:?}"),
        }
    }

    /// A BOOLEAN.
    pub fn boolean(&self, name: &str) -> bool {
        match self.value(name) {
            Value::Boolean(value) => *value,
            other => panic!("{name} is no BOOLEAN: {other:?}"),
        }
    }

    /// A STRING, PASSWORD or CLASS; `None` where it is unset.
    pub fn string(&self, name: &str) -> Option<&str> {
        match self.value(name) {
            Value::Text(value) | Value::Password(value) | Value::Class(value) => Some(value),
            Value::Null => None,
            other => panic!("{name} is no STRING: {other:?}"),
        }
    }

    /// A LIST; empty where it is unset.
    pub fn list(&self, name: &str) -> &[String] {
        match self.value(name) {
            Value::List(value) => value,
            Value::Null => &[],
            other => panic!("{name} is no LIST: {other:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `key=value ;; key=value` as the table of cases writes it.
    fn config(base: &str, settings: &str) -> Result<BrokerConfig, Exception> {
        let base = if base == "none" { "" } else { "zookeeper.connect=localhost:2181 ;; broker.id=0 ;; " };
        let mut originals = BTreeMap::new();
        for setting in format!("{base}{settings}").split(" ;; ").filter(|setting| !setting.is_empty()) {
            if let Some((key, value)) = setting.split_once('=') {
                originals.insert(key.to_owned(), value.to_owned());
            }
        }
        BrokerConfig::new(originals)
    }

    #[test]
    fn settings_are_accepted_and_refused_as_kafka_does() {
        let table = include_str!("testdata/kafka-config-cases.tsv");
        let (mut checked, mut wrong) = (0, Vec::new());
        for row in table.lines().skip(1) {
            let fields: Vec<&str> = row.split('\t').collect();
            let [id, base, settings, verdict, class, message] = fields[..6] else { panic!("a short row: {row}") };
            match (config(base, settings), verdict) {
                (Ok(_), "valid") => {}
                (Err(found), "invalid") if (found.class, found.text()) == (class, message) => {}
                (found, _) => wrong
                    .push(format!("{id}: {settings}: expected {verdict} {class} {message}, found {:?}", found.map(|_| "valid"))),
            }
            checked += 1;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(checked > 140, "only {checked} rows were checked");
    }

    #[test]
    fn what_apache_says_of_hundreds_of_configurations_is_said_here() {
        let tables = [
            include_str!("../../../../fixtures/config/kafka-config-verdicts.tsv"),
            include_str!("../../../../fixtures/config/kafka-config-across.tsv"),
        ];
        let (mut checked, mut wrong) = (0, Vec::new());
        for row in tables.iter().flat_map(|table| table.lines().skip(1)) {
            let fields: Vec<&str> = row.split('\t').collect();
            let [id, settings, verdict, class, message] = fields[..] else { panic!("a short row: {row}") };
            checked += 1;
            // Java takes each byte of such a file for a letter
            let settings: String = settings.bytes().map(char::from).collect();
            match (config("none", &settings), verdict) {
                (Ok(_), "valid") => {}
                (Err(found), "invalid") if (found.class, found.text()) == (class, message) => {}
                (found, _) => wrong.push(format!(
                    "{id}: {settings}: expected {verdict} {class} {message}, found {:?}",
                    found.map(|_| "valid").map_err(|found| format!("{} {}", found.class, found.text()))
                )),
            }
        }
        assert!(wrong.is_empty(), "{} of {checked}:\n{}", wrong.len(), wrong.join("\n"));
        assert!(checked > 900, "only {checked} rows were checked");
    }

    #[test]
    fn the_values_block_reads_as_kafkas() {
        let config = config("zk", "log.dirs=/tmp/a,/tmp/b ;; ssl.key.password=secret").expect("valid");
        let block = config.values_block();
        for line in [
            "\tadvertised.listeners = null\n",
            "\tlog.cleaner.io.max.bytes.per.second = 1.7976931348623157E308\n",
            "\tlog.cleaner.io.buffer.load.factor = 0.9\n",
            "\tmax.connections.per.ip.overrides = \n",
            "\tnode.id = 0\n",
            "\tprincipal.builder.class = class org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder\n",
            "\tssl.enabled.protocols = [TLSv1.2, TLSv1.3]\n",
            "\tssl.key.password = [hidden]\n",
        ] {
            assert!(block.contains(line), "missing: {line}");
        }
        assert_eq!(config.log_dirs(), [PathBuf::from("/tmp/a"), PathBuf::from("/tmp/b")]);
    }

    #[test]
    fn listeners_are_advertised_unless_told_otherwise() {
        let config =
            config("zk", "listeners=plaintext://[::1]:9096,SSL://:9097 ;; advertised.listeners=PLAINTEXT://h:1").expect("valid");
        let names: Vec<String> = config.listeners().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["PLAINTEXT://[::1]:9096", "SSL://:9097"]);
        assert_eq!(config.advertised_listeners()[0].to_string(), "PLAINTEXT://h:1");
        assert_eq!(config.inter_broker_listener(), "PLAINTEXT");
    }
}
