//! One configuration value: parsed by its type and checked by its range, with Kafka's messages (`ConfigDef`).

use crate::catalog::configs::ConfigKey;

/// A typed value.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names are Kafka's types")]
pub enum Value {
    Null,
    Boolean(bool),
    Short(i16),
    Int(i32),
    Long(i64),
    Double(f64),
    /// STRING, CLASS and PASSWORD.
    Text(String),
    List(Vec<String>),
}

/// A setting that Kafka refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Kafka's `ConfigException` for a value.
    #[error("Invalid value {value} for configuration {key}: {reason}")]
    Invalid {
        /// The configuration key.
        key: String,
        /// The value as it was given.
        value: String,
        /// Kafka's reason.
        reason: String,
    },
    /// A key without a default that is not set.
    #[error("Missing required configuration \"{0}\" which has no default value.")]
    Missing(String),
}

/// The value of `key`: what was given, else its default.
pub(super) fn value_of(key: &ConfigKey, given: Option<&str>) -> Result<Value, ConfigError> {
    match given.or(key.default.as_deref()) {
        Some(text) => parse_value(key, text),
        None if key.required && given.is_none() => Err(ConfigError::Missing(key.name.to_owned())),
        None => Ok(Value::Null),
    }
}

/// Reads `text` as the type of `key`.
///
/// # Errors
/// [`ConfigError::Invalid`] with Kafka's reason.
pub fn parse_value(key: &ConfigKey, text: &str) -> Result<Value, ConfigError> {
    let trimmed = text.trim();
    let invalid = |reason: String| ConfigError::Invalid { key: key.name.to_owned(), value: trimmed.to_owned(), reason };
    let number = |kind: &str| invalid(format!("Not a number of type {kind}"));
    match key.kind {
        "BOOLEAN" if trimmed.eq_ignore_ascii_case("true") => Ok(Value::Boolean(true)),
        "BOOLEAN" if trimmed.eq_ignore_ascii_case("false") => Ok(Value::Boolean(false)),
        "BOOLEAN" => Err(invalid("Expected value to be either true or false".to_owned())),
        "SHORT" => trimmed.parse().map(Value::Short).map_err(|_| number("SHORT")),
        "INT" => trimmed.parse().map(Value::Int).map_err(|_| number("INT")),
        "LONG" => trimmed.parse().map(Value::Long).map_err(|_| number("LONG")),
        "DOUBLE" => trimmed.parse().map(Value::Double).map_err(|_| number("DOUBLE")),
        "LIST" if trimmed.is_empty() => Ok(Value::List(Vec::new())),
        "LIST" => Ok(Value::List(trimmed.split(',').map(|item| item.trim().to_owned()).collect())),
        _ => Ok(Value::Text(trimmed.to_owned())),
    }
}
