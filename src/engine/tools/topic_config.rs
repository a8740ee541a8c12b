//! Topic configs as `kafka-topics.sh --config` checks them before a broker sees them (`LogConfig.validate`).

use super::Exception;
use crate::catalog::configs::{self, ConfigKey};

/// Reads the words of `--config` and checks them.
///
/// # Errors
/// The exception that Kafka's tool ends with.
pub(super) fn parse(words: &[String]) -> Result<Vec<(String, String)>, Exception> {
    let malformed = || {
        let what = "Invalid topic config: all configs to be added must be in the format \"key=val\".";
        Exception::illegal_argument(format!("requirement failed: {what}"))
    };
    let mut parsed: Vec<(String, String)> = Vec::new();
    for word in words {
        // Java's split leaves out empty pieces at the end
        let pieces: Vec<&str> = word.trim_end_matches(['=', ' ']).split('=').map(str::trim).collect();
        let [key, value] = pieces[..] else { return Err(malformed()) };
        parsed.retain(|(known, _)| known != key);
        parsed.push((key.to_owned(), value.to_owned()));
    }
    for (key, _) in &parsed {
        if !configs::topic().iter().any(|known| known.name == key) {
            let class = "org.apache.kafka.common.errors.InvalidConfigurationException";
            return Err(Exception::new(class, format!("Unknown topic config name: {key}")));
        }
    }
    // each key of Kafka's table is parsed in its own order
    for known in configs::topic() {
        if let Some((_, value)) = parsed.iter().find(|(key, _)| key == known.name) {
            check(known, value)?;
        }
    }
    Ok(parsed)
}

/// What tools say where `message.format.version` is set.
pub(super) fn message_format_warning(version: &str) -> String {
    format!(
        "WARNING: The configuration message.format.version={version} is specified. This configuration will be ignored if the version \
         is newer than the inter.broker.protocol.version specified in the broker or if the inter.broker.protocol.version is 3.0 or \
         newer. This configuration is deprecated and it will be removed in Apache Kafka 4.0.\n"
    )
}

fn check(key: &ConfigKey, value: &str) -> Result<(), Exception> {
    check_value(key, value).map_err(|what| {
        let text = format!("Invalid value {} for configuration {}: {what}", wrong_part(key, value), key.name);
        Exception::new("org.apache.kafka.common.config.ConfigException", text)
    })
}

/// What of a wrong value is named: of a list the first of its words that is wrong.
fn wrong_part<'a>(key: &ConfigKey, value: &'a str) -> &'a str {
    let known = choices(key).filter(|_| key.kind == "LIST").unwrap_or_default();
    let wrong = value.split(',').map(str::trim).find(|word| !known.contains(word));
    wrong.filter(|_| !known.is_empty()).unwrap_or(value)
}

/// The words that a key takes, where there are only some.
fn choices(key: &ConfigKey) -> Option<Vec<&'static str>> {
    let words = key.valid.strip_prefix('[')?.strip_suffix(']')?;
    Some(words.split(", ").collect())
}

/// Checks a value against the type of its key and the values that the key takes; an error is the end of Kafka's sentence.
pub(super) fn check_value(key: &ConfigKey, value: &str) -> Result<(), String> {
    let number = match key.kind {
        "BOOLEAN" => {
            let known = value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false");
            return if known { Ok(()) } else { Err("Expected value to be either true or false".to_owned()) };
        }
        "INT" => value.parse::<i32>().map(f64::from).map_err(|_| key.kind),
        "SHORT" => value.parse::<i16>().map(f64::from).map_err(|_| key.kind),
        "LONG" => value.parse::<i64>().map(|number| number as f64).map_err(|_| key.kind),
        "DOUBLE" => value.parse::<f64>().map_err(|_| key.kind),
        _ => return check_word(key, value),
    };
    let number = number.map_err(|kind| format!("Not a number of type {kind}"))?;
    let Some((least, most)) = range(key.valid) else { return Ok(()) };
    if least.parse().is_ok_and(|least: f64| number < least) {
        return Err(format!("Value must be at least {least}"));
    }
    if most.parse().is_ok_and(|most: f64| number > most) {
        return Err(format!("Value must be no more than {most}"));
    }
    Ok(())
}

/// The ends of `[0,...,1]`, `[1,...]` or `[...,9]`.
fn range(valid: &str) -> Option<(&str, &str)> {
    let inside = valid.strip_prefix('[')?.strip_suffix(']')?;
    inside.contains("...").then(|| {
        let (least, most) = inside.split_once("...").unwrap_or((inside, ""));
        (least.trim_end_matches(','), most.trim_start_matches(','))
    })
}

fn check_word(key: &ConfigKey, value: &str) -> Result<(), String> {
    if key.valid == "non-empty string" && value.is_empty() {
        return Err("String must be non-empty".to_owned());
    }
    let Some(words) = key.valid.strip_prefix('[').and_then(|valid| valid.strip_suffix(']')) else { return Ok(()) };
    let known: Vec<&str> = words.split(", ").collect();
    let given: Vec<&str> = if key.kind == "LIST" { value.split(',').map(str::trim).collect() } else { vec![value] };
    // a version may be short, as 2.8; the broker reads it
    if key.name == "message.format.version" || words.is_empty() || given.iter().all(|word| known.contains(word)) {
        return Ok(());
    }
    Err(format!("String must be one of: {words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str], expected: Result<usize, &str>) {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let found = parse(&words).map(|configs| configs.len()).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{words:?}");
    }

    #[test]
    fn configs_are_checked_as_the_tool_checks_them() {
        const CONFIG: &str = "org.apache.kafka.common.config.ConfigException";
        check(&["retention.ms=1000", "cleanup.policy=compact", "retention.ms = 5"], Ok(2));
        check(&["cleanup.policy=compact,delete"], Ok(1));
        let list =
            format!("{CONFIG}: Invalid value [compact for configuration cleanup.policy: String must be one of: compact, delete");
        check(&["cleanup.policy=[compact,delete]"], Err(&list));
        check(
            &["retention=1000"],
            Err("org.apache.kafka.common.errors.InvalidConfigurationException: Unknown topic config name: retention"),
        );
        let week = format!("{CONFIG}: Invalid value week for configuration retention.ms: Not a number of type LONG");
        check(&["retention.ms=week"], Err(&week));
        let negative = format!("{CONFIG}: Invalid value -2 for configuration retention.ms: Value must be at least -1");
        check(&["retention.ms=-2"], Err(&negative));
        let what = "java.lang.IllegalArgumentException: requirement failed: Invalid topic config: all configs to be added must be \
                    in the format \"key=val\".";
        for word in ["retention.ms", "retention.ms=", "a=b=c"] {
            check(&[word], Err(what));
        }
    }
}
