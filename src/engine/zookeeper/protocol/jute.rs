//! Jute, ZooKeeper's serialization: big-endian numbers, lengths of four bytes where -1 is null, records as their fields in order.

use bytes::Bytes;

/// Why bytes are no record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end inside a field.
    #[error("expected {expected} more bytes at {at}, found {found}")]
    Short {
        /// Bytes that the field takes.
        expected: usize,
        /// Bytes that are left.
        found: usize,
        /// Offset of the field.
        at: usize,
    },
    /// A length below -1, or -1 where null is not allowed.
    #[error("unexpected length {found} at {at}")]
    Length {
        /// The length as it was sent.
        found: i32,
        /// Offset of the length.
        at: usize,
    },
    /// A number that stands for nothing.
    #[error("unexpected {what} {found}")]
    Value {
        /// What the number should be.
        what: &'static str,
        /// The number.
        found: i32,
    },
}

/// Reads fields from bytes that are already in memory; no field takes more memory than the bytes that are there.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads from the first of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes not read yet.
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Bytes read so far.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Reads any field or record.
    ///
    /// # Errors
    /// The bytes are no such field; the reader then stands inside it.
    pub fn read<T: Field>(&mut self) -> Result<T, DecodeError> {
        T::decode(self)
    }

    /// Reads a buffer where it is; `None` is null.
    ///
    /// # Errors
    /// The bytes are no such field; the reader then stands inside it.
    pub fn read_buffer(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        self.length()?.map(|length| self.take(length)).transpose()
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let found = self.remaining();
        if length > found {
            return Err(DecodeError::Short { expected: length, found, at: self.at });
        }
        let taken = &self.bytes[self.at..self.at + length];
        self.at += length;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// Reads a length; `None` is null.
    fn length(&mut self) -> Result<Option<usize>, DecodeError> {
        let at = self.at;
        match i32::from_be_bytes(self.array()?) {
            -1 => Ok(None),
            found => usize::try_from(found).map(Some).map_err(|_| DecodeError::Length { found, at }),
        }
    }
}

/// Collects encoded fields.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty writer with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes) }
    }

    /// A writer whose first four bytes [`Writer::into_frame`] fills with the length of the rest.
    pub fn frame() -> Self {
        Self::frame_of(0)
    }

    /// The same, with room for so many bytes after the length.
    pub fn frame_of(bytes: usize) -> Self {
        let mut frame = Vec::with_capacity(4 + bytes);
        frame.extend_from_slice(&[0; 4]);
        Self { bytes: frame }
    }

    /// Writes any field or record.
    pub fn write<T: Field>(&mut self, field: &T) -> &mut Self {
        field.encode(self);
        self
    }

    /// Writes bytes as they are.
    pub fn write_raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Writes a buffer; `None` is null.
    pub fn write_buffer(&mut self, bytes: Option<&[u8]>) -> &mut Self {
        match bytes {
            Some(bytes) => {
                self.write_length(bytes.len());
                self.write_raw(bytes)
            }
            None => self.write(&-1_i32),
        }
    }

    /// Writes a string as ZooKeeper has it: a character above U+FFFF is written as its two surrogates, and what is no UTF-8 is read as
    /// U+FFFD.
    pub fn write_text(&mut self, text: &str) -> &mut Self {
        let start = self.bytes.len();
        self.write_length(text.len());
        for part in text.split_inclusive(|c| c > '\u{ffff}') {
            let last = part.chars().next_back().filter(|c| *c > '\u{ffff}');
            self.write_raw(&part.as_bytes()[..part.len() - last.map_or(0, char::len_utf8)]);
            for unit in last.iter().flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec()) {
                let [high, low] = unit.to_be_bytes();
                self.write_raw(&[0xe0 | (high >> 4), 0x80 | ((high & 15) << 2) | (low >> 6), 0x80 | (low & 63)]);
            }
        }
        let length = length_field(self.bytes.len() - start - 4);
        self.bytes[start..start + 4].copy_from_slice(&length);
        self
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What was written to a writer made by [`Writer::frame`], its length in front.
    pub fn into_frame(mut self) -> Vec<u8> {
        let length = length_field(self.bytes.len() - 4);
        self.bytes[..4].copy_from_slice(&length);
        self.bytes
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn write_length(&mut self, length: usize) {
        self.bytes.extend_from_slice(&length_field(length));
    }
}

/// No field reaches 2 GiB: what is written was read from frames far below that.
fn length_field(length: usize) -> [u8; 4] {
    i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes()
}

/// What can stand in a record: numbers, strings, buffers, vectors and records.
pub trait Field {
    /// Appends the field.
    fn encode(&self, writer: &mut Writer);

    /// Reads the field.
    ///
    /// # Errors
    /// The bytes are no such field.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>
    where
        Self: Sized;
}

/// A record: a field that can be read from and written to a whole buffer.
pub trait Record: Field + Sized {
    /// The record's bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        writer.into_bytes()
    }

    /// Reads the record from the front of `bytes`; as in ZooKeeper, what follows it is of no interest.
    ///
    /// # Errors
    /// The bytes are no such record.
    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        Self::decode(&mut Reader::new(bytes))
    }
}

macro_rules! number_field {
    ($($number:ty),*) => {$(
        impl Field for $number {
            fn encode(&self, writer: &mut Writer) {
                writer.bytes.extend_from_slice(&self.to_be_bytes());
            }
            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                reader.array().map(Self::from_be_bytes)
            }
        }
    )*};
}
number_field!(i32, i64);

impl Field for bool {
    fn encode(&self, writer: &mut Writer) {
        writer.bytes.push(u8::from(*self));
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.array::<1>().map(|[byte]| byte != 0)
    }
}

impl Field for String {
    fn encode(&self, writer: &mut Writer) {
        writer.write_text(self);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = reader.at;
        let length = reader.length()?.ok_or(DecodeError::Length { found: -1, at })?;
        Ok(text(reader.take(length)?))
    }
}

/// Java's reading of UTF-8: a surrogate, three bytes, becomes one U+FFFD.
fn text(bytes: &[u8]) -> String {
    const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let mut rest = bytes;
    let mut replaced = Vec::with_capacity(bytes.len());
    while let Some((first, after)) = rest.split_first() {
        if let [0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..] = rest {
            replaced.extend_from_slice(REPLACEMENT);
            rest = after;
        } else {
            replaced.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&replaced).into_owned()
}

/// A buffer; `None` is null, which ZooKeeper keeps apart from empty.
impl Field for Option<Bytes> {
    fn encode(&self, writer: &mut Writer) {
        writer.write_buffer(self.as_deref());
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        // copied, so that a small value does not keep its whole frame in memory
        Ok(reader.read_buffer()?.map(Bytes::copy_from_slice))
    }
}

/// A vector; null reads as empty.
impl<T: Field> Field for Vec<T> {
    fn encode(&self, writer: &mut Writer) {
        writer.write_length(self.len());
        for item in self {
            item.encode(writer);
        }
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = reader.length()?.unwrap_or(0);
        // every item takes at least one byte, so a count that only claims to be large takes no memory
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(T::decode(reader)?);
        }
        Ok(items)
    }
}

/// Declares a record with its fields in the order of the wire; encoding and decoding cannot differ.
macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }
        impl $crate::engine::zookeeper::protocol::jute::Field for $name {
            fn encode(&self, writer: &mut $crate::engine::zookeeper::protocol::jute::Writer) {
                $(writer.write(&self.$field);)*
            }
            fn decode(
                reader: &mut $crate::engine::zookeeper::protocol::jute::Reader<'_>,
            ) -> Result<Self, $crate::engine::zookeeper::protocol::jute::DecodeError> {
                Ok(Self { $($field: reader.read()?,)* })
            }
        }
        impl $crate::engine::zookeeper::protocol::jute::Record for $name {}
    };
}
pub(crate) use record;

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Field + PartialEq + std::fmt::Debug>(bytes: &[u8], expected: Result<T, &str>) {
        let found = Reader::new(bytes).read::<T>();
        assert_eq!(found.map_err(|error| error.to_string()), expected.map_err(ToOwned::to_owned));
    }

    #[test]
    fn every_length_is_checked_before_memory_is_taken() {
        check(b"\0\0\0\x02ab", Ok("ab".to_owned()));
        check::<String>(b"\0\0\0\x03ab", Err("expected 3 more bytes at 4, found 2"));
        check::<String>(b"\x7f\xff\xff\xffab", Err("expected 2147483647 more bytes at 4, found 2"));
        check::<String>(b"\xff\xff\xff\xfe", Err("unexpected length -2 at 0"));
        check::<String>(b"\xff\xff\xff\xff", Err("unexpected length -1 at 0"));
        check::<String>(b"\0\0\0\x01\xff", Ok("\u{fffd}".to_owned()));
        check::<String>(b"\0\0\0\x08a\xed\xa0\xbd\xed\xb8\x80b", Ok("a\u{fffd}\u{fffd}b".to_owned()));
        let mut writer = Writer::new();
        writer.write(&"a😀b".to_owned());
        assert_eq!(writer.into_bytes(), b"\0\0\0\x08a\xed\xa0\xbd\xed\xb8\x80b", "two surrogates");
        check::<Option<Bytes>>(b"\xff\xff\xff\xff", Ok(None));
        check::<Option<Bytes>>(b"\0\0\0\0", Ok(Some(Bytes::new())));
        check::<Vec<i32>>(b"\xff\xff\xff\xff", Ok(vec![]));
        check::<Vec<i32>>(b"\x7f\xff\xff\xff\0\0\0\x01", Err("expected 4 more bytes at 8, found 0"));
        check::<i64>(b"\0\0\0\0\0\0\0", Err("expected 8 more bytes at 0, found 7"));
    }
}
