//! The values of the file as ZooKeeper takes them: without blanks at their ends, each checked as its kind is.

use std::path::{Path, PathBuf};

use super::properties::JavaProperties;
use super::{ConfigError, METRICS_PROVIDER, illegal};
use crate::catalog::zookeeper::{self, Effect, Kind};
use crate::log_warn;
use crate::properties::Document;

const NULL_PROVIDER: &str = "org.apache.zookeeper.metrics.impl.NullMetricsProvider";

pub(super) struct Values<'a> {
    pub(super) document: &'a Document,
    pub(super) java: &'a JavaProperties,
}

impl<'a> Values<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        self.document.get(key).map(str::trim)
    }

    pub(super) fn path(&self, key: &str) -> Result<Option<PathBuf>, ConfigError> {
        let path = |value| warn_if_relative(value).map(|()| PathBuf::from(value));
        self.get(key).map(path).transpose()
    }

    pub(super) fn int(&self, key: &str, default: i32) -> Result<i32, ConfigError> {
        self.get(key).map_or(Ok(default), |value| value.parse().map_err(|_| ConfigError::NumberFormat(value.to_owned())))
    }

    fn long(&self, key: &str) -> Result<i64, ConfigError> {
        self.get(key).map_or(Ok(0), |value| value.parse().map_err(|_| ConfigError::NumberFormat(value.to_owned())))
    }

    fn boolean(&self, key: &str) -> Result<(), ConfigError> {
        match self.get(key).map(str::to_lowercase).as_deref() {
            None | Some("true" | "false") => Ok(()),
            Some(value) => Err(ConfigError::Config(format!("Invalid option {value} for {key}. Choose 'true' or 'false.'"))),
        }
    }

    /// A key that becomes a Java system property: as the file has it, else as the program was given it.
    pub(super) fn property(&self, key: &str) -> Option<&str> {
        self.get(key).or_else(|| self.java.get(&format!("zookeeper.{key}")))
    }

    /// A system property that is on where it is `true`, and where nothing is said of it and its default is.
    pub(super) fn property_is_true(&self, key: &str) -> bool {
        let default = zookeeper::key(key).is_some_and(|key| key.default == "true");
        self.property(key).map_or(default, |value| value.eq_ignore_ascii_case("true"))
    }

    /// A whole number; what is none counts as the default.
    pub(super) fn property_int(&self, key: &str, default: i32) -> i32 {
        self.property(key).and_then(decode_int).unwrap_or(default)
    }

    pub(super) fn property_double(&self, key: &str, default: f64) -> Result<f64, ConfigError> {
        let exception = |value: &str| format!("java.lang.NumberFormatException: For input string: \"{value}\"");
        let wrong = |value: &str| match key {
            "pathStats.sampleRate" => ConfigError::Argument(exception(value)),
            _ => ConfigError::Unexpected(exception(value)),
        };
        self.property(key).map_or(Ok(default), |value| value.parse().map_err(|_| wrong(value)))
    }

    /// What is wrong with the value of a key, or with the key itself.
    pub(super) fn check(&self, key: &str) -> Result<(), ConfigError> {
        let Some(known) = zookeeper::key(key) else { return Ok(()) };
        match known.kind {
            Kind::Int => self.int(key, 0).map(|_| ())?,
            Kind::Long => self.long(key).map(|_| ())?,
            Kind::Boolean => self.boolean(key)?,
            Kind::PropertyDouble => self.property_double(key, 0.0).map(|_| ())?,
            Kind::Text | Kind::PropertyInt | Kind::PropertyBoolean | Kind::PropertyText => {}
        }
        let value = self.get(key).unwrap_or_default();
        match key {
            "quorum.auth.serverRequireSasl" | "quorum.auth.learnerRequireSasl" => self.check_sasl(key),
            "electionAlg" if value != "3" => {
                Err(ConfigError::Config("Invalid electionAlg value. Only 3 is supported.".to_owned()))
            }
            "peerType" if !["observer", "participant"].contains(&value.to_lowercase().as_str()) => {
                Err(ConfigError::Config(format!("Unrecognised peertype: {value}")))
            }
            "metricsProvider.className" if value != METRICS_PROVIDER && value != NULL_PROVIDER => {
                let cause = format!("java.lang.ClassNotFoundException: {value}");
                Err(illegal(&format!("metrics provider class was not found\nCaused by: {cause}")))
            }
            _ => Ok(()),
        }
    }

    /// SASL between servers is of no use here, and what ZooKeeper wants of it holds all the same.
    fn check_sasl(&self, key: &str) -> Result<(), ConfigError> {
        let is = |key: &str| self.get(key).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let needed = ["quorum.auth.enableSasl", "quorum.auth.learnerRequireSasl"].into_iter().filter(|needed| *needed != key);
        match needed.into_iter().find(|needed| is(key) && !is(needed)) {
            Some(needed) => Err(illegal(&format!("{needed} is disabled, so cannot enable {key}"))),
            None => Ok(()),
        }
    }

    /// What this server does not have; ZooKeeper looks at these keys once all others are right.
    pub(super) fn refuse(&self, key: &str) -> Result<(), ConfigError> {
        if zookeeper::key(key).is_none_or(|known| known.effect != Effect::Refused) {
            return Ok(());
        }
        let number = key.split_once('.').filter(|(name, _)| matches!(*name, "server" | "group" | "weight"));
        if let Some((_, number)) = number.filter(|(_, number)| number.parse::<i64>().is_err()) {
            return Err(ConfigError::NumberFormat(number.to_owned()));
        }
        let reason = match key {
            "secureClientPort" if self.int(key, 0)? == 0 => return Ok(()),
            "secureClientPortAddress" if self.int("secureClientPort", 0)? == 0 => {
                return Err(illegal("secureClientPortAddress is set but secureClientPort is not set"));
            }
            "secureClientPort" | "secureClientPortAddress" => "this server has no TLS",
            _ => "this server is no ensemble",
        };
        Err(illegal(&format!("{key} is set but {reason}: remove it, or use Apache ZooKeeper")))
    }
}

/// A whole number as `Integer.decode` takes it: with a sign, and after `0x`, `#` or `0` to other bases.
fn decode_int(text: &str) -> Option<i32> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).or_else(|| digits.strip_prefix('#'));
    let (radix, digits) = match (hex, digits.strip_prefix('0').filter(|rest| !rest.is_empty())) {
        (Some(digits), _) => (16, digits),
        (None, Some(digits)) => (8, digits),
        (None, None) => (10, digits),
    };
    let number = digits.bytes().all(|byte| byte.is_ascii_alphanumeric()).then(|| i64::from_str_radix(digits, radix).ok())??;
    i32::try_from(sign * number).ok()
}

/// ZooKeeper looks at the first two characters, and falls where there are fewer.
pub(super) fn warn_if_relative(path: &str) -> Result<(), ConfigError> {
    let length = path.chars().count();
    if !path.starts_with(std::path::MAIN_SEPARATOR) && length < 2 {
        let exception = format!("java.lang.StringIndexOutOfBoundsException: begin 0, end 2, length {length}");
        return Err(ConfigError::Unforeseen(exception));
    }
    if !Path::new(path).is_absolute() && !path.starts_with(&format!(".{}", std::path::MAIN_SEPARATOR)) {
        log_warn!(super::LOGGER, "{path} is relative. Prepend ./ to indicate that you're sure!");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_java_decodes_them() {
        for (text, expected) in [
            ("12", Some(12)),
            ("-1", Some(-1)),
            ("0x1F", Some(31)),
            ("#f", Some(15)),
            ("010", Some(8)),
            ("0", Some(0)),
            ("-2147483648", Some(i32::MIN)),
            ("2147483648", None),
            ("--1", None),
            ("1 ", None),
            ("", None),
            ("many", None),
        ] {
            assert_eq!(decode_int(text), expected, "{text:?}");
        }
    }
}
