//! Walks the batches of a segment's file by their headers, with or without their checksums.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::engine::kafka::batch::{BatchError, BatchHeader, HEADER_BYTES};

/// How much is read at once, in bytes: an index interval and a batch or two.
const CHUNK_BYTES: usize = 16 * 1024;
/// The part of a batch before the bytes that its checksum covers.
const BEFORE_CRC: u64 = 21;

/// Why the walk ends early.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The file cannot be read.
    #[error("failed to read: {0}")]
    Io(#[from] io::Error),
    /// No whole batch begins here.
    #[error("{0}")]
    Batch(#[from] BatchError),
}

/// The batches from a position to an end.
pub struct Scan<'a> {
    file: &'a File,
    position: u64,
    end: u64,
    buffer: Vec<u8>,
    buffer_at: u64,
    checked: bool,
}

impl<'a> Scan<'a> {
    /// The headers of the batches in `position..end`; what lies behind a header is not read.
    pub fn headers(file: &'a File, position: u64, end: u64) -> Self {
        Self { file, position, end, buffer: Vec::new(), buffer_at: 0, checked: false }
    }

    /// The batches in `position..end`, each with its checksum compared.
    pub fn checked(file: &'a File, position: u64, end: u64) -> Self {
        Self { checked: true, ..Self::headers(file, position, end) }
    }

    fn step(&mut self) -> Result<(u64, BatchHeader), ScanError> {
        let at = self.position;
        let left = self.end - at;
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(HEADER_BYTES);
        let header = BatchHeader::parse(self.fill(at, wanted)?)?;
        let size = header.size() as u64;
        if size > left {
            let found = usize::try_from(left).unwrap_or(usize::MAX);
            return Err(BatchError::Torn { expected: header.size(), found }.into());
        }
        if self.checked {
            self.check(&header, at)?;
        }
        self.position = at + size;
        Ok((at, header))
    }

    /// The `length` bytes at `at`, at most [`CHUNK_BYTES`].
    fn fill(&mut self, at: u64, length: usize) -> io::Result<&[u8]> {
        let start = at.checked_sub(self.buffer_at).and_then(|start| usize::try_from(start).ok());
        if let Some(start) = start.filter(|start| start + length <= self.buffer.len()) {
            return Ok(&self.buffer[start..start + length]);
        }
        let chunk = usize::try_from(self.end - at).unwrap_or(usize::MAX).min(CHUNK_BYTES);
        self.buffer.resize(chunk, 0);
        self.buffer_at = at;
        self.file.read_exact_at(&mut self.buffer, at)?;
        Ok(&self.buffer[..length])
    }

    fn check(&mut self, header: &BatchHeader, at: u64) -> Result<(), ScanError> {
        let end = at + header.size() as u64;
        let mut from = at + BEFORE_CRC;
        let mut computed = 0;
        while from < end {
            let length = usize::try_from(end - from).unwrap_or(usize::MAX).min(CHUNK_BYTES);
            computed = crc32c::crc32c_append(computed, self.fill(from, length)?);
            from += length as u64;
        }
        if computed != header.crc {
            return Err(BatchError::Crc { stored: header.crc, computed }.into());
        }
        header.check_fields()?;
        Ok(())
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<(u64, BatchHeader), ScanError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.position >= self.end {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.position = self.end;
        }
        Some(step)
    }
}
