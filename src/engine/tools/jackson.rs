//! What Jackson says of a text that is no JSON, and where it says that it is.

use super::Exception;

/// How much of a text Jackson quotes.
const QUOTED_CHARS: usize = 500;
/// What may stand where a value is due.
const VALUES: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/// The exception for a text whose first value is broken; `None` where it is whole.
pub(super) fn error_of(text: &str) -> Option<Exception> {
    if text.is_empty() {
        let message = "The input string shouldn't be empty\n at [Source: UNKNOWN; byte offset: #UNKNOWN]";
        return Some(parse_error(message.to_owned()));
    }
    let mut scanner = Scanner { text, rest: text.chars().collect(), at: 0, row: 1, row_start: 0, open: Vec::new() };
    scanner.document().err()
}

fn parse_error(message: String) -> Exception {
    Exception::new("com.fasterxml.jackson.core.JsonParseException", message)
}

/// An object or array that is open, and where it began.
struct Open {
    object: bool,
    /// Whether nothing of it was read yet.
    fresh: bool,
    row: usize,
    column: usize,
}

impl Open {
    fn name(&self) -> &'static str {
        if self.object { "Object" } else { "Array" }
    }
}

struct Scanner<'a> {
    text: &'a str,
    rest: Vec<char>,
    at: usize,
    row: usize,
    row_start: usize,
    open: Vec<Open>,
}

type Scanned<T> = Result<T, Exception>;

impl Scanner<'_> {
    /// Where the scanner is, as messages have it.
    fn location(&self, row: usize, column: usize) -> String {
        let quoted: String = self.text.chars().take(QUOTED_CHARS).map(shown).collect();
        let more = self.rest.len().saturating_sub(QUOTED_CHARS);
        let more = if more == 0 { String::new() } else { format!("[truncated {more} chars]") };
        format!("[Source: (String)\"{quoted}\"{more}; line: {row}, column: {column}]")
    }

    fn error(&self, what: &str) -> Exception {
        parse_error(format!("{what}\n at {}", self.location(self.row, self.at - self.row_start + 1)))
    }

    fn ended(&self, what: &str) -> Exception {
        let error = self.error(&format!("Unexpected end-of-input{what}"));
        Exception { class: "com.fasterxml.jackson.core.io.JsonEOFException", ..error }
    }

    fn between(&self) -> String {
        format!(" within/between {} entries", self.open.last().map_or("root", Open::name))
    }

    /// The complaint about the character that was just read.
    fn unexpected(&self, found: char, what: &str) -> Exception {
        self.error(&format!("Unexpected character ({}){what}", described(found)))
    }

    fn next(&mut self) -> Option<char> {
        let found = *self.rest.get(self.at)?;
        self.at += 1;
        let ends = found == '\n' || (found == '\r' && self.rest.get(self.at) != Some(&'\n'));
        if ends {
            self.row += 1;
            self.row_start = self.at;
        }
        Some(found)
    }

    /// The next character that is no space.
    fn token(&mut self) -> Scanned<Option<char>> {
        loop {
            match self.next() {
                Some(' ' | '\t' | '\n' | '\r') => {}
                Some(control) if control < ' ' => {
                    let code = u32::from(control);
                    let what = format!(
                        "Illegal character ((CTRL-CHAR, code {code})): only regular white space (\\r, \\n, \\t) is allowed between \
                         tokens"
                    );
                    return Err(self.error(&what));
                }
                found => return Ok(found),
            }
        }
    }

    fn document(&mut self) -> Scanned<()> {
        let Some(first) = self.token()? else { return Ok(()) };
        self.value(first)?;
        while let Some(open) = self.open.last() {
            let (object, fresh) = (open.object, open.fresh);
            let found = self.token()?.ok_or_else(|| self.unclosed())?;
            match found {
                '}' | ']' if (found == '}') == object => {
                    self.open.pop();
                }
                '}' | ']' => return Err(self.mismatched(found)),
                first if fresh => {
                    if let Some(open) = self.open.last_mut() {
                        open.fresh = false;
                    }
                    self.entry(object, first)?;
                }
                ',' => {
                    let next = self.token()?.ok_or_else(|| self.error(&format!("Unexpected end-of-input{}", self.between())))?;
                    self.entry(object, next)?;
                }
                other => {
                    let name = if object { "Object" } else { "Array" };
                    return Err(self.unexpected(other, &format!(": was expecting comma to separate {name} entries")));
                }
            }
        }
        Ok(())
    }

    fn unclosed(&self) -> Exception {
        let Some(open) = self.open.last() else { return self.ended("") };
        let start = self.location(open.row, open.column);
        self.ended(&format!(": expected close marker for {} (start marker at {start})", open.name()))
    }

    fn mismatched(&self, found: char) -> Exception {
        let Some(open) = self.open.last() else { return self.unexpected(found, "") };
        let due = if open.object { '}' } else { ']' };
        let start = self.location(open.row, open.column);
        self.error(&format!("Unexpected close marker '{found}': expected '{due}' (for {} starting at {start})", open.name()))
    }

    /// An entry of an object or an array, which begins with `first`.
    fn entry(&mut self, object: bool, first: char) -> Scanned<()> {
        if !object {
            return self.value(first);
        }
        if first != '"' {
            return Err(self.unexpected(first, ": was expecting double-quote to start field name"));
        }
        self.string(" in field name")?;
        match self.token()? {
            Some(':') => {}
            Some(other) => return Err(self.unexpected(other, ": was expecting a colon to separate field name and value")),
            None => return Err(self.ended(&self.between())),
        }
        let first = self.token()?.ok_or_else(|| self.ended(&self.between()))?;
        self.value(first)
    }

    /// A value that begins with `first`; of an object or array no more than that.
    fn value(&mut self, first: char) -> Scanned<()> {
        match first {
            '"' => self.string(": was expecting closing quote for a string value"),
            '{' | '[' => {
                self.open.push(Open { object: first == '{', fresh: true, row: self.row, column: self.at - self.row_start });
                Ok(())
            }
            '-' | '0'..='9' => self.number(first),
            't' => self.word("true"),
            'f' => self.word("false"),
            'n' => self.word("null"),
            other if is_word(other) => Err(self.unrecognized(self.at - 1)),
            other => {
                let what = VALUES.trim_matches(['(', ')']);
                Err(self.unexpected(other, &format!(": expected a valid value ({what})")))
            }
        }
    }

    fn string(&mut self, unfinished: &str) -> Scanned<()> {
        loop {
            if let Some(control) = self.peek().filter(|next| *next < ' ') {
                // a line that ends here is not counted
                self.at += 1;
                return Err(self.error(&format!(
                    "Illegal unquoted character ((CTRL-CHAR, code {})): has to be escaped using backslash to be included in string \
                     value",
                    u32::from(control)
                )));
            }
            match self.next() {
                None => return Err(self.ended(unfinished)),
                Some('"') => return Ok(()),
                Some('\\') => {
                    let escaped = self.next();
                    match escaped {
                        None => return Err(self.ended(" in character escape sequence")),
                        Some('b' | 't' | 'n' | 'f' | 'r' | '"' | '/' | '\\' | 'u') => {}
                        Some(other) => {
                            let what = format!("Unrecognized character escape {}", described(other));
                            return Err(self.error(&what));
                        }
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn number(&mut self, first: char) -> Scanned<()> {
        let mut digit = Some(first);
        if first == '-' {
            digit = self.next();
            match digit {
                Some('0'..='9') => {}
                Some(other) => {
                    let what = " in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value";
                    return Err(self.unexpected(other, what));
                }
                None => return Err(self.ended(" in a value")),
            }
        }
        if digit == Some('0') && self.peek().is_some_and(|next| next.is_ascii_digit()) {
            return Err(self.error("Invalid numeric value: Leading zeroes not allowed"));
        }
        while self.peek().is_some_and(|next| matches!(next, '0'..='9' | '.' | 'e' | 'E' | '+' | '-')) {
            self.next();
        }
        Ok(())
    }

    fn word(&mut self, word: &str) -> Scanned<()> {
        let start = self.at - 1;
        for due in word.chars().skip(1) {
            if self.peek() != Some(due) {
                return Err(self.unrecognized(start));
            }
            self.next();
        }
        match self.peek() {
            Some(next) if is_word(next) => Err(self.unrecognized(start)),
            _ => Ok(()),
        }
    }

    /// The complaint about the word that begins at `start`.
    fn unrecognized(&mut self, start: usize) -> Exception {
        while self.peek().is_some_and(is_word) {
            self.next();
        }
        let word: String = self.rest[start..self.at].iter().collect();
        self.error(&format!("Unrecognized token '{word}': was expecting {VALUES}"))
    }

    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

fn described(c: char) -> String {
    let code = u32::from(c);
    match c {
        control if control < ' ' => format!("(CTRL-CHAR, code {code})"),
        _ if code > 0xff => format!("'{c}' (code {code} / 0x{code:x})"),
        _ => format!("'{c}' (code {code})"),
    }
}

/// A character of the source as it is quoted.
fn shown(c: char) -> String {
    match c {
        '\n' | '\r' => c.to_string(),
        control if control.is_control() => format!("\\u{:04X}", u32::from(control)),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let found = error_of(text).map(|error| error.text().to_owned()).unwrap_or_default();
        let first = found.lines().next().unwrap_or_default();
        let place = found.rsplit("line: ").next().unwrap_or_default().trim_end_matches(']');
        assert_eq!(format!("{first} @ {place}"), expected, "{text}");
    }

    #[test]
    fn broken_texts_get_jacksons_sentences() {
        check("{\"version\":1,\n", "Unexpected end-of-input within/between Object entries @ 2, column: 1");
        check("{a:1}", "Unexpected character ('a' (code 97)): was expecting double-quote to start field name @ 1, column: 3");
        check(
            "{\"a\" 1}",
            "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value @ 1, column: 7",
        );
        check("[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries @ 1, column: 5");
        check(
            "nonsense",
            "Unrecognized token 'nonsense': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') @ \
             1, column: 9",
        );
        check(
            "[1}",
            "Unexpected close marker '}': expected ']' (for Array starting at [Source: (String)\"[1}\"; line: 1, column: 1]) @ 1, column: 4",
        );
    }

    #[test]
    fn whole_texts_are_whole() {
        for text in ["{}", "[]", " {\"a\": [1, -2.5e3, {\"b\": null}], \"c\": \"\\u00e9\"} and more", "true", "\"x\"", " "] {
            assert_eq!(error_of(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_json_is_no_error(value in "[\\[\\]{},:\"a1tfn \\\\]{0,24}") {
            let whole = serde_json::Deserializer::from_str(&value).into_iter::<serde_json::Value>().next();
            if let Some(Ok(_)) = whole {
                prop_assert_eq!(error_of(&value), None);
            }
        }
    }
}
