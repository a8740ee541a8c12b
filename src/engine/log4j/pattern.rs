//! The shape of a line (`org.apache.log4j.PatternLayout`).

use std::fmt;

use jiff::Zoned;

use super::Level;

/// One record.
pub(super) struct Record<'a> {
    pub(super) level: Level,
    pub(super) logger: &'a str,
    pub(super) message: fmt::Arguments<'a>,
    pub(super) exception: Option<&'a str>,
    pub(super) now: Zoned,
}

/// The most that a field is widened to.
const MAX_WIDTH: usize = 200;

/// A conversion pattern, as `[%d] %p %m (%c)%n`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field { letter: char, left: bool, width: usize, option: String },
}

impl Pattern {
    /// Reads a pattern; what it does not know stays as it is written.
    pub(super) fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c != '%' || chars.next_if_eq(&'%').is_some() {
                literal.push(c);
                continue;
            }
            let left = chars.next_if_eq(&'-').is_some();
            let mut width = String::new();
            while let Some(digit) = chars.next_if(|c| c.is_ascii_digit() || *c == '.') {
                width.push(digit);
            }
            let Some(letter) = chars.next() else { break };
            let mut option = String::new();
            if chars.next_if_eq(&'{').is_some() {
                option.extend(chars.by_ref().take_while(|c| *c != '}'));
            }
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            let width = width.split('.').next().and_then(|width| width.parse().ok()).unwrap_or(0);
            parts.push(Part::Field { letter, left, width: MAX_WIDTH.min(width), option });
        }
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Self(parts)
    }

    /// The text of a record, with its exception on lines of its own.
    pub(super) fn format(&self, record: &Record<'_>) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Field { letter, left, width, option } => {
                    let field = field(record, *letter, option);
                    match left {
                        true => text.push_str(&format!("{field:<width$}")),
                        false => text.push_str(&format!("{field:>width$}")),
                    }
                }
            }
        }
        if let Some(exception) = record.exception {
            text.push_str(exception);
            text.push('\n');
        }
        text
    }
}

fn field(record: &Record<'_>, letter: char, option: &str) -> String {
    match letter {
        'd' => match option {
            "ABSOLUTE" => record.now.strftime("%H:%M:%S,%3f").to_string(),
            "DATE" => record.now.strftime("%d %b %Y %H:%M:%S,%3f").to_string(),
            _ => record.now.strftime("%Y-%m-%d %H:%M:%S,%3f").to_string(),
        },
        'p' => record.level.name().to_owned(),
        'm' => record.message.to_string(),
        'c' => match option.parse::<usize>() {
            Ok(parts) if parts > 0 => {
                let names: Vec<&str> = record.logger.split('.').collect();
                names[names.len().saturating_sub(parts)..].join(".")
            }
            _ => record.logger.to_owned(),
        },
        'n' => "\n".to_owned(),
        't' => "main".to_owned(),
        // places in the source
        'L' | 'M' | 'F' | 'C' | 'l' => "?".to_owned(),
        'x' | 'X' => String::new(),
        other => format!("%{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, exception: Option<&str>, expected: &str) {
        let now: Zoned = "2026-01-31T12:00:00.123[UTC]".parse().expect("a time");
        let logger = "kafka.server.KafkaServer";
        let record = Record { level: Level::Info, logger, message: format_args!("started"), exception, now };
        assert_eq!(Pattern::new(pattern).format(&record), expected, "{pattern}");
    }

    #[test]
    fn lines_have_log4js_shape() {
        check("[%d] %p %m (%c)%n", None, "[2026-01-31 12:00:00,123] INFO started (kafka.server.KafkaServer)\n");
        check(
            "[%d] %p %m (%c)%n",
            Some("x.Y: no"),
            "[2026-01-31 12:00:00,123] INFO started (kafka.server.KafkaServer)\nx.Y: no\n",
        );
        check("%d{ABSOLUTE} %-5p|%5p|%c{1} 100%% %m", None, "12:00:00,123 INFO | INFO|KafkaServer 100% started");
        check("%t %L%n", None, "main ?\n");
    }
}
