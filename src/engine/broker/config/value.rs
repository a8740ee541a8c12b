//! One configuration value: parsed by its type and checked by its range, with Kafka's messages (`ConfigDef`).

use std::fmt;

use crate::catalog::configs::ConfigKey;
use crate::engine::exception::Exception;

/// A typed value; its text is what Kafka's log and DescribeConfigs print.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names are Kafka's types")]
pub enum Value {
    Null,
    Boolean(bool),
    Short(i16),
    Int(i32),
    Long(i64),
    Double(f64),
    Text(String),
    Class(String),
    Password(String),
    List(Vec<String>),
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Boolean(value) => value.fmt(out),
            Self::Short(value) => value.fmt(out),
            Self::Int(value) => value.fmt(out),
            Self::Long(value) => value.fmt(out),
            Self::Double(value) if *value == f64::MAX => out.write_str("1.7976931348623157E308"),
            Self::Double(value) => write!(out, "{value:?}"),
            Self::Text(value) => out.write_str(value),
            Self::Class(value) => write!(out, "class {value}"),
            Self::Password(_) => out.write_str("[hidden]"),
            Self::List(items) => write!(out, "[{}]", items.join(", ")),
        }
    }
}

/// The value of `key`: what was given, else its default. Without either it is null.
///
/// # Errors
/// Kafka's `ConfigException`.
pub fn value_of(key: &ConfigKey, given: Option<&str>) -> Result<Value, Exception> {
    match given.or(key.default.as_deref()) {
        Some(text) => parse_value(key, text),
        None if key.required => {
            let message = format!("Missing required configuration \"{}\" which has no default value.", key.name);
            Err(Exception::config(message))
        }
        None => Ok(Value::Null),
    }
}

/// Reads `text` as the type of `key` and checks its range.
///
/// # Errors
/// Kafka's `ConfigException`.
pub fn parse_value(key: &ConfigKey, text: &str) -> Result<Value, Exception> {
    let value = parse_type(key, text.trim())?;
    if key.valid == REPLICA_LIST {
        let valid = |item: &String| {
            item == "*" || item.split_once(':').is_some_and(|(partition, broker)| digits(partition) && digits(broker))
        };
        return match &value {
            Value::List(items) if items.iter().all(valid) => Ok(value),
            other => Err(Exception::invalid_value(
                key.name,
                other,
                format!("{} must be the literal '*' or a list of replicas in the following format: {REPLICA_LIST}", key.name),
            )),
        };
    }
    if let Value::List(items) = &value
        && key.valid.starts_with('[')
        && let Some(item) = items.iter().find(|item| !names(key.valid).any(|name| name == *item))
    {
        return Err(Exception::invalid_value(key.name, item, one_of(key.valid)));
    }
    match violation(key.valid, &value) {
        Some(reason) => Err(Exception::invalid_value(key.name, plain(&value), reason)),
        None => Ok(value),
    }
}

/// The catalogue's text for the keys that list throttled replicas.
const REPLICA_LIST: &str = "[partitionId]:[brokerId],[partitionId]:[brokerId],...";

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn parse_type(key: &ConfigKey, text: &str) -> Result<Value, Exception> {
    let invalid = |reason: &str| Exception::invalid_value(key.name, text, reason);
    let number = || invalid(&format!("Not a number of type {}", key.kind));
    match key.kind {
        "BOOLEAN" if text.eq_ignore_ascii_case("true") => Ok(Value::Boolean(true)),
        "BOOLEAN" if text.eq_ignore_ascii_case("false") => Ok(Value::Boolean(false)),
        "BOOLEAN" => Err(invalid("Expected value to be either true or false")),
        "SHORT" => text.parse().map(Value::Short).map_err(|_| number()),
        "INT" => text.parse().map(Value::Int).map_err(|_| number()),
        "LONG" => text.parse().map(Value::Long).map_err(|_| number()),
        "DOUBLE" => double(text).map(Value::Double).ok_or_else(number),
        "LIST" if text.is_empty() => Ok(Value::List(Vec::new())),
        "LIST" => Ok(Value::List(split_list(text).map(str::to_owned).collect())),
        "CLASS" if KNOWN_CLASSES.contains(&text) => Ok(Value::Class(text.to_owned())),
        "CLASS" => Err(invalid(&format!("Class {text} could not be found."))),
        "PASSWORD" => Ok(Value::Password(text.to_owned())),
        _ => Ok(Value::Text(text.to_owned())),
    }
}

/// Java's `Double.parseDouble`, without its hexadecimal form: `0.5f` and `0.5d` are numbers to it, `inf` is none.
fn double(text: &str) -> Option<f64> {
    match text.strip_prefix(['+', '-']).unwrap_or(text) {
        "NaN" | "Infinity" => text.parse().ok(),
        decimal if decimal.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            text.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(text).parse().ok()
        }
        _ => None,
    }
}

/// Java's `split("\\s*,\\s*", -1)`.
pub fn split_list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim)
}

/// The classes that a stock broker finds for the keys of type CLASS.
const KNOWN_CLASSES: &[&str] = &[DEFAULT_PRINCIPAL_BUILDER, "java.lang.Object", "java.lang.String"];
/// The class that Kafka itself makes principals with.
pub(super) const DEFAULT_PRINCIPAL_BUILDER: &str = "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder";

/// The value as a validator's message quotes it.
fn plain(value: &Value) -> String {
    match value {
        Value::Class(text) | Value::Password(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What `valid`, the validator's text in the catalogue, has against the value.
fn violation(valid: &str, value: &Value) -> Option<String> {
    match (valid, value) {
        ("", _) | (_, Value::Null) => None,
        ("non-empty string", Value::Text(text)) => text.is_empty().then(|| "String must be non-empty".to_owned()),
        ("non-null string" | "non-empty list", _) => None,
        (_, Value::Text(text)) if valid.starts_with("[0.8.0, ") => {
            (!is_metadata_version(valid, text)).then(|| format!("Version {text} is not a valid version"))
        }
        (_, Value::Text(text)) => (!names(valid).any(|name| name == text)).then(|| one_of(valid)),
        (_, Value::Short(number)) => outside(valid, f64::from(*number)),
        (_, Value::Int(number)) => outside(valid, f64::from(*number)),
        #[expect(clippy::cast_precision_loss, reason = "every bound in the catalogue is small enough to be exact")]
        (_, Value::Long(number)) => outside(valid, *number as f64),
        (_, Value::Double(number)) => outside(valid, *number),
        _ => None,
    }
}

fn names(valid: &str) -> impl Iterator<Item = &str> {
    valid.trim_matches(['[', ']']).split(", ")
}

fn one_of(valid: &str) -> String {
    format!("String must be one of: {}", valid.trim_matches(['[', ']']))
}

/// `[0,...]`, `[0,...,1]`: the lower and the upper bound.
fn outside(valid: &str, number: f64) -> Option<String> {
    let mut bounds = valid.trim_matches(['[', ']']).split(",...");
    let (lower, upper) = (bounds.next().unwrap_or(""), bounds.next().unwrap_or("").trim_start_matches(','));
    if lower.parse().is_ok_and(|lower: f64| number < lower) {
        return Some(format!("Value must be at least {lower}"));
    }
    upper.parse().is_ok_and(|upper: f64| number > upper).then(|| format!("Value must be no more than {upper}"))
}

/// `MetadataVersion.fromVersionString`: `3.6`, `3.6.0` and `3.6-IV2` name a version, an empty text and `3.7` do not.
fn is_metadata_version(valid: &str, text: &str) -> bool {
    let take = if text.starts_with("0.") { 3 } else { 2 };
    let short = text.split('.').take(take).collect::<Vec<_>>().join(".");
    names(valid).any(|name| name == short || name.split("-IV").next() == Some(&short))
}
