//! What is typed at a terminal while a line runs, as far as the program behind it reads lines.

use std::time::{Instant, SystemTime};

use crate::judge::rules::context::{Typed, TypedLine};

/// With more lines, nothing is said of them.
const LINES_MAX: usize = 4096;
/// Ctrl-C.
const INTERRUPT: u8 = 0x03;
/// Ctrl-V: the next key is a part of the line, whatever it is.
const QUOTE: u8 = 0x16;

/// The lines that were typed since a line was taken.
#[derive(Debug)]
pub struct Typing {
    since: SystemTime,
    /// When the Enter of each was pressed, and whether nothing stood before it.
    lines: Vec<(Instant, bool)>,
    /// Whether something stands in the line that is being typed.
    is_begun: bool,
    interrupted: Option<Instant>,
    /// Whether each Enter was one line.
    is_plain: bool,
}

impl Typing {
    /// A line was taken.
    pub fn begin(now: SystemTime) -> Self {
        Self { since: now, lines: Vec::new(), is_begun: false, interrupted: None, is_plain: true }
    }

    /// Something was typed. What comes after Ctrl-C the program does not read any more.
    pub fn take(&mut self, bytes: &[u8], now: Instant) {
        for byte in bytes {
            match *byte {
                _ if self.interrupted.is_some() => return,
                INTERRUPT => self.interrupted = Some(now),
                QUOTE => self.is_plain = false,
                b'\r' | b'\n' if self.lines.len() < LINES_MAX => {
                    self.lines.push((now, !std::mem::take(&mut self.is_begun)));
                }
                b'\r' | b'\n' => self.is_plain = false,
                _ => self.is_begun = true,
            }
        }
    }

    /// What was typed until Ctrl-C; `None` where there was none, or the lines cannot be told.
    pub fn typed(&self) -> Option<Typed> {
        let interrupted = self.interrupted.filter(|_| self.is_plain)?;
        let line = |(at, is_empty): &(Instant, bool)| TypedLine {
            before: interrupted.saturating_duration_since(*at),
            is_empty: *is_empty,
        };
        let lines = self.lines.iter().map(line).collect();
        Some(Typed { since: self.since, lines })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// `keys`: each with the second it is typed in. Of each line is told how long before the end it was, and whether it is empty.
    fn check(keys: &[(&str, u64)], expected: Option<&[(u64, bool)]>) {
        let (since, begin) = (SystemTime::now(), Instant::now());
        let mut typing = Typing::begin(since);
        for (keys, second) in keys {
            typing.take(keys.as_bytes(), begin + Duration::from_secs(*second));
        }
        let line = |(seconds, is_empty): &(u64, bool)| TypedLine { before: Duration::from_secs(*seconds), is_empty: *is_empty };
        let lines = expected.map(|lines| lines.iter().map(line).collect());
        assert_eq!(typing.typed(), lines.map(|lines| Typed { since, lines }), "{keys:?}");
    }

    #[test]
    fn each_enter_before_ctrl_c_is_a_line() {
        check(&[("third\r", 1), ("\x03", 2)], Some(&[(1, false)]));
        check(&[("한", 1), ("글\r", 2), ("\r", 3), ("half\x03more\r", 5), ("\x03", 9)], Some(&[(3, false), (2, true)]));
        check(&[("pasted\nlines\n", 1), ("\x03", 1)], Some(&[(0, false), (0, false)]));
        check(&[("\x03", 1)], Some(&[]));
    }

    #[test]
    fn what_is_not_ended_or_not_plain_tells_nothing() {
        check(&[("third\r", 1)], None);
        check(&[("third\r", 1), ("\x04", 2)], None);
        check(&[("\x16\r", 1), ("\r", 2), ("\x03", 2)], None);
        check(&[(&"\r".repeat(LINES_MAX + 1), 1), ("\x03", 2)], None);
    }
}
