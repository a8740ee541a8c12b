//! Fuzzes the recovery of a coordinator's data directory: see `checks/zookeeper_storage.rs`.

#![no_main]

#[path = "../checks/zookeeper_storage.rs"]
mod zookeeper_storage;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zookeeper_storage::check(bytes));
