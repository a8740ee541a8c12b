//! Times and durations of `--to-datetime` and `--by-duration`, as Java reads them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::engine::tools::Exception;

const PARSE: &str = "java.text.ParseException";

/// `Utils.getDateTime`: milliseconds since 1970 of `2020-01-31T12:00:00.000`, in UTC unless the text says otherwise.
pub(super) fn millis(text: &str) -> Result<i64, Exception> {
    let mut parts = text.split('T');
    let (Some(_), Some(time)) = (parts.next(), parts.next().filter(|time| !time.is_empty())) else {
        let what = "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format";
        return Err(Exception::new(PARSE, what));
    };
    let full = if time.contains(['+', '-', 'Z']) { text.to_owned() } else { format!("{text}Z") };
    let wrong = || Exception::new(PARSE, format!("Unparseable date: \"{full}\""));
    // milliseconds must be there: Java's pattern has them
    let (date_time, _) = full.split_at(full.rfind(['+', '-', 'Z']).unwrap_or(full.len()));
    if !date_time.contains('.') {
        return Err(wrong());
    }
    if let Ok(at) = full.parse::<Timestamp>() {
        return Ok(at.as_millisecond());
    }
    let local: DateTime = date_time.parse().map_err(|_| wrong())?;
    let utc = full.ends_with('Z').then(|| local.to_zoned(TimeZone::UTC)).and_then(Result::ok);
    utc.map(|zoned| zoned.timestamp().as_millisecond()).ok_or_else(wrong)
}

/// `Duration.parse`: milliseconds of `P1DT2H3M4.5S`; each part may be negative, and the whole.
pub(super) fn duration_millis(text: &str) -> Result<i64, Exception> {
    parse_duration(text)
        .ok_or_else(|| Exception::new("java.time.format.DateTimeParseException", "Text cannot be parsed to a Duration"))
}

fn parse_duration(text: &str) -> Option<i64> {
    let upper = text.to_ascii_uppercase();
    let (sign, rest) = match upper.strip_prefix(['-', '+']) {
        Some(rest) => (if upper.starts_with('-') { -1 } else { 1 }, rest),
        None => (1, upper.as_str()),
    };
    let rest = rest.strip_prefix('P')?;
    let (days, time) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((days, time)) => (days, time),
        None => (rest, ""),
    };
    let mut total: i64 = 0;
    let mut found = false;
    for (text, units) in [(days, &[('D', 86_400_000)][..]), (time, &[('H', 3_600_000), ('M', 60_000), ('S', 1000)])] {
        let mut rest = text;
        for (unit, millis) in units {
            let Some((number, after)) = rest.split_once(*unit) else { continue };
            total = total.checked_add(part(number, *millis, *unit == 'S')?)?;
            (rest, found) = (after, true);
        }
        if !rest.is_empty() {
            return None;
        }
    }
    found.then(|| total.checked_mul(sign))?
}

/// A number of units in milliseconds; seconds may have a fraction.
fn part(number: &str, millis: i64, fraction: bool) -> Option<i64> {
    let (whole, after) = match number.split_once('.').filter(|_| fraction) {
        Some((whole, after)) => (whole, after),
        None => (number, ""),
    };
    if after.len() > 9 || !after.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: i64 = whole.parse().ok()?;
    let padded: String = after.chars().chain("000".chars()).take(3).collect();
    let rest: i64 = padded.parse().ok()?;
    let rest = if whole.starts_with('-') { -rest } else { rest };
    value.checked_mul(millis)?.checked_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_iso_8601_with_milliseconds() {
        assert_eq!(millis("2020-01-01T00:00:00.000"), Ok(1_577_836_800_000));
        assert_eq!(millis("2020-01-01T00:00:00.500Z"), Ok(1_577_836_800_500));
        assert_eq!(millis("2020-01-01T09:00:00.000+09:00"), Ok(1_577_836_800_000));
        let text = "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format";
        assert_eq!(millis("yesterday").expect_err("no time").text(), text);
        assert_eq!(millis("2020-01-01T").expect_err("no time").text(), text);
        assert_eq!(millis("2020-01-01T00:00:00").expect_err("short").text(), "Unparseable date: \"2020-01-01T00:00:00Z\"");
    }

    #[test]
    fn durations_are_iso_8601() {
        for (text, expected) in [
            ("PT1H", Some(3_600_000)),
            ("P1DT1M", Some(86_460_000)),
            ("pt-1.5s", Some(-1500)),
            ("-PT1S", Some(-1000)),
            ("P2D", Some(172_800_000)),
            ("soon", None),
            ("P", None),
            ("PT", None),
            ("P1H", None),
            ("PT1S1M", None),
            ("PT99999999999999999999H", None),
        ] {
            assert_eq!(parse_duration(text), expected, "{text}");
        }
    }
}
