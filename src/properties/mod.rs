//! Java `.properties` files, read as Kafka reads them and edited without loss.
//!
//! A [`Document`] keeps every byte of the file: comments, blank lines, continuation lines, line ends, a byte order mark. Its
//! entries say what `java.util.Properties.load(InputStream)` makes of them, and where in the file each key and value stands.
//!
//! Java reads the bytes as ISO-8859-1, whatever the editor wrote: a value in Korean reaches Kafka as one character per byte.
//! [`Entry::key`] and [`Entry::value`] are what Java sees; the columns of a [`Span`] are what a person sees, counted in
//! characters of UTF-8 where the line is UTF-8.

mod escape;
mod reader;

use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes. Kafka's own `server.properties` has 7 kB.
pub const MAX_BYTES: usize = 1024 * 1024;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The bytes from the start of the file.
    pub range: Range<usize>,
    /// The line of the first byte, from 1.
    pub line: usize,
    /// The column of the first byte in characters, from 1. A byte order mark takes none.
    pub column: usize,
}

/// One `key=value` of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key as Java sees it.
    pub key: String,
    /// The value as Java sees it: blanks before it are gone, those after it are part of it. Empty where there is none.
    pub value: String,
    /// Where the key stands.
    pub key_span: Span,
    /// Where the value stands; for an empty value, the empty place where one would be written.
    pub value_span: Span,
    /// Whether `=` or `:` stands between them, rather than blanks or nothing.
    separated: bool,
}

/// A file that cannot be read as properties.
#[derive(Debug, thiserror::Error)]
pub enum PropertiesError {
    /// The file is longer than [`MAX_BYTES`].
    #[error("properties file too large: expected at most {MAX_BYTES} bytes, found {found}")]
    TooLarge {
        /// The bytes found, at least.
        found: usize,
    },
    /// A `\u` is not followed by four hexadecimal digits; Java refuses the whole file with this message.
    #[error("Malformed \\uxxxx encoding. (line {}, column {}: expected \\u and four hexadecimal digits)", .at.line, .at.column)]
    MalformedEscape {
        /// The backslash and the letter.
        at: Span,
    },
    /// The file system refused.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A `.properties` file: its bytes, and the entries in them.
#[derive(Clone, Debug)]
pub struct Document {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// The file ends where a backslash has its last line go on.
    dangling: bool,
}

impl Document {
    /// Reads the bytes of a file.
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Result<Self, PropertiesError> {
        let bytes = bytes.into();
        if bytes.len() > MAX_BYTES {
            return Err(PropertiesError::TooLarge { found: bytes.len() });
        }
        let (entries, dangling) = reader::entries(&bytes)?;
        Ok(Self { bytes, entries, dangling })
    }

    /// Reads a file, at most [`MAX_BYTES`] of it.
    pub fn read(path: &Path) -> Result<Self, PropertiesError> {
        let io = |source| PropertiesError::Io { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(io)?;
        file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(io)?;
        Self::parse(bytes)
    }

    /// The value that Java's `getProperty` gives: that of the last entry with the key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entry(key).map(|entry| entry.value.as_str())
    }

    /// The entry that decides the key's value: the last one.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.key == key)
    }

    /// Every entry in the order of the file, those that a later one overrides included.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The file as it stands.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file as it stands, to be written.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// Gives `key` a value, in the place where its value stands now, or on a line of its own at the end. All other bytes stay.
    ///
    /// Errors: [`PropertiesError::TooLarge`] where the file would outgrow the limit; the document is then as it was.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), PropertiesError> {
        let (range, text) = self.edit(key, value);
        let mut bytes = self.bytes.clone();
        bytes.splice(range, text.into_bytes());
        *self = Self::parse(bytes)?;
        Ok(())
    }

    /// The edit that [`Self::set`] makes: the bytes to replace, and what to write there.
    pub fn edit(&self, key: &str, value: &str) -> (Range<usize>, String) {
        let value = escape::value(value);
        if let Some(entry) = self.entry(key) {
            let bare = !entry.separated;
            let separator = match (bare, entry.value_span.range.start == entry.key_span.range.end) {
                (true, true) => "=",
                // Java would take the value's own first sign for the separator that is missing.
                (true, false) if value.starts_with(['=', ':']) => "\\",
                _ => "",
            };
            return (entry.value_span.range.clone(), format!("{separator}{value}"));
        }
        let end = self.line_end();
        let open_line = !matches!(self.bytes.last(), None | Some(b'\n' | b'\r'));
        // A `\n` after a final `\r` would only complete it.
        let completes = self.dangling && self.bytes.ends_with(b"\r") && end == "\n";
        let breaks = usize::from(open_line) + usize::from(self.dangling) + usize::from(completes);
        let at = self.bytes.len();
        (at..at, format!("{}{}={value}{end}", end.repeat(breaks), escape::key(key)))
    }

    /// How the lines of this file end: as its first line does.
    fn line_end(&self) -> &'static str {
        match self.bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            Some(at) if self.bytes[at..].starts_with(b"\r\n") => "\r\n",
            Some(at) if self.bytes[at] == b'\r' => "\r",
            _ => "\n",
        }
    }
}

/// `value` as it is written in a file: Java reads the file in Latin-1, so everything outside of ASCII stands there escaped.
pub fn escape_value(value: &str) -> String {
    escape::value(value)
}

#[cfg(test)]
mod tests;
