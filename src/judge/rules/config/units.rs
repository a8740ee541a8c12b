//! Numbers with a unit, as `7d` and `1.5 GB`, and what they are in the unit of a setting.

/// A number and its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    number: f64,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Unit {
    /// In milliseconds.
    Time(f64),
    /// In bytes.
    Size(f64),
}

impl Measure {
    /// Whether it is a time, whose units mean the same to everybody.
    pub fn is_time(&self) -> bool {
        matches!(self.unit, Unit::Time(_))
    }
}

/// Reads a number with a unit behind it; `None` for everything else.
pub fn parse(text: &str) -> Option<Measure> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '+'))?;
    let number = text[..end].parse().ok()?;
    let unit = match text[end..].trim().to_ascii_lowercase().as_str() {
        "ms" | "msec" | "millis" | "milliseconds" => Unit::Time(1.0),
        "s" | "sec" | "secs" | "second" | "seconds" => Unit::Time(1000.0),
        "min" | "mins" | "minute" | "minutes" => Unit::Time(60_000.0),
        "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Time(3_600_000.0),
        "d" | "day" | "days" => Unit::Time(86_400_000.0),
        "w" | "week" | "weeks" => Unit::Time(604_800_000.0),
        "b" | "byte" | "bytes" => Unit::Size(1.0),
        "k" | "kb" | "kib" => Unit::Size(1024.0),
        "mb" | "mib" => Unit::Size(1024.0 * 1024.0),
        "g" | "gb" | "gib" => Unit::Size(1024.0 * 1024.0 * 1024.0),
        "t" | "tb" | "tib" => Unit::Size(1024.0 * 1024.0 * 1024.0 * 1024.0),
        // m is a minute to some and a mebibyte to others: the setting decides
        "m" => Unit::Size(1024.0 * 1024.0),
        _ => return None,
    };
    Some(Measure { number, unit })
}

/// The same in the unit of a setting, where its name tells the unit and the number is whole then.
pub fn convert(measure: &Measure, key: &str) -> Option<i64> {
    let per_unit = match (measure.unit, key.rsplit('.').next()?) {
        (Unit::Time(ms), "ms") => ms,
        (Unit::Time(ms), "seconds" | "secs") => ms / 1000.0,
        (Unit::Time(ms), "minutes") => ms / 60_000.0,
        (Unit::Time(ms), "hours") => ms / 3_600_000.0,
        (Unit::Size(bytes), "bytes") => bytes,
        (Unit::Size(bytes), "size") if key.ends_with("buffer.size") || key.ends_with("request.size") => bytes,
        _ => return None,
    };
    let converted = measure.number * per_unit;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole, and far from the bounds of the type")]
    (converted.fract() == 0.0 && converted.abs() < 9e15).then_some(converted as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, key: &str, expected: Option<i64>) {
        assert_eq!(parse(text).and_then(|measure| convert(&measure, key)), expected, "{text} {key}");
    }

    #[test]
    fn units_become_those_of_the_setting() {
        check("7d", "log.retention.hours", Some(168));
        check("1 week", "log.retention.ms", Some(604_800_000));
        check("1GB", "log.segment.bytes", Some(1_073_741_824));
        check("18s", "zookeeper.session.timeout.ms", Some(18_000));
        check("1.5h", "log.retention.minutes", Some(90));
        check("30s", "log.retention.hours", None);
        check("1GB", "log.retention.hours", None);
        check("7x", "log.retention.hours", None);
        check("many", "log.retention.hours", None);
        check("7", "log.retention.hours", None);
    }
}
