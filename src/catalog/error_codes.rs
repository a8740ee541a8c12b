//! Kafka's error codes (`data/error-codes.tsv`).

use std::sync::OnceLock;

/// One error of the Kafka protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// The code on the wire.
    pub code: i16,
    /// Kafka's constant, as `UNKNOWN_TOPIC_OR_PARTITION`.
    pub name: &'static str,
    /// Whether a client may try again.
    pub retriable: bool,
    /// The Java class of the exception, empty for `NONE`.
    pub exception_class: &'static str,
    /// Whether a client that gets it asks for metadata again.
    pub invalid_metadata: bool,
    /// Kafka's sentence for it, which an exception carries when the broker sent no other.
    pub message: &'static str,
}

/// Every error by code.
pub fn all() -> &'static [ErrorCode] {
    static ALL: OnceLock<Vec<ErrorCode>> = OnceLock::new();
    ALL.get_or_init(|| {
        super::table::rows::<6>(include_str!("data/error-codes.tsv"))
            .filter_map(|row| {
                Some(ErrorCode {
                    code: row[0].parse().ok()?,
                    name: row[1],
                    retriable: row[2] == "y",
                    exception_class: row[3],
                    invalid_metadata: row[4] == "y",
                    message: row[5],
                })
            })
            .collect()
    })
}

/// The error with that code.
pub fn by_code(code: i16) -> Option<&'static ErrorCode> {
    all().iter().find(|error| error.code == code)
}

/// Kafka's name for a code; an unknown one is `UNKNOWN_SERVER_ERROR`.
pub fn name(code: i16) -> &'static str {
    by_code(code).map_or("UNKNOWN_SERVER_ERROR", |error| error.name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_error_has_a_class_and_a_sentence() {
        for error in super::all().iter().filter(|error| error.code != 0) {
            assert!(error.exception_class.starts_with("org.apache.kafka.common."), "{error:?}");
            assert!(!error.message.is_empty(), "{error:?}");
        }
    }
}
