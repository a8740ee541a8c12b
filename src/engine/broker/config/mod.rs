//! The broker's configuration (`KafkaConfig`): every key of the catalogue, typed and checked.

mod value;

use std::collections::{BTreeMap, HashMap};

pub use value::{ConfigError, Value, parse_value};

use crate::catalog::configs;

/// The settings of a broker: what was given, defaults for the rest.
#[derive(Clone, Debug)]
pub struct BrokerConfig {
    values: HashMap<&'static str, Value>,
    originals: BTreeMap<String, String>,
}

impl BrokerConfig {
    /// Checks `originals`, the lines of `server.properties` with the overrides, against the catalogue; unknown keys are kept
    /// and otherwise ignored.
    ///
    /// # Errors
    /// The first setting that Kafka refuses, in Kafka's words.
    pub fn new(originals: BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let mut values = HashMap::new();
        for key in configs::broker() {
            values.insert(key.name, value::value_of(key, originals.get(key.name).map(String::as_str))?);
        }
        Ok(Self { values, originals })
    }

    /// What was given, by key.
    pub fn originals(&self) -> &BTreeMap<String, String> {
        &self.originals
    }

    /// The value of a key of the catalogue.
    ///
    /// # Panics
    /// A name that is no broker key is a mistake of the caller.
    pub fn value(&self, name: &str) -> &Value {
        self.values.get(name).unwrap_or_else(|| panic!("{name} is no broker key"))
    }

    /// An INT or SHORT.
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
            Value::Text(value) => Some(value),
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
