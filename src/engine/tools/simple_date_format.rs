//! Times by a pattern of letters (`java.text.SimpleDateFormat`, English, in the time zone of this machine).

use jiff::Zoned;

use super::Exception;
use crate::engine::time_zone;

/// The letters that a pattern may have.
const LETTERS: &str = "GyMwWDdFEaHkKhmsSzZYuXL";
/// The most of one letter in a row.
const MAX_WIDTH: usize = 100;

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SimpleDateFormat(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// A letter, so many times.
    Field(char, usize),
    Text(char),
}

impl SimpleDateFormat {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The `IllegalArgumentException` for a letter that means nothing, or a quote that does not end.
    pub(super) fn new(pattern: &str) -> Result<Self, Exception> {
        let mut parts: Vec<Part> = Vec::new();
        let mut chars = pattern.chars().peekable();
        let mut quoted = false;
        while let Some(c) = chars.next() {
            if c == '\'' {
                match chars.next_if_eq(&'\'') {
                    Some(_) => parts.push(Part::Text('\'')),
                    None => quoted = !quoted,
                }
                continue;
            }
            if quoted || !c.is_ascii_alphabetic() {
                parts.push(Part::Text(c));
                continue;
            }
            if !LETTERS.contains(c) {
                return Err(Exception::illegal_argument(format!("Illegal pattern character '{c}'")));
            }
            let mut width = 1;
            while chars.next_if_eq(&c).is_some() {
                width += 1;
            }
            parts.push(Part::Field(c, width.min(MAX_WIDTH)));
        }
        if quoted {
            return Err(Exception::illegal_argument("Unterminated quote"));
        }
        Ok(Self(parts))
    }

    /// The time of so many milliseconds since 1970.
    pub(super) fn format(&self, millis: i64) -> String {
        let timestamp = jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
        self.format_at(&timestamp.to_zoned(time_zone::local()))
    }

    fn format_at(&self, time: &Zoned) -> String {
        let part = |part: &Part| match part {
            Part::Text(c) => c.to_string(),
            Part::Field(letter, width) => field(time, *letter, *width),
        };
        self.0.iter().map(part).collect()
    }
}

fn field(time: &Zoned, letter: char, width: usize) -> String {
    let number = |number: i64| format!("{number:0width$}");
    let (hour, day) = (i64::from(time.hour()), i64::from(time.day()));
    // days before the first Sunday belong to a week of their own
    let week = |day: i64, weekday: i64| (day + 6 - weekday) / 7 + i64::from((day + 6 - weekday) % 7 != 0);
    let weekday = i64::from(time.weekday().to_sunday_zero_offset());
    match letter {
        'G' => "AD".to_owned(),
        'y' | 'Y' if width == 2 => format!("{:02}", time.year() % 100),
        'y' | 'Y' => number(i64::from(time.year())),
        'M' | 'L' if width >= 4 => time.strftime("%B").to_string(),
        'M' | 'L' if width == 3 => time.strftime("%b").to_string(),
        'M' | 'L' => number(i64::from(time.month())),
        'w' => number(week(i64::from(time.day_of_year()), weekday)),
        'W' => number(week(day, weekday)),
        'D' => number(i64::from(time.day_of_year())),
        'd' => number(day),
        'F' => number((day - 1) / 7 + 1),
        'E' if width >= 4 => time.strftime("%A").to_string(),
        'E' => time.strftime("%a").to_string(),
        'u' => number(i64::from(time.weekday().to_monday_one_offset())),
        'a' => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        'H' => number(hour),
        'k' => number(if hour == 0 { 24 } else { hour }),
        'K' => number(hour % 12),
        'h' => number(if hour % 12 == 0 { 12 } else { hour % 12 }),
        'm' => number(i64::from(time.minute())),
        's' => number(i64::from(time.second())),
        'S' => number(i64::from(time.millisecond())),
        'z' => time.strftime("%Z").to_string(),
        'X' if time.offset().is_zero() => "Z".to_owned(),
        'X' if width == 1 => time.strftime("%z").to_string().chars().take(3).collect(),
        'X' if width == 3 => time.strftime("%:z").to_string(),
        _ => time.strftime("%z").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, expected: Result<&str, &str>) {
        let time: Zoned = "2026-11-23T14:05:09.007[Asia/Seoul]".parse().expect("a time");
        let found = SimpleDateFormat::new(pattern).map(|format| format.format_at(&time));
        let found = found.map_err(|error| error.text().to_owned());
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{pattern}");
    }

    #[test]
    fn letters_mean_what_they_mean_in_java() {
        check("yyyy-MM-dd HH:mm:ss:SSS", Ok("2026-11-23 14:05:09:007"));
        check("yy/M/d h:m a, EEE MMM", Ok("26/11/23 2:5 PM, Mon Nov"));
        check("EEEE MMMM D k K 'at' ''", Ok("Monday November 327 14 2 at '"));
        check("Z X XX XXX u F W w", Ok("+0900 +09 +0900 +09:00 1 4 4 48"));
        check("b", Err("Illegal pattern character 'b'"));
        check("yyyy 'x", Err("Unterminated quote"));
        check("", Ok(""));
    }
}
