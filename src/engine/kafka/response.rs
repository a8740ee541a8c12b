//! Answers: bytes in memory and ranges of files, in the order in which they go to the socket.

use std::fs::File;
use std::sync::Arc;

use bytes::Bytes;

/// A piece of an answer.
#[derive(Clone, Debug)]
pub enum Chunk {
    /// Bytes in memory.
    Bytes(Bytes),
    /// `length` bytes of a file from `offset`, which go to the socket without a copy in user space.
    File {
        /// The open file; it stays readable after a rename or removal.
        file: Arc<File>,
        /// The first byte.
        offset: u64,
        /// How many bytes.
        length: usize,
    },
}

impl Chunk {
    /// How many bytes it puts on the wire.
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::File { length, .. } => *length,
        }
    }

    /// Whether it puts none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The body of an answer, without its header.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The pieces in order.
    pub chunks: Vec<Chunk>,
}

impl Response {
    /// How many bytes the body has.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Chunk::len).sum()
    }

    /// Whether the body is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Bytes> for Response {
    fn from(bytes: Bytes) -> Self {
        Self { chunks: vec![Chunk::Bytes(bytes)] }
    }
}
