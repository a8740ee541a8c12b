//! The Kafka wire protocol: headers, frames, record batches.

pub mod batch;
pub mod bounded;
mod header;
pub mod record_walk;
pub mod records;
mod response;
pub mod scram;

pub use header::{HeaderError, RequestHeader, parse_request};
pub use response::{Chunk, Response};
