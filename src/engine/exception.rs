//! What goes wrong as Kafka's programs show it, in logs and on the terminal: the Java class, its message, and its causes, without
//! stack frames.

use std::fmt;

use super::log4j::{Level, log_caused};

/// An exception of one of Kafka's or Java's classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The Java class, as `org.apache.kafka.common.KafkaException`.
    pub class: &'static str,
    /// Its message; some have none.
    pub message: Option<String>,
    /// What led to it.
    pub cause: Option<Box<Exception>>,
    /// What else went wrong meanwhile.
    pub suppressed: Vec<Exception>,
}

impl Exception {
    /// An exception with a message and no cause.
    pub fn new(class: &'static str, message: impl Into<String>) -> Self {
        Self { class, message: Some(message.into()), cause: None, suppressed: Vec::new() }
    }

    /// An exception without a message.
    pub fn bare(class: &'static str) -> Self {
        Self { class, message: None, cause: None, suppressed: Vec::new() }
    }

    /// An `IllegalArgumentException`.
    pub fn illegal_argument(message: impl Into<String>) -> Self {
        Self::new("java.lang.IllegalArgumentException", message)
    }

    /// Kafka's `require`: an `IllegalArgumentException` of Scala.
    pub fn requirement(message: impl fmt::Display) -> Self {
        Self::illegal_argument(format!("requirement failed: {message}"))
    }

    /// Kafka's `ConfigException`.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new("org.apache.kafka.common.config.ConfigException", message)
    }

    /// Kafka's `ConfigException` for the value of one key.
    pub fn invalid_value(key: &str, value: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::config(format!("Invalid value {value} for configuration {key}: {reason}"))
    }

    /// Java's `NumberFormatException` for a text that is no number.
    pub fn number_format(text: &str) -> Self {
        Self::new("java.lang.NumberFormatException", format!("For input string: \"{text}\""))
    }

    /// Java's `ExecutionException`, with which a future ends that failed.
    pub fn execution(cause: Exception) -> Self {
        let message = cause.headline();
        Self::new("java.util.concurrent.ExecutionException", message).caused_by(cause)
    }

    /// What `toString` gives: the class and its message.
    pub fn headline(&self) -> String {
        match &self.message {
            Some(message) => format!("{}: {message}", self.class),
            None => self.class.to_owned(),
        }
    }

    /// The same exception with a cause.
    #[must_use]
    pub fn caused_by(mut self, cause: Exception) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// The same exception with others that it hides.
    #[must_use]
    pub fn suppressing(mut self, others: Vec<Exception>) -> Self {
        self.suppressed = others;
        self
    }

    /// Writes an ERROR record with this exception below it.
    pub fn log(&self, logger: &str, message: fmt::Arguments<'_>) {
        log_caused(Level::Error, logger, message, format_args!("{self}"));
    }

    /// What `getMessage` gives: `null` where there is no message.
    pub fn text(&self) -> &str {
        self.message.as_deref().unwrap_or("null")
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.headline())?;
        for other in &self.suppressed {
            write!(out, "\n\tSuppressed: {}", other.to_string().replace('\n', "\n\t"))?;
        }
        match &self.cause {
            Some(cause) => write!(out, "\nCaused by: {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Exception {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_follow_on_lines_of_their_own() {
        let bind = Exception::new("java.net.BindException", "Address already in use");
        let text = Exception::new("org.apache.kafka.common.KafkaException", "failed").caused_by(bind).to_string();
        assert_eq!(
            text,
            "org.apache.kafka.common.KafkaException: failed\nCaused by: java.net.BindException: Address already in use"
        );
        let hidden = Exception::bare("a.B").suppressing(vec![Exception::bare("a.C").caused_by(Exception::bare("a.D"))]);
        assert_eq!(hidden.to_string(), "a.B\n\tSuppressed: a.C\n\tCaused by: a.D");
    }
}
