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
}

/// Every error by code.
pub fn all() -> &'static [ErrorCode] {
    static ALL: OnceLock<Vec<ErrorCode>> = OnceLock::new();
    ALL.get_or_init(|| {
        super::table::rows::<5>(include_str!("data/error-codes.tsv"))
            .filter_map(|row| {
                Some(ErrorCode { code: row[0].parse().ok()?, name: row[1], retriable: row[2] == "y", exception_class: row[3] })
            })
            .collect()
    })
}

/// The error with that code.
pub fn by_code(code: i16) -> Option<&'static ErrorCode> {
    all().iter().find(|error| error.code == code)
}
