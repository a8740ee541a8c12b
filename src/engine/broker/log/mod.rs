//! Partition logs on disk: segments, indexes, checkpoints.
