//! Reads the fields of records; every length is held against what is left.

use bytes::{Buf, Bytes};

/// What is left of a record.
pub(super) struct Reader(pub Bytes);

impl Reader {
    pub fn i16(&mut self) -> Option<i16> {
        self.0.try_get_i16().ok()
    }

    pub fn i32(&mut self) -> Option<i32> {
        self.0.try_get_i32().ok()
    }

    pub fn i64(&mut self) -> Option<i64> {
        self.0.try_get_i64().ok()
    }

    pub fn bytes(&mut self) -> Option<Bytes> {
        let length = usize::try_from(self.i32()?).ok()?;
        self.take(length)
    }

    pub fn string(&mut self) -> Option<String> {
        self.nullable()?
    }

    /// `Some(None)` is an absent string, `None` a broken one.
    pub fn nullable(&mut self) -> Option<Option<String>> {
        match self.i16()? {
            -1 => Some(None),
            length => {
                let bytes = self.take(usize::try_from(length).ok()?)?;
                Some(Some(String::from_utf8(bytes.to_vec()).ok()?))
            }
        }
    }

    fn take(&mut self, length: usize) -> Option<Bytes> {
        (length <= self.0.len()).then(|| self.0.split_to(length))
    }
}
