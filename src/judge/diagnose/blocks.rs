//! A text of any length in blocks of whole lines.

use std::io::{self, Read};

use memchr::memrchr;

/// Some whole lines, or a part of one that is longer than a block.
#[derive(Default)]
pub(super) struct Lines {
    block: Vec<u8>,
    /// How many bytes of the block count.
    length: usize,
}

impl Lines {
    /// The lines as they were read.
    pub fn bytes(&self) -> &[u8] {
        &self.block[..self.length]
    }
}

/// Reads a text block by block.
pub(super) struct Blocks<R> {
    reader: R,
    size: usize,
    /// The beginning of a line whose end is still to be read.
    held: Vec<u8>,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// Blocks of so many bytes, at least one.
    pub fn new(reader: R, size: usize) -> Self {
        Self { reader, size, held: Vec::new(), ended: false }
    }

    /// The lines that can be had now, in the memory of earlier ones; `None` at the end.
    ///
    /// # Errors
    /// The reader's.
    pub fn next(&mut self, used: Option<Lines>) -> io::Result<Option<Lines>> {
        if self.ended {
            return Ok(None);
        }
        let mut block = used.map_or_else(|| vec![0; self.size], |lines| lines.block);
        let mut full = self.held.len();
        block[..full].copy_from_slice(&self.held);
        let length = loop {
            let read = match self.reader.read(&mut block[full..]) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let line_end = memrchr(b'\n', &block[full..full + read]).map(|end| full + end + 1);
            full += read;
            self.ended = read == 0;
            match line_end {
                Some(end) => break end,
                None if self.ended || full == block.len() => break full,
                None => {}
            }
        };
        self.held.clear();
        self.held.extend_from_slice(&block[length..full]);
        Ok((length > 0).then_some(Lines { block, length }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, size: usize, expected: &[&str]) {
        let mut blocks = Blocks::new(text.as_bytes(), size);
        let (mut found, mut used) = (Vec::new(), None);
        while let Some(lines) = blocks.next(used).expect("it is read") {
            found.push(String::from_utf8(lines.bytes().to_vec()).expect("text"));
            used = Some(lines);
        }
        assert_eq!(found, expected);
        assert!(blocks.next(None).expect("it is read").is_none());
    }

    #[test]
    fn lines_stay_whole_where_they_fit() {
        check("", 4, &[]);
        check("ab\ncd\n", 4, &["ab\n", "cd\n"]);
        check("ab\ncd\ne", 7, &["ab\ncd\n", "e"]);
        check("abcdefg\nh\n", 4, &["abcd", "efg\n", "h\n"]);
        check("abcd\ne", 4, &["abcd", "\n", "e"]);
    }
}
