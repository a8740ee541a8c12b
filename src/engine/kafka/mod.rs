//! The Kafka wire protocol: headers, frames, record batches.
