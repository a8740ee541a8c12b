//! A line of the log that may come often: said at once, then counted, and said again when something else came or some time is over.

use tokio::time::{Duration, Instant};

/// How long the same line is only counted, as ZooKeeper's `RateLogger` does.
const INTERVAL: Duration = Duration::from_millis(100);

/// The last line, and how often it came since it was said.
#[derive(Debug, Default)]
pub(super) struct RateLog {
    last: Option<Counted>,
}

#[derive(Debug)]
struct Counted {
    message: String,
    since: Instant,
    count: usize,
}

impl RateLog {
    /// What is to be said now that this came.
    pub(super) fn note(&mut self, message: String, now: Instant) -> Vec<String> {
        match &mut self.last {
            Some(last) if last.message == message => {
                last.count += 1;
                if now.duration_since(last.since) < INTERVAL {
                    return Vec::new();
                }
                let said = self.flush();
                self.last = Some(Counted { message, since: now, count: 0 });
                said.into_iter().collect()
            }
            _ => {
                let said = self.flush();
                let first = format!("Message:{message} Value:null");
                self.last = Some(Counted { message, since: now, count: 0 });
                said.into_iter().chain([first]).collect()
            }
        }
    }

    /// What was only counted, now that all is well.
    pub(super) fn flush(&mut self) -> Option<String> {
        let Counted { message, count, .. } = self.last.take()?;
        match count {
            0 => None,
            1 => Some(format!("Message: {message}")),
            _ => Some(format!("[{count} times] Message: {message}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_line_is_counted_for_a_while() {
        let (mut log, start) = (RateLog::default(), Instant::now());
        let mut note = |ms, message: &str| log.note(message.to_owned(), start + Duration::from_millis(ms));
        assert_eq!(note(0, "full"), ["Message:full Value:null"]);
        assert!(note(10, "full").is_empty() && note(20, "full").is_empty());
        assert_eq!(note(30, "other"), ["[2 times] Message: full", "Message:other Value:null"]);
        assert_eq!(note(130, "other"), ["Message: other"]);
        assert!(note(140, "other").is_empty());
        assert_eq!(log.flush().as_deref(), Some("Message: other"));
        assert_eq!(log.flush(), None);
    }
}
