//! The Kafka wire protocol: headers, frames, record batches.

mod header;
mod response;

pub use header::{HeaderError, RequestHeader, parse_request};
pub use response::{Chunk, Response};
