//! Lines into records (`ConsoleProducer.LineMessageReader`): the value, and where asked for the key and the headers, each behind
//! its separator.

use bytes::Bytes;

use super::Exception;
use crate::engine::client::producer::now_millis;
use crate::engine::kafka::record_set::{Header, NewRecord};

/// How lines are taken apart: the properties of the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineReader {
    parse_key: bool,
    parse_headers: bool,
    ignore_error: bool,
    key_separator: String,
    headers_delimiter: String,
    headers_separator: String,
    headers_key_separator: String,
    null_marker: Option<String>,
}

impl LineReader {
    /// A reader with the given `--property` values, the last of each name.
    ///
    /// # Errors
    /// The exception of separators that cannot be told apart.
    pub(super) fn new(properties: &[(String, String)]) -> Result<Self, Exception> {
        let get = |name: &str| properties.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let flag = |name: &str| get(name).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        let text = |name: &str, default: &str| get(name).unwrap_or_else(|| default.to_owned());
        let reader = Self {
            parse_key: flag("parse.key"),
            parse_headers: flag("parse.headers"),
            ignore_error: flag("ignore.error"),
            key_separator: text("key.separator", "\t"),
            headers_delimiter: text("headers.delimiter", "\t"),
            headers_separator: text("headers.separator", ","),
            headers_key_separator: text("headers.key.separator", ":"),
            null_marker: get("null.marker"),
        };
        reader.check()?;
        Ok(reader)
    }

    fn check(&self) -> Result<(), Exception> {
        let same = |first: &str, second: &str| {
            Err(Exception::new("org.apache.kafka.common.KafkaException", format!("{first} and {second} may not be equal")))
        };
        if self.headers_delimiter == self.headers_separator {
            return same("headers.delimiter", "headers.separator");
        }
        if self.headers_delimiter == self.headers_key_separator {
            return same("headers.delimiter", "headers.key.separator");
        }
        if self.headers_separator == self.headers_key_separator {
            return same("headers.separator", "headers.key.separator");
        }
        let Some(marker) = &self.null_marker else { return Ok(()) };
        let separators = [
            ("key.separator", &self.key_separator),
            ("headers.separator", &self.headers_separator),
            ("headers.delimiter", &self.headers_delimiter),
            ("headers.key.separator", &self.headers_key_separator),
        ];
        match separators.iter().find(|(_, separator)| *separator == marker) {
            Some((name, _)) => same("null.marker", name),
            None => Ok(()),
        }
    }

    /// The record of a line; `number` counts lines from 1.
    ///
    /// # Errors
    /// The exception of a line without a separator that it should have.
    pub(super) fn parse(&self, line: &str, number: u64) -> Result<NewRecord, Exception> {
        let (headers, rest) = self.part(self.parse_headers, line, &self.headers_delimiter, number, "headers delimiter")?;
        let (key, value) = self.part(self.parse_key, rest, &self.key_separator, number, "key separator")?;
        let headers = match headers.filter(|headers| !self.is_null(headers)) {
            Some(headers) => self.headers(headers, number)?,
            None => Vec::new(),
        };
        let bytes = |text: &str| (!self.is_null(text)).then(|| Bytes::copy_from_slice(text.as_bytes()));
        Ok(NewRecord { timestamp: now_millis(), key: key.and_then(bytes), value: bytes(value), headers })
    }

    fn is_null(&self, text: &str) -> bool {
        self.null_marker.as_deref() == Some(text)
    }

    fn part<'a>(
        &self,
        wanted: bool,
        text: &'a str,
        separator: &str,
        number: u64,
        what: &str,
    ) -> Result<(Option<&'a str>, &'a str), Exception> {
        if !wanted {
            return Ok((None, text));
        }
        match text.split_once(separator) {
            Some((part, rest)) => Ok((Some(part), rest)),
            None if self.ignore_error => Ok((None, text)),
            None => Err(Exception::new(
                "org.apache.kafka.common.KafkaException",
                format!("No {what} found on line number {number}: '{text}'"),
            )),
        }
    }

    fn headers(&self, text: &str, number: u64) -> Result<Vec<Header>, Exception> {
        let pairs = text.split(self.headers_separator.as_str());
        let header = |pair: &str| match pair.split_once(self.headers_key_separator.as_str()) {
            Some((key, _)) if self.is_null(key) => Err(Exception::new(
                "org.apache.kafka.common.KafkaException",
                format!("Header keys should not be equal to the null marker '{key}' as they can't be null"),
            )),
            Some((key, value)) => {
                let value = (!self.is_null(value)).then(|| Bytes::copy_from_slice(value.as_bytes()));
                Ok(Header { key: key.to_owned(), value })
            }
            None if self.ignore_error => Ok(Header { key: pair.to_owned(), value: None }),
            None => Err(Exception::new(
                "org.apache.kafka.common.KafkaException",
                format!("No header key separator found in pair '{pair}' on line number {number}"),
            )),
        };
        pairs.map(header).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(properties: &[(&str, &str)], line: &str, expected: Result<(Option<&str>, Option<&str>, &str), &str>) {
        let properties: Vec<_> = properties.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let read = LineReader::new(&properties).and_then(|reader| reader.parse(line, 2));
        let text = |bytes: Option<Bytes>| bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let found = read.map_err(|error| error.text().to_owned()).map(|record| {
            let headers = record
                .headers
                .into_iter()
                .map(|header| format!("{}={}", header.key, text(header.value).unwrap_or_else(|| "null".to_owned())));
            let headers: Vec<_> = headers.collect();
            (text(record.key), text(record.value), headers.join(" "))
        });
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let expected = expected.map(|(key, value, headers)| (owned(key), owned(value), headers.to_owned()));
        assert_eq!(found, expected.map_err(str::to_owned), "{line}");
    }

    #[test]
    fn lines_become_records() {
        check(&[], "a:1", Ok((None, Some("a:1"), "")));
        check(&[("key.separator", ":")], "a:9", Ok((None, Some("a:9"), "")));
        check(&[("parse.key", "true")], "k\tv", Ok((Some("k"), Some("v"), "")));
        let colon = [("parse.key", "true"), ("key.separator", ":")];
        check(&colon, "a:3:x", Ok((Some("a"), Some("3:x"), "")));
        check(&colon, "nokey", Err("No key separator found on line number 2: 'nokey'"));
        check(&[colon[0], colon[1], ("ignore.error", "true")], "nokey", Ok((None, Some("nokey"), "")));
        check(&[colon[0], colon[1], ("null.marker", "NULL")], "z:NULL", Ok((Some("z"), None, "")));
        let headers = [("parse.key", "true"), ("parse.headers", "true")];
        check(&headers, "h1:x,h2:y\tkk\tvv", Ok((Some("kk"), Some("vv"), "h1=x h2=y")));
        check(&headers, "h1\tk\tv", Err("No header key separator found in pair 'h1' on line number 2"));
        check(&headers, "line", Err("No headers delimiter found on line number 2: 'line'"));
        let same = [("headers.delimiter", ","), ("headers.separator", ",")];
        check(&same, "x", Err("headers.delimiter and headers.separator may not be equal"));
    }
}
