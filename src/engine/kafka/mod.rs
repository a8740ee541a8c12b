//! The Kafka wire protocol: headers, frames, record batches.

pub mod batch;
pub mod bounded;
pub mod compression;
mod header;
pub mod record_set;
pub mod record_walk;
pub mod records;
mod response;
pub mod scram;
mod varint;

pub use header::{HeaderError, RequestHeader, parse_request};
pub use response::{Chunk, Response};
